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
    static const char *const names[] = {"",
                                        "../etc/passwd",
                                        "/etc/localtime",
                                        "Europe/..",
                                        "posixrules",
                                        "right/Europe/Berlin",
                                        "Europe//Berlin",
                                        "Europe/",
                                        "a b",
                                        "localtime"};
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

/* ---- files made here: one offset, no change, a footer ---- */

struct made {
    unsigned char bytes[256];
    size_t len;
};

static void add(struct made *made, const void *bytes, size_t len)
{
    assert_true(made->len + len <= sizeof(made->bytes));
    memcpy(made->bytes + made->len, bytes, len);
    made->len += len;
}

static void add_be32(struct made *made, uint32_t value)
{
    const unsigned char bytes[] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                                   (unsigned char)(value >> 8), (unsigned char)value};
    add(made, bytes, sizeof(bytes));
}

static void add_part(struct made *made, uint32_t leap, size_t leap_size, int32_t offset)
{
    const uint32_t counts[] = {0, 0, leap, 0, 1, 4};

    add(made, "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        add_be32(made, counts[i]);
    add_be32(made, (uint32_t)offset);
    add(made, "\0\0XXX\0", 6);
    for (size_t i = 0; i < leap * leap_size; i++)
        add(made, "", 1);
}

static int parse_made(const char *footer, uint32_t leap, int32_t offset, struct qn_zone **ret)
{
    struct made made = {.len = 0};

    add_part(&made, leap, 8, offset);
    add_part(&made, leap, 12, offset);
    add(&made, "\n", 1);
    add(&made, footer, strlen(footer));
    add(&made, "\n", 1);
    return qn_zone_parse(ret, "made", made.bytes, made.len, NULL);
}

static struct qn_zone *zone_with(const char *footer, int32_t offset)
{
    struct qn_zone *zone = NULL;

    if (parse_made(footer, 0, offset, &zone) != QN_OK)
        fail_msg("%s is refused", footer);
    return zone;
}

#define IN_2027 INT64_C(1798761600) /* 1 January, UTC */

static void a_rule_says_when_and_how_far(void **state)
{
    static const struct {
        const char *footer;
        int32_t standard;
        int64_t begin_s, end_s; /* in 2027 */
        int32_t summer;
    } cases[] = {
        /* clang-format off */
        {"EST5EDT,M3.2.0,M11.1.0",            -18000, 1805007600, 1825567200, -14400},
        {"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",  -10800, 1806195600, 1824944400,  -7200},
        {"XXX0YYY,J60/0,J300/0",                   0, 1803859200, 1824591600,   3600},
        {"XXX0YYY,59/0,299/0",                     0, 1803859200, 1824591600,   3600},
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 37800, 1822491000, 1806764400, 39600},
        /* clang-format on */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_zone *zone = zone_with(cases[i].footer, cases[i].standard);
        int64_t at = IN_2027;
        for (int n = 0; n < 2; n++) {
            struct qn_zone_change change;
            assert_true(qn_zone_change_after(zone, at, &change));
            bool begins = change.after == cases[i].summer;
            if (change.at_s != (begins ? cases[i].begin_s : cases[i].end_s))
                fail_msg("%s: a change at %lld", cases[i].footer, (long long)change.at_s);
            assert_int_equal(begins ? change.before : change.after, cases[i].standard);
            at = change.at_s;
        }
        qn_zone_free(zone);
    }
}

static void summer_time_all_the_year_is_no_change(void **state)
{
    struct qn_zone *zone = zone_with("XXX3EDT4,0/0,J365/23", -14400);
    struct qn_zone_change change;

    (void)state;
    for (int64_t at = IN_2027; at < IN_2027 + INT64_C(80000000); at += 86400)
        assert_int_equal(qn_zone_offset(zone, at), -14400);
    assert_false(qn_zone_change_after(zone, IN_2027, &change));
    qn_zone_free(zone);
}

static void what_the_standard_forbids_is_refused(void **state)
{
    static const char *const footers[] = {
        "EST5EDT",
        "EST5EDT,M3.2.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "E5",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "<EST5",
        "EST5EDT,J0/0,J300/0",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "EST25",
        "EST5EDT,M3.2.0,M11.1.0,",
        "EST",
        "EST5EDT,366,1",
    };
    struct qn_zone *zone = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(footers) / sizeof(footers[0]); i++)
        if (parse_made(footers[i], 0, -18000, &zone) != QN_ECORRUPT)
            fail_msg("%s is read", footers[i]);
    assert_int_equal(parse_made("", 1, 0, &zone), QN_ECORRUPT); /* leap seconds */
    assert_int_equal(parse_made("", 0, -90000, &zone), QN_ECORRUPT);
    assert_int_equal(parse_made("", 0, 93600, &zone), QN_ECORRUPT);
    assert_int_equal(parse_made("", 0, 93599, &zone), QN_OK);
    qn_zone_free(zone);
}

static void a_time_is_written_with_the_offset_of_its_zone(void **state)
{
    static const struct {
        const char *zone;
        int64_t second;
        const char *text;
    } cases[] = {
        {"UTC", 0, "1970-01-01T00:00:00+00:00"},
        {"America/New_York", 1741503600, "2025-03-09T03:00:00-04:00"},
        {"Australia/Lord_Howe", 1741503600, "2025-03-09T18:00:00+11:00"},
        {"Asia/Kathmandu", -1, "1970-01-01T05:29:59+05:30"},
        {"Africa/Monrovia", 0, "1969-12-31T23:16:00-00:44"}, /* -00:44:30 */
    };
    char text[QN_ZONE_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_zone *zone = zone_of(cases[i].zone);
        qn_zone_time_to_str(zone, cases[i].second, text);
        assert_string_equal(text, cases[i].text);
        qn_zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_those_of_libc_from_1970_to_2100),
        cmocka_unit_test(a_change_is_found_from_both_sides),
        cmocka_unit_test(a_name_that_leaves_the_directory_is_refused),
        cmocka_unit_test(an_unknown_zone_is_an_error_not_utc),
        cmocka_unit_test(a_damaged_file_is_refused_or_read_never_worse),
        cmocka_unit_test(a_rule_says_when_and_how_far),
        cmocka_unit_test(summer_time_all_the_year_is_no_change),
        cmocka_unit_test(what_the_standard_forbids_is_refused),
        cmocka_unit_test(a_time_is_written_with_the_offset_of_its_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
