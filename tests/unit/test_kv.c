#include "tasks/lib/kv.h"
#include "tests/support/kv_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

/* ---- what is kept ---- */

static void a_value_is_loaded_once_and_filled_back_upwards(void **state)
{
    struct qn_kv *kv = kv_open(), *other = kv_open();
    struct kv_source source = kv_source_of("v");

    (void)state;
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_L1);
    kv_gives(other, &kv_both, &source, "v", QN_KV_FROM_L2);
    kv_gives(other, &kv_both, &source, "v", QN_KV_FROM_L1);
    assert_int_equal(source.loads, 1);
    assert_int_equal(qn_kv_counters(kv)->loads, 1);
    assert_int_equal(qn_kv_counters(kv)->l1_hits, 1);
    assert_int_equal(qn_kv_counters(kv)->l1_misses, 1);
    assert_int_equal(qn_kv_counters(kv)->l2_misses, 1);
    assert_int_equal(qn_kv_counters(kv)->l2_hits, 0);
    assert_int_equal(qn_kv_counters(other)->l1_misses, 1);
    assert_int_equal(qn_kv_counters(other)->l2_hits, 1);
    assert_int_equal(qn_kv_counters(other)->l1_hits, 1);
    assert_int_equal(qn_kv_counters(other)->loads, 0);
    assert_int_equal(qn_kv_l1_entries(kv), 1);
    qn_kv_free(kv);
    qn_kv_free(other);
}

static void what_looks_like_nothing_is_a_value(void **state)
{
    static const struct qn_span values[] = {{"", 0}, {"0", 1}, {"[]", 2}, {"null", 4}, {"\0", 1}};
    struct qn_kv *kv = kv_open(), *other = kv_open();

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct qn_span part = {(const char *)&i, sizeof(i)};
        struct kv_source source = {.value = values[i]};
        struct qn_kv_request request = kv_request_of(&kv_both, &part, &source);

        for (int n = 0; n < 4; n++) {
            struct qn_buf out;

            qn_buf_init(&out, 100);
            assert_int_equal(qn_kv_get(n < 2 ? kv : other, &request, &out, NULL, NULL), QN_OK);
            assert_int_equal(out.len, values[i].len);
            assert_memory_equal(out.data, values[i].data, out.len);
            qn_buf_release(&out);
        }
        assert_int_equal(source.loads, 1);
    }
    qn_kv_free(kv);
    qn_kv_free(other);
}

static void that_there_is_none_is_kept(void **state)
{
    struct qn_kv *kv = kv_open(), *other = kv_open();
    struct kv_source source = kv_source_of(NULL);

    (void)state;
    kv_gives(kv, &kv_both, &source, NULL, QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &source, NULL, QN_KV_FROM_L1);
    kv_gives(other, &kv_both, &source, NULL, QN_KV_FROM_L2);
    assert_int_equal(source.loads, 1);
    assert_int_equal(qn_kv_counters(kv)->load_failures, 0);
    for (int i = 1; i <= 2; i++) { /* a kind that does not want to */
        kv_gives(kv, &kv_fleeting, &source, NULL, QN_KV_FROM_SOURCE);
        assert_int_equal(source.loads, 1 + i);
    }
    qn_kv_free(kv);
    qn_kv_free(other);
}

static void a_kind_that_is_kept_nowhere_is_loaded_each_time(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("v");

    (void)state;
    kv_gives(kv, &kv_nowhere, &source, "v", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_nowhere, &source, "v", QN_KV_FROM_SOURCE);
    assert_int_equal(redis_server_do(&kv_server, "DBSIZE"), 0);
    qn_kv_free(kv);
}

static void a_load_says_how_long_and_whether_at_all(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("v");
    char entry[256];
    long long left;

    (void)state;
    source.life_ms = 1000000;
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_SOURCE);
    kv_entry_of("shared", entry);
    left = redis_server_do(&kv_server, "PTTL %s", entry) - LONG;
    assert_true(left > 800000 && left <= 1000000);
    source.life_ms = -1;
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    kv_entry_of("both", entry);
    assert_string_equal(entry, "");
    qn_kv_free(kv);
}

