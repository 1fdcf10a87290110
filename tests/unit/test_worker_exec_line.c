/* test_worker_exec_line.c - what a program may say on descriptor 3, and what is no line. */
#include "worker/exec_line.h"

#include "common/mem.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct qn_buf texts;
static struct qn_err why;

static int setup(void **state)
{
    (void)state;
    qn_buf_init(&texts, WORKER_EXEC_LINE_MAX + 1);
    why = (struct qn_err){.code = QN_OK};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    qn_buf_release(&texts);
    return qn_mem_live() != 0;
}

static struct worker_exec_line line_of(const char *text)
{
    struct worker_exec_line line;
    struct qn_span span = {.data = text, .len = strlen(text)};

    if (worker_exec_line_read(&line, span, &texts, &why) != QN_OK)
        fail_msg("%s: %s", text, why.msg);
    return line;
}

static void each_message_is_read(void **state)
{
    struct worker_exec_line line;

    (void)state;
    line = line_of("{\"progress\":{\"done\":3,\"total\":10,\"text\":\"r\\u00f6w \\\"3\\\"\"}}");
    assert_true(line.word == WORKER_EXEC_PROGRESS && line.done == 3 && line.total == 10);
    assert_string_equal(line.text, "r\xc3\xb6w \"3\"");
    line = line_of(" { \"log\" : \"a\\nb\" } \r");
    assert_true(line.word == WORKER_EXEC_LOG);
    assert_string_equal(line.text, "a\nb");
    line = line_of("{\"result\":{\"rows\": [1, 2]}}");
    assert_true(line.word == WORKER_EXEC_RESULT && qn_span_is(line.json, "{\"rows\": [1, 2]}"));
    line = line_of("{\"result\":null}");
    assert_true(line.word == WORKER_EXEC_RESULT && qn_span_is(line.json, "null"));
    line = line_of("{\"error\":\"\"}");
    assert_true(line.word == WORKER_EXEC_ERROR && line.text[0] == '\0');
    line = line_of("{\"rejected\":\"n is odd\"}");
    assert_true(line.word == WORKER_EXEC_REJECTED);
    assert_string_equal(line.text, "n is odd");
    line = line_of("{\"snooze_ms\":9223372036854775807}");
    assert_true(line.word == WORKER_EXEC_SNOOZE && line.ms == INT64_MAX);
    line = line_of("{\"retry_ms\":0}");
    assert_true(line.word == WORKER_EXEC_RETRY && line.ms == 0);
}

static void files_and_follow_ups_have_all_their_parts(void **state)
{
    struct worker_exec_line line;

    (void)state;
    line = line_of("{\"artifact\":{\"path\":\"out/a.csv\",\"name\":\"a.csv\",\"type\":\"t/c\"}}");
    assert_int_equal(line.word, WORKER_EXEC_ARTIFACT);
    assert_string_equal(line.name, "a.csv");
    assert_string_equal(line.type, "t/c");
    assert_string_equal(line.path, "out/a.csv");
    line = line_of("{\"follow_up\":{\"task\":\"a.b\",\"queue\":\"q\",\"args\":{\"n\":1}}}");
    assert_int_equal(line.word, WORKER_EXEC_FOLLOW_UP);
    assert_string_equal(line.task, "a.b");
    assert_string_equal(line.queue, "q");
    assert_true(qn_span_is(line.json, "{\"n\":1}"));
}

static void what_may_be_left_out_may_be_null(void **state)
{
    struct worker_exec_line line;

    (void)state;
    line = line_of("{\"follow_up\":{\"task\":\"a.b\",\"queue\":null,\"args\":null}}");
    assert_true(line.queue == NULL && line.json.data == NULL);
    line = line_of("{\"follow_up\":{\"task\":\"a.b\"}}");
    assert_true(line.queue == NULL && line.json.data == NULL);
    line = line_of("{\"progress\":{\"done\":1,\"total\":null}}");
    assert_true(line.total == 0 && line.text == NULL);
}

static void what_is_no_message_is_refused_by_name(void **state)
{
    static const char *const wrong[][2] = {
        {"", "that is no JSON object: "},
        {"[1]", "that is no JSON object: [1]"},
        {"{\"log\":\"a\"", "that is no JSON object: {\"log\":\"a\" (byte "},
        {"{\"log\":\"\\u0000\"}", "that is no JSON object: "},
        {"{\"log\":\"a\",\"log\":\"b\"}", "duplicate key"},
        {"\x1b[31m\xff", "no JSON object: \\x1b[31m\xef\xbf\xbd ("},
        {"{}", "an empty object"},
        {"{\"logg\":\"a\"}", "there is no message \"logg\""},
        {"{\"l\\u001bg\":1}", "there is no message \"l\\u001bg\""},
        {"{\"log\":\"a\",\"error\":\"b\"}", "one message a line, not also \"error\""},
        {"{\"log\":1}", "\"log\" is not a string"},
        {"{\"log\":null}", "\"log\" is not a string"},
        {"{\"progress\":50}", "\"progress\" is not an object"},
        {"{\"progress\":{}}", "\"progress\" without \"done\""},
        {"{\"progress\":{\"done\":null}}", "\"progress\": \"done\" is not a whole number"},
        {"{\"progress\":{\"done\":1.5}}", "\"progress\": \"done\" is not a whole number"},
        {"{\"progress\":{\"done\":-1}}", "\"progress\": \"done\" is not a whole number"},
        {"{\"progress\":{\"done\":1,\"of\":2}}", "\"progress\": there is no \"of\""},
        {"{\"snooze_ms\":-1}", "\"snooze_ms\" is not a whole number"},
        {"{\"retry_ms\":\"5\"}", "\"retry_ms\" is not a whole number"},
        {"{\"artifact\":{\"name\":\"a\",\"type\":\"b/c\"}}", "\"artifact\" without \"path\""},
        {"{\"follow_up\":{\"task\":\"a\",\"args\":[]}}",
         "\"follow_up\": \"args\" is not an object"},
        {"{\"result\":01}", "that is no JSON object: "},
    };
    struct worker_exec_line line;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct qn_span span = {.data = wrong[i][0], .len = strlen(wrong[i][0])};
        assert_int_equal(worker_exec_line_read(&line, span, &texts, &why), QN_EINVAL);
        if (!strstr(why.msg, wrong[i][1]))
            fail_msg("%s: %s", wrong[i][0], why.msg);
    }
}

static void an_error_shows_no_more_than_the_head_of_a_line(void **state)
{
    struct worker_exec_line line;
    char *large = qn_alloc(100000);

    (void)state;
    memset(large, 'x', 100000);
    assert_int_equal(worker_exec_line_read(&line, (struct qn_span){large, 100000}, &texts, &why),
                     QN_EINVAL);
    assert_true(strlen(why.msg) < 200);
    assert_non_null(strstr(why.msg, "(byte 0"));
    qn_free(large);
}

static void a_line_without_memory_is_not_the_programs_fault(void **state)
{
    const struct qn_span span = {"{\"log\":\"abc\"}", 13};
    struct worker_exec_line line;

    (void)state;
    qn_mem_fail_at(1, 1);
    assert_int_equal(worker_exec_line_read(&line, span, &texts, &why), QN_ENOMEM);
    qn_mem_fail_at(0, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_message_is_read),
        CASE(files_and_follow_ups_have_all_their_parts),
        CASE(what_may_be_left_out_may_be_null),
        CASE(what_is_no_message_is_refused_by_name),
        CASE(an_error_shows_no_more_than_the_head_of_a_line),
        CASE(a_line_without_memory_is_not_the_programs_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
