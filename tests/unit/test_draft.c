#include "broker-client/draft.h"
#include "common/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct qn_draft draft;
static char field[QN_DRAFT_FIELD_SIZE];
static struct qn_err err;

static int parse(const char *json, const struct qn_draft_rules *rules)
{
    assert_int_equal(qn_json_check(json, strlen(json), NULL, &err), QN_OK);
    return qn_draft_parse((struct qn_span){json, strlen(json)}, rules, &draft, field, &err);
}

static void accept_unknown_is_a_word_only_where_the_rules_say_so(void **state)
{
    const struct qn_draft_rules rules = {.accept_unknown = true};

    (void)state;
    assert_int_equal(parse("{\"task\":\"t\",\"accept_unknown\":true}", &rules), QN_OK);
    assert_true(draft.accept_unknown);
    assert_int_equal(parse("{\"task\":\"t\",\"accept_unknown\":false}", &rules), QN_OK);
    assert_false(draft.accept_unknown);
    assert_int_equal(parse("{\"task\":\"t\",\"accept_unknown\":1}", &rules), QN_EINVAL);
    assert_int_equal(parse("{\"task\":\"t\",\"accept_unknown\":true}", NULL), QN_EINVAL);
    assert_string_equal(err.msg, "a job has no member \"accept_unknown\"");
}

static void a_job_may_do_without_a_task_where_one_is_given(void **state)
{
    const struct qn_draft_rules rules = {.task = "t.given"};

    (void)state;
    assert_int_equal(parse("{}", &rules), QN_OK);
    assert_string_equal(draft.task, "t.given");
    assert_int_equal(parse("{\"task\":\"t.own\"}", &rules), QN_OK);
    assert_string_equal(draft.task, "t.own");
    assert_int_equal(parse("{}", NULL), QN_EINVAL);
    assert_string_equal(field, "task");
}

static void bounds_of_durations_are_told_as_durations(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"task\":\"t\",\"delay\":\"3651d\"}", NULL), QN_EINVAL);
    assert_string_equal(err.msg, "delay must be between 0s and 3650d");
    assert_int_equal(parse("{\"task\":\"t\",\"delay\":1e300}", NULL), QN_EINVAL);
    assert_string_equal(err.msg, "delay must be between 0s and 3650d");
    assert_int_equal(parse("{\"task\":\"t\",\"hard_limit\":0}", NULL), QN_EINVAL);
    assert_string_equal(err.msg, "hard_limit must be between 1ms and 7d");
    assert_int_equal(parse("{\"task\":\"t\",\"priority\":4}", NULL), QN_EINVAL);
    assert_string_equal(err.msg, "priority must be between 0 and 3");
}

static void parts_of_seconds_are_rounded(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"task\":\"t\",\"delay\":0.0014,\"expires\":20.5006}", NULL), QN_OK);
    assert_int_equal(draft.delay_ms, 1);
    assert_int_equal(draft.expires_ms, 20501);
}

static void the_client_gets_all_of_it(void **state)
{
    struct qn_draft_tags tags;
    struct qn_enqueue job;

    (void)state;
    assert_int_equal(parse("{\"task\":\"t\",\"args\":{\"a\":1},\"queue\":\"q\",\"name\":\"n\","
                           "\"priority\":2,\"delay\":1,\"expires\":\"2s\",\"max_attempts\":3,"
                           "\"retry\":{\"kind\":\"fixed\",\"base\":4},\"soft_limit\":5,"
                           "\"hard_limit\":6,\"result_ttl\":7,\"tags\":[\"a\\u0062\",\"c\"]}",
                           NULL),
                     QN_OK);
    qn_draft_enqueue(&draft, &tags, &job);
    assert_string_equal(job.task, "t");
    assert_int_equal(job.args_len, 7);
    assert_memory_equal(job.args, "{\"a\":1}", 7);
    assert_string_equal(job.queue, "q");
    assert_string_equal(job.name, "n");
    assert_int_equal(job.priority, 2);
    assert_int_equal(job.delay_ms, 1000);
    assert_int_equal(job.expires_in_ms, 2000);
    assert_int_equal(job.expires_at_ms, 0);
    assert_int_equal(job.max_attempts, 3);
    assert_int_equal(job.retry.kind, QN_BACKOFF_FIXED);
    assert_int_equal(job.retry.base_ms, 4000);
    assert_int_equal(job.soft_limit_ms, 5000);
    assert_int_equal(job.hard_limit_ms, 6000);
    assert_int_equal(job.result_ttl_ms, 7000);
    assert_string_equal(job.tags[0], "ab");
    assert_string_equal(job.tags[1], "c");
    assert_null(job.tags[2]);
}

