/* Cron expressions against a sample with known answers, against refusals, and
 * against a stepper that walks second by second and knows nothing of segments.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/clock.h"
#include "cron/calendar.h"
#include "cron/cron.h"
#include <stdio.h>
#include <string.h>

static struct qn_zone *zone_of(const char *name)
{
    struct qn_zone *zone = NULL;
    struct qn_err err = {0};

    if (qn_zone_load(&zone, name, NULL, &err) < 0)
        fail_msg("%s", err.msg);
    return zone;
}

static struct qn_cron cron_of(const char *text)
{
    struct qn_cron cron;
    struct qn_err err = {0};

    if (qn_cron_parse(&cron, text, &err) < 0)
        fail_msg("%s: %s", text, err.msg);
    return cron;
}

static int64_t second_of(const char *text)
{
    int64_t ms = 0;

    assert_int_equal(qn_time_from_str(text, &ms), QN_OK);
    return ms / 1000;
}

static void print_local(const struct qn_zone *zone, int64_t second, char *out, size_t size)
{
    int32_t offset = qn_zone_offset(zone, second);
    int64_t day = qn_day_of_second(second + offset);
    struct qn_date date = qn_date_of_days(day);
    int s = (int)(second + offset - day * QN_DAY_S);
    int east = offset < 0 ? -offset : offset;

    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", date.year, date.month, date.day,
             s / 3600, s / 60 % 60, s % 60, offset < 0 ? '-' : '+', east / 3600, east / 60 % 60);
}

static char *cut_last_column(char *line)
{
    char *tab = strrchr(line, '\t');

    assert_non_null(tab);
    *tab = '\0';
    return tab + 1;
}

static void check_sample_row(char *line)
{
    char *wanted = cut_last_column(line), *after = cut_last_column(line);
    struct qn_zone *zone = zone_of(cut_last_column(line));
    struct qn_cron cron = cron_of(line);
    char got[256] = "", one[3][64];
    int64_t second = second_of(after);

    for (int i = 0; i < 3; i++) {
        assert_true(qn_cron_next(&cron, zone, second, &second));
        print_local(zone, second, one[i], sizeof(one[i]));
    }
    snprintf(got, sizeof(got), "%s,%s,%s", one[0], one[1], one[2]);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s after %s: %s, wanted %s", line, after, got, wanted);
    qn_zone_free(zone);
}

static void every_row_of_the_sample_comes_out_exactly(void **state)
{
    (void)state;
    FILE *file = fopen(UNIT_DATA "/cron_sample.tsv", "r");
    char line[1024];
    int rows = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        check_sample_row(line);
        rows++;
    }
    fclose(file);
    assert_int_equal(rows, 60);
}

static void a_bad_expression_is_refused_with_its_field_and_reason(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "1 to 255"},
        {"* * * *", "five fields"},
        {"* * * * * * *", "five fields"},
        {"60 * * * *", "minute: 60 is not in 0-59"},
        {"* 24 * * *", "hour: 24"},
        {"* * 0 * *", "day of month: 0"},
        {"* * * 13 *", "month: 13"},
        {"* * * * 8", "day of week: 8"},
        {"5-1 * * * *", "backwards"},
        {"* * * NOV-FEB *", "backwards"},
        {"*/0 * * * *", "step 0"},
        {"*/61 * * * *", "step 61"},
        {"* * * * 7/2", "7 cannot have a step"},
        {"1,,2 * * * *", "minute: an item of the list is empty"},
        {"1, * * * *", "empty"},
        {"MON * * * *", "minute"},
        {"* * * FOO *", "month"},
        {"? * * * *", "minute"},
        {"* * ?,1 * *", "day of month"},
        {"* * L-0 * *", "L-n takes"},
        {"* * L-31 * *", "L-n takes"},
        {"* * L-3W * *", "day of month"},
        {"* * 1-5W * *", "day of month"},
        {"* * W * *", "day of month"},
        {"* * 32W * *", "nW takes"},
        {"* * * * L", "day of week"},
        {"* * * * L5", "day of week"},
        {"* * * * 5#6", "d#k takes"},
        {"* * * * 5#0", "d#k takes"},
        {"H * * * *", "minute"},
        {"001 * * * *", "minute"},
        {"+1 * * * *", "minute"},
        {"@reboot", "not known"},
        {"@daily 1", "not known"},
        {"@every", "duration"},
        {"@every 1m1h", "duration"},
        {"@every 1.5h", "duration"},
        {"@every 0s", "1s to 366d"},
        {"@every 367d", "1s to 366d"},
        {"0 0 30 2 *", "no day"},
        {"0 0 31 4,6 *", "no day"},
        {"0 0 L-30 4 *", "no day"},
        {"0 0 */31 * MON#2", "no day"},
        {"0 0 \xef\xbc\x91 * *", "printable"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_cron cron;
        struct qn_err err = {0};
        if (qn_cron_parse(&cron, cases[i].text, &err) != QN_EINVAL)
            fail_msg("accepted: %s", cases[i].text);
        if (!strstr(err.msg, cases[i].why))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].text, err.msg, cases[i].why);
    }
}

