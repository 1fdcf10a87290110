/* Expressions in English: each form of the dialect, and no two meanings that read the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/mem.h"
#include "cron/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct {
    const char *text, *words;
} cases[] = {
    {"* * * * *", "Every minute"},
    {"* * * * * *", "Every second"},
    {"*/20 * * * * *", "Every 20 seconds"},
    {"15 * * * * *", "At second 15 of every minute"},
    {"5,35 * 9 * * *", "At seconds 5 and 35 of every minute from 09:00 to 09:59:59"},
    {"*/20 30 2 * * *", "Every 20 seconds of minute 30 of hour 2"},
    {"*/20 * 9-17 * * *", "Every 20 seconds from 09:00 to 17:59:59"},
    {"0/1 0 * * * *", "Every second of minute 0 of every hour"},
    {"15 0 * * * *", "At second 15 of minute 0 of every hour"},
    {"5,35 57-59 22 * * *", "At seconds 5 and 35 of minutes 57 to 59 of hour 22"},
    {"*/15 * * * *", "Every 15 minutes"},
    {"*/7 * * * *", "At every 7th minute from 0 to 56 of every hour"},
    {"1-59/2 * * * *", "At every 2nd minute from 1 to 59 of every hour"},
    {"5/15 * * * *", "At minutes 5, 20, 35 and 50 of every hour"},
    {"0-10,20,30-31 3 * * *", "At minutes 0 to 10, 20, 30 and 31 of hour 3"},
    {"30 * * * *", "At minute 30 of every hour"},
    {"0 * * * *", "Every hour"},
    {"@hourly", "Every hour"},
    {"0 */2 * * *", "Every 2 hours"},
    {"0 1/2 * * *", "At minute 0 of every 2nd hour from 1 to 23"},
    {"30 9-17 * * *", "Every hour from 09:30 to 17:30"},
    {"0 9-17 * * MON-FRI", "Every hour from 09:00 to 17:00, Monday to Friday"},
    {"*/10 9-17 * * *", "Every 10 minutes from 09:00 to 17:59"},
    {"*/10 9,12 * * *", "Every 10 minutes in hours 9 and 12"},
    {"30 2 * * *", "At 02:30 every day"},
    {"0 */6 * * *", "At 00:00, 06:00, 12:00 and 18:00 every day"},
    {"15 59 0 28 * *", "At 00:59:15 on day 28 of the month"},
    {"@midnight", "At 00:00 every day"},
    {"@weekly", "At 00:00 on every Sunday"},
    {"@monthly", "At 00:00 on day 1 of the month"},
    {"@yearly", "At 00:00 on 1 January"},
    {"30 2 * * 5L", "At 02:30 on the last Friday of the month"},
    {"30 2 L * ?", "At 02:30 on the last day of the month"},
    {"30 2 L-3,L-1,15 1,7 *", "At 02:30 on day 15 and on 1 and 3 days before the last day of January and July"},
    {"0 0 L-1 * *", "At 00:00 on 1 day before the last day of the month"},
    {"0 0 15W * ?", "At 00:00 on the weekday nearest to day 15 of the month"},
    {"0 0 1W,15W,LW * ?", "At 00:00 on the weekdays nearest to days 1 and 15 and on the last weekday of the month"},
    {"0 0 1,2,15W,L-2,L,LW * ?", "At 00:00 on days 1 and 2, on the weekday nearest to day 15, on 2 days before the last day, on the last day and on the last weekday of the month"},
    {"0 0 1-7 * *", "At 00:00 on days 1 to 7 of the month"},
    {"0 0 29 2 *", "At 00:00 on 29 February"},
    {"0 0 29 2 */7", "At 00:00 on 29 February, if it is a Sunday"},
    {"0 0 */10 * MON", "At 00:00 on days 1, 11, 21 and 31 of the month, if it is a Monday"},
    {"0 0 */10 * MON,FRI,SUN#2", "At 00:00 on days 1, 11, 21 and 31 of the month, if it is a Monday, a Friday or the second Sunday of its month"},
    {"0 0 13 * FRI", "At 00:00 on day 13 of the month and on every Friday"},
    {"0 0 13 * MON-FRI", "At 00:00 on day 13 of the month and from Monday to Friday"},
    {"0 0 13 6 FRI", "At 00:00 on day 13 of the month and on every Friday, in June"},
    {"0 0 15 */3 MON#2", "At 00:00 on day 15 of the month and on the second Monday of the month, in January, April, July and October"},
    {"0 0 L * FRIL", "At 00:00 on the last day of the month and on the last Friday of the month"},
    {"0 0 1-31 * MON", "At 00:00 every day"},
    {"10 2 ? 10 SUN#1", "At 02:10 on the first Sunday of October"},
    {"0 0 ? * MON#1,MON#3", "At 00:00 on the first Monday and on the third Monday of the month"},
    {"0 0 ? * SAT,TUE#5", "At 00:00 on every Saturday and on the fifth Tuesday of the month"},
    {"0 0 * * FRI-SUN", "At 00:00, Friday to Sunday"},
    {"0 0 * * SUN,MON", "At 00:00 on every Monday and Sunday"},
    {"5 0 0,12 ? * MON-WED,SAT", "At 00:00:05 and 12:00:05 on every Monday to Wednesday and Saturday"},
    {"0 12 * 6-8 SAT,SUN", "At 12:00 on every Saturday and Sunday from June to August"},
    {"0 0 * 3 *", "At 00:00 every day in March"},
    {"0 0 13 6-8 ?", "At 00:00 on day 13 of each month from June to August"},
    {"*/30 * * 1,2,4 *", "Every 30 minutes in January, February and April"},
    {"@every 90s", "Every 1 minute and 30 seconds, counted from the time before"},
    {"@every 1h", "Every hour, counted from the time before"},
    {"@every 2d", "Every 2 days, counted from the time before"},
    {"@every 1d2h3m4s", "Every 1 day, 2 hours, 3 minutes and 4 seconds, counted from the time before"},
};
/* clang-format on */

