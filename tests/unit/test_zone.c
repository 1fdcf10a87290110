/* Zones: libc is asked for the same offsets, hostile files are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/mem.h"
#include "cron/zone.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct qn_zone *zone_of(const char *name)
{
    struct qn_zone *zone = NULL;
    struct qn_err err = {0};

    if (qn_zone_load(&zone, name, NULL, &err) < 0)
        fail_msg("%s", err.msg);
    return zone;
}

static void offsets_are_those_of_libc_from_1970_to_2100(void **state)
{
    static const char *const names[] = {
        "America/New_York",  "Europe/Berlin",       "Europe/Dublin",
        "Africa/Casablanca", "Asia/Shanghai",       "Asia/Kolkata",
        "Asia/Kathmandu",    "Australia/Lord_Howe", "Pacific/Apia",
        "America/Sao_Paulo", "Asia/Gaza",           "America/Nuuk",
        "Antarctica/Troll",  "Africa/Cairo",        "UTC",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct qn_zone *zone = zone_of(names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        for (time_t t = 0; t < 4102444800; t += 6 * 3600 + 601) {
            struct tm tm;
            localtime_r(&t, &tm);
            if (tm.tm_gmtoff != qn_zone_offset(zone, t))
                fail_msg("%s at %lld: %d, libc says %ld", names[i], (long long)t,
                         qn_zone_offset(zone, t), tm.tm_gmtoff);
        }
        qn_zone_free(zone);
    }
}

static void a_change_is_found_from_both_sides(void **state)
{
    (void)state;
    struct qn_zone *zone = zone_of("Europe/Berlin");
    struct qn_zone_change after, before;
    int64_t t = 0;

    for (int i = 0; i < 200; i++) {
        assert_true(qn_zone_change_after(zone, t, &after));
        assert_true(after.at_s > t);
        assert_int_not_equal(after.before, after.after);
        assert_int_equal(qn_zone_offset(zone, after.at_s - 1), after.before);
        assert_int_equal(qn_zone_offset(zone, after.at_s), after.after);
        assert_true(qn_zone_change_before(zone, after.at_s, &before));
        assert_int_equal(before.at_s, after.at_s);
        t = after.at_s;
    }
    qn_zone_free(zone);
}

static void a_name_that_leaves_the_directory_is_refused(void **state)
{
    static const char *const names[] = {
        "",           "../etc/passwd",       "/etc/localtime", "Europe/..",
        "posixrules", "right/Europe/Berlin", "Europe//Berlin", "Europe/",
        "a b"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct qn_zone *zone = NULL;
        struct qn_err err;
        assert_int_equal(qn_zone_load(&zone, names[i], NULL, &err), QN_EINVAL);
    }
}

static void an_unknown_zone_is_an_error_not_utc(void **state)
{
    struct qn_zone *zone = NULL;
    struct qn_err err = {0};
    (void)state;
    assert_int_equal(qn_zone_load(&zone, "Mars/Olympus", NULL, &err), QN_ENOTFOUND);
    assert_non_null(strstr(err.msg, "Mars/Olympus"));
    assert_int_equal(qn_zone_load(&zone, "Europe", NULL, &err), QN_ENOTFOUND);
}

static size_t read_file(const char *path, unsigned char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(out, 1, size, file);
    fclose(file);
    return len;
}

/* Every truncation and every flipped byte: an error or a zone, never a crash. */
static void a_damaged_file_is_refused_or_read_never_worse(void **state)
{
    static unsigned char bytes[QN_ZONE_FILE_MAX];
    size_t len = read_file(QN_ZONE_DIR "/America/New_York", bytes, sizeof(bytes));
    size_t live = qn_mem_live();
    (void)state;
    for (size_t i = 0; i < len; i++) {
        struct qn_zone *zone = NULL;
        if (qn_zone_parse(&zone, "cut", bytes, i, NULL) == QN_OK)
            fail_msg("a file cut at %zu was read", i);
    }
    for (size_t i = 0; i < len; i++) {
        struct qn_zone *zone = NULL;
        bytes[i] ^= 0xff;
        if (qn_zone_parse(&zone, "flipped", bytes, len, NULL) == QN_OK) {
            (void)qn_zone_offset(zone, 1700000000);
            (void)qn_zone_offset(zone, INT64_C(4000000000));
        }
        qn_zone_free(zone);
        bytes[i] ^= 0xff;
    }
    assert_int_equal(qn_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_those_of_libc_from_1970_to_2100),
        cmocka_unit_test(a_change_is_found_from_both_sides),
        cmocka_unit_test(a_name_that_leaves_the_directory_is_refused),
        cmocka_unit_test(an_unknown_zone_is_an_error_not_utc),
        cmocka_unit_test(a_damaged_file_is_refused_or_read_never_worse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
