#include "common/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void integers_are_read_whole(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"42", 42},
                {"-42", -42},
                {"007", 7},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1x",
                                      "0x10",
                                      "1.0",
                                      "1e3",
                                      "--1",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999"};
    int64_t value;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(qn_str_to_i64(good[i].text, &value), QN_OK);
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(qn_str_to_i64(bad[i], &value), QN_EINVAL);
    }
    assert_int_equal(qn_strn_to_i64("123", 2, &value), QN_OK);
    assert_int_equal(value, 12);
}

static void integers_are_written_as_they_are_read(void **state)
{
    static const int64_t values[] = {0, 7, 10, -1, -10, 1234567890123, INT64_MAX, INT64_MIN};
    char text[QN_I64_TEXT_SIZE], expected[32];
    int64_t back;

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        snprintf(expected, sizeof(expected), "%lld", (long long)values[i]);
        assert_int_equal(qn_i64_to_str(values[i], text), strlen(expected));
        assert_string_equal(text, expected);
        assert_int_equal(qn_str_to_i64(text, &back), QN_OK);
        assert_true(back == values[i]);
    }
}

static void truth_has_eight_words(void **state)
{
    static const char *const yes[] = {"true", "YES", "on", "1"}, *const no[] = {"False", "no",
                                                                                "off", "0"};
    bool value;

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_true(qn_str_to_bool(yes[i], &value) == QN_OK && value);
        assert_true(qn_str_to_bool(no[i], &value) == QN_OK && !value);
    }
    assert_int_equal(qn_str_to_bool("", &value), QN_EINVAL);
    assert_int_equal(qn_str_to_bool("2", &value), QN_EINVAL);
    assert_int_equal(qn_str_to_bool("true ", &value), QN_EINVAL);
}

static void durations_go_from_large_to_small_units(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"0", 0},          {"90", 90000},     {"250ms", 250},
                {"90s", 90000},    {"15m", 900000},   {"1h30m", 5400000},
                {"7d", 604800000}, {"1s500ms", 1500}, {"1d1h1m1s1ms", 90061001}};
    static const char *const bad[] = {"",
                                      "s",
                                      "1x",
                                      "1h30",
                                      "30m1h",
                                      "1s1s",
                                      "-1s",
                                      "+1s",
                                      "1.5s",
                                      " 1s",
                                      "1 s",
                                      "1s ",
                                      "1msx",
                                      "1M",
                                      "9223372036854775807s",
                                      "9223372036854775808ms",
                                      "106751991168d"};
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(qn_str_to_ms(good[i].text, &ms), QN_OK);
        assert_true(ms == good[i].ms);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(qn_str_to_ms(bad[i], &ms), QN_EINVAL);
    }
}

static void sizes_have_binary_units(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } good[] = {{"0", 0},        {"512", 512},      {"64KiB", 65536},
                {"64KB", 65536}, {"1MiB", 1048576}, {"2GiB", INT64_C(2) << 30},
                {"1gb", 1 << 30}};
    static const char *const bad[] = {
        "", "KiB", "1KiBx", "1 KiB", "-1", "1.5MiB", "9223372036854775807KiB", "8589934592GiB"};
    int64_t bytes;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(qn_str_to_bytes(good[i].text, &bytes), QN_OK);
        assert_true(bytes == good[i].bytes);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(qn_str_to_bytes(bad[i], &bytes), QN_EINVAL);
    }
}

static void what_is_printed_is_read_again(void **state)
{
    static const int64_t values[] = {0,     1,        999,     1000,        1500,
                                     60000, 90061001, 1048576, 3 * 1048576, INT64_MAX};
    char text[QN_MS_TEXT_SIZE];
    int64_t value;

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        qn_ms_to_str(values[i], text);
        assert_true(qn_str_to_ms(text, &value) == QN_OK && value == values[i]);
        qn_bytes_to_str(values[i], text);
        assert_true(qn_str_to_bytes(text, &value) == QN_OK && value == values[i]);
    }
    qn_ms_to_str(90000, text);
    assert_string_equal(text, "1m30s");
    qn_ms_to_str(-1500, text);
    assert_string_equal(text, "-1s500ms");
    qn_ms_to_str(INT64_MIN, text);
    assert_string_equal(text, "-106751991167d7h12m55s808ms");
    qn_bytes_to_str(64 * 1048576, text);
    assert_string_equal(text, "64MiB");
}

