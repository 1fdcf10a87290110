#include "local_run.h"

#include "broker-client/loop.h"
#include "broker-client/record.h"
#include "broker-client/record_fields.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/mem.h"
#include "executor.h"
#include "limits.h"
#include "orphans.h"
#include "rundir.h"
#include <signal.h>
#include <string.h>

#define QUIT_MS      5000
#define FRAME_KEPT   (2 * 1024 * 1024) /* of a RESULT */
#define TEXT_MAX     200
#define LEASE_MS     INT64_MAX
#define QUEUE_PRESET "default"

struct worker_local {
    const struct worker_registry *registry;
    const struct worker_options *options;
    struct worker_local_notes notes;
    struct qn_loop *loop;
    struct worker_bell *bell;
    struct qn_signal *signals[2];
    struct worker_executor *executor;
    int64_t jobs; /* of this executor */
    int64_t run;
    bool running;
    struct worker_limits limits;
    bool dying; /* the executor was killed and is not reaped yet */
    enum qn_cause killed_cause;
    const char *killed_why; /* NULL: not killed here */
    int interrupted;
    struct qn_buf record;
    struct qn_buf frame; /* the RESULT: end points into it */
    struct worker_local_end end;
    char text[TEXT_MAX];
};

/* ---- how a run ends ---- */

static void finish(struct worker_local *local, enum qn_cause cause, const char *text)
{
    local->running = false;
    if (text != local->text)
        snprintf(local->text, sizeof(local->text), "%s", text);
    local->end = (struct worker_local_end){
        .outcome = QN_FAIL,
        .cause = cause,
        .delay_ms = -1,
        .error = {.data = local->text, .len = strlen(local->text)},
    };
}

static void kill_for(struct worker_local *local, enum qn_cause cause, const char *why)
{
    local->killed_cause = cause;
    local->killed_why = why;
    local->dying = true;
    worker_executor_kill(local->executor);
}

static void take_broken(void *arg, const char *why)
{
    struct worker_local *local = arg;

    if (local->running) {
        snprintf(local->text, sizeof(local->text), "the executor broke its link: %s", why);
        finish(local, QN_CAUSE_CRASHED, local->text);
    }
    kill_for(local, QN_CAUSE_CRASHED, why);
}

static void take_result(struct worker_local *local, struct qn_span body)
{
    struct worker_result_frame result;

    qn_buf_reset(&local->frame);
    qn_buf_add(&local->frame, body.data, body.len);
    body = (struct qn_span){.data = local->frame.data, .len = local->frame.len};
    if (!local->running || worker_link_decode_result(body, &result) != QN_OK ||
        result.run != local->run) {
        take_broken(local, "a result that does not hold");
        return;
    }
    local->running = false;
    local->end = (struct worker_local_end){
        .outcome = result.outcome,
        .answered = result.cause != QN_CAUSE_REJECTED,
        .cause = result.cause,
        .delay_ms = result.delay_ms,
        .error = result.error,
        .result = result.result,
        .artifacts = result.artifacts,
    };
}

static void take_frame(void *arg, const struct qn_frame *frame)
{
    struct worker_local *local = arg;
    struct worker_follow_frame follow;

    switch (frame->type) {
    case WORKER_FRAME_PROGRESS:
        local->notes.progress(local->notes.arg, frame->body);
        break;
    case WORKER_FRAME_LOG:
        local->notes.log(local->notes.arg, frame->body);
        break;
    case WORKER_FRAME_FOLLOW:
        if (worker_link_decode_follow(frame->body, &follow) == QN_OK)
            local->notes.follow(local->notes.arg, &follow);
        break;
    case WORKER_FRAME_RESULT:
        take_result(local, frame->body);
        break;
    default:
        break;
    }
}

static void tell_death(struct worker_local *local, const struct worker_death *death)
{
    const char *name = death->signal ? sigabbrev_np(death->signal) : NULL;

    if (local->killed_why) {
        finish(local, local->killed_cause, local->killed_why);
        return;
    }
    if (death->signal)
        snprintf(local->text, sizeof(local->text), "the executor died of signal %d (SIG%s)",
                 death->signal, name ? name : "?");
    else
        snprintf(local->text, sizeof(local->text), "the executor ended with exit code %d",
                 death->exit_code);
    finish(local, QN_CAUSE_CRASHED, local->text);
    local->end.signal = death->signal;
}

