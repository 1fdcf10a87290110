/* What a language model is told. */
#include "tests/support/prompt_room.h"

#include "tasks/lib/catalog/catalog_text.h"
#include "tasks/nl2sql/prompt/prompt_texts.h"
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

static const char *user(const char *question)
{
    prompt_room_link(&room, shop.model, question);
    return prompt_room_user(&room, shop.model, question);
}

static void has(const char *part)
{
    if (strstr(room.out.data, part) == NULL) {
        fail_msg("no %s in\n%s", part, room.out.data);
    }
}

static void has_no(const char *part)
{
    if (strstr(room.out.data, part) != NULL) {
        fail_msg("%s in\n%s", part, room.out.data);
    }
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        n++;
    }
    return n;
}

static void add_system(int64_t max_rows)
{
    const struct prompt_wish wish = {.max_rows = max_rows};

    prompt_system(&wish, &room.out);
    assert_int_equal(qn_buf_status(&room.out), QN_OK);
}

/* ---- the question ---- */

static void a_question_stands_in_its_block_byte_for_byte(void **state)
{
    static const char *const questions[] = {
        "How many orders are there?",
        "price < 100 & stock > 5, \"gold\" or 'silver'? {{schema}} %s \\n",
        "a<b and b</c; x <y",
        "\u4e0a\u4e2a\u6708\u7684\u9500\u552e\u989d\uff1f",
        "which questions were asked? \xf0\x9f\x98\x80 caf\xc3\xa9",
        "two\nlines",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        char block[512];

        snprintf(block, sizeof(block), "<question>%s</question>\n", questions[i]);
        user(questions[i]);
        has(block);
    }
}

static void there_is_one_block_of_a_question(void **state)
{
    (void)state;
    user("revenue by city");
    add_system(1000);
    assert_int_equal(count(room.out.data, "<question>"), 1);
    assert_int_equal(count(room.out.data, "</question>"), 1);
}

static void the_rules_know_how_many_rows_there_may_be(void **state)
{
    (void)state;
    add_system(77);
    has("LIMIT 77 ");
    has("PostgreSQL 15");
    has("```sql\n");
    has("CANNOT_ANSWER: why");
    has_no("{{");
}

static void the_day_and_the_zone_are_told(void **state)
{
    (void)state;
    user("x");
    has("Today is 2025-06-30, time zone UTC; weeks begin on Monday.");
    has_no("{{");
}

/* A changed text is another prompt: kept answers are of one version. */
static void a_changed_text_needs_another_version(void **state)
{
    const char *const texts[] = {prompt_text_system, prompt_text_user, prompt_text_repair};
    uint64_t hash = 0;
    char now[64];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        hash = hash * 31 + qn_catalog_fnv((struct qn_span){texts[i], strlen(texts[i])});
    }
    snprintf(now, sizeof(now), "%s %016llx", PROMPT_VERSION, (unsigned long long)hash);
    assert_string_equal(now, "1 c059f2a47de2ccff");
}

/* ---- the schema ---- */

static void tables_are_told_with_what_is_known_of_them(void **state)
{
    (void)state;
    user("revenue");
    has("CREATE TABLE orders ( -- {\"is\": \"Orders, each with its user.\", \"also called\": "
        "[\"order\"");
    has("\"shown by\": \"id\", \"time\": \"created_at\"}\n");
    has("  id integer PRIMARY KEY,");
    has("  total_amount numeric NOT NULL, -- {\"is\": ");
    has("  orders.user_id = users.id (many to one)\n");
    has("\"false is\": [\"discontinued\", \"inactive\"");
    has("\"sum\": \"has no meaning\"");
}