static void utf8_is_that_of_rfc_3629(void **state)
{
    static const char *const good[] = {"",
                                       "plain",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "eight bytes \xc3\xa9 and more"};
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xc3",
                                      "\xe2\x82",
                                      "\xf0\x9f\x98",
                                      "\xe2\x28\xa1",
                                      "\xf0\x9f\x28\x80",
                                      "12345678\xc3",
                                      "1234567890123\xa9"};

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(qn_utf8_valid(good[i], strlen(good[i])));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(qn_utf8_valid(bad[i], strlen(bad[i])));
    }
}

static void every_code_point_but_surrogates_is_valid(void **state)
{
    (void)state;
    for (uint32_t point = 0x10000; point < 0x120000; point += 0x101) {
        char text[4] = {(char)(0xf0 | point >> 18), (char)(0x80 | (point >> 12 & 63)),
                        (char)(0x80 | (point >> 6 & 63)), (char)(0x80 | (point & 63))};

        assert_int_equal(qn_utf8_valid(text, 4), point < 0x110000);
    }
    for (uint32_t point = 0; point < 0x10000; point++) {
        char text[3] = {(char)(0xe0 | point >> 12), (char)(0x80 | (point >> 6 & 63)),
                        (char)(0x80 | (point & 63))};
        bool good = point >= 0x800 && (point < 0xd800 || point > 0xdfff);

        assert_int_equal(qn_utf8_valid(text, 3), good);
    }
}

static void a_cut_leaves_whole_characters(void **state)
{
    static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
    static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};

    (void)state;
    for (size_t max = 0; max < COUNT(kept); max++) {
        assert_int_equal(qn_utf8_cut(text, sizeof(text) - 1, max), kept[max]);
    }
    assert_int_equal(qn_utf8_cut("\x80\x80\x80\x80\x80", 5, 4), 4);
}

static void a_copy_ends_in_nul_and_tells_when_it_was_cut(void **state)
{
    char out[4];

    (void)state;
    assert_true(qn_str_copy(out, sizeof(out), "abc"));
    assert_string_equal(out, "abc");
    assert_false(qn_str_copy(out, sizeof(out), "ab\xc3\xa9"));
    assert_string_equal(out, "ab");
    assert_false(qn_str_copy(out, 1, "x"));
    assert_string_equal(out, "");
}

static void names_have_few_characters(void **state)
{
    (void)state;
    assert_true(qn_str_is_name("a-b_9", 5));
    assert_false(qn_str_is_name("a-b_9", 4));
    assert_false(qn_str_is_name("", 4));
    assert_false(qn_str_is_name("Abc", 4));
    assert_false(qn_str_is_name("a.b", 4));
    assert_false(qn_str_is_name("a{b", 4));
    assert_true(qn_str_starts("prefix", "pre") && qn_str_starts("x", "") &&
                !qn_str_starts("p", "pre"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_whole),
        cmocka_unit_test(integers_are_written_as_they_are_read),
        cmocka_unit_test(truth_has_eight_words),
        cmocka_unit_test(durations_go_from_large_to_small_units),
        cmocka_unit_test(sizes_have_binary_units),
        cmocka_unit_test(what_is_printed_is_read_again),
        cmocka_unit_test(utf8_is_that_of_rfc_3629),
        cmocka_unit_test(every_code_point_but_surrogates_is_valid),
        cmocka_unit_test(a_cut_leaves_whole_characters),
        cmocka_unit_test(a_copy_ends_in_nul_and_tells_when_it_was_cut),
        cmocka_unit_test(names_have_few_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