/* With what a job left behind: it came to this process. */
static void drop_executor(struct worker_local *local)
{
    worker_executor_free(local->executor);
    local->executor = NULL;
    worker_orphans_end(NULL, 0);
}

static void take_death(void *arg, const struct worker_death *death)
{
    struct worker_local *local = arg;

    if (local->running)
        tell_death(local, death);
    drop_executor(local);
}

static void collect(void *arg)
{
    struct worker_local *local = arg;

    if (local->executor)
        worker_executor_collect(local->executor);
}

/* ---- signals ---- */

static void take_signal(void *arg, int signo)
{
    struct worker_local *local = arg;
    bool again = local->interrupted != 0;

    local->interrupted = signo;
    if (!local->executor || !local->running)
        return;
    if (again) {
        kill_for(local, QN_CAUSE_ERROR, "killed: it was told to stop twice");
        return;
    }
    worker_limits_cancel(&local->limits, local->options->cancel_grace_ms,
                         qn_mono_ms(&qn_clock_system));
    worker_executor_stop(local->executor, local->run, true);
}

int worker_local_interrupted(const struct worker_local *local)
{
    return local->interrupted;
}

/* Between runs the signals do what they always do: whoever waits for input then is
 * ended by them, and the executor with it. */
static void unwatch_signals(struct worker_local *local)
{
    for (int i = 0; i < 2; i++) {
        if (local->signals[i])
            qn_signal_free(local->signals[i]);
        local->signals[i] = NULL;
    }
}

static int watch_signals(struct worker_local *local, struct qn_err *reterr)
{
    static const int watched[2] = {SIGINT, SIGTERM};
    int rc = QN_OK;

    for (int i = 0; rc == QN_OK && i < 2; i++)
        rc = qn_signal_create(&local->signals[i], local->loop, watched[i], take_signal, local,
                              reterr);
    return rc;
}

/* ---- life ---- */

int worker_local_create(struct worker_local **ret, const struct worker_registry *registry,
                        const struct worker_options *options,
                        const struct worker_local_notes *notes, struct qn_err *reterr)
{
    struct worker_local *local = qn_zalloc(1, sizeof(*local));

    if (!local)
        return qn_fail(reterr, QN_ENOMEM, "run: out of memory");
    local->registry = registry;
    local->options = options;
    local->notes = *notes;
    qn_buf_init(&local->record, QN_RECORD_MAX);
    qn_buf_init(&local->frame, FRAME_KEPT);
    worker_orphans_adopt();
    int rc = qn_loop_create(&local->loop, reterr);
    if (rc == QN_OK)
        rc = worker_bell_create(&local->bell, local->loop, collect, local, reterr);
    if (rc == QN_OK)
        *ret = local;
    else
        worker_local_free(local);
    return rc;
}

/* So that the tasks' done is called. */
static void retire(struct worker_local *local)
{
    int64_t until_ms = qn_mono_ms(&qn_clock_system) + QUIT_MS, left_ms = QUIT_MS;

    if (local->executor)
        worker_executor_quit(local->executor);
    while (local->executor && left_ms > 0 && qn_loop_once(local->loop, left_ms, NULL) == QN_OK)
        left_ms = until_ms - qn_mono_ms(&qn_clock_system);
    drop_executor(local);
}

void worker_local_free(struct worker_local *local)
{
    if (!local)
        return;
    retire(local);
    worker_rundir_sweep(WORKER_RUNDIR_ALL);
    unwatch_signals(local);
    worker_bell_free(local->bell);
    qn_loop_free(local->loop);
    qn_buf_release(&local->record);
    qn_buf_release(&local->frame);
    qn_free(local);
}

