#include "common/mem.h"
#include "tasks/lib/catalog/catalog_labels.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define ARENA_MAX ((size_t)16 * 1024 * 1024)

/* labels: joined by |; NULL: none. */
static void expect_of(const char *column, const char *expression, const char *labels)
{
    struct qn_catalog_labels found;
    struct qn_arena arena;
    struct qn_buf joined;
    bool any;

    qn_arena_init(&arena, ARENA_MAX);
    qn_buf_init(&joined, ARENA_MAX);
    any = qn_catalog_labels_of(&found, &arena, column,
                               (struct qn_span){expression, strlen(expression)});
    for (size_t i = 0; i < found.n; i++) {
        qn_buf_printf(&joined, "%s%s", i > 0 ? "|" : "", found.items[i]);
    }
    if (any != (labels != NULL) || strcmp(joined.data, labels != NULL ? labels : "") != 0) {
        fail_msg("%s: \"%s\", not \"%s\"", expression, joined.data, labels);
    }
    assert_int_equal(qn_arena_status(&arena, "it", NULL), QN_OK);
    qn_buf_release(&joined);
    qn_arena_release(&arena);
}

static void expect(const char *expression, const char *labels)
{
    expect_of("c", expression, labels);
}

static void the_forms_that_postgresql_writes_are_read(void **state)
{
    (void)state;
    expect("(c = ANY (ARRAY['a'::text, 'b'::text]))", "a|b");
    expect("((c)::text = ANY ((ARRAY['p'::character varying, 'q'::character varying])::text[]))",
           "p|q");
    expect("((c)::text = ANY (ARRAY[('p'::character varying)::text, "
           "('q'::character varying)::text]))",
           "p|q");
    expect("(c = ANY (ARRAY['M'::bpchar, 'F'::bpchar]))", "M|F");
    expect("(c = ANY ('{a,b}'::text[]))", "a|b");
    expect("(c = ANY (ARRAY['x'::\"char\", 'y'::\"char\"]))", "x|y");
    expect("(c = ANY (ARRAY['a'::public.citext, 'b'::\"My Schema\".\"My.Type\"]))", "a|b");
    expect("(c = 'one'::text)", "one");
    expect("((c = 'a'::text) OR (c = 'b'::text) OR ((c)::text = 'c'::text))", "a|b|c");
    expect("((c IS NULL) OR (c = ANY (ARRAY['a'::text, 'b'::text])))", "a|b");
    expect("((c = ANY (ARRAY['a'::text])) OR (c IS NULL))", "a");
    expect("(c = ANY (ARRAY[1, 2, '-3'::integer]))", "1|2|-3");
    expect("(c = ANY (ARRAY[(1)::numeric, 2.5, (-3)::numeric]))", "1|2.5|-3");
    expect("(c = ANY (ARRAY['2025-01-01'::date, '2025-01-02 00:00:00'::timestamp without time "
           "zone]))",
           "2025-01-01|2025-01-02 00:00:00");
    expect_of(NULL, "(VALUE = ANY (ARRAY['a'::text, 'b'::text]))", "a|b");
    expect_of(NULL, "((VALUE)::text = ANY ((ARRAY['a'::character varying])::text[]))", "a");
}

static void quotes_and_marks_within_values_stay(void **state)
{
    (void)state;
    expect("(c = ANY (ARRAY['it''s'::text, ''''::text, ''::text]))", "it's|'|");
    expect("(c = ANY (ARRAY[')]))'::text, ', ''b''::text'::text]))", ")]))|, 'b'::text");
    expect("(c = ANY (ARRAY['back\\slash'::text, 'line\nline'::text]))", "back\\slash|line\nline");
    expect("(c = ANY (ARRAY['\xe5\xb7\xb2\xe4\xbb\x98'::text]))", "\xe5\xb7\xb2\xe4\xbb\x98");
    expect("(c = ANY ('{\"a,b\",\"q\\\"\\\\q\",it''s,\"\",\"NULL\"}'::text[]))",
           "a,b|q\"\\q|it's||NULL");
}

static void the_name_is_that_of_the_column(void **state)
{
    (void)state;
    expect_of("My \"Col\"", "(\"My \"\"Col\"\"\" = 'a'::text)", "a");
    expect_of("VALUE", "(\"VALUE\" = 'a'::text)", "a");
    expect_of("\xe7\x8a\xb6\xe6\x80\x81", "(\xe7\x8a\xb6\xe6\x80\x81 = 'a'::text)", "a");
    expect_of("state", "(status = 'a'::text)", NULL);
    expect_of("stat", "(status = 'a'::text)", NULL);
    expect_of("status", "(stat = 'a'::text)", NULL);
    expect_of("c", "(\"C\" = 'a'::text)", NULL);
    expect_of(NULL, "(\"VALUE\" = 'a'::text)", NULL);
    expect_of(NULL, "(VALUES = 'a'::text)", NULL);
}

