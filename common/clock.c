#include "clock.h"

#include <quern/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_MS        INT64_C(86400000)
#define YEAR_MAX      9999
#define DAYS_PER_ERA  146097                      /* 400 years, after which the calendar repeats */
#define DAYS_TO_EPOCH 719468                      /* from 0000-03-01 to 1970-01-01 */
#define TIME_MIN_MS   (INT64_C(-719528) * DAY_MS) /* 0000-01-01T00:00:00Z */
#define TIME_MAX_MS   (INT64_C(2932897) * DAY_MS - 1) /* the end of 9999 */

struct date {
    int year, month, day;
};

static int64_t read_ms(clockid_t id)
{
    struct timespec now = {0};

    clock_gettime(id, &now); /* cannot fail for the two clocks below */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_mono(const struct qn_clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_BOOTTIME);
}

static int64_t system_wall(const struct qn_clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_REALTIME);
}

const struct qn_clock qn_clock_system = {.mono_ms = system_mono, .wall_ms = system_wall};

static int64_t fake_mono(const struct qn_clock *clock)
{
    return ((const struct qn_fake_clock *)clock)->mono;
}

static int64_t fake_wall(const struct qn_clock *clock)
{
    return ((const struct qn_fake_clock *)clock)->wall;
}

void qn_fake_clock_init(struct qn_fake_clock *fake, int64_t mono_ms, int64_t wall_ms)
{
    *fake = (struct qn_fake_clock){
        .clock = {.mono_ms = fake_mono, .wall_ms = fake_wall},
        .mono = mono_ms,
        .wall = wall_ms,
    };
}

void qn_fake_clock_advance(struct qn_fake_clock *fake, int64_t ms)
{
    fake->mono += ms;
    fake->wall += ms;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01. Years are counted from March, so that the leap day is
 * the last of its year and months have a regular length before it. */
static int64_t date_to_days(struct date date)
{
    int64_t year = date.month > 2 ? date.year : date.year - 1;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t month = (date.month + 9) % 12;
    int64_t of_year = (153 * month + 2) / 5 + date.day - 1;

    return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_EPOCH;
}

static struct date date_from_days(int64_t days)
{
    int64_t since = days + DAYS_TO_EPOCH;
    int64_t era = (since >= 0 ? since : since - DAYS_PER_ERA + 1) / DAYS_PER_ERA;
    int64_t day = since - era * DAYS_PER_ERA;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    struct date date;

    date.day = (int)(of_year - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year = (int)(year + era * 400 + (date.month <= 2 ? 1 : 0));
    return date;
}

/* A number in so many digits, and what stands behind it. A printf would cost five times as
 * much, which shows where each request is a line of the log. */
static char *put(char *at, int digits, int value, char after)
{
    for (int i = digits - 1; i >= 0; i--, value /= 10) {
        at[i] = (char)('0' + value % 10);
    }
    at[digits] = after;
    return at + digits + 1;
}

void qn_time_to_str(int64_t wall_ms, char out[QN_TIME_TEXT_SIZE])
{
    int64_t ms = wall_ms < TIME_MIN_MS   ? TIME_MIN_MS
                 : wall_ms > TIME_MAX_MS ? TIME_MAX_MS
                                         : wall_ms;
    int64_t of_day = (ms % DAY_MS + DAY_MS) % DAY_MS;
    struct date date = date_from_days((ms - of_day) / DAY_MS);
    int rest = (int)of_day;
    char *at = put(out, 4, (int)date.year, '-');

    at = put(at, 2, date.month, '-');
    at = put(at, 2, date.day, 'T');
    at = put(at, 2, rest / 3600000, ':');
    at = put(at, 2, rest / 60000 % 60, ':');
    at = put(at, 2, rest / 1000 % 60, '.');
    at = put(at, 3, rest % 1000, 'Z');
    *at = '\0';
}

/* Reads exactly n digits and moves on. */
static bool number(const char **at, int n, int *ret)
{
    int value = 0;

    for (int i = 0; i < n; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        value = value * 10 + (**at - '0');
    }
    *ret = value;
    return true;
}

static bool one_of(const char **at, const char *chars)
{
    if (**at == '\0' || strchr(chars, **at) == NULL) {
        return false;
    }
    (*at)++;
    return true;
}

static bool read_date(const char **at, struct date *ret)
{
    return number(at, 4, &ret->year) && one_of(at, "-") && number(at, 2, &ret->month) &&
           one_of(at, "-") && number(at, 2, &ret->day) && ret->month >= 1 && ret->month <= 12 &&
           ret->day >= 1 && ret->day <= month_days(ret->year, ret->month);
}

/* ".1" to ".123456789...": what is finer than a millisecond is dropped. */
static bool read_fraction(const char **at, int *ret_ms)
{
    int scale = 100, digit;

    *ret_ms = 0;
    if (!one_of(at, ".")) {
        return true;
    }
    if (!number(at, 1, &digit)) {
        return false;
    }
    do {
        *ret_ms += digit * scale;
        scale /= 10;
    } while (number(at, 1, &digit));
    return true;
}

static bool read_offset(const char **at, int *ret_minutes)
{
    int hours, minutes, sign = **at == '-' ? -1 : 1;

    *ret_minutes = 0;
    if (one_of(at, "Zz")) {
        return true;
    }
    if (!one_of(at, "+-") || !number(at, 2, &hours) || !one_of(at, ":") ||
        !number(at, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

int qn_time_from_str(const char *text, int64_t *ret_wall_ms)
{
    struct date date;
    int hour, minute, second, ms, offset;
    int64_t wall_ms;

    if (!read_date(&text, &date) || !one_of(&text, "Tt") || !number(&text, 2, &hour) ||
        !one_of(&text, ":") || !number(&text, 2, &minute) || !one_of(&text, ":") ||
        !number(&text, 2, &second) || !read_fraction(&text, &ms) || !read_offset(&text, &offset) ||
        *text != '\0' || hour > 23 || minute > 59 || second > 60) {
        return QN_EINVAL;
    }
    wall_ms = date_to_days(date) * DAY_MS +
              ((hour * 60 + minute - offset) * 60 + second) * INT64_C(1000) + ms;
    /* A leap second ends a day of UTC; Unix time knows it as the next day's first. */
    if (second == 60 && ((wall_ms - ms) % DAY_MS) != 0) {
        return QN_EINVAL;
    }
    if (wall_ms < TIME_MIN_MS || wall_ms > TIME_MAX_MS) {
        return QN_EINVAL;
    }
    *ret_wall_ms = wall_ms;
    return QN_OK;
}

int qn_date_check(const char *text)
{
    struct date date;

    /* The calendar has no year 0, nor has a database. */
    return read_date(&text, &date) && *text == '\0' && date.year >= 1 ? QN_OK : QN_EINVAL;
}
