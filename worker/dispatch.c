#include "dispatch.h"

#include "common/backoff.h"
#include "common/log.h"
#include "common/str.h"
#include "limits.h"
#include <stdio.h>
#include <string.h>

#define WHY_MAX      300
#define PASS_BASE_MS 500 /* of a job whose task is not here */
#define PASS_CAP_MS  30000
#define PASSES_MAX   20 /* about four minutes */

static void job_id(const struct worker_dispatch *dispatch, const struct worker_run *run,
                   char out[QN_ID_SIZE])
{
    snprintf(out, QN_ID_SIZE, "%s.%s", worker_queue_name(dispatch->base, run->queue), run->name);
}

static void log_job(const struct worker_dispatch *dispatch, enum qn_log_level level,
                    const char *msg, const struct worker_run *run)
{
    char id[QN_ID_SIZE];

    if (!qn_log_wants(level))
        return;
    job_id(dispatch, run, id);
    qn_log(level, msg, QN_STR("job", id), QN_STR("task", run->task),
           QN_STR("request_id", run->request_id), QN_STR("run", run->token));
}

/* ---- the end of a run ---- */

static struct worker_policy policy_of(const struct worker_base *base, const struct worker_run *run)
{
    const struct qn_body *body = &run->job.body;
    int index = worker_registry_index(base->registry, body->task);

    return (struct worker_policy){
        .max_attempts = run->max_attempts,
        .max_deaths = base->options->max_deaths,
        .retry = body->retry,
        .task = index >= 0 ? worker_registry_at(base->registry, (size_t)index) : NULL,
        .result_ttl_ms =
            body->result_ttl_ms > 0 ? body->result_ttl_ms : base->options->result_ttl_ms,
        .failed_ttl_ms = base->options->failed_ttl_ms,
    };
}

static void log_end(const struct worker_dispatch *dispatch, const struct worker_run *run,
                    const struct worker_end *end, const struct worker_verdict *verdict)
{
    enum qn_log_level level = verdict->cause == QN_CAUSE_NONE ? QN_LOG_INFO : QN_LOG_WARN;
    char id[QN_ID_SIZE], why[WORKER_ERROR_HEAD_MAX + 1];

    if (!qn_log_wants(level))
        return;
    job_id(dispatch, run, id);
    snprintf(why, sizeof(why), "%.*s",
             (int)qn_utf8_cut(end->error.data, end->error.len, WORKER_ERROR_HEAD_MAX),
             end->error.len > 0 ? end->error.data : "");
    qn_log(level, "job ended", QN_STR("job", id), QN_STR("task", run->task),
           QN_STR("request_id", run->request_id),
           QN_STR("outcome", worker_finish_name(verdict->kind)),
           QN_STR("cause", qn_cause_name(verdict->cause)),
           QN_NUM("ms", end->ended_ms - end->started_ms), QN_NUM("attempts", verdict->attempts),
           QN_NUM("signal", end->signal), QN_STR("why", why));
}

/* Settled, and the bytes made. */
static int settle(struct worker_dispatch *dispatch, struct worker_run *run,
                  const struct worker_end *end, struct worker_verdict *ret)
{
    const struct worker_policy policy = policy_of(dispatch->base, run);
    const struct worker_subject subject = {
        .token = run->token,
        .incarnation = dispatch->base->incarnation,
        .before = &run->tried,
        .live = run->job.live,
    };
    uint64_t random = 0;

    /* For the delay before another try. */
    if (end->fate != WORKER_FATE_DONE && qn_random(&random, sizeof(random), NULL) != QN_OK)
        random = (uint64_t)end->ended_ms;
    worker_settle(end, &run->tried, &policy, random, ret);
    run->kind = ret->kind;
    run->cause = ret->cause;
    run->ms = ret->ms;
    qn_buf_reset(&run->data);
    return worker_settle_encode(ret, end, &subject, &run->data);
}

