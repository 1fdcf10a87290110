/* Questions of all classes in two languages, by rules. */
#include "tests/support/rules_room.h"

#include <stdio.h>
#include <stdlib.h>

static struct rules_room shop;

static int setup(void **state)
{
    (void)state;
    rules_room_init(&shop);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rules_room_release(&shop);
    return 0;
}

/* The statement on one line. */
static void flatten(char *sql)
{
    char *to = sql;

    for (; *sql != '\0'; sql++) {
        if ((*sql != ' ' && *sql != '\n') || (to > sql - 1 && to[-1] != ' ')) {
            *to++ = *sql == '\n' ? ' ' : *sql;
        } else if (to[-1] != ' ') {
            *to++ = ' ';
        }
    }
    *to = '\0';
}

struct wanted {
    const char *question;
    const char *parts[4]; /* of the statement */
};

static void expect(const struct wanted *wanted, const struct rules_answer *answer)
{
    if (answer->refusal != RULES_ANSWERED) {
        fail_msg("%s: %s", wanted->question, answer->reason.data);
    }
    flatten(answer->sql.data);
    for (size_t i = 0; i < 4 && wanted->parts[i] != NULL; i++) {
        if (strstr(answer->sql.data, wanted->parts[i]) == NULL) {
            fail_msg("%s: no \"%s\" in\n%s", wanted->question, wanted->parts[i], answer->sql.data);
        }
    }
}

static void expect_all(const struct wanted *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct rules_answer answer;

        assert_int_equal(rules_room_ask(&shop, wanted[i].question, &answer), QN_OK);
        expect(&wanted[i], &answer);
        rules_answer_release(&answer);
    }
}

#define EXPECT_ALL(wanted) expect_all(wanted, sizeof(wanted) / sizeof((wanted)[0]))

static void things_are_counted_and_measured(void **state)
{
    static const struct wanted wanted[] = {
        {"How many orders are there?", {"SELECT count(*)", "FROM orders o"}},
        {"How many different cities do our customers live in?", {"count(DISTINCT u.city)"}},
        {"What is the total revenue?", {"sum(o.total_amount)", "'paid'"}},
        {"What is the average price of products?", {"avg(p.price)"}},
        {"Revenue by country", {"u.country", "GROUP BY u.country"}},
        {"number of reviews per product", {"GROUP BY p.id"}},
        {"库存总量是多少", {"sum(p.stock)"}},
        {"各会员等级的用户数", {"GROUP BY u.level"}},
        {"average number of orders per customer", {"avg("}},
    };

    (void)state;
    EXPECT_ALL(wanted);
}

static void several_figures_are_told_side_by_side(void **state)
{
    static const struct wanted wanted[] = {
        {"Orders and revenue by channel", {"sum(o.total_amount)", "count(*)", "o.channel"}},
        {"what was the revenue and the number of orders last month", {"sum(", "count(*)"}},
        {"min and max price per category", {"min(p.price)", "max(p.price)", "c.name"}},
        {"customers and their revenue", {"u.name", "sum(o.total_amount)"}},
    };

    (void)state;
    EXPECT_ALL(wanted);
}

static void times_are_asked_for_and_counted_in(void **state)
{
    static const struct wanted wanted[] = {
        {"When was the last order placed?", {"max(o.created_at)"}},
        {"orders last week", {"SELECT count(*)"}},
        {"list the orders of last week", {"SELECT o.id"}},
        {"orders between 1 and 15 May 2025", {"'2025-05-01'", "'2025-05-16'"}},
        {"cancelled orders in Berlin, how many?", {"SELECT count(*)", "'cancelled'"}},
        {"the newest 5 users with email", {"u.email", "LIMIT 5"}},
    };

    (void)state;
    EXPECT_ALL(wanted);
}

