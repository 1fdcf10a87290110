#include "pool_slot.h"

#include "common/backoff.h"
#include "common/log.h"
#include "common/str.h"
#include "oom.h"
#include <quern/job.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define START_MS 30000 /* from the fork to READY */
#define QUIT_MS  10000 /* from QUIT to the end: the tasks' done functions */

#define LONG_RUN_MS 2   /* after which an executor's memory is looked at in any case */
#define WEIGH_MS    100 /* between looks after shorter runs */

#define MEMORY_NEAR_PERCENT 80 /* of the limit: a death there is for want of memory */

/* Frames of one run: a full log of the shortest lines, and then what is sensible. */
#define NOTES_MAX       (QN_JOB_LOG_MAX + 1000)
#define NOTES_PER_S_MAX 20

static const struct qn_backoff_policy rebirth = {
    .shape = QN_SHAPE_EXPONENTIAL, .base_ms = 100, .cap_ms = 10000};

static int64_t mono_ms(const struct worker_slot *slot)
{
    return worker_mono_ms(slot->pool->base);
}

static void push_idle(struct worker_slot *slot)
{
    struct worker_pool *pool = slot->pool;

    slot->next_idle = pool->idle_list;
    pool->idle_list = slot;
    pool->idle++;
}

static void drop_idle(struct worker_slot *slot)
{
    struct worker_slot **link = &slot->pool->idle_list;

    while (*link != slot)
        link = &(*link)->next_idle;
    *link = slot->next_idle;
    slot->pool->idle--;
}

void worker_slot_enter(struct worker_slot *slot, enum worker_slot_state state)
{
    struct worker_pool *pool = slot->pool;

    if (slot->state == WORKER_SLOT_IDLE)
        drop_idle(slot);
    pool->busy -= slot->state == WORKER_SLOT_BUSY;
    slot->state = state;
    if (state == WORKER_SLOT_IDLE)
        push_idle(slot);
    pool->busy += state == WORKER_SLOT_BUSY;
}

void worker_slot_kill(struct worker_slot *slot, enum worker_kill why)
{
    if (slot->killed == WORKER_KILL_NONE)
        slot->killed = why;
    if (slot->executor)
        worker_executor_kill(slot->executor);
}

void worker_slot_quit(struct worker_slot *slot)
{
    worker_slot_enter(slot, WORKER_SLOT_ENDING);
    worker_executor_quit(slot->executor);
    qn_timer_set(slot->timer, QUIT_MS);
}

/* ---- limits ---- */

static void watch_limits(struct worker_slot *slot)
{
    int64_t wait_ms;

    switch (worker_limits_due(&slot->limits, mono_ms(slot), &wait_ms)) {
    case WORKER_DUE_SOFT:
        slot->run->soft_told = true;
        worker_executor_stop(slot->executor, slot->run->number, slot->run->cancel_asked);
        break;
    case WORKER_DUE_HARD:
        worker_slot_kill(slot, WORKER_KILL_HARD);
        return;
    case WORKER_DUE_CANCEL:
        worker_slot_kill(slot, WORKER_KILL_CANCEL);
        return;
    case WORKER_DUE_NOTHING:
    default:
        break;
    }
    qn_timer_set(slot->timer, wait_ms);
}

void worker_slot_timer(void *arg)
{
    struct worker_slot *slot = arg;

    switch (slot->state) {
    case WORKER_SLOT_EMPTY:
        worker_slot_spawn(slot);
        break;
    case WORKER_SLOT_BUSY:
        watch_limits(slot);
        break;
    case WORKER_SLOT_STARTING:
    case WORKER_SLOT_ENDING:
        worker_slot_kill(slot, WORKER_KILL_BROKEN);
        break;
    case WORKER_SLOT_IDLE:
    default:
        break;
    }
}

void worker_slot_cancel(struct worker_slot *slot)
{
    int64_t wait_ms;

    slot->run->cancel_asked = true;
    worker_executor_stop(slot->executor, slot->run->number, true);
    worker_limits_cancel(&slot->limits, slot->pool->base->options->cancel_grace_ms, mono_ms(slot));
    (void)worker_limits_due(&slot->limits, mono_ms(slot) - 1, &wait_ms);
    qn_timer_set(slot->timer, wait_ms);
}

/* ---- the end of a run ---- */