static void words_of(const char *text, struct qn_cron *ret, struct qn_buf *out)
{
    struct qn_err err = {0};

    if (qn_cron_parse(ret, text, &err) < 0)
        fail_msg("%s: %s", text, err.msg);
    qn_buf_init(out, QN_CRON_WORDS_MAX);
    qn_cron_words(ret, out);
    assert_int_equal(qn_buf_status(out), QN_OK);
}

static void each_form_of_the_dialect_is_told_in_english(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_cron cron;
        struct qn_buf out;
        words_of(cases[i].text, &cron, &out);
        assert_string_equal(out.data, cases[i].words);
        qn_buf_release(&out);
    }
}

static void the_longest_expressions_have_room(void **state)
{
    static const char *const texts[] = {
        "1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,32,34,36,38,40,42,44,46,48,50,52,54,56,58 "
        "1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,32,34,36,38,40,42,44,46,48,50,52,54,56,58 "
        "1,3,5,7,10,12,14,16 1,L-2,LW,3W 1,3,5,7 1,1#1",
        "2/2,1 2/2,1 2/2,1 1,3,6,9,L-1,L-3,L-6,1W,3W,6W,LW 1,3,5,7 "
        "1,1#1,1#2,1#3,1#4,1#5,2#1,2#2,2#3,2#4,2#5,3#1,3#2,3#3,3#4,3#5,4#1,4#2,4#3,4#4,4#5,5#1,"
        "5#2,5#3,5#4,5#5,6#1,6#2,6#3,6#4,6#5,7#1,7#2,7#3,7#4,7#5,1L,2L,3L,4L,5L,6L,7L",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct qn_cron cron;
        struct qn_buf out;
        words_of(texts[i], &cron, &out);
        assert_in_range(out.len, 300, QN_CRON_WORDS_MAX / 2);
        qn_buf_release(&out);
    }
}

/* ---- no two meanings read the same ---- */

#define SAMPLES 30000
#define YEARS   28

