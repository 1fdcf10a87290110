#include "lease.h"

#include "common/log.h"
#include "common/mem.h"

#define COMPARE_MS 60000

enum state {
    OUT,       /* no incarnation on the broker */
    JOINING,   /* asked, not answered by all queues */
    HELD,      /* may take */
    STALE,     /* notes must be compared: no connection, or takes under way */
    COMPARING, /* asked */
    LEAVING,
};

struct worker_lease {
    struct worker_base *base;
    struct worker_lease_events events;
    enum state state;
    unsigned generation; /* answers to older questions do not count */
    size_t left;         /* answers that are missing */
    bool failed;         /* one of them was no answer */
    size_t takes;        /* under way */
    int64_t compared_ms;
    int64_t until_ms[WORKER_QUEUES_MAX];
    struct qn_timer *timer;
};

/* One question to one queue. */
struct ask {
    struct worker_lease *lease;
    unsigned generation;
    size_t queue;
    int64_t sent_ms;
};

static struct ask *ask_create(struct worker_lease *lease, size_t queue)
{
    struct ask *ask = worker_must_alloc(sizeof(*ask));

    *ask = (struct ask){lease, lease->generation, queue, worker_mono_ms(lease->base)};
    return ask;
}

static bool is_unreached(int rc)
{
    return rc == QN_ECONN || rc == QN_EUNKNOWN || rc == QN_ETIMEOUT;
}

/* True when the answer counts. ask is freed either way. */
static bool answered(struct ask *ask, const struct qn_reply *reply, struct ask *ret)
{
    struct worker_base *base = ask->lease->base;

    *ret = *ask;
    qn_free(ask);
    ret->lease->events.asked(ret->lease->events.arg, !is_unreached(reply->rc));
    if (ret->generation != ret->lease->generation)
        return false;
    if (reply->rc == QN_OK)
        base->broker_ahead_ms = reply->now_ms - worker_mono_ms(base);
    return true;
}

static void compare(struct worker_lease *lease);
static void join(struct worker_lease *lease);

/* ---- the lease itself ---- */

static void set_until(const struct ask *ask)
{
    struct worker_lease *lease = ask->lease;
    int64_t least = INT64_MAX;

    lease->until_ms[ask->queue] = ask->sent_ms + lease->base->options->lease_ms;
    for (size_t i = 0; i < lease->base->queues.n; i++) {
        if (lease->until_ms[i] < least)
            least = lease->until_ms[i];
    }
    lease->events.until(lease->events.arg, least);
}

static void lose(struct worker_lease *lease)
{
    qn_log(QN_LOG_ERROR, "the lease is lost: all jobs under way are stopped and left to others",
           QN_STR("incarnation", lease->base->incarnation));
    lease->state = OUT;
    lease->generation++;
    lease->events.lost(lease->events.arg);
    join(lease);
}

static void on_renewed(void *arg, const struct qn_reply *reply)
{
    struct ask ask;

    if (!answered(arg, reply, &ask))
        return;
    struct worker_lease *lease = ask.lease;
    if (reply->rc == QN_ELOST && lease->state != LEAVING) {
        lose(lease);
        return;
    }
    if (reply->rc != QN_OK) {
        qn_log(QN_LOG_WARN, "the lease could not be renewed",
               QN_STR("queue", worker_queue_name(lease->base, ask.queue)),
               QN_STR("why", reply->err->msg));
        return;
    }
    set_until(&ask);
    for (size_t i = 0; i < reply->renewed->n; i++)
        lease->events.cancel(lease->events.arg, ask.queue, reply->renewed->cancel[i]);
}

static void renew(struct worker_lease *lease)
{
    struct worker_base *base = lease->base;

    for (size_t i = 0; i < base->queues.n; i++) {
        base->broker->ops->renew(base->broker, worker_queue_name(base, i), base->incarnation,
                                 base->options->lease_ms, on_renewed, ask_create(lease, i));
    }
}

