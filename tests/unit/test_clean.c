/* The statement in what a language model said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/mem.h"
#include "tasks/nl2sql/prompt/clean.h"
#include <stdio.h>
#include <string.h>

static struct qn_buf out;

static enum clean_class clean(const char *text)
{
    struct qn_err err = {0};
    enum clean_class class;

    qn_buf_release(&out);
    qn_buf_init(&out, CLEAN_TEXT_MAX * 2);
    if (clean_answer((struct qn_span){text, strlen(text)}, &out, &class, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    return class;
}

static void must_be(const char *text, enum clean_class class, const char *wanted)
{
    const enum clean_class got = clean(text);

    if (got != class || (wanted != NULL && strcmp(out.data, wanted) != 0)) {
        fail_msg("%s: %s\nnot %s: %s\nof: %s", clean_class_names[got], out.data,
                 clean_class_names[class], wanted != NULL ? wanted : "...", text);
    }
}

static void gives(const char *text, const char *sql)
{
    must_be(text, CLEAN_SQL, sql);
}

static void has_none(const char *text)
{
    must_be(text, CLEAN_PROSE, NULL);
    assert_true(out.len > 0);
}

#define COUNT "SELECT count(*) FROM orders"

static void a_bare_statement_stays_as_it_is(void **state)
{
    (void)state;
    gives(COUNT, COUNT);
    gives("\n  " COUNT " ;\n", COUNT);
    gives("select a\n\nfrom t\n\nwhere b = 'x;y' -- done",
          "select a\n\nfrom t\n\nwhere b = 'x;y' -- done");
    gives("(SELECT 1) UNION (SELECT 2)", "(SELECT 1) UNION (SELECT 2)");
    gives("VALUES (1), (2)", "VALUES (1), (2)");
    gives("WITH x AS (SELECT 1 AS a) SELECT a FROM x", "WITH x AS (SELECT 1 AS a) SELECT a FROM x");
    gives("SELECT a FROM t WHERE a NOT /* x */ IN (1)",
          "SELECT a FROM t WHERE a NOT /* x */ IN (1)");
    gives("SELECT '<think>', '```', '</think>' FROM t",
          "SELECT '<think>', '```', '</think>' FROM t");
}

static void fences_go(void **state)
{
    (void)state;
    gives("```sql\n" COUNT ";\n```", COUNT);
    gives("```SQL\r\n" COUNT "\r\n```\r\n", COUNT);
    gives("```postgresql\n" COUNT "\n```", COUNT);
    gives("```\n" COUNT "\n```", COUNT);
    gives("Here you are:\n\n```sql\n" COUNT "\n```\nThat counts them.", COUNT);
    gives("```text\nsome words\n```\n```\n" COUNT "\n```\n```python\nprint(1)\n```", COUNT);
}

static void a_fence_on_one_line_goes(void **state)
{
    (void)state;
    gives("```sql " COUNT "```", COUNT);
    gives("```sql " COUNT "; ```", COUNT);
    gives("```" COUNT "```", COUNT);
    gives("It is ```sql " COUNT "``` as asked.", COUNT);
}

static void names_that_end_like_a_fence_stay_whole(void **state)
{
    (void)state;
    gives("```sql\nSELECT * FROM sql\n```", "SELECT * FROM sql");
    gives("```sql\nselect sql from lqs\n```", "select sql from lqs");
    gives("```sql\nSELECT q FROM mysql```", "SELECT q FROM mysql");
    gives("```SELECT s, q, l FROM sqls```", "SELECT s, q, l FROM sqls");
}

static void the_last_block_of_sql_counts(void **state)
{
    (void)state;
    gives("```sql\nSELECT 1\n```\nBetter:\n```sql\nSELECT 2\n```", "SELECT 2");
    gives("```sql\nSELECT 1\n```\nIt gives\n```\n 42\n```", "SELECT 1");
    gives("```sql\nSELECT 1\n```\n```sql\n```", "SELECT 1");
    gives("```sql\nSELECT 1\n```\n```sql\n-- nothing\n```", "SELECT 1");
    gives("```sql\nSELECT 1```\nor\n```sql\nSELECT 2\n```", "SELECT 2");
}

