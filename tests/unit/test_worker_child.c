/* test_worker_child.c - the executor's loop in a real child process; the test is its
 * supervisor. */
#include "tests/support/executor_room.h"

#include "common/clock.h"
#include "common/mem.h"
#include <poll.h>
#include <quern/job.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* ---- the tasks of the child ---- */

static int inits; /* of this process */

static int count_init(void **ret_state, struct qn_err *reterr)
{
    (void)reterr;
    inits++;
    *ret_state = &inits;
    return QN_OK;
}

static void tell_done(void *state)
{
    if (write(executor_room_done_fd, state == &inits ? "d" : "?", 1) != 1)
        abort();
}

static enum qn_outcome answer(struct qn_job *job, const char *fmt, ...) QN_PRINTF(2, 3);
static enum qn_outcome answer(struct qn_job *job, const char *fmt, ...)
{
    char text[256];
    va_list args;

    va_start(args, fmt);
    int len = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return qn_job_result(job, text, (size_t)len, NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

static enum qn_outcome run_echo(struct qn_job *job)
{
    size_t len;
    const char *args = qn_job_args(job, &len);

    qn_job_log(job, "attempt %d of %s", qn_job_attempt(job), qn_job_id(job));
    qn_job_progress(job, 1, 2, "half");
    return qn_job_result(job, args, len, NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

static enum qn_outcome run_inits(struct qn_job *job)
{
    return answer(job, "%d", *(int *)qn_job_state(job));
}

static int fail_first(void **ret_state, struct qn_err *reterr)
{
    (void)ret_state;
    if (inits++ == 0)
        return qn_fail(reterr, QN_ECONN, "no route \xff");
    return QN_OK;
}

static int fail_silently(void **ret_state, struct qn_err *reterr)
{
    (void)ret_state;
    (void)reterr;
    return QN_ETIMEOUT;
}

static enum qn_outcome run_wait(struct qn_job *job)
{
    struct pollfd stop = {.fd = qn_job_stop_fd(job), .events = POLLIN};
    int n = poll(&stop, 1, (int)qn_job_arg_integer(job, "ms", 0));

    return answer(job, "{\"readable\":%d,\"told\":%d}", n, qn_job_should_stop(job));
}

static enum qn_outcome run_hang(struct qn_job *job)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    qn_job_log(job, "hangs");
    while (true)
        pause();
    return QN_FAIL;
}

static enum qn_outcome run_memory(struct qn_job *job)
{
    qn_job_log(job, "%s", qn_job_arg_string(job, "text"));
    return answer(job, "{\"live\":%zu,\"count\":%zu}", qn_mem_live(), qn_mem_count());
}

static enum qn_outcome run_large(struct qn_job *job)
{
    static char text[QN_RESULT_MAX] = "1";

    memset(text + 1, ' ', sizeof(text) - 1);
    return qn_job_result(job, text, sizeof(text), NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

static enum qn_outcome run_follow(struct qn_job *job)
{
    return qn_job_follow_up(job, "test.echo", NULL, "{\"n\":1}", 7, NULL) == QN_OK ? QN_DONE
                                                                                   : QN_FAIL;
}

static const struct qn_param echo_params[] = {
    {.name = "n", .type = QN_INTEGER, .doc = "a number"},
    {.name = "text", .type = QN_STRING, .doc = "a text"},
    {.name = "ms", .type = QN_INTEGER, .doc = "how long"},
    {.name = NULL},
};

#define TASK(what, ...)                                                                  \
    {                                                                                    \
        .name = "test." what, .summary = "For tests", .params = echo_params, __VA_ARGS__ \
    }

static const struct qn_task all_tasks[] = {
    TASK("echo", .run = run_echo),
    TASK("inits", .run = run_inits, .init = count_init, .done = tell_done),
    TASK("fail_first", .run = run_echo, .init = fail_first),
    TASK("fail_silently", .run = run_echo, .init = fail_silently),
    TASK("wait", .run = run_wait),
    TASK("hang", .run = run_hang),
    TASK("memory", .run = run_memory),
    TASK("large", .run = run_large),
    TASK("follow", .run = run_follow),
};

/* ---- guarantees ---- */

static void ready_comes_first_and_the_end_of_the_stream_ends_it(void **state)
{
    struct room *room = *state;

    executor_room_expect(room, WORKER_FRAME_READY, "");
    executor_room_hang_up(room);
    executor_room_assert_exit(room, 0);
}

static void a_job_tells_its_progress_and_log_before_its_result(void **state)
{
    struct room *room = *state;

    executor_room_expect(room, WORKER_FRAME_READY, "");
    executor_room_add(room, "test.echo", "{\"n\":5}");
    executor_room_send(room);
    executor_room_expect(room, WORKER_FRAME_LOG, "attempt 1 of default.abc\n");
    executor_room_expect(room, WORKER_FRAME_PROGRESS, "{\"done\":1,\"total\":2,\"text\":\"half\"}");
    struct worker_result_frame result = executor_room_result(room);
    assert_int_equal(result.outcome, QN_DONE);
    assert_span_text(result.result, "{\"n\":5}");
}

static void quit_ends_it_after_the_job(void **state)
{
    struct room *room = *state;

    executor_room_expect(room, WORKER_FRAME_READY, "");
    executor_room_add(room, "test.echo", "{}");
    qn_frame_write(&room->out, WORKER_FRAME_QUIT, "", 0);
    executor_room_add(room, "test.echo", "{}");
    room->run = 1;
    executor_room_send(room);
    assert_int_equal(executor_room_result(room).outcome, QN_DONE);
    executor_room_assert_exit(room, 0);
}

static void a_frame_in_pieces_is_a_frame(void **state)
{
    struct room *room = *state;

    executor_room_add(room, "test.echo", "{\"text\":\"piece by piece\"}");
    worker_box_point(&room->down->box);
    worker_box_wake(&room->down->box);
    for (size_t i = 0; i < room->out.len; i++)
        assert_int_equal(send(room->fd, room->out.data + i, 1, 0), 1);
    assert_span_text(executor_room_result(room).result, "{\"text\":\"piece by piece\"}");
}

static void what_is_small_travels_through_the_boxes(void **state)
{
    struct room *room = *state;

    executor_room_expect(room, WORKER_FRAME_READY, "");
    for (uint32_t i = 1; i <= 3; i++) {
        executor_room_add(room, "test.inits", "{}");
        executor_room_put(room);
        assert_int_equal(executor_room_result(room).outcome, QN_DONE);
        assert_int_equal(room->seen, i);
        assert_int_equal(room->up->taken, i);
    }
}

/* test.echo writes a log line, which comes over the socket. */
static void a_result_never_overtakes_what_its_run_said(void **state)
{
    struct room *room = *state;

    executor_room_expect(room, WORKER_FRAME_READY, "");
    executor_room_add(room, "test.echo", "{\"n\":5}");
    executor_room_put(room);
    executor_room_expect(room, WORKER_FRAME_LOG, NULL);
    assert_int_equal(executor_room_result(room).outcome, QN_DONE);
    assert_int_equal(room->seen, 0);
}

static void assert_refused(struct room *room, struct worker_result_frame result, const char *why)
{
    (void)room;
    assert_int_equal(result.outcome, QN_FAIL);
    assert_int_equal(result.cause, QN_CAUSE_REJECTED);
    assert_span_text(result.error, why);
}

static void what_cannot_be_run_is_refused_and_the_next_is_run(void **state)
{
    struct room *room = *state;

    assert_refused(room, executor_room_do(room, "test.none", "{}"),
                   "no task \"test.none\" in this worker");
    assert_refused(room, executor_room_do(room, "", "{}"), "no task \"\" in this worker");
    assert_refused(room, executor_room_do(room, "test.echo", "{\"m\":1}"),
                   "argument \"m\": task test.echo has none of that name, but: n text ms");
    assert_refused(room, executor_room_do(room, "test.echo", "{\"n\":1.5}"),
                   "argument \"n\": must be an integer, is 1.5");
    assert_refused(room, executor_room_do(room, "test.echo", "[]"),
                   "arguments: must be a JSON object");
    executor_room_add_job(room, (struct qn_span){.data = "\1Q", .len = 2});
    executor_room_send(room);
    assert_refused(room, executor_room_result(room), "record: the head is cut off");
    assert_int_equal(executor_room_do(room, "test.echo", "{}").outcome, QN_DONE);
}

static void init_is_called_once_and_done_at_the_end(void **state)
{
    struct room *room = *state;
    char told[4] = "";

    for (int i = 0; i < 3; i++)
        assert_span_text(executor_room_do(room, "test.inits", "{}").result, "1");
    executor_room_hang_up(room);
    executor_room_assert_exit(room, 0);
    assert_int_equal(read(room->done_fd, told, sizeof(told)), 1);
    assert_string_equal(told, "d");
}

static void done_is_not_called_without_init(void **state)
{
    struct room *room = *state;
    char told[4] = "";

    assert_int_equal(executor_room_do(room, "test.echo", "{}").outcome, QN_DONE);
    executor_room_hang_up(room);
    executor_room_assert_exit(room, 0);
    assert_int_equal(read(room->done_fd, told, sizeof(told)), 0);
}

static void a_failed_init_is_a_retry_and_is_tried_again(void **state)
{
    struct room *room = *state;
    struct worker_result_frame result = executor_room_do(room, "test.fail_first", "{}");

    assert_int_equal(result.outcome, QN_RETRY);
    assert_int_equal(result.cause, QN_CAUSE_ERROR);
    assert_span_text(result.error, "task test.fail_first: init: no route \xef\xbf\xbd");
    assert_int_equal(executor_room_do(room, "test.fail_first", "{}").outcome, QN_DONE);
    result = executor_room_do(room, "test.fail_silently", "{}");
    assert_span_text(result.error, "task test.fail_silently: init: timed out");
}

static void ask_to_stop(struct room *room, int64_t run)
{
    const uint64_t one = 1;

    room->page->stop_run = run;
    assert_int_equal(write(room->stop_fd, &one, sizeof(one)), sizeof(one));
}

static void a_stop_wakes_the_run_it_is_meant_for(void **state)
{
    struct room *room = *state;

    executor_room_expect(room, WORKER_FRAME_READY, "");
    executor_room_add(room, "test.wait", "{\"ms\":20000}");
    executor_room_send(room);
    ask_to_stop(room, 1);
    assert_span_text(executor_room_result(room).result, "{\"readable\":1,\"told\":1}");
}

static void a_stop_that_came_before_its_run_is_not_lost(void **state)
{
    struct room *room = *state;

    ask_to_stop(room, 1);
    assert_span_text(executor_room_do(room, "test.wait", "{\"ms\":20000}").result,
                     "{\"readable\":1,\"told\":1}");
}

/* It made the fd readable by itself, and ended before anybody else did. */
static void a_soft_limit_that_a_run_saw_first_does_not_reach_the_next_run(void **state)
{
    struct room *room = *state;

    room->page->soft_at_ms = 1;
    assert_span_text(executor_room_do(room, "test.wait", "{\"ms\":0}").result,
                     "{\"readable\":0,\"told\":1}");
    room->page->soft_at_ms = 0;
    assert_span_text(executor_room_do(room, "test.wait", "{\"ms\":0}").result,
                     "{\"readable\":0,\"told\":0}");
}

static void a_late_stop_does_not_reach_the_next_run(void **state)
{
    struct room *room = *state;

    assert_int_equal(executor_room_do(room, "test.echo", "{}").outcome, QN_DONE);
    ask_to_stop(room, 1);
    assert_span_text(executor_room_do(room, "test.wait", "{\"ms\":50}").result,
                     "{\"readable\":0,\"told\":0}");
}

static void a_run_is_killed_by_its_own_timer_when_nobody_else_does(void **state)
{
    struct room *room = *state;

    room->page->hard_at_ms = qn_mono_ms(&qn_clock_system) + 200 - WORKER_CHILD_GRACE_MS;
    executor_room_add(room, "test.hang", "{}");
    executor_room_send(room);
    executor_room_expect(room, WORKER_FRAME_READY, "");
    executor_room_expect(room, WORKER_FRAME_LOG, "hangs\n");
    int status = executor_room_end(room);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void the_timer_of_a_run_ends_with_it(void **state)
{
    struct room *room = *state;

    room->page->hard_at_ms = qn_mono_ms(&qn_clock_system) + 300 - WORKER_CHILD_GRACE_MS;
    assert_int_equal(executor_room_do(room, "test.echo", "{}").outcome, QN_DONE);
    room->page->hard_at_ms = 0;
    assert_span_text(executor_room_do(room, "test.wait", "{\"ms\":400}").result,
                     "{\"readable\":0,\"told\":0}");
}

static void a_broken_frame_ends_it(void **state)
{
    struct room *room = *state;

    qn_buf_add_u32(&room->out, 0);
    executor_room_send(room);
    executor_room_assert_exit(room, 70);
}

static void a_frame_that_is_not_for_it_ends_it(void **state)
{
    struct room *room = *state;

    qn_frame_write(&room->out, WORKER_FRAME_RESULT, "x", 1);
    executor_room_send(room);
    executor_room_assert_exit(room, 70);
}

static void follow_ups_come_before_the_result(void **state)
{
    struct room *room = *state;
    struct worker_follow_frame follow;
    struct qn_frame frame;

    executor_room_expect(room, WORKER_FRAME_READY, "");
    executor_room_add(room, "test.follow", "{}");
    executor_room_send(room);
    assert_true(executor_room_next(room, &frame));
    assert_int_equal(frame.type, WORKER_FRAME_FOLLOW);
    assert_int_equal(worker_link_decode_follow(frame.body, &follow), QN_OK);
    assert_span_text(follow.task, "test.echo");
    assert_span_text(follow.queue, "");
    assert_span_text(follow.args, "{\"n\":1}");
    assert_int_equal(executor_room_result(room).outcome, QN_DONE);
}

static void read_memory(struct room *room, long ret[2])
{
    struct worker_result_frame result =
        executor_room_do(room, "test.memory", "{\"text\":\"some text\"}");
    char text[256] = "";

    memcpy(text, result.result.data, result.result.len);
    assert_int_equal(sscanf(text, "{\"live\":%ld,\"count\":%ld}", &ret[0], &ret[1]), 2);
}

static void a_run_costs_a_small_constant_of_allocations_and_keeps_none(void **state)
{
    struct room *room = *state;
    long warm[2], then[2];

    for (int i = 0; i < 10; i++)
        read_memory(room, warm);
    for (int i = 0; i < 100; i++)
        read_memory(room, then);
    assert_int_equal(then[0], warm[0]);
    /* the string argument and its place, the check's and the definition's scratch */
    assert_in_range(then[1] - warm[1], 100, 100 * 6);
    print_message("allocations of a run: %ld\n", (then[1] - warm[1]) / 100);
}

static long private_dirty_kb(pid_t pid)
{
    char path[64], line[256];
    long kb = -1;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    FILE *stream = fopen(path, "re");
    assert_non_null(stream);
    while (fgets(line, sizeof(line), stream) && kb < 0)
        sscanf(line, "Private_Dirty: %ld kB", &kb);
    fclose(stream);
    return kb;
}

static void an_idle_executor_is_small_also_after_a_large_job(void **state)
{
    struct room *room = *state;
    long kb = 0;

    if (SANITIZED) {
        print_message("not measured: a sanitizer's memory is not ours\n");
        return;
    }
    assert_int_equal(executor_room_do(room, "test.echo", "{}").outcome, QN_DONE);
    kb = private_dirty_kb(room->pid);
    print_message("idle after a small job: %ld kB\n", kb);
    assert_in_range(kb, 1, 512);
    char *args = qn_alloc(900 * 1024);
    memset(args, 'x', 800 * 1024);
    memcpy(args, "{\"text\":\"", 9);
    memcpy(args + 800 * 1024, "\"}", 3);
    assert_int_equal(executor_room_do(room, "test.echo", args).outcome, QN_DONE);
    qn_free(args);
    assert_int_equal(executor_room_do(room, "test.echo", "{}").outcome, QN_DONE);
    kb = private_dirty_kb(room->pid);
    print_message("idle after a large job: %ld kB\n", kb);
    assert_in_range(kb, 1, 512);
}

static void a_result_of_the_largest_size_arrives(void **state)
{
    struct room *room = *state;

    assert_int_equal(executor_room_do(room, "test.large", "{}").result.len, QN_RESULT_MAX);
}

static int enter(void **state)
{
    return executor_room_enter(state, all_tasks, sizeof(all_tasks) / sizeof(all_tasks[0]));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, executor_room_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(ready_comes_first_and_the_end_of_the_stream_ends_it),
        CASE(a_job_tells_its_progress_and_log_before_its_result),
        CASE(quit_ends_it_after_the_job),
        CASE(what_is_small_travels_through_the_boxes),
        CASE(a_result_never_overtakes_what_its_run_said),
        CASE(a_frame_in_pieces_is_a_frame),
        CASE(what_cannot_be_run_is_refused_and_the_next_is_run),
        CASE(init_is_called_once_and_done_at_the_end),
        CASE(done_is_not_called_without_init),
        CASE(a_failed_init_is_a_retry_and_is_tried_again),
        CASE(a_stop_wakes_the_run_it_is_meant_for),
        CASE(a_stop_that_came_before_its_run_is_not_lost),
        CASE(a_soft_limit_that_a_run_saw_first_does_not_reach_the_next_run),
        CASE(a_late_stop_does_not_reach_the_next_run),
        CASE(a_run_is_killed_by_its_own_timer_when_nobody_else_does),
        CASE(the_timer_of_a_run_ends_with_it),
        CASE(a_broken_frame_ends_it),
        CASE(a_frame_that_is_not_for_it_ends_it),
        CASE(follow_ups_come_before_the_result),
        CASE(a_run_costs_a_small_constant_of_allocations_and_keeps_none),
        CASE(an_idle_executor_is_small_also_after_a_large_job),
        CASE(a_result_of_the_largest_size_arrives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
