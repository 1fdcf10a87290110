/* Statements of frames: quoting, expressions of the model, ways between tables, limits, sentences.
 * What they answer is for tests/integration/test_write.py. */
#include "tests/support/guard_room.h"

#include "tasks/nl2sql/rules/calendar.h"
#include "tasks/nl2sql/rules/path.h"
#include "tasks/nl2sql/rules/sql_expr.h"
#include "tasks/nl2sql/rules/sql_text.h"
#include "tasks/nl2sql/rules/write.h"
#include "tasks/nl2sql/rules/write_filter.h"
#include "tasks/nl2sql/rules/write_say.h"
#include "tests/support/frame_room.h"
#include <stdio.h>
#include <stdlib.h>

#define TODAY "2025-06-30"

static struct guard_room shop;
static struct qn_arena arena;

static int setup(void **state)
{
    (void)state;
    guard_room_init(&shop);
    qn_arena_init(&arena, (size_t)32 * 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    qn_arena_release(&arena);
    guard_room_release(&shop);
    return 0;
}

/* ---- days ---- */

static void check_bucket(const char *day, enum frame_grain grain, int shift, const char *first)
{
    char text[FRAME_DAY_SIZE];
    int64_t number = 0;

    assert_true(calendar_parse(day, &number));
    calendar_print(write_bucket_day(number, grain, shift), text);
    assert_string_equal(text, first);
}

static void buckets_begin_where_calendars_do(void **state)
{
    (void)state;
    check_bucket("2025-06-30", FRAME_WEEK, 0, "2025-06-30");
    check_bucket("2025-06-29", FRAME_WEEK, 0, "2025-06-23");
    check_bucket("2025-06-29", FRAME_WEEK, 1, "2025-06-29"); /* Sunday first */
    check_bucket("2025-06-28", FRAME_WEEK, 1, "2025-06-22");
    check_bucket("1969-12-31", FRAME_WEEK, 0, "1969-12-29");
    check_bucket("2025-06-30", FRAME_MONTH, 0, "2025-06-01");
    check_bucket("2025-06-30", FRAME_QUARTER, 0, "2025-04-01");
    check_bucket("2025-12-31", FRAME_QUARTER, 0, "2025-10-01");
    check_bucket("2024-02-29", FRAME_YEAR, 0, "2024-01-01");
    check_bucket("2024-02-29", FRAME_DAY, 0, "2024-02-29");
}

/* ---- literals ---- */

static void texts_are_one_literal_on_one_line(void **state)
{
    (void)state;
    assert_string_equal(sql_quote(&arena, "O'Neil"), "'O''Neil'");
    assert_string_equal(sql_quote(&arena, "'; DROP TABLE x --"), "'''; DROP TABLE x --'");
    assert_string_equal(sql_quote(&arena, "a\\'b\n"), "E'a\\134''b\\012'");
    assert_string_equal(sql_quote(&arena, "上海"), "'上海'");
    assert_string_equal(sql_quote(&arena, ""), "''");
}

static void numbers_are_numbers_or_nothing(void **state)
{
    static const char *const none[] = {"",    "-",  ".",   "1.",        ".5",  "1e9",  "1 ",
                                       "0x1", "1;", "NaN", "1 OR true", "--1", "1,000"};
    const struct qn_model_column number = {.family = QN_FAMILY_NUMERIC};
    const struct qn_model_column flag = {.family = QN_FAMILY_BOOLEAN};

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_null(sql_literal(&arena, &number, none[i]));
    }
    assert_string_equal(sql_literal(&arena, &number, "-12.50"), "-12.50");
    assert_string_equal(sql_literal(&arena, &flag, "true"), "true");
    assert_null(sql_literal(&arena, &flag, "yes"));
}

/* ---- expressions of the model ---- */

static int read_expr(struct sql_expr *expr, const char *text, const char *table)
{
    struct qn_err err = {0};
    size_t of = table != NULL ? qn_model_table(shop.model, "", table) : QN_MODEL_NONE;

    return sql_expr_read(expr, shop.model, text, of, &arena, &err);
}

static void expressions_are_taken_apart_at_their_columns(void **state)
{
    struct sql_expr expr;

    (void)state;
    assert_int_equal(read_expr(&expr, "sum(order_items.quantity * order_items.unit_price)", NULL),
                     QN_OK);
    assert_int_equal(expr.n_tables, 1);
    assert_true(expr.one_call);
    assert_false(expr.average);
    assert_int_equal(read_expr(&expr, "avg(rating)", "reviews"), QN_OK);
    assert_true(expr.average);
    assert_int_equal(
        read_expr(&expr,
                  "100.0 * count(*) FILTER (WHERE \"orders\".status IN ('a', 'b''s')) / count(*)",
                  NULL),
        QN_OK);
    assert_false(expr.one_call);
    assert_int_equal(read_expr(&expr, "CASE WHEN orders.total_amount > 1.5 THEN 1 END", NULL),
                     QN_OK);
}