/* What does not fit into a record cannot be kept. */
static void settle_as_too_large(struct worker_dispatch *dispatch, struct worker_run *run,
                                const struct worker_end *end, struct worker_verdict *ret)
{
    static const char why[] = "how it ended does not fit into the job's record";
    struct worker_end small = *end;

    small.fate = WORKER_FATE_FAIL;
    small.error = (struct qn_span){.data = why, .len = sizeof(why) - 1};
    small.result = small.artifacts = (struct qn_span){.data = "", .len = 0};
    if (settle(dispatch, run, &small, ret) != QN_OK)
        log_job(dispatch, QN_LOG_ERROR, "the end of a job cannot be encoded", run);
}

static void release_memory(struct worker_dispatch *dispatch, struct worker_run *run)
{
    worker_runs_drop(&dispatch->base->runs, run);
}

void worker_dispatch_ended(struct worker_dispatch *dispatch, struct worker_run *run,
                           const struct worker_end *end)
{
    struct worker_verdict verdict;

    worker_notes_finish(dispatch->notes, run);
    if (run->doomed) {
        log_job(dispatch, QN_LOG_WARN, "job killed: it is not ours any more", run);
        release_memory(dispatch, run);
        return;
    }
    if (settle(dispatch, run, end, &verdict) != QN_OK)
        settle_as_too_large(dispatch, run, end, &verdict);
    run->ended_ms = end->ended_ms;
    log_end(dispatch, run, end, &verdict);
    if (run->kind == QN_FIN_SUCCEEDED && run->n_follows > 0)
        worker_follow_send(dispatch->follow, run);
    else
        worker_outbox_add(dispatch->outbox, run);
}

void worker_dispatch_told(struct worker_dispatch *dispatch, struct worker_run *run, int code)
{
    if (code == QN_FIN_STALE && !run->doomed)
        log_job(dispatch, QN_LOG_WARN, "the end of a job was not written: the run was lost", run);
    else if (code == QN_FIN_AS_CANCELLED)
        log_job(dispatch, QN_LOG_INFO, "job cancelled", run);
    release_memory(dispatch, run);
}

/* ---- taking ---- */

static void end_after(struct worker_dispatch *dispatch, struct worker_run *run,
                      enum worker_fate fate, int64_t delay_ms, const char *why)
{
    const struct worker_end end = {
        .fate = fate,
        .delay_ms = delay_ms,
        .error = {.data = why, .len = strlen(why)},
        .started_ms = run->started_ms,
        .ended_ms = run->started_ms,
    };

    worker_dispatch_ended(dispatch, run, &end);
}

static void end_unstarted(struct worker_dispatch *dispatch, struct worker_run *run,
                          enum worker_fate fate, const char *why)
{
    end_after(dispatch, run, fate, -1, why);
}

/* Another worker of the queue may have the task: it gets a chance before the job fails. */
static void pass_on(struct worker_dispatch *dispatch, struct worker_run *run, const char *why)
{
    static const struct qn_backoff_policy policy = {
        .shape = QN_SHAPE_EXPONENTIAL, .base_ms = PASS_BASE_MS, .cap_ms = PASS_CAP_MS};
    uint64_t random = 0;

    if (run->tried.snoozes >= PASSES_MAX) {
        end_unstarted(dispatch, run, WORKER_FATE_REJECTED, why);
        return;
    }
    if (qn_random(&random, sizeof(random), NULL) != QN_OK)
        random = (uint64_t)run->started_ms;
    end_after(dispatch, run, WORKER_FATE_SNOOZE,
              qn_backoff_ms(&policy, (int)run->tried.snoozes + 1, random), why);
}

static void copy_span(char *out, size_t size, struct qn_span text)
{
    size_t len = qn_utf8_cut(text.data, text.len, size - 1);

    if (len > 0)
        memcpy(out, text.data, len);
    out[len] = '\0';
}

/* QN_ECORRUPT and the text when this is no job that one could run. */
static int read_record(struct worker_run *run, char *why, size_t size)
{
    struct qn_span record = {.data = run->record.data, .len = run->record.len};
    struct qn_span before = {.data = run->before.data, .len = run->before.len};
    struct qn_err err = {0};

    if (qn_try_decode(before, &run->tried) != QN_OK)
        run->tried = (struct qn_try){.token = {.data = "-", .len = 1}};
    if (qn_record_decode(record, &run->job, &err) != QN_OK || run->job.letter != 'L') {
        snprintf(why, size, "corrupt record: %s", err.msg[0] ? err.msg : "it is not live");
        run->job = (struct qn_record){.live = {.data = "", .len = 0}};
        return QN_ECORRUPT;
    }
    copy_span(run->task, sizeof(run->task), run->job.body.task);
    copy_span(run->request_id, sizeof(run->request_id), run->job.body.request_id);
    return QN_OK;
}

