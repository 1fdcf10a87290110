/* What somebody else wrote under the keys of a cache: it costs that entry a load, never the
 * others anything. */
#include "tasks/lib/kv.h"
#include "tests/support/kv_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define KIND_VERSION "test:kv-version:both"
#define LONG_TEXT    100000 /* over what an answer may have here */

/* The entry is %s. */
static const char *const entries[] = {
    "SET %s poison",    "HSET %s grace abc", "HSET %s grace -9223372036854770000",
    "HDEL %s grace",    "HSET %s uses abc",  "HSET %s uses 9223372036854775807",
    "HSET %s bytes 2v", "HDEL %s bytes",
};

/* KEYS[1] is the key. */
static const char *const versions[] = {
    "redis.call('RPUSH', KEYS[1], 'a', 'b')",
    "redis.call('SET', KEYS[1], '')",
    "redis.call('SET', KEYS[1], 'short')",
    "redis.call('SET', KEYS[1], string.rep('a', 22))",
    "redis.call('SET', KEYS[1], string.rep('a', 500))",
    "redis.call('SET', KEYS[1], string.rep('a', 100000))",
    "redis.call('SET', KEYS[1], string.rep('a', 5) .. string.char(0) .. 'aaaaa')",
};

static struct qn_kv *open_narrow(void)
{
    return kv_open_with((struct qn_kv_options){.url = kv_server.url, .value_max = 1000});
}

static struct qn_kv *keep_one(const char *text, char entry[256])
{
    struct qn_kv *kv = open_narrow();
    struct kv_source source = kv_source_of(text);

    redis_server_do(&kv_server, "FLUSHALL");
    kv_gives(kv, &kv_both, &source, text, QN_KV_FROM_SOURCE);
    kv_entry_of("both", entry);
    return kv;
}

/* Another process than the one that kept it asks, and then a third. */
static void expect_mended(bool force)
{
    struct qn_kv *kv = open_narrow(), *other = open_narrow();
    struct kv_source new = kv_source_of("new");
    struct qn_kv_request request = kv_request_of(&kv_both, &kv_part_a, &new);

    request.force = force;
    kv_gives_request(kv, &request, "new", QN_KV_FROM_SOURCE);
    assert_int_equal(new.loads, 1);
    kv_gives(other, &kv_both, &new, "new", QN_KV_FROM_L2);
    assert_int_equal(kv_troubles, 0);
    assert_int_equal(qn_kv_counters(kv)->l2_skipped, 0);
    qn_kv_free(kv);
    qn_kv_free(other);
}

static void poison_entries(bool force)
{
    char entry[256];

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        struct qn_kv *kv = keep_one("old", entry);

        redis_server_do(&kv_server, entries[i], entry);
        expect_mended(force);
        qn_kv_free(kv);
    }
}

static void an_entry_that_is_none_is_loaded_and_written_over(void **state)
{
    (void)state;
    poison_entries(false);
}

static void force_writes_over_an_entry_that_is_none(void **state)
{
    (void)state;
    poison_entries(true);
}

static void an_entry_over_the_maximum_is_written_over(void **state)
{
    char entry[256], text[LONG_TEXT + 1];
    struct qn_kv *kv = keep_one("old", entry);

    (void)state;
    memset(text, 'a', LONG_TEXT);
    text[LONG_TEXT] = '\0';
    redis_server_do(&kv_server, "HSET %s bytes %s", entry, text);
    expect_mended(false);
    qn_kv_free(kv);
}

static void poison_versions(const char *script)
{
    char entry[256];
    struct qn_kv *kv = keep_one("old", entry);
    struct kv_source none = kv_source_of("none");

    redis_server_do(&kv_server, "DEL " KIND_VERSION);
    redis_server_do(&kv_server, "EVAL %s 1 " KIND_VERSION, script);
    expect_mended(false);
    qn_fake_clock_advance(&kv_clock, QN_KV_TRUST_MS); /* L1 of who kept it looks for itself */
    kv_gives(kv, &kv_both, &none, "new", QN_KV_FROM_L2);
    qn_kv_free(kv);
}

static void a_version_that_is_none_is_replaced(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        poison_versions(versions[i]);
    }
}

/* The entry says the same, so only its length tells that it is none. */
static void a_version_that_is_none_is_replaced_with_its_entry(void **state)
{
    char entry[256];
    struct qn_kv *kv = keep_one("old", entry);

    (void)state;
    redis_server_do(&kv_server, "SET " KIND_VERSION " aaaaaaaaaabbbbbbbbbbcc");
    redis_server_do(&kv_server, "HSET %s versions %s", entry,
                    "aaaaaaaaaabbbbbbbbbbccaaaaaaaaaabbbbbbbbbbcc");
    expect_mended(false);
    qn_kv_free(kv);
}

static void a_version_over_the_maximum_ends_the_trust_in_l1(void **state)
{
    char entry[256];
    struct qn_kv *kv = keep_one("old", entry);
    struct kv_source new = kv_source_of("new");

    (void)state;
    redis_server_do(&kv_server, "EVAL %s 1 " KIND_VERSION,
                    "redis.call('SET', KEYS[1], string.rep('a', 100000))");
    qn_fake_clock_advance(&kv_clock, QN_KV_TRUST_MS);
    kv_gives(kv, &kv_both, &new, "new", QN_KV_FROM_SOURCE);
    assert_int_equal(kv_troubles, 0);
    qn_kv_free(kv);
}

static void who_cannot_wait_loads_for_itself(void **state)
{
    char entry[256];
    struct qn_kv *old = keep_one("old", entry), *kv = open_narrow();
    struct kv_source new = kv_source_of("new");

    (void)state;
    redis_server_do(&kv_server, "DEL %s %s:wake", entry, entry);
    redis_server_do(&kv_server, "SET %s:lock somebody PX 600000", entry);
    redis_server_do(&kv_server, "SET %s:wake poison", entry);
    kv_gives(kv, &kv_both, &new, "new", QN_KV_FROM_SOURCE);
    assert_int_equal(kv_troubles, 0);
    assert_int_equal(qn_kv_counters(kv)->l2_errors, 1);
    qn_kv_free(old);
    qn_kv_free(kv);
}

/* The same code as of a bad entry, but no load can be opened: that is no matter of one key. */
static void a_redis_that_refuses_all_is_told_once_a_pause(void **state)
{
    struct qn_kv *kv = open_narrow();
    struct kv_source source = kv_source_of("v");

    (void)state;
    redis_server_do(&kv_server, "CONFIG SET requirepass secret");
    for (int i = 0; i < 5; i++) {
        kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_SOURCE);
    }
    assert_int_equal(kv_troubles, 1);
    assert_int_equal(qn_kv_counters(kv)->l2_skipped, 4);
    redis_server_do(&kv_server, "CONFIG SET requirepass %s", "");
    qn_kv_free(kv);
}

#define CASE(name) cmocka_unit_test_setup(name, kv_room_fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_entry_that_is_none_is_loaded_and_written_over),
        CASE(force_writes_over_an_entry_that_is_none),
        CASE(an_entry_over_the_maximum_is_written_over),
        CASE(a_version_that_is_none_is_replaced),
        CASE(a_version_that_is_none_is_replaced_with_its_entry),
        CASE(a_version_over_the_maximum_ends_the_trust_in_l1),
        CASE(who_cannot_wait_loads_for_itself),
        CASE(a_redis_that_refuses_all_is_told_once_a_pause),
    };

    return cmocka_run_group_tests(tests, kv_room_start, kv_room_stop);
}