static void metrics_and_conditions_are_told(void **state)
{
    (void)state;
    user("revenue");
    has("{\"metric\": \"revenue\", \"also called\": [\"revenue\"");
    has("\"expression\": \"sum(orders.total_amount)\", \"where\": \"orders.status IN "
        "('paid','shipped')\", "
        "\"time\": \"orders.created_at\"");
    has("\"expression by item\": \"sum(order_items.quantity * order_items.unit_price)\", \"by item "
        "for\": "
        "[\"products\", \"categories\"]");
    has("\"where\": \"products.stock = 0\"");
    has("\"expression\": \"count(*)\", \"from\": \"orders\"");
}

static void values_are_told_of_categories_only(void **state)
{
    (void)state;
    user("x");
    has("\"values\": {\"pending\": [\"pending\", \"unpaid\"");
    assert_int_equal(count(room.out.data, "\"values\""), 4);
    has_no("\"Paris\"");
}

#define CATEGORY(name, more)                                                                \
    ",{\"name\":\"" name "\",\"type\":\"text\",\"family\":\"text\",\"role\":\"dimension\"," \
    "\"values\":[{\"value\":\"secret of " name "\"}],\"values_complete\":true" more "}"

static void values_of_personal_columns_are_never_told(void **state)
{
    (void)state;
    prompt_room_table(&room, "wines",
                      CATEGORY("plain", "") CATEGORY("hid", ",\"hidden\":true")
                          CATEGORY("mail", ",\"pii\":\"email\""),
                      "");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wines");
    prompt_room_user(&room, room.model, "x");
    has("secret of plain");
    has("  mail text");
    has_no("secret of mail");
    has_no("secret of hid");
}

static void metrics_over_what_is_hidden_or_not_there_are_not_told(void **state)
{
    (void)state;
    prompt_room_table(&room, "lots", "", ",\"hidden\":true");
    prompt_room_table(
        &room, "wines",
        ",{\"name\":\"price\",\"type\":\"int\",\"family\":\"integer\",\"role\":\"measure\"}"
        ",{\"name\":\"cost\",\"type\":\"int\",\"family\":\"integer\",\"role\":\"measure\","
        "\"hidden\":true}",
        "");
    prompt_room_build(
        &room,
        "{\"name\":\"m1\",\"source\":\"hints\",\"expr\":\"sum(wines.price)\"},"
        "{\"name\":\"m2\",\"source\":\"hints\",\"expr\":\"sum(wines.cost)\"},"
        "{\"name\":\"m3\",\"source\":\"hints\",\"expr\":\"sum(wines.price - \\\"cost\\\")\"},"
        "{\"name\":\"m4\",\"source\":\"hints\",\"expr\":\"sum(COST)\",\"from\":\"wines\"},"
        "{\"name\":\"m5\",\"source\":\"hints\",\"expr\":\"count(*)\",\"from\":\"lots\"},"
        "{\"name\":\"m6\",\"source\":\"hints\",\"expr\":\"sum(wines.price)\",\"filter\":\"wines."
        "cost > 1\"},"
        "{\"name\":\"m7\",\"source\":\"hints\",\"expr\":\"sum(lots.x * wines.price)\"}");
    prompt_room_link(&room, room.model, "m1 m2 m3 m4 m5 m6 m7");
    prompt_room_user(&room, room.model, "x");
    has("\"m1\"");
    for (int i = 2; i <= 7; i++) {
        char name[8];

        snprintf(name, sizeof(name), "\"m%d\"", i);
        has_no(name);
    }
    has_no("cost");
    has_no("COST");
    has_no("lots");
}

static void an_expression_is_whole_or_not_there(void **state)
{
    char metric[2400];

    (void)state;
    prompt_room_table(&room, "wines", "", "");
    snprintf(metric, sizeof(metric),
             "{\"name\":\"long\",\"source\":\"hints\",\"expr\":\"sum(wines.id)%01990d\"},"
             "{\"name\":\"short\",\"source\":\"hints\",\"expr\":\"sum(wines.id)\"}",
             0);
    prompt_room_build(&room, metric);
    prompt_room_link(&room, room.model, "long");
    prompt_room_user(&room, room.model, "x");
    has("\"short\"");
    has_no("\"long\"");
}

