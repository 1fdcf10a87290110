/* Cron expressions against a sample with known answers and against refusals; how many steps
 * a search takes. Zones and their changes: test_cron_zones.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/clock.h"
#include "cron/calendar.h"
#include "cron/cron.h"
#include <stdio.h>
#include <string.h>

static struct qn_zone *zone_of(const char *name)
{
    struct qn_zone *zone = NULL;
    struct qn_err err = {0};

    if (qn_zone_load(&zone, name, NULL, &err) < 0)
        fail_msg("%s", err.msg);
    return zone;
}

static struct qn_cron cron_of(const char *text)
{
    struct qn_cron cron;
    struct qn_err err = {0};

    if (qn_cron_parse(&cron, text, &err) < 0)
        fail_msg("%s: %s", text, err.msg);
    return cron;
}

static int64_t second_of(const char *text)
{
    int64_t ms = 0;

    assert_int_equal(qn_time_from_str(text, &ms), QN_OK);
    return ms / 1000;
}

static char *cut_last_column(char *line)
{
    char *tab = strrchr(line, '\t');

    assert_non_null(tab);
    *tab = '\0';
    return tab + 1;
}

static void check_sample_row(char *line)
{
    char *wanted = cut_last_column(line), *after = cut_last_column(line);
    struct qn_zone *zone = zone_of(cut_last_column(line));
    struct qn_cron cron = cron_of(line);
    char got[256] = "", one[3][64];
    int64_t second = second_of(after);

    for (int i = 0; i < 3; i++) {
        assert_true(qn_cron_next(&cron, zone, second, &second));
        qn_zone_time_to_str(zone, second, one[i]);
    }
    snprintf(got, sizeof(got), "%s,%s,%s", one[0], one[1], one[2]);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s after %s: %s, wanted %s", line, after, got, wanted);
    qn_zone_free(zone);
}

static void every_row_of_the_sample_comes_out_exactly(void **state)
{
    (void)state;
    FILE *file = fopen(UNIT_DATA "/cron_sample.tsv", "r");
    char line[1024];
    int rows = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        check_sample_row(line);
        rows++;
    }
    fclose(file);
    assert_int_equal(rows, 60);
}

/* clang-format off */
static const struct {
    const char *text, *why;
} refused[] = {
    /* text */
    {"", "1 to 255"},
    {" ", "0 fields"},
    {"\t \t", "0 fields"},
    {"0 0 * * *\n", "character 10 is not printable"},
    {"0 0 * * *\r", "character 10 is not printable"},
    {"0\v0 * * *", "character 2 is not printable"},
    {"0 0 \xef\xbc\x91 * *", "character 5 is not printable"},
    {"0 0 \xc2\xa0 * *", "character 5 is not printable"},
    {"\xef\xbb\xbf" "0 0 * * *", "character 1 is not printable"},
    {"0 0 * * \x7f", "character 9 is not printable"},
    /* number of fields */
    {"*", "1 field, but five"},
    {"5", "1 field, but five"},
    {"* * * *", "4 fields, but five"},
    {"0 0 1 1", "4 fields, but five"},
    {"* * * * * * *", "7 fields, but five"},
    {"0 0 0 1 1 ? 2026", "7 fields, but five"},
    {"0 0 12 * * MON 2025 2026", "8 fields"},
    {"0, 30 * * * * *", "7 fields"},
    {"yearly", "1 field"},
    /* out of range */
    {"60 * * * *", "minute: 60 is not in 0-59"},
    {"99 * * * *", "minute: 99 is not in 0-59"},
    {"60 * * * * *", "second: 60 is not in 0-59"},
    {"* 60 * * * *", "minute: 60 is not in 0-59"},
    {"* 24 * * *", "hour: 24 is not in 0-23"},
    {"0 0 24 * * *", "hour: 24 is not in 0-23"},
    {"* * 0 * *", "day of month: 0 is not in 1-31"},
    {"* * 00 * *", "day of month: 0 is not in 1-31"},
    {"* * 32 * *", "day of month: 32 is not in 1-31"},
    {"* * * 0 *", "month: 0 is not in 1-12"},
    {"* * * 13 *", "month: 13 is not in 1-12"},
    {"* * * * 8", "day of week: 8 is not in 0-7"},
    {"0-60 * * * *", "minute: 60"},
    {"* 0-24 * * *", "hour: 24"},
    {"* * 0-5 * *", "day of month: 0"},
    {"* * 1-32 * *", "day of month: 32"},
    {"* * * 0-3 *", "month: 0"},
    {"* * * 10-13 *", "month: 13"},
    {"* * * * 5-8", "day of week: 8"},
    {"1,60 * * * *", "minute: 60"},
    {"* * * * 1,9", "day of week: 9"},
    {"60/5 * * * *", "minute: 60"},
    {"0/5 * 0/2 * *", "day of month: 0"},
    /* numbers */
    {"001 * * * *", "minute: \"001\": a number has one or two digits"},
    {"* 012 * * *", "hour: \"012\": a number has one or two digits"},
    {"100 * * * *", "one or two digits"},
    {"0 0 1 001 *", "month: \"001\": a number has one or two digits"},
    {"+1 * * * *", "minute: \"+1\": a number was expected"},
    {"-1 * * * *", "minute: \"-1\": a number was expected"},
    {"1.5 * * * *", "minute: \"1.5\": '.' does not belong there"},
    {"1e1 * * * *", "minute: \"1e1\": 'e' does not belong"},
    {"0x1 * * * *", "minute: \"0x1\": 'x' does not belong"},
    {"1:30 * * * *", "':' does not belong"},
    {"* * * * 1.", "day of week: \"1.\": '.' does not belong"},
    {"$ * * * *", "minute: \"$\": a number was expected"},
    {"% * * * *", "a number was expected"},
    {"\"0 0 * * *\"", "minute: \"\"0\": a number was expected"},
    {"'5' * * * *", "a number was expected"},
    /* ranges */
    {"5-1 * * * *", "minute: \"5-1\": the range goes backwards"},
    {"* 22-2 * * *", "hour: \"22-2\": the range goes backwards"},
    {"* * 31-1 * *", "day of month: \"31-1\": the range goes backwards"},
    {"* * * NOV-FEB *", "month: \"NOV-FEB\": the range goes backwards"},
    {"* * * 12-1 *", "backwards"},
    {"* * * * SAT-MON", "day of week: \"SAT-MON\": the range goes backwards"},
    {"* * * * 5-0", "day of week: \"5-0\": the range goes backwards"},
    {"* * * * 7-1", "backwards"},
    {"* * * * 6-5", "backwards"},
    {"1- * * * *", "minute: \"1-\": a number was expected"},
    {"-5 * * * *", "a number was expected"},
    {"1-5-9 * * * *", "minute: \"1-5-9\": a range is two values"},
    {"1--5 * * * *", "a number was expected"},
    {"1-* * * * *", "* stands alone"},
    {"*-5 * * * *", "minute: \"*-5\": a range is two values"},
    {"1..5 * * * *", "'.' does not belong"},
    {"1~5 * * * *", "'~' does not belong"},
    {"~ * * * *", "a number was expected"},
    {"0~59 * * * *", "'~' does not belong"},
    {"* * * * MON-", "a number or a name of SUN-SAT"},
    {"* * * JAN- *", "a number or a name of JAN-DEC"},
    /* steps */
    {"*/0 * * * *", "minute: step 0 is not in 1-60"},
    {"*/00 * * * *", "step 0"},
    {"*/61 * * * *", "minute: step 61 is not in 1-60"},
    {"*/90 * * * *", "minute: step 90 is not in 1-60"},
    {"*/61 * * * * *", "second: step 61 is not in 1-60"},
    {"* */25 * * *", "hour: step 25 is not in 1-24"},
    {"* * */32 * *", "day of month: step 32 is not in 1-31"},
    {"* * * */13 *", "month: step 13 is not in 1-12"},
    {"* * * * */8", "day of week: step 8 is not in 1-7"},
    {"* 1-5/25 * * *", "hour: step 25"},
    {"5/0 * * * *", "step 0"},
    {"1-5/0 * * * *", "step 0"},
    {"*/ * * * *", "minute: \"*/\": a step of one or two digits was expected"},
    {"5/ * * * *", "a step of one or two digits"},
    {"1-5/ * * * *", "a step of one or two digits"},
    {"/5 * * * *", "minute: \"/5\": a number was expected"},
    {"*/5/5 * * * *", "there is one step at most"},
    {"1/2/3 * * * *", "there is one step at most"},
    {"*/-5 * * * *", "a step of one or two digits"},
    {"*/+5 * * * *", "a step of one or two digits"},
    {"*/005 * * * *", "a step of one or two digits"},
    {"*/100 * * * *", "a step of one or two digits"},
    {"*/1.5 * * * *", "'.' does not belong"},
    {"*/* * * * *", "a step of one or two digits"},
    {"*/5-10 * * * *", "a range is two values"},
    {"*/a * * * *", "a step of one or two digits"},
    {"* * * */FEB *", "a step of one or two digits"},
    {"* * * * */MON", "a step of one or two digits"},
    {"* * * * 7/2", "day of week: \"7/2\": 7 takes no step"},
    {"* * * * 07/1", "7 takes no step"},
    {"*5 * * * *", "one or two digits"},
    {"5* * * * *", "minute: \"5*\": '*' does not belong"},
    {"** * * * *", "minute: \"**\": '*' does not belong"},
    /* lists */
    {"1,,2 * * * *", "minute: an item of the list is empty"},
    {",1 * * * *", "minute: an item of the list is empty"},
    {"1, * * * *", "minute: an item of the list is empty"},
    {", * * * *", "an item of the list is empty"},
    {"* * * * MON,", "day of week: an item of the list is empty"},
    {"* * L, * *", "day of month: an item of the list is empty"},
    {"1;2 * * * *", "';' does not belong"},
    {"1|2 * * * *", "'|' does not belong"},
    {"1,2,60 * * * *", "minute: 60"},
    {"(1,2) * * * *", "a number was expected"},
    /* names */
    {"MON * * * *", "minute: \"MON\": it takes numbers, no names"},
    {"* JAN * * *", "hour: \"JAN\": it takes numbers, no names"},
    {"* * MON * *", "day of month: \"MON\": it takes numbers, no names"},
    {"* * * MON *", "month: \"MON\": a number or a name of JAN-DEC"},
    {"* * * * JAN", "day of week: \"JAN\": a number or a name of SUN-SAT"},
    {"* * * FOO *", "month: \"FOO\": a number or a name of JAN-DEC"},
    {"* * * JA *", "a number or a name of JAN-DEC"},
    {"* * * JANUARY *", "month: \"JANUARY\": 'U' does not belong"},
    {"* * * * MONDAY", "day of week: \"MONDAY\": 'D' does not belong"},
    {"* * * * MO", "a number or a name of SUN-SAT"},
    {"* * * * TUES", "'S' does not belong"},
    {"* * * * THUR", "'R' does not belong"},
    {"* * * SEPT *", "'T' does not belong"},
    {"* * * * DIM", "a number or a name of SUN-SAT"},
    {"* * * * M-F", "a number or a name of SUN-SAT"},
    {"* * * MON-FRI *", "month"},
    {"MON-FRI * * * *", "it takes numbers, no names"},
    {"H * * * *", "minute: \"H\": a number was expected"},
    {"H/15 * * * *", "a number was expected"},
    {"H(0-29) * * * *", "a number was expected"},
    {"* H * * *", "hour: \"H\": a number was expected"},
    {"R * * * *", "a number was expected"},
    /* ? */
    {"? * * * *", "minute: \"?\": ? is for the two day fields"},
    {"* ? * * *", "hour: \"?\": ? is for the two day fields"},
    {"* * * ? *", "month: \"?\": ? is for the two day fields"},
    {"? * * * * *", "second: \"?\": ? is for the two day fields"},
    {"* * ?,1 * *", "day of month: \"?\": ? stands alone in its field"},
    {"* * 1,? * *", "day of month: \"?\": ? stands alone in its field"},
    {"* * ?/2 * *", "? stands alone"},
    {"* * ?-5 * *", "? stands alone"},
    {"* * ?? * *", "? stands alone"},
    {"* * * * ?/2", "day of week: \"?/2\": ? stands alone"},
    {"* * * * ?,MON", "? stands alone"},
    {"* * * * 1?", "? stands alone"},
    {"* * * * ?#1", "? stands alone"},
    {"* * *? * *", "? stands alone"},
    /* L, L-n, nW, LW */
    {"L * * * *", "minute: \"L\": L is for the two day fields"},
    {"* L * * *", "hour: \"L\": L is for the two day fields"},
    {"* * * L *", "month: \"L\": L is for the two day fields"},
    {"5L * * * *", "L is for the two day fields"},
    {"* * L-0 * *", "day of month: \"L-0\": L-n takes n from 1 to 30"},
    {"* * L-31 * *", "L-n takes n from 1 to 30"},
    {"* * L-99 * *", "L-n takes n from 1 to 30"},
    {"* * L-100 * *", "L, L-n or LW was expected"},
    {"* * L- * *", "L, L-n or LW was expected"},
    {"* * L3 * *", "L, L-n or LW was expected"},
    {"* * L+3 * *", "L, L-n or LW was expected"},
    {"* * LL * *", "L, L-n or LW was expected"},
    {"* * L/2 * *", "L, L-n or LW was expected"},
    {"* * L-3/2 * *", "L, L-n or LW was expected"},
    {"* * L-3W * *", "day of month: \"L-3W\": L, L-n or LW was expected"},
    {"* * LAST * *", "L, L-n or LW was expected"},
    {"* * L-1-3 * *", "L, L-n or LW was expected"},
    {"* * 1-L * *", "day of month: \"1-L\": L takes no range"},
    {"* * 5L * *", "day of month: \"5L\": L takes no range"},
    {"* * FRIL * *", "no names"},
    {"* * W * *", "day of month: \"W\": W stands behind one day"},
    {"* * WL * *", "W stands behind one day"},
    {"* * W15 * *", "W stands behind one day"},
    {"* * 0W * *", "day of month: \"0W\": nW takes n from 1 to 31"},
    {"* * 32W * *", "nW takes n from 1 to 31"},
    {"* * 1-5W * *", "day of month: \"1-5W\": W stands behind one day"},
    {"* * 15W-20 * *", "W stands behind one day"},
    {"* * 15W/2 * *", "W stands behind one day"},
    {"* * */2W * *", "W stands behind one day"},
    {"* * *W * *", "W stands behind one day"},
    {"* * 15WW * *", "W stands behind one day"},
    {"* * LWW * *", "L, L-n or LW was expected"},
    {"* * 015W * *", "one or two digits"},
    {"* * * * 5W", "day of week: \"5W\": W is for day of month"},
    {"* * * * LW", "day of week: \"LW\": L stands behind one weekday"},
    {"15W * * * *", "minute: \"15W\": W is for day of month"},
    {"* * * 3W *", "month: \"3W\": W is for day of month"},
    /* d#k, dL */
    {"* * * * L", "day of week: \"L\": L stands behind one weekday"},
    {"* * * * L5", "day of week: \"L5\": L stands behind one weekday"},
    {"* * * * LFRI", "day of week: \"LFRI\": a number or a name"},
    {"* * * * L-3", "L stands behind one weekday"},
    {"* * * * 8L", "day of week: 8 is not in 0-7"},
    {"* * * * 1-5L", "day of week: \"1-5L\": L stands behind one weekday"},
    {"* * * * 5L/2", "L stands behind one weekday"},
    {"* * * * 5LL", "L stands behind one weekday"},
    {"* * * * *L", "L stands behind one weekday"},
    {"* * * * 5#6", "day of week: \"5#6\": d#k takes one weekday and k from 1 to 5"},
    {"* * * * 5#0", "d#k takes"},
    {"* * * * 5#", "d#k takes"},
    {"* * * * 5#-1", "d#k takes"},
    {"* * * * 5#L", "d#k takes"},
    {"* * * * 5#3#1", "d#k takes"},
    {"* * * * 5#3L", "d#k takes"},
    {"* * * * 5#3/2", "d#k takes"},
    {"* * * * 5#1-3", "d#k takes"},
    {"* * * * FRI#", "d#k takes"},
    {"* * * * FRI#FRI", "d#k takes"},
    {"* * * * 8#1", "day of week: 8 is not in 0-7"},
    {"* * * * #3", "day of week: \"#3\": # stands between"},
    {"* * * * 1-5#2", "day of week: \"1-5#2\": # stands between"},
    {"* * * * *#2", "# stands between"},
    {"* * * * MON#2-FRI#3", "d#k takes"},
    {"* * 5#3 * *", "day of month: \"5#3\": # is for day of week"},
    {"5#3 * * * *", "minute: \"5#3\": # is for day of week"},
    {"* * * 5#3 *", "month: \"5#3\": # is for day of week"},
    /* macros */
    {"@", "there is @yearly"},
    {"@reboot", "@reboot: there is @yearly"},
    {"@never", "there is @yearly"},
    {"@minutely", "there is @yearly"},
    {"@every_minute", "@every_minute: there is @yearly"},
    {"@daily 1", "@daily: nothing may stand behind it"},
    {"@hourly *", "@hourly: nothing may stand behind it"},
    {"@daily @daily", "@daily: nothing may stand behind it"},
    {"@ daily", "there is @yearly"},
    {"@@daily", "there is @yearly"},
    {"@dailyy", "there is @yearly"},
    {"0 @daily", "2 fields"},
    {"@daily * * * *", "nothing may stand behind it"},
    {"0 0 * * @daily", "day of week: \"@daily\": a number or a name"},
    /* @every */
    {"@every", "@every: a duration such as 90s or 1h30m is missing"},
    {"@every90s", "@every90s: there is @yearly"},
    {"@every 5", "@every: \"5\": whole numbers with units"},
    {"@every s", "@every: \"s\": whole numbers with units"},
    {"@every 1m1h", "@every: units stand in the order d, h, m, s"},
    {"@every 1s1m", "units stand in the order"},
    {"@every 1h1h", "units stand in the order d, h, m, s, each once"},
    {"@every 1.5h", "@every: \"1.5h\": whole numbers with units"},
    {"@every 1,5h", "whole numbers with units"},
    {"@every -5m", "whole numbers with units"},
    {"@every +5m", "whole numbers with units"},
    {"@every 1h 30m", "@every: \"\": whole numbers"},
    {"@every 5 m", "whole numbers with units"},
    {"@every 5M", "whole numbers with units"},
    {"@every 5H", "whole numbers with units"},
    {"@every 1w", "whole numbers with units"},
    {"@every 1y", "whole numbers with units"},
    {"@every 100ms", "@every: \"s\": whole numbers"},
    {"@every 1us", "whole numbers with units"},
    {"@every 5min", "@every: \"in\": whole numbers"},
    {"@every PT5M", "whole numbers with units"},
    {"@every 1h30", "@every: \"30\": whole numbers"},
    {"@every 0s", "@every: the duration must be from 1s to 366d"},
    {"@every 0d0h0m0s", "from 1s to 366d"},
    {"@every 367d", "from 1s to 366d"},
    {"@every 366d1s", "from 1s to 366d"},
    {"@every 31622401s", "from 1s to 366d"},
    {"@every 99999999999999999999999d", "from 1s to 366d"},
    /* never */
    {"0 0 30 2 *", "day of month, month and day of week: no date of any year"},
    {"0 0 31 2 *", "no date of any year"},
    {"0 0 30,31 2 ?", "no date of any year"},
    {"0 0 31 4,6 *", "no date of any year"},
    {"0 0 31 2,4,6,9,11 *", "no date of any year"},
    {"0 0 L-30 4 *", "no date of any year"},
    {"0 0 L-29 2 *", "no date of any year"},
    {"0 0 30W 2 *", "no date of any year"},
    {"0 0 31W 4 ?", "no date of any year"},
    {"0 0 */31 * MON#2", "no date of any year"},
    {"0 0 */30 2 MON#2", "no date of any year"},
    {"0 0 */28 2 MON#2", "no date of any year"},
    {"0 0 0 30 2 ?", "no date of any year"},
};
/* clang-format on */

