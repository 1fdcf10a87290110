/* ask_translate.c - the way from the question to a statement, as route.h has it. */
#include "ask_run.h"

#include "common/clock.h"
#include "common/str.h"
#include <string.h>

#define LOG_SQL_MAX 4000

int ask_begin(struct ask *ask, struct qn_err *reterr)
{
    const struct ask_args *args = &ask->args;
    int64_t begin_ms = qn_mono_ms(&qn_clock_system);
    int rc;

    ask->name = qn_datasource_is_name(args->database) ? args->database : "";
    rc = place_database(ask->place, args->database, args->hints, &ask->database, reterr);
    if (rc != QN_OK) {
        ask->delay_ms = rc == QN_EAGAIN ? ASK_BUSY_MS : 0;
        return rc;
    }
    if (ask->name[0] == '\0') {
        ask->name = ask->database->model->database;
    }
    ask->database_ms = qn_mono_ms(&qn_clock_system) - begin_ms;
    return QN_OK;
}

/* On one line. */
static void tell_sql(const struct ask *ask, const char *who, const char *sql)
{
    char line[LOG_SQL_MAX];

    snprintf(line, sizeof(line), "%.*s", (int)qn_utf8_cut(sql, strlen(sql), LOG_SQL_MAX - 1), sql);
    for (char *at = line; *at != '\0'; at++) {
        *at = (unsigned char)*at < ' ' ? ' ' : *at;
    }
    qn_job_log(ask->job, "%s: %s", who, line);
}

static void tell(const struct ask *ask)
{
    const struct route *route = &ask->route;

    for (size_t i = 0; i < route->n_attempts; i++) {
        const struct route_attempt *attempt = &route->attempts[i];

        if (attempt->message[0] != '\0') {
            tell_sql(ask, "not taken", attempt->sql);
            qn_job_log(ask->job, "because: %s %s", attempt->sqlstate, attempt->message);
        }
    }
    if (route->usage.attempts > 0 || route->sql_kept) {
        qn_job_log(ask->job,
                   "language model %s: %d requests, %lld + %lld tokens, %lld millionths of %s%s",
                   route->usage.model != NULL ? route->usage.model : "", route->usage.attempts,
                   (long long)route->usage.prompt, (long long)route->usage.completion,
                   (long long)route->usage.cost_micro,
                   route->usage.currency != NULL ? route->usage.currency : "",
                   route->sql_kept ? ", kept from before" : "");
    }
    if (route->sql[0] != '\0') {
        qn_job_log(ask->job, "%s, confidence %.2f, verdict %s",
                   route_translator_names[route->translator], route->confidence,
                   guard_class_names[route->verdict.class]);
        tell_sql(ask, "sql", route->sql);
    } else {
        qn_job_log(ask->job, "no statement: %s", route_code_names[route->code]);
    }
}

static void take(struct ask *ask)
{
    const struct route *route = &ask->route;

    for (size_t i = 0; i < route->n_warnings; i++) {
        ask_warn(ask, "%s", route->warnings[i]);
    }
    for (size_t i = 0; i < route->n_suggestions; i++) {
        ask->suggestions.items[ask->suggestions.n++] = route->suggestions[i];
    }
    ask->answered = route->sql[0] != '\0';
    if (!ask->answered) {
        ask_refuse(ask, route_code_names[route->code], route->reason);
    }
}

int ask_translate(struct ask *ask, struct qn_err *reterr)
{
    const struct ask_args *args = &ask->args;
    const struct route_wish wish = {
        .place = ask->place,
        .database = ask->database,
        .job = ask->job,
        .question = args->question,
        .language = args->language,
        .today = args->today,
        .translator = args->translator,
        .tables = args->tables.items,
        .n_tables = args->tables.n,
        .turns = ask->thread.turns,
        .n_turns = ask->thread.n,
        .key = args->key,
        .max_rows = args->max_rows > 0 ? args->max_rows : ask->database->source->max_rows,
        .gate = ask_gate,
        .examples = ask_load_examples,
        .arg = ask};
    int rc;

    qn_job_progress(ask->job, 1, 4, "looking for a statement");
    rc = route_question(&wish, &ask->route, reterr);
    if (ask->route.delay_ms > 0) {
        ask->delay_ms = ask->route.delay_ms;
    }
    if (rc == QN_OK) {
        tell(ask);
        take(ask);
    }
    return rc;
}
