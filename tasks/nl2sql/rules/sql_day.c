#include "sql_day.h"

#include <stdio.h>
#include <string.h>

/* Years begin in March here, so that the leap day is the last one. */
static int64_t of_civil(int64_t year, int64_t month, int64_t day)
{
    const int64_t from_march = (month + 9) % 12;
    const int64_t years = year - (month <= 2 ? 1 : 0);

    return 365 * years + years / 4 - years / 100 + years / 400 + (153 * from_march + 2) / 5 + day -
           1 - 719468;
}

static void to_civil(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    const int64_t shifted = days + 719468;
    const int64_t era = shifted / 146097, of_era = shifted % 146097;
    const int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    const int64_t from_march = (5 * of_year + 2) / 153;

    *day = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = years + era * 400 + (*month <= 2 ? 1 : 0);
}

static int64_t digits(const char *text, size_t n)
{
    int64_t value = 0;

    for (size_t i = 0; i < n; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool sql_day_read(const char *text, int64_t *ret)
{
    static const char form[] = "dddd-dd-dd";
    int64_t parts[3], again[3];

    if (strlen(text) != sizeof(form) - 1) {
        return false;
    }
    for (size_t i = 0; form[i] != '\0'; i++) {
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) {
            return false;
        }
    }
    parts[0] = digits(text, 4);
    parts[1] = digits(text + 5, 2);
    parts[2] = digits(text + 8, 2);
    if (parts[0] < 1 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31) {
        return false;
    }
    *ret = of_civil(parts[0], parts[1], parts[2]);
    to_civil(*ret, &again[0], &again[1], &again[2]);
    return memcmp(parts, again, sizeof(parts)) == 0;
}

void sql_day_write(int64_t day, char out[FRAME_DAY_SIZE])
{
    int64_t year, month, of_month;

    to_civil(day, &year, &month, &of_month);
    snprintf(out, FRAME_DAY_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
             (unsigned)of_month % 100);
}

int64_t sql_day_bucket(int64_t day, enum frame_grain grain, int week_shift)
{
    int64_t year, month, of_month;

    to_civil(day, &year, &month, &of_month);
    if (grain == FRAME_WEEK) { /* 1970-01-01 was a Thursday */
        return day - (day + 3 + week_shift + 7 * 1000000LL) % 7;
    }
    if (grain == FRAME_MONTH) {
        return of_civil(year, month, 1);
    }
    if (grain == FRAME_QUARTER) {
        return of_civil(year, month - (month - 1) % 3, 1);
    }
    return grain == FRAME_YEAR ? of_civil(year, 1, 1) : day;
}
