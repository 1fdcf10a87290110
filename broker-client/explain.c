#include "explain.h"

#include "bounds.h"
#include "common/json.h"
#include "common/json_member.h"
#include "explain_type.h"
#include <stdio.h>
#include <string.h>

/* ---- words ---- */

void qn_span_of_time(int64_t ms, char out[QN_MS_TEXT_SIZE])
{
    int64_t day = QN_DAYS_MS(1), hour = day / 24, minute = hour / 60;
    int64_t unit = ms >= day ? hour : ms >= hour ? minute : ms >= 1000 ? 1000 : 1;

    qn_ms_to_str(ms < 0 ? 0 : ms / unit * unit, out);
}

static int64_t bounded(int64_t ms)
{
    const int64_t most = INT64_C(1) << 52;

    return ms > most ? most : ms < -most ? -most : ms;
}

int64_t qn_ms_between(int64_t from_ms, int64_t to_ms)
{
    return bounded(to_ms) - bounded(from_ms);
}

void qn_moment(const struct qn_telling *t, int64_t at_ms, char out[QN_MOMENT_SIZE])
{
    char moment[QN_TIME_TEXT_SIZE], far[QN_MS_TEXT_SIZE];
    int64_t ahead = qn_ms_between(t->facts->now_ms, at_ms);

    t->facts->print_time ? t->facts->print_time(at_ms, moment) : qn_time_to_str(at_ms, moment);
    qn_span_of_time(ahead < 0 ? -ahead : ahead, far);
    snprintf(out, QN_MOMENT_SIZE, ahead < 0 ? "%s (%s ago)" : "%s (in %s)", moment, far);
}

struct qn_reason *qn_say(struct qn_telling *t, int64_t at_ms, const char *fmt, ...)
{
    size_t n = t->out->n < QN_REASONS_MAX ? t->out->n++ : QN_REASONS_MAX - 1;
    struct qn_reason *reason = &t->out->all[n];
    va_list args;

    reason->code = t->code;
    reason->at_ms = at_ms;
    reason->hint[0] = '\0';
    va_start(args, fmt);
    vsnprintf(reason->text, sizeof(reason->text), fmt, args);
    va_end(args);
    reason->text[qn_utf8_cut(reason->text, strlen(reason->text), QN_REASON_TEXT_MAX - 1)] = '\0';
    return reason;
}

void qn_hint(struct qn_reason *reason, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(reason->hint, sizeof(reason->hint), fmt, args);
    va_end(args);
}

/* ---- it runs ---- */

static void tell_running(struct qn_telling *t)
{
    const struct qn_crew *crew = &t->crew;
    char since[QN_MOMENT_SIZE] = "", worker[64];

    snprintf(worker, sizeof(worker), "%.40s", t->job->worker);
    if (!crew->runner) {
        qn_say(t, 0, "a worker has it: %s", worker);
        return;
    }
    if (crew->since_ms > 0)
        qn_moment(t, crew->since_ms, since);
    struct qn_reason *reason =
        qn_say(t, crew->since_ms, "it runs on %s:%lld, worker %s%s%s", crew->host,
               (long long)crew->pid, worker, since[0] ? ", since " : "", since);
    qn_hint(reason, "quern job log %s --follow shows what it does, quern job cancel stops it",
            t->job->id);
}

static void tell_worker_gone(struct qn_telling *t)
{
    if (t->crew.runner)
        return;
    struct qn_reason *reason =
        qn_say(t, 0,
               "that worker has not been heard of for a lease: when the lease has run out, "
               "another one puts the job in line again");
    if (t->crew.taking == 0)
        qn_hint(reason, "quern-worker --queues %s: no other worker serves this queue", t->queue);
}

static void tell_cancel_asked(struct qn_telling *t)
{
    if (t->job->cancel_requested)
        qn_say(t, 0,
               "it was asked to stop, and is killed when it has not after the cancel-grace "
               "of its worker");
}

static void tell_limit(struct qn_telling *t, int64_t limit_ms, const char *what)
{
    char moment[QN_MOMENT_SIZE], whole[QN_MS_TEXT_SIZE];
    int64_t at_ms = t->crew.since_ms + limit_ms;

    if (t->crew.since_ms <= 0 || limit_ms <= 0)
        return;
    qn_moment(t, at_ms, moment);
    qn_ms_to_str(limit_ms, whole);
    qn_say(t, at_ms, "its %s limit of %s %s %s", what, whole,
           at_ms < t->facts->now_ms ? "ended at" : "ends at", moment);
}

static void tell_soft_limit(struct qn_telling *t)
{
    tell_limit(t, t->crew.soft_ms, "soft");
}

