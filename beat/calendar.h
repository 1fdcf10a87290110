/* calendar.h - days of the proleptic Gregorian calendar, counted from 1970-01-01.
 * Pure arithmetic, valid for years 1 to 9999.
 */
#ifndef BEAT_CALENDAR_H
#define BEAT_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define BEAT_DAY_S 86400

struct beat_date {
    int year;
    int month; /* 1-12 */
    int day;   /* 1-31 */
};

int64_t beat_days_of_date(struct beat_date date);
struct beat_date beat_date_of_days(int64_t days);
int beat_weekday_of_days(int64_t days); /* 0 Sunday */
bool beat_year_is_leap(int year);
int beat_days_in_month(int year, int month);

/* Floor division: the day a second belongs to, also before 1970. */
int64_t beat_day_of_second(int64_t second);

#endif
