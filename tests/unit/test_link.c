/* Which tables and columns a question is about. */
#include "tests/support/prompt_room.h"

#include "tasks/lib/distance.h"
#include "tasks/lib/llm/llm_profile.h"
#include "tasks/nl2sql/prompt/prompt_schema.h"
#include "tasks/nl2sql/prompt/prompt_words.h"
#include <stdio.h>

static struct guard_room shop;
static struct prompt_room room;

static int setup(void **state)
{
    (void)state;
    guard_room_init(&shop);
    return qn_model_seal(shop.model, NULL);
}

static int teardown(void **state)
{
    (void)state;
    guard_room_release(&shop);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    prompt_room_init(&room);
    return 0;
}

static int end(void **state)
{
    (void)state;
    prompt_room_release(&room);
    return 0;
}

/* Tables of no interest, each with a status and a city as many have. */
static void add_many(size_t n)
{
    char name[32];

    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "a%04zu", i);
        prompt_room_table(
            &room, name,
            ",{\"name\":\"status\",\"type\":\"text\",\"family\":\"text\",\"role\":"
            "\"dimension\",\"values\":[{\"value\":\"open\"}],\"values_complete\":true}"
            ",{\"name\":\"city\",\"type\":\"text\",\"family\":\"text\",\"role\":"
            "\"dimension\"}",
            "");
    }
}

#define TEXT_COLUMN(name) \
    ",{\"name\":\"" name "\",\"type\":\"text\",\"family\":\"text\",\"role\":\"dimension\"}"
#define REFERENCE(name)                                                                       \
    ",{\"name\":\"" name "\",\"type\":\"integer\",\"family\":\"integer\",\"role\":\"foreign_" \
    "key\"}"

/* ---- scores ---- */

static void first_is(const char *question, const char *table)
{
    prompt_room_link(&room, shop.model, question);
    if (strcmp(shop.model->tables[room.link.tables[0].table].name, table) != 0) {
        fail_msg("%s: %s", question, shop.model->tables[room.link.tables[0].table].name);
    }
}

static void of_a_small_model_everything_is_in_best_first(void **state)
{
    (void)state;
    first_is("How many reviews are there?", "reviews");
    assert_int_equal(room.link.n_tables, shop.model->n_tables);
    assert_int_equal(room.link.left_tables, 0);
    assert_int_equal(room.link.left_columns, 0);
    for (size_t i = 1; i < room.link.n_tables; i++) {
        assert_true(room.link.tables[i - 1].score >= room.link.tables[i].score);
    }
}

static void names_synonyms_values_metrics_and_conditions_count(void **state)
{
    (void)state;
    first_is("list the line items", "order_items");
    first_is("list all clients", "users");
    first_is("how many bought via the app", "orders");
    first_is("turnover", "orders");
    first_is("what is sold out", "products");
    first_is("\xe6\x98\x9f\xe7\xba\xa7\xe6\x9c\x80\xe9\xab\x98\xe7\x9a\x84\xe8\xaf\x84\xe8\xae\xba",
             "reviews");
    first_is("\xe5\x90\x84\xe7\xb1\xbb\xe5\x88\xab", "categories");
}

static void plural_and_typing_errors_find_the_table(void **state)
{
    (void)state;
    first_is("every category", "categories");
    first_is("the reviewed ones", "reviews");
    first_is("how many custmers", "users");
    first_is("reveiws by day", "reviews");
    first_is("all prodcuts", "products");
}

static void a_word_of_few_letters_has_no_typing_errors(void **state)
{
    (void)state;
    prompt_room_link(&room, shop.model, "usr");
    assert_true(room.link.tables[0].score == 0);
}

