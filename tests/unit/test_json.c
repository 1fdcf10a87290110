#include "common/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/torture.h"
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LARGE        (1024 * 1024)

static int check(const char *text)
{
    return qn_json_check(text, strlen(text), NULL, NULL);
}

static void what_rfc_8259_allows_is_accepted(void **state)
{
    static const struct {
        const char *text;
        enum qn_json_type type;
    } good[] = {
        {"null", QN_JSON_NULL},
        {" true ", QN_JSON_BOOLEAN},
        {"false", QN_JSON_BOOLEAN},
        {"-0", QN_JSON_NUMBER},
        {"0.5e-3", QN_JSON_NUMBER},
        {"1.7976931348623157e308", QN_JSON_NUMBER},
        {"1e-999", QN_JSON_NUMBER},
        {"\"\"", QN_JSON_STRING},
        {"\"\\ud83d\\ude00 \xf0\x9f\x98\x80 \x7f\"", QN_JSON_STRING},
        {"\t\r\n [ ] \n", QN_JSON_ARRAY},
        {"[1,[2,{}],\"x\"]", QN_JSON_ARRAY},
        {"{\"\":{\"\":{}},\"a\":[{\"a\":1},{\"a\":1}]}", QN_JSON_OBJECT},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        enum qn_json_type type = QN_JSON_NULL;

        assert_int_equal(qn_json_check(good[i].text, strlen(good[i].text), &type, NULL), QN_OK);
        assert_int_equal(type, good[i].type);
    }
}

static void refusals_name_the_byte_and_the_reason(void **state)
{
    static const char *const bad[][2] = {
        {"", "byte 0: expected a value, found the end"},
        {"  ", "byte 2: expected a value, found the end"},
        {"nul", "byte 0: expected a value"},
        {"NaN", "byte 0: expected a value"},
        {"-Infinity", "byte 1: expected a digit"},
        {"'a'", "byte 0: expected a value"},
        {"1 2", "byte 2: text after the value"},
        {"\xef\xbb\xbf{}", "byte 0: expected a value"},
        {"[1,]", "byte 3: expected a value"},
        {"[1 2]", "byte 3: expected ',' or ']'"},
        {"[", "byte 1: expected a value, found the end"},
        {"{\"a\":1,}", "byte 7: expected a key"},
        {"{\"a\" 1}", "byte 5: expected ':'"},
        {"{\"a\":1", "byte 6: expected ',' or '}', found the end"},
        {"{a:1}", "byte 1: expected a key"},
        {"[1}", "byte 2: expected ',' or ']'"},
        {"01", "byte 1: text after the value"},
        {"1.", "byte 2: expected a digit, found the end"},
        {".5", "byte 0: expected a value"},
        {"+1", "byte 0: expected a value"},
        {"1e", "byte 2: expected a digit, found the end"},
        {"[1e999]", "byte 1: number too large"},
        {"-1e99999999999999999999", "byte 0: number too large"},
        {"\"abc", "byte 0: string without an end"},
        {"\"a\nb\"", "byte 2: control character in a string"},
        {"\"\\x\"", "byte 1: unknown escape"},
        {"\"\\", "byte 1: unknown escape"},
        {"\"\\u12g4\"", "byte 1: \\u needs four hexadecimal digits"},
        {"\"\\u12", "byte 1: \\u needs four hexadecimal digits"},
        {"\"\\u0000\"", "byte 1: \\u0000 is not allowed"},
        {"{\"a\\u0000b\":1}", "byte 3: \\u0000 is not allowed"},
        {"\"\\ud800\"", "byte 1: lone surrogate"},
        {"\"\\ud800\\u0041\"", "byte 1: lone surrogate"},
        {"\"\\udc00\\ud800\"", "byte 1: lone surrogate"},
        {"\"\\udc00\\udc00\"", "byte 1: lone surrogate"},
        {"\"\xc0\x80\"", "byte 1: invalid UTF-8"},
        {"\"a\xed\xa0\x80\"", "byte 2: invalid UTF-8"},
        {"\"\xf0\x9f\x98\"", "byte 1: invalid UTF-8"},
        {"{\"to\":1,\"from\":2,\"from\":3}", "byte 17: duplicate key \"from\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct qn_err err = {0};

        assert_int_equal(qn_json_check(bad[i][0], strlen(bad[i][0]), NULL, &err), QN_EINVAL);
        assert_string_equal(err.msg, bad[i][1]);
    }
}

/* Long enough to be scanned in words, with the byte at each place of one. */
static void every_byte_of_a_string_is_looked_at(void **state)
{
    char text[40];

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

        for (size_t i = 1; i < sizeof(text) - 1; i++) {
            memset(text, 'x', sizeof(text));
            text[0] = text[sizeof(text) - 1] = '"';
            text[i] = (char)byte;
            assert_int_equal(qn_json_check(text, sizeof(text), NULL, NULL),
                             plain ? QN_OK : QN_EINVAL);
        }
    }
}

