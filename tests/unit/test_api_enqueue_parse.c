#include "api/enqueue_parse.h"
#include "common/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct qn_draft draft;
static struct api_fault fault;

static int parse(const char *json)
{
    struct qn_err err = {0};
    assert_int_equal(qn_json_check(json, strlen(json), NULL, &err), QN_OK);
    memset(&fault, 0, sizeof(fault));
    return api_draft_parse((struct qn_span){json, strlen(json)}, &draft, &fault);
}

static void every_member_goes_where_it_belongs(void **state)
{
    (void)state;
    assert_int_equal(
        parse(
            "{\"task\":\"report.sales\",\"args\":{\"a\" : [1, 2]},\"queue\":\"reports\","
            "\"name\":\"n-1\",\"priority\":3,\"delay\":\"1m30s\",\"expires\":\"1h\","
            "\"max_attempts\":7,\"retry\":{\"kind\":\"linear\",\"base\":2,\"cap\":\"5m\"},"
            "\"soft_limit\":10,\"hard_limit\":20.5,\"result_ttl\":\"7d\",\"tags\":[\"x\",\"y\"]}"),
        QN_OK);
    assert_string_equal(draft.task, "report.sales");
    assert_string_equal(draft.queue, "reports");
    assert_string_equal(draft.name, "n-1");
    assert_int_equal(draft.priority, 3);
    assert_int_equal(draft.delay_ms, 90000);
    assert_int_equal(draft.expires_ms, 3600000);
    assert_true(draft.expires_relative);
    assert_int_equal(draft.max_attempts, 7);
    assert_int_equal(draft.retry.kind, QN_BACKOFF_LINEAR);
    assert_int_equal(draft.retry.base_ms, 2000);
    assert_int_equal(draft.retry.cap_ms, 300000);
    assert_int_equal(draft.soft_limit_ms, 10000);
    assert_int_equal(draft.hard_limit_ms, 20500);
    assert_int_equal(draft.result_ttl_ms, INT64_C(7) * 86400000);
    assert_true(qn_span_is(draft.tags, "[\"x\",\"y\"]"));
}

static void arguments_stay_the_bytes_they_were(void **state)
{
    const char *args = "{ \"\\u0061\" : 1.50e1 ,\n \"b\":\"\\/\" }";
    char json[128];
    (void)state;
    snprintf(json, sizeof(json), "{\"task\":\"t\",\"args\": %s }", args);
    assert_int_equal(parse(json), QN_OK);
    assert_true(qn_span_is(draft.args, args));
}

static void times_are_absolute_or_relative(void **state)
{
    struct qn_new_job job;
    (void)state;
    assert_int_equal(parse("{\"task\":\"t\",\"eta\":\"2026-01-31T08:00:00+08:00\","
                           "\"expires\":\"2026-01-31T00:00:01Z\"}"),
                     QN_OK);
    qn_draft_job(&draft, &job);
    assert_int_equal(job.due_ms, INT64_C(1769817600000));
    assert_false(job.due_relative);
    assert_int_equal(job.expires_ms, INT64_C(1769817601000));
    assert_false(job.expires_relative);
    assert_int_equal(parse("{\"task\":\"t\",\"delay\":0.25,\"expires\":2}"), QN_OK);
    qn_draft_job(&draft, &job);
    assert_int_equal(job.due_ms, 250);
    assert_true(job.due_relative);
    assert_int_equal(job.expires_ms, 2000);
    assert_true(job.expires_relative);
}

static void null_is_the_same_as_absent(void **state)
{
    struct qn_body body;
    (void)state;
    assert_int_equal(parse("{\"task\":\"t\",\"queue\":null,\"args\":null,\"retry\":null,"
                           "\"priority\":null,\"eta\":null,\"delay\":1}"),
                     QN_OK);
    assert_string_equal(draft.queue, "");
    qn_draft_body(&draft, &body);
    assert_true(qn_span_is(body.args, "{}"));
    assert_true(qn_span_is(body.task, "t"));
}

