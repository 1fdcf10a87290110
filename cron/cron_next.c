#include "calendar.h"
#include "cron.h"

#define LAST_SECOND INT64_C(253370764800) /* 9999-01-01T00:00:00Z */

static bool month_matches(const struct qn_cron *cron, int month)
{
    return (cron->months >> month) & 1;
}

/* The Monday-Friday day nearest to a day, inside its month. */
static int nearest_workday(int day, int weekday, int last)
{
    if (weekday == 6)
        return day > 1 ? day - 1 : day + 2;
    if (weekday == 0)
        return day < last ? day + 1 : day - 2;
    return day;
}

static bool day_of_month_matches(const struct qn_cron *cron, int day, int weekday, int last)
{
    if ((cron->days >> day) & 1 || (cron->days_from_end >> (last - day)) & 1)
        return true;
    if (cron->last_workday) {
        int last_weekday = (weekday + last - day) % 7;
        int back = last_weekday == 6 ? 1 : last_weekday == 0 ? 2 : 0;
        if (day == last - back)
            return true;
    }
    for (int n = 1; cron->days_workday && n <= last; n++) {
        int n_weekday = ((weekday + n - day) % 7 + 7) % 7;
        if ((cron->days_workday >> n) & 1 && nearest_workday(n, n_weekday, last) == day)
            return true;
    }
    return false;
}

static bool day_of_week_matches(const struct qn_cron *cron, int day, int weekday, int last)
{
    if ((cron->weekdays >> weekday) & 1)
        return true;
    if ((cron->weekdays_last >> weekday) & 1 && day + 7 > last)
        return true;
    return (cron->weekdays_nth[weekday] >> ((day - 1) / 7 + 1)) & 1;
}

bool qn_cron_day_matches(const struct qn_cron *cron, int year, int month, int day)
{
    if (!month_matches(cron, month))
        return false;
    int last = qn_days_in_month(year, month);
    int weekday = qn_weekday_of_days(qn_days_of_date((struct qn_date){year, month, day}));
    bool by_day = day_of_month_matches(cron, day, weekday, last);
    bool by_week = day_of_week_matches(cron, day, weekday, last);

    return cron->day_is_star || cron->weekday_is_star ? by_day && by_week : by_day || by_week;
}

/* The lowest set bit at or above from, -1 for none. */
static int bit_from(uint64_t bits, int from)
{
    if (from > 63)
        return -1;
    bits &= ~UINT64_C(0) << from;
    return bits ? __builtin_ctzll(bits) : -1;
}

/* The first matching second of a day at or after second; -1 for none. */
static int time_of_day_from(const struct qn_cron *cron, int second)
{
    int h = second / 3600, m = second / 60 % 60, s = second % 60;

    s = bit_from(cron->seconds, s);
    if (s < 0) {
        s = bit_from(cron->seconds, 0);
        m++;
    }
    int minute = bit_from(cron->minutes, m);
    if (minute != m) {
        s = bit_from(cron->seconds, 0);
        if (minute < 0) {
            minute = bit_from(cron->minutes, 0);
            h++;
        }
    }
    int hour = bit_from(cron->hours, h);
    if (hour < 0)
        return -1;
    if (hour != h) {
        minute = bit_from(cron->minutes, 0);
        s = bit_from(cron->seconds, 0);
    }
    return hour * 3600 + minute * 60 + s;
}

static int64_t next_month(int64_t days)
{
    struct qn_date date = qn_date_of_days(days);

    return days + qn_days_in_month(date.year, date.month) - date.day + 1;
}

/* The first matching wall-clock second in [from, limit). */
static bool wall_from(const struct qn_cron *cron, int64_t from, int64_t limit, int64_t *ret)
{
    int64_t day = qn_day_of_second(from);
    int second = (int)(from - day * QN_DAY_S);

    while (day * QN_DAY_S < limit) {
        struct qn_date date = qn_date_of_days(day);
        int found = -1;

        if (!month_matches(cron, date.month)) {
            day = next_month(day);
            second = 0;
            continue;
        }
        if (qn_cron_day_matches(cron, date.year, date.month, date.day))
            found = time_of_day_from(cron, second);
        if (found >= 0) {
            *ret = day * QN_DAY_S + found;
            return *ret < limit;
        }
        day++;
        second = 0;
    }
    return false;
}

/* The first firing in [from, until), where the offset does not change. Begin is
 * when this offset came into force, before the offset until then. */
struct segment {
    int64_t begin, until;
    int32_t before, offset;
};

static bool segment_next(const struct qn_cron *cron, const struct segment *seg, int64_t from,
                         int64_t *ret)
{
    int64_t wall = 0;

    if (cron->fixed && from <= seg->begin && seg->offset > seg->before &&
        wall_from(cron, seg->begin + seg->before, seg->begin + seg->offset, &wall)) {
        *ret = seg->begin;
        return true;
    }
    int64_t first = from + seg->offset;
    if (cron->fixed && seg->offset < seg->before && first < seg->begin + seg->before)
        first = seg->begin + seg->before;
    if (!wall_from(cron, first, seg->until + seg->offset, &wall))
        return false;
    *ret = wall - seg->offset;
    return true;
}

static struct segment segment_at(const struct qn_zone *zone, int64_t second)
{
    struct segment seg = {.begin = INT64_MIN / 4, .until = LAST_SECOND};
    struct qn_zone_change change;

    seg.offset = seg.before = qn_zone_offset(zone, second);
    if (qn_zone_change_before(zone, second, &change)) {
        seg.begin = change.at_s;
        seg.before = change.before;
    }
    if (qn_zone_change_after(zone, second, &change) && change.at_s < LAST_SECOND)
        seg.until = change.at_s;
    return seg;
}

bool qn_cron_next(const struct qn_cron *cron, const struct qn_zone *zone, int64_t after_s,
                  int64_t *ret_s)
{
    if (cron->every_s) {
        *ret_s = after_s + cron->every_s;
        return true;
    }
    int64_t from = after_s + 1;
    while (from < LAST_SECOND) {
        struct segment seg = segment_at(zone, from);
        if (segment_next(cron, &seg, from, ret_s))
            return true;
        from = seg.until;
    }
    return false;
}