static void a_nul_byte_is_refused_anywhere(void **state)
{
    (void)state;
    assert_int_equal(qn_json_check("{}\0", 3, NULL, NULL), QN_EINVAL);
    assert_int_equal(qn_json_check("\"\0\"", 3, NULL, NULL), QN_EINVAL);
    assert_int_equal(qn_json_check("\0{}", 3, NULL, NULL), QN_EINVAL);
}

/* Each prefix is a text of its own, in a block that ends where it ends. */
static void no_prefix_is_accepted_and_none_is_read_past(void **state)
{
    static const char text[] =
        "{\"a\\u00e9\":[1.5e+10,true,null,\"\\ud83d\\ude00\xc3\xa9\"],\"b\":{}}";

    (void)state;
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        char *part = qn_alloc(len);

        memcpy(part, text, len);
        assert_int_equal(qn_json_check(part, len, NULL, NULL), QN_EINVAL);
        qn_free(part);
    }
    assert_int_equal(check(text), QN_OK);
}

static void sixty_four_levels_are_the_most(void **state)
{
    char text[2 * 65 + 1];

    (void)state;
    for (size_t depth = 64; depth <= 65; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(qn_json_check(text, 2 * depth, NULL, NULL),
                         depth == 64 ? QN_OK : QN_EINVAL);
    }
}

static void sixty_four_characters_are_the_longest_number(void **state)
{
    char text[66];

    (void)state;
    memset(text, '1', sizeof(text));
    assert_int_equal(qn_json_check(text, 64, NULL, NULL), QN_OK);
    assert_int_equal(qn_json_check(text, 65, NULL, NULL), QN_EINVAL);
}

static void duplicates_are_seen_through_escapes_and_at_every_level(void **state)
{
    static const char *const twice[] = {
        "{\"\":1,\"\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\/\":1,\"/\":2}",
        "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
        "{\"12345678a\":1,\"1234567\\u0038a\":2}",
        "[[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]]",
        "{\"x\":{\"a\":1},\"a\":1,\"x\":2}",
    };
    static const char *const once[] = {
        "{\"a\":1,\"A\":2,\"aa\":3,\"\":4}",
        "{\"12345678\":1,\"123456789\":2,\"12345678a\":3,\"1234567\":4}",
        "{\"a\":{\"a\":{\"a\":{}}}}",
        "{\"\\\\u0061\":1,\"a\":2,\"\\u00e1\":3,\"\xc3\xa9\":4}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(twice); i++) {
        assert_int_equal(check(twice[i]), QN_EINVAL);
    }
    for (size_t i = 0; i < COUNT(once); i++) {
        assert_int_equal(check(once[i]), QN_OK);
    }
}

/* n keys, of which the last one is the same as the twin-th; twin n: none is. */
static void write_object(struct qn_buf *out, size_t n, size_t twin)
{
    qn_buf_reset(out);
    qn_buf_add_str(out, "{");
    for (size_t i = 0; i < n; i++) {
        size_t name = i == n - 1 && twin < n ? twin : i;

        qn_buf_printf(out, "%s\"%s%zu\":{\"k\":[]}", i > 0 ? "," : "", i % 3 ? "key" : "k\\u0065y",
                      name);
    }
    qn_buf_add_str(out, "}");
}

static void one_twin_among_any_number_of_keys_is_found(void **state)
{
    struct qn_buf text;

    (void)state;
    qn_buf_init(&text, LARGE);
    for (size_t n = 2; n < 120; n++) {
        write_object(&text, n, n);
        assert_int_equal(qn_json_check(text.data, text.len, NULL, NULL), QN_OK);
        for (size_t twin = 0; twin < n - 1; twin += 1 + twin / 4) {
            struct qn_err err;
            char expected[64];

            write_object(&text, n, twin);
            assert_int_equal(qn_json_check(text.data, text.len, NULL, &err), QN_EINVAL);
            snprintf(expected, sizeof(expected), "duplicate key \"%s%zu\"",
                     (n - 1) % 3 ? "key" : "k\\u0065y", twin);
            assert_non_null(strstr(err.msg, expected));
        }
    }
    qn_buf_release(&text);
}

