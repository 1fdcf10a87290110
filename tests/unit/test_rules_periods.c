/* The calendar, and periods as people say them. */
#include "tests/support/rules_room.h"

#include "tasks/nl2sql/rules/calendar.h"
#include "tasks/nl2sql/rules/understand.h"
#include "tasks/nl2sql/rules/words.h"

static struct rules_room shop;
static struct lexicon *lexicon;

static int setup(void **state)
{
    (void)state;
    rules_room_init(&shop);
    assert_int_equal(lexicon_create(&lexicon, shop.model, NULL), QN_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lexicon_free(lexicon);
    rules_room_release(&shop);
    return 0;
}

static void a_day_is_its_number_and_back(void **state)
{
    char text[FRAME_DAY_SIZE];
    int64_t last = 0;

    (void)state;
    assert_int_equal(calendar_day(1970, 1, 1), 0);
    assert_int_equal(calendar_day(2024, 14, 1), calendar_day(2025, 2, 1));
    for (int64_t day = calendar_day(1999, 12, 1); day < calendar_day(2101, 1, 1); day++) {
        int64_t back;

        calendar_print(day, text);
        assert_true(calendar_parse(text, &back));
        assert_int_equal(back, day);
        assert_true(last == 0 || day == last + 1);
        last = day;
    }
    assert_false(calendar_parse("2025-02-29", &last));
}

static void units_hold_their_day(void **state)
{
    int64_t day = calendar_day(2025, 6, 30); /* a Monday */

    (void)state;
    assert_int_equal(calendar_unit(day, FRAME_WEEK, 0).from, day);
    assert_int_equal(calendar_unit(day - 1, FRAME_WEEK, 0).to, day);
    assert_int_equal(calendar_unit(day, FRAME_QUARTER, -1).from, calendar_day(2025, 1, 1));
    assert_int_equal(calendar_unit(day, WORD_HALF_YEAR, 0).to, calendar_day(2025, 7, 1));
    assert_int_equal(calendar_move(calendar_day(2024, 2, 29), FRAME_YEAR, 1),
                     calendar_day(2025, 2, 28));
}

static void periods_are_what_people_mean(void **state)
{
    static const struct {
        const char *said, *from, *to;
    } cases[] = {
        {"orders yesterday", "2025-06-29", "2025-06-30"},
        {"orders last week", "2025-06-23", "2025-06-30"},
        {"orders this month", "2025-06-01", "2025-07-01"},
        {"orders in the past 7 days", "2025-06-24", "2025-07-01"},
        {"orders in the last 3 months", "2025-04-01", "2025-07-01"},
        {"orders in the past two weeks", "2025-06-17", "2025-07-01"},
        {"orders in Q1 2025", "2025-01-01", "2025-04-01"},
        {"orders in the first quarter of last year", "2024-01-01", "2024-04-01"},
        {"orders in H2 2024", "2024-07-01", "2025-01-01"},
        {"orders in March", "2025-03-01", "2025-04-01"},
        {"orders in December", "2024-12-01", "2025-01-01"},
        {"orders in March 2024", "2024-03-01", "2024-04-01"},
        {"orders between 1 March and 15 April 2025", "2025-03-01", "2025-04-16"},
        {"orders on the 3rd of May 2025", "2025-05-03", "2025-05-04"},
        {"orders on June 15, 2025", "2025-06-15", "2025-06-16"},
        {"orders from March to May 2024", "2024-03-01", "2024-06-01"},
        {"orders since March", "2025-03-01", "2025-07-01"},
        {"orders before 2025", "", "2025-01-01"},
        {"orders until March 2024", "", "2024-04-01"},
        {"orders after 1 June 2025", "2025-06-02", "2025-07-01"},
        {"orders year to date", "2025-01-01", "2025-07-01"},
        {"2025年3月的订单数", "2025-03-01", "2025-04-01"},
        {"上上个月的订单数", "2025-04-01", "2025-05-01"},
        {"近30天的订单数", "2025-06-01", "2025-07-01"},
        {"本季度的订单数", "2025-04-01", "2025-07-01"},
        {"去年12月的订单数", "2024-12-01", "2025-01-01"},
        {"2025年3月1日到3月15日的订单数", "2025-03-01", "2025-03-16"},
        {"2024年3月到5月的订单数", "2024-03-01", "2024-06-01"},
        {"自2025年4月以来的订单数", "2025-04-01", "2025-07-01"},
        {"年初至今的订单数", "2025-01-01", "2025-07-01"},
        {"去年下半年的订单数", "2024-07-01", "2025-01-01"},
        {"三月份的订单数", "2025-03-01", "2025-04-01"},
        {"最近三个月的订单数", "2025-04-01", "2025-07-01"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rules_question question = {
            .text = cases[i].said, .language = "", .today = "2025-06-30"};
        struct understood understood;

        assert_int_equal(understand_question(lexicon, &question, NULL, &understood, NULL), QN_OK);
        if (strcmp(understood.frame.period.from, cases[i].from) != 0 ||
            strcmp(understood.frame.period.to, cases[i].to) != 0) {
            fail_msg("%s: %s to %s", cases[i].said, understood.frame.period.from,
                     understood.frame.period.to);
        }
        assert_int_equal(understood.refusal, RULES_ANSWERED);
        understood_release(&understood);
    }
}

static void a_day_that_is_none_is_an_error(void **state)
{
    static const char *const days[] = {"", "today", "2025-02-30", "2025-6-1"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct rules_question question = {.text = "orders", .language = "", .today = days[i]};
        struct rules_answer answer;

        rules_answer_init(&answer);
        assert_int_equal(rules_ask(shop.rules, &question, &answer, NULL), QN_EINVAL);
        rules_answer_release(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_its_number_and_back),
        cmocka_unit_test(units_hold_their_day),
        cmocka_unit_test(periods_are_what_people_mean),
        cmocka_unit_test(a_day_that_is_none_is_an_error),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