static void check_joined(const char *text, const char *wanted)
{
    const struct qn_model_table *tables = shop.model->tables;
    struct sql_expr expr;
    struct qn_buf out;

    qn_buf_init(&out, 4096);
    assert_int_equal(read_expr(&expr, text, "orders"), QN_OK);
    for (size_t i = 0; i < expr.n; i++) {
        const struct sql_expr_part *part = &expr.parts[i];

        qn_buf_add_str(&out, part->text != NULL ? part->text
                                                : tables[part->table].columns[part->column].name);
    }
    assert_string_equal(out.data, wanted);
    qn_buf_release(&out);
}

static void nothing_is_divided_by_zero(void **state)
{
    (void)state;
    check_joined("100.0 * count(*) / count(*)", "100.0 * count(*) / NULLIF(count(*), 0)");
    check_joined("1/count(*) FILTER (WHERE status = 'x') + 1",
                 "1/NULLIF(count(*) FILTER (WHERE status = 'x'), 0) + 1");
    check_joined("sum(total_amount / user_id)", "sum(total_amount / NULLIF(user_id, 0))");
    check_joined("1 / (sum(user_id) / 2)", "1 / NULLIF((sum(user_id) / 2), 0)");
    check_joined("1 / count(*)::numeric", "1 / NULLIF(count(*)::numeric, 0)");
    check_joined("1 / nullif(user_id, 0)", "1 / nullif(user_id, 0)");
    check_joined("user_id / 100", "user_id / 100");
    check_joined("'a/b'", "'a/b'");
}

static void what_is_more_than_an_expression_is_refused(void **state)
{
    static const char *const none[] = {"",
                                       "1; DROP TABLE users",
                                       "count(*) -- more",
                                       "count(*) /* more */",
                                       "(SELECT count(*) FROM users)",
                                       "count(*) FROM users",
                                       "count(*) UNION ALL 1",
                                       "sum(orders.nothing)",
                                       "sum(nothing.total_amount)",
                                       "sum(total_amount)",
                                       "'never ends",
                                       "\"never ends",
                                       "'back\\slash'",
                                       "$$text$$",
                                       "$1",
                                       "1x",
                                       "(1",
                                       "1)",
                                       "a{b}",
                                       "E'x'"};
    struct sql_expr expr;

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(read_expr(&expr, none[i], NULL), QN_ESTATE);
    }
}

/* Any bytes: an answer, and never a part that ends the text it is in. */
static void any_bytes_are_an_expression_or_none(void **state)
{
    static const char seed[] = "sum(orders.total_amount) FILTER (WHERE orders.status = 'x') / 2";
    char text[sizeof(seed)];
    unsigned random = 7;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct qn_arena own;
        struct sql_expr expr;
        struct qn_err err = {0};

        memcpy(text, seed, sizeof(seed));
        for (int i = 0; i < 3; i++) {
            random = random * 1103515245 + 12345;
            text[(random >> 8) % (sizeof(seed) - 1)] = (char)(1 + (random >> 16) % 255);
        }
        qn_arena_init(&own, (size_t)1024 * 1024);
        if (sql_expr_read(&expr, shop.model, text, QN_MODEL_NONE, &own, &err) == QN_OK) {
            for (size_t i = 0; i < expr.n; i++) {
                assert_true(expr.parts[i].text == NULL || strchr(expr.parts[i].text, ';') == NULL ||
                            expr.parts[i].text[0] == '\'');
            }
        }
        qn_arena_release(&own);
    }
}

/* ---- ways ---- */

static size_t table(const char *name)
{
    return qn_model_table(shop.model, "", name);
}

static void ways_go_up_before_they_go_down(void **state)
{
    struct path_graph graph;
    struct path path;

    (void)state;
    path_graph_init(&graph, shop.model, &arena);
    assert_int_equal(path_find(&graph, table("order_items"), table("users"), PATH_UP, &path, NULL),
                     QN_OK);
    assert_int_equal(path.n, 2);
    assert_true(path.steps[0].up && path.steps[1].up);
    assert_int_equal(path_find(&graph, table("users"), table("orders"), PATH_UP, &path, NULL),
                     QN_ENOTFOUND);
    assert_int_equal(path_find(&graph, table("users"), table("orders"), PATH_DOWN, &path, NULL),
                     QN_OK);
    assert_false(path.steps[0].up);
    assert_int_equal(path_find(&graph, table("orders"), table("orders"), PATH_UP, &path, NULL),
                     QN_OK);
    assert_int_equal(path.n, 0);
}