static void escaped_names_are_the_same_names(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"t\\u0061sk\":\"\\u0074\",\"priority\":1}"), QN_OK);
    assert_string_equal(draft.task, "t");
}

static const struct {
    const char *json;
    const char *field;
} bad_members[] = {
    {"{}", "task"},
    {"{\"task\":null}", "task"},
    {"{\"task\":\"\"}", "task"},
    {"{\"task\":5}", "task"},
    {"{\"task\":\"Upper\"}", "task"},
    {"{\"task\":\"a b\"}", "task"},
    {"{\"task\":\"t\",\"args\":[]}", "args"},
    {"{\"task\":\"t\",\"args\":\"{}\"}", "args"},
    {"{\"task\":\"t\",\"args\":1}", "args"},
    {"{\"task\":\"t\",\"queue\":\"a.b\"}", "queue"},
    {"{\"task\":\"t\",\"queue\":\"\"}", "queue"},
    {"{\"task\":\"t\",\"queue\":\"{x}\"}", "queue"},
    {"{\"task\":\"t\",\"queue\":true}", "queue"},
    {"{\"task\":\"t\",\"name\":\"a:b\"}", "name"},
    {"{\"task\":\"t\",\"name\":\"\"}", "name"},
    {"{\"task\":\"t\",\"priority\":4}", "priority"},
    {"{\"task\":\"t\",\"priority\":-1}", "priority"},
    {"{\"task\":\"t\",\"priority\":1.5}", "priority"},
    {"{\"task\":\"t\",\"priority\":\"1\"}", "priority"},
    {"{\"task\":\"t\",\"priority\":99999999999999999999}", "priority"},
    {"{\"task\":\"t\",\"delay\":-1}", "delay"},
    {"{\"task\":\"t\",\"delay\":1e300}", "delay"},
    {"{\"task\":\"t\",\"delay\":\"soon\"}", "delay"},
    {"{\"task\":\"t\",\"delay\":[]}", "delay"},
    {"{\"task\":\"t\",\"eta\":1}", "eta"},
    {"{\"task\":\"t\",\"eta\":\"2026-02-30T00:00:00Z\"}", "eta"},
    {"{\"task\":\"t\",\"eta\":\"2026-01-31T00:00:00Z\",\"delay\":1}", "eta"},
    {"{\"task\":\"t\",\"expires\":0}", "expires"},
    {"{\"task\":\"t\",\"expires\":\"never\"}", "expires"},
    {"{\"task\":\"t\",\"expires\":5,\"delay\":5}", "expires"},
    {"{\"task\":\"t\",\"eta\":\"2026-01-31T00:00:01Z\",\"expires\":\"2026-01-31T00:00:00Z\"}",
     "expires"},
    {"{\"task\":\"t\",\"max_attempts\":0}", "max_attempts"},
    {"{\"task\":\"t\",\"max_attempts\":1001}", "max_attempts"},
    {"{\"task\":\"t\",\"retry\":\"fixed\"}", "retry"},
    {"{\"task\":\"t\",\"retry\":{\"kind\":\"often\"}}", "retry.kind"},
    {"{\"task\":\"t\",\"retry\":{\"kind\":1}}", "retry.kind"},
    {"{\"task\":\"t\",\"retry\":{\"kind\":\"list\"}}", "retry.delays"},
    {"{\"task\":\"t\",\"retry\":{\"kind\":\"fixed\",\"delays\":[1]}}", "retry.delays"},
    {"{\"task\":\"t\",\"retry\":{\"kind\":\"list\",\"delays\":[]}}", "retry.delays"},
    {"{\"task\":\"t\",\"retry\":{\"kind\":\"list\",\"delays\":[1,0]}}", "retry.delays"},
    {"{\"task\":\"t\",\"retry\":{\"kind\":\"list\",\"delays\":2}}", "retry.delays"},
    {"{\"task\":\"t\",\"retry\":{\"base\":0}}", "retry.base"},
    {"{\"task\":\"t\",\"retry\":{\"base\":9,\"cap\":8}}", "retry.cap"},
    {"{\"task\":\"t\",\"retry\":{\"jitter\":1}}", "retry.jitter"},
    {"{\"task\":\"t\",\"soft_limit\":0}", "soft_limit"},
    {"{\"task\":\"t\",\"soft_limit\":3,\"hard_limit\":2}", "soft_limit"},
    {"{\"task\":\"t\",\"hard_limit\":\"8d\"}", "hard_limit"},
    {"{\"task\":\"t\",\"result_ttl\":\"366d\"}", "result_ttl"},
    {"{\"task\":\"t\",\"tags\":\"x\"}", "tags"},
    {"{\"task\":\"t\",\"tags\":[1]}", "tags"},
    {"{\"task\":\"t\",\"tags\":[\"\"]}", "tags"},
    {"{\"task\":\"t\",\"tags\":{\"a\":\"b\"}}", "tags"},
    {"{\"task\":\"t\",\"priorty\":1}", "priorty"},
    {"{\"task\":\"t\",\"\":1}", ""},
};