static void distances_count_letters(void **state)
{
    static const struct {
        const char *a, *b;
        size_t far;
    } cases[] = {
        {"order", "order", 0}, {"order", "orders", 1},
        {"ordre", "order", 1}, {"abc", "", 3},
        {"", "", 0},           {"kitten", "sitting", 3},
        {"ab", "ba", 1},       {"abcdef", "abdcfe", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *a = cases[i].a, *b = cases[i].b;

        assert_int_equal(qn_distance(a, strlen(a), b, strlen(b), 5), cases[i].far);
        assert_int_equal(qn_distance(b, strlen(b), a, strlen(a), 5), cases[i].far);
    }
    assert_int_equal(qn_distance("kitten", 6, "sitting", 7, 2), 3);
}

static void tables_that_a_person_names_come_first(void **state)
{
    const char *const asked[] = {"user_events", "nothing", "public.categories"};
    struct qn_err err = {0};

    (void)state;
    assert_int_equal(link_question(shop.model, "revenue", asked, 3, &room.arena, &room.link, &err),
                     QN_OK);
    assert_int_equal(prompt_room_place(&room, shop.model, "user_events"), 0);
    assert_int_equal(prompt_room_place(&room, shop.model, "categories"), 1);
}

/* ---- many tables ---- */

static void of_many_tables_the_best_are_in_and_the_others_counted(void **state)
{
    (void)state;
    add_many(300);
    prompt_room_table(&room, "wine_bottles", TEXT_COLUMN("vintage"), "");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wine bottles by city and status");
    assert_int_equal(prompt_room_place(&room, room.model, "wine_bottles"), 0);
    assert_true(room.link.n_tables <= LINK_TABLES_MAX);
    assert_int_equal(room.link.n_tables + room.link.left_tables, 301);
    assert_int_equal(room.link.n_others, LINK_OTHERS_MAX);
}

static void a_question_nothing_is_known_of_has_tables_all_the_same(void **state)
{
    (void)state;
    add_many(300);
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "xyzzy");
    assert_int_equal(room.link.n_tables, LINK_TABLES_MAX);
}

static void tables_on_the_way_come_too(void **state)
{
    (void)state;
    add_many(300);
    prompt_room_table(&room, "hills", REFERENCE("ref_id"), "");
    prompt_room_table(&room, "lots", REFERENCE("hill_id"), "");
    prompt_room_table(&room, "owners", "", "");
    prompt_room_table(&room, "wines", REFERENCE("lot_id"), "");
    prompt_room_relation(&room, "wines", "lot_id", "lots", "accepted");
    prompt_room_relation(&room, "lots", "hill_id", "hills", "accepted");
    prompt_room_relation(&room, "hills", "ref_id", "owners", "accepted");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wines by owner");
    assert_int_equal(room.link.n_tables, 4);
    assert_true(room.link.tables[prompt_room_place(&room, room.model, "lots")].on_the_way);
    assert_true(room.link.tables[prompt_room_place(&room, room.model, "hills")].on_the_way);
    assert_false(room.link.tables[prompt_room_place(&room, room.model, "owners")].on_the_way);
    assert_true(prompt_room_has(&room, room.model, "hills", "ref_id"));
}

static void only_accepted_relations_are_ways(void **state)
{
    (void)state;
    add_many(300);
    prompt_room_table(&room, "lots", REFERENCE("ref_id"), "");
    prompt_room_table(&room, "owners", "", "");
    prompt_room_table(&room, "wines", REFERENCE("lot_id"), "");
    prompt_room_relation(&room, "wines", "lot_id", "lots", "suggested");
    prompt_room_relation(&room, "lots", "ref_id", "owners", "rejected");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wines by owner");
    assert_int_equal(prompt_room_place(&room, room.model, "lots"), QN_MODEL_NONE);
}

static void of_a_common_word_the_neighbour_is_meant(void **state)
{
    (void)state;
    add_many(300);
    prompt_room_table(&room, "makers", TEXT_COLUMN("city"), "");
    prompt_room_table(&room, "wines", REFERENCE("maker_id"), "");
    prompt_room_relation(&room, "wines", "maker_id", "makers", "accepted");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wines by city");
    assert_int_equal(prompt_room_place(&room, room.model, "makers"), 1);
}