static void what_is_left_out_is_counted_and_named(void **state)
{
    (void)state;
    for (int i = 0; i < 400; i++) {
        char name[32];

        snprintf(name, sizeof(name), "table_%03d", i);
        prompt_room_table(&room, name, "", "");
    }
    prompt_room_table(&room, "wines", "", "");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wines");
    prompt_room_user(&room, room.model, "x");
    has("400 tables are not shown.\n");
    has("Other tables exist, with columns that are not shown: table_");
    assert_int_equal(count(room.out.data, "table_"), LINK_OTHERS_MAX);
}

/* ---- examples and turns ---- */

static void tell(size_t n_examples, size_t n_turns, const char *sql)
{
    struct prompt_example examples[20];
    struct prompt_turn turns[20];
    struct prompt_wish wish = {.model = shop.model,
                               .link = &room.link,
                               .question = "q",
                               .today = "2025-06-30",
                               .time_zone = "UTC",
                               .examples = examples,
                               .n_examples = n_examples,
                               .turns = turns,
                               .n_turns = n_turns};

    for (size_t i = 0; i < 20; i++) {
        examples[i] = (struct prompt_example){"an example", sql};
        turns[i] = (struct prompt_turn){i == 0 ? "first" : "later", sql};
    }
    prompt_user(&wish, &room.out);
    assert_int_equal(qn_buf_status(&room.out), QN_OK);
}

static void examples_are_at_most_five(void **state)
{
    (void)state;
    tell(20, 0, "SELECT 1");
    assert_int_equal(count(room.out.data, "an example"), PROMPT_EXAMPLES_MAX);
    has("<examples>\n{\"question\": \"an example\", \"sql\": \"SELECT 1\"}\n");
    has_no("<thread>");
}

static void turns_are_told_in_their_order(void **state)
{
    (void)state;
    tell(0, 3, "SELECT 1");
    has("<thread>\n{\"question\": \"first\", \"sql\": \"SELECT 1\"}\n{\"question\": \"later\"");
    assert_int_equal(count(room.out.data, "later"), 2);
    has_no("<examples>");
}

static void a_statement_is_whole_or_not_there(void **state)
{
    char sql[8001];

    (void)state;
    memset(sql, 'x', sizeof(sql) - 1);
    sql[sizeof(sql) - 1] = '\0';
    tell(2, 2, sql);
    has_no("xxx");
    has_no("an example");
    has("{\"question\": \"first\", \"sql\": \"\"}");
}

static void the_nearest_examples_come_first(void **state)
{
    const struct prompt_example examples[] = {
        {"something else", ""},
        {"revenue of last month", ""},
        {"revenue by city", ""},
        {"revenues in each city of last month", ""},
        {"\xe4\xb8\x8a\xe4\xb8\xaa\xe6\x9c\x88\xe7\x9a\x84\xe9\x94\x80\xe5\x94\xae\xe9\xa2\x9d",
         ""},
    };
    size_t found[PROMPT_EXAMPLES_MAX];

    (void)state;
    assert_int_equal(prompt_nearest("revenue by city", examples, 5, found), 3);
    assert_int_equal(found[0], 2);
    assert_int_equal(prompt_nearest("\xe9\x94\x80\xe5\x94\xae\xe9\xa2\x9d", examples, 5, found), 1);
    assert_int_equal(found[0], 4);
    assert_int_equal(prompt_nearest("", examples, 5, found), 0);
    assert_int_equal(prompt_nearest("revenue", NULL, 0, found), 0);
}

/* ---- repair ---- */

static void repair(const char *question, const char *name)
{
    const struct prompt_fault fault = {.sql = "SELECT x FROM y",
                                       .sqlstate = "42703",
                                       .message = "column \"x\" does not exist",
                                       .hint = "perhaps another",
                                       .name = name};
    struct prompt_wish wish = {.model = shop.model, .link = &room.link, .question = question};

    prompt_room_link(&room, shop.model, question);
    qn_buf_reset(&room.out);
    prompt_repair(&wish, &fault, &room.out);
    assert_int_equal(qn_buf_status(&room.out), QN_OK);
}