static void a_way_up_and_down_again_is_only_for_who_asks_for_it(void **state)
{
    struct path_graph graph;
    struct path path;

    (void)state;
    path_graph_init(&graph, shop.model, &arena);
    assert_int_equal(path_find(&graph, table("reviews"), table("orders"), PATH_DOWN, &path, NULL),
                     QN_ENOTFOUND);
    assert_int_equal(path_find(&graph, table("reviews"), table("orders"), PATH_ANY, &path, NULL),
                     QN_OK);
}

static void of_two_equal_ways_neither_is_taken_until_one_is_named(void **state)
{
    struct path_graph graph;
    struct path path;
    struct qn_err err = {0};

    (void)state;
    path_graph_init(&graph, shop.model, &arena);
    assert_int_equal(path_find(&graph, table("users"), table("products"), PATH_DOWN, &path, &err),
                     QN_ESTATE);
    assert_non_null(strstr(err.msg, "reviews"));
    assert_non_null(strstr(err.msg, "user_events"));
    graph.named[table("reviews")] = true;
    assert_int_equal(path_find(&graph, table("users"), table("products"), PATH_DOWN, &path, &err),
                     QN_OK);
    assert_int_equal(path.steps[0].to, table("reviews"));
}

static void a_better_score_does_not_choose_between_columns(void **state)
{
    struct model_room room;
    struct qn_catalog_table *trips;
    struct qn_model *model;
    struct path_graph graph;
    struct path path;

    (void)state;
    model_room_init(&room);
    trips = model_room_table(&room, "public", "trips");
    model_room_column(&room, trips, "from_user_id integer");
    model_room_column(&room, trips, "to_user_id integer");
    model_room_relation(&room, "trips", "from_user_id", "users");
    model_room_relation(&room, "trips", "to_user_id", "users");
    model = model_room_build(&room, NULL);
    for (size_t i = 0; i < model->n_relations; i++) {
        model->relations[i].score = 0.9 - 0.001 * (double)i;
    }
    path_graph_init(&graph, model, &arena);
    assert_int_equal(path_find(&graph, qn_model_table(model, "", "trips"),
                               qn_model_table(model, "", "users"), PATH_UP, &path, NULL),
                     QN_ESTATE);
    qn_model_free(model);
    model_room_release(&room);
}

/* ---- statements ---- */

static int write_text(const char *json, const char *today, struct qn_buf *out, struct qn_err *err)
{
    struct qn_arena own;
    struct frame frame;
    int rc;

    qn_arena_init(&own, (size_t)4 * 1024 * 1024);
    rc = frame_room_read(&frame, shop.model, (struct qn_span){json, strlen(json)}, &own, err);
    if (rc == QN_OK) {
        rc = write_frame(shop.model, &frame, today, out, err);
    }
    qn_arena_release(&own);
    return rc;
}

static void check_refused(const char *json, int wanted, const char *text)
{
    struct qn_err err = {0};
    struct qn_buf out;

    qn_buf_init(&out, WRITE_SQL_MAX);
    assert_int_equal(write_text(json, TODAY, &out, &err), wanted);
    if (strstr(err.msg, text) == NULL) {
        fail_msg("%s", err.msg);
    }
    assert_int_equal(out.len, 0);
    qn_buf_release(&out);
}

static void what_cannot_be_said_is_refused_with_its_reason(void **state)
{
    (void)state;
    check_refused("{\"kind\":\"list\",\"table\":\"users\",\"columns\":[\"users.password_hash\"]}",
                  QN_ESTATE, "hidden");
    check_refused("{\"kind\":\"measure\",\"measures\":[{\"count\":\"users\"}],\"filters\":"
                  "[{\"of\":\"users.password_hash\",\"is\":[\"x\"]}]}",
                  QN_ESTATE, "hidden");
    check_refused("{\"kind\":\"measure\"}", QN_ESTATE, "what to count");
    check_refused("{\"kind\":\"list\"}", QN_ESTATE, "what to list");
    check_refused("{\"kind\":\"measure\",\"measures\":[{\"count\":\"categories\"}],"
                  "\"from\":\"2025-01-01\"}",
                  QN_ESTATE, "when the rows");
    check_refused("{\"kind\":\"measure\",\"measures\":[{\"count\":\"users\"}],"
                  "\"from\":\"2025-02-30\"}",
                  QN_ESTATE, "is no day");
    check_refused("{\"kind\":\"measure\",\"measures\":[{\"metric\":\"avg_order_value\"}],"
                  "\"dimensions\":[\"orders.channel\"],\"share\":true}",
                  QN_ESTATE, "no parts");
    check_refused("{\"kind\":\"measure\",\"measures\":[{\"count\":\"orders\"}],"
                  "\"dimensions\":[\"users\"],\"having\":[\"more\",\"1 OR 1\"]}",
                  QN_ESTATE, "no number");
    check_refused("{\"kind\":\"measure\",\"measures\":[{\"sum\":\"reviews.rating\"}],"
                  "\"dimensions\":[\"orders.channel\"]}",
                  QN_ESTATE, "not related");
    check_refused("{\"kind\":\"compare\",\"measures\":[{\"count\":\"orders\"}],"
                  "\"from\":\"2025-01-01\"}",
                  QN_ESTATE, "two periods");
}