static void a_bad_expression_is_refused_with_its_field_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct qn_cron cron;
        struct qn_err err = {0};
        if (qn_cron_parse(&cron, refused[i].text, &err) != QN_EINVAL)
            fail_msg("accepted: %s", refused[i].text);
        if (!strstr(err.msg, refused[i].why))
            fail_msg("%s: \"%s\" does not say \"%s\"", refused[i].text, err.msg, refused[i].why);
        assert_true(strlen(err.msg) < QN_ERR_TEXT_MAX - 1);
    }
}

static void a_text_of_255_bytes_is_read_one_of_256_is_not(void **state)
{
    char text[QN_CRON_TEXT_MAX + 2];
    struct qn_cron cron;
    struct qn_err err = {0};

    (void)state;
    memset(text, ' ', sizeof(text));
    memcpy(text, "0 0 * * *", 9);
    text[QN_CRON_TEXT_MAX] = '\0';
    assert_int_equal(qn_cron_parse(&cron, text, &err), QN_OK);
    assert_int_equal(qn_cron_parse_bytes(&cron, text, QN_CRON_TEXT_MAX, &err), QN_OK);
    memset(text, '0', QN_CRON_TEXT_MAX + 1);
    assert_int_equal(qn_cron_parse_bytes(&cron, text, QN_CRON_TEXT_MAX + 1, &err), QN_EINVAL);
    assert_string_equal(err.msg, "256 characters, but an expression has 1 to 255");
    assert_int_equal(qn_cron_parse_bytes(&cron, "0 0 *\0* *", 9, &err), QN_EINVAL);
    assert_string_equal(err.msg, "character 6 is not printable ASCII");
}

