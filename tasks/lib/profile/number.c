#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 160 /* longer numerics are not read */
#define DAY      86400.0

bool qn_number_has(enum qn_family family)
{
    switch (family) {
    case QN_FAMILY_INTEGER:
    case QN_FAMILY_NUMERIC:
    case QN_FAMILY_FLOAT:
    case QN_FAMILY_BOOLEAN:
    case QN_FAMILY_DATE:
    case QN_FAMILY_TIMESTAMP:
    case QN_FAMILY_TIME:
    case QN_FAMILY_INTERVAL:
        return true;
    default:
        return false;
    }
}

/* Digits at the cursor; false when there are none. */
static bool digits(const char **at, double *ret)
{
    const char *start = *at;

    *ret = 0;
    while (**at >= '0' && **at <= '9') {
        *ret = *ret * 10 + (**at - '0');
        (*at)++;
    }
    return *at > start;
}

static bool skip(const char **at, char c)
{
    if (**at != c) {
        return false;
    }
    (*at)++;
    return true;
}

/* Days since 1970 of a day in the Gregorian calendar without end; year 0 is 1 BC. */
static double days_of(double year, double month, double day)
{
    double y = month <= 2 ? year - 1 : year;
    double era = floor(y / 400);
    double of_era = y - era * 400;
    double of_year = floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;

    return era * 146097 + of_era * 365 + floor(of_era / 4) - floor(of_era / 100) + of_year - 719468;
}

/* "12:34:56.789": seconds. */
static bool clock_time(const char **at, double *ret)
{
    double hours, minutes, seconds = 0, fraction, scale = 1;
    const char *start;

    if (!digits(at, &hours) || !skip(at, ':') || !digits(at, &minutes)) {
        return false;
    }
    if (skip(at, ':') && !digits(at, &seconds)) {
        return false;
    }
    if (skip(at, '.')) {
        start = *at;
        if (!digits(at, &fraction)) {
            return false;
        }
        scale = pow(10, (double)(*at - start));
        seconds += fraction / scale;
    }
    *ret = hours * 3600 + minutes * 60 + seconds;
    return true;
}

/* "+08", "-03:30", "+00:19:32", or nothing. */
static bool offset(const char **at, double *ret)
{
    double sign = **at == '-' ? -1 : 1;
    double part, unit = 3600;

    *ret = 0;
    if (!skip(at, '+') && !skip(at, '-')) {
        return true;
    }
    do {
        if (!digits(at, &part)) {
            return false;
        }
        *ret += sign * part * unit;
        unit /= 60;
    } while (unit >= 1 && skip(at, ':'));
    return true;
}

static bool date_time(const char *at, double *ret)
{
    double year, month, day, time = 0, zone = 0;

    if (!digits(&at, &year) || !skip(&at, '-') || !digits(&at, &month) || !skip(&at, '-') ||
        !digits(&at, &day) || month < 1 || month > 12) {
        return false;
    }
    if (at[0] == ' ' && at[1] != 'B') {
        at++;
        if (!clock_time(&at, &time) || !offset(&at, &zone)) {
            return false;
        }
    }
    if (strcmp(at, " BC") == 0) {
        year = 1 - year;
    } else if (*at != '\0') {
        return false;
    }
    *ret = days_of(year, month, day) * DAY + time - zone;
    return true;
}

static bool time_of_day(const char *at, double *ret)
{
    double zone;

    if (!clock_time(&at, ret) || !offset(&at, &zone) || *at != '\0') {
        return false;
    }
    *ret -= zone;
    return true;
}

static double unit_of(const char **at)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"year", 360 * DAY}, {"mon", 30 * DAY}, {"day", DAY}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t len = strlen(units[i].name);

        if (strncmp(*at, units[i].name, len) == 0) {
            *at += len;
            skip(at, 's');
            return units[i].seconds;
        }
    }
    return 0;
}

/* "-1 years +2 mons 3 days -04:05:06.7" */
static bool interval(const char *at, double *ret)
{
    *ret = 0;
    do {
        double sign = *at == '-' ? -1 : 1;
        const char *start;
        double amount;

        if (*at == '-' || *at == '+') {
            at++;
        }
        start = at;
        if (!digits(&at, &amount)) {
            return false;
        }
        if (skip(&at, ' ')) {
            double unit = unit_of(&at);

            if (unit == 0) {
                return false;
            }
            *ret += sign * amount * unit;
        } else if (clock_time(&start, &amount)) {
            *ret += sign * amount;
            at = start;
        } else {
            return false;
        }
    } while (skip(&at, ' '));
    return *at == '\0';
}

static bool decimal(const char *at, double *ret)
{
    char *end;

    *ret = strtod(at, &end);
    return end > at && *end == '\0' && isfinite(*ret);
}

static bool boolean(const char *at, double *ret)
{
    *ret = at[0] == 't';
    return at[0] == 't' || at[0] == 'f';
}

bool qn_number_parse(enum qn_family family, struct qn_span text, double *ret)
{
    char copy[TEXT_MAX + 1];

    if (text.len == 0 || text.len > TEXT_MAX || memchr(text.data, '\0', text.len) != NULL) {
        return false;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    switch (family) {
    case QN_FAMILY_INTEGER:
    case QN_FAMILY_NUMERIC:
    case QN_FAMILY_FLOAT:
        return decimal(copy, ret);
    case QN_FAMILY_BOOLEAN:
        return boolean(copy, ret);
    case QN_FAMILY_DATE:
    case QN_FAMILY_TIMESTAMP:
        return date_time(copy, ret);
    case QN_FAMILY_TIME:
        return time_of_day(copy, ret);
    case QN_FAMILY_INTERVAL:
        return interval(copy, ret);
    default:
        return false;
    }
}
