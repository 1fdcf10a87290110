#include "upkeep.h"

#include "common/log.h"
#include "common/mem.h"

#define RECOVER_LIMIT 500
#define PURGE_MS      60000
#define SLACK_MS      5 /* after the moment, not before it */

enum duty { FORWARD, RECOVER, PURGE, DUTIES };

struct chore {
    struct worker_upkeep *upkeep;
    size_t queue;
    enum duty duty;
    int64_t at_ms;
    bool under_way;
    struct qn_weighed weighed; /* PURGE */
};

struct worker_upkeep {
    struct worker_base *base;
    struct chore *chores; /* DUTIES for each queue */
    size_t n;
    struct qn_timer *timer;
    bool stopped;
};

/* ---- when ---- */

/* Between half of the most and the most. */
static int64_t jittered(int64_t most_ms)
{
    uint64_t random = 0;

    if (qn_random(&random, sizeof(random), NULL) != QN_OK)
        return most_ms;
    return most_ms - (int64_t)(random % (uint64_t)(most_ms / 2 + 1));
}

static int64_t period(const struct chore *chore)
{
    return jittered(chore->duty == PURGE ? PURGE_MS : chore->upkeep->base->options->lease_ms / 3);
}

static void arm(struct worker_upkeep *upkeep)
{
    int64_t now = worker_mono_ms(upkeep->base);
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < upkeep->n; i++) {
        if (!upkeep->chores[i].under_way && upkeep->chores[i].at_ms < first)
            first = upkeep->chores[i].at_ms;
    }
    if (upkeep->stopped || first == INT64_MAX)
        qn_timer_clear(upkeep->timer);
    else
        qn_timer_set(upkeep->timer, first > now ? first - now : 0);
}

/* next_ms: when the broker says that there is more to do, by its clock. */
static void plan(struct chore *chore, int64_t next_ms, int64_t now_ms)
{
    int64_t wait = period(chore);

    if (next_ms != QN_NO_TIME && next_ms <= now_ms)
        wait = 0;
    else if (next_ms != QN_NO_TIME && next_ms - now_ms < wait - SLACK_MS)
        wait = next_ms - now_ms + SLACK_MS;
    chore->under_way = false;
    chore->at_ms = worker_mono_ms(chore->upkeep->base) + wait;
    arm(chore->upkeep);
}

/* ---- what ---- */

static bool failed(struct chore *chore, const struct qn_reply *reply)
{
    static const char *const names[] = {"forward", "recover", "purge"};

    if (reply->rc == QN_OK)
        return false;
    if (reply->rc != QN_ECONN && reply->rc != QN_EUNKNOWN)
        qn_log(QN_LOG_WARN, "upkeep failed, trying again", QN_STR("what", names[chore->duty]),
               QN_STR("queue", worker_queue_name(chore->upkeep->base, chore->queue)),
               QN_STR("why", reply->err->msg));
    plan(chore, QN_NO_TIME, 0);
    return true;
}

static void on_forwarded(void *arg, const struct qn_reply *reply)
{
    if (!failed(arg, reply))
        plan(arg, reply->forwarded->next_due_ms, reply->now_ms);
}

static void log_names(const struct chore *chore, enum qn_log_level level, const char *msg, size_t n,
                      const char *const *names)
{
    const char *queue = worker_queue_name(chore->upkeep->base, chore->queue);
    char id[QN_ID_SIZE];

    for (size_t i = 0; i < n; i++) {
        snprintf(id, sizeof(id), "%s.%s", queue, names[i]);
        qn_log(level, msg, QN_STR("job", id));
    }
}

static void on_recovered(void *arg, const struct qn_reply *reply)
{
    struct chore *chore = arg;

    if (failed(chore, reply))
        return;
    const struct qn_recovered *it = reply->recovered;
    if (it->time_lost)
        qn_log(QN_LOG_WARN, "nobody looked after the queue for a lease: all leases start anew",
               QN_STR("queue", worker_queue_name(chore->upkeep->base, chore->queue)));
    log_names(chore, QN_LOG_WARN, "recovered: its worker was lost, it will run again",
              it->n_requeued, it->requeued);
    log_names(chore, QN_LOG_ERROR, "failed: too many workers were lost with it", it->n_failed,
              it->failed);
    log_names(chore, QN_LOG_INFO, "cancelled: its worker was lost", it->n_cancelled, it->cancelled);
    plan(chore, it->more ? reply->now_ms : it->next_expiry_ms, reply->now_ms);
}