static void arguments_over_the_cap_are_refused_by_their_name(void **state)
{
    static const char head[] = "{\"task\":\"t\",\"args\":";
    static char json[sizeof(head) + QN_ARGS_MAX + 8];
    char *args = json + sizeof(head) - 1;

    (void)state;
    memcpy(json, head, sizeof(head) - 1);
    memset(args, ' ', QN_ARGS_MAX + 2);
    args[0] = '{';
    args[QN_ARGS_MAX - 1] = args[QN_ARGS_MAX] = '}';
    assert_int_equal(parse(json, NULL), QN_OK);
    assert_int_equal(draft.args.len, QN_ARGS_MAX);
    args[QN_ARGS_MAX - 1] = ' ';
    args[QN_ARGS_MAX + 1] = '}';
    assert_int_equal(parse(json, NULL), QN_EINVAL);
    assert_string_equal(field, "args");
    assert_string_equal(err.msg, "args must be at most 1 MiB");
}

static void what_is_absent_stays_absent(void **state)
{
    struct qn_draft_tags tags;
    struct qn_enqueue job;

    (void)state;
    assert_int_equal(parse("{\"task\":\"t\",\"expires\":\"2026-01-31T00:00:01Z\"}", NULL), QN_OK);
    qn_draft_enqueue(&draft, &tags, &job);
    assert_null(job.args);
    assert_null(job.queue);
    assert_null(job.name);
    assert_null(job.tags[0]);
    assert_int_equal(job.expires_in_ms, 0);
    assert_int_equal(job.expires_at_ms, INT64_C(1769817601000));
}

static void unique_jobs_and_limit_keys_are_read(void **state)
{
    static const char json[] = "{\"task\":\"t\",\"args\":{\"a\":1},\"limit_key\":\"acme\","
                               "\"unique\":{\"until\":\"window\","
                               "\"for\":\"10m\",\"key\":\"k\",\"conflict\":\"replace\"}}";
    struct qn_draft_tags tags;
    struct qn_enqueue job;
    struct qn_new_job made;
    struct qn_body body;

    (void)state;
    assert_int_equal(
        qn_draft_parse((struct qn_span){json, strlen(json)}, NULL, &draft, field, NULL), QN_OK);
    qn_draft_enqueue(&draft, &tags, &job);
    assert_string_equal(job.limit_key, "acme");
    assert_string_equal(job.unique_key, "k");
    assert_int_equal(job.unique.until, QN_UNIQUE_WINDOW);
    assert_int_equal(job.unique.conflict, QN_UNIQUE_REPLACE);
    assert_int_equal(job.unique.for_ms, 600000);
    qn_draft_job(&draft, &made);
    assert_true(made.keyed);
    assert_int_equal(strlen(made.unique_key), QN_UNIQUE_KEY_SIZE - 1);
    qn_draft_body(&draft, &body);
    assert_int_equal(body.limit_key.len, 4);
    assert_int_equal(body.unique_key.len, QN_UNIQUE_KEY_SIZE - 1);
    assert_int_equal(body.unique.until, QN_UNIQUE_WINDOW);
}

