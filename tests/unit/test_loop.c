#include "broker-client/loop.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY_TURNS 1000

struct seen {
    struct qn_loop *loop;
    struct qn_watch *watch;
    struct qn_timer *timer;
    struct qn_later *later;
    int reads, writes, timers, signals;
    char order[16];
    int n;
};

static int set_up(void **state)
{
    static struct seen seen;
    struct qn_err err;

    seen = (struct seen){0};
    *state = &seen;
    return qn_loop_create(&seen.loop, &err);
}

static int tear_down(void **state)
{
    struct seen *seen = *state;

    qn_loop_free(seen->loop);
    return 0;
}

static void turn(struct seen *seen, int64_t wait_ms)
{
    struct qn_err err;

    assert_int_equal(qn_loop_once(seen->loop, wait_ms, &err), QN_OK);
}

static void on_ready(void *arg, int fd, unsigned ready)
{
    struct seen *seen = arg;
    char byte;

    if (ready & QN_IO_READ) {
        seen->reads++;
        seen->order[seen->n++ % 16] = 'r';
        assert_int_equal(read(fd, &byte, 1), 1);
    }
    seen->writes += (ready & QN_IO_WRITE) != 0;
}

static void on_timer(void *arg)
{
    struct seen *seen = arg;

    seen->timers++;
    seen->order[seen->n++ % 16] = 't';
}

static void a_watch_tells_what_is_wanted_and_sleeps_when_nothing_is(void **state)
{
    struct seen *seen = *state;
    int fds[2];
    struct qn_err err;

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(qn_watch_create(&seen->watch, seen->loop, fds[0], on_ready, seen, &err),
                     QN_OK);
    assert_int_equal(write(fds[1], "ab", 2), 2);
    turn(seen, 0);
    assert_int_equal(seen->reads, 0);
    qn_watch_want(seen->watch, QN_IO_READ);
    turn(seen, 1000);
    assert_int_equal(seen->reads, 1);
    qn_watch_want(seen->watch, 0);
    turn(seen, 0);
    assert_int_equal(seen->reads, 1);
    qn_watch_want(seen->watch, QN_IO_READ);
    turn(seen, 1000);
    assert_int_equal(seen->reads, 2);
    qn_watch_free(seen->watch);
    close(fds[0]);
    close(fds[1]);
}

static void a_timer_of_zero_comes_after_what_is_ready(void **state)
{
    struct seen *seen = *state;
    int fds[2];
    struct qn_err err;

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(qn_timer_create(&seen->timer, seen->loop, on_timer, seen, &err), QN_OK);
    assert_int_equal(qn_watch_create(&seen->watch, seen->loop, fds[0], on_ready, seen, &err),
                     QN_OK);
    qn_watch_want(seen->watch, QN_IO_READ);
    qn_timer_set(seen->timer, 0);
    assert_true(qn_timer_is_set(seen->timer));
    assert_int_equal(write(fds[1], "a", 1), 1);
    for (int i = 0; i < MANY_TURNS && seen->n < 2; i++)
        turn(seen, 10);
    assert_memory_equal(seen->order, "rt", 2);
    assert_false(qn_timer_is_set(seen->timer));
    qn_watch_free(seen->watch);
    qn_timer_free(seen->timer);
    close(fds[0]);
    close(fds[1]);
}

static void on_later(void *arg)
{
    struct seen *seen = arg;

    seen->order[seen->n++ % 16] = 'l';
    if (seen->n < 4)
        qn_later_set(seen->later);
}

static void on_told(void *arg)
{
    struct seen *seen = arg;

    if (seen->n++ == 0)
        qn_later_set(seen->later);
}

/* Or an answer that is a failure would be acted upon when the time of the wait is over. */
static void one_that_sets_itself_keeps_the_loop_from_waiting(void **state)
{
    struct seen *seen = *state;
    struct qn_err err;

    assert_int_equal(qn_later_create(&seen->later, seen->loop, on_told, seen, &err), QN_OK);
    qn_later_set(seen->later);
    turn(seen, -1);
    assert_int_equal(seen->n, 2);
    qn_later_free(seen->later);
}

static void what_is_left_for_the_end_of_the_turn_comes_before_the_wait(void **state)
{
    struct seen *seen = *state;
    int fds[2];
    struct qn_err err;

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(qn_later_create(&seen->later, seen->loop, on_later, seen, &err), QN_OK);
    assert_int_equal(qn_watch_create(&seen->watch, seen->loop, fds[0], on_ready, seen, &err),
                     QN_OK);
    qn_watch_want(seen->watch, QN_IO_READ);
    assert_int_equal(write(fds[1], "ab", 2), 2);
    qn_later_set(seen->later);
    qn_later_set(seen->later); /* once */
    turn(seen, -1);            /* what sets itself again lets others in, and keeps nobody waiting */
    turn(seen, -1);
    assert_int_equal(seen->n, 5);
    assert_memory_equal(seen->order, "lrllr", 5);
    qn_later_set(seen->later);
    qn_later_free(seen->later);
    turn(seen, 0);
    assert_int_equal(seen->n, 5);
    qn_watch_free(seen->watch);
    close(fds[0]);
    close(fds[1]);
}