static void a_day_that_is_none_is_the_callers_fault(void **state)
{
    struct qn_err err = {0};
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, WRITE_SQL_MAX);
    assert_int_equal(write_text("{\"kind\":\"measure\",\"measures\":[{\"count\":\"users\"}]}",
                                "yesterday", &out, &err),
                     QN_EINVAL);
    qn_buf_release(&out);
}

static void a_statement_has_a_maximum(void **state)
{
    struct qn_err err = {0};
    struct frame frame;
    struct qn_buf out;
    char value[2000];

    (void)state;
    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    frame_init(&frame);
    frame.kind = FRAME_LIST;
    frame.table = table("users");
    frame.n_filters = 1;
    frame.filters[0] = (struct frame_filter){.test = FRAME_IS, .n_values = FRAME_VALUES_MAX};
    frame.filters[0].of = (struct frame_place){
        frame.table, qn_model_column(&shop.model->tables[frame.table], "city")};
    for (size_t i = 0; i < FRAME_VALUES_MAX; i++) {
        frame.filters[0].values[i] = value;
    }
    qn_buf_init(&out, 10 * WRITE_SQL_MAX);
    assert_int_equal(write_frame(shop.model, &frame, TODAY, &out, &err), QN_ELIMIT);
    assert_int_equal(out.len, 0);
    qn_buf_release(&out);
}

static const char *const frames[] = {
    "{\"kind\":\"measure\",\"measures\":[{\"metric\":\"revenue\"}],\"dimensions\":[\"categories\","
    "\"products\"],\"per\":0,\"limit\":2,\"ordered\":true}",
    "{\"kind\":\"measure\",\"measures\":[{\"count\":\"orders\"}],\"dimensions\":[\"categories\"],"
    "\"filters\":[{\"of\":\"users\",\"exists\":\"reviews\",\"inner\":[{\"of\":\"reviews.rating\","
    "\"more\":[\"3\"]}]}]}",
    "{\"kind\":\"compare\",\"measures\":[{\"metric\":\"revenue\"}],\"from\":\"2025-06-01\","
    "\"to\":\"2025-07-01\",\"before\":[\"2025-05-01\",\"2025-06-01\"]}",
    "{\"kind\":\"measure\",\"measures\":[{\"metric\":\"revenue\"}],"
    "\"dimensions\":[\"orders.created_at@month\"]}",
    "{\"kind\":\"list\",\"table\":\"reviews\",\"columns\":[\"products.name\"],\"limit\":3,"
    "\"order\":\"reviews.created_at\",\"ordered\":true}",
};
#define FRAMES (sizeof(frames) / sizeof(frames[0]))

static void the_guard_takes_what_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++) {
        struct guard_verdict verdict;
        struct qn_err err = {0};
        struct qn_buf out;

        qn_buf_init(&out, WRITE_SQL_MAX);
        if (write_text(frames[i], TODAY, &out, &err) != QN_OK) {
            fail_msg("%s\n%s", err.msg, frames[i]);
        }
        guard_room_ask(&shop, (struct qn_span){out.data, out.len}, &verdict);
        if (verdict.class != GUARD_ALLOWED) {
            fail_msg("%s\n%s", verdict.reason, out.data);
        }
        qn_buf_release(&out);
    }
}

