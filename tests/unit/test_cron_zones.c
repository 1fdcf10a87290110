/* next and the zones against an independent stepper (cron_stepper.h) and libc: every zone of the
 * system, every change of offset from 1970 to 2100. After 2030, where a rule repeats, one change
 * in eleven is taken; --all takes each of them, and zones that only differ in name or before 1970.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/mem.h"
#include "cron/cron.h"
#include "cron_stepper.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR      3600
#define DAY       86400
#define UNTIL     INT64_C(4133980800) /* 2101 */
#define RULES     INT64_C(1924992000) /* 2031 */
#define AROUND    (27 * HOUR)
#define NARROW    (50 * 60)    /* where each second is walked */
#define FIRES_MAX (2 * AROUND) /* one in each second */
#define MANY      2000         /* then only those near the change are compared */
#define TRIES     2
#define MOMENTS   4
#define NAMES_MAX 1024

static bool all;
static char names[NAMES_MAX][QN_ZONE_NAME_MAX + 1];
static size_t n_names;

/* ---- which zones ---- */

static int on_file(const char *path, const struct stat *stat, int type, struct FTW *where)
{
    const char *name = path + strlen(QN_ZONE_DIR "/");
    struct qn_zone *zone = NULL;

    (void)stat;
    (void)where;
    if (type == FTW_F && n_names < NAMES_MAX && qn_zone_name_ok(name) &&
        qn_zone_load(&zone, name, NULL, NULL) == QN_OK)
        snprintf(names[n_names++], sizeof(names[0]), "%s", name);
    qn_zone_free(zone);
    return 0;
}

/* Whether they have the same changes since 1970. */
static bool same(const struct qn_zone *a, const struct qn_zone *b)
{
    struct qn_zone_change x = {.at_s = 0}, y = {.at_s = 0};
    bool more = qn_zone_offset(a, 0) == qn_zone_offset(b, 0);

    while (more && x.at_s < UNTIL) {
        more = qn_zone_change_after(a, x.at_s, &x);
        if (qn_zone_change_after(b, y.at_s, &y) != more)
            return false;
        if (more && (x.at_s != y.at_s || x.after != y.after))
            return false;
        if (!more)
            return true;
    }
    return more;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* A name whose zone came before under another one. */
static bool seen_before(struct qn_zone *const *zones, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same(zones[i], zones[at]))
            return true;
    return false;
}

static int find_zones(void **state)
{
    static struct qn_zone *zones[NAMES_MAX];
    size_t kept = 0;

    (void)state;
    nftw(QN_ZONE_DIR, on_file, 16, FTW_PHYS);
    qsort(names, n_names, sizeof(names[0]), by_name);
    for (size_t i = 0; i < n_names; i++) {
        assert_int_equal(qn_zone_load(&zones[kept], names[i], NULL, NULL), QN_OK);
        if (all || !seen_before(zones, kept))
            memmove(names[kept++], names[i], sizeof(names[0]));
        else
            qn_zone_free(zones[kept]);
    }
    n_names = kept;
    while (kept > 0)
        qn_zone_free(zones[--kept]);
    return n_names > 200 ? 0 : -1;
}

/* ---- one change ---- */

struct look {
    const char *name;
    struct qn_zone *zone;
    struct qn_cron cron;
    struct stepper_dice dice;
    struct stepper_walk walk;
    int64_t wanted[FIRES_MAX];
    size_t compared, changes;
};

static int64_t libc_offset(int64_t second)
{
    time_t t = second;
    struct tm tm;

    localtime_r(&t, &tm);
    return tm.tm_gmtoff;
}

static void compare(struct look *look, const struct stepper_expr *expr, size_t n)
{
    int64_t until = look->walk.from + (int64_t)look->walk.n * look->walk.step;
    int64_t at = look->walk.from - 1, middle = (look->walk.from + until) / 2;

    for (size_t i = 0; i <= n; i++) {
        if (i < n && n > MANY && llabs(look->wanted[i] - middle) > 2 * HOUR) {
            at = look->wanted[i];
            continue;
        }
        bool found = qn_cron_next(&look->cron, look->zone, at, &at);
        if (i < n ? !found || at != look->wanted[i] : found && at < until)
            fail_msg("%s, \"%s\": fires at %lld, not at %lld", look->name, expr->text,
                     (long long)at, i < n ? (long long)look->wanted[i] : -1);
    }
    look->compared += n < MANY ? n : MANY;
}

/* Any moment, or one within a minute of what matters: the change, and the end of the wall time
 * that it left out or brought twice. */
static int64_t anywhere(struct look *look, const struct qn_zone_change *change)
{
    int64_t length = (int64_t)look->walk.n * look->walk.step;
    int64_t size = llabs((int64_t)change->after - change->before);
    int64_t at = change->at_s + ((int64_t)stepper_roll(&look->dice, 3) - 1) * size;

    if (stepper_roll(&look->dice, 3) == 0)
        return look->walk.from + stepper_roll(&look->dice, (unsigned)length);
    return at - 62 + stepper_roll(&look->dice, 124);
}