static void tell_end(struct worker_slot *slot, struct worker_end *end)
{
    struct worker_pool *pool = slot->pool;
    struct worker_run *run = slot->run;

    slot->run = NULL;
    /* The executor may have seen it on the clock before it was told. */
    end->soft_over = run->soft_told || mono_ms(slot) >= slot->limits.soft_at_ms;
    end->cancel_asked = run->cancel_asked;
    end->started_ms = run->started_ms;
    end->ended_ms = worker_broker_ms(pool->base);
    pool->events.ended(pool->events.arg, run, end);
}

static void broken(void *arg, const char *why)
{
    struct worker_slot *slot = arg;

    if (slot->killed != WORKER_KILL_NONE)
        return;
    qn_str_copy(slot->broken, sizeof(slot->broken), why);
    worker_slot_kill(slot, WORKER_KILL_BROKEN);
}

static enum worker_fate fate_of(const struct worker_result_frame *result)
{
    static const enum worker_fate fates[] = {
        [QN_DONE] = WORKER_FATE_DONE,
        [QN_RETRY] = WORKER_FATE_RETRY,
        [QN_FAIL] = WORKER_FATE_FAIL,
        [QN_SNOOZE] = WORKER_FATE_SNOOZE,
    };

    if (result->cause == QN_CAUSE_REJECTED)
        return WORKER_FATE_REJECTED;
    return result->cause == QN_CAUSE_TIMEOUT ? WORKER_FATE_TIMED_OUT : fates[result->outcome];
}

/* They do not reach it all at once: the last slot's are replaced a quarter earlier. */
static int64_t most_jobs(const struct worker_slot *slot)
{
    const struct worker_pool *pool = slot->pool;
    int64_t most = pool->base->options->max_jobs;

    return most - most / 4 * (slot - pool->slots) / (int64_t)pool->n;
}

/* Looked at now and then: after each long run, and often enough among short ones. */
static bool is_too_large(struct worker_slot *slot)
{
    int64_t now_ms = mono_ms(slot);

    if (now_ms - slot->given_ms < LONG_RUN_MS && now_ms - slot->weighed_ms < WEIGH_MS)
        return false;
    slot->weighed_ms = now_ms;
    return worker_executor_rss(slot->executor) > slot->pool->base->options->max_memory_bytes;
}

/* One that was killed meanwhile is on its way out. */
static void next_after_run(struct worker_slot *slot)
{
    slot->jobs++;
    qn_timer_clear(slot->timer);
    if (slot->killed != WORKER_KILL_NONE) {
        worker_slot_enter(slot, WORKER_SLOT_ENDING);
        qn_timer_set(slot->timer, QUIT_MS);
    } else if (slot->pool->closed || slot->jobs >= most_jobs(slot) || is_too_large(slot)) {
        worker_slot_quit(slot);
    } else {
        worker_slot_enter(slot, WORKER_SLOT_IDLE);
    }
}

static void on_result(struct worker_slot *slot, const struct qn_frame *frame)
{
    struct worker_result_frame result;
    struct worker_end end;

    if (slot->state != WORKER_SLOT_BUSY ||
        worker_link_decode_result(frame->body, &result) != QN_OK ||
        result.run != slot->run->number) {
        broken(slot, "a result that is none");
        return;
    }
    end = (struct worker_end){
        .fate = fate_of(&result),
        .delay_ms = result.delay_ms,
        .error = result.error,
        .result = result.result,
        .artifacts = result.artifacts,
    };
    next_after_run(slot);
    tell_end(slot, &end);
    slot->pool->events.changed(slot->pool->events.arg);
}

static void on_ready(struct worker_slot *slot)
{
    if (slot->state != WORKER_SLOT_STARTING) {
        broken(slot, "READY twice");
        return;
    }
    qn_timer_clear(slot->timer);
    slot->pool->failures = 0;
    if (slot->pool->trouble)
        qn_log(QN_LOG_INFO, "executors start again");
    slot->pool->trouble = false;
    worker_slot_enter(slot, WORKER_SLOT_IDLE);
    if (slot->pool->closed)
        worker_slot_quit(slot);
    slot->pool->events.changed(slot->pool->events.arg);
}

static bool take_note(struct worker_slot *slot, const struct qn_frame *frame)
{
    struct worker_pool *pool = slot->pool;

    if (slot->state != WORKER_SLOT_BUSY)
        return false;
    if (++slot->notes > NOTES_MAX &&
        slot->notes - NOTES_MAX > (mono_ms(slot) - slot->given_ms) * NOTES_PER_S_MAX / 1000)
        return false;
    return pool->events.note(pool->events.arg, slot->run, frame);
}

