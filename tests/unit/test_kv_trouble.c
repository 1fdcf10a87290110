#include "common/mem.h"
#include "tasks/lib/kv.h"
#include "tests/support/kv_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the commands it costs ---- */

static redisContext *listen_to_commands(void)
{
    redisContext *monitor = redisConnectUnix(kv_server.socket);

    freeReplyObject(redisCommand(monitor, "MONITOR"));
    return monitor;
}

/* Those that a client sent since; a script's own do not count. */
static int commands_sent(redisContext *monitor, char *first, size_t size)
{
    int n = 0;

    redis_server_do(&kv_server, "ECHO that-is-all");
    for (;;) {
        redisReply *line = NULL;
        bool over;

        assert_int_equal(redisGetReply(monitor, (void **)&line), REDIS_OK);
        over = strstr(line->str, "that-is-all") != NULL;
        if (!over && strstr(line->str, " lua]") == NULL) {
            snprintf(first, n == 0 ? size : 0, "%s", strchr(line->str, '"'));
            n++;
        }
        freeReplyObject(line);
        if (over) {
            return n;
        }
    }
}

static void a_hit_costs_one_command_and_a_load_three(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("v");
    char first[200] = "";
    redisContext *monitor;

    (void)state;
    kv_gives(kv, &kv_fleeting, &source, "v", QN_KV_FROM_SOURCE); /* brings the scripts */
    kv_gives(kv, &kv_fleeting, &source, "v", QN_KV_FROM_L2);
    monitor = listen_to_commands();
    kv_gives(kv, &kv_fleeting, &source, "v", QN_KV_FROM_L2);
    assert_int_equal(commands_sent(monitor, first, sizeof(first)), 1);
    assert_non_null(strstr(first, "EVALSHA"));
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    assert_int_equal(commands_sent(monitor, first, sizeof(first)), 3);
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_L1);
    assert_int_equal(commands_sent(monitor, first, sizeof(first)), 0);
    qn_fake_clock_advance(&kv_clock, QN_KV_TRUST_MS);
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_L1);
    assert_int_equal(commands_sent(monitor, first, sizeof(first)), 1);
    assert_non_null(strstr(first, "MGET"));
    assert_int_equal(qn_kv_invalidate(kv, &kv_both, NULL, NULL), QN_OK);
    assert_int_equal(commands_sent(monitor, first, sizeof(first)), 1);
    redisFree(monitor);
    qn_kv_free(kv);
}

/* ---- without Redis ---- */

static void without_an_url_there_is_l1(void **state)
{
    struct qn_kv *kv = kv_open_with((struct qn_kv_options){.url = ""});
    struct kv_source source = kv_source_of("v");

    (void)state;
    assert_false(qn_kv_has_redis(kv));
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_L1);
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_SOURCE);
    assert_int_equal(qn_kv_invalidate(kv, &kv_both, NULL, NULL), QN_OK);
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    assert_int_equal(qn_kv_counters(kv)->l2_errors, 0);
    qn_kv_free(kv);
}

static void an_url_or_a_namespace_that_is_none_is_refused(void **state)
{
    struct qn_kv_options options = {.url = "http://:geheim@x", .ns = "test"};
    struct qn_kv *kv;
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_kv_create(&kv, &options, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "cache-url: must begin with"));
    assert_null(strstr(err.msg, "geheim"));
    options = (struct qn_kv_options){.url = kv_server.url, .ns = "Ns"};
    assert_int_equal(qn_kv_create(&kv, &options, &err), QN_EINVAL);
    unsetenv("QUERN_NAMESPACE");
    assert_int_equal(qn_kv_create_from_env(&kv, &options, &err), QN_EINVAL);
    setenv("QUERN_NAMESPACE", "test", 1);
    setenv("QUERN_CACHE_URL", kv_server.url, 1);
    assert_int_equal(qn_kv_create_from_env(&kv, &options, &err), QN_OK);
    assert_true(qn_kv_has_redis(kv));
    qn_kv_free(kv);
}

static void a_redis_that_is_gone_is_a_miss_and_told_once_a_pause(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("v");
    struct qn_err err;

    (void)state;
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    redis_server_kill(&kv_server);
    kv_troubles = 0;
    for (int i = 0; i < 5; i++) {
        kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_SOURCE);
    }
    assert_int_equal(kv_troubles, 1);
    assert_int_equal(qn_kv_counters(kv)->l2_errors, 1);
    assert_int_equal(qn_kv_counters(kv)->l2_skipped, 4);
    qn_fake_clock_advance(&kv_clock, QN_KV_TRUST_MS + 20000);
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_L1); /* nobody can tell, and it is not old */
    assert_int_equal(kv_troubles, 2);
    assert_int_equal(qn_kv_invalidate(kv, &kv_both, NULL, &err), QN_ECONN);
    redis_server_again(&kv_server);
    qn_fake_clock_advance(&kv_clock, 20000);
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_L2);
    assert_int_equal(kv_troubles, 2);
    qn_kv_free(kv);
}

/* What was loaded while Redis was away has no version, so it is asked for once Redis is back. */
static void a_value_from_the_time_without_redis_is_not_trusted_after_it(void **state)
{
    struct qn_kv *kv = kv_open(), *other;
    struct kv_source old = kv_source_of("old"), new = kv_source_of("new");

    (void)state;
    redis_server_kill(&kv_server);
    kv_gives(kv, &kv_both, &old, "old", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_both, &new, "old", QN_KV_FROM_L1);
    redis_server_again(&kv_server);
    other = kv_open();
    kv_gives(other, &kv_both, &new, "new", QN_KV_FROM_SOURCE);
    qn_fake_clock_advance(&kv_clock, 20000);
    kv_gives(kv, &kv_both, &old, "new", QN_KV_FROM_L2);
    qn_kv_free(kv);
    qn_kv_free(other);
}