static void a_fence_within_a_literal_is_part_of_the_statement(void **state)
{
    (void)state;
    gives("```sql\nSELECT '```' AS x\n```", "SELECT '```' AS x");
}

static void a_fence_that_is_not_closed_is_as_good(void **state)
{
    (void)state;
    gives("```sql\n" COUNT "\n", COUNT);
}

static void thoughts_are_no_sql(void **state)
{
    (void)state;
    gives("<think>let me see: DROP TABLE x</think>\n\n" COUNT, COUNT);
    gives("<think>\n```sql\nSELECT 0\n```\n</think>\n```sql\n" COUNT "\n```", COUNT);
    gives("<THINKING>SELECT 0;</THINKING>" COUNT, COUNT);
    gives("<think>a <think> b </think> SELECT 0; </think>" COUNT, COUNT);
    gives("Sure. <think>SELECT 0</think>\n" COUNT, COUNT);
}

static void all_before_a_lone_closing_tag_goes(void **state)
{
    (void)state;
    gives("let me see: DROP TABLE x</think>\n" COUNT, COUNT);
    gives("```sql\nSELECT 0\n```\n</think>\n" COUNT, COUNT);
    gives("SELECT 0;\n</think>\n</think>\n" COUNT, COUNT);
}

static void thoughts_that_never_end_are_no_answer(void **state)
{
    (void)state;
    has_none("<think>\n```sql\nSELECT 0\n```\nbut wait");
    has_none("\n<think> SELECT 0");
    has_none("<think>SELECT 0</think>");
}

static void prose_is_never_a_statement(void **state)
{
    (void)state;
    has_none("");
    has_none("  \n\xef\xbb\xbf");
    has_none("I am sorry, I cannot select that from the given schema.");
    has_none("Please select a table.");
    has_none("With pleasure! Which table do you mean?");
    has_none("Select the table you want (orders, users).");
    has_none("with this schema it cannot be said");
    has_none("We should select orders by month, then count.");
    has_none("The values (see above) are not in the data.");
    has_none("DROP TABLE orders");
    has_none("```\nI cannot answer\n```");
    has_none("```sql\nThere is no such table.\n```");
    has_none("{\"answer\": 42}");
    has_none("\xe6\x88\x91\xe4\xb8\x8d\xe7\x9f\xa5\xe9\x81\x93\xe3\x80\x82");
    assert_non_null(strstr(out.data, "\xe6\x88\x91"));
}

static void prose_around_a_statement_goes(void **state)
{
    (void)state;
    gives("The answer:\n" COUNT ";\nThis counts all orders.", COUNT);
    gives("The answer:\n" COUNT "\n\nThis query counts all orders.", COUNT);
    gives("Here is it: " COUNT, COUNT);
    gives("Here is it: " COUNT ".", COUNT);
    gives("Use `" COUNT "` for that.\n", COUNT);
    gives("Use \xe2\x80\x9c" COUNT "\xe2\x80\x9d for that.", COUNT);
    gives(COUNT ";\n\nThat's it", COUNT);
    gives(COUNT "; -- that is all", COUNT);
    gives("I can help with that (gladly).\n\nWITH x AS (SELECT 1)\nSELECT * FROM x\n\nDone.",
          "WITH x AS (SELECT 1)\nSELECT * FROM x");
    gives("\xe8\xbf\x99\xe6\x98\xaf\xe6\x9f\xa5\xe8\xaf\xa2\xef\xbc\x9a\n" COUNT
          "\n\xe5\xae\x8c\xe6\xaf\x95\xe3\x80\x82",
          COUNT);
}

static void labels_go(void **state)
{
    (void)state;
    gives("SQL: " COUNT, COUNT);
    gives("sql:\n" COUNT, COUNT);
    gives("SQLQuery: " COUNT ";", COUNT);
    gives("**SQL Query:** " COUNT, COUNT);
    gives("```sql\nsql: " COUNT "\n```", COUNT);
    gives("SQL\xef\xbc\x9a" COUNT, COUNT);
}

