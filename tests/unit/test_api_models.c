#include "api/models.h"
#include "api/route.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define HASH  "ab00000000000000000000000000000000000000000000000000000000000000"
#define OTHER "cd00000000000000000000000000000000000000000000000000000000000000"

static struct qn_span span_of(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static int pick(const char *index, const char *which, struct api_model *model,
                struct api_fault *fault)
{
    return api_model_pick(span_of(index), which, model, fault);
}

static const char index_of_two[] =
    "{\"datasource\":\"shop\",\"current\":1,\"newest\":2,\"approved\":1,\"versions\":["
    "{\"version\":2,\"hash\":\"" OTHER "\",\"state\":\"draft\",\"tables\":3},"
    "{\"version\":1,\"hash\":\"" HASH "\",\"state\":\"approved\",\"tables\":2}]}";

static void a_version_is_found_by_what_it_is(void **state)
{
    static const struct {
        const char *which;
        int64_t version;
    } asked[] = {{"current", 1}, {"approved", 1}, {"newest", 2}, {"1", 1}, {"2", 2}};
    struct api_model model;
    struct api_fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        assert_int_equal(pick(index_of_two, asked[i].which, &model, &fault), QN_OK);
        assert_int_equal(model.version, asked[i].version);
        assert_string_equal(model.hash, asked[i].version == 1 ? HASH : OTHER);
    }
    assert_int_equal(pick(index_of_two, "3", &model, &fault), QN_EINVAL);
    assert_int_equal(fault.problem, API_NO_SUCH_MODEL);
}

static void what_is_no_version_is_a_wrong_query(void **state)
{
    static const char *const words[] = {"",   "0",   "-1",     "+1",  " 1",
                                        "1 ", "0x1", "Newest", "1e3", "9223372036854775808"};
    struct api_model model;
    struct api_fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_int_equal(pick(index_of_two, words[i], &model, &fault), QN_EINVAL);
        assert_int_equal(fault.problem, API_BAD_QUERY);
        assert_string_equal(fault.field, "version");
    }
}

static void an_index_that_makes_no_sense_names_no_file(void **state)
{
    static const char *const indexes[] = {
        "{}",
        "{\"current\":1}",
        "{\"current\":1,\"versions\":{}}",
        "{\"current\":1,\"versions\":[1,null,\"x\",[]]}",
        "{\"current\":\"1\",\"versions\":[{\"version\":1,\"hash\":\"" HASH "\"}]}",
        "{\"current\":-1,\"versions\":[{\"version\":-1,\"hash\":\"" HASH "\"}]}",
        "{\"current\":1.5,\"versions\":[{\"version\":1.5,\"hash\":\"" HASH "\"}]}",
        "{\"current\":1,\"versions\":[{\"version\":1}]}",
        "{\"current\":1,\"versions\":[{\"version\":1,\"hash\":\"\"}]}",
        "{\"current\":1,\"versions\":[{\"version\":1,\"hash\":7}]}",
        "{\"current\":1,\"versions\":[{\"version\":1,\"hash\":\"" HASH "0\"}]}",
        "{\"current\":1,\"versions\":[{\"version\":1,\"hash\":\"a\\r\\nX: y\"}]}",
        "{\"current\":1,\"versions\":[{\"version\":1,\"hash\":\"AB\"}]}",
    };
    struct api_model model;
    struct api_fault fault;
    struct qn_buf out;
    (void)state;
    qn_buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
        assert_int_equal(pick(indexes[i], "current", &model, &fault), QN_EINVAL);
        assert_int_equal(fault.problem, API_INTERNAL);
        assert_false(api_model_row(span_of(indexes[i]), "shop", &out));
        assert_int_equal(out.len, 0);
    }
    qn_buf_release(&out);
}

static void without_an_approval_nothing_is_approved(void **state)
{
    static const char index[] = "{\"current\":1,\"newest\":1,\"approved\":null,\"versions\":["
                                "{\"version\":1,\"hash\":\"" HASH "\"}]}";
    struct api_model model;
    struct api_fault fault;
    (void)state;
    assert_int_equal(pick(index, "current", &model, &fault), QN_OK);
    assert_int_equal(pick(index, "approved", &model, &fault), QN_EINVAL);
    assert_int_equal(fault.problem, API_NO_SUCH_MODEL);
}

