/* calendar.h - days of the proleptic Gregorian calendar, counted from 1970-01-01.
 * Pure arithmetic, valid for years 1 to 9999.
 */
#ifndef CRON_CALENDAR_H
#define CRON_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define QN_DAY_S 86400

struct qn_date {
    int year;
    int month; /* 1-12 */
    int day;   /* 1-31 */
};

int64_t qn_days_of_date(struct qn_date date);
struct qn_date qn_date_of_days(int64_t days);
int qn_weekday_of_days(int64_t days); /* 0 Sunday */
bool qn_year_is_leap(int year);
int qn_days_in_month(int year, int month);

/* Floor division: the day a second belongs to, also before 1970. */
int64_t qn_day_of_second(int64_t second);

#endif