struct meaning {
    char text[128];
    char *words;
    uint64_t seconds, minutes, days;
    uint32_t hours;
};

static unsigned random_below(unsigned n)
{
    static uint64_t seed = 20260630;

    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static const char *pick(const char *const *from, size_t n)
{
    return from[random_below((unsigned)n)];
}

#define PICK(from) pick(from, sizeof(from) / sizeof((from)[0]))

/* A number that says which of all days of 28 years match. */
static uint64_t days_of(const struct qn_cron *cron)
{
    uint64_t hash = 14695981039346656037u;

    for (int year = 2000; year < 2000 + YEARS; year++)
        for (int month = 1; month <= 12; month++)
            hash = (hash ^ qn_cron_days(cron, year, month)) * 1099511628211u;
    return hash;
}

static bool sample(struct meaning *ret)
{
    static const char *const seconds[] = {"", "", "", "0 ", "15 ", "*/20 ", "* ", "5,35 ", "1/7 "};
    static const char *const minutes[] = {"*",   "0",       "30",   "*/15", "*/7",
                                          "1/2", "0-10,20", "5,35", "1-58", "0,30"};
    static const char *const hours[] = {"*",    "0",      "2",     "*/2",   "1/2",
                                        "9-17", "*/6",    "3/6",   "22-23", "0,12",
                                        "*/5",  "0-22/2", "0-3,9", "6-12",  "*/8"};
    static const char *const days[] = {
        "*",   "?",  "1",  "13",      "*/2", "*/10", "1-31", "L",     "L-1", "L-3",  "L-1,L-3",
        "15W", "1W", "LW", "L,LW,1W", "1-7", "1,2",  "2/2",  "29-31", "L,1", "1,15W"};
    static const char *const months[] = {"*", "*", "*", "1", "2", "6-8", "1,7", "*/3", "1-11"};
    static const char *const weekdays[] = {"*",     "?",      "0",    "1-5", "*/2",     "1,3",
                                           "5-7",   "0-6",    "1#1",  "5L",  "1#1,3#1", "1#5",
                                           "6,2#3", "1-5,7L", "1,2L", "*/7", "*/3"};
    struct qn_cron cron;
    struct qn_buf out;

    snprintf(ret->text, sizeof(ret->text), "%s%s %s %s %s %s", PICK(seconds), PICK(minutes),
             PICK(hours), PICK(days), PICK(months), PICK(weekdays));
    if (qn_cron_parse(&cron, ret->text, NULL) < 0)
        return false; /* no such date */
    words_of(ret->text, &cron, &out);
    ret->words = qn_buf_steal(&out, NULL);
    ret->seconds = cron.seconds;
    ret->minutes = cron.minutes;
    ret->hours = cron.hours;
    ret->days = days_of(&cron);
    return true;
}

static int by_words(const void *a, const void *b)
{
    return strcmp(((const struct meaning *)a)->words, ((const struct meaning *)b)->words);
}

static void what_reads_the_same_fires_at_the_same_times(void **state)
{
    struct meaning *all = calloc(SAMPLES, sizeof(*all));
    size_t n = 0, same = 0;

    (void)state;
    assert_non_null(all);
    for (int i = 0; i < SAMPLES; i++)
        n += sample(&all[n]);
    qsort(all, n, sizeof(*all), by_words);
    for (size_t i = 1; i < n; i++) {
        const struct meaning *a = &all[i - 1], *b = &all[i];
        if (strcmp(a->words, b->words) != 0)
            continue;
        same++;
        if (a->seconds != b->seconds || a->minutes != b->minutes || a->hours != b->hours ||
            a->days != b->days)
            fail_msg("\"%s\" and \"%s\" both read \"%s\"", a->text, b->text, a->words);
    }
    assert_in_range(same, 100, n);
    for (size_t i = 0; i < n; i++)
        qn_free(all[i].words);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_of_the_dialect_is_told_in_english),
        cmocka_unit_test(the_longest_expressions_have_room),
        cmocka_unit_test(what_reads_the_same_fires_at_the_same_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