static void what_allows_other_values_gives_no_labels(void **state)
{
    static const char *const others[] = {
        "(c <> ALL (ARRAY['a'::text, 'b'::text]))",
        "(NOT (c = ANY (ARRAY['a'::text])))",
        "(c > 'a'::text)",
        "(c >= 'a'::text)",
        "(lower(c) = ANY (ARRAY['a'::text]))",
        "((c = 'a'::text) OR (d = 'b'::text))",
        "((c = 'a'::text) OR (length(c) = 3))",
        "((c = 'a'::text) AND (c = 'b'::text))",
        "((c = 'a'::text) OR (c IS NOT NULL))",
        "(c = d)",
        "(c = NULL::text)",
        "(c = ANY (ARRAY['a'::text, NULL::text]))", /* with NULL any value passes */
        "(c = ANY ('{a,NULL}'::text[]))",
        "(c = ANY (ARRAY['a'::text || 'b'::text]))",
        "(c = ANY (ARRAY[('a'::text || 'b'::text)]))",
        "(c OPERATOR(public.=) 'a'::text)",
        "((c)::character varying(1) = 'a'::text)", /* cuts */
        "((c)::integer = 1)",
        "(c = ('abc'::text)::character varying(2))",
        "((c COLLATE \"C\") = 'a'::text)",
        "(c IS NULL)",
        "(c = true)",
        "true",
        "",
        "()",
        "(",
        "(c",
        "(c =",
        "(c = ANY",
        "(c = ANY (ARRAY[]))",
        "(c = ANY (ARRAY['a'::text,]))",
        "(c = ANY (ARRAY['a'::text)",
        "(c = ANY (ARRAY['a",
        "(c = 'a'::)",
        "(c = 'a'::text))",
        "(c = 'a'::text) x",
        "((c = 'a'::text)",
        "(c = ANY ('{a'::text[]))",
        "(c = ANY ('{{a}}'::text[]))",
        "(c = ANY ('{\"a'::text[]))",
        "(c = ANY ('{a}x'::text[]))",
        "(c = ANY (''::text[]))",
        "(c = -)",
        "(c = .)",
        "(c = 'a\xff'::text)",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        expect(others[i], NULL);
    }
}

static void repeat(struct qn_buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(qn_buf_add_str(out, text), QN_OK);
    }
}

static void depth_and_number_of_values_are_bounded(void **state)
{
    struct qn_buf text;

    (void)state;
    qn_buf_init(&text, ARENA_MAX);
    repeat(&text, "(", 100000);
    expect(text.data, NULL);
    qn_buf_reset(&text);
    repeat(&text, "(", 40);
    qn_buf_add_str(&text, "c = 'a'::text");
    repeat(&text, ")", 40);
    expect(text.data, "a");
    qn_buf_reset(&text);
    qn_buf_add_str(&text, "(c = ANY (ARRAY[0");
    repeat(&text, ", 1", QN_CATALOG_LABELS_MAX);
    qn_buf_add_str(&text, "]))");
    expect(text.data, NULL);
    qn_buf_reset(&text);
    qn_buf_add_str(&text, "(c = ANY ('{a"); /* memory is that of the values, not of its square */
    repeat(&text, ",bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 100000);
    qn_buf_add_str(&text, "}'::text[]))");
    expect(text.data, NULL);
    qn_buf_release(&text);
}

static void without_memory_there_are_no_labels(void **state)
{
    static const char expression[] = "((c = 'a'::text) OR (c = ANY ('{b,c}'::text[])))";
    struct qn_catalog_labels labels;
    struct qn_arena arena;

    (void)state;
    qn_arena_init(&arena, ARENA_MAX);
    qn_mem_fail_at(1, 1);
    assert_false(qn_catalog_labels_of(&labels, &arena, "c",
                                      (struct qn_span){expression, sizeof(expression) - 1}));
    qn_mem_fail_at(0, 0);
    assert_int_equal(labels.n, 0);
    assert_int_equal(qn_arena_status(&arena, "it", NULL), QN_ENOMEM);
    qn_arena_release(&arena);
    assert_int_equal(qn_mem_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_forms_that_postgresql_writes_are_read),
        cmocka_unit_test(quotes_and_marks_within_values_stay),
        cmocka_unit_test(the_name_is_that_of_the_column),
        cmocka_unit_test(what_allows_other_values_gives_no_labels),
        cmocka_unit_test(depth_and_number_of_values_are_bounded),
        cmocka_unit_test(without_memory_there_are_no_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
