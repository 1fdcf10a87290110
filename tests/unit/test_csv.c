#include "tasks/lib/csv.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, text != NULL ? strlen(text) : 0};
}

/* One record of one cell. */
static void expect(const char *text, bool safe, const char *line)
{
    struct qn_buf out;
    struct qn_csv csv;

    qn_buf_init(&out, 1000);
    qn_csv_init(&csv, &out, ',', safe, false);
    qn_csv_text(&csv, span(text));
    qn_csv_end(&csv);
    assert_string_equal(out.data, line);
    qn_buf_release(&out);
}

static void cells_are_quoted_only_when_they_must_be(void **state)
{
    (void)state;
    expect("plain", true, "plain\r\n");
    expect("", true, "\r\n");
    expect(NULL, true, "\r\n");
    expect("a,b", true, "\"a,b\"\r\n");
    expect("a;b", true, "a;b\r\n");
    expect("say \"hi\"", true, "\"say \"\"hi\"\"\"\r\n");
    expect("two\nlines", true, "\"two\nlines\"\r\n");
    expect("one\rline", true, "\"one\rline\"\r\n");
    expect(" blank", true, "\" blank\"\r\n");
    expect("blank ", true, "\"blank \"\r\n");
    expect("\xe9\xbe\x99\xe4\xba\x95", true, "\xe9\xbe\x99\xe4\xba\x95\r\n");
}

static void formulas_are_disarmed_when_asked(void **state)
{
    (void)state;
    expect("=1+1", true, "'=1+1\r\n");
    expect("+1", true, "'+1\r\n");
    expect("-1", true, "'-1\r\n");
    expect("@SUM(A1)", true, "'@SUM(A1)\r\n");
    expect("\t=1", true, "'\t=1\r\n");
    expect("\r=1", true, "\"'\r=1\"\r\n");
    expect("=1,2", true, "\"'=1,2\"\r\n");
    expect("1=1", true, "1=1\r\n");
    expect("=1+1", false, "=1+1\r\n");
}

static void typed_cells_are_never_touched(void **state)
{
    struct qn_buf out;
    struct qn_csv csv;

    (void)state;
    qn_buf_init(&out, 1000);
    qn_csv_init(&csv, &out, ';', true, true);
    qn_csv_typed(&csv, span("-12.50"));
    qn_csv_text(&csv, span("-12.50"));
    qn_csv_typed(&csv, span(NULL));
    qn_csv_end(&csv);
    qn_csv_typed(&csv, span("a;b"));
    qn_csv_end(&csv);
    assert_string_equal(out.data, "\xef\xbb\xbf-12.50;'-12.50;\r\n\"a;b\"\r\n");
    qn_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_only_when_they_must_be),
        cmocka_unit_test(formulas_are_disarmed_when_asked),
        cmocka_unit_test(typed_cells_are_never_touched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
