#include "common/mem.h"
#include "common/str.h"
#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/catalog/catalog_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct qn_arena arena;

static int begin(void **state)
{
    (void)state;
    qn_arena_init(&arena, (size_t)16 * 1024 * 1024);
    return 0;
}

static int end(void **state)
{
    (void)state;
    qn_arena_release(&arena);
    return 0;
}

static const char *comment(const char *text)
{
    return qn_catalog_comment(&arena, (struct qn_span){text, strlen(text)});
}

static void comments_have_no_control_characters(void **state)
{
    (void)state;
    assert_string_equal(comment("plain"), "plain");
    assert_string_equal(comment(""), "");
    assert_string_equal(qn_catalog_comment(&arena, (struct qn_span){NULL, 0}), "");
    assert_string_equal(comment("two\r\n\tlines"), "two lines");
    assert_string_equal(comment(" \n outer \x1b[31m\n"), "outer [31m");
    assert_string_equal(comment("\x01\x02\x7f"), "");
    assert_string_equal(comment("a\xc2\x85"
                                "b"),
                        "a b"); /* NEL, of C1 */
    assert_string_equal(comment("caf\xc3\xa9 \xe8\xae\xa2"), "caf\xc3\xa9 \xe8\xae\xa2");
    assert_string_equal(comment("bad\xff\xfe"
                                "bytes"),
                        "bad bytes");
}

static void long_comments_end_at_a_character(void **state)
{
    static char text[100 * 1024];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        size_t at = 0;
        const char *kept;

        memset(text, 'x', shift);
        for (at = shift; at + 4 < sizeof(text); at += 4) {
            memcpy(text + at, "\xf0\x9f\x98\x80", 4);
        }
        text[at] = '\0';
        kept = comment(text);
        assert_in_range(strlen(kept), QN_CATALOG_TEXT_MAX - 3, QN_CATALOG_TEXT_MAX);
        assert_true(qn_utf8_valid(kept, strlen(kept)));
    }
}

static void long_sql_differs_when_what_is_cut_differs(void **state)
{
    static char one[9000], other[9000];
    char kept[QN_CATALOG_TEXT_MAX + 1];

    (void)state;
    memset(one, 's', sizeof(one) - 1);
    memset(other, 's', sizeof(other) - 1);
    other[8000] = 't';
    snprintf(kept, sizeof(kept), "%s", qn_catalog_sql(&arena, (struct qn_span){one, strlen(one)}));
    assert_int_equal(strlen(kept), QN_CATALOG_TEXT_MAX);
    assert_non_null(strstr(kept, " /* 8999 bytes, "));
    assert_string_equal(kept, qn_catalog_sql(&arena, (struct qn_span){one, strlen(one)}));
    assert_string_not_equal(kept, qn_catalog_sql(&arena, (struct qn_span){other, strlen(other)}));
    one[QN_CATALOG_TEXT_MAX] = '\0';
    assert_string_equal(one, qn_catalog_sql(&arena, (struct qn_span){one, strlen(one)}));
}

static void sql_is_kept_as_it_is_but_for_what_is_no_utf8(void **state)
{
    static const char text[] = "SELECT 1\n  AS \"x\xff\"";

    (void)state;
    assert_string_equal(qn_catalog_sql(&arena, (struct qn_span){text, strlen(text)}),
                        "SELECT 1\n  AS \"x?\"");
    assert_string_equal(qn_catalog_sql(&arena, (struct qn_span){NULL, 0}), "");
}

static void without_memory_a_text_is_empty(void **state)
{
    struct qn_arena small;

    (void)state;
    qn_arena_init(&small, 1000);
    qn_mem_fail_at(1, 0);
    assert_string_equal(qn_catalog_comment(&small, (struct qn_span){"text", 4}), "");
    assert_int_equal(qn_arena_status(&small, "it", NULL), QN_ENOMEM);
    qn_arena_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comments_have_no_control_characters),
        cmocka_unit_test(long_comments_end_at_a_character),
        cmocka_unit_test(long_sql_differs_when_what_is_cut_differs),
        cmocka_unit_test(sql_is_kept_as_it_is_but_for_what_is_no_utf8),
        cmocka_unit_test(without_memory_a_text_is_empty),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