static bool bit(uint64_t bits, int64_t n)
{
    return (bits >> n) & 1;
}

/* Does the wall-clock second match, whatever the zone? */
static bool wall_matches(const struct qn_cron *cron, int64_t wall)
{
    int64_t day = qn_day_of_second(wall), s = wall - day * QN_DAY_S;
    struct qn_date date = qn_date_of_days(day);

    return bit(cron->seconds, s % 60) && bit(cron->minutes, s / 60 % 60) &&
           bit(cron->hours, s / 3600) && qn_cron_day_matches(cron, date.year, date.month, date.day);
}

/* The rule, told second by second: what fires at t? */
static bool fires_at(const struct qn_cron *cron, const struct qn_zone *zone, int64_t t)
{
    int32_t now = qn_zone_offset(zone, t), before = qn_zone_offset(zone, t - 1);
    bool matches = wall_matches(cron, t + now);

    if (!cron->fixed)
        return matches;
    for (int64_t wall = t + before; wall < t + now && !matches; wall++)
        matches = wall_matches(cron, wall); /* the gap that ends here */
    struct qn_zone_change change;
    bool second_pass = qn_zone_change_before(zone, t, &change) && change.after < change.before &&
                       t + change.after < change.at_s + change.before;
    return matches && !second_pass;
}

/* Steps from second to second; only every 15 minutes and around changes matter
 * for the expressions used here. */
static bool step_to_next(const struct qn_cron *cron, const struct qn_zone *zone, int64_t after,
                         int64_t limit, int64_t *ret)
{
    for (int64_t t = after + 1; t < limit; t++) {
        if (t % 300 != 0)
            t += 300 - t % 300;
        if (fires_at(cron, zone, t)) {
            *ret = t;
            return true;
        }
    }
    return false;
}

/* From two days before a moment to two days after it. */
static void compare_around(const char *text, const struct qn_zone *zone, int64_t moment)
{
    struct qn_cron cron = cron_of(text);
    int64_t got = moment - 2 * QN_DAY_S, wanted = got;

    while (step_to_next(&cron, zone, wanted, moment + 2 * QN_DAY_S, &wanted)) {
        assert_true(qn_cron_next(&cron, zone, got, &got));
        if (got != wanted)
            fail_msg("%s around %lld: %lld, the stepper says %lld", text, (long long)moment,
                     (long long)got, (long long)wanted);
    }
}

static void next_agrees_with_a_stepper_around_every_change_of_offset(void **state)
{
    static const char *const zones[] = {
        "America/New_York",  "Europe/Berlin",    "Africa/Cairo", "Australia/Lord_Howe",
        "America/Sao_Paulo", "Asia/Kathmandu",   "Pacific/Apia", "Asia/Shanghai",
        "Europe/Dublin",     "Africa/Casablanca"};
    static const char *const texts[] = {"30 2 * * *",  "*/15 * * * *", "0,30 0,1,2,3 * * *",
                                        "0 0 * * SUN", "15 */2 * * *", "0 1 L * FRI"};
    (void)state;
    for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
        struct qn_zone *zone = zone_of(zones[z]);
        struct qn_zone_change change;
        int64_t from = second_of("1985-01-01T00:00:00Z");
        for (int n = 0; n < 60 && qn_zone_change_after(zone, from, &change); n++) {
            from = change.at_s;
            for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                compare_around(texts[i], zone, change.at_s);
        }
        qn_zone_free(zone);
    }
}

static void days_and_dates_are_each_others_inverse(void **state)
{
    (void)state;
    int64_t previous = qn_days_of_date((struct qn_date){1600, 1, 1}) - 1;

    for (int64_t day = previous + 1; day < previous + 300000; day++) {
        struct qn_date date = qn_date_of_days(day);
        assert_int_equal(qn_days_of_date(date), day);
        assert_in_range(date.day, 1, qn_days_in_month(date.year, date.month));
    }
    assert_int_equal(qn_days_of_date((struct qn_date){1970, 1, 1}), 0);
    assert_int_equal(qn_weekday_of_days(0), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_sample_comes_out_exactly),
        cmocka_unit_test(a_bad_expression_is_refused_with_its_field_and_reason),
        cmocka_unit_test(next_agrees_with_a_stepper_around_every_change_of_offset),
        cmocka_unit_test(days_and_dates_are_each_others_inverse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