static void a_wrong_line_is_not_cut_off(void **state)
{
    (void)state;
    gives("SELECT a\nFROM t\nWHERE x = ANY 3", "SELECT a\nFROM t\nWHERE x = ANY 3");
    gives("```sql\nSELECT a\nFROM t\nWHERE x == = 3\n```", "SELECT a\nFROM t\nWHERE x == = 3");
    gives("```sql\nSELECT a\nFROM t\nwhere x y z\n```", "SELECT a\nFROM t\nwhere x y z");
    gives("```sql\nSELECT a FROM t\n, b c d\n```", "SELECT a FROM t\n, b c d");
}

static void more_than_one_statement_stays_more_than_one(void **state)
{
    (void)state;
    gives("SELECT 1; DROP TABLE orders;", "SELECT 1; DROP TABLE orders");
    gives("```sql\nSELECT 1;\nDROP TABLE orders x y;\n```", "SELECT 1;\nDROP TABLE orders x y");
}

static void json_gives_its_sql(void **state)
{
    (void)state;
    gives("{\"sql\": \"" COUNT ";\", \"explanation\": \"counts\"}", COUNT);
    gives("```json\n{\"sql\": \"" COUNT "\"}\n```", COUNT);
    gives("```\n{\"thoughts\": \"\\\"sql\\\": \\\"SELECT 0\\\"\", \"sql\": \"" COUNT "\"}\n```",
          COUNT);
    gives("Here it is: {\"thoughts\": \"x\", \"sql\": \"SELECT \\\"a\\\" FROM t\"} so.",
          "SELECT \"a\" FROM t");
    gives("{\"sql\": \"```sql\\n" COUNT "\\n```\"}", COUNT);
    gives("[{\"query\": \"" COUNT "\"}]", COUNT);
}

static void json_that_is_not_valid_gives_its_sql_too(void **state)
{
    (void)state;
    gives("{\"sql\": \"SELECT a\nFROM t\", }", "SELECT a\nFROM t");
    gives("{'x': 1, \"sql\": \"" COUNT "\"", COUNT);
    has_none("{\"sql\": \"SELECT count(*) FR");
    has_none("{\"sql\": \"\"}");
}

static void a_refusal_is_told_in_the_words_of_the_model(void **state)
{
    (void)state;
    must_be("CANNOT_ANSWER: there is no cost", CLEAN_REFUSAL, "there is no cost");
    must_be("CANNOT ANSWER", CLEAN_REFUSAL, "the model gives no reason");
    must_be("**CANNOT_ANSWER**: no cost", CLEAN_REFUSAL, "no cost");
    must_be("```sql\nCANNOT_ANSWER: no cost\n```", CLEAN_REFUSAL, NULL);
    must_be("```sql\n-- CANNOT_ANSWER: no cost\n```", CLEAN_REFUSAL, NULL);
    must_be("I looked.\n\nCANNOT_ANSWER: no cost", CLEAN_REFUSAL, "no cost");
    must_be("CANNOT_ANSWER: no cost. SELECT 1 would do.", CLEAN_REFUSAL, NULL);
    must_be("<think>hm</think>CANNOT_ANSWER: no cost", CLEAN_REFUSAL, "no cost");
    must_be("{\"sql\": null, \"reason\": \"no cost\"}", CLEAN_REFUSAL, "no cost");
    must_be("{\"sql\": \"CANNOT_ANSWER: no cost\"}", CLEAN_REFUSAL, "no cost");
    must_be("SELECT 'CANNOT_ANSWER: no cost' AS reason", CLEAN_REFUSAL, NULL);
}

static void a_refusal_is_one_line_of_at_most_500_bytes(void **state)
{
    char text[4096];
    size_t n = (size_t)snprintf(text, sizeof(text), "CANNOT_ANSWER: a\n\tb\x1b[0m \u202e\u202c");

    (void)state;
    for (; n + 4 < sizeof(text); n += 3) {
        memcpy(text + n, "\xe4\xb8\xad", 4);
    }
    assert_int_equal(clean(text), CLEAN_REFUSAL);
    assert_int_equal(strncmp(out.data, "a b [0m \xe4\xb8\xad", 11), 0);
    assert_true(out.len <= 500 && out.len > 490);
}