static void on_frame(void *arg, const struct qn_frame *frame)
{
    struct worker_slot *slot = arg;

    switch (frame->type) {
    case WORKER_FRAME_READY:
        on_ready(slot);
        break;
    case WORKER_FRAME_RESULT:
        on_result(slot, frame);
        break;
    case WORKER_FRAME_PROGRESS:
    case WORKER_FRAME_LOG:
    case WORKER_FRAME_FOLLOW:
        if (!take_note(slot, frame))
            broken(slot, "a frame out of bounds, or too many");
        break;
    default:
        broken(slot, "a frame of no known type");
    }
}

/* ---- death ---- */

static bool oom_happened(const struct worker_pool *pool)
{
    return pool->oom_before >= 0 && worker_oom_kills() > pool->oom_before;
}

static void explain_death(const struct worker_death *death, char *out, size_t size)
{
    if (death->signal > 0)
        snprintf(out, size, "the executor was killed by signal %d (%s)", death->signal,
                 sigabbrev_np(death->signal) ? sigabbrev_np(death->signal) : "?");
    else
        snprintf(out, size, "the handler ended its process with exit code %d", death->exit_code);
}

/* What was refused cannot be seen from here; what it had can. */
static bool is_at_its_memory_limit(const struct worker_fence *fence,
                                   const struct worker_death *death)
{
    return fence->memory_bytes > 0 &&
           death->max_rss_bytes > fence->memory_bytes / 100 * MEMORY_NEAR_PERCENT;
}

static enum worker_fate judge_own_death(struct worker_slot *slot, const struct worker_death *death,
                                        char *out, size_t size)
{
    const struct worker_fence *fence = &slot->run->fence;

    explain_death(death, out, size);
    if (death->signal == SIGXCPU && fence->cpu_ms > 0) {
        snprintf(out, size, "over the CPU limit of %lld ms", (long long)fence->cpu_ms);
        return WORKER_FATE_TIMED_OUT;
    }
    if (death->signal > 0 && is_at_its_memory_limit(fence, death)) {
        snprintf(out, size, "killed by signal %d at its memory limit of %lld bytes (max RSS %lld)",
                 death->signal, (long long)fence->memory_bytes, (long long)death->max_rss_bytes);
        return WORKER_FATE_OUT_OF_MEMORY;
    }
    if (death->signal != SIGKILL)
        return WORKER_FATE_CRASHED;
    /* The executor's own timer: this process was stopped when the limit passed. */
    if (mono_ms(slot) >= slot->limits.hard_at_ms) {
        snprintf(out, size, "over the hard limit of %lld ms", (long long)slot->run->hard_ms);
        return WORKER_FATE_TIMED_OUT;
    }
    if (!oom_happened(slot->pool))
        return WORKER_FATE_CRASHED;
    snprintf(out, size, "the kernel killed the executor for want of memory (max RSS %lld bytes)",
             (long long)death->max_rss_bytes);
    return WORKER_FATE_OUT_OF_MEMORY;
}

static enum worker_fate judge(struct worker_slot *slot, const struct worker_death *death, char *out,
                              size_t size)
{
    if (death->untaken) {
        snprintf(out, size, "its executor ended before it began");
        return WORKER_FATE_RELEASED;
    }
    switch (slot->killed) {
    case WORKER_KILL_HARD:
        snprintf(out, size, "over the hard limit of %lld ms", (long long)slot->run->hard_ms);
        return WORKER_FATE_TIMED_OUT;
    case WORKER_KILL_CANCEL:
        snprintf(out, size, "cancelled, and killed %lld ms later",
                 (long long)slot->pool->base->options->cancel_grace_ms);
        return WORKER_FATE_CANCELLED;
    case WORKER_KILL_RELEASE:
    case WORKER_KILL_LOST:
        snprintf(out, size, "released: its worker stopped");
        return WORKER_FATE_RELEASED;
    case WORKER_KILL_BROKEN:
        snprintf(out, size, "the executor was killed, it broke the protocol: %s", slot->broken);
        return WORKER_FATE_CRASHED;
    case WORKER_KILL_NONE:
    default:
        return judge_own_death(slot, death, out, size);
    }
}