static void a_row_tells_of_the_current_version(void **state)
{
    struct qn_buf out;
    (void)state;
    qn_buf_init(&out, 4096);
    assert_true(api_model_row(span_of(index_of_two), "shop", &out));
    assert_string_equal(out.data, "{\"datasource\":\"shop\",\"current\":1,\"newest\":2,"
                                  "\"approved\":1,\"state\":\"approved\",\"hash\":\"" HASH "\","
                                  "\"tables\":2,\"url\":\"/v1/models/shop\"}");
    qn_buf_release(&out);
}

static void a_name_is_a_datasource_name(void **state)
{
    char longest[API_MODEL_NAME_MAX + 2];
    (void)state;
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_false(api_model_name_ok(longest));
    longest[API_MODEL_NAME_MAX] = '\0';
    assert_true(api_model_name_ok(longest));
    assert_true(api_model_name_ok("a"));
    assert_true(api_model_name_ok("shop_2-x"));
    for (const char *const *bad = (const char *const[]){"", "1a", "-a", "_a", "A", "a.b", "a/b",
                                                        "..", "a b", "\xc3\xa9", NULL};
         *bad; bad++)
        assert_false(api_model_name_ok(*bad));
}

static void accept_is_read_as_it_is_written(void **state)
{
    static const struct {
        const char *accept, *form;
    } rows[] = {
        {NULL, "json"},
        {"", "json"},
        {"text/html", "html"},
        {"text/html;q=0.5,application/yaml;q=0.7", "yaml"},
        {"text/html;q=0.5 , application/yaml ; q=0.4", "html"},
        {"text/html;charset=x;q=0.1,application/yaml;q=0.2", "yaml"},
        {"text/html;q=0,*/*;q=0", "json"},
        {"text/html;q=2,application/json", "html"},
        {"text/*;q=0.9,application/json;q=0.8", "markdown"},
        {"text", "json"},
        {"*", "json"},
        {"/", "json"},
        {";;;q=1", "json"},
        {",,,", "json"},
        {"text/html;", "html"},
        {"text/html;q", "html"},
        {"text/html;q=", "html"},
        {"text/htmlx", "json"},
        {"text/vnd.mermaid", "mermaid"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(api_model_accepted(rows[i].accept)->name, rows[i].form);
    assert_null(api_model_form("md"));
    assert_string_equal(api_model_form("markdown")->suffix, "md");
}

static void a_tag_comes_back_as_its_hash(void **state)
{
    struct api_model model = {.version = INT64_MAX, .hash = HASH};
    char etag[API_MODEL_ETAG_SIZE], hash[API_MODEL_HASH_MAX + 1];
    (void)state;
    for (size_t i = 0; i < API_MODEL_FORMS; i++) {
        model.approved = i % 2 == 1;
        api_model_etag(&model, &api_model_forms[i], 0, etag);
        assert_int_equal(strstr(etag, ".approved.") != NULL, model.approved);
        assert_true(etag[strlen(etag) - 1] == '"');
        assert_true(api_model_if_match(etag, hash));
        assert_string_equal(hash, HASH);
    }
    assert_true(api_model_if_match("\"" HASH "\"", hash));
    assert_true(api_model_if_match("*", hash));
    assert_string_equal(hash, "");
    for (const char *const *bad =
             (const char *const[]){"", "\"", "\"\"", "\"x\"", HASH, "W/\"" HASH "\"",
                                   "\"" HASH "0\"", "\"" HASH "\",\"" HASH "\"", "\"" HASH, NULL};
         *bad; bad++)
        assert_false(api_model_if_match(*bad, hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_found_by_what_it_is),
        cmocka_unit_test(what_is_no_version_is_a_wrong_query),
        cmocka_unit_test(an_index_that_makes_no_sense_names_no_file),
        cmocka_unit_test(without_an_approval_nothing_is_approved),
        cmocka_unit_test(a_row_tells_of_the_current_version),
        cmocka_unit_test(a_name_is_a_datasource_name),
        cmocka_unit_test(accept_is_read_as_it_is_written),
        cmocka_unit_test(a_tag_comes_back_as_its_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