static void an_answer_that_breaks_off_is_none(void **state)
{
    (void)state;
    has_none("SELECT status, count(*) FROM orders WHERE status IN ('paid',");
    has_none("SELECT status, count(*) FROM orders WHERE status = 'pai");
    has_none("```sql\nSELECT a, b FROM t WHERE");
    has_none("Here:\n```sql\nWITH x AS (SELECT 1");
    assert_non_null(strstr(out.data, "breaks off"));
}

static void a_wrong_statement_is_kept_for_repair(void **state)
{
    (void)state;
    gives("SELECT count(* FROM orders", "SELECT count(* FROM orders");
    gives("```sql\nSELECT a FROM t GROUP\n```", "SELECT a FROM t GROUP");
    gives("```sql\n-- all of them\nSELECT FROM WHERE\n```", "-- all of them\nSELECT FROM WHERE");
}

static void marks_nobody_sees_go(void **state)
{
    (void)state;
    gives("\xef\xbb\xbf" COUNT, COUNT);
    gives("\xe2\x80\x8b```sql\n\xe2\x80\x8bSEL\xe2\x80\x8b"
          "ECT 1\xef\xbb\xbf\n```\xe2\x80\x8b",
          "SELECT 1");
}

static void nothing_within_a_literal_is_changed(void **state)
{
    (void)state;
    gives("```sql\nSELECT\xe2\x80\x8b 'a\xe2\x80\x8d"
          "b' AS \"c\xe2\x80\x8b\"\n```",
          "SELECT 'a\xe2\x80\x8d"
          "b' AS \"c\xe2\x80\x8b\"");
    gives("SELECT '\xe2\x80\x98x\xe2\x80\x99', $$\xe2\x80\x9cy$$ -- \xe2\x80\x99",
          "SELECT '\xe2\x80\x98x\xe2\x80\x99', $$\xe2\x80\x9cy$$ -- \xe2\x80\x99");
    gives("SELECT 'a\r\n\tb  c;' FROM t", "SELECT 'a\r\n\tb  c;' FROM t");
}

static void curly_quotes_are_an_error_not_a_guess(void **state)
{
    (void)state;
    must_be("SELECT a FROM t WHERE b = \xe2\x80\x98x\xe2\x80\x99", CLEAN_QUOTES, NULL);
    must_be("```sql\nSELECT \xe2\x80\x9c"
            "a\xe2\x80\x9d FROM t\n```",
            CLEAN_QUOTES, NULL);
    must_be("```sql\nSELECT a FROM t WHERE b = \xe2\x80\x98it's\xe2\x80\x99\n```", CLEAN_QUOTES,
            NULL);
    must_be("```sql\nSELECT \xef\xbc\x87x\xef\xbc\x87 FROM t\n```", CLEAN_QUOTES, NULL);
}

static void what_is_no_text_has_no_statement(void **state)
{
    enum clean_class class;

    (void)state;
    has_none("SELECT '\xff'");
    qn_buf_reset(&out);
    assert_int_equal(clean_answer((struct qn_span){"SELECT 1\0;", 10}, &out, &class, NULL), QN_OK);
    assert_int_equal(class, CLEAN_PROSE);
}

static void without_memory_it_is_told(void **state)
{
    static const char *const texts[] = {
        "<think>x</think>{\"sql\": \"" COUNT "\"}",
        "words\n```sql\n" COUNT "; -- x\n```",
        "It is: SEL\xe2\x80\x8b"
        "ECT 1;",
        "CANNOT_ANSWER: no",
    };
    struct qn_err err = {0};
    enum clean_class class;
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int rc = QN_ENOMEM;

        for (n = 1; rc == QN_ENOMEM && n < 200; n++) {
            qn_buf_release(&out);
            qn_buf_init(&out, CLEAN_TEXT_MAX);
            qn_mem_fail_at(n, 1);
            rc = clean_answer((struct qn_span){texts[i], strlen(texts[i])}, &out, &class, &err);
            qn_mem_fail_at(0, 0);
        }
        assert_int_equal(rc, QN_OK);
        assert_true(n > 2);
    }
}