static void arm(struct worker_lease *lease)
{
    qn_timer_set(lease->timer, lease->base->options->lease_ms / 3);
}

static void tick(void *arg)
{
    struct worker_lease *lease = arg;

    arm(lease);
    if (!worker_is_connected(lease->base) || lease->state == LEAVING)
        return;
    if (lease->state == OUT) {
        join(lease);
        return;
    }
    if (lease->state != JOINING)
        renew(lease);
    if (lease->state == HELD && worker_mono_ms(lease->base) - lease->compared_ms >= COMPARE_MS)
        lease->state = STALE;
    if (lease->state == STALE)
        compare(lease);
}

/* ---- joining ---- */

static void enter_held(struct worker_lease *lease)
{
    lease->state = HELD;
    lease->compared_ms = worker_mono_ms(lease->base);
    lease->events.held(lease->events.arg);
}

/* The broker has taken the incarnation for dead, or is not there: the tick joins. */
static void on_joined(void *arg, const struct qn_reply *reply)
{
    struct ask ask;

    if (!answered(arg, reply, &ask) || ask.lease->state != JOINING)
        return;
    if (reply->rc == QN_OK) {
        set_until(&ask);
        if (--ask.lease->left == 0)
            enter_held(ask.lease);
        return;
    }
    qn_log(QN_LOG_WARN, "the worker could not join a queue, trying again",
           QN_STR("queue", worker_queue_name(ask.lease->base, ask.queue)),
           QN_STR("why", reply->err->msg));
    ask.lease->state = OUT;
    ask.lease->generation++;
}

static void join(struct worker_lease *lease)
{
    struct worker_base *base = lease->base;
    struct qn_err why = {0};

    if (qn_token_make(base->incarnation, &why) != QN_OK) {
        qn_log(QN_LOG_ERROR, "no random bytes for an incarnation", QN_STR("why", why.msg));
        return;
    }
    lease->state = JOINING;
    lease->generation++;
    lease->left = base->queues.n;
    for (size_t i = 0; i < base->queues.n; i++) {
        lease->until_ms[i] = 0;
        base->broker->ops->join(base->broker, worker_queue_name(base, i), base->incarnation,
                                base->options->lease_ms, on_joined, ask_create(lease, i));
    }
}

/* ---- comparing notes ---- */

static void tell_gone(struct worker_lease *lease, size_t queue, const struct qn_reconciled *result)
{
    const char *name = worker_queue_name(lease->base, queue);

    for (size_t i = 0; i < result->n_gone; i++)
        lease->events.gone(lease->events.arg, queue, result->gone[i]);
    if (result->n_requeued > 0)
        qn_log(QN_LOG_WARN, "jobs were given back that this worker does not know of",
               QN_STR("queue", name), QN_STR("first", result->requeued[0]),
               QN_NUM("n", result->n_requeued));
}

static void on_reconciled(void *arg, const struct qn_reply *reply)
{
    struct ask ask;

    if (!answered(arg, reply, &ask))
        return;
    struct worker_lease *lease = ask.lease;
    if (reply->rc == QN_ELOST && lease->state != LEAVING) {
        lose(lease);
        return;
    }
    if (reply->rc == QN_OK)
        tell_gone(lease, ask.queue, reply->reconciled);
    else
        lease->failed = true;
    if (--lease->left > 0 || lease->state != COMPARING)
        return;
    if (lease->failed)
        lease->state = STALE; /* the next connection or tick tries again */
    else
        enter_held(lease);
}

static size_t list_held(const struct worker_lease *lease, size_t queue, struct qn_held *ret)
{
    size_t n = 0;

    for (const struct worker_run *run = lease->base->runs.held; run; run = run->next) {
        if (run->queue == queue && !run->doomed)
            ret[n++] = (struct qn_held){.name = run->name, .token = run->token};
    }
    return n;
}

