#include "common/mem.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void blocks_are_counted_while_they_live(void **state)
{
    size_t live = qn_mem_live(), count = qn_mem_count();
    void *one = qn_alloc(0), *two = qn_zalloc(0, 8);

    (void)state;
    assert_non_null(one);
    assert_non_null(two);
    one = qn_realloc(one, 100);
    assert_int_equal(qn_mem_live(), live + 2);
    assert_int_equal(qn_mem_count(), count + 3);
    qn_free(one);
    qn_free(two);
    qn_free(NULL);
    assert_int_equal(qn_mem_live(), live);
}

static void realloc_of_nothing_makes_a_block(void **state)
{
    size_t live = qn_mem_live();
    void *block = qn_realloc(NULL, 10);

    (void)state;
    assert_int_equal(qn_mem_live(), live + 1);
    qn_free(block);
}

/* volatile: compilers know what malloc cannot give. */
static void sizes_that_overflow_are_refused(void **state)
{
    volatile size_t huge = SIZE_MAX / 2 + 2;

    (void)state;
    assert_null(qn_zalloc(huge, 2));
    assert_null(qn_realloc_array(NULL, huge, 2));
    assert_null(qn_strndup("", huge + (huge - 3)));
}

static void zalloc_gives_zeros(void **state)
{
    char zeros[64] = {0};
    char *block = qn_zalloc(8, 8);

    (void)state;
    assert_memory_equal(block, zeros, sizeof(zeros));
    qn_free(block);
}

static void copies_end_in_nul(void **state)
{
    char *whole = qn_strdup("text"), *part = qn_strndup("text", 2), *none = qn_strndup(NULL, 0);

    (void)state;
    assert_string_equal(whole, "text");
    assert_string_equal(part, "te");
    assert_string_equal(none, "");
    qn_free(whole);
    qn_free(part);
    qn_free(none);
}

static void the_nth_allocation_fails_once(void **state)
{
    void *block;

    (void)state;
    qn_mem_fail_at(2, 0);
    block = qn_alloc(1);
    assert_non_null(block);
    assert_null(qn_realloc(block, 50)); /* the block stays */
    block = qn_realloc(block, 60);
    assert_non_null(block);
    qn_free(block);
}

static void from_the_nth_on_all_fail_until_told_otherwise(void **state)
{
    void *block;

    (void)state;
    qn_mem_fail_at(1, 1);
    assert_null(qn_alloc(1));
    assert_null(qn_zalloc(1, 1));
    assert_null(qn_strdup("x"));
    qn_mem_fail_at(0, 0);
    block = qn_alloc(1);
    assert_non_null(block);
    qn_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_counted_while_they_live),
        cmocka_unit_test(realloc_of_nothing_makes_a_block),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(zalloc_gives_zeros),
        cmocka_unit_test(copies_end_in_nul),
        cmocka_unit_test(the_nth_allocation_fails_once),
        cmocka_unit_test(from_the_nth_on_all_fail_until_told_otherwise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
