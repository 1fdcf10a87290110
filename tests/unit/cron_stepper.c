#include "cron_stepper.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY   86400
#define BLOCK 15 /* steps; no two changes are so near */

unsigned stepper_roll(struct stepper_dice *dice, unsigned n)
{
    dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice->state >> 33) % n;
}

/* ---- making them ---- */

struct made {
    char text[64];
    uint64_t bits;
};

static uint64_t row(int first, int last, int step)
{
    uint64_t bits = 0;

    for (int i = first; i <= last; i += step)
        bits |= UINT64_C(1) << i;
    return bits;
}

static int between(struct stepper_dice *dice, int first, int last)
{
    return first + (int)stepper_roll(dice, (unsigned)(last - first + 1));
}

/* One item of a list for a field of these values. */
static struct made item(struct stepper_dice *dice, int min, int max)
{
    int a = between(dice, min, max), b = between(dice, a, max);
    int step = between(dice, 1, (max - min) / 2 + 1);
    struct made made;

    switch (stepper_roll(dice, 5)) {
    case 0:
        snprintf(made.text, sizeof(made.text), "%d-%d", a, b);
        made.bits = row(a, b, 1);
        break;
    case 1:
        snprintf(made.text, sizeof(made.text), "%d-%d/%d", a, b, step);
        made.bits = row(a, b, step);
        break;
    case 2:
        snprintf(made.text, sizeof(made.text), "%d/%d", a, step);
        made.bits = row(a, max, step);
        break;
    case 3:
        snprintf(made.text, sizeof(made.text), "*/%d", step);
        made.bits = row(min, max, step);
        break;
    default: /* the ends of a field more often than chance would have it */
        a = stepper_roll(dice, 3) ? a : stepper_roll(dice, 2) ? max : min;
        snprintf(made.text, sizeof(made.text), "%02d", a);
        made.bits = row(a, a, 1);
    }
    return made;
}

static struct made field(struct stepper_dice *dice, int min, int max, unsigned stars)
{
    struct made first = item(dice, min, max), second = item(dice, min, max), made = first;

    if (stepper_roll(dice, 10) < stars) {
        snprintf(made.text, sizeof(made.text), "*");
        made.bits = row(min, max, 1);
    } else if (stepper_roll(dice, 3) == 0) {
        snprintf(made.text, sizeof(made.text), "%.20s,%.20s", first.text, second.text);
        made.bits = first.bits | second.bits;
    }
    return made;
}

static struct made hour_near(struct stepper_dice *dice, int near)
{
    int a = (near + between(dice, 0, 2) + 23) % 24, b = (a + between(dice, 1, 2)) % 24;
    struct made made = {.bits = row(a, a, 1) | row(b, b, 1)};

    if (stepper_roll(dice, 2) == 0) {
        snprintf(made.text, sizeof(made.text), "%d,%d", a, b);
    } else {
        made.bits = row(a, a, 1);
        snprintf(made.text, sizeof(made.text), "%d", a);
    }
    return made;
}

static struct made special_day(struct stepper_dice *dice, struct stepper_expr *expr)
{
    struct made made = {.bits = 0};
    int n = between(dice, 1, 31);

    switch (stepper_roll(dice, 4)) {
    case 0:
        expr->last = true;
        snprintf(made.text, sizeof(made.text), "L");
        break;
    case 1:
        expr->last_workday = true;
        snprintf(made.text, sizeof(made.text), "lw");
        break;
    case 2:
        expr->before_last = between(dice, 1, 27);
        snprintf(made.text, sizeof(made.text), "L-%d", expr->before_last);
        break;
    default:
        expr->workday = n > 28 ? 15 : n;
        snprintf(made.text, sizeof(made.text), "%dW", expr->workday);
    }
    return made;
}

static struct made special_weekday(struct stepper_dice *dice, struct stepper_expr *expr)
{
    struct made made = {.bits = 0};
    int weekday = between(dice, 0, 7);

    if (stepper_roll(dice, 2) == 0) {
        expr->last_weekday = weekday % 7;
        snprintf(made.text, sizeof(made.text), "%dL", weekday);
    } else {
        expr->nth_weekday = weekday % 7;
        expr->nth = between(dice, 1, 4);
        snprintf(made.text, sizeof(made.text), "%d#%d", weekday, expr->nth);
    }
    return made;
}

static void make_days(struct stepper_dice *dice, struct stepper_expr *expr, char *out, size_t size)
{
    bool any = stepper_roll(dice, 2) == 0;
    struct made days = field(dice, 1, 31, any ? 10 : 4), months = field(dice, 1, 12, 9),
                weekdays = field(dice, 0, 6, any ? 10 : 5);

    if (!any && stepper_roll(dice, 4) == 0)
        days = special_day(dice, expr);
    if (!any && stepper_roll(dice, 4) == 0)
        weekdays = special_weekday(dice, expr);
    expr->days = days.bits;
    expr->months = months.bits;
    expr->weekdays = weekdays.bits;
    expr->day_star = days.text[0] == '*';
    expr->weekday_star = weekdays.text[0] == '*';
    if (strcmp(days.text, "*") == 0 && stepper_roll(dice, 3) == 0)
        snprintf(days.text, sizeof(days.text), "?");
    snprintf(out, size, "%.50s %.50s %.50s", days.text, months.text, weekdays.text);
}

