#include "translate.h"

#include "common/clock.h"
#include "common/json.h"
#include "tasks/nl2sql/ask/route_day.h"
#include "tasks/nl2sql/ask/route_json.h"
#include "tasks/nl2sql/query/query.h"
#include "translate_args.h"

#define SOFT_LIMIT_MS ((int64_t)240 * 1000)
#define HARD_LIMIT_MS ((int64_t)300 * 1000)

struct translation {
    struct qn_job *job;
    struct place *place;
    const struct place_database *database;
    struct translate_args args;
    struct route route;
    char today[ROUTE_DAY_SIZE];
    int64_t began_ms;
};

/* ---- planning ---- */

static int plan(void *arg, struct query *query, struct qn_err *reterr)
{
    const struct translation *translation = arg;
    const struct query_place place = {
        .source = translation->database->source,
        .model = translation->database->model,
        .application_name = qn_job_id(translation->job),
        .stop_fd = qn_job_stop_fd(translation->job),
        .any_role = true,
    };

    query->dry = true;
    return query_run(&place, query, 1, NULL, reterr);
}

/* ---- the result ---- */

static void add_decimal(struct qn_buf *out, const char *key, double value)
{
    qn_json_add_key(out, key);
    qn_buf_printf(out, "%.2f", value);
}

static void write_result(const struct translation *translation, struct qn_buf *out)
{
    const struct route *route = &translation->route;
    const bool answered = route->code == ROUTE_ANSWERED;

    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "id");
    if (translation->args.id[0] != '\0') {
        qn_json_add_str(out, translation->args.id);
    } else {
        qn_buf_add_str(out, "null");
    }
    qn_json_add_key(out, "sql");
    if (answered) {
        qn_json_add_str(out, route->sql);
    } else {
        qn_buf_add_str(out, "null");
        qn_json_add_key(out, "code");
        qn_json_add_str(out, route_code_names[route->code]);
    }
    add_decimal(out, "confidence", route->confidence);
    qn_json_add_key(out, "reason");
    qn_json_add_str(out, route->reason);
    qn_json_add_key(out, "translator");
    qn_json_add_str(out, route_translator_names[route->translator]);
    qn_json_add_key(out, "language");
    qn_json_add_str(out, route->language);
    route_json_details(route, out);
    qn_json_add_key(out, "ms");
    qn_json_add_i64(out, qn_mono_ms(&qn_clock_system) - translation->began_ms);
    qn_buf_add_byte(out, '}');
}

static int give(struct translation *translation, struct qn_err *reterr)
{
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, QN_RESULT_MAX);
    write_result(translation, &json);
    rc = qn_buf_status(&json);
    rc = rc == QN_OK ? qn_job_result(translation->job, json.data, json.len, reterr)
                     : qn_fail(reterr, rc, "the translation: %s", qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

/* ---- the task ---- */

static const char *find_today(struct translation *translation)
{
    const struct translate_args *args = &translation->args;

    if (args->today[0] != '\0' || args->zone[0] == '\0') {
        return args->today;
    }
    route_day(args->zone, qn_wall_ms(&qn_clock_system), translation->today);
    return translation->today;
}

static int translate(struct translation *translation, struct qn_err *reterr)
{
    const struct translate_args *args = &translation->args;
    const struct route_wish wish = {
        .place = translation->place,
        .database = translation->database,
        .job = translation->job,
        .question = args->question,
        .language = args->language,
        .today = find_today(translation),
        .translator = args->translator,
        .turns = args->turns,
        .n_turns = args->n_turns,
        .max_rows = translation->database->source->max_rows,
        .gate = plan,
        .arg = translation,
    };
    int rc = route_question(&wish, &translation->route, reterr);

    return rc == QN_OK ? give(translation, reterr) : rc;
}

static enum qn_outcome work(struct translation *translation, struct qn_err *err)
{
    struct qn_job *job = translation->job;
    struct qn_span json;
    int rc;

    json.data = qn_job_args(job, &json.len);
    rc = translate_args_read(&translation->args, json, err);
    if (rc == QN_OK) {
        rc = place_database(translation->place, translation->args.database, translation->args.hints,
                            &translation->database, err);
    }
    if (rc == QN_EINVAL || rc == QN_ENOTFOUND) {
        return qn_job_reject(job, "%s", err->msg);
    }
    translation->began_ms = qn_mono_ms(&qn_clock_system);
    if (rc == QN_OK) {
        rc = translate(translation, err);
    }
    return rc == QN_OK ? QN_DONE : route_failure(&translation->route, job, rc, err);
}

static enum qn_outcome run(struct qn_job *job)
{
    struct translation translation = {.job = job, .place = qn_job_state(job)};
    struct qn_err err = {.code = QN_OK};
    enum qn_outcome outcome;

    place_begin(translation.place, job);
    outcome = work(&translation, &err);
    route_release(&translation.route);
    translate_args_release(&translation.args);
    return outcome;
}

const struct qn_task nl2sql_translate_task = {
    .name = "nl2sql.translate",
    .summary = "A question to SQL; nothing is run",
    .params = translate_params,
    .soft_limit_ms = SOFT_LIMIT_MS,
    .hard_limit_ms = HARD_LIMIT_MS,
    .init = place_init,
    .run = run,
    .done = place_done,
};
