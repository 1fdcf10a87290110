#include "pool.h"

#include "common/log.h"
#include "common/mem.h"
#include "oom.h"
#include "orphans.h"
#include "pool_slot.h"

/* ---- answers ---- */

static void collect(void *arg)
{
    struct worker_pool *pool = arg;
    size_t left = pool->busy;

    for (size_t i = 0; left > 0 && i < pool->n; i++) {
        if (pool->slots[i].state != WORKER_SLOT_BUSY)
            continue;
        left--;
        worker_executor_collect(pool->slots[i].executor);
    }
}

/* From the first line on, an answer is either seen here or rung for. */
void worker_pool_collect(struct worker_pool *pool)
{
    worker_bell_sleep(pool->bell, true);
    collect(pool);
}

/* ---- life ---- */

int worker_pool_create(struct worker_pool **ret, struct worker_base *base,
                       const struct worker_pool_events *events, struct qn_err *reterr)
{
    struct worker_pool *pool = qn_zalloc(1, sizeof(*pool));
    int rc = QN_OK;

    if (!pool)
        return qn_fail(reterr, QN_ENOMEM, "pool: out of memory");
    pool->base = base;
    pool->events = *events;
    pool->n = (size_t)base->options->concurrency;
    pool->oom_last = pool->oom_before = worker_oom_kills();
    pool->slots = qn_zalloc(pool->n, sizeof(*pool->slots));
    if (!pool->slots)
        rc = qn_fail(reterr, QN_ENOMEM, "pool: out of memory");
    if (rc == QN_OK)
        rc = worker_bell_create(&pool->bell, base->loop, collect, pool, reterr);
    for (size_t i = 0; rc == QN_OK && i < pool->n; i++) {
        pool->slots[i].pool = pool;
        rc = qn_timer_create(&pool->slots[i].timer, base->loop, worker_slot_timer, &pool->slots[i],
                             reterr);
    }
    if (rc == QN_OK)
        *ret = pool;
    else
        worker_pool_free(pool);
    return rc;
}

void worker_pool_free(struct worker_pool *pool)
{
    if (!pool)
        return;
    worker_bell_free(pool->bell);
    for (size_t i = 0; pool->slots && i < pool->n; i++) {
        worker_executor_free(pool->slots[i].executor);
        qn_timer_free(pool->slots[i].timer);
    }
    qn_free(pool->slots);
    qn_free(pool);
}

void worker_pool_start(struct worker_pool *pool)
{
    for (size_t i = 0; i < pool->n; i++)
        worker_slot_spawn(&pool->slots[i]);
}

void worker_pool_close(struct worker_pool *pool)
{
    pool->closed = true;
    for (size_t i = 0; i < pool->n; i++) {
        struct worker_slot *slot = &pool->slots[i];
        if (slot->state == WORKER_SLOT_IDLE)
            worker_slot_quit(slot);
        else if (slot->state == WORKER_SLOT_EMPTY)
            qn_timer_clear(slot->timer);
    }
}

size_t worker_pool_idle(const struct worker_pool *pool)
{
    return pool->idle;
}

size_t worker_pool_busy(const struct worker_pool *pool)
{
    return pool->busy;
}

/* Ready ones, those that end included. */
size_t worker_pool_alive(const struct worker_pool *pool)
{
    size_t n = 0;

    for (size_t i = 0; i < pool->n; i++)
        n += pool->slots[i].state >= WORKER_SLOT_IDLE;
    return n;
}

size_t worker_pool_processes(const struct worker_pool *pool)
{
    size_t n = 0;

    for (size_t i = 0; i < pool->n; i++)
        n += pool->slots[i].state != WORKER_SLOT_EMPTY;
    return n;
}

int worker_pool_give(struct worker_pool *pool, struct worker_run *run)
{
    int rc = QN_EAGAIN;

    worker_bell_sleep(pool->bell, false); /* who answers from now on is seen before the next wait */
    while (pool->idle_list && (rc == QN_EAGAIN || rc == QN_ECONN))
        rc = worker_slot_give(pool->idle_list, run);
    return rc;
}

static struct worker_slot *slot_of(struct worker_pool *pool, const struct worker_run *run)
{
    for (size_t i = 0; i < pool->n; i++) {
        if (pool->slots[i].run == run)
            return &pool->slots[i];
    }
    return NULL;
}

bool worker_pool_cancel(struct worker_pool *pool, struct worker_run *run)
{
    struct worker_slot *slot = slot_of(pool, run);

    if (slot)
        worker_slot_cancel(slot);
    return slot != NULL;
}

void worker_pool_release(struct worker_pool *pool)
{
    pool->closed = true;
    for (size_t i = 0; i < pool->n; i++)
        worker_slot_kill(&pool->slots[i], WORKER_KILL_RELEASE);
}

bool worker_pool_kill(struct worker_pool *pool, struct worker_run *run)
{
    struct worker_slot *slot = slot_of(pool, run);

    if (slot)
        worker_slot_kill(slot, WORKER_KILL_LOST);
    return slot != NULL;
}

void worker_pool_lease(struct worker_pool *pool, int64_t until_ms)
{
    pool->lease_until_ms = until_ms;
    for (size_t i = 0; i < pool->n; i++) {
        if (pool->slots[i].executor)
            worker_executor_lease(pool->slots[i].executor, until_ms);
    }
}

/* ---- now and then ---- */

static bool is_executor(void *arg, pid_t pid)
{
    const struct worker_pool *pool = arg;

    for (size_t i = 0; i < pool->n; i++) {
        if (pool->slots[i].executor && worker_executor_pid(pool->slots[i].executor) == pid)
            return true;
    }
    return false;
}

static bool has_job(void *arg, pid_t group)
{
    const struct worker_pool *pool = arg;

    for (size_t i = 0; i < pool->n; i++) {
        if (pool->slots[i].run && worker_executor_pid(pool->slots[i].executor) == group)
            return true;
    }
    return false;
}

void worker_pool_sweep(struct worker_pool *pool)
{
    const struct worker_orphans_who who = {pool, is_executor, has_job};
    size_t killed = worker_orphans_sweep(&who);

    if (killed > 0)
        qn_log(QN_LOG_WARN, "processes that jobs left behind were killed", QN_NUM("n", killed));
}

void worker_pool_check(struct worker_pool *pool)
{
    for (size_t i = 0; i < pool->n; i++) {
        if (pool->slots[i].state == WORKER_SLOT_BUSY)
            worker_slot_timer(&pool->slots[i]);
    }
    pool->oom_before = pool->oom_last;
    pool->oom_last = worker_oom_kills();
    worker_pool_sweep(pool);
}

const struct worker_run *worker_pool_run_at(const struct worker_pool *pool, size_t slot,
                                            pid_t *ret_pid)
{
    const struct worker_slot *it = &pool->slots[slot];

    *ret_pid = it->executor ? worker_executor_pid(it->executor) : 0;
    return it->run;
}
