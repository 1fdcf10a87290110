#include "broker-client/hashes.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define MANY 20000

static const struct qn_hash_key key = {{1, 2}};

static void the_hash_depends_on_every_byte_and_the_key(void **state)
{
    const struct qn_hash_key other = {{1, 3}};
    char text[] = "abcdefghijklmnopq";
    uint64_t whole = qn_hash(&key, text);

    (void)state;
    assert_true(whole == qn_hash(&key, "abcdefghijklmnopq"));
    assert_true(whole != qn_hash(&other, text));
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        text[i] ^= 1;
        assert_true(whole != qn_hash(&key, text));
        text[i] ^= 1;
    }
    assert_true(qn_hash(&key, "") != 0);
    assert_true(qn_hash(&key, "") != qn_hash(&key, "a"));
}

static void an_array_finds_what_was_added_and_its_doubles(void **state)
{
    struct qn_hashes hashes, doubles;
    char text[16];

    (void)state;
    qn_hashes_init(&hashes, MANY * 2);
    qn_hashes_init(&doubles, MANY);
    assert_false(qn_hashes_has(&hashes, 1));
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "n%d", i);
        for (int k = 0; k < (i % 1000 == 0 ? 3 : 1); k++)
            assert_int_equal(qn_hashes_add(&hashes, qn_hash(&key, text)), QN_OK);
    }
    qn_hashes_sort(&hashes);
    assert_int_equal(qn_hashes_doubles(&hashes, &doubles), QN_OK);
    assert_int_equal(doubles.n, MANY / 1000);
    assert_true(qn_hashes_has(&doubles, qn_hash(&key, "n3000")));
    assert_true(qn_hashes_has(&hashes, qn_hash(&key, "n19999")));
    assert_false(qn_hashes_has(&hashes, qn_hash(&key, "n20000")));
    qn_hashes_release(&hashes);
    qn_hashes_release(&doubles);
}

static void an_array_never_exceeds_its_maximum(void **state)
{
    struct qn_hashes hashes;

    (void)state;
    qn_hashes_init(&hashes, 2);
    assert_int_equal(qn_hashes_add(&hashes, 1), QN_OK);
    assert_int_equal(qn_hashes_add(&hashes, 2), QN_OK);
    assert_int_equal(qn_hashes_add(&hashes, 3), QN_ELIMIT);
    assert_int_equal(hashes.n, 2);
    qn_hashes_release(&hashes);
}

static void a_set_holds_each_once(void **state)
{
    struct qn_hash_set set = {0};
    char text[16];

    (void)state;
    assert_false(qn_hash_set_has(&set, 1));
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "n%d", i % (MANY / 2));
        assert_int_equal(qn_hash_set_add(&set, qn_hash(&key, text)), QN_OK);
    }
    assert_int_equal(set.n, MANY / 2);
    assert_true(qn_hash_set_has(&set, qn_hash(&key, "n0")));
    assert_false(qn_hash_set_has(&set, qn_hash(&key, "n10000")));
    qn_hash_set_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_depends_on_every_byte_and_the_key),
        cmocka_unit_test(an_array_finds_what_was_added_and_its_doubles),
        cmocka_unit_test(an_array_never_exceeds_its_maximum),
        cmocka_unit_test(a_set_holds_each_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
