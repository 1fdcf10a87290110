/* RFC 7396: the examples of its appendix, and what an attacker or a slip may send. */
#include "common/json.h"
#include "common/str.h"
#include "tasks/lib/model/model_patch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static void gives(const char *target, const char *patch, const char *want)
{
    struct qn_err err = {0};
    struct qn_buf out;

    qn_buf_init(&out, 1 << 20);
    assert_int_equal(qn_model_patch(span(target), span(patch), &out, &err), QN_OK);
    assert_string_equal(out.data, want);
    qn_buf_release(&out);
}

static void the_examples_of_the_rfc_hold(void **state)
{
    static const char *const rows[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        gives(rows[i][0], rows[i][1], rows[i][2]);
    }
}

static void keys_are_compared_after_their_escapes(void **state)
{
    (void)state;
    gives("{\"caf\\u00e9\":1}", "{\"caf\xc3\xa9\":2}", "{\"caf\\u00e9\":2}");
    gives("{\"\\u0061\":1,\"b\":2}", "{\"a\":null}", "{\"b\":2}");
    gives("{\"a\":1}", "{\"\\u0061\":{\"x\":null,\"y\":1}}", "{\"a\":{\"y\":1}}");
}

static void a_patch_twice_is_the_patch_once(void **state)
{
    static const char patch[] = "{\"t\":{\"c\":{\"d\":\"x\",\"e\":null}},\"u\":null}";
    struct qn_buf once;
    struct qn_err err = {0};

    (void)state;
    qn_buf_init(&once, 1 << 20);
    assert_int_equal(
        qn_model_patch(span("{\"t\":{\"c\":{\"e\":1}},\"u\":2}"), span(patch), &once, &err), QN_OK);
    gives(once.data, patch, once.data);
    qn_buf_release(&once);
}

static void what_is_no_json_is_refused_by_name(void **state)
{
    struct qn_err err = {0};
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 1 << 20);
    assert_int_equal(qn_model_patch(span("{}"), span("{\"a\":1,\"a\":2}"), &out, &err), QN_EINVAL);
    assert_true(qn_str_starts(err.msg, "the change: byte"));
    assert_int_equal(qn_model_patch(span("{"), span("{}"), &out, &err), QN_EINVAL);
    assert_true(qn_str_starts(err.msg, "what is to be changed: byte"));
    qn_buf_release(&out);
}

static void a_document_over_the_maximum_is_refused(void **state)
{
    struct qn_err err = {0};
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 8);
    assert_int_equal(qn_model_patch(span("{\"a\":1}"), span("{\"b\":2}"), &out, &err), QN_ELIMIT);
    qn_buf_release(&out);
}

static void the_deepest_document_is_merged(void **state)
{
    char deep[64 * 6 + 8] = "";
    size_t at = 0;

    (void)state;
    for (int i = 0; i < 63; i++) {
        at += (size_t)snprintf(deep + at, sizeof(deep) - at, "{\"a\":");
    }
    deep[at++] = '1';
    memset(deep + at, '}', 63);
    gives("{}", deep, deep);
}

/* {"k0":1,"k1":1,...} of n members, read from behind when back. */
static void make_wide(struct qn_buf *out, int n, bool back)
{
    qn_buf_init(out, (size_t)4 * 1024 * 1024);
    for (int i = 0; i < n; i++) {
        qn_buf_printf(out, "%c\"k%d\":%d", i == 0 ? '{' : ',', back ? n - 1 - i : i, back);
    }
    qn_buf_add_byte(out, '}');
}

/* Were each looked for from the start, these were 2,500 million steps. */
static void wide_objects_are_merged_up_to_a_maximum(void **state)
{
    struct qn_buf target, patch, out;
    struct qn_err err = {0};
    struct qn_json_item item;

    (void)state;
    for (int over = 0; over < 2; over++) {
        make_wide(&target, QN_MODEL_PATCH_MEMBERS_MAX, false);
        make_wide(&patch, QN_MODEL_PATCH_MEMBERS_MAX + over, true);
        qn_buf_init(&out, (size_t)4 * 1024 * 1024);
        assert_int_equal(qn_model_patch((struct qn_span){target.data, target.len},
                                        (struct qn_span){patch.data, patch.len}, &out, &err),
                         over == 0 ? QN_OK : QN_ELIMIT);
        if (over == 0) {
            assert_int_equal(out.len, target.len);
            assert_true(qn_json_find(out.data, out.len, "k49999", &item));
            assert_true(qn_span_is(item.value, "1"));
        } else {
            assert_non_null(strstr(err.msg, "more than 50000 members"));
        }
        qn_buf_release(&target);
        qn_buf_release(&patch);
        qn_buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc_hold),
        cmocka_unit_test(keys_are_compared_after_their_escapes),
        cmocka_unit_test(a_patch_twice_is_the_patch_once),
        cmocka_unit_test(wide_objects_are_merged_up_to_a_maximum),
        cmocka_unit_test(what_is_no_json_is_refused_by_name),
        cmocka_unit_test(a_document_over_the_maximum_is_refused),
        cmocka_unit_test(the_deepest_document_is_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
