#include "tasks/lib/address.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define SIXTEEN "abcdefghijklmnop"
#define SIXTY   SIXTEEN SIXTEEN SIXTEEN "abcdefghijkl"

static int check(const char *address)
{
    struct qn_err err;

    return qn_address_check(address, strlen(address), &err);
}

static void usual_addresses_are_taken(void **state)
{
    static const char *const taken[] = {
        "a@b",
        "ada@example.com",
        "ada.lovelace+news@mail.example.co.uk",
        "!#$%&'*+-/=?^_`{|}~@example.com",
        "a@xn--bcher-kva.example",
        "a@1.2.3.4",
        SIXTY "abcd@example.com",
        "a@" SIXTY "abc." SIXTY "abc." SIXTY "abc." SIXTY,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        assert_int_equal(check(taken[i]), QN_OK);
}

static void what_could_be_more_than_an_address_is_refused(void **state)
{
    static const char *const refused[] = {
        "",
        "@",
        "a",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "a@b c",
        " a@b",
        "a@b ",
        "<a@b>",
        "a@b>",
        "a@b,c@d",
        "a@b;c@d",
        "a:b@c",
        "(a)b@c",
        "a\\@b",
        "\"a\"@b",
        ".a@b",
        "a.@b",
        "a..b@c",
        "a@.b",
        "a@b.",
        "a@b..c",
        "a@-b",
        "a@b-",
        "a@b.-c",
        "a@b_c",
        "a@[::1]",
        "a@b/c",
        "a@b\r\n",
        "a\r\n@b",
        "a@b\n",
        "a@b\tc",
        "a\x7f@b",
        "a@b\x01",
        "\xc3\xa4@b",
        "a@\xc3\xa4",
        "a@b\xff",
        "a@b?x=y",
        "a@b%0d",
        "a@b\"",
        SIXTY "abcde@b",
        "a@" SIXTY "abcd",
        "ab@" SIXTY "abc." SIXTY "abc." SIXTY "abc." SIXTY,
    };
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(check(refused[i]), QN_EINVAL);
    assert_int_equal(qn_address_check("a\0b@c", 5, &err), QN_EINVAL);
    assert_int_equal(qn_address_check("a@b\0", 4, &err), QN_EINVAL);
}

static void a_refusal_says_why_and_not_whom(void **state)
{
    static const char *const refused[] = {"secret", "secret @b", "secret@b_", SIXTY "secret@b"};
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(qn_address_check(refused[i], strlen(refused[i]), &err), QN_EINVAL);
        assert_null(strstr(err.msg, "secret"));
        assert_string_not_equal(err.msg, "");
    }
}

/* "a", then the character, then "b". */
static void around(uint32_t c, char out[8])
{
    char *at = out;

    *at++ = 'a';
    if (c < 0x80) {
        *at++ = (char)c;
    } else if (c < 0x800) {
        *at++ = (char)(0xc0 | c >> 6);
        *at++ = (char)(0x80 | (c & 63));
    } else {
        *at++ = (char)(0xe0 | c >> 12);
        *at++ = (char)(0x80 | (c >> 6 & 63));
        *at++ = (char)(0x80 | (c & 63));
    }
    *at++ = 'b';
    *at = '\0';
}

static void names_may_hold_all_but_controls(void **state)
{
    static const char *const taken[] = {"", "Ada", "O'Neil, Jr. <x@y>", "\xf0\x9f\x99\x82"};
    static const uint32_t controls[] = {0x01, 0x09, 0x0a,   0x0d,   0x1b,   0x1f,   0x7f,   0x80,
                                        0x85, 0x9f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069};
    static const uint32_t others[] = {0x20,   0x7e,   0xa0,   0xff,   0x200d, 0x2027,
                                      0x202f, 0x2065, 0x206a, 0x4e00, 0xfffd};
    char name[8], number[32];
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        assert_int_equal(qn_address_check_name(taken[i], strlen(taken[i]), &err), QN_OK);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        around(others[i], name);
        assert_int_equal(qn_address_check_name(name, strlen(name), &err), QN_OK);
    }
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
        around(controls[i], name);
        snprintf(number, sizeof(number), "U+%04X at byte 1", (unsigned)controls[i]);
        assert_int_equal(qn_address_check_name(name, strlen(name), &err), QN_EINVAL);
        assert_non_null(strstr(err.msg, number));
    }
}

static void names_are_utf8_without_nul(void **state)
{
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_address_check_name("\xff", 1, &err), QN_EINVAL);
    assert_int_equal(qn_address_check_name("\xed\xa0\x80", 3, &err), QN_EINVAL);
    assert_int_equal(qn_address_check_name("a\0b", 3, &err), QN_EINVAL);
}

static void expect(const char *text, const char *name, const char *address)
{
    struct qn_address parsed;
    struct qn_err err;

    assert_int_equal(qn_address_parse(text, &parsed, &err), QN_OK);
    assert_string_equal(parsed.name, name);
    assert_string_equal(parsed.address, address);
}

static void a_sender_is_an_address_with_a_name_or_without(void **state)
{
    static const char *const refused[] = {
        "",         "a",        "A <a>",    "A <a@b",    "<a@b> x",
        "A\n<a@b>", "A <a@b>>", "A <<a@b>", "A\" <a@b>", "A <a@b> <c@d>"};
    struct qn_address parsed;
    struct qn_err err;

    (void)state;
    expect("a@b", "", "a@b");
    expect(" a@b ", "", "a@b");
    expect("<a@b>", "", "a@b");
    expect("Shop <a@b>", "Shop", "a@b");
    expect("\"The, Shop\" <a@b>", "The, Shop", "a@b");
    expect("\xe5\x95\x86\xe5\xba\x97 <a@b>", "\xe5\x95\x86\xe5\xba\x97", "a@b");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(qn_address_parse(refused[i], &parsed, &err), QN_EINVAL);
}

static void longest_names_are_kept_whole_and_longer_ones_refused(void **state)
{
    char name[QN_ADDRESS_NAME_MAX + 2], text[QN_ADDRESS_NAME_MAX + 16];
    struct qn_address parsed;
    struct qn_err err;

    (void)state;
    memset(name, 'x', sizeof(name));
    name[QN_ADDRESS_NAME_MAX] = '\0';
    snprintf(text, sizeof(text), "%s <a@b>", name);
    assert_int_equal(qn_address_parse(text, &parsed, &err), QN_OK);
    assert_string_equal(parsed.name, name);
    snprintf(text, sizeof(text), "x%s <a@b>", name);
    assert_int_equal(qn_address_parse(text, &parsed, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "longer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_addresses_are_taken),
        cmocka_unit_test(what_could_be_more_than_an_address_is_refused),
        cmocka_unit_test(a_refusal_says_why_and_not_whom),
        cmocka_unit_test(names_may_hold_all_but_controls),
        cmocka_unit_test(names_are_utf8_without_nul),
        cmocka_unit_test(a_sender_is_an_address_with_a_name_or_without),
        cmocka_unit_test(longest_names_are_kept_whole_and_longer_ones_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