static void a_long_key_is_cut_in_the_text_of_the_error(void **state)
{
    struct qn_buf text;
    struct qn_err err;

    (void)state;
    qn_buf_init(&text, LARGE);
    qn_buf_printf(&text, "{\"%0300d\":1,\"%0300d\":2}", 0, 0);
    assert_int_equal(qn_json_check(text.data, text.len, NULL, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "0\"..."));
    qn_buf_release(&text);
}

static void small_documents_need_no_heap(void **state)
{
    size_t count = qn_mem_count();

    (void)state;
    assert_int_equal(
        check("{\"from\":\"2025-06-01\",\"to\":\"2025-07-01\",\"top\":[1,2,{\"a\":null}]}"), QN_OK);
    assert_int_equal(qn_mem_count(), count);
}

static void a_walk_gives_each_item_once(void **state)
{
    static const char text[] =
        " { \"a\" : [ 1 , {\"x\":\"]}\"} ] ,\"b\\\"\":-1.5e3,\"c\":\"\\\\\",\"d\":null } ";
    static const char *const expected[][2] = {
        {"a", "[ 1 , {\"x\":\"]}\"} ]"}, {"b\\\"", "-1.5e3"}, {"c", "\"\\\\\""}, {"d", "null"}};
    static const enum qn_json_type types[] = {QN_JSON_ARRAY, QN_JSON_NUMBER, QN_JSON_STRING,
                                              QN_JSON_NULL};
    struct qn_json_walk walk;
    struct qn_json_item item;

    (void)state;
    assert_int_equal(check(text), QN_OK);
    assert_int_equal(qn_json_walk_init(&walk, text, sizeof(text) - 1), QN_OK);
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(qn_json_walk_next(&walk, &item));
        assert_true(qn_span_is(item.key, expected[i][0]));
        assert_true(qn_span_is(item.value, expected[i][1]));
        assert_int_equal(item.type, types[i]);
    }
    assert_false(qn_json_walk_next(&walk, &item));
    assert_false(qn_json_walk_next(&walk, &item));
}

static void an_array_is_walked_without_keys(void **state)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int n = 0;

    (void)state;
    assert_int_equal(qn_json_walk_init(&walk, "[true,\"a\",[],{}]", 16), QN_OK);
    while (qn_json_walk_next(&walk, &item)) {
        assert_int_equal(item.key.len, 0);
        n++;
    }
    assert_int_equal(n, 4);
    assert_int_equal(qn_json_walk_init(&walk, " \"x\"", 4), QN_EINVAL);
    assert_int_equal(qn_json_walk_init(&walk, "", 0), QN_EINVAL);
}

static void members_are_found_by_their_decoded_name(void **state)
{
    static const char text[] = "{\"a\":{\"x\":1},\"\\u0078\":2,\"xy\":3,\"\":4}";
    struct qn_json_item item;

    (void)state;
    assert_true(qn_json_find(text, sizeof(text) - 1, "x", &item) && qn_span_is(item.value, "2"));
    assert_true(qn_json_find(text, sizeof(text) - 1, "xy", &item) && qn_span_is(item.value, "3"));
    assert_true(qn_json_find(text, sizeof(text) - 1, "", &item) && qn_span_is(item.value, "4"));
    assert_false(qn_json_find(text, sizeof(text) - 1, "xyz", &item));
    assert_false(qn_json_find("[1]", 3, "x", &item));
}

static void strings_are_decoded(void **state)
{
    static const char text[] = "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00 plain\"";
    static const char decoded[] = "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 plain";
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 100);
    assert_int_equal(qn_json_unescape((struct qn_span){text, sizeof(text) - 1}, &out), QN_OK);
    assert_string_equal(out.data, decoded);
    qn_buf_reset(&out);
    assert_int_equal(qn_json_unescape((struct qn_span){text + 1, sizeof(text) - 3}, &out), QN_OK);
    assert_string_equal(out.data, decoded);
    assert_int_equal(qn_json_unescape((struct qn_span){"\"", 1}, &out), QN_EINVAL);
    assert_int_equal(qn_json_unescape((struct qn_span){"\\", 1}, &out), QN_EINVAL);
    assert_int_equal(qn_json_unescape((struct qn_span){"\\ud800", 6}, &out), QN_EINVAL);
    qn_buf_release(&out);
    qn_buf_init(&out, 3);
    assert_int_equal(qn_json_unescape((struct qn_span){"abcd", 4}, &out), QN_ELIMIT);
    qn_buf_release(&out);
}

