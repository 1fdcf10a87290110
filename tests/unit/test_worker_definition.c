/* test_worker_definition.c - tasks whose texts are owned, made piece by piece and read
 * from what another process says. */
#include "worker/definition.h"

#include "broker-client/taskdef.h"
#include "common/mem.h"
#include "worker/registry.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char whole[] =
    "{\"name\":\"a.b\",\"summary\":\"Says \\\"\\u00fc\\\"\",\"queue\":\"small\","
    "\"soft_limit_ms\":1000,\"hard_limit_ms\":604800000,\"max_attempts\":3,"
    "\"retry\":\"list:1s:10s\",\"on_timeout\":{\"max_attempts\":1},"
    "\"on_crash\":{\"retry\":\"fixed:5s\",\"max_attempts\":2},\"memory_limit_bytes\":1048576,"
    "\"cpu_limit_ms\":2000,\"max_open_files\":100,\"concurrency\":2,"
    "\"rate\":10,\"per_ms\":60000,\"burst\":5,\"params\":["
    "{\"name\":\"from\",\"type\":\"date\",\"required\":true,\"doc\":\"first day\"},"
    "{\"name\":\"step\",\"type\":\"string\",\"required\":false,\"doc\":\"of it\","
    "\"choices\":[\"day\",\"week\",\"month\"],\"preset\":\"day\"},"
    "{\"name\":\"n\",\"type\":\"integer\",\"required\":false,\"doc\":\"a number\"}]}";

static int decode(struct worker_definition **ret, const char *json, struct qn_err *reterr)
{
    return worker_definition_decode(ret, (struct qn_span){json, strlen(json)}, reterr);
}

static void a_decoded_task_has_what_the_text_said(void **state)
{
    struct worker_definition *definition;

    (void)state;
    assert_int_equal(decode(&definition, whole, NULL), QN_OK);
    const struct qn_task *task = worker_definition_task(definition);
    assert_string_equal(task->name, "a.b");
    assert_string_equal(task->summary, "Says \"\xc3\xbc\"");
    assert_string_equal(task->queue, "small");
    assert_int_equal(task->soft_limit_ms, 1000);
    assert_int_equal(task->hard_limit_ms, 604800000);
    assert_int_equal(task->max_attempts, 3);
    assert_int_equal(task->retry.delays_ms[1], 10000);
    assert_int_equal(task->on_timeout.max_attempts, 1);
    assert_int_equal(task->on_timeout.retry.kind, QN_BACKOFF_DEFAULT);
    assert_int_equal(task->on_crash.retry.base_ms, 5000);
    assert_int_equal(task->on_crash.max_attempts, 2);
    assert_int_equal(task->memory_limit_bytes, 1 << 20);
    assert_int_equal(task->cpu_limit_ms, 2000);
    assert_int_equal(task->max_open_files, 100);
    assert_int_equal(task->concurrency, 2);
    assert_true(task->rate == 10 && task->per_ms == 60000 && task->burst == 5);
    assert_null(task->run);
    assert_string_equal(task->params[0].name, "from");
    assert_int_equal(task->params[0].type, QN_DATE);
    assert_true(task->params[0].required);
    assert_null(task->params[0].choices);
    assert_string_equal(task->params[1].choices, "day|week|month");
    assert_string_equal(task->params[1].preset, "day");
    assert_false(task->params[1].required);
    assert_string_equal(task->params[2].doc, "a number");
    assert_null(task->params[3].name);
    worker_definition_free(definition);
}

static void what_was_decoded_is_published_as_it_came(void **state)
{
    static const char plain[] =
        "{\"name\":\"a.b\",\"summary\":\"S\",\"queue\":\"default\",\"soft_limit_ms\":0,"
        "\"hard_limit_ms\":0,\"max_attempts\":0,\"concurrency\":3,\"rate\":1,\"per_ms\":1000,"
        "\"burst\":2,\"params\":["
        "{\"name\":\"o\",\"type\":\"object\",\"required\":false,\"doc\":\"d\"},"
        "{\"name\":\"c\",\"type\":\"string\",\"required\":false,\"doc\":\"d\","
        "\"choices\":[\"\",\"x\"]}]}";
    struct worker_definition *definition;
    struct qn_buf json;

    (void)state;
    assert_int_equal(decode(&definition, plain, NULL), QN_OK);
    qn_buf_init(&json, QN_TASKDEF_MAX);
    assert_int_equal(qn_taskdef_encode(worker_definition_task(definition), &json), QN_OK);
    assert_string_equal(json.data, plain);
    qn_buf_release(&json);
    worker_definition_free(definition);
}

