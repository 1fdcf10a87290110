/* words_days.c - days of month and of week in English. */
#include "words_parts.h"
#include "words_set.h"

#define ALL_DAYS     UINT32_C(0xfffffffe)
#define ALL_WEEKDAYS 0x7f
#define NTHS         5

static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
static const char *const nths[] = {"", "first", "second", "third", "fourth", "fifth"};
static const struct qn_words_unit weekday_unit = {"weekday", weekdays};
static const struct qn_words_unit day_unit = {"day", NULL};

/* Bits from Sunday on to bits from Monday on. */
static uint64_t from_monday(unsigned bits)
{
    return bits >> 1 | (bits & 1) << 6;
}

static unsigned nth_of(const struct qn_cron *cron, int k)
{
    unsigned bits = 0;

    for (int weekday = 0; weekday < 7; weekday++)
        bits |= ((cron->weekdays_nth[weekday] >> k) & 1u) << weekday;
    return bits;
}

/* ---- day of month ---- */

static void begin_on(struct qn_words_list *list)
{
    qn_words_next(list);
    qn_buf_add_str(list->out, "on ");
}

static void add_before_last(uint64_t bits, struct qn_buf *out)
{
    qn_words_numbers(out, bits, &day_unit);
    qn_buf_printf(out, " day%s before the last day", bits == 2 ? "" : "s");
}

/* "on days 1 and 15 and on the last weekday" */
static void add_by_day(const struct qn_cron *cron, struct qn_buf *out)
{
    uint64_t before = cron->days_from_end & ~UINT32_C(1);
    struct qn_words_list list = {.out = out, .joint = " and "};

    list.left = (cron->days != 0) + (cron->days_from_end & 1) + (before != 0) +
                (cron->days_workday != 0) + cron->last_workday;
    if (cron->days) {
        begin_on(&list);
        qn_words_set(out, cron->days, &day_unit);
    }
    if (cron->days_workday) {
        begin_on(&list);
        qn_buf_printf(out, "the weekday%s nearest to ",
                      qn_words_is_one(cron->days_workday) ? "" : "s");
        qn_words_set(out, cron->days_workday, &day_unit);
    }
    if (before) {
        begin_on(&list);
        add_before_last(before, out);
    }
    if (cron->days_from_end & 1) {
        begin_on(&list);
        qn_buf_add_str(out, "the last day");
    }
    if (cron->last_workday) {
        begin_on(&list);
        qn_buf_add_str(out, "the last weekday");
    }
}

static void add_of_month(const struct qn_cron *cron, struct qn_buf *out)
{
    if (cron->months == QN_WORDS_ALL_MONTHS) {
        qn_buf_add_str(out, " of the month");
        return;
    }
    bool run = qn_words_is_run(cron->months) && qn_words_count(cron->months) > 2;
    qn_buf_add_str(out, run ? " of each month from " : " of ");
    qn_words_months(cron, out);
}

/* A date, when it is one: "on 1 January". */
static bool add_date(const struct qn_cron *cron, struct qn_buf *out)
{
    if (cron->days_from_end || cron->days_workday || cron->last_workday ||
        !qn_words_is_one(cron->days) || !qn_words_is_one(cron->months))
        return false;
    qn_buf_printf(out, "on %d", qn_words_first(cron->days));
    qn_buf_add_byte(out, ' ');
    qn_words_months(cron, out);
    return true;
}

/* ---- day of week ---- */

static bool has_nth(const struct qn_cron *cron)
{
    for (int k = 1; k <= NTHS; k++)
        if (nth_of(cron, k))
            return true;
    return cron->weekdays_last != 0;
}

