#include "loop.h"

#include "common/mem.h"
#include <event2/event.h>
#include <sys/time.h>

struct qn_loop {
    struct event_base *base;
    struct event *limit; /* ends a turn that waits long enough */
    qn_later_fn *before_wait;
    void *before_wait_arg;
    struct qn_later *later; /* first in, first out */
    struct qn_later **later_tail;
    size_t n_later;
    bool stopped;
    bool forgotten;
};

struct qn_watch {
    struct qn_loop *loop;
    struct event *event;
    int fd;
    unsigned want;
    qn_watch_fn *fn;
    void *arg;
};

struct qn_timer {
    struct qn_loop *loop;
    struct event *event;
    qn_timer_fn *fn;
    void *arg;
};

struct qn_later {
    struct qn_loop *loop;
    struct qn_later *next;
    bool is_set;
    qn_later_fn *fn;
    void *arg;
};

struct qn_signal {
    struct qn_loop *loop;
    struct event *event;
    qn_signal_fn *fn;
    void *arg;
};

static struct timeval timeval_of(int64_t ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};

    return tv;
}

static void end_of_wait(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

/* Cached time would let a timer that is set late in a long callback fire early. */
static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config && event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME) == 0)
        base = event_base_new_with_config(config);
    if (config)
        event_config_free(config);
    return base;
}

int qn_loop_create(struct qn_loop **ret, struct qn_err *reterr)
{
    struct qn_loop *loop = qn_zalloc(1, sizeof(*loop));

    if (!loop)
        return qn_fail(reterr, QN_ENOMEM, "event loop: out of memory");
    loop->later_tail = &loop->later;
    loop->base = make_base();
    if (loop->base)
        loop->limit = evtimer_new(loop->base, end_of_wait, NULL);
    if (!loop->limit) {
        qn_loop_free(loop);
        return qn_fail(reterr, QN_ESYS, "event loop: the kernel gave no event queue");
    }
    *ret = loop;
    return QN_OK;
}

void qn_loop_free(struct qn_loop *loop)
{
    if (!loop)
        return;
    if (!loop->forgotten) {
        if (loop->limit)
            event_free(loop->limit);
        if (loop->base)
            event_base_free(loop->base);
    }
    qn_free(loop);
}

void qn_loop_before_wait(struct qn_loop *loop, qn_later_fn *fn, void *arg)
{
    loop->before_wait = fn;
    loop->before_wait_arg = arg;
}

static void unlink_later(struct qn_later *later)
{
    struct qn_loop *loop = later->loop;
    struct qn_later **at = &loop->later;

    if (!later->is_set)
        return;
    while (*at != later)
        at = &(*at)->next;
    *at = later->next;
    if (loop->later_tail == &later->next)
        loop->later_tail = at;
    later->is_set = false;
    loop->n_later--;
}

/* As many as are set now: what they set waits for the next turn. */
static void end_turn(struct qn_loop *loop)
{
    for (size_t n = loop->n_later; n > 0 && loop->later; n--) {
        struct qn_later *later = loop->later;
        unlink_later(later);
        later->fn(later->arg);
    }
}

static int turn(struct qn_loop *loop, bool may_wait)
{
    if (loop->before_wait)
        loop->before_wait(loop->before_wait_arg);
    end_turn(loop);
    may_wait = may_wait && !loop->stopped && !loop->later;
    /* Without ONCE it would look again until nothing is there. */
    return event_base_loop(loop->base,
                           EVLOOP_ONCE | (may_wait ? EVLOOP_NO_EXIT_ON_EMPTY : EVLOOP_NONBLOCK));
}

int qn_loop_run(struct qn_loop *loop, struct qn_err *reterr)
{
    int rc = 0;

    while (!loop->stopped && rc >= 0)
        rc = turn(loop, true);
    loop->stopped = false;
    return rc < 0 ? qn_fail_sys(reterr, "event loop") : QN_OK;
}

int qn_loop_once(struct qn_loop *loop, int64_t max_wait_ms, struct qn_err *reterr)
{
    if (max_wait_ms > 0) {
        struct timeval tv = timeval_of(max_wait_ms);
        evtimer_add(loop->limit, &tv);
    }
    int rc = turn(loop, max_wait_ms != 0);
    evtimer_del(loop->limit);
    end_turn(loop);
    return rc < 0 ? qn_fail_sys(reterr, "event loop") : QN_OK;
}

void qn_loop_stop(struct qn_loop *loop)
{
    loop->stopped = true;
    event_base_loopbreak(loop->base);
}

/* Taking events out of the queue would take them out of the parent's too, so
 * from here on handles only give back their own memory. */
void qn_loop_forget(struct qn_loop *loop)
{
    if (loop)
        loop->forgotten = true;
}

static void drop_event(const struct qn_loop *loop, struct event *event)
{
    if (event && !loop->forgotten)
        event_free(event);
}

