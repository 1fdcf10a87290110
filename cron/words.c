#include "words.h"

#include "calendar.h"
#include "words_parts.h"
#include "words_set.h"

static const char *const months[] = {"",        "January",  "February", "March",  "April",
                                     "May",     "June",     "July",     "August", "September",
                                     "October", "November", "December"};
static const struct qn_words_unit month_unit = {"month", months};

/* "hour", "1 hour and 30 minutes" */
static void add_duration(int64_t seconds, struct qn_buf *out)
{
    static const struct {
        int64_t s;
        const char *one;
    } units[] = {{QN_DAY_S, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    struct qn_words_list list = {.out = out, .joint = " and "};
    int64_t rest = seconds;

    for (int i = 0; i < 4; rest %= units[i++].s)
        list.left += rest >= units[i].s;
    bool alone = list.left == 1;
    for (int i = 0; i < 4; seconds %= units[i++].s) {
        int64_t n = seconds / units[i].s;
        if (n == 0)
            continue;
        qn_words_next(&list);
        if (n == 1 && alone)
            qn_buf_add_str(out, units[i].one);
        else
            qn_buf_printf(out, "%lld %s%s", (long long)n, units[i].one, n == 1 ? "" : "s");
    }
}

void qn_words_months(const struct qn_cron *cron, struct qn_buf *out)
{
    qn_words_numbers(out, cron->months, &month_unit);
}

void qn_words_in_months(const struct qn_cron *cron, const char *before, struct qn_buf *out)
{
    bool run = qn_words_is_run(cron->months) && qn_words_count(cron->months) > 2;

    if (cron->months == QN_WORDS_ALL_MONTHS)
        return;
    qn_buf_printf(out, "%s %s ", before, run ? "from" : "in");
    qn_words_months(cron, out);
}

void qn_cron_words(const struct qn_cron *cron, struct qn_buf *out)
{
    if (cron->every_s) {
        qn_buf_add_str(out, "Every ");
        add_duration(cron->every_s, out);
        qn_buf_add_str(out, ", counted from the time before");
        return;
    }
    bool at_times = qn_words_time(cron, out);
    qn_words_days(cron, at_times, out);
}

const char *qn_cron_words_of_changes(const struct qn_cron *cron)
{
    if (cron->every_s)
        return "It is elapsed time: zone and changes of the clock play no part.";
    if (cron->fixed)
        return "When clocks go forward over such a time, it fires once, right after the gap. When "
               "they go back and a time comes twice, it fires the first time only.";
    return "It follows the clock on the wall: what is left out when clocks go forward does not "
           "fire, what comes twice when they go back fires twice.";
}