static void a_repair_tells_the_statement_and_what_is_wrong(void **state)
{
    (void)state;
    repair("how many?", "x");
    has("<statement>\nSELECT x FROM y\n</statement>");
    has("{\"message\": \"column \\\"x\\\" does not exist\", \"sqlstate\": \"42703\", \"hint\": "
        "\"perhaps another\", \"unknown\": \"x\"}");
    has("<question>how many?</question>");
    has_no("{{");
    has_no("near to");
    repair("how many?", "");
    has_no("unknown");
}

static void a_repair_tells_names_near_by_letters(void **state)
{
    (void)state;
    repair("users by city", "citty");
    has("Names that are near to \"citty\": \"users.city\"");
    repair("users by city", "custommer");
    has("\"users\"");
    repair("x", "o.totl_amount");
    has("near to \"o.totl_amount\": \"orders.total_amount\"");
    repair("x", "\"Order_Itemz\"");
    has(": \"order_items\"");
}

static void a_repair_tells_names_near_by_synonym(void **state)
{
    (void)state;
    repair("x", "inventory");
    has(": \"products.stock\"");
    repair("x", "customer");
    has(": \"users\"");
    repair("x", "orders.placed_at");
    has("\"orders.created_at\"");
}

static void a_repair_never_tells_what_is_hidden(void **state)
{
    (void)state;
    repair("x", "password_hash");
    has_no("users.password_hash");
    repair("x", "password_hsh");
    has_no("users.password_hash");
}

static void a_repair_names_the_linked_tables_first(void **state)
{
    struct prompt_near near[PROMPT_NEAR_MAX];

    (void)state;
    for (int i = 0; i < 200; i++) {
        char name[32];

        snprintf(name, sizeof(name), "a%03d", i);
        prompt_room_table(
            &room, name,
            ",{\"name\":\"vintage\",\"type\":\"text\",\"family\":\"text\",\"role\":\"text\"}", "");
    }
    prompt_room_table(
        &room, "wines",
        ",{\"name\":\"vintages\",\"type\":\"text\",\"family\":\"text\",\"role\":\"text\"}", "");
    prompt_room_build(&room, "");
    prompt_room_link(&room, room.model, "wines");
    assert_int_equal(prompt_words_near(room.model, &room.link, "vintage", near), PROMPT_NEAR_MAX);
    assert_string_equal(near[0].text, "wines.vintages");
    assert_true(near[0].score >= near[1].score);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_question_stands_in_its_block_byte_for_byte),
        TEST(there_is_one_block_of_a_question),
        TEST(the_rules_know_how_many_rows_there_may_be),
        TEST(the_day_and_the_zone_are_told),
        TEST(a_changed_text_needs_another_version),
        TEST(tables_are_told_with_what_is_known_of_them),
        TEST(metrics_and_conditions_are_told),
        TEST(values_are_told_of_categories_only),
        TEST(values_of_personal_columns_are_never_told),
        TEST(metrics_over_what_is_hidden_or_not_there_are_not_told),
        TEST(an_expression_is_whole_or_not_there),
        TEST(what_is_left_out_is_counted_and_named),
        TEST(examples_are_at_most_five),
        TEST(turns_are_told_in_their_order),
        TEST(a_statement_is_whole_or_not_there),
        TEST(the_nearest_examples_come_first),
        TEST(a_repair_tells_the_statement_and_what_is_wrong),
        TEST(a_repair_tells_names_near_by_letters),
        TEST(a_repair_tells_names_near_by_synonym),
        TEST(a_repair_never_tells_what_is_hidden),
        TEST(a_repair_names_the_linked_tables_first),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
