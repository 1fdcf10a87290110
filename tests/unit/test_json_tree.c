/* JSON as a tree: what is there is found, what is no JSON is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/mem.h"
#include "tasks/lib/json_tree.h"
#include <string.h>

static int parse(struct qn_arena *arena, const char *text, size_t depth, struct qn_json_node **ret)
{
    qn_arena_init(arena, 1 << 20);
    return qn_json_tree(ret, (struct qn_span){text, strlen(text)}, depth, arena, NULL);
}

static void members_are_found(void **state)
{
    struct qn_arena arena;
    struct qn_json_node *root;
    const struct qn_json_node *list;

    (void)state;
    assert_int_equal(
        parse(&arena, " {\"a\": [1, -2.5e3, true , null, {}], \"\\u0062\": \"x\\n\"} ", 8, &root),
        QN_OK);
    list = qn_json_member(root, "a");
    assert_int_equal(list->type, QN_JSON_ARRAY);
    assert_string_equal(list->first->text, "1");
    assert_string_equal(list->first->next->text, "-2.5e3");
    assert_int_equal(list->first->next->next->type, QN_JSON_BOOLEAN);
    assert_int_equal(list->first->next->next->next->next->type, QN_JSON_OBJECT);
    assert_string_equal(qn_json_text(root, "b"), "x\n");
    assert_null(qn_json_member(root, "c"));
    assert_null(qn_json_member(list, "a"));
    assert_string_equal(qn_json_text(NULL, "a"), "");
    qn_arena_release(&arena);
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const bad[] = {
        "",      " ",   "{",       "[",    "[1",  "[1 2]", "{\"a\"}", "{\"a\":}",    "{\"a\":1",
        "{a:1}", "\"x", "\"\\q\"", "[1]]", "nul", "1 2",   "{1:2}",   "\"\\u0000\"", "\"a\tb\"",
        "}",     "[}",  "\"\\",    "[1}"};
    struct qn_arena arena;
    struct qn_json_node *root;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(parse(&arena, bad[i], 8, &root), QN_EINVAL);
        assert_null(root);
        qn_arena_release(&arena);
    }
}

static void depth_and_memory_have_an_end(void **state)
{
    struct qn_arena arena;
    struct qn_json_node *root;
    size_t nth;
    int rc = QN_ENOMEM;

    (void)state;
    assert_int_equal(parse(&arena, "[[[[]]]]", 4, &root), QN_OK);
    qn_arena_release(&arena);
    assert_int_equal(parse(&arena, "[[[[[]]]]]", 4, &root), QN_ELIMIT);
    qn_arena_release(&arena);
    for (nth = 1; rc != QN_OK; nth++) {
        qn_mem_fail_at(nth, 0);
        rc = parse(&arena, "{\"a\":[\"\\u0062\"]}", 4, &root);
        qn_mem_fail_at(0, 0);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        qn_arena_release(&arena);
    }
    assert_true(nth > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(depth_and_memory_have_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