static void tell_hard_limit(struct qn_telling *t)
{
    tell_limit(t, t->crew.hard_ms, "hard");
}

static void tell_progress(struct qn_telling *t)
{
    if (t->job->progress[0] != '\0')
        qn_say(t, 0, "its last word on its progress: %s", t->job->progress);
}

/* ---- it waits ---- */

static void tell_due_later(struct qn_telling *t)
{
    char moment[QN_MOMENT_SIZE];

    qn_moment(t, t->job->due_ms, moment);
    if (t->job->due_ms > t->facts->now_ms)
        qn_say(t, t->job->due_ms, "it is due at %s", moment);
    else
        qn_say(t, t->job->due_ms, "it was due at %s: the next worker that looks puts it in line",
               moment);
}

static void tell_retry_later(struct qn_telling *t)
{
    char moment[QN_MOMENT_SIZE], of[32] = "";
    const struct qn_job_info *job = t->job;

    if (job->max_attempts > 0)
        snprintf(of, sizeof(of), " of %d", job->max_attempts);
    qn_moment(t, job->due_ms, moment);
    qn_hint(
        qn_say(t, job->due_ms, "it waits for attempt %d%s, at %s", job->attempts + 1, of, moment),
        "quern job retry %s runs it now", job->id);
}

static void tell_queue_paused(struct qn_telling *t)
{
    char moment[QN_MOMENT_SIZE];
    int64_t since = t->facts->stats->paused_ms;

    if (since == QN_NO_TIME)
        return;
    qn_moment(t, since, moment);
    qn_hint(
        qn_say(t, since, "queue %s is paused since %s: no job of it is started", t->queue, moment),
        "quern queue resume %s", t->queue);
}

static void tell_no_worker(struct qn_telling *t)
{
    if (t->crew.serving == 0)
        qn_hint(qn_say(t, 0, "no worker that is alive serves queue %s", t->queue),
                "quern-worker --queues %s starts one", t->queue);
}

static void tell_workers_quiet(struct qn_telling *t)
{
    if (t->crew.serving > 0 && t->crew.taking == 0)
        qn_hint(qn_say(t, 0, "all workers of queue %s (%zu) are quiet or stopping: none takes jobs",
                       t->queue, t->crew.serving),
                "quern-worker --queues %s starts another one", t->queue);
}

static void tell_task_unknown(struct qn_telling *t)
{
    const struct qn_crew *crew = &t->crew;
    const char *task = t->job->task;

    if (crew->taking == 0 && !t->facts->published)
        qn_say(t, 0, "no worker has published the task %s so far", task);
    if (crew->taking == crew->able)
        return;
    struct qn_reason *reason =
        crew->able > 0
            ? qn_say(t, 0,
                     "%zu of %zu workers of queue %s do not know the task %s: one of these "
                     "that takes the job rejects it",
                     crew->taking - crew->able, crew->taking, t->queue, task)
            : qn_say(t, 0,
                     "workers serve queue %s (%zu), but none knows the task %s: it is "
                     "rejected when it is taken",
                     t->queue, crew->taking, task);
    qn_hint(reason, "quern worker list --json shows which tasks each one has");
}

static void tell_workers_busy(struct qn_telling *t)
{
    const struct qn_crew *crew = &t->crew;
    char longest[QN_MS_TEXT_SIZE] = "";

    if (crew->able == 0 || crew->idle > 0)
        return;
    struct qn_reason *reason;
    if (crew->oldest_ms > 0) {
        qn_span_of_time(qn_ms_between(crew->oldest_ms, t->facts->now_ms), longest);
        reason = qn_say(t, 0, "all executors (%lld) are busy, the longest for %s with %s",
                        (long long)crew->executors, longest, crew->oldest_task);
    } else {
        reason = qn_say(t, 0, "all executors (%lld) are busy", (long long)crew->executors);
    }
    qn_hint(reason, "quern job list --state running shows with what");
}

static void tell_jobs_before(struct qn_telling *t)
{
    int64_t ahead = t->facts->ahead;
    const struct qn_job_info *job = t->job;

    if (ahead > 0)
        qn_say(t, 0, "jobs of queue %s that are taken before it: %lld (its priority is %d of 3)",
               t->queue, (long long)ahead, job->priority);
    else if (ahead < 0 && !qn_in_a_lane(t))
        qn_say(t, 0,
               "10,000 jobs and more of queue %s are taken before it (its priority is %d "
               "of 3)",
               t->queue, job->priority);
}

