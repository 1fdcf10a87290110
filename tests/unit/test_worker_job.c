/* test_worker_job.c - what a running job may do. */
#include "tests/support/job_room.h"

#include "common/mem.h"
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void identity_is_what_the_frame_said(void **state)
{
    struct room *room = *state;
    const struct qn_job *job = room->job;

    assert_string_equal(qn_job_id(job), "reports.abc");
    assert_string_equal(qn_job_queue(job), "reports");
    assert_string_equal(qn_job_task(job), "report.sales");
    assert_string_equal(qn_job_request_id(job), "req-1");
    assert_int_equal(qn_job_attempt(job), 2);
    assert_int_equal(qn_job_max_attempts(job), 5);
    assert_ptr_equal(qn_job_state(job), room);
}

static void arguments_are_read_by_type(void **state)
{
    struct room *room = *state;
    struct qn_job *job = room->job;
    size_t len;

    worker_job_clear(job);
    job_room_begin(
        room, "{\"s\":\"a\\u00e9\\n\",\"i\":-42,\"n\":1.5e2,\"b\":true,\"z\":null,\"big\":1e30}");
    assert_string_equal(qn_job_arg_string(job, "s"), "a\xc3\xa9\n");
    assert_int_equal(qn_job_arg_integer(job, "i", 7), -42);
    assert_true(qn_job_arg_number(job, "n", 0) == 150.0);
    assert_true(qn_job_arg_number(job, "i", 0) == -42.0);
    assert_true(qn_job_arg_boolean(job, "b", false));
    assert_non_null(qn_job_args(job, &len));
    assert_int_equal(len, room->record.body.args.len);
}

static void an_argument_that_is_absent_or_null_or_of_another_type_is_the_preset(void **state)
{
    struct room *room = *state;
    struct qn_job *job = room->job;

    worker_job_clear(job);
    job_room_begin(room, "{\"s\":\"a\",\"n\":1.5,\"z\":null}");
    assert_null(qn_job_arg_string(job, "none"));
    assert_null(qn_job_arg_string(job, "z"));
    assert_null(qn_job_arg_string(job, "n"));
    assert_int_equal(qn_job_arg_integer(job, "n", 7), 7);
    assert_int_equal(qn_job_arg_integer(job, "s", 8), 8);
    assert_true(qn_job_arg_number(job, "z", 2.5) == 2.5);
    assert_true(qn_job_arg_boolean(job, "s", true));
}

static void no_arguments_are_an_empty_object(void **state)
{
    struct room *room = *state;
    size_t len;

    assert_memory_equal(qn_job_args(room->job, &len), "{}", 2);
    assert_int_equal(len, 2);
    assert_null(qn_job_arg_string(room->job, "s"));
}

static void a_string_read_again_costs_nothing_and_stays_where_it_is(void **state)
{
    struct room *room = *state;

    worker_job_clear(room->job);
    job_room_begin(room, "{\"s\":\"text\",\"t\":\"other\"}");
    const char *first = qn_job_arg_string(room->job, "s");
    assert_non_null(qn_job_arg_string(room->job, "t"));
    size_t count = qn_mem_count();
    for (int i = 0; i < 100; i++)
        assert_ptr_equal(qn_job_arg_string(room->job, "s"), first);
    assert_int_equal(qn_mem_count(), count);
}

static void progress_is_sent_four_times_a_second_at_most(void **state)
{
    struct room *room = *state;

    for (int i = 0; i < 1000; i++)
        qn_job_progress(room->job, i, 1000, "rows");
    assert_int_equal(job_room_lines(&room->progress), WORKER_PROGRESS_PER_S);
    qn_fake_clock_advance(&room->clock, 999);
    qn_job_progress(room->job, 1, 1000, "rows");
    assert_int_equal(job_room_lines(&room->progress), WORKER_PROGRESS_PER_S);
    qn_fake_clock_advance(&room->clock, 1);
    for (int i = 0; i < 1000; i++)
        qn_job_progress(room->job, i, 1000, "rows");
    assert_int_equal(job_room_lines(&room->progress), 2 * WORKER_PROGRESS_PER_S);
}

