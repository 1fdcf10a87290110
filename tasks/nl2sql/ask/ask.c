#include "ask.h"

#include "ask_run.h"
#include "common/clock.h"
#include "tasks/lib/answer.h"

#define SOFT_LIMIT_MS ((int64_t)60 * 1000)
#define HARD_LIMIT_MS ((int64_t)75 * 1000)

static void init(struct ask *ask, struct qn_job *job)
{
    *ask = (struct ask){.job = job,
                        .place = qn_job_state(job),
                        .name = "",
                        .code = "",
                        .reason = "",
                        .explanation = "",
                        .begin_ms = qn_mono_ms(&qn_clock_system)};
    qn_arena_init(&ask->arena, ASK_TEXTS_MAX);
    query_init(&ask->query, (struct qn_span){"", 0});
    place_begin(ask->place, job);
}

static void release(struct ask *ask)
{
    chart_release(&ask->chart);
    query_release(&ask->query);
    route_release(&ask->route);
    thread_release(&ask->thread);
    qn_arena_release(&ask->arena);
    ask_args_release(&ask->args);
}

static int begin(struct ask *ask, struct qn_err *reterr)
{
    struct qn_span json;
    int rc;

    json.data = qn_job_args(ask->job, &json.len);
    rc = ask_args_parse(&ask->args, json, reterr);
    if (rc == QN_OK) {
        qn_job_progress(ask->job, 0, 4, "reading the model");
        rc = ask_begin(ask, reterr);
    }
    return rc;
}

static int answer(struct ask *ask, struct qn_err *reterr)
{
    static int (*const steps[])(struct ask *, struct qn_err *) = {
        ask_remember, ask_translate, ask_query, ask_draw, ask_explain, ask_export, ask_note_turn,
    };
    int rc = QN_OK;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && rc == QN_OK; i++) {
        rc = steps[i](ask, reterr);
    }
    return rc == QN_OK ? qn_arena_status(&ask->arena, "the answer's texts", reterr) : rc;
}

static enum qn_outcome end(struct ask *ask, int rc, struct qn_err *err)
{
    int audited;

    ask_note_usage(ask);
    if (rc == QN_EAGAIN && ask->delay_ms > 0) {
        qn_job_log(ask->job, "not now, again in %lld ms: %s", (long long)ask->delay_ms, err->msg);
        qn_job_delay(ask->job, ask->delay_ms);
        return QN_SNOOZE;
    }
    audited = ask_write_audit(ask, rc, rc == QN_OK ? err : NULL);
    if (rc == QN_OK) {
        rc = audited == QN_OK ? ask_answer(ask, err) : audited;
    }
    return qn_answer(ask->job, rc, err);
}

static enum qn_outcome run(struct qn_job *job)
{
    struct qn_err err = {.code = QN_OK};
    enum qn_outcome outcome;
    struct ask ask;
    int rc;

    init(&ask, job);
    rc = begin(&ask, &err);
    if (rc == QN_EINVAL || rc == QN_ENOTFOUND) {
        outcome = qn_job_reject(job, "%s", err.msg);
    } else {
        rc = rc == QN_OK ? answer(&ask, &err) : rc;
        outcome = end(&ask, rc, &err);
    }
    release(&ask);
    return outcome;
}

const struct qn_task nl2sql_ask_task = {
    .name = "nl2sql.ask",
    .summary = "A question to a database, in English or Chinese: SQL, rows, a chart",
    .params = ask_params,
    .soft_limit_ms = SOFT_LIMIT_MS,
    .hard_limit_ms = HARD_LIMIT_MS,
    .init = place_init,
    .run = run,
    .done = place_done,
};
