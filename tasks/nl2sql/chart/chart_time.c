#include "chart_time.h"

#include <string.h>
#include <strings.h>

#define TEXT_MOST 40

double chart_time_day(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return (double)era * 146097 + day_of_era - 719468;
}

static bool take_digits(struct qn_span *text, size_t least, size_t most, int *ret)
{
    size_t n = 0;

    *ret = 0;
    while (n < most && n < text->len && text->data[n] >= '0' && text->data[n] <= '9') {
        *ret = *ret * 10 + (text->data[n++] - '0');
    }
    text->data += n;
    text->len -= n;
    return n >= least;
}

static bool take(struct qn_span *text, const char *word)
{
    size_t len = strlen(word);

    if (text->len < len || memcmp(text->data, word, len) != 0) {
        return false;
    }
    text->data += len;
    text->len -= len;
    return true;
}

static bool take_mark(struct qn_span *text)
{
    return take(text, "-") || take(text, "/");
}

/* "14:05", "14:05:09.25": a part of a day. */
static bool take_clock(struct qn_span *text, double *ret)
{
    int hour, minute, second = 0, digits;
    double part = 0, unit = 0.1;

    if (!take_digits(text, 2, 2, &hour) || !take(text, ":") || !take_digits(text, 2, 2, &minute)) {
        return false;
    }
    if (take(text, ":") && !take_digits(text, 2, 2, &second)) {
        return false;
    }
    if (take(text, ".")) {
        while (take_digits(text, 1, 1, &digits)) {
            part += digits * unit;
            unit /= 10;
        }
    }
    *ret = (hour + (minute + (second + part) / 60) / 60) / 24;
    return hour <= 24 && minute <= 59 && second <= 60;
}

/* "+02", "-03:30", "Z", or nothing: a part of a day to be taken away. */
static bool take_zone(struct qn_span *text, double *ret)
{
    int hour, minute = 0, second = 0;
    double sign = 1;

    *ret = 0;
    if (text->len == 0 || take(text, "Z")) {
        return text->len == 0;
    }
    if (take(text, "-")) {
        sign = -1;
    } else if (!take(text, "+")) {
        return false;
    }
    if (!take_digits(text, 2, 2, &hour) || (take(text, ":") && !take_digits(text, 2, 2, &minute)) ||
        (take(text, ":") && !take_digits(text, 2, 2, &second))) {
        return false;
    }
    *ret = sign * (hour + (minute + second / 60.0) / 60.0) / 24;
    return text->len == 0;
}

static enum chart_grain parse_moment(struct qn_span *text, double *ret_day)
{
    double clock, zone;

    if (text->len == 0) {
        return CHART_GRAIN_DAY;
    }
    if ((!take(text, " ") && !take(text, "T")) || !take_clock(text, &clock) ||
        !take_zone(text, &zone)) {
        return CHART_GRAIN_NONE;
    }
    *ret_day += clock - zone;
    return CHART_GRAIN_MOMENT;
}

static enum chart_grain parse_month(struct qn_span *text, int year, double *ret_day)
{
    bool word;
    int month, day;

    if (!take_digits(text, 1, 2, &month) || month < 1 || month > 12) {
        return CHART_GRAIN_NONE;
    }
    *ret_day = chart_time_day(year, month, 1);
    word = take(text, "月");
    if (text->len == 0) {
        return CHART_GRAIN_MONTH;
    }
    if ((!word && !take_mark(text)) || !take_digits(text, 1, 2, &day) || day < 1 || day > 31) {
        return CHART_GRAIN_NONE;
    }
    *ret_day += day - 1;
    (void)take(text, "日");
    return parse_moment(text, ret_day);
}

static enum chart_grain parse_quarter(struct qn_span *text, int year, double *ret_day)
{
    int quarter;

    if (!take_digits(text, 1, 1, &quarter) || quarter < 1 || quarter > 4) {
        return CHART_GRAIN_NONE;
    }
    (void)take(text, "季度");
    *ret_day = chart_time_day(year, quarter * 3 - 2, 1);
    return text->len == 0 ? CHART_GRAIN_QUARTER : CHART_GRAIN_NONE;
}

/* ISO 8601: the week of the year's first Thursday is the first. */
static enum chart_grain parse_week(struct qn_span *text, int year, double *ret_day)
{
    double fourth = chart_time_day(year, 1, 4);
    int week, weekday = ((int)fourth % 7 + 7 + 3) % 7; /* 1970-01-01 was a Thursday */

    if (!take_digits(text, 1, 2, &week) || week < 1 || week > 53 || text->len != 0) {
        return CHART_GRAIN_NONE;
    }
    *ret_day = fourth - weekday + 7.0 * (week - 1);
    return CHART_GRAIN_WEEK;
}

enum chart_grain chart_time_parse(struct qn_span text, double *ret_day)
{
    bool parted;
    int year;

    if (text.len > TEXT_MOST || !take_digits(&text, 4, 4, &year)) {
        return CHART_GRAIN_NONE;
    }
    *ret_day = chart_time_day(year, 1, 1);
    parted = take_mark(&text) || take(&text, "年") || take(&text, " ");
    if (text.len == 0) {
        return CHART_GRAIN_YEAR;
    }
    if (take(&text, "Q") || take(&text, "第")) {
        return parse_quarter(&text, year, ret_day);
    }
    if (take(&text, "W")) {
        return parse_week(&text, year, ret_day);
    }
    return parted ? parse_month(&text, year, ret_day) : CHART_GRAIN_NONE;
}

static bool is_name(struct qn_span text, const char *name)
{
    return text.len == strlen(name) && strncasecmp(text.data, name, text.len) == 0;
}

int chart_time_name(struct qn_span text)
{
    static const char *const days[][4] = {
        {"monday", "mon", "星期一", "周一"},    {"tuesday", "tue", "星期二", "周二"},
        {"wednesday", "wed", "星期三", "周三"}, {"thursday", "thu", "星期四", "周四"},
        {"friday", "fri", "星期五", "周五"},    {"saturday", "sat", "星期六", "周六"},
        {"sunday", "sun", "星期日", "周日"},
    };
    static const char *const months[][2] = {
        {"january", "jan"},   {"february", "feb"}, {"march", "mar"},    {"april", "apr"},
        {"may", "may"},       {"june", "jun"},     {"july", "jul"},     {"august", "aug"},
        {"september", "sep"}, {"october", "oct"},  {"november", "nov"}, {"december", "dec"},
    };

    while (text.len > 0 && text.data[text.len - 1] == ' ') {
        text.len--;
    }
    for (int day = 0; day < 7; day++) {
        for (int form = 0; form < 4; form++) {
            if (is_name(text, days[day][form])) {
                return day + 1;
            }
        }
    }
    for (int month = 0; month < 12; month++) {
        if (is_name(text, months[month][0]) || is_name(text, months[month][1])) {
            return 100 + month + 1;
        }
    }
    return 0;
}