static void every_key_has_a_life(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("v");
    redisReply *keys;

    (void)state;
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    keys = redisCommand(kv_server.control, "KEYS *");
    assert_int_equal(keys->elements, 3); /* entry, wake, version */
    for (size_t i = 0; i < keys->elements; i++) {
        assert_true(redis_server_do(&kv_server, "PTTL %s", keys->element[i]->str) > 0);
    }
    freeReplyObject(keys);
    qn_kv_free(kv);
}

static void a_forced_load_replaces_what_is_there(void **state)
{
    struct qn_kv *kv = kv_open(), *other = kv_open();
    struct kv_source old = kv_source_of("old"), new = kv_source_of("new");
    struct qn_kv_request request = kv_request_of(&kv_both, &kv_part_a, &new);

    (void)state;
    kv_gives(kv, &kv_both, &old, "old", QN_KV_FROM_SOURCE);
    request.force = true;
    kv_gives_request(kv, &request, "new", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &old, "new", QN_KV_FROM_L1);
    kv_gives(other, &kv_both, &old, "new", QN_KV_FROM_L2);
    new.rc = QN_EAGAIN;
    struct qn_buf out;
    qn_buf_init(&out, 100);
    assert_int_equal(qn_kv_get(kv, &request, &out, NULL, NULL), QN_EAGAIN); /* not the old one */
    qn_buf_release(&out);
    kv_gives(other, &kv_both, &old, "new", QN_KV_FROM_L1);
    qn_kv_free(kv);
    qn_kv_free(other);
}

/* ---- past its life ---- */

static void past_its_life_it_is_loaded_again(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_SOURCE);
    kv_leave_ms("shared", -1);
    source = kv_source_of("new");
    kv_gives(kv, &kv_shared, &source, "new", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &source, "new", QN_KV_FROM_SOURCE);
    source = kv_source_of("newer");
    qn_fake_clock_advance(&kv_clock, LONG); /* L1's end is not Redis's */
    kv_gives(kv, &kv_both, &source, "new", QN_KV_FROM_L2);
    qn_kv_free(kv);
}

static void l1_keeps_no_longer_than_redis(void **state)
{
    struct qn_kv *kv = kv_open(), *other = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_both, &source, "old", QN_KV_FROM_SOURCE);
    kv_leave_ms("both", 10000);
    kv_gives(other, &kv_both, &source, "old", QN_KV_FROM_L2);
    kv_leave_ms("both", -1);
    qn_fake_clock_advance(&kv_clock, 10001);
    source = kv_source_of("new");
    kv_gives(other, &kv_both, &source, "new", QN_KV_FROM_SOURCE);
    qn_kv_free(kv);
    qn_kv_free(other);
}

static void a_failing_source_is_answered_for_by_what_was(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_SOURCE);
    kv_leave_ms("shared", -1);
    source.rc = QN_ECONN;
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_STALE);
    assert_int_equal(qn_kv_counters(kv)->stale, 1);
    assert_int_equal(qn_kv_counters(kv)->load_failures, 1);
    source = kv_source_of("new");
    kv_gives(kv, &kv_shared, &source, "new", QN_KV_FROM_SOURCE); /* the lease is free again */
    source.rc = QN_ECONN;
    kv_fails(kv, &kv_both, &source, QN_ECONN); /* never seen */
    qn_kv_free(kv);
}

static void after_its_grace_it_is_gone(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_SOURCE);
    kv_leave_ms("shared", -LONG);
    source.rc = QN_ECONN;
    kv_fails(kv, &kv_shared, &source, QN_ECONN);
    qn_kv_free(kv);
}

