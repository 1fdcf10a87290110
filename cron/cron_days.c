/* cron_days.c - which days of a month match. */
#include "calendar.h"
#include "cron.h"

/* Day n and each seventh after it. */
#define EACH_SEVENTH UINT32_C(0x10204081)

struct month {
    int first; /* weekday of day 1 */
    int last;  /* number of days */
};

static uint32_t day(int n)
{
    return UINT32_C(1) << ((unsigned)n & 31);
}

static int weekday_of(const struct month *month, int n)
{
    return (month->first + n - 1) % 7;
}

/* The Monday-Friday day nearest to day n, inside the month. */
static int nearest_workday(const struct month *month, int n)
{
    int weekday = weekday_of(month, n);

    if (weekday == 6)
        return n > 1 ? n - 1 : n + 2;
    if (weekday == 0)
        return n < month->last ? n + 1 : n - 2;
    return n;
}

static int last_workday(const struct month *month)
{
    int weekday = weekday_of(month, month->last);

    return month->last - (weekday == 6 ? 1 : weekday == 0 ? 2 : 0);
}

static uint32_t by_day(const struct qn_cron *cron, const struct month *month)
{
    uint32_t days = cron->days;

    for (int n = 0; cron->days_from_end >> n && n < month->last; n++)
        if ((cron->days_from_end >> n) & 1)
            days |= day(month->last - n);
    for (int n = 1; n <= month->last && cron->days_workday >> n; n++)
        if ((cron->days_workday >> n) & 1)
            days |= day(nearest_workday(month, n));
    return cron->last_workday ? days | day(last_workday(month)) : days;
}

static uint32_t by_weekday(const struct qn_cron *cron, const struct month *month)
{
    uint32_t days = 0;

    for (int weekday = 0; weekday < 7; weekday++) {
        int first = 1 + (weekday - month->first + 7) % 7;
        if ((cron->weekdays >> weekday) & 1)
            days |= EACH_SEVENTH << first;
        if ((cron->weekdays_last >> weekday) & 1)
            days |= day(first + (first + 28 <= month->last ? 28 : 21));
        for (int k = 1; k <= 5 && first + 7 * (k - 1) <= month->last; k++)
            if ((cron->weekdays_nth[weekday] >> k) & 1)
                days |= day(first + 7 * (k - 1));
    }
    return days;
}

uint32_t qn_cron_days(const struct qn_cron *cron, int year, int month)
{
    struct month shape = {.last = qn_days_in_month(year, month)};

    if (!((cron->months >> month) & 1))
        return 0;
    shape.first = qn_weekday_of_days(qn_days_of_date((struct qn_date){year, month, 1}));
    uint32_t all = (uint32_t)((UINT64_C(2) << shape.last) - 2);
    uint32_t a = by_day(cron, &shape), b = by_weekday(cron, &shape);

    return all & (cron->day_is_star || cron->weekday_is_star ? a & b : a | b);
}