static void a_bad_member_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_members) / sizeof(bad_members[0]); i++) {
        assert_int_equal(parse(bad_members[i].json), QN_EINVAL);
        assert_string_equal(fault.field, bad_members[i].field);
        assert_int_equal(fault.problem, API_BAD_JOB);
        assert_true(fault.detail[0] != '\0');
    }
}

static void a_job_is_an_object(void **state)
{
    static const char *const texts[] = {"[]", "1", "\"task\"", "null", "true"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(parse(texts[i]), QN_EINVAL);
        assert_string_equal(fault.field, "");
    }
}

static void long_texts_are_refused_and_shown_short(void **state)
{
    static const char *const forms[][2] = {
        {"{\"task\":\"", "\"}"},
        {"{\"task\":\"t\",\"name\":\"", "\"}"},
        {"{\"task\":\"t\",\"", "\":1}"},
        {"{\"task\":\"t\",\"tags\":[\"", "\"]}"},
        {"{\"task\":\"t\",\"eta\":\"", "\"}"},
        {"{\"task\":\"t\",\"retry\":{\"", "\":1}}"},
    };
    char text[5001], json[6000];
    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        snprintf(json, sizeof(json), "%s%s%s", forms[i][0], text, forms[i][1]);
        assert_int_equal(parse(json), QN_EINVAL);
        assert_true(strlen(fault.field) < API_FIELD_SIZE);
    }
}

static void tags_have_a_number_and_a_length(void **state)
{
    char json[2048];
    int len = snprintf(json, sizeof(json), "{\"task\":\"t\",\"tags\":[\"%064d\"", 0);
    (void)state;
    for (int i = 1; i < QN_TAGS_MAX; i++)
        len += snprintf(json + len, sizeof(json) - (size_t)len, ",\"t%d\"", i);
    snprintf(json + len, sizeof(json) - (size_t)len, "]}");
    assert_int_equal(parse(json), QN_OK);
    snprintf(json + len, sizeof(json) - (size_t)len, ",\"one more\"]}");
    assert_int_equal(parse(json), QN_EINVAL);
    snprintf(json, sizeof(json), "{\"task\":\"t\",\"tags\":[\"%065d\"]}", 0);
    assert_int_equal(parse(json), QN_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_goes_where_it_belongs),
        cmocka_unit_test(arguments_stay_the_bytes_they_were),
        cmocka_unit_test(times_are_absolute_or_relative),
        cmocka_unit_test(null_is_the_same_as_absent),
        cmocka_unit_test(escaped_names_are_the_same_names),
        cmocka_unit_test(a_bad_member_is_named),
        cmocka_unit_test(a_job_is_an_object),
        cmocka_unit_test(long_texts_are_refused_and_shown_short),
        cmocka_unit_test(tags_have_a_number_and_a_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
