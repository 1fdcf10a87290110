#include "broker-client/redis/call.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void assert_bytes(const struct qn_call *call, const char *text)
{
    assert_int_equal(qn_buf_status(&call->bytes), QN_OK);
    assert_string_equal(call->bytes.data, text);
}

static void a_command_is_words_with_their_lengths(void **state)
{
    struct qn_call *call = qn_call_create(NULL, 12, NULL, NULL);

    (void)state;
    qn_call_add_str(call, "SET");
    qn_call_add(call, "", 0);
    qn_call_add_str(call, "0123456789");
    qn_call_add_i64(call, 0);
    qn_call_add_i64(call, -17);
    qn_call_add_i64(call, INT64_MAX);
    qn_call_add_i64(call, INT64_MIN);
    qn_call_add_key(call, "ns", "mail", QN_KEY_READY2, NULL);
    assert_bytes(call, "*12\r\n$3\r\nSET\r\n$0\r\n\r\n$10\r\n0123456789\r\n$1\r\n0\r\n$3\r\n-17\r\n"
                       "$19\r\n9223372036854775807\r\n$20\r\n-9223372036854775808\r\n"
                       "$17\r\n{ns:mail}:ready:2\r\n");
    qn_call_free(call);
}

static void the_hash_of_a_script_goes_into_its_place(void **state)
{
    static const char sha[QN_SHA_LEN + 1] = "0123456789abcdef0123456789abcdef01234567";
    const struct qn_call_place place = {.ns = "ns", .name = "n"};
    struct qn_call *call = qn_call_create_script(NULL, QN_SCRIPT_WORKERS, &place, 0);

    (void)state;
    qn_call_set_sha(call, sha);
    assert_bytes(call, "*4\r\n$7\r\nEVALSHA\r\n$40\r\n0123456789abcdef0123456789abcdef01234567"
                       "\r\n$1\r\n1\r\n$14\r\n{ns}:workers:n\r\n");
    qn_call_free(call);
}

static void who_makes_the_same_again_asks_for_no_memory(void **state)
{
    const struct qn_call_place place = {.ns = "ns", .queue = "mail"};
    struct qn_call_pool pool = {0};
    size_t before = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        struct qn_call *call = qn_call_create_script(&pool, QN_SCRIPT_ENQUEUE, &place, 1);
        assert_null(call->arg);
        assert_int_equal(call->sent, 0);
        call->arg = call;
        call->sent = call->bytes.len;
        qn_call_add_str(call, "0123456789");
        qn_call_free(call);
        if (i == 0)
            before = qn_mem_count();
    }
    assert_int_equal(qn_mem_count(), before);
    qn_call_pool_release(&pool);
}

static void a_pool_keeps_few_calls_and_no_large_one(void **state)
{
    struct qn_call_pool pool = {0};
    struct qn_call *calls[QN_CALL_POOL_MAX + 2];
    size_t live = qn_mem_live();
    char *large = calloc(1, QN_CALL_KEEP_MAX);

    (void)state;
    assert_non_null(large);
    for (size_t i = 0; i < QN_CALL_POOL_MAX + 2; i++)
        calls[i] = qn_call_create(&pool, 1, NULL, NULL);
    qn_call_add(calls[0], large, QN_CALL_KEEP_MAX);
    for (size_t i = 0; i < QN_CALL_POOL_MAX + 2; i++) {
        qn_call_free(calls[i]);
        assert_int_equal(pool.n, i < QN_CALL_POOL_MAX ? i : QN_CALL_POOL_MAX);
    }
    qn_call_pool_release(&pool);
    assert_int_equal(pool.n, 0);
    assert_int_equal(qn_mem_live(), live);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_words_with_their_lengths),
        cmocka_unit_test(the_hash_of_a_script_goes_into_its_place),
        cmocka_unit_test(who_makes_the_same_again_asks_for_no_memory),
        cmocka_unit_test(a_pool_keeps_few_calls_and_no_large_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
