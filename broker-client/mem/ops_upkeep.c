/* ops_upkeep.c - forward, recover, purge, pause. */
#include "common/mem.h"
#include "lanes.h"
#include "mem_type.h"

#include <stdio.h>
#include <string.h>

#define MARK_LIFE_MS INT64_C(604800000)

static struct qn_mem_job *next_due_at(struct qn_mem_queue *queue, enum qn_mem_place place,
                                      int64_t now)
{
    struct qn_mem_job *best = NULL;

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->place == place && job->at_ms <= now &&
            (!best || job->at_ms < best->at_ms ||
             (job->at_ms == best->at_ms && strcmp(job->name, best->name) < 0)))
            best = job;
    }
    return best;
}

/* In the order of their times. */
static int64_t forward(struct qn_mem_queue *queue, enum qn_mem_place place, int64_t now)
{
    struct qn_mem_job *job;
    int64_t moved = 0;

    for (; (job = next_due_at(queue, place, now)) != NULL; moved++)
        qn_mem_make_ready(queue, job, false);
    return moved;
}

void qn_mem_forward(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    struct qn_forwarded *result = &answer->result.forwarded;
    result->moved = forward(q, QN_MEM_DUE, answer->reply.now_ms) +
                    forward(q, QN_MEM_RETRY, answer->reply.now_ms);
    qn_mem_lanes_refill(q);
    result->next_due_ms = qn_mem_next_due(q);
    if (qn_mem_any_ready(q))
        qn_mem_wake(qn_mem_of(b)->store, q);
    answer->reply.forwarded = result;
    qn_mem_tell(b, answer);
}

/* ---- recover ---- */

struct recovery {
    struct qn_mem_store *store;
    struct qn_mem_queue *queue;
    const struct qn_recover *how;
    struct qn_mem_answer *answer;
    const char **requeued, **failed, **cancelled;
    int moved;
};

static bool lost_time(const struct qn_mem_queue *queue, int64_t lease_ms, int64_t now)
{
    return queue->tick_ms != QN_NO_TIME &&
           (now < queue->tick_ms || now - queue->tick_ms > lease_ms);
}

static int64_t next_expiry(const struct qn_mem_queue *queue)
{
    int64_t first = QN_NO_TIME;

    for (const struct qn_mem_lease *lease = queue->leases; lease; lease = lease->next) {
        if (!lease->dead && (first == QN_NO_TIME || lease->expiry_ms < first))
            first = lease->expiry_ms;
    }
    return first;
}

static bool owner_is_dead(const struct qn_mem_queue *queue, const struct qn_mem_job *job,
                          const void *unused)
{
    (void)unused;
    for (const struct qn_mem_lease *lease = queue->leases; lease; lease = lease->next) {
        if (lease->dead && qn_mem_owns(job, lease->incarnation))
            return true;
    }
    return false;
}

static int count_death(struct qn_mem_job *job, int64_t now)
{
    struct qn_try attempt = {0};
    struct qn_buf text;
    char line[160];

    qn_buf_init(&text, 2 * QN_HISTORY_MAX);
    (void)!qn_try_decode(qn_mem_span(&job->attempt), &attempt);
    attempt.deaths++;
    attempt.token = (struct qn_span){0};
    snprintf(line, sizeof(line), "{\"run\":\"%s\",\"cause\":\"lost\",\"ended_ms\":%lld}",
             job->token, (long long)now);
    (void)!qn_try_encode(&attempt, line, &text);
    qn_mem_set(&job->attempt, qn_mem_span(&text));
    qn_buf_release(&text);
    return attempt.deaths;
}

static void recover_one(struct recovery *r, struct qn_mem_job *job)
{
    struct qn_recovered *result = &r->answer->result.recovered;
    const char *name = qn_mem_keep(r->answer, job->name, strlen(job->name));
    int deaths = count_death(job, r->answer->reply.now_ms);

    qn_buf_reset(&job->progress);
    if (job->cancel_ms != QN_NO_TIME) {
        qn_mem_bury(r->queue, job, 'C', r->how->final_ttl_ms);
        r->cancelled[result->n_cancelled++] = name;
    } else if (deaths >= r->how->max_deaths) {
        qn_mem_bury(r->queue, job, 'F', r->how->failed_ttl_ms);
        r->failed[result->n_failed++] = name;
    } else {
        qn_mem_make_ready(r->queue, job, true);
        r->queue->totals.recovered++;
        r->requeued[result->n_requeued++] = name;
    }
    r->moved++;
}

static void forget_dead(struct qn_mem_queue *queue)
{
    struct qn_mem_lease **at = &queue->leases;

    while (*at) {
        struct qn_mem_lease *lease = *at;
        if (!lease->dead) {
            at = &lease->next;
            continue;
        }
        *at = lease->next;
        qn_free(lease);
    }
}