static void the_last_progress_is_always_sent(void **state)
{
    struct room *room = *state;

    for (int i = 0; i <= 1000; i++)
        qn_job_progress(room->job, i, 1000, "rows");
    qn_buf_reset(&room->progress);
    job_room_finish(room, QN_FAIL);
    assert_string_equal(room->progress.data, "{\"done\":1000,\"total\":1000,\"text\":\"rows\"}\n");
}

static void progress_is_clipped_and_its_text_cut_between_characters(void **state)
{
    struct room *room = *state;
    char text[300];

    qn_job_progress(room->job, 12, 10, "a\033[2J\n");
    assert_string_equal(room->progress.data,
                        "{\"done\":10,\"total\":10,\"text\":\"a\\\\x1b[2J\\\\x0a\"}\n");
    qn_buf_reset(&room->progress);
    qn_job_progress(room->job, 12, 0, NULL);
    assert_string_equal(room->progress.data, "{\"done\":12,\"total\":0,\"text\":\"\"}\n");
    qn_buf_reset(&room->progress);
    memset(text, 'x', WORKER_PROGRESS_TEXT - 1);
    memcpy(text + WORKER_PROGRESS_TEXT - 1, "\xc3\xa9", 3);
    qn_job_progress(room->job, -3, -1, text);
    assert_null(strstr(room->progress.data, "\xc3"));
    assert_non_null(strstr(room->progress.data, "{\"done\":0,\"total\":0,\"text\":\"xx"));
}

static void a_log_line_holds_no_control_character_and_no_bad_byte(void **state)
{
    struct room *room = *state;

    qn_job_log(room->job, "a\tb\033[31m%s\n\n", "\r\nforged \xff \xc3\xa9");
    assert_string_equal(room->log.data, "a\tb\\x1b[31m\\x0d\\x0aforged \xef\xbf\xbd \xc3\xa9\n");
}

static void a_log_line_of_any_bytes_is_kept_whole(void **state)
{
    struct room *room = *state;

    worker_job_log(room->job, SPAN("a\0b\x01\xff\xc3\xa9\r"));
    assert_string_equal(room->log.data, "a\\x00b\\x01\xef\xbf\xbd\xc3\xa9\n");
}

static void a_long_log_line_is_cut_and_says_so(void **state)
{
    struct room *room = *state;
    char *text = qn_alloc(100001);

    memset(text, 'x', 100000);
    text[100000] = '\0';
    qn_job_log(room->job, "%s", text);
    assert_true(room->log.len < WORKER_LOG_LINE_MAX + 10);
    assert_string_equal(room->log.data + room->log.len - 7, " (cut)\n");
    qn_buf_reset(&room->log);
    memcpy(text + WORKER_LOG_LINE_MAX - 3, "\xc3\xa9\xc3\xa9", 4);
    worker_job_log(room->job, (struct qn_span){.data = text, .len = 100000});
    assert_int_equal(room->log.len, WORKER_LOG_LINE_MAX - 1 + 7);
    assert_string_equal(room->log.data + room->log.len - 10, "x\xc3\xa9 (cut)\n");
    qn_free(text);
}

static void a_log_over_its_size_is_dropped_and_noted_once(void **state)
{
    struct room *room = *state;

    for (int i = 0; i < 10000; i++)
        qn_job_log(room->job, "line %d of many", i);
    assert_true(room->log.len <= QN_JOB_LOG_MAX);
    assert_true(room->log.len > QN_JOB_LOG_MAX - 200);
    const char *note = strstr(room->log.data, "(more log lines were dropped");
    assert_non_null(note);
    assert_null(strstr(note + 1, "(more log lines were dropped"));
    qn_buf_reset(&room->log);
    worker_job_clear(room->job);
    job_room_begin(room, NULL);
    qn_job_log(room->job, "the next run");
    assert_string_equal(room->log.data, "the next run\n");
}