static void l1_answers_for_redis_and_source_within_the_grace(void **state)
{
    struct qn_kv *kv = kv_open_with((struct qn_kv_options){.url = NULL});
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_both, &source, "old", QN_KV_FROM_SOURCE);
    qn_fake_clock_advance(&kv_clock, LONG);
    source.rc = QN_ECONN;
    kv_gives(kv, &kv_both, &source, "old", QN_KV_FROM_STALE);
    qn_fake_clock_advance(&kv_clock, LONG);
    kv_fails(kv, &kv_both, &source, QN_ECONN);
    qn_kv_free(kv);
}

/* ---- sizes ---- */

static void what_is_too_large_is_given_but_not_kept(void **state)
{
    static char text[2001];
    struct qn_kv *kv =
        kv_open_with((struct qn_kv_options){.url = kv_server.url, .value_max = 1999});
    struct kv_source source;
    char entry[256];

    (void)state;
    memset(text, 'x', 2000);
    source = kv_source_of(text);
    kv_gives(kv, &kv_both, &source, text, QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &source, text, QN_KV_FROM_SOURCE);
    assert_int_equal(qn_kv_counters(kv)->too_large, 2);
    kv_entry_of("both", entry);
    assert_string_equal(entry, "");
    assert_int_equal(qn_kv_l1_entries(kv), 0);
    qn_kv_free(kv);
}

static void an_out_that_is_too_small_is_told(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("0123456789");
    struct qn_kv_request request = kv_request_of(&kv_both, &kv_part_a, &source);
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 5);
    assert_int_equal(qn_kv_get(kv, &request, &out, NULL, NULL), QN_ELIMIT);
    qn_buf_release(&out);
    kv_gives(kv, &kv_both, &source, "0123456789", QN_KV_FROM_SOURCE);
    qn_buf_init(&out, 5);
    assert_int_equal(qn_kv_get(kv, &request, &out, NULL, NULL), QN_ELIMIT);
    qn_buf_release(&out);
    qn_kv_free(kv);
}

static void what_others_wrote_is_not_believed(void **state)
{
    static const char *const bytes[] = {"", "x", "\1x", "\2vold", "\1"};
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("good");
    char entry[256];

    (void)state;
    kv_gives(kv, &kv_shared, &source, "good", QN_KV_FROM_SOURCE);
    kv_entry_of("shared", entry);
    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        redis_server_do(&kv_server, "HSET %s bytes %b", entry, bytes[i], strlen(bytes[i]));
        kv_gives(kv, &kv_shared, &source, "good", QN_KV_FROM_SOURCE);
        kv_gives(kv, &kv_shared, &source, "good", QN_KV_FROM_L2);
    }
    redis_server_do(&kv_server, "DEL %s", entry);
    redis_server_do(&kv_server, "SET %s text", entry); /* not even a hash */
    kv_gives(kv, &kv_shared, &source, "good", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_shared, &source, "good", QN_KV_FROM_L2);
    assert_int_equal(kv_troubles, 0);
    qn_kv_free(kv);
}

#define CASE(name) cmocka_unit_test_setup(name, kv_room_fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_value_is_loaded_once_and_filled_back_upwards),
        CASE(what_looks_like_nothing_is_a_value),
        CASE(that_there_is_none_is_kept),
        CASE(a_kind_that_is_kept_nowhere_is_loaded_each_time),
        CASE(a_load_says_how_long_and_whether_at_all),
        CASE(every_key_has_a_life),
        CASE(a_forced_load_replaces_what_is_there),
        CASE(past_its_life_it_is_loaded_again),
        CASE(l1_keeps_no_longer_than_redis),
        CASE(a_failing_source_is_answered_for_by_what_was),
        CASE(after_its_grace_it_is_gone),
        CASE(l1_answers_for_redis_and_source_within_the_grace),
        CASE(what_is_too_large_is_given_but_not_kept),
        CASE(an_out_that_is_too_small_is_told),
        CASE(what_others_wrote_is_not_believed),
    };

    return cmocka_run_group_tests(tests, kv_room_start, kv_room_stop);
}
