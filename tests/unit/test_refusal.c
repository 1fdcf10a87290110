#include "broker-client/redis/refusal.h"

#include <quern/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* As Redis 7 words them. */
static const struct row {
    const char *text;
    int rc;
    bool leave;
} rows[] = {
    {"OOM command not allowed when used memory > 'maxmemory'.", QN_EFULL, false},
    {"MISCONF Errors writing to the AOF file: No space left on device", QN_EFULL, false},
    {"BUSY Redis is busy running a script.", QN_ECONN, false},
    {"NOREPLICAS Not enough good replicas to write.", QN_ECONN, false},
    {"READONLY You can't write against a read only replica.", QN_ECONN, true},
    {"UNBLOCKED force unblock from blocking operation, instance state changed", QN_ECONN, true},
    {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", QN_ECONN,
     true},
    {"LOADING Redis is loading the dataset in memory", QN_ECONN, true},
    {"NOAUTH Authentication required.", QN_ECONN, true},
    {"NOPERM this user has no permissions to run the 'evalsha' command", QN_EPROTO, false},
    {"WRONGTYPE Operation against a key holding the wrong kind of value", QN_EPROTO, false},
    {"CROSSSLOT Keys in request don't hash to the same slot", QN_EUNSUPPORTED, false},
    {"ERR unknown command 'FLY'", QN_EPROTO, false},
    {"", QN_EPROTO, false},
    {"READONLYISH is another word", QN_EPROTO, false},
};

static void each_error_reply_has_one_meaning(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct qn_refusal refusal = qn_refusal_of(rows[i].text);
        if (refusal.rc != rows[i].rc || refusal.leave != rows[i].leave)
            fail_msg("%s: %d %d", rows[i].text, refusal.rc, refusal.leave);
    }
}

static void only_a_forgotten_script_is_sent_again(void **state)
{
    (void)state;
    assert_true(qn_refusal_is_noscript("NOSCRIPT No matching script. Please use EVAL."));
    assert_false(qn_refusal_is_noscript("ERR NOSCRIPT"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_reply_has_one_meaning),
        cmocka_unit_test(only_a_forgotten_script_is_sent_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