static int choose(struct worker_dispatch *dispatch, struct worker_run *run, char *why, size_t size)
{
    const struct worker_base *base = dispatch->base;
    const struct qn_body *body = &run->job.body;
    int index = worker_registry_index(base->registry, body->task);

    if (index < 0) {
        snprintf(why, size, "no task \"%s\" in worker %s, which serves queue %s", run->task,
                 base->incarnation, worker_queue_name(base, run->queue));
        return QN_ENOTFOUND;
    }
    const struct qn_task *task = worker_registry_at(base->registry, (size_t)index);
    worker_limits_choose(body, task, base->options, &run->soft_ms, &run->hard_ms);
    worker_fence_choose(&run->fence, task, base->options);
    run->max_attempts = body->max_attempts > 0   ? body->max_attempts
                        : task->max_attempts > 0 ? task->max_attempts
                                                 : base->options->max_attempts;
    return QN_OK;
}

void worker_dispatch_taken(struct worker_dispatch *dispatch, size_t queue,
                           const struct qn_take_entry *entry, int64_t now_ms)
{
    struct worker_base *base = dispatch->base;
    struct worker_run *run = worker_runs_add(&base->runs, queue, entry, base->incarnation);
    char why[WHY_MAX];

    /* It is not held, so comparing notes gives it back. */
    if (!run) {
        qn_log(QN_LOG_ERROR, "no memory for a job", QN_STR("name", entry->name));
        return;
    }
    run->started_ms = now_ms;
    run->max_attempts = 1;
    if (read_record(run, why, sizeof(why)) != QN_OK) {
        end_unstarted(dispatch, run, WORKER_FATE_REJECTED, why);
        return;
    }
    if (choose(dispatch, run, why, sizeof(why)) != QN_OK) {
        pass_on(dispatch, run, why);
        return;
    }
    log_job(dispatch, QN_LOG_INFO, "job taken", run);
    if (worker_pool_give(dispatch->pool, run) != QN_OK)
        end_unstarted(dispatch, run, WORKER_FATE_RELEASED, "no executor was there to run it");
}

/* ---- while it runs ---- */

bool worker_dispatch_note(struct worker_dispatch *dispatch, struct worker_run *run,
                          const struct qn_frame *frame)
{
    if (frame->type == WORKER_FRAME_PROGRESS)
        return worker_notes_progress(dispatch->notes, run, frame->body);
    if (frame->type == WORKER_FRAME_LOG)
        return worker_notes_log(dispatch->notes, run, frame->body);
    return worker_follow_keep(run, frame->body);
}

void worker_dispatch_cancel(struct worker_dispatch *dispatch, size_t queue, const char *name)
{
    struct worker_run *run = worker_runs_find(&dispatch->base->runs, queue, name);

    if (run && !run->cancel_asked && worker_pool_cancel(dispatch->pool, run))
        log_job(dispatch, QN_LOG_INFO, "job asked to stop: it was cancelled", run);
}

/* ---- not ours any more ---- */

static void doom(struct worker_dispatch *dispatch, struct worker_run *run)
{
    run->doomed = worker_pool_kill(dispatch->pool, run) || run->doomed;
}

/* One whose end is on its way is answered by that. */
void worker_dispatch_gone(struct worker_dispatch *dispatch, size_t queue, const char *name)
{
    struct worker_run *run = worker_runs_find(&dispatch->base->runs, queue, name);

    if (run)
        doom(dispatch, run);
}

static void drop(void *arg, struct worker_run *run)
{
    release_memory(arg, run);
}

void worker_dispatch_lost(struct worker_dispatch *dispatch)
{
    for (struct worker_run *run = dispatch->base->runs.held; run; run = run->next) {
        run->doomed = true;
        (void)worker_pool_kill(dispatch->pool, run);
    }
    worker_follow_drop(dispatch->follow, drop, dispatch);
    worker_outbox_drop(dispatch->outbox);
}