/* From there on, between two firings or at one. */
static void compare_from_anywhere(struct look *look, const struct stepper_expr *expr, size_t n,
                                  int64_t after)
{
    size_t i = 0;
    int64_t at;

    while (i < n && look->wanted[i] <= after)
        i++;
    if (i == n)
        return;
    assert_true(qn_cron_next(&look->cron, look->zone, after, &at));
    if (at != look->wanted[i])
        fail_msg("%s, \"%s\" after %lld: fires at %lld, not at %lld", look->name, expr->text,
                 (long long)after, (long long)at, (long long)look->wanted[i]);
}

/* Refused only when no date matches it. */
static bool parse(struct look *look, const struct stepper_expr *expr, size_t n)
{
    struct qn_err err = {0};
    int rc = qn_cron_parse(&look->cron, expr->text, &err);

    if (rc != QN_OK && (n > 0 || !strstr(err.msg, "no date")))
        fail_msg("\"%s\": %s", expr->text, err.msg);
    return rc == QN_OK;
}

static void look_at_change(struct look *look, const struct qn_zone_change *change)
{
    bool seconds = change->before % 60 || change->after % 60 || change->at_s % 60;
    int64_t around = seconds ? NARROW : AROUND;
    int hour = (int)(((change->at_s + change->before) % DAY + DAY) % DAY / HOUR);

    stepper_walk(&look->walk, change->at_s - around, change->at_s + around, seconds ? 1 : 60);
    for (int i = 0; i < TRIES; i++) {
        struct stepper_expr expr;
        stepper_make(&look->dice, hour, &expr);
        size_t n = stepper_fires(&expr, &look->walk, look->wanted, FIRES_MAX);
        if (!parse(look, &expr, n))
            continue;
        compare(look, &expr, n);
        for (int k = 0; k < MOMENTS; k++)
            compare_from_anywhere(look, &expr, n, anywhere(look, change));
    }
    look->changes++;
}

static void in_zone(struct look *look, const char *name)
{
    struct qn_zone_change change = {.at_s = 0};
    struct qn_err err = {0};

    setenv("TZ", name, 1);
    tzset();
    look->name = name;
    if (qn_zone_load(&look->zone, name, NULL, &err) != QN_OK)
        fail_msg("%s", err.msg);
    for (int n = 0; qn_zone_change_after(look->zone, change.at_s, &change); n++) {
        if (change.at_s >= UNTIL)
            break;
        if (change.before != libc_offset(change.at_s - 1) ||
            change.after != libc_offset(change.at_s))
            fail_msg("%s: libc has no such change at %lld", name, (long long)change.at_s);
        if (all || change.at_s < RULES || n % 11 == 0)
            look_at_change(look, &change);
    }
    qn_zone_free(look->zone);
}

static void next_agrees_with_a_stepper_around_every_change_in_every_zone(void **state)
{
    struct look *look = calloc(1, sizeof(*look));

    (void)state;
    assert_non_null(look);
    look->dice.state = 1;
    for (size_t i = 0; i < n_names; i++)
        in_zone(look, names[i]);
    print_message("%zu zones, %zu changes, %zu firings\n", n_names, look->changes, look->compared);
    assert_in_range(look->changes, 10000, SIZE_MAX);
    assert_in_range(look->compared, 1000000, SIZE_MAX);
    free(look);
}

/* Walked in steps of half a day, which no two changes of the time since 1970 are within. */
static void the_changes_of_every_zone_are_those_of_libc(void **state)
{
    int64_t step = all ? DAY / 2 : 3 * DAY;

    (void)state;
    for (size_t i = 0; i < n_names; i++) {
        struct qn_zone *zone = NULL;
        setenv("TZ", names[i], 1);
        tzset();
        assert_int_equal(qn_zone_load(&zone, names[i], NULL, NULL), QN_OK);
        for (int64_t t = 0; t < UNTIL; t += step)
            if (libc_offset(t) != qn_zone_offset(zone, t))
                fail_msg("%s at %lld: %d, libc says %lld", names[i], (long long)t,
                         qn_zone_offset(zone, t), (long long)libc_offset(t));
        qn_zone_free(zone);
    }
}

static void days_match_by_the_letter_of_the_rules_in_each_kind_of_year(void **state)
{
    struct stepper_dice dice = {.state = 7};

    (void)state;
    for (int i = 0; i < 400; i++) {
        struct stepper_expr expr;
        struct qn_cron cron;
        stepper_make(&dice, 0, &expr);
        if (qn_cron_parse(&cron, expr.text, NULL) != QN_OK)
            continue;
        for (int year = 2096; year < 2105; year++)
            for (int month = 1; month <= 12; month++) {
                uint32_t days = qn_cron_days(&cron, year, month), wanted = 0;
                for (int day = 1; day <= 31; day++) {
                    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
                    timegm(&tm);
                    if (tm.tm_mday == day && stepper_day_matches(&expr, year, month, day))
                        wanted |= UINT32_C(1) << day;
                }
                if (days != wanted)
                    fail_msg("\"%s\" in %d-%02d: days %x, not %x", expr.text, year, month, days,
                             wanted);
            }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_changes_of_every_zone_are_those_of_libc),
        cmocka_unit_test(next_agrees_with_a_stepper_around_every_change_in_every_zone),
        cmocka_unit_test(days_match_by_the_letter_of_the_rules_in_each_kind_of_year),
    };

    all = argc > 1 && strcmp(argv[1], "--all") == 0;
    return cmocka_run_group_tests(tests, find_zones, NULL);
}