static void a_cleared_timer_does_not_fire_and_a_set_one_fires_once(void **state)
{
    struct seen *seen = *state;
    struct qn_err err;

    assert_int_equal(qn_timer_create(&seen->timer, seen->loop, on_timer, seen, &err), QN_OK);
    qn_timer_set(seen->timer, 1);
    qn_timer_clear(seen->timer);
    turn(seen, 20);
    assert_int_equal(seen->timers, 0);
    qn_timer_set(seen->timer, 1);
    qn_timer_set(seen->timer, 2); /* replaces */
    for (int i = 0; i < MANY_TURNS && seen->timers == 0; i++)
        turn(seen, 10);
    turn(seen, 20);
    assert_int_equal(seen->timers, 1);
    qn_timer_free(seen->timer);
}

static void free_yourself(void *arg)
{
    struct seen *seen = arg;

    seen->timers++;
    qn_timer_free(seen->timer);
}

static void a_callback_may_free_its_own_handle(void **state)
{
    struct seen *seen = *state;
    struct qn_err err;

    assert_int_equal(qn_timer_create(&seen->timer, seen->loop, free_yourself, seen, &err), QN_OK);
    qn_timer_set(seen->timer, 0);
    for (int i = 0; i < MANY_TURNS && seen->timers == 0; i++)
        turn(seen, 10);
    assert_int_equal(seen->timers, 1);
}

static void stop_now(void *arg)
{
    struct seen *seen = arg;

    seen->timers++;
    qn_loop_stop(seen->loop);
}

static void run_goes_on_until_stop(void **state)
{
    struct seen *seen = *state;
    struct qn_err err;

    assert_int_equal(qn_timer_create(&seen->timer, seen->loop, stop_now, seen, &err), QN_OK);
    qn_timer_set(seen->timer, 1);
    assert_int_equal(qn_loop_run(seen->loop, &err), QN_OK);
    assert_int_equal(seen->timers, 1);
    qn_loop_stop(seen->loop); /* before run: it returns at once */
    assert_int_equal(qn_loop_run(seen->loop, &err), QN_OK);
    qn_timer_free(seen->timer);
}

static void on_signal(void *arg, int signo)
{
    struct seen *seen = arg;

    assert_int_equal(signo, SIGUSR1);
    seen->signals++;
}

static void a_signal_is_told_from_the_loop(void **state)
{
    struct seen *seen = *state;
    struct qn_signal *handle;
    struct qn_err err;

    assert_int_equal(qn_signal_create(&handle, seen->loop, SIGUSR1, on_signal, seen, &err), QN_OK);
    kill(getpid(), SIGUSR1);
    assert_int_equal(seen->signals, 0);
    for (int i = 0; i < MANY_TURNS && seen->signals == 0; i++)
        turn(seen, 10);
    assert_int_equal(seen->signals, 1);
    qn_signal_free(handle);
}

static void a_child_that_forgets_the_loop_leaves_the_parents_watches(void **state)
{
    struct seen *seen = *state;
    int fds[2];
    struct qn_err err;
    int status;

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(qn_watch_create(&seen->watch, seen->loop, fds[0], on_ready, seen, &err),
                     QN_OK);
    qn_watch_want(seen->watch, QN_IO_READ);
    pid_t pid = fork();
    if (pid == 0) {
        qn_loop_forget(seen->loop);
        qn_watch_want(seen->watch, 0);
        qn_watch_free(seen->watch);
        qn_loop_free(seen->loop);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(write(fds[1], "a", 1), 1);
    turn(seen, 1000);
    assert_int_equal(seen->reads, 1);
    qn_watch_free(seen->watch);
    close(fds[0]);
    close(fds[1]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_watch_tells_what_is_wanted_and_sleeps_when_nothing_is),
        TEST(a_timer_of_zero_comes_after_what_is_ready),
        TEST(what_is_left_for_the_end_of_the_turn_comes_before_the_wait),
        TEST(one_that_sets_itself_keeps_the_loop_from_waiting),
        TEST(a_cleared_timer_does_not_fire_and_a_set_one_fires_once),
        TEST(a_callback_may_free_its_own_handle),
        TEST(run_goes_on_until_stop),
        TEST(a_signal_is_told_from_the_loop),
        TEST(a_child_that_forgets_the_loop_leaves_the_parents_watches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