static void on_purged(void *arg, const struct qn_reply *reply)
{
    struct chore *chore = arg;

    if (failed(chore, reply))
        return;
    if (reply->purged->n > 0)
        qn_log(QN_LOG_INFO, "dead letters trimmed",
               QN_STR("queue", worker_queue_name(chore->upkeep->base, chore->queue)),
               QN_NUM("n", reply->purged->n));
    chore->weighed = reply->purged->until;
    plan(chore, reply->purged->more ? reply->now_ms : QN_NO_TIME, reply->now_ms);
}

static void do_chore(struct chore *chore)
{
    struct worker_base *base = chore->upkeep->base;
    struct qn_broker *broker = base->broker;
    const char *queue = worker_queue_name(base, chore->queue);
    const struct worker_options *options = base->options;
    const struct qn_recover how = {
        .lease_ms = options->lease_ms,
        .max_deaths = options->max_deaths,
        .final_ttl_ms = options->result_ttl_ms,
        .failed_ttl_ms = options->failed_ttl_ms,
        .limit = RECOVER_LIMIT,
    };

    const struct qn_trim what = {
        .max_age_ms = options->failed_ttl_ms,
        .max_count = options->failed_max,
        .max_bytes = options->failed_bytes,
        .from = chore->weighed,
    };

    chore->under_way = true;
    if (chore->duty == FORWARD)
        broker->ops->forward(broker, queue, on_forwarded, chore);
    else if (chore->duty == RECOVER)
        broker->ops->recover(broker, queue, &how, on_recovered, chore);
    else
        broker->ops->trim(broker, queue, &what, on_purged, chore);
}

static void tick(void *arg)
{
    struct worker_upkeep *upkeep = arg;
    int64_t now = worker_mono_ms(upkeep->base);

    for (size_t i = 0; i < upkeep->n; i++) {
        struct chore *chore = &upkeep->chores[i];
        if (chore->under_way || chore->at_ms > now)
            continue;
        if (worker_is_connected(upkeep->base))
            do_chore(chore);
        else
            chore->at_ms = now + period(chore);
    }
    arm(upkeep);
}

/* ---- from outside ---- */

int worker_upkeep_create(struct worker_upkeep **ret, struct worker_base *base,
                         struct qn_err *reterr)
{
    struct worker_upkeep *upkeep = qn_zalloc(1, sizeof(*upkeep));
    int rc = QN_ENOMEM;

    if (upkeep) {
        upkeep->base = base;
        upkeep->stopped = true;
        upkeep->n = base->queues.n * DUTIES;
        upkeep->chores = qn_zalloc(upkeep->n, sizeof(*upkeep->chores));
    }
    if (!upkeep || !upkeep->chores) {
        worker_upkeep_free(upkeep);
        return qn_fail(reterr, rc, "upkeep: out of memory");
    }
    for (size_t i = 0; i < upkeep->n; i++)
        upkeep->chores[i] =
            (struct chore){.upkeep = upkeep, .queue = i / DUTIES, .duty = (enum duty)(i % DUTIES)};
    rc = qn_timer_create(&upkeep->timer, base->loop, tick, upkeep, reterr);
    if (rc == QN_OK)
        *ret = upkeep;
    else
        worker_upkeep_free(upkeep);
    return rc;
}

void worker_upkeep_free(struct worker_upkeep *upkeep)
{
    if (!upkeep)
        return;
    qn_timer_free(upkeep->timer);
    qn_free(upkeep->chores);
    qn_free(upkeep);
}

void worker_upkeep_start(struct worker_upkeep *upkeep)
{
    upkeep->stopped = false;
    qn_timer_set(upkeep->timer, 0);
}

void worker_upkeep_stop(struct worker_upkeep *upkeep)
{
    upkeep->stopped = true;
    qn_timer_clear(upkeep->timer);
}

void worker_upkeep_due(struct worker_upkeep *upkeep, size_t queue, int64_t in_ms)
{
    struct chore *chore = &upkeep->chores[queue * DUTIES + FORWARD];
    int64_t at = worker_mono_ms(upkeep->base) + (in_ms > 0 ? in_ms + SLACK_MS : 0);

    if (chore->under_way || at >= chore->at_ms)
        return;
    chore->at_ms = at;
    arm(upkeep);
}