static void tell_next(struct qn_telling *t)
{
    if (t->facts->ahead != 0)
        return;
    if (t->crew.idle > 0 && t->facts->stats->paused_ms == QN_NO_TIME)
        qn_say(t, 0, "it is the next of queue %s, and an executor is idle: it starts at any moment",
               t->queue);
    else
        qn_say(t, 0, "it is the next of queue %s", t->queue);
}

/* A job that was started before, or anew, does not expire any more. */
static void tell_start_deadline(struct qn_telling *t)
{
    char moment[QN_MOMENT_SIZE];

    if (t->job->expires_ms <= t->facts->now_ms || t->job->history[0] != '\0')
        return;
    qn_moment(t, t->job->expires_ms, moment);
    qn_say(t, t->job->expires_ms, "it expires when it has not started by %s", moment);
}

static void tell_queue_draining(struct qn_telling *t)
{
    char moment[QN_MOMENT_SIZE];
    int64_t since = t->facts->stats->draining_ms;

    if (since == QN_NO_TIME)
        return;
    qn_moment(t, since, moment);
    qn_say(t, since, "queue %s takes in no new jobs since %s; this one is in it and will run",
           t->queue, moment);
}

/* ---- all of it ---- */

#define OF(state) (1u << (state))
#define WAITING   (OF(QN_SCHEDULED) | OF(QN_QUEUED) | OF(QN_RETRYING))
#define ANY       (~0u)

static const struct row {
    const char *code;
    unsigned states; /* in which it is worth saying */
    void (*tell)(struct qn_telling *t);
} rows[] = {
    {"running", OF(QN_RUNNING), tell_running},
    {"worker_gone", OF(QN_RUNNING), tell_worker_gone},
    {"cancel_asked", OF(QN_RUNNING), tell_cancel_asked},
    {"soft_limit", OF(QN_RUNNING), tell_soft_limit},
    {"hard_limit", OF(QN_RUNNING), tell_hard_limit},
    {"progress", OF(QN_RUNNING), tell_progress},
    {"due_later", OF(QN_SCHEDULED), tell_due_later},
    {"retry_later", OF(QN_RETRYING), tell_retry_later},
    {"queue_paused", WAITING, tell_queue_paused},
    {"no_worker", WAITING, tell_no_worker},
    {"workers_quiet", WAITING, tell_workers_quiet},
    {"task_unknown", WAITING, tell_task_unknown},
    {"behind_limit", OF(QN_QUEUED), qn_tell_behind_limit},
    {"workers_busy", OF(QN_QUEUED), tell_workers_busy},
    {"turn", OF(QN_QUEUED), qn_tell_turn},
    {"jobs_before", OF(QN_QUEUED), tell_jobs_before},
    {"next", OF(QN_QUEUED), tell_next},
    {"start_deadline", WAITING, tell_start_deadline},
    {"queue_draining", WAITING, tell_queue_draining},
    {"succeeded", OF(QN_SUCCEEDED), qn_tell_succeeded},
    {"failed", OF(QN_FAILED), qn_tell_failed},
    {"cancelled", OF(QN_CANCELLED), qn_tell_cancelled},
    {"expired", OF(QN_EXPIRED), qn_tell_expired},
    {"run", ANY, qn_tell_runs},
    {"kept_until", ANY, qn_tell_kept},
};

void qn_explain(const struct qn_facts *facts, struct qn_explanation *ret)
{
    struct qn_telling t = {.facts = facts, .job = facts->job, .out = ret};

    ret->n = 0;
    memcpy(t.queue, facts->job->id, strcspn(facts->job->id, "."));
    qn_crew_read(facts->workers, facts->job, facts->job->worker, &t.crew);
    /* A description is some seconds old; how many jobs run is known to the moment. */
    if (t.crew.idle > t.crew.executors - facts->stats->running)
        t.crew.idle = t.crew.executors - facts->stats->running;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        t.code = rows[i].code;
        if (rows[i].states & OF(facts->job->state))
            rows[i].tell(&t);
    }
}

int qn_explain_json(struct qn_buf *out, const struct qn_job_info *job,
                    const struct qn_explanation *explanation)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "id", job->id);
    qn_json_member_text(out, "state", qn_state_name(job->state));
    qn_json_add_key(out, "reasons");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < explanation->n; i++) {
        const struct qn_reason *reason = &explanation->all[i];
        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        qn_json_member_text(out, "code", reason->code);
        qn_json_member_text(out, "text", reason->text);
        qn_json_member_time(out, "at", reason->at_ms);
        qn_json_member_text(out, "hint", reason->hint);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_str(out, "]}");
    return qn_buf_status(out);
}
