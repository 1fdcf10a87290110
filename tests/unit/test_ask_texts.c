/* What an answer says of itself, and of nothing: sentences of two languages, values that were
 * meant. */
#include "tests/support/guard_room.h"

#include "tasks/nl2sql/ask/ask_run.h"
#include "tests/support/job_double.h"
#include <stdio.h>

struct room {
    struct guard_room guard;
    struct qn_job job;
    struct place_database database;
    struct ask ask;
};

static int enter(void **state)
{
    struct room *room = test_calloc(1, sizeof(*room));

    guard_room_init(&room->guard);
    job_double_init(&room->job, "{}", NULL);
    room->database = (struct place_database){.model = room->guard.model};
    room->ask = (struct ask){.job = &room->job,
                             .database = &room->database,
                             .answered = true,
                             .args = {.question = "orders"},
                             .explanation = "",
                             .route = {.sql = "SELECT 1",
                                       .reason = "",
                                       .understood = "[]",
                                       .language = "en",
                                       .translator = ROUTE_RULES}};
    qn_arena_init(&room->ask.arena, ASK_TEXTS_MAX);
    qn_buf_init(&room->ask.route.uses, 65536);
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;

    qn_buf_release(&room->ask.route.uses);
    qn_arena_release(&room->ask.arena);
    job_double_release(&room->job);
    guard_room_release(&room->guard);
    test_free(room);
    return 0;
}

static void says(struct room *room, const char *text)
{
    assert_int_equal(ask_explain(&room->ask, NULL), QN_OK);
    assert_string_equal(room->ask.explanation, text);
}

static void an_answer_says_what_it_does_and_how_much_there_is(void **state)
{
    struct room *room = *state;

    room->ask.route.reason = "number of orders by city";
    room->ask.query.rows.n_rows = 12;
    says(room, "Number of orders by city. 12 rows.");
    room->ask.query.rows.truncated = true;
    says(room, "Number of orders by city. 12 rows. There are more: only the first 12 were read.");
    room->ask.route.reason = "It counts.";
    room->ask.query.rows.truncated = false;
    room->ask.query.rows.n_rows = 1;
    says(room, "It counts. 1 row.");
    room->ask.query.rows.n_rows = 0;
    room->ask.query.rows.truncated = true;
    says(room, "It counts. The first row is too large to be read.");
    room->ask.args.dry_run = true;
    says(room, "It counts. It was planned, not run.");
}

static void a_chinese_question_is_explained_in_chinese(void **state)
{
    struct room *room = *state;

    room->ask.route.language = "zh";
    room->ask.route.reason = "各城市订单数";
    room->ask.query.rows.n_rows = 12;
    says(room, "各城市订单数。共 12 行。");
    room->ask.query.rows.n_rows = 0;
    says(room, "各城市订单数。没有符合条件的数据。");
}

static void a_statement_of_a_language_model_is_told_by_its_texts(void **state)
{
    struct room *room = *state;

    room->ask.route.translator = ROUTE_LLM;
    room->ask.route.sql = "SELECT 'It''s' FROM users WHERE city = 'Paris' OR city = 'Paris'";
    says(room, "A language model wrote the statement. It asks for: 'It's', 'Paris'. No row "
               "matches.");
    room->ask.route.sql = "SELECT 1";
    says(room, "A language model wrote the statement. No row matches.");
}

/* With the statement's names as the guard tells them. */
static void look(struct room *room, const char *question, const char *sql)
{
    struct guard_verdict verdict;

    room->ask.args.question = question;
    room->ask.route.sql = sql;
    room->ask.warnings.n = room->ask.suggestions.n = 0;
    qn_buf_reset(&room->ask.route.uses);
    assert_int_equal(guard_check(room->guard.guard, (struct qn_span){sql, strlen(sql)}, &verdict,
                                 &room->ask.route.uses, NULL),
                     QN_OK);
    assert_int_equal(verdict.class, GUARD_ALLOWED);
    assert_int_equal(ask_look_at_nothing(&room->ask, NULL), QN_OK);
}

static void a_value_that_was_meant_is_suggested(void **state)
{
    struct room *room = *state;

    look(room, "orders from PARIS", "SELECT id FROM users WHERE city = 'PARIS'");
    assert_int_equal(room->ask.warnings.n, 1);
    assert_string_equal(room->ask.warnings.items[0],
                        "users.city has no \"PARIS\"; did you mean \"Paris\"?");
    assert_int_equal(room->ask.suggestions.n, 1);
    assert_string_equal(room->ask.suggestions.items[0], "orders from Paris");
    look(room, "users in Shanghai", "SELECT id FROM users u WHERE u.city = 'Shanghai'");
    assert_string_equal(room->ask.warnings.items[0],
                        "users.city has no \"Shanghai\"; did you mean \"上海\"?");
    room->ask.route.language = "zh";
    look(room, "用户", "SELECT id FROM users WHERE city IN ('Paris', '巴黎')");
    assert_int_equal(room->ask.warnings.n, 1);
    assert_int_equal(room->ask.suggestions.n, 0);
    assert_string_equal(room->ask.warnings.items[0], "users.city 中没有“巴黎”，是否指“Paris”？");
}

static void values_of_columns_that_are_not_in_use_are_nobodys_suggestion(void **state)
{
    struct room *room = *state;

    look(room, "orders", "SELECT id FROM orders WHERE status = 'PARIS'");
    assert_int_equal(room->ask.warnings.n, 0);
    look(room, "orders", "SELECT id FROM users WHERE city = 'Paris' AND country = 'Germany'");
    assert_int_equal(room->ask.warnings.n, 0);
}

int main(void)
{
#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        IN_ROOM(an_answer_says_what_it_does_and_how_much_there_is),
        IN_ROOM(a_chinese_question_is_explained_in_chinese),
        IN_ROOM(a_statement_of_a_language_model_is_told_by_its_texts),
        IN_ROOM(a_value_that_was_meant_is_suggested),
        IN_ROOM(values_of_columns_that_are_not_in_use_are_nobodys_suggestion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
