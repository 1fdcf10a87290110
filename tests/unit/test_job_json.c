#include "broker-client/job_json.h"
#include "common/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct qn_job_info some_job(void)
{
    struct qn_job_info info = {
        .id = "default.x1",
        .state = QN_RUNNING,
        .task = "report.sales",
        .args = "{\"from\":\"2026-01-01\"}",
        .result = "",
        .error = "",
        .progress = "{\"done\":1,\"total\":2,\"text\":\"half\"}",
        .artifacts = "",
        .history = "",
        .request_id = "r-1",
        .tags = "[\"a\"]",
        .worker = "abc",
        .limit_key = "",
        .behind_limit = "",
        .parent = "",
        .on_failed = "",
        .on_failed_args = "",
        .enqueued_ms = INT64_C(1769817600123),
    };
    info.args_len = strlen(info.args);
    return info;
}

static void encode(const struct qn_job_info *info, unsigned parts, struct qn_buf *out)
{
    struct qn_err err = {0};
    qn_buf_init(out, 1 << 20);
    assert_int_equal(qn_job_json(out, info, parts), QN_OK);
    assert_int_equal(qn_json_check(out->data, out->len, NULL, &err), QN_OK);
}

static void a_job_shows_what_is_known(void **state)
{
    struct qn_job_info info = some_job();
    struct qn_buf out;
    (void)state;
    encode(&info, QN_JOB_WHOLE | QN_JOB_LINKS, &out);
    assert_string_equal(out.data,
                        "{\"id\":\"default.x1\",\"task\":\"report.sales\",\"queue\":\"default\","
                        "\"state\":\"running\",\"priority\":0,\"attempts\":0,"
                        "\"enqueued_at\":\"2026-01-31T00:00:00.123Z\","
                        "\"progress\":{\"done\":1,\"total\":2,\"text\":\"half\"},\"tags\":[\"a\"],"
                        "\"request_id\":\"r-1\",\"worker\":\"abc\",\"url\":\"/v1/jobs/default.x1\","
                        "\"args\":{\"from\":\"2026-01-01\"}}");
    qn_buf_release(&out);
}

static void what_follows_a_failure_is_shown(void **state)
{
    struct qn_job_info info = some_job();
    struct qn_buf out;
    (void)state;
    info.parent = "default.p";
    info.on_failed = "t.after";
    info.on_failed_args = "{\"b\":2}";
    encode(&info, QN_JOB_WHOLE, &out);
    assert_non_null(strstr(out.data, "\"parent\":\"default.p\",\"on_failed\":{"
                                     "\"task\":\"t.after\",\"args\":{\"b\":2}}"));
    qn_buf_release(&out);
    snprintf(info.on_failed_id, sizeof(info.on_failed_id), "default.x");
    encode(&info, 0, &out);
    assert_non_null(strstr(out.data, "\"on_failed\":{\"task\":\"t.after\",\"id\":\"default.x\"}"));
    qn_buf_release(&out);
}

static void whose_turn_it_is_and_what_is_unique_are_shown(void **state)
{
    struct qn_job_info info = some_job();
    struct qn_buf out;
    (void)state;
    info.limit_key = "acme";
    info.behind_limit = "key:acme";
    info.unique = (struct qn_unique){QN_UNIQUE_WINDOW, QN_UNIQUE_EXISTING, 60000};
    encode(&info, QN_JOB_BRIEF, &out);
    assert_non_null(strstr(
        out.data, "\"limit_key\":\"acme\",\"behind_limit\":\"key:acme\","
                  "\"unique\":{\"until\":\"window\",\"for_ms\":60000,\"conflict\":\"existing\"}"));
    qn_buf_release(&out);
}

static void a_list_leaves_the_large_parts_out(void **state)
{
    struct qn_job_info info = some_job();
    struct qn_buf out;
    (void)state;
    info.result = "{\"total\":1}";
    info.result_len = strlen(info.result);
    encode(&info, QN_JOB_LINKS, &out);
    assert_null(strstr(out.data, "\"args\""));
    assert_null(strstr(out.data, "\"result\""));
    qn_buf_release(&out);
}

static void files_get_their_address(void **state)
{
    struct qn_job_info info = some_job();
    struct qn_buf out;
    (void)state;
    info.artifacts = "[{\"name\":\"r.csv\",\"size\":1},{\"name\":\"r.html\",\"size\":2}]";
    encode(&info, QN_JOB_WHOLE | QN_JOB_LINKS, &out);
    assert_non_null(strstr(out.data, "{\"name\":\"r.csv\",\"size\":1,\"url\":\"/v1/jobs/default.x1/"
                                     "artifacts/r.csv\"}"));
    assert_non_null(strstr(out.data, "/artifacts/r.html\"}]"));
    qn_buf_release(&out);
}

static void history_becomes_an_array(void **state)
{
    struct qn_job_info info = some_job();
    struct qn_buf out;
    (void)state;
    info.history = "{\"a\":1}\nnot json\n\n{\"a\":2}";
    encode(&info, QN_JOB_WHOLE | QN_JOB_LINKS, &out);
    assert_non_null(strstr(out.data, "\"history\":[{\"a\":1},{\"a\":2}]"));
    qn_buf_release(&out);
}

static void a_bad_record_cannot_break_the_answer(void **state)
{
    static const char *const bad[] = {
        "{",
        "}",
        "\"",
        "{\"a\":1,\"a\":2}",
        "[{\"name\":\"x\"}",
        "\xff\xff",
        "1,2",
        "]}",
        "NaN",
        "{\"name\":\"\\u0000\"}",
        "[{\"name\":",
        "[1,2]",
        "[\"a\\\"",
        "[{\"name\":5}]",
        "[[]]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct qn_job_info info = some_job();
        struct qn_buf out;
        info.args = info.result = info.progress = info.tags = bad[i];
        info.artifacts = info.history = info.error = info.task = info.worker = bad[i];
        info.on_failed = info.on_failed_args = info.parent = bad[i];
        info.args_len = info.result_len = strlen(bad[i]);
        encode(&info, QN_JOB_WHOLE | QN_JOB_LINKS, &out);
        qn_buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_shows_what_is_known),
        cmocka_unit_test(whose_turn_it_is_and_what_is_unique_are_shown),
        cmocka_unit_test(what_follows_a_failure_is_shown),
        cmocka_unit_test(a_list_leaves_the_large_parts_out),
        cmocka_unit_test(files_get_their_address),
        cmocka_unit_test(history_becomes_an_array),
        cmocka_unit_test(a_bad_record_cannot_break_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