static void a_statement_is_readable(void **state)
{
    struct qn_err err = {0};
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, WRITE_SQL_MAX);
    assert_int_equal(
        write_text("{\"kind\":\"measure\",\"measures\":[{\"metric\":\"revenue\"}],\"dimensions\":"
                   "[\"users.country\"],\"filters\":[{\"of\":\"users.level\",\"is\":[\"vip\"]}],"
                   "\"from\":\"2025-05-01\",\"to\":\"2025-06-01\"}",
                   TODAY, &out, &err),
        QN_OK);
    assert_string_equal(out.data, "SELECT u.country, sum(o.total_amount) AS revenue\n"
                                  "FROM orders o\n"
                                  "JOIN users u ON u.id = o.user_id\n"
                                  "WHERE o.status IN ('paid','shipped')\n"
                                  "  AND u.level = 'vip'\n"
                                  "  AND o.created_at >= '2025-05-01'\n"
                                  "  AND o.created_at < '2025-06-01'\n"
                                  "GROUP BY u.country\n"
                                  "ORDER BY revenue DESC NULLS LAST, country");
    qn_buf_release(&out);
}

/* Each allocation in turn fails: an error, nothing written, nothing lost. */
static void without_memory_it_fails_clean(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++) {
        const size_t alive = qn_mem_live();
        int rc = QN_ENOMEM;

        for (size_t nth = 1; rc != QN_OK && nth < 200; nth++) {
            struct qn_err err = {0};
            struct qn_buf out;

            qn_buf_init(&out, WRITE_SQL_MAX);
            qn_mem_fail_at(nth, 0);
            rc = write_text(frames[i], TODAY, &out, &err);
            qn_mem_fail_at(0, 0);
            assert_true(rc == QN_OK || rc == QN_ENOMEM);
            qn_buf_release(&out);
        }
        assert_int_equal(rc, QN_OK);
        assert_int_equal(qn_mem_live(), alive);
    }
}

/* ---- sentences ---- */

static void check_sentence(const char *json, const char *language, const char *wanted)
{
    struct qn_arena own;
    struct qn_err err = {0};
    struct frame frame;
    struct qn_buf out;

    qn_arena_init(&own, (size_t)4 * 1024 * 1024);
    qn_buf_init(&out, 4096);
    assert_int_equal(
        frame_room_read(&frame, shop.model, (struct qn_span){json, strlen(json)}, &own, &err),
        QN_OK);
    assert_int_equal(write_sentence(shop.model, &frame, language, &out), QN_OK);
    assert_string_equal(out.data, wanted);
    qn_buf_release(&out);
    qn_arena_release(&own);
}

static void a_sentence_says_what_is_counted(void **state)
{
    (void)state;
    check_sentence(frames[0], "en", "Top 2 by revenue: products in each category.");
    check_sentence(frames[0], "zh", "每个类别中销售额最高的2个商品。");
    check_sentence(frames[3], "en", "Revenue by month.");
    check_sentence(frames[3], "zh", "按月统计销售额。");
    check_sentence("{\"kind\":\"measure\",\"measures\":[{\"count\":\"orders\"}],\"filters\":["
                   "{\"of\":\"users.city\",\"is\":[\"上海\"]},{\"of\":\"orders.total_amount\","
                   "\"at_least\":[\"100\"]}],\"from\":\"2025-05-01\",\"to\":\"2025-06-01\"}",
                   "en",
                   "Number of orders where city is Shanghai and total amount is at least 100, from "
                   "2025-05-01 to 2025-05-31.");
    check_sentence("{\"kind\":\"measure\",\"measures\":[{\"count\":\"users\"}],\"filters\":["
                   "{\"of\":\"users\",\"exists\":\"orders\",\"not\":true}]}",
                   "zh", "用户数量，没有订单。");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_begin_where_calendars_do),
        cmocka_unit_test(texts_are_one_literal_on_one_line),
        cmocka_unit_test(numbers_are_numbers_or_nothing),
        cmocka_unit_test(expressions_are_taken_apart_at_their_columns),
        cmocka_unit_test(nothing_is_divided_by_zero),
        cmocka_unit_test(what_is_more_than_an_expression_is_refused),
        cmocka_unit_test(any_bytes_are_an_expression_or_none),
        cmocka_unit_test(ways_go_up_before_they_go_down),
        cmocka_unit_test(a_way_up_and_down_again_is_only_for_who_asks_for_it),
        cmocka_unit_test(of_two_equal_ways_neither_is_taken_until_one_is_named),
        cmocka_unit_test(a_better_score_does_not_choose_between_columns),
        cmocka_unit_test(what_cannot_be_said_is_refused_with_its_reason),
        cmocka_unit_test(a_day_that_is_none_is_the_callers_fault),
        cmocka_unit_test(a_statement_has_a_maximum),
        cmocka_unit_test(the_guard_takes_what_is_written),
        cmocka_unit_test(a_statement_is_readable),
        cmocka_unit_test(without_memory_it_fails_clean),
        cmocka_unit_test(a_sentence_says_what_is_counted),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