void stepper_make(struct stepper_dice *dice, int near_hour, struct stepper_expr *ret)
{
    char days[156];
    struct made seconds = field(dice, 0, 59, 1), minutes = field(dice, 0, 59, 3);
    struct made hours = stepper_roll(dice, 2) ? hour_near(dice, near_hour) : field(dice, 0, 23, 5);

    *ret = (struct stepper_expr){.before_last = -1,
                                 .workday = -1,
                                 .last_weekday = -1,
                                 .nth_weekday = -1,
                                 .minutes = minutes.bits,
                                 .hours = hours.bits};
    ret->six = stepper_roll(dice, 3) == 0;
    ret->seconds = ret->six ? seconds.bits : 1;
    ret->fixed = !strpbrk(minutes.text, "*/") && !strpbrk(hours.text, "*/");
    make_days(dice, ret, days, sizeof(days));
    snprintf(ret->text, sizeof(ret->text), "%.50s%s%.50s %.50s %.150s",
             ret->six ? seconds.text : "", ret->six ? " " : "", minutes.text, hours.text, days);
}

/* ---- days ---- */

/* The weekday, or -1 when there is no such date. */
static int weekday_of(int year, int month, int day)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

    timegm(&tm);
    return tm.tm_mon == month - 1 && day > 0 ? tm.tm_wday : -1;
}

static bool is_workday(int year, int month, int day)
{
    int weekday = weekday_of(year, month, day);

    return weekday >= 1 && weekday <= 5;
}

/* Outward from day n, the day before first, as Saturday goes back and Sunday goes on. */
static int nearest(int year, int month, int n)
{
    if (weekday_of(year, month, n) < 0)
        return -1;
    for (int away = 0;; away++) {
        bool back = is_workday(year, month, n - away), on = is_workday(year, month, n + away);
        if (back || on)
            return back ? n - away : n + away;
    }
}

static bool by_day(const struct stepper_expr *expr, int year, int month, int day)
{
    int last = 31, workday;

    while (weekday_of(year, month, last) < 0)
        last--;
    for (workday = last; !is_workday(year, month, workday);)
        workday--;
    return (expr->days >> day) & 1 || (expr->last && day == last) ||
           (expr->last_workday && day == workday) ||
           (expr->before_last > 0 && day == last - expr->before_last) ||
           (expr->workday > 0 && day == nearest(year, month, expr->workday));
}

static bool by_weekday(const struct stepper_expr *expr, int year, int month, int day)
{
    int weekday = weekday_of(year, month, day), nth = 0;

    for (int d = day; d > 0; d -= 7)
        nth++;
    return (expr->weekdays >> weekday) & 1 ||
           (expr->last_weekday == weekday && weekday_of(year, month, day + 7) < 0) ||
           (expr->nth_weekday == weekday && expr->nth == nth);
}

bool stepper_day_matches(const struct stepper_expr *expr, int year, int month, int day)
{
    if (!((expr->months >> month) & 1))
        return false;
    bool a = by_day(expr, year, month, day), b = by_weekday(expr, year, month, day);

    return expr->day_star || expr->weekday_star ? a && b : a || b;
}

/* ---- time ---- */

static int64_t offset_at(time_t t)
{
    struct tm tm;

    localtime_r(&t, &tm);
    return tm.tm_gmtoff;
}

/* libc is asked at both ends of each block, and within one only when they differ. */
void stepper_walk(struct stepper_walk *ret, int64_t from, int64_t until, int step)
{
    int64_t offset = offset_at(from), end = offset;

    *ret = (struct stepper_walk){.from = from, .step = step};
    for (int64_t t = from; t < until && ret->n < STEPPER_MAX; t += step) {
        if (ret->n % BLOCK == 0) {
            offset = end;
            end = offset_at(t + BLOCK * step);
        }
        ret->walls[ret->n++] = t + (offset == end ? offset : offset_at(t));
    }
}

struct matcher {
    const struct stepper_expr *expr;
    int64_t day; /* that was looked at last */
    bool day_matches;
};

static bool matches(struct matcher *matcher, int64_t wall, int step)
{
    const struct stepper_expr *expr = matcher->expr;
    int second = (int)((wall % DAY + DAY) % DAY);
    time_t day = (wall - second) / DAY;

    if (!((expr->hours >> second / 3600) & 1) || !((expr->minutes >> second / 60 % 60) & 1) ||
        (step == 1 && !((expr->seconds >> second % 60) & 1)))
        return false;
    if (day != matcher->day) {
        time_t midnight = day * DAY;
        struct tm tm;
        gmtime_r(&midnight, &tm);
        matcher->day = day;
        matcher->day_matches =
            stepper_day_matches(expr, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    }
    return matcher->day_matches;
}

struct fires {
    int64_t *out;
    size_t n, max;
};

static void add(struct fires *fires, int64_t at)
{
    if (fires->n < fires->max && (fires->n == 0 || fires->out[fires->n - 1] < at))
        fires->out[fires->n++] = at;
}

size_t stepper_fires(const struct stepper_expr *expr, const struct stepper_walk *walk, int64_t *out,
                     size_t max)
{
    struct matcher matcher = {.expr = expr, .day = INT64_MIN};
    struct fires fires = {.out = out, .max = max};
    int64_t highest = walk->walls[0] - walk->step;
    int step = walk->step;

    for (size_t i = 0; i < walk->n; i++) {
        int64_t t = walk->from + (int64_t)i * step, wall = walk->walls[i];
        bool skipped = false;
        if (expr->fixed && i > 0)
            for (int64_t gone = walk->walls[i - 1] + step; gone < wall && !skipped; gone += step)
                skipped = matches(&matcher, gone, step);
        if (skipped)
            add(&fires, t);
        if (matches(&matcher, wall, step) && !(expr->fixed && wall <= highest))
            for (int second = 0; second < step; second++)
                if (step == 1 || (expr->seconds >> second) & 1)
                    add(&fires, t + second);
        highest = wall > highest ? wall : highest;
    }
    return fires.n;
}
