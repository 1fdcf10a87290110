#include "cli/lines.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

static struct cli_lines lines;
static int ends[2];

static int begin(void **state)
{
    (void)state;
    assert_int_equal(pipe(ends), 0);
    cli_lines_init(&lines, ends[0], 10);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cli_lines_release(&lines);
    close(ends[0]);
    return 0;
}

static void put(const char *text)
{
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
}

static void assert_line(const char *text, int64_t number)
{
    struct qn_span line;

    assert_int_equal(cli_lines_next(&lines, true, &line), CLI_LINE);
    assert_true(qn_span_is(line, text));
    assert_int_equal(lines.number, number);
}

static void assert_next(enum cli_line what, bool may_wait)
{
    struct qn_span line;

    assert_int_equal(cli_lines_next(&lines, may_wait, &line), what);
}

static void lines_come_one_by_one_with_their_numbers(void **state)
{
    (void)state;
    put("one\ntwo\r\n\nlast");
    close(ends[1]);
    assert_line("one", 1);
    assert_line("two", 2);
    assert_line("", 3);
    assert_line("last", 4);
    assert_next(CLI_LINE_END, true);
    assert_next(CLI_LINE_END, true);
}

static void what_is_not_there_yet_is_not_waited_for(void **state)
{
    (void)state;
    assert_next(CLI_LINE_NONE, false);
    put("ab");
    assert_next(CLI_LINE_NONE, false);
    put("c\n");
    assert_line("abc", 1);
    assert_next(CLI_LINE_NONE, false);
    close(ends[1]);
    assert_next(CLI_LINE_END, false);
}

static void a_line_that_is_too_long_is_passed_over(void **state)
{
    (void)state;
    put("0123456789\n0123456789x\nok\n");
    put("a much longer one ");
    assert_line("0123456789", 1);
    assert_next(CLI_LINE_LONG, true);
    assert_line("ok", 3);
    assert_next(CLI_LINE_NONE, false);
    put("that goes on and on\nfine\nand one without an end");
    close(ends[1]);
    assert_next(CLI_LINE_LONG, true);
    assert_line("fine", 5);
    assert_next(CLI_LINE_LONG, true);
    assert_next(CLI_LINE_END, true);
    assert_int_equal(lines.number, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_come_one_by_one_with_their_numbers, begin, end),
        cmocka_unit_test_setup_teardown(what_is_not_there_yet_is_not_waited_for, begin, end),
        cmocka_unit_test_setup_teardown(a_line_that_is_too_long_is_passed_over, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