static void recover(struct recovery *r)
{
    struct qn_recovered *result = &r->answer->result.recovered;
    int64_t now = r->answer->reply.now_ms;
    int limit = r->how->limit < 1 || r->how->limit > 500 ? 500 : r->how->limit;

    for (struct qn_mem_lease *lease = r->queue->leases; lease; lease = lease->next)
        lease->dead = lease->dead || lease->expiry_ms <= now;
    r->requeued = qn_mem_list(r->answer, (size_t)limit, sizeof(char *));
    r->failed = qn_mem_list(r->answer, (size_t)limit, sizeof(char *));
    r->cancelled = qn_mem_list(r->answer, (size_t)limit, sizeof(char *));
    if (!r->requeued || !r->failed || !r->cancelled)
        return;
    for (struct qn_mem_job *job; (job = qn_mem_last_run(r->queue, owner_is_dead, NULL)) != NULL;) {
        if (r->moved == limit) {
            result->more = true;
            break;
        }
        recover_one(r, job);
    }
    if (!result->more)
        forget_dead(r->queue);
    result->requeued = r->requeued;
    result->failed = r->failed;
    result->cancelled = r->cancelled;
    qn_mem_follow_up(r->queue);
    if (result->n_requeued > 0)
        qn_mem_wake(r->store, r->queue);
}

void qn_mem_recover(struct qn_broker *b, const char *queue, const struct qn_recover *how,
                    qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    struct recovery r = {.store = qn_mem_of(b)->store, .queue = q, .how = how, .answer = answer};
    int64_t now = answer->reply.now_ms;
    struct qn_recovered *result = &answer->result.recovered;
    result->time_lost = lost_time(q, how->lease_ms, now);
    q->tick_ms = now;
    for (struct qn_mem_lease *lease = q->leases; result->time_lost && lease; lease = lease->next)
        lease->expiry_ms = now + how->lease_ms;
    if (!result->time_lost)
        recover(&r);
    result->next_expiry_ms = next_expiry(q);
    answer->reply.recovered = result;
    qn_mem_tell(b, answer);
}

/* ---- purge, pause ---- */

struct letters {
    int64_t n, bytes;
};

static struct qn_mem_job *oldest_failed(struct qn_mem_queue *queue, struct letters *ret)
{
    struct qn_mem_job *oldest = NULL;

    *ret = (struct letters){0, 0};
    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->place != QN_MEM_FAILED)
            continue;
        ret->n++;
        ret->bytes += (int64_t)(job->record.len + job->log.len);
        if (!oldest || job->at_ms < oldest->at_ms ||
            (job->at_ms == oldest->at_ms && strcmp(job->name, oldest->name) < 0))
            oldest = job;
    }
    return oldest;
}

static bool may_weigh(struct qn_mem_queue *queue, int64_t now)
{
    if (queue->weighed_ms != QN_NO_TIME && now >= queue->weighed_ms &&
        now - queue->weighed_ms < QN_WEIGH_EVERY_MS)
        return false;
    queue->weighed_ms = now;
    return true;
}

/* Of planned times a week ago. */
static void forget_marks(struct qn_mem_queue *queue, int64_t now)
{
    for (struct qn_mem_pair *mark = queue->fired, *next; mark; mark = next) {
        next = mark->next;
        if (mark->number < now - MARK_LIFE_MS)
            qn_mem_pair_drop(&queue->fired, mark->name);
    }
}

void qn_mem_trim(struct qn_broker *b, const char *queue, const struct qn_trim *how, qn_reply_fn *fn,
                 void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);
    struct qn_mem_job *job;
    struct letters all;

    if (!q)
        return;
    int64_t now = answer->reply.now_ms;
    bool weighs = how->max_bytes > 0 && may_weigh(q, now);
    while ((job = oldest_failed(q, &all)) != NULL &&
           (all.n > how->max_count || job->at_ms <= now - how->max_age_ms ||
            (weighs && all.n > 1 && all.bytes > how->max_bytes))) {
        qn_mem_drop(q, job);
        answer->result.purged.n++;
    }
    forget_marks(q, now);
    answer->reply.purged = &answer->result.purged;
    qn_mem_tell(b, answer);
}

void qn_mem_gate(struct qn_broker *b, const char *queue, enum qn_gate gate, qn_reply_fn *fn,
                 void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    int64_t *since = gate == QN_GATE_DRAINING ? &q->draining_ms : &q->paused_ms;
    bool open = q->paused_ms == QN_NO_TIME && q->draining_ms == QN_NO_TIME;
    answer->reply.number = gate == QN_GATE_OPEN ? !open : *since == QN_NO_TIME;
    if (gate == QN_GATE_OPEN)
        q->paused_ms = q->draining_ms = QN_NO_TIME;
    else if (*since == QN_NO_TIME)
        *since = answer->reply.now_ms;
    if (gate == QN_GATE_PAUSED)
        q->token = false;
    else if (gate == QN_GATE_OPEN && qn_mem_any_ready(q))
        qn_mem_wake(qn_mem_of(b)->store, q);
    qn_mem_tell(b, answer);
}
