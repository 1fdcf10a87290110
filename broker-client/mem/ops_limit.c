/* ops_limit.c - what may run at once and how often, and what may wait. */
#include "broker-client/limits.h"
#include "common/mem.h"
#include "common/str.h"
#include "lanes.h"

#include <string.h>

#define LIMITS_TOLD_MAX 1000

void qn_mem_budget(struct qn_broker *b, const char *queue, int64_t max_jobs, int64_t max_bytes,
                   qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    if (max_jobs < 0 || max_bytes < 0) {
        qn_mem_refuse(answer, QN_EINVAL, "a budget is not negative");
    } else {
        q->max_jobs = max_jobs;
        q->max_bytes = max_bytes;
        answer->reply.number = 1;
    }
    qn_mem_tell(b, answer);
}

/* ---- limits ---- */

/* Where the limit of a scope stands, or belongs. */
static struct qn_mem_limit **place_of(struct qn_mem_queue *queue, const char *scope)
{
    struct qn_mem_limit **at = &queue->limits;

    while (*at && strcmp((*at)->scope, scope) < 0)
        at = &(*at)->next;
    return at;
}

static bool is_same(const struct qn_limit *a, const struct qn_limit *b)
{
    return a->concurrency == b->concurrency && a->rate == b->rate && a->per_ms == b->per_ms &&
           a->burst == b->burst && a->declared == b->declared;
}

/* Removes, changes or adds; 1 when something is different now, QN_ENOMEM. */
static int put(struct qn_mem_limit **at, struct qn_mem_limit *old, const struct qn_limit *limit)
{
    struct qn_mem_limit *made = old;

    if (limit->concurrency == 0 && limit->rate == 0) {
        if (old)
            *at = old->next;
        qn_free(old);
        return old != NULL;
    }
    if (old && is_same(&old->set, limit))
        return 0;
    if (!made) {
        made = qn_zalloc(1, sizeof(*made));
        if (!made)
            return QN_ENOMEM;
        qn_str_copy(made->scope, sizeof(made->scope), limit->scope);
        made->next = *at;
        *at = made;
    }
    made->set = *limit;
    made->set.scope = NULL;
    return 1;
}

static int set_one(struct qn_mem_queue *queue, const struct qn_limit *limit)
{
    struct qn_mem_limit **at = place_of(queue, limit->scope);
    struct qn_mem_limit *old = *at && strcmp((*at)->scope, limit->scope) == 0 ? *at : NULL;

    if (old && limit->declared && !old->set.declared)
        return 0;
    int changed = put(at, old, limit);
    if (changed > 0)
        qn_mem_lanes_call_all(queue, limit->scope);
    return changed;
}

void qn_mem_limit(struct qn_broker *b, const char *queue, const struct qn_limit *limits, size_t n,
                  qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);
    const char *fault = qn_limits_fault(limits, n);

    if (!q)
        return;
    if (fault)
        qn_mem_refuse(answer, QN_EINVAL, fault);
    for (size_t i = 0; answer->reply.rc == QN_OK && i < n; i++) {
        int changed = set_one(q, &limits[i]);
        if (changed < 0)
            qn_mem_refuse(answer, changed, "out of memory");
        else
            answer->reply.number += changed;
    }
    if (qn_mem_lanes_any(q))
        qn_mem_wake(q->store, q);
    qn_mem_tell(b, answer);
}

static struct qn_limit tell_one(struct qn_mem_queue *queue, const struct qn_mem_limit *limit,
                                struct qn_mem_answer *answer)
{
    struct qn_mem_scope scope = {.limit = &limit->set};
    struct qn_limit told = limit->set;

    qn_str_copy(scope.name, sizeof(scope.name), limit->scope);
    told.scope = qn_mem_keep(answer, limit->scope, strlen(limit->scope));
    told.running = qn_mem_lanes_running(queue, limit->scope);
    told.held = qn_mem_lanes_held(queue, limit->scope);
    (void)qn_mem_lanes_has_room(queue, &scope, &told.next_at_ms);
    return told;
}

void qn_mem_limits(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    struct qn_limits *told = &answer->result.limits;
    struct qn_limit *list = qn_mem_list(answer, LIMITS_TOLD_MAX, sizeof(*list));
    const struct qn_mem_limit *limit = q->limits;
    for (; list && limit && told->n < LIMITS_TOLD_MAX; limit = limit->next)
        list[told->n++] = tell_one(q, limit, answer);
    told->limits = list;
    answer->reply.limits = told;
    qn_mem_tell(b, answer);
}