/* ---- columns ---- */

static void add_wide(size_t n, const char *kind)
{
    struct qn_buf columns;

    qn_buf_init(&columns, 1 << 22);
    for (size_t i = 0; i < n; i++) {
        qn_buf_printf(&columns,
                      ",{\"name\":\"c%zu\",\"type\":\"text\",\"family\":\"text\",\"role\":\"%s\"}",
                      i, kind);
    }
    qn_buf_add_str(&columns, REFERENCE("owner_id") TEXT_COLUMN("grape"));
    qn_buf_add_str(&columns,
                   ",{\"name\":\"happened\",\"type\":\"date\",\"family\":\"date\",\"role\":"
                   "\"time\"},{\"name\":\"called\",\"type\":\"text\",\"family\":\"text\","
                   "\"role\":\"label\"}");
    prompt_room_table(&room, "wide", columns.data, ",\"label\":\"called\",\"time\":\"happened\"");
    qn_buf_release(&columns);
}

static void of_a_wide_table_the_best_columns_are_in_with_its_keys(void **state)
{
    (void)state;
    add_wide(500, "measure");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wide by grape");
    assert_int_equal(room.link.tables[0].n_columns, LINK_COLUMNS_MAX);
    assert_int_equal(room.link.left_columns, 505 - LINK_COLUMNS_MAX);
    assert_true(prompt_room_has(&room, room.model, "wide", "id"));
    assert_true(prompt_room_has(&room, room.model, "wide", "owner_id"));
    assert_true(prompt_room_has(&room, room.model, "wide", "called"));
    assert_true(prompt_room_has(&room, room.model, "wide", "happened"));
    assert_true(prompt_room_has(&room, room.model, "wide", "grape"));
}

static void no_foreign_key_is_ever_left_out(void **state)
{
    (void)state;
    add_wide(60, "foreign_key");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wide");
    assert_true(room.link.tables[0].n_columns >= 64);
    assert_true(prompt_room_has(&room, room.model, "wide", "c0"));
    assert_true(prompt_room_has(&room, room.model, "wide", "c59"));
}

static void the_schema_has_room_for_so_many_tokens(void **state)
{
    struct qn_buf text;
    char description[400];

    (void)state;
    snprintf(description, sizeof(description),
             ",\"description\":{\"text\":\"%0300d\",\"source\":\"rule\"}", 7);
    for (size_t i = 0; i < 8; i++) {
        char name[32];
        struct qn_buf columns;

        qn_buf_init(&columns, 1 << 22);
        for (size_t k = 0; k < 60; k++) {
            qn_buf_printf(&columns,
                          ",{\"name\":\"col%zu\",\"type\":\"text\",\"family\":\"text\",\"role\":"
                          "\"dimension\"%s}",
                          k, description);
        }
        snprintf(name, sizeof(name), "wines%zu", i);
        prompt_room_table(&room, name, columns.data, description);
        qn_buf_release(&columns);
    }
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wines");
    assert_int_equal(room.link.n_tables, 8);
    assert_true(room.link.left_columns > 300);
    qn_buf_init(&text, PROMPT_BYTES_MAX);
    prompt_schema_write(&text, room.model, &room.link);
    assert_true(qn_llm_estimate((struct qn_span){text.data, text.len}) <= LINK_TOKENS_MAX);
    assert_true(qn_llm_estimate((struct qn_span){text.data, text.len}) > LINK_TOKENS_MAX / 2);
    qn_buf_release(&text);
}

/* ---- what is hidden ---- */

