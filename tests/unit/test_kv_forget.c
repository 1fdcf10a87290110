#include "tasks/lib/kv.h"
#include "tests/support/kv_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- invalidated ---- */

static void an_invalidated_kind_is_loaded_again(void **state)
{
    struct qn_kv *kv = kv_open(), *other = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_both, &source, "old", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_SOURCE);
    kv_gives(other, &kv_both, &source, "old", QN_KV_FROM_L2);
    source = kv_source_of("new");
    assert_int_equal(qn_kv_invalidate(kv, &kv_both, NULL, NULL), QN_OK);
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_L2); /* another kind */
    kv_gives(kv, &kv_both, &source, "new", QN_KV_FROM_SOURCE);
    kv_gives(other, &kv_both, &source, "old", QN_KV_FROM_L1); /* does not know yet */
    qn_fake_clock_advance(&kv_clock, QN_KV_TRUST_MS);
    kv_gives(other, &kv_both, &source, "new", QN_KV_FROM_L2);
    assert_int_equal(source.loads, 1);
    qn_kv_free(kv);
    qn_kv_free(other);
}

static void an_invalidated_group_leaves_the_others(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");
    struct qn_kv_request seven = kv_request_of(&kv_both, &kv_part_a, &source), eight = seven;

    (void)state;
    seven.group = "user:7";
    eight.group = "user:8";
    kv_gives_request(kv, &seven, "old", QN_KV_FROM_SOURCE);
    kv_gives_request(kv, &eight, "old", QN_KV_FROM_SOURCE);
    source = kv_source_of("new");
    assert_int_equal(qn_kv_invalidate(kv, &kv_both, "user:7", NULL), QN_OK);
    kv_gives_request(kv, &seven, "new", QN_KV_FROM_SOURCE);
    kv_gives_request(kv, &eight, "old", QN_KV_FROM_L1);
    assert_int_equal(qn_kv_invalidate(kv, &kv_both, NULL, NULL), QN_OK);
    source = kv_source_of("newest");
    kv_gives_request(kv, &seven, "newest", QN_KV_FROM_SOURCE);
    kv_gives_request(kv, &eight, "newest", QN_KV_FROM_SOURCE);
    qn_kv_free(kv);
}

/* Redis may evict the version itself, and then hand out another. */
static void a_version_that_was_evicted_revives_nothing(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_SOURCE);
    assert_int_equal(redis_server_do(&kv_server, "DEL test:kv-version:shared"), 1);
    source = kv_source_of("new");
    kv_gives(kv, &kv_shared, &source, "new", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_shared, &source, "new", QN_KV_FROM_L2);
    qn_kv_free(kv);
}

static struct qn_kv *invalidator;

static void invalidate_meanwhile(struct qn_kv_load *into)
{
    (void)into;
    assert_int_equal(qn_kv_invalidate(invalidator, &kv_both, NULL, NULL), QN_OK);
}

static void what_was_invalidated_while_it_was_loaded_is_not_kept(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    invalidator = kv_open();
    source.meanwhile = invalidate_meanwhile;
    kv_gives(kv, &kv_both, &source, "old", QN_KV_FROM_SOURCE);
    assert_int_equal(qn_kv_counters(kv)->late, 1);
    source = kv_source_of("new");
    kv_gives(kv, &kv_both, &source, "new", QN_KV_FROM_SOURCE);
    kv_gives(invalidator, &kv_both, &source, "new", QN_KV_FROM_L2);
    qn_kv_free(kv);
    qn_kv_free(invalidator);
}

static void a_dropped_value_is_loaded_again(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");
    struct qn_kv_request request = kv_request_of(&kv_both, &kv_part_a, &source);

    (void)state;
    kv_gives_request(kv, &request, "old", QN_KV_FROM_SOURCE);
    assert_int_equal(qn_kv_drop(kv, &request, NULL), QN_OK);
    source = kv_source_of("new");
    kv_gives_request(kv, &request, "new", QN_KV_FROM_SOURCE);
    qn_kv_free(kv);
}