static void reconcile(struct worker_lease *lease)
{
    struct worker_base *base = lease->base;
    struct qn_held *held = worker_must_alloc((base->runs.n_held + 1) * sizeof(*held));

    lease->left = base->queues.n;
    lease->failed = false;
    for (size_t i = 0; i < base->queues.n; i++) {
        size_t n = list_held(lease, i, held);
        base->broker->ops->reconcile(base->broker, worker_queue_name(base, i), base->incarnation,
                                     held, n, on_reconciled, ask_create(lease, i));
    }
    qn_free(held);
}

/* All in one write, in this order: the broker answers in the order of the questions. */
static void compare(struct worker_lease *lease)
{
    if (lease->takes > 0)
        return;
    lease->state = COMPARING;
    lease->generation++;
    renew(lease);
    lease->events.resend(lease->events.arg);
    reconcile(lease);
}

/* ---- from outside ---- */

void worker_lease_connected(struct worker_lease *lease)
{
    if (lease->state == OUT || lease->state == JOINING) {
        join(lease);
    } else if (lease->state != LEAVING) {
        lease->state = STALE;
        compare(lease);
    }
}

void worker_lease_disconnected(struct worker_lease *lease)
{
    if (lease->state == HELD || lease->state == COMPARING)
        lease->state = STALE;
}

bool worker_lease_may_take(const struct worker_lease *lease)
{
    return lease->state == HELD;
}

bool worker_lease_is_held(const struct worker_lease *lease)
{
    return lease->state == HELD || lease->state == STALE || lease->state == COMPARING;
}

void worker_lease_take_began(struct worker_lease *lease)
{
    lease->takes++;
}

void worker_lease_take_ended(struct worker_lease *lease, const struct qn_reply *reply)
{
    lease->takes--;
    if (reply->rc == QN_ELOST && worker_lease_is_held(lease)) {
        lose(lease);
        return;
    }
    if ((reply->rc == QN_EUNKNOWN || reply->rc == QN_ETIMEOUT) && lease->state == HELD)
        lease->state = STALE;
    if (lease->state == STALE && worker_is_connected(lease->base))
        compare(lease);
}

/* ---- leaving ---- */

static void on_left(void *arg, const struct qn_reply *reply)
{
    struct ask ask;

    if (!answered(arg, reply, &ask))
        return;
    if (reply->rc == QN_OK && reply->number > 0)
        qn_log(QN_LOG_WARN, "jobs are left to other workers",
               QN_STR("queue", worker_queue_name(ask.lease->base, ask.queue)),
               QN_NUM("jobs", reply->number));
    if (--ask.lease->left == 0)
        ask.lease->events.left(ask.lease->events.arg);
}

void worker_lease_leave(struct worker_lease *lease)
{
    struct worker_base *base = lease->base;

    lease->state = LEAVING;
    lease->generation++;
    lease->left = base->queues.n;
    qn_timer_clear(lease->timer);
    for (size_t i = 0; i < base->queues.n; i++) {
        base->broker->ops->leave(base->broker, worker_queue_name(base, i), base->incarnation,
                                 on_left, ask_create(lease, i));
    }
}

/* ---- life ---- */

int worker_lease_create(struct worker_lease **ret, struct worker_base *base,
                        const struct worker_lease_events *events, struct qn_err *reterr)
{
    struct worker_lease *lease = qn_zalloc(1, sizeof(*lease));

    if (!lease)
        return qn_fail(reterr, QN_ENOMEM, "lease: out of memory");
    lease->base = base;
    lease->events = *events;
    int rc = qn_timer_create(&lease->timer, base->loop, tick, lease, reterr);
    if (rc != QN_OK) {
        worker_lease_free(lease);
        return rc;
    }
    arm(lease);
    *ret = lease;
    return QN_OK;
}

void worker_lease_free(struct worker_lease *lease)
{
    if (!lease)
        return;
    qn_timer_free(lease->timer);
    qn_free(lease);
}