static void what_is_written_differently_is_the_same(void **state)
{
    static const char *const pairs[][2] = {
        {"0 0 1 1 *", "@yearly"},
        {"0 0 1 1 *", " \t@Annually "},
        {"0 0 1 * *", "@MONTHLY"},
        {"0 0 * * 0", "@weekly"},
        {"0 0 * * *", "@midnight"},
        {"0 * * * *", "@hourly"},
        {"0 0 0 * * *", "0 0 * * *"},
        {"0 0 * * *", "\t00\t00 \t* * ?  "},
        {"0 0 * * 5-7", "0 0 * * fri-Sun"},
        {"0 0 * * 0,5,6", "0 0 * * FRI-7"},
        {"0 0 * * 7", "0 0 * * SUN"},
        {"0 0 * * 7", "0 0 * * SUN-SUN"},
        {"0 0 * * 7", "0 0 * * 7-SUN"},
        {"0 0 * * 0,1", "0 0 * * SUN-MON"},
        {"0 0 * * 0", "0 0 * * 0-7/7"},
        {"0 0 * * 0,2,4,6", "0 0 * * SUN/2"},
        {"0 0 * * 7L", "0 0 * * sunL"},
        {"0 0 * * 0#1,2#2", "0 0 * * 7#1,TUE#2"},
        {"0 0 lw,l-03,15w * *", "0 0 15W,L-3,LW * *"},
        {"0 0 * 1-3 *", "0 0 * jan,FEB,Mar *"},
        {"0 0 * 2,6,10 *", "0 0 * FEB/4 *"},
        {"5,20,35,50 0,12 * * *", "5/15 0/12 * * *"},
        {"0/60 0/24 1/31 1/12 0/7", "*/60 */24 1-1 1-1 0-0"},
        {"@every 5400s", "@every 1h30m"},
        {"@every 366d", "@EVERY\t366d0h0m00000000000000000000000000s"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct qn_cron a = cron_of(pairs[i][0]), b = cron_of(pairs[i][1]);
        a.fixed = b.fixed = a.day_is_star = b.day_is_star = false;
        if (a.every_s != b.every_s || a.seconds != b.seconds || a.minutes != b.minutes ||
            a.hours != b.hours || a.days != b.days || a.months != b.months ||
            a.weekdays != b.weekdays || a.days_from_end != b.days_from_end ||
            a.days_workday != b.days_workday || a.last_workday != b.last_workday ||
            a.weekdays_last != b.weekdays_last ||
            memcmp(a.weekdays_nth, b.weekdays_nth, sizeof(a.weekdays_nth)) != 0)
            fail_msg("\"%s\" is not \"%s\"", pairs[i][0], pairs[i][1]);
    }
}

static void what_is_rare_is_valid_and_found(void **state)
{
    static const struct {
        const char *text, *after, *next;
    } cases[] = {
        {"0 0 ? 2 FRI#5", "2092-02-29T00:00:00Z", "2104-02-29T00:00:00+00:00"},
        {"0 0 30 2 MON", "2026-02-01T00:00:00Z", "2026-02-02T00:00:00+00:00"},
        {"0 0 29 2 */7", "2072-02-29T00:00:00Z", "2088-02-29T00:00:00+00:00"},
        {"0 0 29 2 */7", "2088-02-29T00:00:00Z", "2128-02-29T00:00:00+00:00"},
        {"59 59 23 31 12 ?", "9997-12-31T23:59:59Z", "9998-12-31T23:59:59+00:00"},
    };
    struct qn_zone *utc = zone_of("UTC");
    char text[QN_ZONE_TEXT_SIZE];
    int64_t at = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_cron cron = cron_of(cases[i].text);
        assert_true(qn_cron_next(&cron, utc, second_of(cases[i].after), &at));
        qn_zone_time_to_str(utc, at, text);
        assert_string_equal(text, cases[i].next);
    }
    struct qn_cron cron = cron_of("0 0 1 1 *");
    assert_false(qn_cron_next(&cron, utc, second_of("9998-06-01T00:00:00Z"), &at));
    assert_false(qn_cron_next(&cron, utc, INT64_MAX, &at));
    assert_true(qn_cron_next(&cron, utc, INT64_MIN, &at));
    cron = cron_of("@every 366d");
    assert_false(qn_cron_next(&cron, utc, second_of("9998-06-01T00:00:00Z"), &at));
    assert_false(qn_cron_next(&cron, utc, INT64_MAX, &at));
    qn_zone_free(utc);
}