static void a_result_is_one_json_value(void **state)
{
    struct room *room = *state;
    struct qn_err err;

    assert_int_equal(qn_job_result(room->job, "{\"a\":1}", 7, NULL), QN_OK);
    assert_int_equal(qn_job_result(room->job, "{\"a\":1,\"a\":2}", 13, &err), QN_EINVAL);
    assert_true(strncmp(err.msg, "result: byte ", 13) == 0);
    assert_int_equal(qn_job_result(room->job, "", 0, &err), QN_EINVAL);
    struct worker_result_frame result = job_room_finish(room, QN_DONE);
    assert_true(qn_span_is(result.result, "{\"a\":1}"));
    assert_true(result.run == 7 && result.outcome == QN_DONE && result.cause == QN_CAUSE_NONE);
    assert_int_equal(result.error.len, 0);
}

static void the_last_result_counts_up_to_its_size(void **state)
{
    struct room *room = *state;
    char *text = qn_alloc(QN_RESULT_MAX + 1);

    memset(text, ' ', QN_RESULT_MAX + 1);
    text[0] = '1';
    assert_int_equal(qn_job_result(room->job, "2", 1, NULL), QN_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(qn_job_result(room->job, text, QN_RESULT_MAX, NULL), QN_OK);
    assert_int_equal(qn_job_result(room->job, text, QN_RESULT_MAX + 1, NULL), QN_ELIMIT);
    assert_int_equal(job_room_finish(room, QN_DONE).result.len, QN_RESULT_MAX);
    assert_int_equal(qn_job_result(room->job, "3", 1, NULL), QN_OK);
    assert_true(qn_span_is(job_room_finish(room, QN_DONE).result, "3"));
    qn_free(text);
}

static void a_failure_has_a_reason_and_no_result(void **state)
{
    struct room *room = *state;
    struct worker_result_frame result;

    assert_int_equal(qn_job_result(room->job, "1", 1, NULL), QN_OK);
    qn_job_delay(room->job, 5000);
    result = job_room_finish(room, QN_RETRY);
    assert_true(qn_span_is(result.error, "task report.sales gave no reason"));
    assert_true(result.outcome == QN_RETRY && result.cause == QN_CAUSE_ERROR);
    assert_int_equal(result.delay_ms, 5000);
    assert_int_equal(result.result.len, 0);
    worker_job_clear(room->job);
    job_room_begin(room, NULL);
    qn_job_error(room->job, "server said: %s", "no\n\xff\033");
    result = job_room_finish(room, QN_FAIL);
    assert_true(qn_span_is(result.error, "server said: no\n\xef\xbf\xbd\\x1b"));
    assert_int_equal(result.delay_ms, -1);
}

static void arguments_that_the_handler_rejects_say_why(void **state)
{
    struct room *room = *state;
    struct worker_result_frame result;

    assert_int_equal(qn_job_reject(room->job, "to %s is before from", "1999"), QN_FAIL);
    result = job_room_finish(room, QN_FAIL);
    assert_true(result.outcome == QN_FAIL && result.cause == QN_CAUSE_REJECTED);
    assert_true(qn_span_is(result.error, "to 1999 is before from"));
    assert_int_equal(job_room_finish(room, QN_RETRY).cause, QN_CAUSE_ERROR);
    assert_int_equal(job_room_finish(room, QN_DONE).cause, QN_CAUSE_NONE);
    worker_job_clear(room->job);
    job_room_begin(room, NULL);
    assert_int_equal(job_room_finish(room, QN_FAIL).cause, QN_CAUSE_ERROR);
}

static void a_stop_is_a_retry_whose_cause_is_the_timeout(void **state)
{
    struct room *room = *state;
    struct worker_result_frame result;

    assert_int_equal(worker_job_stopped(room->job, "ended by TERM"), QN_RETRY);
    result = job_room_finish(room, QN_RETRY);
    assert_true(result.outcome == QN_RETRY && result.cause == QN_CAUSE_TIMEOUT);
    assert_true(qn_span_is(result.error, "ended by TERM"));
    qn_job_error(room->job, "half was done");
    assert_int_equal(worker_job_stopped(room->job, "ended by TERM"), QN_RETRY);
    assert_true(qn_span_is(job_room_finish(room, QN_RETRY).error, "half was done"));
}

static void an_answer_that_is_none_fails_for_good(void **state)
{
    struct room *room = *state;
    struct worker_result_frame result = job_room_finish(room, (enum qn_outcome)99);

    assert_int_equal(result.outcome, QN_FAIL);
    assert_true(qn_span_is(result.error, "task report.sales answered 99, which is no outcome"));
}

static void a_snooze_has_its_delay_and_no_cause(void **state)
{
    struct room *room = *state;

    qn_job_delay(room->job, INT64_MAX);
    struct worker_result_frame result = job_room_finish(room, QN_SNOOZE);
    assert_int_equal(result.cause, QN_CAUSE_NONE);
    assert_true(result.delay_ms == WORKER_DELAY_MAX_MS);
    qn_job_delay(room->job, -5);
    assert_int_equal(job_room_finish(room, QN_SNOOZE).delay_ms, 0);
}

static void follow_ups_are_sent_when_the_run_is_done_only(void **state)
{
    struct room *room = *state;
    struct qn_err err;

    assert_int_equal(qn_job_follow_up(room->job, "a.b", NULL, NULL, 0, NULL), QN_OK);
    assert_int_equal(qn_job_follow_up(room->job, "c", "mails", "{\"x\":1}", 7, NULL), QN_OK);
    assert_int_equal(qn_job_follow_up(room->job, "C", NULL, NULL, 0, &err), QN_EINVAL);
    assert_int_equal(qn_job_follow_up(room->job, "c", "a.b", NULL, 0, &err), QN_EINVAL);
    assert_int_equal(qn_job_follow_up(room->job, "c", NULL, "[]", 2, &err), QN_EINVAL);
    assert_string_equal(err.msg, "follow-up: arguments: must be a JSON object");
    job_room_finish(room, QN_RETRY);
    assert_int_equal(room->follows.len, 0);
    job_room_finish(room, QN_DONE);
    assert_string_equal(room->follows.data, "a.b||{}\nc|mails|{\"x\":1}\n");
}

static void follow_ups_have_a_limit(void **state)
{
    struct room *room = *state;
    struct qn_err err;

    for (int i = 0; i < WORKER_FOLLOWS_OF_JOB; i++)
        assert_int_equal(qn_job_follow_up(room->job, "a", NULL, NULL, 0, NULL), QN_OK);
    assert_int_equal(qn_job_follow_up(room->job, "a", NULL, NULL, 0, &err), QN_ELIMIT);
    worker_job_clear(room->job);
    job_room_begin(room, NULL);
    assert_int_equal(qn_job_follow_up(room->job, "a", NULL, NULL, 0, NULL), QN_OK);
}

static void arguments_of_a_follow_up_have_the_same_cap_as_everywhere(void **state)
{
    struct room *room = *state;
    char *json = qn_alloc(QN_ARGS_MAX + 1);
    struct qn_err err;

    assert_non_null(json);
    memset(json, ' ', QN_ARGS_MAX + 1);
    json[0] = '{';
    json[QN_ARGS_MAX - 1] = '}';
    assert_int_equal(qn_job_follow_up(room->job, "a", NULL, json, QN_ARGS_MAX, &err), QN_OK);
    assert_int_equal(qn_job_follow_up(room->job, "a", NULL, json, QN_ARGS_MAX + 1, &err),
                     QN_ELIMIT);
    assert_non_null(strstr(err.msg, "1048576 bytes of arguments"));
    qn_free(json);
}

static bool readable(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    return poll(&wait, 1, 0) == 1;
}

static void a_stop_is_meant_for_one_run(void **state)
{
    struct room *room = *state;

    assert_int_equal(qn_job_stop_fd(room->job), room->stop_fd);
    assert_false(qn_job_should_stop(room->job));
    room->page.stop_run = 6;
    assert_false(qn_job_should_stop(room->job));
    room->page.stop_run = 7;
    assert_true(qn_job_should_stop(room->job));
}

static void the_soft_limit_holds_without_a_supervisor(void **state)
{
    struct room *room = *state;

    room->page.soft_at_ms = room->clock.mono + 100;
    assert_false(qn_job_should_stop(room->job));
    assert_false(readable(room->stop_fd));
    qn_fake_clock_advance(&room->clock, 100);
    assert_true(qn_job_should_stop(room->job));
    assert_true(readable(room->stop_fd));
}

static void time_left_is_to_the_hard_limit_and_never_negative(void **state)
{
    struct room *room = *state;

    assert_true(qn_job_time_left_ms(room->job) == INT64_MAX);
    room->page.hard_at_ms = room->clock.mono + 100;
    assert_int_equal(qn_job_time_left_ms(room->job), 100);
    qn_fake_clock_advance(&room->clock, 200);
    assert_int_equal(qn_job_time_left_ms(room->job), 0);
}

static void a_job_is_mine_while_the_lease_holds(void **state)
{
    struct room *room = *state;

    room->page.lease_until_ms = room->clock.mono + 1;
    assert_true(qn_job_still_mine(room->job));
    qn_fake_clock_advance(&room->clock, 1);
    assert_false(qn_job_still_mine(room->job));
}

static void a_job_is_local_when_its_page_says_so(void **state)
{
    struct room *room = *state;

    assert_false(qn_job_is_local(room->job));
    room->page.local = true;
    assert_true(qn_job_is_local(room->job));
}

static void a_sink_that_failed_is_not_called_again(void **state)
{
    struct room *room = *state;
    struct worker_result_frame result;

    room->fail = QN_ECONN;
    qn_job_log(room->job, "one");
    qn_job_log(room->job, "two");
    qn_job_progress(room->job, 1, 2, "x");
    assert_int_equal(job_room_lines(&room->log), 1);
    assert_int_equal(room->progress.len, 0);
    assert_true(qn_job_should_stop(room->job));
    assert_int_equal(worker_job_finish(room->job, QN_DONE, &result), QN_ECONN);
    room->fail = QN_OK;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, job_room_enter, job_room_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(identity_is_what_the_frame_said),
        CASE(arguments_are_read_by_type),
        CASE(an_argument_that_is_absent_or_null_or_of_another_type_is_the_preset),
        CASE(no_arguments_are_an_empty_object),
        CASE(a_string_read_again_costs_nothing_and_stays_where_it_is),
        CASE(progress_is_sent_four_times_a_second_at_most),
        CASE(the_last_progress_is_always_sent),
        CASE(progress_is_clipped_and_its_text_cut_between_characters),
        CASE(a_log_line_holds_no_control_character_and_no_bad_byte),
        CASE(a_log_line_of_any_bytes_is_kept_whole),
        CASE(a_long_log_line_is_cut_and_says_so),
        CASE(a_log_over_its_size_is_dropped_and_noted_once),
        CASE(a_result_is_one_json_value),
        CASE(the_last_result_counts_up_to_its_size),
        CASE(a_failure_has_a_reason_and_no_result),
        CASE(arguments_that_the_handler_rejects_say_why),
        CASE(a_stop_is_a_retry_whose_cause_is_the_timeout),
        CASE(an_answer_that_is_none_fails_for_good),
        CASE(a_snooze_has_its_delay_and_no_cause),
        CASE(follow_ups_are_sent_when_the_run_is_done_only),
        CASE(follow_ups_have_a_limit),
        CASE(arguments_of_a_follow_up_have_the_same_cap_as_everywhere),
        CASE(a_stop_is_meant_for_one_run),
        CASE(the_soft_limit_holds_without_a_supervisor),
        CASE(time_left_is_to_the_hard_limit_and_never_negative),
        CASE(a_job_is_mine_while_the_lease_holds),
        CASE(a_job_is_local_when_its_page_says_so),
        CASE(a_sink_that_failed_is_not_called_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