/* An executor that may take one more job. */
static int ready(struct worker_local *local, struct qn_err *reterr)
{
    const struct worker_executor_events events = {local, take_frame, take_broken, take_death};
    const struct worker_executor_setup setup = {
        .loop = local->loop, .registry = local->registry, .bell = local->bell, .local = true};

    if (local->executor &&
        (local->dying || local->jobs >= local->options->max_jobs ||
         worker_executor_rss(local->executor) > local->options->max_memory_bytes))
        retire(local);
    if (local->executor)
        return QN_OK;
    local->dying = false;
    local->jobs = 0;
    return worker_executor_spawn(&local->executor, &setup, &events, reterr);
}

/* ---- one run ---- */

/* A record as the broker would hold it. */
static int write_record(struct qn_buf *out, const struct qn_task *task, struct qn_span args,
                        int64_t wall_ms)
{
    const struct qn_body body = {
        .task = {.data = task->name, .len = strlen(task->name)},
        .args = args,
    };

    qn_buf_reset(out);
    qn_buf_add_byte(out, QN_RECORD_VERSION);
    qn_buf_add_byte(out, 'L');
    qn_buf_add_byte(out, 0);
    qn_buf_add_u64(out, (uint64_t)wall_ms);
    return qn_body_encode(&body, out);
}

static int give(struct worker_local *local, const struct qn_task *task, struct qn_span args,
                struct qn_err *reterr)
{
    const char *queue = task->queue ? task->queue : QUEUE_PRESET;
    int64_t wall_ms = qn_wall_ms(&qn_clock_system), soft_ms, hard_ms;
    const struct qn_body none = {.max_attempts = 0};
    struct worker_fence fence;
    char name[QN_ID_TEXT_SIZE];
    int rc = qn_id_make(wall_ms, name, reterr);

    if (rc != QN_OK)
        return rc;
    rc = write_record(&local->record, task, args, wall_ms);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "run: the job's record: %s", qn_err_text(rc));
    const struct worker_job_frame job = {
        .run = ++local->run,
        .queue = {.data = queue, .len = strlen(queue)},
        .name = {.data = name, .len = strlen(name)},
        .attempt = 1,
        .max_attempts = 1,
        .record = {.data = local->record.data, .len = local->record.len},
    };
    worker_limits_choose(&none, task, local->options, &soft_ms, &hard_ms);
    worker_limits_begin(&local->limits, soft_ms, hard_ms, qn_mono_ms(&qn_clock_system));
    local->running = true;
    local->killed_why = NULL;
    local->jobs++;
    worker_executor_lease(local->executor, LEASE_MS);
    worker_fence_choose(&fence, task, local->options);
    rc = worker_executor_give(local->executor, &job, &local->limits, &fence);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "run: the executor: %s", qn_err_text(rc));
}

static void enforce(struct worker_local *local, int64_t *ret_wait_ms)
{
    int64_t mono_ms = qn_mono_ms(&qn_clock_system);

    switch (worker_limits_due(&local->limits, mono_ms, ret_wait_ms)) {
    case WORKER_DUE_SOFT:
        worker_executor_stop(local->executor, local->run, false);
        break;
    case WORKER_DUE_HARD:
        kill_for(local, QN_CAUSE_TIMEOUT, "killed at its hard limit");
        *ret_wait_ms = QUIT_MS;
        break;
    case WORKER_DUE_CANCEL:
        kill_for(local, QN_CAUSE_ERROR, "killed: it did not stop when told to");
        *ret_wait_ms = QUIT_MS;
        break;
    case WORKER_DUE_NOTHING:
        break;
    }
}

int worker_local_run(struct worker_local *local, const struct qn_task *task, struct qn_span args,
                     struct worker_local_end *ret, struct qn_err *reterr)
{
    int64_t wait_ms;
    int rc = ready(local, reterr);

    if (rc == QN_OK)
        rc = watch_signals(local, reterr);
    if (rc == QN_OK)
        rc = give(local, task, args, reterr);
    while (rc == QN_OK && local->running) {
        enforce(local, &wait_ms);
        rc = qn_loop_once(local->loop, wait_ms, reterr);
    }
    unwatch_signals(local);
    if (rc == QN_OK)
        *ret = local->end;
    return rc;
}