static void what_is_most_is_first(void **state)
{
    static const struct wanted wanted[] = {
        {"Top 5 products by revenue", {"oi.quantity * oi.unit_price", "DESC", "LIMIT 5"}},
        {"cheapest product", {"ORDER BY p.price, p.id LIMIT 1"}},
        {"second most expensive product", {"p.price DESC", "LIMIT 1 OFFSET 1"}},
        {"Which customer has the most orders?", {"count(*)", "DESC", "LIMIT 1"}},
        {"销量前十的商品", {"sum(oi.quantity)", "LIMIT 10"}},
        {"最便宜的三件商品", {"ORDER BY p.price, p.id LIMIT 3"}},
        {"每个类别销量前三的商品", {"PARTITION BY c.id", "<= 3"}},
        {"newest 10 orders", {"o.created_at DESC", "LIMIT 10"}},
        {"最早注册的用户是谁", {"ORDER BY u.created_at, u.id LIMIT 1"}},
    };

    (void)state;
    EXPECT_ALL(wanted);
}

static void rows_are_filtered_by_values_and_numbers(void **state)
{
    static const struct wanted wanted[] = {
        {"How many cancelled orders came via the website?",
         {"o.status = 'cancelled'", "o.channel = 'web'"}},
        {"orders from Shanghai or Beijing", {"u.city IN ('上海', '北京')"}},
        {"Revenue excluding the app channel", {"o.channel <> 'app'"}},
        {"orders over 1.5k", {"o.total_amount > 1500"}},
        {"products with more than 300 in stock", {"p.stock > 300"}},
        {"两万元以上的订单", {"o.total_amount >= 20000"}},
        {"未取消的订单有多少", {"o.status <> 'cancelled'"}},
        {"discontinued products", {"NOT p.is_active"}},
        {"reviews of the product \"O'Reilly Set\"", {"p.name = 'O''Reilly Set'"}},
        {"价格高于平均价格的商品", {"p.price > (SELECT avg("}},
        {"How many custmers are from Pariss?", {"u.city = 'Paris'"}},
    };

    (void)state;
    EXPECT_ALL(wanted);
}

static void chinese_counters_ranges_and_places_in_order_are_read(void **state)
{
    static const struct wanted wanted[] = {
        {"有多少位客户从未下单", {"count(*)", "NOT EXISTS (SELECT 1 FROM orders"}},
        {"1到3月的销售额", {">= '2025-01-01'", "< '2025-04-01'"}},
        {"2025年1-6月的销售额", {">= '2025-01-01'", "< '2025-07-01'"}},
        {"5月1日到15日的订单数", {">= '2025-05-01'", "< '2025-05-16'"}},
        {"今年前三个月的销售额", {">= '2025-01-01'", "< '2025-04-01'"}},
        {"前三季度的销售额", {">= '2024-01-01'", "< '2024-10-01'"}},
        {"第三贵的商品", {"ORDER BY p.price DESC", "LIMIT 1 OFFSET 2"}},
        {"销量倒数第二的商品", {"ORDER BY units_sold", "LIMIT 1 OFFSET 1"}},
        {"最大的一笔订单金额是多少", {"max(o.total_amount)"}},
        {"近一周有多少人下单", {"FROM users", "EXISTS (SELECT 1 FROM orders"}},
        {"各渠道的定单数", {"GROUP BY o.channel"}},
    };

    (void)state;
    EXPECT_ALL(wanted);
}

static void groups_and_missing_rows_are_found(void **state)
{
    static const struct wanted wanted[] = {
        {"Which customers have more than 30 orders?", {"HAVING count(*) > 30"}},
        {"下单超过40次的客户有哪些？", {"HAVING count(*) > 40"}},
        {"How many customers have more than 10 orders?", {"HAVING count(*) > 10", "count(*)"}},
        {"customers who never placed an order", {"NOT EXISTS (SELECT 1 FROM orders"}},
        {"Which customers did not order in 2025?", {"NOT EXISTS", ">= '2025-01-01'"}},
        {"没有评论的商品", {"NOT EXISTS (SELECT 1 FROM reviews"}},
        {"Customers without a phone number", {"u.phone IS NULL"}},
    };

    (void)state;
    EXPECT_ALL(wanted);
}

static void shares_and_periods_are_compared(void **state)
{
    static const struct wanted wanted[] = {
        {"What percentage of orders were cancelled?", {"100.0 * count(*) FILTER"}},
        {"Share of revenue by channel", {"OVER ()", "GROUP BY o.channel"}},
        {"app渠道的销售额占比", {"FILTER (WHERE o.channel = 'app')"}},
        {"Compare the revenue of this month with last month", {"'2025-06-01'", "'2025-05-01'"}},
        {"year-over-year growth of orders in May 2025", {"'2025-05-01'", "'2024-05-01'"}},
        {"2025年上半年销售额的同比增长率", {"'2025-07-01'", "'2024-01-01'", "'2024-07-01'"}},
        {"Monthly revenue in 2024", {"date_trunc('month'", "'2024-01-01'"}},
    };

    (void)state;
    EXPECT_ALL(wanted);
}

