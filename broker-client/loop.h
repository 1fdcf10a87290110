/* loop.h - the event loop: readiness, timers, signals. The one wrapper of
 * libevent.
 *
 * One loop per program, one thread. Handles belong to whoever created them and
 * must be freed before the loop. Callbacks may free their own handle.
 */
#ifndef BROKER_CLIENT_LOOP_H
#define BROKER_CLIENT_LOOP_H

#include <quern/err.h>
#include <stdint.h>

struct qn_loop;
struct qn_watch;
struct qn_timer;
struct qn_later;
struct qn_signal;

enum qn_io { QN_IO_READ = 1, QN_IO_WRITE = 2 };

typedef void qn_watch_fn(void *arg, int fd, unsigned ready); /* of enum qn_io */
typedef void qn_timer_fn(void *arg);
typedef void qn_later_fn(void *arg);
typedef void qn_signal_fn(void *arg, int signo);

QN_MUST_CHECK int qn_loop_create(struct qn_loop **ret, struct qn_err *reterr);
void qn_loop_free(struct qn_loop *loop);
/* Runs until qn_loop_stop(). */
QN_MUST_CHECK int qn_loop_run(struct qn_loop *loop, struct qn_err *reterr);
/* One turn: waits at most max_wait_ms (-1: for ever) for something to do. */
QN_MUST_CHECK int qn_loop_once(struct qn_loop *loop, int64_t max_wait_ms, struct qn_err *reterr);
void qn_loop_stop(struct qn_loop *loop);
/* fn is called before each wait, one per loop: for what must be looked at last. What it leaves
 * for later comes before the wait. NULL ends it. */
void qn_loop_before_wait(struct qn_loop *loop, qn_later_fn *fn, void *arg);
/* The kernel's queue may not be shared with a child: call first thing after a
 * fork in a child that goes on to use no loop. Frees nothing of the parent's. */
void qn_loop_forget(struct qn_loop *loop);

/* Persistent, level-triggered. want: bits of enum qn_io, 0 sleeps. */
QN_MUST_CHECK int qn_watch_create(struct qn_watch **ret, struct qn_loop *loop, int fd,
                                  qn_watch_fn *fn, void *arg, struct qn_err *reterr);
void qn_watch_want(struct qn_watch *watch, unsigned want);
void qn_watch_free(struct qn_watch *watch); /* does not close the fd */

/* One shot; setting it again replaces the time. 0 ms: in the next turn, after
 * what is ready now ("at the end of this turn"). */
QN_MUST_CHECK int qn_timer_create(struct qn_timer **ret, struct qn_loop *loop, qn_timer_fn *fn,
                                  void *arg, struct qn_err *reterr);
void qn_timer_set(struct qn_timer *timer, int64_t delay_ms);
void qn_timer_clear(struct qn_timer *timer);
bool qn_timer_is_set(const struct qn_timer *timer);
void qn_timer_free(struct qn_timer *timer);

/* For the end of this turn: fn is called before the loop waits again, and before qn_loop_once()
 * returns. Setting it again changes nothing. What is set by such a call comes one turn later, and
 * that turn only looks: a fn that told somebody something sets itself, so that he may act before
 * the loop waits. */
QN_MUST_CHECK int qn_later_create(struct qn_later **ret, struct qn_loop *loop, qn_later_fn *fn,
                                  void *arg, struct qn_err *reterr);
void qn_later_set(struct qn_later *later);
void qn_later_free(struct qn_later *later);

/* Signals are events, not handlers: fn runs from the loop. */
QN_MUST_CHECK int qn_signal_create(struct qn_signal **ret, struct qn_loop *loop, int signo,
                                   qn_signal_fn *fn, void *arg, struct qn_err *reterr);
void qn_signal_free(struct qn_signal *signal);

#endif