static void a_redis_that_does_not_answer_is_a_miss(void **state)
{
    struct qn_kv *kv =
        kv_open_with((struct qn_kv_options){.url = kv_server.url, .timeout_ms = 1000});
    struct kv_source source = kv_source_of("v");

    (void)state;
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_SOURCE);
    kill(kv_server.pid, SIGSTOP);
    source = kv_source_of("w");
    kv_gives(kv, &kv_shared, &source, "w", QN_KV_FROM_SOURCE);
    kv_gives(kv, &kv_shared, &source, "w", QN_KV_FROM_SOURCE); /* without asking */
    assert_int_equal(qn_kv_counters(kv)->l2_errors, 1);
    kill(kv_server.pid, SIGCONT);
    qn_fake_clock_advance(&kv_clock, 20000);
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_L2);
    qn_kv_free(kv);
}

static struct qn_kv_request numbered(struct qn_span *part, int *number, struct kv_source *source)
{
    *part = (struct qn_span){(const char *)number, sizeof(*number)};
    return kv_request_of(&kv_shared, part, source);
}

static void a_redis_that_evicts_loses_nothing_but_time(void **state)
{
    static char text[50001];
    struct qn_kv *kv = kv_open();
    struct qn_span part;
    char info[8192];
    int loads = 0;

    (void)state;
    redis_server_do(&kv_server, "CONFIG SET maxmemory-policy allkeys-lru");
    redis_server_do(&kv_server, "CONFIG SET maxmemory 4mb");
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 200; i++) {
            memset(text, 'a' + i % 26, 50000);
            struct kv_source source = kv_source_of(text);
            struct qn_kv_request request = numbered(&part, &i, &source);
            struct qn_buf out;

            qn_buf_init(&out, 100000);
            assert_int_equal(qn_kv_get(kv, &request, &out, NULL, NULL), QN_OK);
            assert_string_equal(out.data, text);
            qn_buf_release(&out);
            loads += source.loads;
        }
    }
    assert_true(loads > 200);
    assert_int_equal(qn_kv_counters(kv)->l2_errors, 0);
    redis_server_text(&kv_server, info, sizeof(info), "INFO stats");
    assert_null(strstr(info, "evicted_keys:0\r"));
    redis_server_do(&kv_server, "CONFIG SET maxmemory 0");
    redis_server_do(&kv_server, "CONFIG SET maxmemory-policy noeviction");
    qn_kv_free(kv);
}

static void a_full_redis_keeps_no_lease(void **state)
{
    struct qn_kv *kv = kv_open();
    struct kv_source source = kv_source_of("v");

    (void)state;
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_SOURCE);
    redis_server_do(&kv_server, "CONFIG SET maxmemory 1");
    kv_gives(kv, &kv_both, &source, "v", QN_KV_FROM_SOURCE);
    redis_server_do(&kv_server, "CONFIG SET maxmemory 0");
    redisReply *locks = redisCommand(kv_server.control, "KEYS *:lock");
    assert_int_equal(locks->elements, 0);
    freeReplyObject(locks);
    qn_fake_clock_advance(&kv_clock, 20000);
    kv_gives(kv, &kv_shared, &source, "v", QN_KV_FROM_L2); /* it could still be read */
    qn_kv_free(kv);
}

/* ---- memory ---- */

/* Three gets with the nth allocation failing; returns how many there were. */
static size_t use_with_failure(size_t nth)
{
    struct qn_kv_options options = {.url = kv_server.url, .ns = "test", .timeout_ms = PATIENT_MS};
    struct kv_source source = kv_source_of("v");
    struct qn_kv_request request = kv_request_of(&kv_both, &kv_part_a, &source);
    size_t before = qn_mem_count(), used;
    struct qn_kv *kv = NULL;
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, 100);
    qn_mem_fail_at(nth, 0);
    rc = qn_kv_create(&kv, &options, NULL);
    assert_true(rc == QN_OK || rc == QN_ENOMEM);
    for (int i = 0; i < 3 && kv != NULL; i++) {
        qn_buf_reset(&out);
        rc = qn_kv_get(kv, &request, &out, NULL, NULL);
        assert_true(rc == QN_ENOMEM || (rc == QN_OK && strcmp(out.data, "v") == 0));
    }
    qn_mem_fail_at(0, 0);
    used = qn_mem_count() - before;
    qn_buf_release(&out);
    qn_kv_free(kv);
    return used;
}

static void no_memory_is_an_error_or_no_matter(void **state)
{
    size_t live = qn_mem_live();
    size_t most = use_with_failure(0);

    (void)state;
    assert_true(most > 5);
    for (size_t nth = 1; nth <= most; nth++) {
        redis_server_do(&kv_server, "FLUSHALL");
        use_with_failure(nth);
        assert_int_equal(qn_mem_live(), live);
    }
}

#define CASE(name) cmocka_unit_test_setup(name, kv_room_fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_hit_costs_one_command_and_a_load_three),
        CASE(without_an_url_there_is_l1),
        CASE(an_url_or_a_namespace_that_is_none_is_refused),
        CASE(a_redis_that_is_gone_is_a_miss_and_told_once_a_pause),
        CASE(a_value_from_the_time_without_redis_is_not_trusted_after_it),
        CASE(a_redis_that_does_not_answer_is_a_miss),
        CASE(a_redis_that_evicts_loses_nothing_but_time),
        CASE(a_full_redis_keeps_no_lease),
        CASE(no_memory_is_an_error_or_no_matter),
    };

    return cmocka_run_group_tests(tests, kv_room_start, kv_room_stop);
}