static void what_is_missing_is_left_to_the_check(void **state)
{
    struct worker_definition *definition;
    struct qn_err err;

    (void)state;
    assert_int_equal(decode(&definition, "{}", NULL), QN_OK);
    assert_null(worker_definition_task(definition)->params);
    assert_int_equal(worker_task_check(worker_definition_task(definition), &err), QN_EINVAL);
    assert_string_equal(err.msg, "a task has no name");
    worker_definition_free(definition);
}

static void what_does_not_hold_is_named(void **state)
{
    static const struct {
        const char *json, *wanted;
    } cases[] = {
        {"", "task definition: byte 0: "},
        {"[]", "task definition: not a JSON object"},
        {"{\"name\":1}", "task definition: \"name\" is not a string"},
        {"{\"queue\":null}", "task definition: \"queue\" is not a string"},
        {"{\"retry\":\"often\"}", "task definition: \"retry\" is not a retry policy"},
        {"{\"on_crash\":3}", "task definition: \"on_crash\" is not an object"},
        {"{\"max_attempts\":\"3\"}", "task definition: \"max_attempts\" is not an integer"},
        {"{\"max_attempts\":2147483648}", "task definition: \"max_attempts\" is not an integer"},
        {"{\"concurrency\":true}", "task definition: \"concurrency\" is not an integer"},
        {"{\"soft_limit_ms\":1.5}", "task definition: \"soft_limit_ms\" is not an integer"},
        {"{\"params\":{}}", "task definition: \"params\" is not an array"},
        {"{\"params\":[1]}", "task definition: \"params\" is not an array of objects"},
        {"{\"params\":[{}]}", "task definition: \"params\" is not an array of parameters"},
        {"{\"params\":[{\"name\":\"a\"}]}", "task definition: \"type\" is not a type"},
        {"{\"params\":[{\"name\":\"a\",\"type\":\"date\",\"required\":1}]}",
         "task definition: \"required\" is not true or false"},
        {"{\"params\":[{\"name\":\"a\",\"type\":\"string\",\"choices\":\"b\"}]}",
         "task definition: \"choices\" is not an array"},
        {"{\"params\":[{\"name\":\"a\",\"type\":\"string\",\"choices\":[1]}]}",
         "task definition: \"choices\" is not an array of strings"},
    };
    struct worker_definition *definition = NULL;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(decode(&definition, cases[i].json, &err), QN_EINVAL);
        if (strncmp(err.msg, cases[i].wanted, strlen(cases[i].wanted)) != 0)
            fail_msg("%s: %s", cases[i].json, err.msg);
    }
    assert_null(definition);
}

static void sizes_are_bounded(void **state)
{
    struct worker_definition *definition = worker_definition_create();
    struct qn_param *param;
    char name[16];

    (void)state;
    for (int i = 0; i < WORKER_PARAMS_MAX; i++) {
        assert_int_equal(worker_definition_param(definition, &param, NULL), QN_OK);
        int len = snprintf(name, sizeof(name), "p%d", i);
        param->name = worker_definition_keep(definition, name, (size_t)len);
    }
    assert_int_equal(worker_definition_param(definition, &param, NULL), QN_ELIMIT);
    assert_string_equal(worker_definition_task(definition)->params[63].name, "p63");
    assert_null(worker_definition_task(definition)->params[64].name);
    worker_definition_free(definition);

    char *large = qn_zalloc(1, QN_TASKDEF_MAX + 2);
    memset(large, ' ', QN_TASKDEF_MAX + 1);
    assert_int_equal(decode(&definition, large, NULL), QN_EINVAL);
    qn_free(large);
}

static void no_memory_leaves_nothing_behind(void **state)
{
    struct worker_definition *definition = NULL;
    size_t live = qn_mem_live();
    int rc = QN_ENOMEM;

    (void)state;
    for (size_t nth = 1; rc != QN_OK; nth++) {
        qn_mem_fail_at(nth, 0);
        rc = decode(&definition, whole, NULL);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        if (rc != QN_OK)
            assert_int_equal(qn_mem_live(), live);
    }
    qn_mem_fail_at(0, 0);
    worker_definition_free(definition);
    worker_definition_free(NULL);
    assert_int_equal(qn_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decoded_task_has_what_the_text_said),
        cmocka_unit_test(what_was_decoded_is_published_as_it_came),
        cmocka_unit_test(what_is_missing_is_left_to_the_check),
        cmocka_unit_test(what_does_not_hold_is_named),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(no_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
