/* words_time.c - seconds, minutes and hours in English. */
#include "words_parts.h"
#include "words_set.h"

#define ALL_60     ((UINT64_C(1) << 60) - 1)
#define ALL_24     ((UINT64_C(1) << 24) - 1)
#define TIMES_MOST 6 /* told one by one */

static const struct qn_words_unit second_unit = {"second", NULL};
static const struct qn_words_unit minute_unit = {"minute", NULL};
static const struct qn_words_unit hour_unit = {"hour", NULL};

/* How often, when the set is that from 0 on without an end: 15 for 0, 15, 30, 45. Else 0. */
static int evenly(uint64_t bits, int size)
{
    uint64_t row = 0;
    int n = qn_words_count(bits), step = size / n;

    if (n < 2 || size % n != 0)
        return 0;
    for (int i = 0; i < size; i += step)
        row |= UINT64_C(1) << i;
    return row == bits ? step : 0;
}

static void add_clock(struct qn_buf *out, int hour, int minute, int second)
{
    qn_buf_printf(out, "%02d:%02d", hour, minute);
    if (second > 0)
        qn_buf_printf(out, ":%02d", second);
}

static void add_times(const struct qn_cron *cron, struct qn_buf *out)
{
    int second = qn_words_first(cron->seconds);
    struct qn_words_list list = {.out = out, .joint = " and "};

    list.left = qn_words_count(cron->hours) * qn_words_count(cron->minutes);
    qn_buf_add_str(out, "At ");
    for (int i = 0; i < 24 * 60; i++) {
        if (!((cron->hours >> i / 60) & 1 && (cron->minutes >> i % 60) & 1))
            continue;
        qn_words_next(&list);
        add_clock(out, i / 60, i % 60, second);
    }
}

/* "Every second", "Every 15 minutes", or "At minutes 5 and 10". True for the first kind. */
static bool add_rhythm(struct qn_buf *out, uint64_t bits, const struct qn_words_unit *unit)
{
    int step = evenly(bits, 60);

    if (step == 1)
        qn_buf_printf(out, "Every %s", unit->one);
    else if (step > 1)
        qn_buf_printf(out, "Every %d %ss", step, unit->one);
    else if (qn_buf_add_str(out, "At ") == QN_OK)
        qn_words_set(out, bits, unit);
    return step > 0;
}

/* Behind what happens in each minute of the hours. */
static void add_hours_throughout(const struct qn_cron *cron, struct qn_buf *out)
{
    int last = qn_words_last(cron->hours);

    if (cron->hours == ALL_24)
        return;
    if (!qn_words_is_run(cron->hours)) {
        qn_buf_add_str(out, " in ");
        qn_words_set(out, cron->hours, &hour_unit);
        return;
    }
    qn_buf_printf(out, " from %02d:00 to %02d:59", qn_words_first(cron->hours), last);
    if (cron->seconds != 1)
        qn_buf_add_str(out, ":59");
}

static void add_hours(const struct qn_cron *cron, struct qn_buf *out)
{
    qn_buf_add_str(out, " of ");
    if (cron->hours == ALL_24)
        qn_buf_add_str(out, "every hour");
    else
        qn_words_set(out, cron->hours, &hour_unit);
}

/* One time in each of many hours: "Every 2 hours", "Every hour from 09:30 to 17:30". */
static bool add_hourly(const struct qn_cron *cron, struct qn_buf *out)
{
    int minute = qn_words_first(cron->minutes);
    int step = evenly(cron->hours, 24);

    if (!qn_words_is_one(cron->minutes))
        return false;
    if (minute == 0 && step == 1)
        qn_buf_add_str(out, "Every hour");
    else if (minute == 0 && step > 1)
        qn_buf_printf(out, "Every %d hours", step);
    else if (qn_words_is_run(cron->hours) && step == 0)
        qn_buf_printf(out, "Every hour from %02d:%02d to %02d:%02d", qn_words_first(cron->hours),
                      minute, qn_words_last(cron->hours), minute);
    else
        return false;
    return true;
}

static void add_minutes(const struct qn_cron *cron, struct qn_buf *out)
{
    if (add_hourly(cron, out))
        return;
    if (add_rhythm(out, cron->minutes, &minute_unit))
        add_hours_throughout(cron, out);
    else
        add_hours(cron, out);
}

static void add_seconds(const struct qn_cron *cron, struct qn_buf *out)
{
    bool rhythm = add_rhythm(out, cron->seconds, &second_unit);

    if (cron->minutes == ALL_60) {
        qn_buf_add_str(out, rhythm ? "" : " of every minute");
        add_hours_throughout(cron, out);
        return;
    }
    qn_buf_add_str(out, " of ");
    qn_words_set(out, cron->minutes, &minute_unit);
    add_hours(cron, out);
}

bool qn_words_time(const struct qn_cron *cron, struct qn_buf *out)
{
    int times = qn_words_count(cron->minutes) * qn_words_count(cron->hours);
    bool at_times = qn_words_is_one(cron->seconds) && times <= TIMES_MOST;

    if (at_times)
        add_times(cron, out);
    else if (cron->seconds == 1)
        add_minutes(cron, out);
    else
        add_seconds(cron, out);
    return at_times;
}