static void a_rule_of_a_unique_job_that_cannot_be_kept_is_refused(void **state)
{
    static const struct {
        const char *unique, *field;
    } wrong[] = {
        {"1", "unique"},
        {"{}", "unique.until"},
        {"{\"until\":\"soon\"}", "unique.until"},
        {"{\"until\":\"window\"}", "unique.for"},
        {"{\"until\":\"finished\",\"for\":0}", "unique.for"},
        {"{\"until\":\"finished\",\"key\":\"\"}", "unique.key"},
        {"{\"until\":\"finished\",\"key\":\"a\\u0000\"}", "unique.key"},
        {"{\"until\":\"finished\",\"conflict\":\"maybe\"}", "unique.conflict"},
        {"{\"until\":\"finished\",\"colour\":1}", "unique.colour"},
    };
    char json[256];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(json, sizeof(json), "{\"task\":\"t\",\"unique\":%s}", wrong[i].unique);
        assert_int_equal(
            qn_draft_parse((struct qn_span){json, strlen(json)}, NULL, &draft, field, &err),
            QN_EINVAL);
        assert_string_equal(field, wrong[i].field);
    }
}

static void a_follow_up_for_an_end_without_success_is_read(void **state)
{
    struct qn_draft_tags tags;
    struct qn_enqueue job;
    struct qn_body body;

    (void)state;
    assert_int_equal(parse("{\"task\":\"t\",\"args\":{\"a\":1},"
                           "\"on_failed\":{\"args\":{\"b\":2},\"task\":\"t.after\"}}",
                           NULL),
                     QN_OK);
    qn_draft_enqueue(&draft, &tags, &job);
    assert_string_equal(job.on_failed, "t.after");
    assert_int_equal(job.on_failed_args_len, 7);
    assert_memory_equal(job.on_failed_args, "{\"b\":2}", 7);
    assert_memory_equal(job.args, "{\"a\":1}", 7);
    qn_draft_body(&draft, &body);
    assert_int_equal(body.on_failed.task.len, 7);
    assert_int_equal(body.on_failed.args.len, 7);
    assert_int_equal(parse("{\"task\":\"t\",\"on_failed\":null}", NULL), QN_OK);
    qn_draft_enqueue(&draft, &tags, &job);
    assert_null(job.on_failed);
    assert_null(job.on_failed_args);
}

static void a_follow_up_that_cannot_be_made_is_refused(void **state)
{
    static const struct {
        const char *on_failed, *field;
    } wrong[] = {
        {"\"t.after\"", "on_failed"},
        {"{}", "on_failed.task"},
        {"{\"args\":{}}", "on_failed.task"},
        {"{\"task\":\"A b\"}", "on_failed.task"},
        {"{\"task\":\"t\",\"args\":[]}", "on_failed.args"},
        {"{\"task\":\"t\",\"queue\":\"q\"}", "on_failed.queue"},
        {"{\"task\":\"t\",\"on_failed\":{\"task\":\"t\"}}", "on_failed.on_failed"},
    };
    char json[256];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(json, sizeof(json), "{\"task\":\"t\",\"on_failed\":%s}", wrong[i].on_failed);
        assert_int_equal(parse(json, NULL), QN_EINVAL);
        assert_string_equal(field, wrong[i].field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_follow_up_for_an_end_without_success_is_read),
        cmocka_unit_test(a_follow_up_that_cannot_be_made_is_refused),
        cmocka_unit_test(unique_jobs_and_limit_keys_are_read),
        cmocka_unit_test(a_rule_of_a_unique_job_that_cannot_be_kept_is_refused),
        cmocka_unit_test(accept_unknown_is_a_word_only_where_the_rules_say_so),
        cmocka_unit_test(a_job_may_do_without_a_task_where_one_is_given),
        cmocka_unit_test(bounds_of_durations_are_told_as_durations),
        cmocka_unit_test(parts_of_seconds_are_rounded),
        cmocka_unit_test(the_client_gets_all_of_it),
        cmocka_unit_test(arguments_over_the_cap_are_refused_by_their_name),
        cmocka_unit_test(what_is_absent_stays_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
