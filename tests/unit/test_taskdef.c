#include "broker-client/taskdef.h"

#include "tests/support/torture.h"
#include <string.h>

static const struct qn_param params[] = {
    {.name = "from", .type = QN_DATE, .required = true, .doc = "first day"},
    {.name = "bucket", .type = QN_STRING, .choices = "day|week|month", .preset = "day"},
    {.name = "top", .type = QN_INTEGER, .doc = "how \"many\""},
    {.name = "ratio", .type = QN_NUMBER},
    {.name = "dry", .type = QN_BOOLEAN},
    {.name = "list", .type = QN_ARRAY},
    {.name = "more", .type = QN_OBJECT},
    {.name = "text", .type = QN_STRING},
    {.name = NULL},
};
static const struct qn_task task = {
    .name = "report.sales", .summary = "Sales", .queue = "reports", .params = params};

static struct qn_taskdef *decode(void)
{
    struct qn_buf json;
    struct qn_taskdef *def;
    struct qn_err err;

    qn_buf_init(&json, QN_TASKDEF_MAX);
    assert_int_equal(qn_taskdef_encode(&task, &json), QN_OK);
    if (qn_taskdef_decode(&def, (struct qn_span){json.data, json.len}, &err) != QN_OK)
        fail_msg("%s", err.msg);
    qn_buf_release(&json);
    return def;
}

static void what_a_worker_publishes_is_understood(void **state)
{
    struct qn_taskdef *def = decode();

    (void)state;
    assert_string_equal(qn_taskdef_name(def), "report.sales");
    assert_string_equal(qn_taskdef_queue(def), "reports");
    qn_taskdef_free(def);
}

/* args, the field that is at fault (NULL: none is), a word of the text */
struct sample {
    const char *args, *field, *word;
};

static void arguments_are_judged_by_the_definition(void **state)
{
    static const struct sample samples[] = {
        {"{\"from\":\"2026-02-28\"}", NULL, NULL},
        {"{\"from\":\"2026-02-28\",\"bucket\":\"week\",\"top\":-3,\"ratio\":1.5e3,\"dry\":true,"
         "\"list\":[],\"more\":{},\"text\":\"\"}",
         NULL, NULL},
        {"{\"from\":\"2026-02-28\",\"top\":null}", NULL, NULL},
        {"{\"fro\\u006d\":\"2026-02-28\",\"bucket\":\"we\\u0065k\"}", NULL, NULL},
        {"{\"from\":\"2026-02-30\"}", "from", "2026-02-30"},
        {"{\"from\":20260228}", "from", "date"},
        {"{\"from\":null}", "from", "date"},
        {"{}", "from", "required"},
        {"", "from", "required"},
        {"{\"from\":\"2026-02-28\",\"nope\":1}", "nope", "none of that name"},
        {"{\"from\":\"2026-02-28\",\"bucket\":\"year\"}", "bucket", "day, week, month"},
        {"{\"from\":\"2026-02-28\",\"bucket\":\"wee\"}", "bucket", "none of"},
        {"{\"from\":\"2026-02-28\",\"top\":1.0}", "top", "integer"},
        {"{\"from\":\"2026-02-28\",\"top\":99999999999999999999}", "top", "integer"},
        {"{\"from\":\"2026-02-28\",\"top\":\"1\"}", "top", "integer"},
        {"{\"from\":\"2026-02-28\",\"ratio\":\"1\"}", "ratio", "number"},
        {"{\"from\":\"2026-02-28\",\"dry\":0}", "dry", "boolean"},
        {"{\"from\":\"2026-02-28\",\"list\":{}}", "list", "array"},
        {"{\"from\":\"2026-02-28\",\"more\":[]}", "more", "object"},
        {"[]", "", "object"},
        {"{\"from\":\"2026-02-28\"", "", "byte"},
        {"{\"from\":\"2026-02-28\",\"from\":\"2026-02-28\"}", "", "duplicate"},
        {"{\"from\":\"2026-02-28\",\"text\":\"\\u0000\"}", "", "byte"},
    };
    struct qn_taskdef *def = decode();

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        char field[QN_ARG_FIELD_SIZE] = "?";
        struct qn_err err = {0};
        const char *args = samples[i].args;
        int rc = qn_taskdef_check(def, args, strlen(args), field, &err);
        if (!samples[i].field) {
            if (rc != QN_OK)
                fail_msg("%s: %s", args, err.msg);
            assert_string_equal(field, "");
            continue;
        }
        assert_int_equal(rc, QN_EINVAL);
        assert_string_equal(field, samples[i].field);
        if (!strstr(err.msg, samples[i].word))
            fail_msg("%s: \"%s\" does not say \"%s\"", args, err.msg, samples[i].word);
    }
    qn_taskdef_free(def);
}

static void a_broken_definition_is_refused(void **state)
{
    static const char *const broken[] = {
        "",
        "[]",
        "{}",
        "{\"name\":1}",
        "{\"name\":\"Bad Name\"}",
        "{\"name\":\"a\",\"params\":1}",
        "{\"name\":\"a\",\"params\":[1]}",
        "{\"name\":\"a\",\"params\":[null]}",
        "{\"name\":\"a\",\"params\":[{}]}",
        "{\"name\":\"a\",\"params\":[{\"name\":\"x\"}]}",
        "{\"name\":\"a\",\"params\":[{\"name\":\"x\",\"type\":\"what\"}]}",
        "{\"name\":\"a\",\"params\":[{\"name\":\"x\",\"type\":\"string\",\"choices\":[1]}]}",
        "{\"name\":\"a\",\"queue\":[]}",
    };
    struct qn_taskdef *def;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct qn_span json = {.data = broken[i], .len = strlen(broken[i])};
        size_t live = qn_mem_live();
        assert_int_equal(qn_taskdef_decode(&def, json, &err), QN_ECORRUPT);
        assert_int_equal(qn_mem_live(), live);
    }
}

static int whole_way(void)
{
    struct qn_buf json;
    struct qn_taskdef *def = NULL;
    const char *args = "{\"from\":\"2026-02-28\",\"bucket\":\"day\"}";

    qn_buf_init(&json, QN_TASKDEF_MAX);
    int rc = qn_taskdef_encode(&task, &json);
    if (rc == QN_OK)
        rc = qn_taskdef_decode(&def, (struct qn_span){json.data, json.len}, NULL);
    if (rc == QN_OK)
        rc = qn_taskdef_check(def, args, strlen(args), NULL, NULL);
    qn_taskdef_free(def);
    qn_buf_release(&json);
    return rc;
}

static void every_failed_allocation_is_survived(void **state)
{
    (void)state;
    torture(whole_way);
}

static void task_names_are_dotted_lower_case(void **state)
{
    (void)state;
    assert_true(qn_task_name_ok("report.sales"));
    assert_true(qn_task_name_ok("a-b_c.9"));
    assert_false(qn_task_name_ok(""));
    assert_false(qn_task_name_ok(NULL));
    assert_false(qn_task_name_ok("Report"));
    assert_false(qn_task_name_ok("a b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_worker_publishes_is_understood),
        cmocka_unit_test(arguments_are_judged_by_the_definition),
        cmocka_unit_test(a_broken_definition_is_refused),
        cmocka_unit_test(every_failed_allocation_is_survived),
        cmocka_unit_test(task_names_are_dotted_lower_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
