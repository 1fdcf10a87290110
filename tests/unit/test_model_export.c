#include "common/mem.h"
#include "tasks/lib/model/model_export.h"
#include "tests/support/model_room.h"
#include "tests/support/torture.h"
#include <string.h>

static struct model_room the_room;

static int begin(void **state)
{
    (void)state;
    model_room_init(&the_room);
    return 0;
}

static int end(void **state)
{
    (void)state;
    model_room_release(&the_room);
    return 0;
}

typedef int export_fn(const struct qn_model *model, struct qn_buf *out);

static char *text_of(const struct qn_model *model, export_fn *export)
{
    struct qn_buf out;

    qn_buf_init(&out, QN_MODEL_BYTES_MAX);
    assert_int_equal(export(model, &out), QN_OK);
    return qn_buf_steal(&out, NULL);
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("not there: %s", part);
    }
}

static void has_not(const char *text, const char *part)
{
    if (strstr(text, part) != NULL) {
        fail_msg("there: %s", part);
    }
}

static void yaml_has_every_text_in_quotes(void **state)
{
    struct qn_model *model = model_room_build(&the_room, NULL);
    char *yaml = text_of(model, qn_model_to_yaml);

    (void)state;
    has(yaml, "---\nformat: \"quern-model/1\"\nversion: 0\nstate: \"draft\"\n");
    has(yaml, "\ntables:\n  - schema: \"public\"\n    name: \"categories\"\n");
    has(yaml, "\n      - name: \"status\"\n        type: \"text\"\n");
    has(yaml, "\n          en: [\"total amount\"]\n          zh: [\"总金额\"]\n");
    has(yaml, "\nconditions: []\n");
    qn_free(yaml);
    qn_model_free(model);
}

static void mermaid_shows_tables_columns_and_feet(void **state)
{
    struct qn_model *model;
    char *mermaid;

    (void)state;
    the_room.relations.items[3].optional = true;
    the_room.relations.items[4].one_to_one = true;
    the_room.relations.items[5].score = 0.6;
    model = model_room_build(&the_room, NULL);
    mermaid = text_of(model, qn_model_to_mermaid);
    has(mermaid, "erDiagram\n    categories {\n        integer id PK\n");
    has(mermaid, "        integer user_id FK\n");
    has(mermaid, "        text email UK\n");
    has(mermaid, "    users ||--o{ orders : \"user_id\"\n");
    has(mermaid, "    categories |o--o{ products : \"category_id\"\n");
    has(mermaid, "    users ||--o| reviews : \"user_id\"\n");
    has_not(mermaid, "products ||--o{ reviews");
    has_not(mermaid, "password_hash");
    qn_free(mermaid);
    model_room_find(model, "users")->hidden = true;
    mermaid = text_of(model, qn_model_to_mermaid);
    has_not(mermaid, "users");
    qn_free(mermaid);
    qn_model_free(model);
}

static const char *const hostile[] = {
    "a|b",        "x\"y",
    "-->",        "```",
    "two\nlines", "<script>alert(1)</script>",
    "*bold*",     "[a](http://b.c)",
    "%%{init}",   "名称",
    "1st",        "$$_{}",
};

static struct qn_model *hostile_model(void)
{
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "evil\" { } %% ```|\n");
    struct qn_catalog_column *column;

    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        column = model_room_column(&the_room, table, "x text");
        column->name = hostile[i];
        column->comment = hostile[i];
    }
    model_room_relation(&the_room, table->name, hostile[0], "users");
    return model_room_build(&the_room, NULL);
}

/* Lines of the grammar: no name of the database adds one, or a quote. */
static void hostile_names_keep_to_the_grammar_of_mermaid(void **state)
{
    struct qn_model *model = hostile_model();
    char *mermaid = text_of(model, qn_model_to_mermaid);

    (void)state;
    has(mermaid, "\n    evil__2[\"evil'        '''|\"] {\n");
    has(mermaid, "        text c__10 \"名称\"\n");
    has(mermaid, "        text c_1st_11 \"1st\"\n");
    has_not(mermaid, "```");
    has_not(mermaid, "%%");
    has_not(mermaid, "<script");
    for (const char *line = mermaid; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t quotes = 0;

        for (const char *at = line; *at != '\n'; at++) {
            quotes += *at == '"' ? 1 : 0;
        }
        assert_true(quotes == 0 || quotes == 2);
    }
    qn_free(mermaid);
    qn_model_free(model);
}

static size_t count(const char *line, const char *part)
{
    size_t n = 0;

    for (; (line = strstr(line, part)) != NULL; line += strlen(part)) {
        n++;
    }
    return n;
}

static void markdown_is_a_table_a_table(void **state)
{
    struct qn_model *model = model_room_build(&the_room, NULL);
    char *markdown = text_of(model, qn_model_to_markdown);

    (void)state;
    has(markdown, "# Semantic model of `shop`\n");
    has(markdown, "\n## `public`.`orders`\n");
    has(markdown, "table, fact, label `id`, time `created_at`. Also called: order, orders, 订单");
    has(markdown, "| `user_id` | integer | foreign\\_key → `users` | ");
    has(markdown, "`pending`, `paid`, `shipped`, `cancelled`, `refunded` |\n");
    has(markdown, "\n## Relations\n");
    has(markdown, "| `order_count` | `count(*)` |");
    assert_int_equal(count(markdown, "\n## "), ROOM_TABLES + 2);
    qn_free(markdown);
    qn_model_free(model);
}

/* Each row of the table of columns keeps its seven bars, and nothing becomes markup. */
static void hostile_names_keep_to_their_cells(void **state)
{
    struct qn_model *model = hostile_model();
    char *markdown = text_of(model, qn_model_to_markdown);
    char *line = strstr(markdown, "evil");

    (void)state;
    has_not(markdown, "<script");
    has(markdown, "| \\[a\\](http\\://b.c) |");
    has_not(markdown, "```");
    has(markdown, "a\\|b");
    line = strstr(line, "| --- |");
    assert_non_null(line);
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        size_t bars;
        char *end;

        line = strchr(line, '\n') + 1;
        end = strchr(line, '\n');
        *end = '\0';
        bars = count(line, "|") - count(line, "\\|");
        assert_int_equal(bars, 7);
        *end = '\n';
    }
    qn_free(markdown);
    qn_model_free(model);
}

static struct qn_model *the_model;

static int exports(void)
{
    export_fn *const all[] = {qn_model_to_json, qn_model_to_yaml, qn_model_to_markdown,
                              qn_model_to_mermaid};
    int rc = QN_OK;

    for (size_t i = 0; rc == QN_OK && i < 4; i++) {
        struct qn_buf out;

        qn_buf_init(&out, QN_MODEL_BYTES_MAX);
        rc = all[i](the_model, &out);
        qn_buf_release(&out);
    }
    return rc;
}

static void exporting_survives_failing_memory(void **state)
{
    (void)state;
    the_model = hostile_model();
    torture(exports);
    qn_model_free(the_model);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(yaml_has_every_text_in_quotes),
        CASE(mermaid_shows_tables_columns_and_feet),
        CASE(hostile_names_keep_to_the_grammar_of_mermaid),
        CASE(markdown_is_a_table_a_table),
        CASE(hostile_names_keep_to_their_cells),
        CASE(exporting_survives_failing_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
