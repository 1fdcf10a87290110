/* ask_query.c - the statement is run, or planned. */
#include "ask_run.h"

#include "common/str.h"
#include <string.h>

#define NOTE_MAX 2000

/* After which time a connection may be free for it; 0: something else ended it. */
static int64_t delay_of(const struct query *query)
{
    return query->rc == QN_EAGAIN && query->sqlstate[0] == '\0' ? ASK_BUSY_MS : 0;
}

int ask_gate(void *arg, struct query *query, struct qn_err *reterr)
{
    struct ask *ask = arg;
    const struct query_place place = {.source = ask->database->source,
                                      .model = ask->database->model,
                                      .application_name = qn_job_id(ask->job),
                                      .stop_fd = qn_job_stop_fd(ask->job),
                                      .any_role = qn_job_is_local(ask->job)};
    struct qn_buf note;
    int rc;

    qn_buf_init(&note, NOTE_MAX);
    query->max_rows = ask->args.max_rows;
    query->dry = ask->args.dry_run;
    rc = query_run(&place, query, 1, &note, reterr);
    if (note.len > 0 && !ask->role_told) {
        ask_warn(ask, "%s", note.data);
        ask->role_told = true;
    }
    qn_buf_release(&note);
    ask->delay_ms = delay_of(query);
    return rc;
}

static void tell(const struct ask *ask)
{
    const struct query *query = &ask->query;

    qn_job_log(
        ask->job, "%s: %s, %zu rows%s; waited %lld, connected %lld, planned %lld, ran %lld ms",
        ask->args.dry_run ? "planned" : "run", guard_class_names[query->verdict.class],
        query->rows.n_rows, query->rows.truncated ? " and more" : "", (long long)query->wait_ms,
        (long long)query->connect_ms, (long long)query->gate_ms, (long long)query->run_ms);
}

static void refuse_slow(struct ask *ask)
{
    char time[QN_MS_TEXT_SIZE];

    qn_ms_to_str(ask->database->source->query_ms, time);
    ask_refuse(ask, route_code_names[ROUTE_FAILED],
               qn_arena_printf(&ask->arena,
                               ask_is_zh(ask) ? "语句运行超过 %s，已被终止。"
                                              : "The statement took longer than %s and was ended.",
                               time));
}

/* What concerns the statement is a no; what concerns the database is a failure. */
static int judge(struct ask *ask, struct qn_err *reterr)
{
    const struct query *query = &ask->query;

    switch (query->rc) {
    case QN_OK:
        if (query->verdict.class != GUARD_ALLOWED) {
            ask_refuse(ask, route_code_names[ROUTE_GUARD], query->verdict.reason);
        }
        return QN_OK;
    case QN_EINVAL:
    case QN_ELIMIT:
    case QN_EUNSUPPORTED:
        ask_refuse(ask, route_code_names[ROUTE_FAILED], query->err.msg);
        return QN_OK;
    case QN_ETIMEOUT:
        if (!qn_job_should_stop(ask->job)) {
            refuse_slow(ask);
            return QN_OK;
        }
        break;
    default:
        break;
    }
    return qn_fail(reterr, query->rc, "%s", query->err.msg);
}

/* None matches: a first row that is too large is one. */
static bool is_without_rows(const struct ask *ask)
{
    return ask->answered && !ask->args.dry_run && ask->query.rows.n_rows == 0 &&
           !ask->query.rows.truncated;
}

static int run(struct ask *ask, struct qn_err *reterr)
{
    const struct route *route = &ask->route;

    qn_job_progress(ask->job, 2, 4, "asking the database");
    ask->query.sql = (struct qn_span){route->sql, strlen(route->sql)};
    ask->query.verdict = route->verdict;
    return ask_gate(ask, &ask->query, reterr);
}

static void take(struct ask *ask)
{
    ask->query = ask->route.query;
    query_init(&ask->route.query, (struct qn_span){"", 0});
}

int ask_query(struct ask *ask, struct qn_err *reterr)
{
    int rc = QN_OK;

    if (!ask->answered) {
        return QN_OK;
    }
    if (ask->route.gated) {
        take(ask);
    } else {
        rc = run(ask, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    tell(ask);
    rc = judge(ask, reterr);
    return rc == QN_OK && is_without_rows(ask) ? ask_look_at_nothing(ask, reterr) : rc;
}
