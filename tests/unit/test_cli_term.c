/* What people see: widths, cuts, tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/term.h"
#include "common/mem.h"
#include <stdlib.h>
#include <string.h>

static int set_up(void **state)
{
    struct cli_term term;

    (void)state;
    cli_term_init(&term, stdout); /* sets the locale that widths need */
    return 0;
}

static void widths_are_columns_not_bytes(void **state)
{
    static const struct {
        const char *text;
        int width;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"销售额", 6},
        {"é", 1},
        {"e\xcc\x81", 1} /* combining */,
        {"a\xff"
         "b",
         3},
        {"\x1b[31m", 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(cli_text_width(cases[i].text), cases[i].width);
}

static void check_cut(const char *text, int width, const char *wanted)
{
    struct qn_buf out;

    qn_buf_init(&out, 1024);
    cli_text_add(&out, text, strlen(text), width);
    assert_string_equal(out.data, wanted);
    qn_buf_release(&out);
}

static void a_cut_text_never_takes_more_columns_than_it_may(void **state)
{
    (void)state;
    check_cut("abcdef", 6, "abcdef");
    check_cut("abcdef", 5, "abcd…");
    check_cut("销售额报告", 10, "销售额报告");
    check_cut("销售额报告", 9, "销售额报…");
    check_cut("销售额报告", 8, "销售额…"); /* a half character does not count */
    check_cut("abc", 0, "abc");
}

static void nothing_that_moves_the_cursor_comes_through(void **state)
{
    (void)state;
    check_cut("a\x1b[2Jb\r\nc\td\x7f", 0, "a?[2Jb? c d?");
    check_cut("\xc2\x9b"
              "31m",
              0, "?31m"); /* CSI in 8 bits */
    check_cut("a\xff\xfe", 0, "a??");
}

static char *print(const struct cli_table *table, int width)
{
    char *text = NULL;
    size_t len = 0;
    struct cli_term term = {.out = open_memstream(&text, &len), .width = width};
    struct qn_err err = {0};

    assert_non_null(term.out);
    assert_int_equal(cli_table_print(table, &term, 0, &err), QN_OK);
    fclose(term.out);
    return text;
}

static const struct cli_column columns[] = {
    {"NAME", false, true}, {"N", true, false}, {"WHAT", false, true}};

static struct cli_table *make_table(void)
{
    struct cli_table *table = cli_table_create(columns, 3);

    cli_table_add(table, "产品", CLI_PLAIN);
    cli_table_add_number(table, 7);
    cli_table_add(table, "a longer text than fits", CLI_RED);
    cli_table_add(table, "plain", CLI_PLAIN);
    cli_table_add_number(table, 1234);
    cli_table_add(table, "x", CLI_PLAIN);
    return table;
}

static void columns_are_aligned_by_what_is_seen(void **state)
{
    struct cli_table *table = make_table();
    char *text = print(table, 0);

    (void)state;
    assert_string_equal(text, "NAME      N  WHAT\n"
                              "产品      7  a longer text than fits\n"
                              "plain  1234  x\n");
    free(text);
    cli_table_free(table);
}

static void a_table_is_cut_to_the_width_of_the_terminal(void **state)
{
    struct cli_table *table = make_table();
    char *text = print(table, 25), *rest = text;

    (void)state;
    assert_non_null(strstr(text, "…"));
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        assert_true(cli_text_width(line) <= 25);
    free(text);
    cli_table_free(table);
}

static void memory_that_ends_is_told_when_it_is_printed(void **state)
{
    (void)state;
    for (size_t n = 1; n < 5; n++) {
        struct cli_term term = {.out = stderr};
        struct qn_err err = {0};
        qn_mem_fail_at(n, 1);
        struct cli_table *table = make_table();
        int rc = cli_table_print(table, &term, 0, &err);
        qn_mem_fail_at(0, 0);
        cli_table_free(table);
        if (rc == QN_OK)
            return;
        assert_int_equal(rc, QN_ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_columns_not_bytes),
        cmocka_unit_test(a_cut_text_never_takes_more_columns_than_it_may),
        cmocka_unit_test(nothing_that_moves_the_cursor_comes_through),
        cmocka_unit_test(columns_are_aligned_by_what_is_seen),
        cmocka_unit_test(a_table_is_cut_to_the_width_of_the_terminal),
        cmocka_unit_test(memory_that_ends_is_told_when_it_is_printed),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
