#include "calendar.h"

#include "common/clock.h"
#include "words.h"
#include <stdio.h>
#include <string.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

int64_t calendar_day(int64_t year, int64_t month, int64_t day)
{
    int64_t era, of_era, of_year;

    year += floor_div(month - 1, 12);
    month = (month - 1) - floor_div(month - 1, 12) * 12 + 1;
    year -= month <= 2 ? 1 : 0;
    era = floor_div(year, 400);
    of_era = year - era * 400;
    of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void calendar_split(int64_t day, int64_t *year, int64_t *month, int64_t *ret_day)
{
    int64_t era, of_era, of_year, m;

    day += 719468;
    era = floor_div(day, 146097);
    of_era = day - era * 146097;
    *year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    of_year = of_era - (365 * *year + *year / 4 - *year / 100);
    *year += era * 400;
    m = (5 * of_year + 2) / 153;
    *ret_day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year += *month <= 2 ? 1 : 0;
}

bool calendar_exists(int64_t year, int64_t month, int64_t day)
{
    return year >= 1900 && year <= 2199 && month >= 1 && month <= 12 && day >= 1 &&
           calendar_day(year, month, day) < calendar_day(year, month + 1, 1);
}

bool calendar_parse(const char *text, int64_t *ret)
{
    if (text == NULL || strlen(text) != 10 || qn_date_check(text) != QN_OK) {
        return false;
    }
    *ret = calendar_day(
        (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0'),
        (text[5] - '0') * 10 + (text[6] - '0'), (text[8] - '0') * 10 + (text[9] - '0'));
    return true;
}

void calendar_print(int64_t day, char out[FRAME_DAY_SIZE])
{
    int64_t year, month, of_month;

    out[0] = '\0';
    if (day == CALENDAR_NONE) {
        return;
    }
    calendar_split(day, &year, &month, &of_month);
    if (year < 1 || year > 9999) {
        return;
    }
    (void)snprintf(out, FRAME_DAY_SIZE, "%04d-%02d-%02d", (int)year, (int)month, (int)of_month);
}

/* Of months in a unit; 0: it is days. */
static int64_t months(int32_t unit)
{
    switch (unit) {
    case FRAME_MONTH:
        return 1;
    case FRAME_QUARTER:
        return 3;
    case WORD_HALF_YEAR:
        return 6;
    case FRAME_YEAR:
        return 12;
    default:
        return 0;
    }
}

struct calendar_span calendar_unit(int64_t day, int32_t unit, int64_t n)
{
    int64_t year, month, of_month, count = months(unit), first;

    if (count == 0) {
        int64_t days = unit == FRAME_WEEK ? 7 : 1;

        first = unit == FRAME_WEEK ? day - (day + 3 - floor_div(day + 3, 7) * 7) : day;
        return (struct calendar_span){first + n * days, first + (n + 1) * days};
    }
    calendar_split(day, &year, &month, &of_month);
    first = (month - 1) / count * count + 1 + n * count;
    return (struct calendar_span){calendar_day(year, first, 1),
                                  calendar_day(year, first + count, 1)};
}

int64_t calendar_move(int64_t day, int32_t unit, int64_t n)
{
    int64_t year, month, of_month, count = months(unit), last;

    if (count == 0) {
        return day + n * (unit == FRAME_WEEK ? 7 : 1);
    }
    calendar_split(day, &year, &month, &of_month);
    last = calendar_day(year, month + n * count + 1, 1) - 1;
    day = calendar_day(year, month + n * count, of_month);
    return day < last ? day : last;
}

int64_t calendar_back(int64_t to, int32_t unit, int64_t n)
{
    return calendar_move(to, unit, -n);
}
