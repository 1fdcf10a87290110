/* ask_audit.c - the line of the audit that a question leaves: who, what, and how it ended. Never
 * rows, never addresses of databases.
 */
#include "ask_run.h"
#include "audit.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include <string.h>

#define FOLDER_MAX 4096

/* What was refused tells more of an attack than what was allowed. */
static const char *statement(const struct ask *ask)
{
    const struct route *route = &ask->route;

    if (route->sql != NULL && route->sql[0] != '\0') {
        return route->sql;
    }
    return route->n_attempts > 0 ? route->attempts[route->n_attempts - 1].sql : "";
}

static void add_who(const struct ask *ask, int64_t wall_ms, struct qn_buf *out)
{
    qn_json_member_time(out, "at", wall_ms);
    qn_json_member_text(out, "task", qn_job_task(ask->job));
    qn_json_member_text(out, "job", qn_job_id(ask->job));
    qn_json_member_number(out, "attempt", qn_job_attempt(ask->job));
    qn_json_member_text(out, "request", qn_job_request_id(ask->job));
    qn_json_member_text(out, "key", ask->args.key);
    qn_json_member_text(out, "database", ask->name);
    qn_json_member_text(out, "thread", ask->args.thread);
    qn_json_member_text(out, "question", ask->args.question);
}

static void add_how(const struct ask *ask, struct qn_buf *out)
{
    const struct route *route = &ask->route;
    const bool planned = route->sql != NULL && route->sql[0] != '\0';
    const enum guard_class class = planned ? ask->query.verdict.class : route->verdict.class;
    const char *sql = statement(ask);

    qn_json_member_flag(out, "answered", ask->answered);
    qn_json_member_text(out, "code", ask->code);
    qn_json_member_text(out, "sql", sql);
    if (sql[0] != '\0') {
        qn_json_member_text(out, "verdict", guard_class_names[class]);
        qn_json_member_raw(out, "uses", route->uses.data, route->uses.len);
    }
    qn_json_member_flag(out, "dry_run", ask->args.dry_run);
    if (route->translator != ROUTE_AUTO) {
        qn_json_member_text(out, "translator", route_translator_names[route->translator]);
    }
    qn_json_member_text(out, "model_hash", ask->database != NULL ? ask->database->model->hash : "");
    qn_json_member_number(out, "rows", (int64_t)ask->query.rows.n_rows);
    qn_json_member_flag(out, "truncated", ask->query.rows.truncated);
}

static void add_cost(const struct ask *ask, struct qn_buf *out)
{
    const struct qn_llm_usage *usage = &ask->route.usage;

    if (usage->model != NULL && usage->model[0] != '\0') {
        qn_json_member_text(out, "model", usage->model);
        qn_json_member_number(out, "requests", usage->attempts);
        qn_json_member_number(out, "prompt", usage->prompt);
        qn_json_member_number(out, "completion", usage->completion);
        qn_json_member_number(out, "cost_micro", usage->cost_micro);
        qn_json_member_text(out, "currency", usage->currency);
    }
}

static void write_line(const struct ask *ask, int rc, int64_t wall_ms, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    add_who(ask, wall_ms, out);
    add_how(ask, out);
    add_cost(ask, out);
    qn_json_member_number(out, "ms", qn_mono_ms(&qn_clock_system) - ask->begin_ms);
    if (rc != QN_OK) {
        qn_json_member_text(out, "failed", qn_err_text(rc));
    }
    qn_buf_add_byte(out, '}');
}

static int append(const struct ask *ask, int rc, struct qn_err *reterr)
{
    const int64_t wall_ms = qn_wall_ms(&qn_clock_system);
    struct qn_buf folder, line;
    int status;

    qn_buf_init(&folder, FOLDER_MAX);
    qn_buf_init(&line, AUDIT_LINE_MAX);
    status = audit_folder(&folder, reterr);
    if (status == QN_OK) {
        write_line(ask, rc, wall_ms, &line);
        status = qn_buf_status(&line);
        status =
            status == QN_OK
                ? audit_append(folder.data, wall_ms, (struct qn_span){line.data, line.len}, reterr)
                : qn_fail(reterr, status, "a line of the audit: %s", qn_err_text(status));
    }
    qn_buf_release(&line);
    qn_buf_release(&folder);
    return status;
}

int ask_write_audit(struct ask *ask, int rc, struct qn_err *reterr)
{
    struct qn_err why = {.code = QN_OK};
    int status = append(ask, rc, &why);

    if (status == QN_OK) {
        return QN_OK;
    }
    if (audit_is_required()) {
        return qn_fail(reterr, status, "audit-required: %s", why.msg);
    }
    if (status != QN_ENOTFOUND || !qn_job_is_local(ask->job)) {
        qn_job_log(ask->job, "warning: the audit has no line of this question: %s", why.msg);
    }
    return QN_OK;
}
