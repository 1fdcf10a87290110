/* What docs/schedules.md says about changes of the clock, for every zone and every change
 * from 1970 to 2037. What is expected is worked out with libc's zones, not with ours. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cron/cron.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ZONES        QN_ZONE_DIR "/zone1970.tab"
#define DAY          86400
#define AROUND       (2 * DAY)
#define NEAR         (8 * DAY) /* whose offsets may be those of a date around a change */
#define CHANGES_MAX  512
#define EXPECTED_MAX 4096
#define STEP_S       30 /* offsets since 1970 are multiples of it */

struct plan {
    const char *zone_name;
    struct qn_zone *zone;
    struct qn_zone_change changes[CHANGES_MAX];
    size_t n_changes;
    int64_t expected[EXPECTED_MAX];
    size_t n;
};

static int64_t unix_of(int year)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mday = 1};

    return timegm(&tm);
}

/* The wall clock of libc as seconds since 1970, as if it were UTC. */
static int64_t wall_at(int64_t second)
{
    time_t t = (time_t)second;
    struct tm tm;

    assert_non_null(localtime_r(&t, &tm));
    return timegm(&tm);
}

static void read_changes(struct plan *plan)
{
    int64_t at = unix_of(1970);

    plan->n_changes = 0;
    while (qn_zone_change_after(plan->zone, at, &plan->changes[plan->n_changes]) &&
           plan->changes[plan->n_changes].at_s < unix_of(2038)) {
        at = plan->changes[plan->n_changes++].at_s;
        assert_true(plan->n_changes < CHANGES_MAX);
    }
}

/* When a clock first shows that time; the end of the gap when it never does. */
static int64_t first_moment_of(const struct plan *plan, int64_t wall)
{
    int64_t first = INT64_MAX, end_of_gap = INT64_MAX;

    for (size_t i = 0; i < plan->n_changes; i++) {
        const struct qn_zone_change *change = &plan->changes[i];
        if (llabs(change->at_s - wall) > NEAR)
            continue;
        const int64_t tries[] = {wall - change->before, wall - change->after};
        for (size_t k = 0; k < 2; k++) {
            if (tries[k] < first && wall_at(tries[k]) == wall)
                first = tries[k];
        }
        if (wall >= wall_at(change->at_s - 1) + 1 && wall < wall_at(change->at_s))
            end_of_gap = change->at_s;
    }
    return first < INT64_MAX ? first : end_of_gap;
}

static int by_time(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static void expect(struct plan *plan, int64_t second)
{
    assert_true(plan->n < EXPECTED_MAX);
    plan->expected[plan->n++] = second;
}

/* The expression fires at all that is expected between two moments, and at nothing else. */
static void check(struct plan *plan, const char *text, int64_t from, int64_t until)
{
    struct qn_cron cron;
    struct qn_err err = {0};
    int64_t at = from - 1;

    assert_int_equal(qn_cron_parse(&cron, text, &err), QN_OK);
    qsort(plan->expected, plan->n, sizeof(plan->expected[0]), by_time);
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->expected[i] < from || plan->expected[i] >= until ||
            (i > 0 && plan->expected[i] == plan->expected[i - 1]))
            continue;
        assert_true(qn_cron_next(&cron, plan->zone, at, &at));
        if (at != plan->expected[i])
            fail_msg("%s, %s: fires at %lld, not at %lld", plan->zone_name, text, (long long)at,
                     (long long)plan->expected[i]);
    }
    assert_true(qn_cron_next(&cron, plan->zone, at, &at));
    if (at < until)
        fail_msg("%s, %s: fires at %lld too", plan->zone_name, text, (long long)at);
}

static void check_fixed(struct plan *plan, const struct qn_zone_change *change, int hour,
                        int minute)
{
    char text[32];
    int64_t day = wall_at(change->at_s) / DAY;

    snprintf(text, sizeof(text), "%d %d * * *", minute, hour);
    plan->n = 0;
    for (int64_t date = day - 4; date <= day + 4; date++)
        expect(plan, first_moment_of(plan, date * DAY + hour * 3600 + minute * 60));
    check(plan, text, change->at_s - AROUND, change->at_s + AROUND);
}

static void check_repeating(struct plan *plan, const struct qn_zone_change *change)
{
    int64_t from = change->at_s - 2 * 3600, until = change->at_s + 2 * 3600;

    plan->n = 0;
    for (int64_t t = from - from % STEP_S; t < until; t += STEP_S) {
        if (wall_at(t) % 900 == 0)
            expect(plan, t);
    }
    check(plan, "*/15 * * * *", from, until);
}

static void fixed_times(struct plan *plan, const struct qn_zone_change *change)
{
    check_fixed(plan, change, 0, 0);
    check_fixed(plan, change, 0, 30);
    check_fixed(plan, change, 1, 30);
    check_fixed(plan, change, 2, 30);
    check_fixed(plan, change, 23, 59);
}

static void in_zone(struct plan *plan, const char *name,
                    void (*fn)(struct plan *plan, const struct qn_zone_change *change))
{
    struct qn_err err = {0};

    assert_int_equal(setenv("TZ", name, 1), 0);
    tzset();
    plan->zone_name = name;
    if (qn_zone_load(&plan->zone, name, NULL, &err) != QN_OK)
        fail_msg("%s", err.msg);
    read_changes(plan);
    for (size_t i = 0; i < plan->n_changes; i++)
        fn(plan, &plan->changes[i]);
    qn_zone_free(plan->zone);
}

/* Lines of the table: countries, coordinates, zone, comments. */
static void in_every_zone(void (*fn)(struct plan *plan, const struct qn_zone_change *change))
{
    static struct plan plan;
    FILE *file = fopen(ZONES, "r");
    char line[512], name[QN_ZONE_NAME_MAX];
    int zones = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        if (line[0] == '#' || sscanf(line, "%*[^\t]\t%*[^\t]\t%63[^\t\n]", name) != 1)
            continue;
        in_zone(&plan, name, fn);
        zones++;
    }
    fclose(file);
    assert_true(zones > 300);
}

static void a_fixed_time_fires_once_on_each_date_in_every_zone(void **state)
{
    (void)state;
    in_every_zone(fixed_times);
}

static void a_repeating_time_follows_the_wall_clock_in_every_zone(void **state)
{
    (void)state;
    in_every_zone(check_repeating);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fixed_time_fires_once_on_each_date_in_every_zone),
        cmocka_unit_test(a_repeating_time_follows_the_wall_clock_in_every_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