/* ---- hot keys ---- */

static void make_hot(struct qn_kv *kv, struct kv_source *source, const char *text)
{
    kv_gives(kv, &kv_shared, source, text, QN_KV_FROM_SOURCE);
    for (int i = 0; i < QN_KV_HOT - 1; i++) {
        kv_gives(kv, &kv_shared, source, text, QN_KV_FROM_L2);
    }
    kv_leave_ms("shared", LONG / 20);
}

static void a_hot_key_is_loaded_before_its_end_and_lives_longer(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");
    char entry[256];

    (void)state;
    make_hot(kv, &source, "old");
    source = kv_source_of("new");
    kv_gives(kv, &kv_shared, &source, "new", QN_KV_FROM_SOURCE);
    assert_int_equal(qn_kv_counters(kv)->preloads, 1);
    kv_entry_of("shared", entry);
    assert_true(redis_server_do(&kv_server, "PTTL %s", entry) > LONG + QN_KV_HOT_MS * 8 / 10);
    kv_leave_ms("shared", LONG / 20); /* it has to become hot again */
    kv_gives(kv, &kv_shared, &source, "new", QN_KV_FROM_L2);
    qn_kv_free(kv);
}

static void a_key_below_the_threshold_is_not(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_SOURCE);
    kv_leave_ms("shared", LONG / 20);
    for (int i = 0; i < QN_KV_HOT - 1; i++) {
        kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_L2);
    }
    assert_int_equal(qn_kv_counters(kv)->preloads, 0);
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_SOURCE);
    assert_int_equal(qn_kv_counters(kv)->preloads, 1);
    qn_kv_free(kv);
}

static void uses_of_l1_make_a_key_hot_too(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    kv_gives(kv, &kv_both, &source, "old", QN_KV_FROM_SOURCE);
    for (int i = 0; i < QN_KV_HOT; i++) {
        kv_gives(kv, &kv_both, &source, "old", QN_KV_FROM_L1);
    }
    kv_leave_ms("both", LONG / 20);
    qn_fake_clock_advance(&kv_clock, LONG);
    kv_gives(kv, &kv_both, &source, "old", QN_KV_FROM_SOURCE);
    assert_int_equal(qn_kv_counters(kv)->preloads, 1);
    qn_kv_free(kv);
}

static void a_preload_that_fails_changes_nothing(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");

    (void)state;
    make_hot(kv, &source, "old");
    source.rc = QN_ECONN;
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_L2);
    assert_int_equal(qn_kv_counters(kv)->stale, 0);
    qn_kv_free(kv);
}

static void while_one_preloads_the_others_are_served(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("old");
    char entry[256];

    (void)state;
    make_hot(kv, &source, "old");
    kv_entry_of("shared", entry);
    redis_server_do(&kv_server, "SET %s:lock somebody PX 100000", entry);
    kv_gives(kv, &kv_shared, &source, "old", QN_KV_FROM_L2);
    assert_int_equal(qn_kv_counters(kv)->waits, 0);
    assert_int_equal(source.loads, 1);
    qn_kv_free(kv);
}

#define CASE(name) cmocka_unit_test_setup(name, kv_room_fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_invalidated_kind_is_loaded_again),
        CASE(an_invalidated_group_leaves_the_others),
        CASE(a_version_that_was_evicted_revives_nothing),
        CASE(what_was_invalidated_while_it_was_loaded_is_not_kept),
        CASE(a_dropped_value_is_loaded_again),
        CASE(a_hot_key_is_loaded_before_its_end_and_lives_longer),
        CASE(a_key_below_the_threshold_is_not),
        CASE(uses_of_l1_make_a_key_hot_too),
        CASE(a_preload_that_fails_changes_nothing),
        CASE(while_one_preloads_the_others_are_served),
    };

    return cmocka_run_group_tests(tests, kv_room_start, kv_room_stop);
}