static void integers_are_whole_and_fit(void **state)
{
    int64_t value;

    (void)state;
    assert_true(qn_json_is_integer((struct qn_span){"-9223372036854775808", 20}, &value) &&
                value == INT64_MIN);
    assert_true(qn_json_is_integer((struct qn_span){"-0", 2}, &value) && value == 0);
    assert_false(qn_json_is_integer((struct qn_span){"9223372036854775808", 19}, &value));
    assert_false(qn_json_is_integer((struct qn_span){"1.0", 3}, &value));
    assert_false(qn_json_is_integer((struct qn_span){"1e2", 3}, &value));
}

static void any_bytes_are_written_as_a_string_that_is_accepted(void **state)
{
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, LARGE);
    for (int first = 0; first < 256; first++) {
        for (int second = 0; second < 256; second++) {
            char bytes[2] = {(char)first, (char)second};

            qn_buf_reset(&out);
            assert_int_equal(qn_json_add_string(&out, bytes, 2), QN_OK);
            assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
        }
    }
    qn_buf_reset(&out);
    qn_json_add_string(&out, "a\0\x01\n\"\\\xff\x7f\xc3\xa9", 10);
    assert_string_equal(out.data, "\"a\xef\xbf\xbd\\u0001\\n\\\"\\\\\xef\xbf\xbd\\u007f\xc3\xa9\"");
    qn_buf_release(&out);
}

static void members_get_their_commas(void **state)
{
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 100);
    qn_buf_add_str(&out, "{");
    qn_json_add_key(&out, "a\"");
    qn_json_add_i64(&out, INT64_MIN);
    qn_json_add_key(&out, "b");
    qn_buf_add_str(&out, "{");
    qn_json_add_key(&out, "c");
    qn_json_add_str(&out, "{");
    qn_buf_add_str(&out, "}}");
    assert_int_equal(qn_buf_status(&out), QN_OK);
    assert_string_equal(out.data, "{\"a\\\"\":-9223372036854775808,\"b\":{\"c\":\"{\"}}");
    qn_buf_release(&out);
}

static struct qn_buf many_keys;

static int check_many_keys(void)
{
    return qn_json_check(many_keys.data, many_keys.len, NULL, NULL);
}

static int write_and_decode(void)
{
    struct qn_buf out, decoded;
    int rc;

    qn_buf_init(&out, LARGE);
    qn_buf_init(&decoded, LARGE);
    rc = qn_json_add_string(&out, many_keys.data, many_keys.len);
    if (rc == QN_OK) {
        rc = qn_json_unescape((struct qn_span){out.data, out.len}, &decoded);
    }
    qn_buf_release(&out);
    qn_buf_release(&decoded);
    return rc;
}

static void out_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    qn_buf_init(&many_keys, LARGE);
    write_object(&many_keys, 1000, 1000);
    torture(check_many_keys);
    torture(write_and_decode);
    qn_buf_release(&many_keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rfc_8259_allows_is_accepted),
        cmocka_unit_test(refusals_name_the_byte_and_the_reason),
        cmocka_unit_test(every_byte_of_a_string_is_looked_at),
        cmocka_unit_test(a_nul_byte_is_refused_anywhere),
        cmocka_unit_test(no_prefix_is_accepted_and_none_is_read_past),
        cmocka_unit_test(sixty_four_levels_are_the_most),
        cmocka_unit_test(sixty_four_characters_are_the_longest_number),
        cmocka_unit_test(duplicates_are_seen_through_escapes_and_at_every_level),
        cmocka_unit_test(one_twin_among_any_number_of_keys_is_found),
        cmocka_unit_test(a_long_key_is_cut_in_the_text_of_the_error),
        cmocka_unit_test(small_documents_need_no_heap),
        cmocka_unit_test(a_walk_gives_each_item_once),
        cmocka_unit_test(an_array_is_walked_without_keys),
        cmocka_unit_test(members_are_found_by_their_decoded_name),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(integers_are_whole_and_fit),
        cmocka_unit_test(any_bytes_are_written_as_a_string_that_is_accepted),
        cmocka_unit_test(members_get_their_commas),
        cmocka_unit_test(out_of_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