/* In steps, not in time: a month or a span without a change of offset is one. */
static void a_search_is_bounded_whatever_the_expression(void **state)
{
    static const char *const zones[] = {"UTC", "America/New_York", "Africa/Casablanca",
                                        "Europe/Dublin", "Pacific/Apia"};
    static const char *const texts[] = {"0 0 29 2 */7",    "0 0 ? 2 FRI#5", "59 59 23 29 2 ?",
                                        "*/9 */9 29W 2 ?", "0 0 L 2 */7",   "0 0 31 12 *",
                                        "30 2 ? 3 SUN#2",  "* * * * *",     "0 1 L-28 2 ?"};
    int most = 0;

    (void)state;
    for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
        struct qn_zone *zone = zone_of(zones[z]);
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            struct qn_cron cron = cron_of(texts[i]);
            int64_t at = second_of("1901-01-01T00:00:00Z");
            for (int n = 0; n < 60; n++) {
                int steps = 0;
                assert_true(qn_cron_next_counted(&cron, zone, at, &at, &steps));
                most = steps > most ? steps : most;
            }
        }
        qn_zone_free(zone);
    }
    assert_in_range(most, 12 * 40, QN_CRON_STEPS_MAX / 10);
}

/* The second Sunday of March has no such hour there, this year or any other. */
static void what_the_clocks_never_show_ends_within_the_bound(void **state)
{
    struct qn_zone *zone = zone_of("America/New_York");
    struct qn_cron cron = cron_of("*/5 2 ? 3 SUN#2");
    int64_t at = second_of("2026-01-01T00:00:00Z");
    int steps = 0;

    (void)state;
    assert_false(qn_cron_next_counted(&cron, zone, at, &at, &steps));
    assert_in_range(steps, 400 * 12, QN_CRON_STEPS_MAX);
    qn_zone_free(zone);
}

static void days_and_dates_are_each_others_inverse(void **state)
{
    (void)state;
    int64_t previous = qn_days_of_date((struct qn_date){1600, 1, 1}) - 1;

    for (int64_t day = previous + 1; day < previous + 300000; day++) {
        struct qn_date date = qn_date_of_days(day);
        assert_int_equal(qn_days_of_date(date), day);
        assert_in_range(date.day, 1, qn_days_in_month(date.year, date.month));
    }
    assert_int_equal(qn_days_of_date((struct qn_date){1970, 1, 1}), 0);
    assert_int_equal(qn_weekday_of_days(0), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_sample_comes_out_exactly),
        cmocka_unit_test(a_bad_expression_is_refused_with_its_field_and_reason),
        cmocka_unit_test(a_text_of_255_bytes_is_read_one_of_256_is_not),
        cmocka_unit_test(what_is_written_differently_is_the_same),
        cmocka_unit_test(what_is_rare_is_valid_and_found),
        cmocka_unit_test(a_search_is_bounded_whatever_the_expression),
        cmocka_unit_test(what_the_clocks_never_show_ends_within_the_bound),
        cmocka_unit_test(days_and_dates_are_each_others_inverse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
