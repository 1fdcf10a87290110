#include "calendar.h"
#include "cron.h"

#define FIRST_SECOND INT64_C(-62135596800)        /* 0001-01-01T00:00:00Z */
#define LAST_SECOND  INT64_C(253370764800)        /* 9999-01-01T00:00:00Z */
#define REPEATS_S    (146097 * (int64_t)QN_DAY_S) /* 400 years */

struct search {
    const struct qn_cron *cron;
    int steps;
};

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

/* The first matching wall-clock second in [from, limit). */
static bool wall_from(struct search *search, int64_t from, int64_t limit, int64_t *ret)
{
    int64_t day = qn_day_of_second(from);
    struct qn_date date = qn_date_of_days(day);
    int64_t month = day - date.day; /* the day before its first */
    int first = time_of_day_from(search->cron, (int)(from - day * QN_DAY_S));
    int least = first >= 0 ? date.day : date.day + 1;

    while ((month + 1) * QN_DAY_S < limit) {
        search->steps++;
        int found = bit_from(qn_cron_days(search->cron, date.year, date.month), least);
        if (found > 0) {
            if (month + found != day || first < 0)
                first = time_of_day_from(search->cron, 0);
            *ret = (month + found) * QN_DAY_S + first;
            return *ret < limit;
        }
        month += qn_days_in_month(date.year, date.month);
        date.year += date.month == 12;
        date.month = date.month % 12 + 1;
        least = 1;
    }
    return false;
}

/* The first firing at or after from, which lies in the span. */
static bool span_next(struct search *search, const struct qn_zone_span *span, int64_t from,
                      int64_t *ret)
{
    bool fixed = search->cron->fixed && span->begin_s != QN_ZONE_EVER;
    int64_t wall = 0, first = from + span->offset, before = span->begin_s + span->before;

    if (fixed && from == span->begin_s && span->offset > span->before &&
        wall_from(search, before, span->begin_s + span->offset, &wall)) {
        *ret = span->begin_s;
        return true;
    }
    if (fixed && span->offset < span->before && first < before)
        first = before; /* the second pass */
    if (!wall_from(search, first, span->until_s + span->offset, &wall))
        return false;
    *ret = wall - span->offset;
    return true;
}

/* From here on nothing comes that has not been seen. */
static int64_t horizon(const struct qn_zone *zone, int64_t from)
{
    int64_t settles = qn_zone_settles_s(zone);
    int64_t until = (from > settles ? from : settles) + REPEATS_S + QN_DAY_S;

    return until < LAST_SECOND ? until : LAST_SECOND;
}

static bool search_from(struct search *search, const struct qn_zone *zone, int64_t from,
                        int64_t *ret)
{
    int64_t limit = horizon(zone, from);

    while (from < limit) {
        struct qn_zone_span span;
        search->steps++;
        qn_zone_span_at(zone, from, &span);
        if (span.until_s > limit)
            span.until_s = limit;
        if (span_next(search, &span, from, ret))
            return true;
        from = span.until_s;
    }
    return false;
}

bool qn_cron_next_counted(const struct qn_cron *cron, const struct qn_zone *zone, int64_t after_s,
                          int64_t *ret_s, int *ret_steps)
{
    struct search search = {.cron = cron};
    int64_t after = after_s < FIRST_SECOND ? FIRST_SECOND - 1 : after_s;
    bool found = false;

    if (after < LAST_SECOND && cron->every_s) {
        *ret_s = after + cron->every_s;
        found = *ret_s < LAST_SECOND;
    } else if (after < LAST_SECOND) {
        found = search_from(&search, zone, after + 1, ret_s);
    }
    *ret_steps = search.steps;
    return found;
}

bool qn_cron_next(const struct qn_cron *cron, const struct qn_zone *zone, int64_t after_s,
                  int64_t *ret_s)
{
    int steps;

    return qn_cron_next_counted(cron, zone, after_s, ret_s, &steps);
}