static void watch_ready(evutil_socket_t fd, short what, void *arg)
{
    struct qn_watch *watch = arg;
    unsigned ready = (what & EV_READ ? QN_IO_READ : 0u) | (what & EV_WRITE ? QN_IO_WRITE : 0u);

    watch->fn(watch->arg, fd, ready);
}

int qn_watch_create(struct qn_watch **ret, struct qn_loop *loop, int fd, qn_watch_fn *fn, void *arg,
                    struct qn_err *reterr)
{
    struct qn_watch *watch = qn_zalloc(1, sizeof(*watch));

    if (watch)
        watch->event = event_new(loop->base, fd, EV_PERSIST, watch_ready, watch);
    if (!watch || !watch->event) {
        qn_free(watch);
        return qn_fail(reterr, QN_ENOMEM, "watch of fd %d: out of memory", fd);
    }
    watch->loop = loop;
    watch->fd = fd;
    watch->fn = fn;
    watch->arg = arg;
    *ret = watch;
    return QN_OK;
}

void qn_watch_want(struct qn_watch *watch, unsigned want)
{
    short events = EV_PERSIST;

    if (watch->want == want || watch->loop->forgotten)
        return;
    watch->want = want;
    event_del(watch->event);
    if (want == 0)
        return;
    if (want & QN_IO_READ)
        events |= EV_READ;
    if (want & QN_IO_WRITE)
        events |= EV_WRITE;
    event_assign(watch->event, watch->loop->base, watch->fd, events, watch_ready, watch);
    event_add(watch->event, NULL);
}

void qn_watch_free(struct qn_watch *watch)
{
    if (!watch)
        return;
    drop_event(watch->loop, watch->event);
    qn_free(watch);
}

static void timer_fired(evutil_socket_t fd, short what, void *arg)
{
    struct qn_timer *timer = arg;

    (void)fd;
    (void)what;
    timer->fn(timer->arg);
}

int qn_timer_create(struct qn_timer **ret, struct qn_loop *loop, qn_timer_fn *fn, void *arg,
                    struct qn_err *reterr)
{
    struct qn_timer *timer = qn_zalloc(1, sizeof(*timer));

    if (timer)
        timer->event = evtimer_new(loop->base, timer_fired, timer);
    if (!timer || !timer->event) {
        qn_free(timer);
        return qn_fail(reterr, QN_ENOMEM, "timer: out of memory");
    }
    timer->loop = loop;
    timer->fn = fn;
    timer->arg = arg;
    *ret = timer;
    return QN_OK;
}

void qn_timer_set(struct qn_timer *timer, int64_t delay_ms)
{
    struct timeval tv = timeval_of(delay_ms > 0 ? delay_ms : 0);

    if (!timer->loop->forgotten)
        evtimer_add(timer->event, &tv);
}

void qn_timer_clear(struct qn_timer *timer)
{
    if (!timer->loop->forgotten)
        evtimer_del(timer->event);
}

bool qn_timer_is_set(const struct qn_timer *timer)
{
    return evtimer_pending(timer->event, NULL) != 0;
}

void qn_timer_free(struct qn_timer *timer)
{
    if (!timer)
        return;
    drop_event(timer->loop, timer->event);
    qn_free(timer);
}

int qn_later_create(struct qn_later **ret, struct qn_loop *loop, qn_later_fn *fn, void *arg,
                    struct qn_err *reterr)
{
    struct qn_later *later = qn_zalloc(1, sizeof(*later));

    if (!later)
        return qn_fail(reterr, QN_ENOMEM, "end of a turn: out of memory");
    later->loop = loop;
    later->fn = fn;
    later->arg = arg;
    *ret = later;
    return QN_OK;
}

void qn_later_set(struct qn_later *later)
{
    struct qn_loop *loop = later->loop;

    if (later->is_set)
        return;
    later->is_set = true;
    later->next = NULL;
    *loop->later_tail = later;
    loop->later_tail = &later->next;
    loop->n_later++;
}

void qn_later_free(struct qn_later *later)
{
    if (!later)
        return;
    unlink_later(later);
    qn_free(later);
}

static void signal_came(evutil_socket_t signo, short what, void *arg)
{
    struct qn_signal *signal = arg;

    (void)what;
    signal->fn(signal->arg, signo);
}

int qn_signal_create(struct qn_signal **ret, struct qn_loop *loop, int signo, qn_signal_fn *fn,
                     void *arg, struct qn_err *reterr)
{
    struct qn_signal *signal = qn_zalloc(1, sizeof(*signal));

    if (signal)
        signal->event = evsignal_new(loop->base, signo, signal_came, signal);
    if (!signal || !signal->event || evsignal_add(signal->event, NULL) < 0) {
        if (signal && signal->event)
            event_free(signal->event);
        qn_free(signal);
        return qn_fail(reterr, QN_ENOMEM, "signal %d: cannot be watched", signo);
    }
    signal->loop = loop;
    signal->fn = fn;
    signal->arg = arg;
    *ret = signal;
    return QN_OK;
}

void qn_signal_free(struct qn_signal *signal)
{
    if (!signal)
        return;
    drop_event(signal->loop, signal->event);
    qn_free(signal);
}