static void hidden_tables_and_columns_never_appear(void **state)
{
    (void)state;
    prompt_room_table(&room, "lots", REFERENCE("owner_id"), ",\"hidden\":true");
    prompt_room_table(&room, "owners", "", "");
    prompt_room_table(&room, "wines",
                      ",{\"name\":\"margin\",\"type\":\"text\",\"family\":\"text\",\"role\":"
                      "\"measure\",\"hidden\":true}" REFERENCE("lot_id"),
                      "");
    prompt_room_relation(&room, "wines", "lot_id", "lots", "accepted");
    prompt_room_relation(&room, "lots", "owner_id", "owners", "accepted");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "margin of wines by owners and lots");
    assert_int_equal(room.link.n_tables, 2);
    assert_int_equal(prompt_room_place(&room, room.model, "lots"), QN_MODEL_NONE);
    assert_false(prompt_room_has(&room, room.model, "wines", "margin"));
    assert_int_equal(room.link.left_tables, 0);
    assert_int_equal(room.link.left_columns, 0);
    assert_null(strstr(prompt_room_user(&room, room.model, "x"), "margin"));
    assert_null(strstr(room.out.data, "lots"));
}

static void hidden_tables_cannot_be_asked_for(void **state)
{
    const char *const asked[] = {"lots"};

    (void)state;
    prompt_room_table(&room, "lots", "", ",\"hidden\":true");
    prompt_room_table(&room, "wines", "", "");
    prompt_room_build(&room, "");
    assert_int_equal(link_question(room.model, "lots", asked, 1, &room.arena, &room.link, NULL),
                     QN_OK);
    assert_int_equal(room.link.n_tables, 1);
}

static void a_model_without_tables_has_no_link(void **state)
{
    (void)state;
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "anything");
    assert_int_equal(room.link.n_tables, 0);
}

static void strange_questions_do_no_harm(void **state)
{
    static const char *const questions[] = {
        "",
        " ",
        "\xff\xfe",
        "\xe4",
        "\xe4\xb8",
        "?!",
        "the of and",
        "\xe4\xb8\xad",
        "\xf0\x9f\x98\x80",
        "A",
        "\xc3\xa9t\xc3\xa9",
        "a\u4e2db",
        "_",
        "1 2 3",
    };
    char text[8001];

    (void)state;
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        prompt_room_link(&room, shop.model, questions[i]);
        assert_int_equal(room.link.n_tables, shop.model->n_tables);
    }
    for (size_t i = 0; i + 4 < sizeof(text); i += 4) {
        snprintf(text + i, 5, "%c%c%c ", (int)('a' + i % 26), (int)('a' + i / 26 % 26),
                 (int)('a' + i / 676 % 26));
    }
    prompt_room_link(&room, shop.model, text);
    assert_int_equal(room.link.n_tables, shop.model->n_tables);
}

static void the_same_question_has_the_same_link(void **state)
{
    char *first;

    (void)state;
    prompt_room_link(&room, shop.model, "revenue by city");
    first = qn_strdup(prompt_room_user(&room, shop.model, "revenue by city"));
    prompt_room_link(&room, shop.model, "revenue by city");
    assert_string_equal(prompt_room_user(&room, shop.model, "revenue by city"), first);
    qn_free(first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(of_a_small_model_everything_is_in_best_first),
        TEST(names_synonyms_values_metrics_and_conditions_count),
        TEST(plural_and_typing_errors_find_the_table),
        TEST(a_word_of_few_letters_has_no_typing_errors),
        TEST(distances_count_letters),
        TEST(tables_that_a_person_names_come_first),
        TEST(of_many_tables_the_best_are_in_and_the_others_counted),
        TEST(a_question_nothing_is_known_of_has_tables_all_the_same),
        TEST(tables_on_the_way_come_too),
        TEST(only_accepted_relations_are_ways),
        TEST(of_a_common_word_the_neighbour_is_meant),
        TEST(of_a_wide_table_the_best_columns_are_in_with_its_keys),
        TEST(no_foreign_key_is_ever_left_out),
        TEST(the_schema_has_room_for_so_many_tokens),
        TEST(hidden_tables_and_columns_never_appear),
        TEST(hidden_tables_cannot_be_asked_for),
        TEST(a_model_without_tables_has_no_link),
        TEST(strange_questions_do_no_harm),
        TEST(the_same_question_has_the_same_link),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