static void end_by_death(struct worker_slot *slot, const struct worker_death *death)
{
    char text[160];
    struct worker_end end = {
        .fate = judge(slot, death, text, sizeof(text)),
        .delay_ms = -1,
        .max_rss_bytes = death->max_rss_bytes,
    };

    end.error = (struct qn_span){.data = text, .len = strlen(text)};
    if (end.fate == WORKER_FATE_CRASHED || end.fate == WORKER_FATE_OUT_OF_MEMORY)
        end.signal = death->signal;
    tell_end(slot, &end);
}

static void note_early_death(struct worker_slot *slot, const struct worker_death *death)
{
    struct worker_pool *pool = slot->pool;
    char text[160];

    explain_death(death, text, sizeof(text));
    qn_log(QN_LOG_WARN, "an executor ended before it was ready", QN_STR("why", text),
           QN_NUM("in_a_row", pool->failures + 1));
    pool->failures++;
    if (worker_pool_alive(pool) == 0 && !pool->trouble) {
        pool->trouble = true;
        qn_log(QN_LOG_ERROR, "worker without executors: none can be started, trying again");
    }
}

static void plan_birth(struct worker_slot *slot)
{
    uint64_t random = 0;

    if (slot->pool->closed)
        return;
    if (qn_random(&random, sizeof(random), NULL) != QN_OK)
        random = (uint64_t)mono_ms(slot);
    qn_timer_set(slot->timer, slot->pool->failures == 0
                                  ? 0
                                  : qn_backoff_ms(&rebirth, slot->pool->failures, random));
}

static void died(void *arg, const struct worker_death *death)
{
    struct worker_slot *slot = arg;
    struct worker_pool *pool = slot->pool;
    enum worker_slot_state state = slot->state;

    worker_executor_free(slot->executor);
    slot->executor = NULL;
    qn_timer_clear(slot->timer);
    worker_slot_enter(slot, WORKER_SLOT_EMPTY);
    if (state == WORKER_SLOT_STARTING && slot->killed != WORKER_KILL_RELEASE)
        note_early_death(slot, death);
    else if (state == WORKER_SLOT_IDLE && slot->killed == WORKER_KILL_NONE)
        qn_log(QN_LOG_WARN, "an idle executor ended", QN_NUM("signal", death->signal),
               QN_NUM("exit_code", death->exit_code));
    if (slot->run)
        end_by_death(slot, death);
    plan_birth(slot);
    pool->events.changed(pool->events.arg);
}

/* ---- birth and work ---- */

void worker_slot_spawn(struct worker_slot *slot)
{
    const struct worker_executor_events events = {slot, on_frame, broken, died};
    struct worker_pool *pool = slot->pool;
    const struct worker_executor_setup setup = {
        .loop = pool->base->loop, .registry = pool->base->registry, .bell = pool->bell};
    struct qn_err why = {0};

    if (pool->closed)
        return;
    slot->killed = WORKER_KILL_NONE;
    slot->broken[0] = '\0';
    slot->jobs = 0;
    slot->weighed_ms = 0;
    if (worker_executor_spawn(&slot->executor, &setup, &events, &why) != QN_OK) {
        qn_log(QN_LOG_ERROR, "an executor cannot be started, trying again", QN_STR("why", why.msg));
        pool->failures++;
        plan_birth(slot);
        return;
    }
    worker_executor_lease(slot->executor, pool->lease_until_ms);
    worker_slot_enter(slot, WORKER_SLOT_STARTING);
    qn_timer_set(slot->timer, START_MS);
}

int worker_slot_give(struct worker_slot *slot, struct worker_run *run)
{
    const char *queue = worker_queue_name(slot->pool->base, run->queue);
    const struct worker_job_frame frame = {
        .run = run->number,
        .queue = {.data = queue, .len = strlen(queue)},
        .name = {.data = run->name, .len = strlen(run->name)},
        .attempt = run->tried.attempts + 1,
        .max_attempts = run->max_attempts,
        .record = run->job.live,
    };
    int64_t wait_ms;

    worker_limits_begin(&slot->limits, run->soft_ms, run->hard_ms, mono_ms(slot));
    int rc = worker_executor_give(slot->executor, &frame, &slot->limits, &run->fence);
    if (rc == QN_ECONN)
        worker_slot_enter(slot, WORKER_SLOT_ENDING);
    if (rc != QN_OK)
        return rc;
    slot->run = run;
    slot->given_ms = mono_ms(slot);
    slot->notes = 0;
    worker_slot_enter(slot, WORKER_SLOT_BUSY);
    (void)worker_limits_due(&slot->limits, mono_ms(slot), &wait_ms);
    qn_timer_set(slot->timer, wait_ms);
    return QN_OK;
}