/* Each weekday for itself: "the third Friday". */
static void add_nths(const struct qn_cron *cron, const char *before, struct qn_words_list *list)
{
    for (int k = 1; k <= NTHS + 1; k++) {
        unsigned bits = k <= NTHS ? nth_of(cron, k) : cron->weekdays_last;
        for (uint64_t rest = from_monday(bits); rest; rest &= rest - 1) {
            qn_words_next(list);
            qn_buf_printf(list->out, "%sthe %s %s", before, k <= NTHS ? nths[k] : "last",
                          weekdays[qn_words_first(rest)]);
        }
    }
}

static int count_nths(const struct qn_cron *cron)
{
    int n = qn_words_count(cron->weekdays_last);

    for (int k = 1; k <= NTHS; k++)
        n += qn_words_count(nth_of(cron, k));
    return n;
}

static bool is_one_run(const struct qn_cron *cron)
{
    uint64_t bits = from_monday(cron->weekdays);

    return bits && qn_words_is_run(bits) && qn_words_count(bits) > 2;
}

/* "on every Monday and Friday and on the last Sunday" */
static void add_by_weekday(const struct qn_cron *cron, struct qn_buf *out)
{
    struct qn_words_list list = {.out = out, .joint = " and "};

    list.left = (cron->weekdays != 0) + count_nths(cron);
    if (cron->weekdays) {
        qn_words_next(&list);
        qn_buf_add_str(out, is_one_run(cron) ? "from " : "on every ");
        qn_words_numbers(out, from_monday(cron->weekdays), &weekday_unit);
    }
    add_nths(cron, "on ", &list);
}

/* ", if it is a Monday or Friday" */
static void add_condition(const struct qn_cron *cron, struct qn_buf *out)
{
    struct qn_words_list list = {.out = out, .joint = " or "};

    list.left = qn_words_count(cron->weekdays) + count_nths(cron);
    qn_buf_add_str(out, ", if it is ");
    for (uint64_t rest = from_monday(cron->weekdays); rest; rest &= rest - 1) {
        qn_words_next(&list);
        qn_buf_printf(out, "a %s", weekdays[qn_words_first(rest)]);
    }
    add_nths(cron, "", &list);
    if (has_nth(cron))
        qn_buf_add_str(out, " of its month");
}

/* ---- both ---- */

static void add_days_of_month(const struct qn_cron *cron, struct qn_buf *out)
{
    qn_buf_add_byte(out, ' ');
    if (add_date(cron, out))
        return;
    add_by_day(cron, out);
    add_of_month(cron, out);
}

static void add_days_of_week(const struct qn_cron *cron, struct qn_buf *out)
{
    if (is_one_run(cron) && !has_nth(cron)) {
        qn_buf_add_str(out, ", ");
        qn_words_numbers(out, from_monday(cron->weekdays), &weekday_unit);
    } else {
        qn_buf_add_byte(out, ' ');
        add_by_weekday(cron, out);
    }
    if (has_nth(cron))
        add_of_month(cron, out);
    else
        qn_words_in_months(cron, "", out);
}

static void add_either(const struct qn_cron *cron, struct qn_buf *out)
{
    qn_buf_add_byte(out, ' ');
    add_by_day(cron, out);
    qn_buf_add_str(out, " of the month and ");
    add_by_weekday(cron, out);
    qn_buf_add_str(out, has_nth(cron) ? " of the month" : "");
    qn_words_in_months(cron, ",", out);
}

void qn_words_days(const struct qn_cron *cron, bool at_times, struct qn_buf *out)
{
    bool any_day = cron->days == ALL_DAYS, any_weekday = cron->weekdays == ALL_WEEKDAYS;
    bool both = cron->day_is_star || cron->weekday_is_star;

    if (both ? any_day && any_weekday : any_day || any_weekday) {
        qn_buf_add_str(out, at_times ? " every day" : "");
        qn_words_in_months(cron, "", out);
    } else if (!both) {
        add_either(cron, out);
    } else if (any_day) {
        add_days_of_week(cron, out);
    } else {
        add_days_of_month(cron, out);
        if (!any_weekday)
            add_condition(cron, out);
    }
}