/* ---- sizes ---- */

static char *repeated(const char *part, size_t size)
{
    const size_t len = strlen(part);
    char *text = test_malloc(size + len + 1);
    size_t n = 0;

    while (n < size) {
        memcpy(text + n, part, len);
        n += len;
    }
    text[n] = '\0';
    return text;
}

static void a_statement_over_64_kib_is_too_long(void **state)
{
    char *text = repeated("SELECT 1 + 1\n", CLEAN_SQL_MAX);

    (void)state;
    memcpy(text, "```sql\n", 7);
    must_be(text, CLEAN_TOO_LONG, NULL);
    test_free(text);
    text = repeated("x", CLEAN_TEXT_MAX + 1);
    must_be(text, CLEAN_TOO_LONG, NULL);
    test_free(text);
}

/* Each is a quarter of a MiB. That this ends is the test: what is not linear takes minutes. */
static void hostile_texts_cost_no_more_than_their_length(void **state)
{
    static const char *const parts[] = {
        "<think>",
        "</think>",
        "<think></think>",
        "```",
        "```\n",
        "``` ",
        "```sql\n",
        "```sql\nSELECT 1\n```\n",
        "(",
        "SELECT ",
        "SELECT (",
        "\nSELECT (\n",
        "WITH x AS (",
        "{\"",
        "{\"sql\": \"",
        "{ ",
        "\"",
        "'",
        "$$",
        "/*",
        "--\n",
        ";",
        "SELECT 1;\n",
        "SELECT 1; ",
        "\xe2\x80\x8b",
        "\xe2\x80\x98",
        "\\",
        "CANNOT_ANSWE",
        "\n",
        " ",
        "sql: ",
        "<",
        "<thinkthink",
        "\nselect a b c\nx ",
        "```x\n(\n```\n",
        "\xe2\x80\x9cSELECT ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char *text = repeated(parts[i], CLEAN_TEXT_MAX / 4);

        clean(text);
        test_free(text);
    }
}

static int teardown(void **state)
{
    (void)state;
    qn_buf_release(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_statement_stays_as_it_is),
        cmocka_unit_test(fences_go),
        cmocka_unit_test(a_fence_on_one_line_goes),
        cmocka_unit_test(names_that_end_like_a_fence_stay_whole),
        cmocka_unit_test(the_last_block_of_sql_counts),
        cmocka_unit_test(a_fence_within_a_literal_is_part_of_the_statement),
        cmocka_unit_test(a_fence_that_is_not_closed_is_as_good),
        cmocka_unit_test(thoughts_are_no_sql),
        cmocka_unit_test(all_before_a_lone_closing_tag_goes),
        cmocka_unit_test(thoughts_that_never_end_are_no_answer),
        cmocka_unit_test(prose_is_never_a_statement),
        cmocka_unit_test(prose_around_a_statement_goes),
        cmocka_unit_test(labels_go),
        cmocka_unit_test(a_wrong_line_is_not_cut_off),
        cmocka_unit_test(more_than_one_statement_stays_more_than_one),
        cmocka_unit_test(json_gives_its_sql),
        cmocka_unit_test(json_that_is_not_valid_gives_its_sql_too),
        cmocka_unit_test(a_refusal_is_told_in_the_words_of_the_model),
        cmocka_unit_test(a_refusal_is_one_line_of_at_most_500_bytes),
        cmocka_unit_test(an_answer_that_breaks_off_is_none),
        cmocka_unit_test(a_wrong_statement_is_kept_for_repair),
        cmocka_unit_test(marks_nobody_sees_go),
        cmocka_unit_test(nothing_within_a_literal_is_changed),
        cmocka_unit_test(curly_quotes_are_an_error_not_a_guess),
        cmocka_unit_test(what_is_no_text_has_no_statement),
        cmocka_unit_test(without_memory_it_is_told),
        cmocka_unit_test(a_statement_over_64_kib_is_too_long),
        cmocka_unit_test(hostile_texts_cost_no_more_than_their_length),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
