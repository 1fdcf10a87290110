#include "common/mem.h"
#include "tasks/lib/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1024 * 1024)

static bool is_zero(const unsigned char *block, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return true;
}

static void blocks_are_zeroed_aligned_apart_and_never_move(void **state)
{
    struct qn_arena arena;
    unsigned char *blocks[400];

    (void)state;
    qn_arena_init(&arena, 64 * MIB);
    for (size_t i = 0; i < 400; i++) { /* small ones and ones over a chunk */
        size_t size = i % 50 == 49 ? 100000 : i + 1;

        blocks[i] = qn_arena_alloc(&arena, 1, size);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        assert_true(is_zero(blocks[i], size));
        memset(blocks[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < 400; i++) {
        size_t size = i % 50 == 49 ? 100000 : i + 1;

        assert_int_equal(blocks[i][0], i % 255 + 1);
        assert_int_equal(blocks[i][size - 1], i % 255 + 1);
    }
    assert_int_equal(qn_arena_status(&arena, "it", NULL), QN_OK);
    qn_arena_release(&arena);
    assert_int_equal(qn_mem_live(), 0);
}

static void over_the_maximum_nothing_is_given_any_more(void **state)
{
    struct qn_arena arena;
    struct qn_err err;

    (void)state;
    qn_arena_init(&arena, MIB);
    assert_non_null(qn_arena_alloc(&arena, MIB / 2, 1));
    assert_null(qn_arena_alloc(&arena, MIB / 2 + 1, 1));
    assert_null(qn_arena_alloc(&arena, 1, 1));
    assert_string_equal(qn_arena_text(&arena, "text", 4), "");
    assert_string_equal(qn_arena_printf(&arena, "%d", 7), "");
    assert_int_equal(qn_arena_status(&arena, "the tree", &err), QN_ELIMIT);
    assert_string_equal(err.msg, "the tree is larger than 1 MiB");
    qn_arena_release(&arena);
    assert_int_equal(qn_mem_live(), 0);
}

static void a_count_that_overflows_is_over_the_maximum(void **state)
{
    struct qn_arena arena;

    (void)state;
    qn_arena_init(&arena, SIZE_MAX);
    assert_null(qn_arena_alloc(&arena, SIZE_MAX / 8 + 1, 16));
    assert_int_equal(qn_arena_status(&arena, "it", NULL), QN_ELIMIT);
    qn_arena_release(&arena);
    qn_arena_init(&arena, SIZE_MAX);
    assert_null(qn_arena_alloc(&arena, SIZE_MAX, 1));
    assert_int_not_equal(qn_arena_status(&arena, "it", NULL), QN_OK);
    qn_arena_release(&arena);
}

static void memory_stays_near_what_was_given_out(void **state)
{
    struct qn_arena arena;
    size_t before = qn_mem_count();

    (void)state;
    qn_arena_init(&arena, 64 * MIB);
    for (size_t i = 0; i < 600; i++) { /* a large block after each small one */
        assert_non_null(qn_arena_alloc(&arena, 1, 16));
        assert_non_null(qn_arena_alloc(&arena, 1, 70000));
    }
    /* One chunk a large block, and one for all the small ones. */
    assert_int_equal(qn_mem_count() - before, 601);
    qn_arena_release(&arena);
}

static void a_failure_of_memory_is_told_at_the_end(void **state)
{
    struct qn_arena arena;
    struct qn_err err;

    (void)state;
    qn_arena_init(&arena, MIB);
    qn_mem_fail_at(1, 0);
    assert_string_equal(qn_arena_str(&arena, "one"), "");
    assert_string_equal(qn_arena_str(&arena, "two"), ""); /* sticks, though there is memory again */
    assert_int_equal(qn_arena_status(&arena, "the tree", &err), QN_ENOMEM);
    assert_string_equal(err.msg, "no memory for the tree");
    qn_mem_fail_at(0, 0);
    qn_arena_release(&arena);
    assert_int_equal(qn_mem_live(), 0);
}

static void texts_are_copies_with_an_end(void **state)
{
    char source[] = "abcdef";
    struct qn_arena arena;
    const char *text, *printed;

    (void)state;
    qn_arena_init(&arena, MIB);
    text = qn_arena_text(&arena, source, 3);
    printed = qn_arena_printf(&arena, "%s-%d", source, 42);
    source[0] = 'x';
    assert_string_equal(text, "abc");
    assert_string_equal(printed, "abcdef-42");
    assert_string_equal(qn_arena_text(&arena, NULL, 0), "");
    assert_string_equal(qn_arena_str(&arena, NULL), "");
    qn_arena_release(&arena);
}

static void an_array_grows_by_one_zeroed_place(void **state)
{
    struct qn_arena arena;
    int *items = NULL;

    (void)state;
    qn_arena_init(&arena, MIB);
    for (int i = 0; i < 100; i++) {
        items = qn_arena_grow(&arena, items, (size_t)i, sizeof(*items));
        assert_non_null(items);
        assert_int_equal(items[i], 0);
        items[i] = i + 1;
    }
    for (int i = 0; i < 100; i++) {
        assert_int_equal(items[i], i + 1);
    }
    qn_arena_release(&arena);
    assert_int_equal(qn_mem_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zeroed_aligned_apart_and_never_move),
        cmocka_unit_test(over_the_maximum_nothing_is_given_any_more),
        cmocka_unit_test(a_count_that_overflows_is_over_the_maximum),
        cmocka_unit_test(memory_stays_near_what_was_given_out),
        cmocka_unit_test(a_failure_of_memory_is_told_at_the_end),
        cmocka_unit_test(texts_are_copies_with_an_end),
        cmocka_unit_test(an_array_grows_by_one_zeroed_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
