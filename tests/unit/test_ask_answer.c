/* The result of a question stays below what a job may give, and says what is left out. */
#include "common/json.h"
#include "common/mem.h"
#include "tasks/nl2sql/ask/ask_run.h"
#include "tests/support/job_double.h"
#include "tests/support/model_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CELL_MAX 8000
#define PAGE     UNIT_DATA "/../../tasks/nl2sql/README.md"

struct room {
    struct qn_job job;
    struct qn_model model;
    struct place_database database;
    struct query_column columns[2];
    struct ask ask;
};

static int enter(void **state)
{
    struct room *room = test_calloc(1, sizeof(*room));

    job_double_init(&room->job, "{}", NULL);
    room->database = (struct place_database){.model = &room->model, .stored = true};
    for (size_t i = 0; i < 2; i++) {
        room->columns[i] = (struct query_column){.name = i == 0 ? "id" : "text",
                                                 .type = i == 0 ? "integer" : "text",
                                                 .kind = i == 0 ? QUERY_INTEGER : QUERY_TEXT,
                                                 .table = QN_MODEL_NONE,
                                                 .column = QN_MODEL_NONE,
                                                 .unit = ""};
    }
    room->ask = (struct ask){.job = &room->job,
                             .database = &room->database,
                             .name = "shop",
                             .answered = true,
                             .args = {.question = "q", .thread = ""},
                             .code = "",
                             .reason = "",
                             .explanation = "It lists.",
                             .route = {.sql = "SELECT 1",
                                       .reason = "",
                                       .understood = "[]",
                                       .language = "en",
                                       .translator = ROUTE_RULES,
                                       .confidence = 0.97,
                                       .usage = {.model = ""}}};
    qn_arena_init(&room->ask.arena, ASK_TEXTS_MAX);
    query_init(&room->ask.query, (struct qn_span){"SELECT 1", 8});
    room->ask.query.verdict = (struct guard_verdict){.class = GUARD_ALLOWED};
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;

    query_release(&room->ask.query);
    qn_arena_release(&room->ask.arena);
    job_double_release(&room->job);
    test_free(room);
    return 0;
}

/* Rows whose text has so many bytes, each of which JSON writes as six. */
static void fill(struct room *room, size_t n, size_t bytes)
{
    struct query_rows *rows = &room->ask.query.rows;
    static char text[CELL_MAX + 1];

    memset(text, 1, bytes);
    rows->columns = room->columns;
    rows->n_columns = 2;
    rows->n_rows = n;
    rows->cells = qn_arena_alloc(&rows->arena, 2 * n, sizeof(*rows->cells));
    assert_non_null(rows->cells);
    for (size_t i = 0; i < n; i++) {
        rows->cells[2 * i] = (struct qn_span){"7", 1};
        rows->cells[2 * i + 1] = (struct qn_span){text, bytes};
    }
}

static struct qn_json_item member(const struct room *room, const char *name)
{
    struct qn_json_item item;

    if (!qn_json_find(room->job.result.data, room->job.result.len, name, &item)) {
        fail_msg("no %s in the result", name);
    }
    return item;
}

static int64_t number(const struct room *room, const char *name)
{
    int64_t value = -1;

    assert_true(qn_json_is_integer(member(room, name).value, &value));
    return value;
}

static void give(struct room *room)
{
    struct qn_err err = {0};

    if (ask_answer(&room->ask, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    assert_int_equal(qn_json_check(room->job.result.data, room->job.result.len, NULL, NULL), QN_OK);
}

static void a_small_result_is_whole(void **state)
{
    struct room *room = *state;

    fill(room, 3, 1);
    give(room);
    assert_int_equal(number(room, "row_count"), 3);
    assert_true(qn_span_is(member(room, "truncated").value, "false"));
    assert_true(qn_span_is(member(room, "warnings").value, "[]"));
    assert_true(qn_span_is(member(room, "chart").value, "null"));
    assert_true(qn_span_is(member(room, "confidence").value, "0.97"));
    assert_true(qn_span_is(member(room, "usage").value, "null"));
}

/* As large as rows may get. */
static void rows_that_do_not_fit_are_left_out_and_told(void **state)
{
    struct room *room = *state;
    int64_t kept;

    fill(room, 1000, CELL_MAX);
    give(room);
    kept = number(room, "row_count");
    assert_true(kept > 10 && kept < 30);
    assert_true(room->job.result.len > QN_RESULT_MAX * 3 / 4);
    assert_true(qn_span_is(member(room, "truncated").value, "true"));
    assert_int_equal(room->ask.warnings.n, 1);
    assert_non_null(strstr(room->ask.warnings.items[0], "of 1000 rows the first"));
    assert_non_null(strstr(room->job.result.data, "of 1000 rows the first"));
}

static void long_texts_of_all_kinds_still_leave_a_result(void **state)
{
    static char text[8001];
    struct room *room = *state;

    memset(text, 1, sizeof(text) - 1);
    room->ask.explanation = text;
    for (size_t i = 0; i < ROUTE_ATTEMPTS; i++) {
        room->ask.route.attempts[i] = (struct route_attempt){ROUTE_LLM, text, "42703", text};
    }
    room->ask.route.n_attempts = ROUTE_ATTEMPTS;
    for (int i = 0; i < ASK_WARNINGS_MAX; i++) {
        ask_warn(&room->ask, "%.990s", text);
    }
    fill(room, 1000, CELL_MAX);
    give(room);
    assert_true(number(room, "row_count") > 0);
}

static void a_no_has_its_reason_and_no_rows(void **state)
{
    struct room *room = *state;

    room->ask.route.sql = "";
    room->ask.route.translator = ROUTE_AUTO;
    ask_refuse(&room->ask, "unclear", "too little of the question was understood");
    give(room);
    assert_true(qn_span_is(member(room, "answered").value, "false"));
    assert_true(qn_span_is(member(room, "code").value, "\"unclear\""));
    assert_true(qn_span_is(member(room, "sql").value, "null"));
    assert_null(strstr(room->job.result.data, "\"rows\""));
    assert_null(strstr(room->job.result.data, "\"verdict\""));
    assert_null(strstr(room->job.result.data, "\"translator\""));
}

static void expect_members(const char *page, struct qn_span object)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    assert_int_equal(qn_json_walk_init(&walk, object.data, object.len), QN_OK);
    while (qn_json_walk_next(&walk, &item)) {
        char name[64];

        snprintf(name, sizeof(name), "\"%.*s\": ", (int)item.key.len, item.key.data);
        if (strstr(page, name) == NULL) {
            fail_msg("the page has no %s", name);
        }
    }
}

static void each_member_of_a_result_is_on_the_page(void **state)
{
    struct room *room = *state;
    size_t len;
    char *page = model_room_file(PAGE, &len);

    room->ask.args.thread = "t1";
    room->ask.turn = 2;
    room->ask.route.usage.model = "m";
    room->ask.route.usage.currency = "USD";
    fill(room, 1, 1);
    give(room);
    expect_members(page, (struct qn_span){room->job.result.data, room->job.result.len});
    expect_members(page, member(room, "timings").value);
    expect_members(page, member(room, "usage").value);
    expect_members(page, member(room, "cache").value);
    qn_free(page);
}

int main(void)
{
#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_small_result_is_whole),
        IN_ROOM(rows_that_do_not_fit_are_left_out_and_told),
        IN_ROOM(long_texts_of_all_kinds_still_leave_a_result),
        IN_ROOM(a_no_has_its_reason_and_no_rows),
        IN_ROOM(each_member_of_a_result_is_on_the_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