static void a_question_goes_on_from_the_one_before(void **state)
{
    static const char *const threads[][5] = {
        {"Revenue by channel this year", "and by city?", NULL},
        {"How many orders were placed last month?", "What about April?", NULL},
        {"Top 5 products by revenue", "only the Books category", NULL},
        {"Top 5 products by revenue", "top 3", NULL},
        {"Revenue by channel this year", "and by country?", "only April", "what about 2024?"},
        {"今年各渠道的销售额", "那去年呢？", NULL},
        {"没有下过单的用户有多少", "列出他们", NULL},
        {"List products with a price over 100", "less than 20 instead", NULL},
    };
    static const struct wanted wanted[] = {
        {"by city", {"u.city", ">= '2025-01-01'"}},
        {"April", {">= '2025-04-01'", "< '2025-05-01'"}},
        {"Books", {"c.name = 'Books'", "LIMIT 5"}},
        {"top 3", {"LIMIT 3"}},
        {"2024", {"u.country", ">= '2024-01-01'", "< '2025-01-01'"}},
        {"去年", {"o.channel", ">= '2024-01-01'"}},
        {"列出", {"SELECT u.name", "NOT EXISTS"}},
        {"less", {"p.price < 20"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
        struct rules_answer answer;

        assert_int_equal(rules_room_thread(&shop, threads[i], &answer), QN_OK);
        expect(&wanted[i], &answer);
        rules_answer_release(&answer);
    }
}

static void what_cannot_be_answered_is_refused_for_its_reason(void **state)
{
    static const struct {
        const char *question;
        enum rules_refusal refusal;
    } cases[] = {
        {"Why did revenue drop in February?", RULES_BEYOND},
        {"预测一下下个月的销售额", RULES_BEYOND},
        {"What is the 30-day retention of users?", RULES_BEYOND},
        {"Delete all cancelled orders", RULES_WRITE},
        {"把所有商品的价格打九折", RULES_WRITE},
        {"Hello, how are you today?", RULES_NO_QUERY},
        {"数据库里有哪些表？", RULES_NO_QUERY},
        {"哪个商品最好看？", RULES_NO_QUERY},
        {"What is our profit margin?", RULES_MISSING},
        {"Revenue by salesperson", RULES_MISSING},
        {"Show me the password hashes of all users", RULES_HIDDEN},
        {"Show top products", RULES_UNCLEAR},
        {"orders in the first week of May", RULES_UNCLEAR},
        {"张三的订单", RULES_UNCLEAR},
        {"订单条件", RULES_MISSING},
        {"销售额前10%的商品", RULES_BEYOND},
        {"评价最好的商品", RULES_UNCLEAR},
        {"", RULES_UNCLEAR},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rules_answer answer;

        assert_int_equal(rules_room_ask(&shop, cases[i].question, &answer), QN_OK);
        if (answer.refusal != cases[i].refusal) {
            fail_msg("%s: %s, not %s", cases[i].question, rules_refusal_names[answer.refusal],
                     rules_refusal_names[cases[i].refusal]);
        }
        assert_int_equal(answer.sql.len, 0);
        assert_true(answer.reason.len > 0);
        assert_true(answer.n_suggestions > 0);
        rules_answer_release(&answer);
    }
}

/* A suggestion that is not understood would be a promise that is not kept. */
static void what_is_suggested_is_answered(void **state)
{
    static const char *const questions[] = {"What is our profit margin?", "利润率是多少？"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rules_answer answer;

        assert_int_equal(rules_room_ask(&shop, questions[i], &answer), QN_OK);
        for (size_t s = 0; s < answer.n_suggestions; s++) {
            struct rules_answer other;

            assert_int_equal(rules_room_ask(&shop, answer.suggestions[s].data, &other), QN_OK);
            if (other.refusal != RULES_ANSWERED || other.confidence < RULES_SURE) {
                fail_msg("%s: %s", answer.suggestions[s].data, other.reason.data);
            }
            rules_answer_release(&other);
        }
        rules_answer_release(&answer);
    }
}

static void a_question_has_one_statement(void **state)
{
    static const char question[] = "top 3 products per category by units sold in 2024";
    struct rules_answer first;

    (void)state;
    assert_int_equal(rules_room_ask(&shop, question, &first), QN_OK);
    for (int i = 0; i < 100; i++) {
        struct rules_answer again;

        assert_int_equal(rules_room_ask(&shop, question, &again), QN_OK);
        assert_string_equal(again.sql.data, first.sql.data);
        assert_string_equal(again.understood.data, first.understood.data);
        rules_answer_release(&again);
    }
    rules_answer_release(&first);
}

static void a_question_that_is_none_is_an_error(void **state)
{
    char text[2 * RULES_QUESTION_MAX];
    struct rules_answer answer;

    (void)state;
    memset(text, 'a', sizeof(text));
    text[RULES_QUESTION_MAX + 1] = '\0';
    assert_int_equal(rules_room_ask(&shop, text, &answer), QN_EINVAL);
    rules_answer_release(&answer);
    assert_int_equal(rules_room_ask(&shop, "\xFF\xFE", &answer), QN_EINVAL);
    rules_answer_release(&answer);
}

/* Words of the shop in any order: never a crash, and a statement or a reason. */
static void any_words_get_an_answer_or_a_reason(void **state)
{
    static const char *const words[] = {
        "orders",    "top",     "5",    "by",       "revenue", "not",     "more than", "without",
        "customers", "2025",    "每个", "最",       "的",      "占比",    "和",        ",",
        "between",   "average", "last", "month",    "vs",      "is",      "\"",        "days",
        "city",      "Paris",   "-",    "how many", "上海",    "cheapest"};
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct rules_answer answer;
        struct qn_buf text;

        qn_buf_init(&text, 1000);
        for (int i = 0; i < 12; i++) {
            seed = seed * 1103515245U + 12345U;
            qn_buf_printf(&text, "%s ", words[(seed >> 16) % (sizeof(words) / sizeof(words[0]))]);
        }
        assert_int_equal(rules_room_ask(&shop, text.data, &answer), QN_OK);
        assert_true((answer.refusal == RULES_ANSWERED) == (answer.sql.len > 0));
        assert_true(answer.reason.len > 0);
        assert_true(answer.confidence >= 0 && answer.confidence <= 1);
        rules_answer_release(&answer);
        qn_buf_release(&text);
    }
}

static void the_longest_questions_are_bounded(void **state)
{
    static const char *const units[] = {"a ", "the most ", "不", "orders by ", "最", "5 ", "\""};
    char text[RULES_QUESTION_MAX * 3 + 64];

    (void)state;
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        struct rules_answer answer;
        size_t len = strlen(units[u]), n = 0;
        size_t characters = (unsigned char)units[u][0] >= 0x80 ? 1 : len;

        for (size_t i = 0; i + characters <= RULES_QUESTION_MAX; i += characters, n += len) {
            memcpy(text + n, units[u], len);
        }
        text[n] = '\0';
        assert_int_equal(rules_room_ask(&shop, text, &answer), QN_OK);
        rules_answer_release(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_are_counted_and_measured),
        cmocka_unit_test(several_figures_are_told_side_by_side),
        cmocka_unit_test(times_are_asked_for_and_counted_in),
        cmocka_unit_test(what_is_most_is_first),
        cmocka_unit_test(rows_are_filtered_by_values_and_numbers),
        cmocka_unit_test(groups_and_missing_rows_are_found),
        cmocka_unit_test(shares_and_periods_are_compared),
        cmocka_unit_test(a_question_goes_on_from_the_one_before),
        cmocka_unit_test(chinese_counters_ranges_and_places_in_order_are_read),
        cmocka_unit_test(what_cannot_be_answered_is_refused_for_its_reason),
        cmocka_unit_test(what_is_suggested_is_answered),
        cmocka_unit_test(a_question_has_one_statement),
        cmocka_unit_test(a_question_that_is_none_is_an_error),
        cmocka_unit_test(any_words_get_an_answer_or_a_reason),
        cmocka_unit_test(the_longest_questions_are_bounded),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
