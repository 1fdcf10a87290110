/* Small pure parts of the supervisor: the names of follow-ups, what the kernel and the
 * broker say about themselves, the store of runs. */
#include "broker-client/record.h"
#include "common/mem.h"
#include "worker/follow.h"
#include "worker/health.h"
#include "worker/oom.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_follow_up_has_the_same_name_each_time(void **state)
{
    /* printf 'default.x\n0' | sha256sum, its first half */
    static const uint8_t digest[QN_ID_BYTES] = {0x17, 0x25, 0xdb, 0x71, 0xaf, 0x75, 0x6d, 0xa3,
                                                0xdc, 0x0e, 0x74, 0x9d, 0x5b, 0xb7, 0x7f, 0xc5};
    uint8_t bytes[QN_ID_BYTES];
    char one[QN_ID_TEXT_SIZE], again[QN_ID_TEXT_SIZE], other[QN_ID_TEXT_SIZE];

    (void)state;
    assert_int_equal(worker_follow_name("default.x", 0, one), QN_OK);
    assert_int_equal(worker_follow_name("default.x", 0, again), QN_OK);
    assert_string_equal(one, again);
    assert_true(qn_name_ok(one));
    assert_int_equal(qn_id_decode(one, bytes), QN_OK);
    assert_memory_equal(bytes, digest, sizeof(digest));
    assert_int_equal(worker_follow_name("default.x", 1, other), QN_OK);
    assert_string_not_equal(one, other);
    assert_int_equal(worker_follow_name("default.x1", 0, other), QN_OK);
    assert_string_not_equal(one, other);
}

static void the_count_of_oom_kills_is_found(void **state)
{
    (void)state;
    assert_int_equal(worker_oom_parse("nr_free 1\noom_kill 42\nother 3\n"), 42);
    assert_int_equal(worker_oom_parse("oom_kill 7\n"), 7);
    assert_int_equal(worker_oom_parse("x_oom_kill 7\n"), -1);
    assert_int_equal(worker_oom_parse(""), -1);
    assert_true(worker_oom_kills() >= -1);
}

static int judge(const char *json, bool *ret_persists, struct qn_err *reterr)
{
    return worker_health_judge((struct qn_span){.data = json, .len = strlen(json)}, ret_persists,
                               reterr);
}

static void a_broker_that_evicts_is_refused(void **state)
{
    struct qn_err err;
    bool persists;

    (void)state;
    assert_int_equal(judge("{\"maxmemory_policy\":\"allkeys-lru\"}", &persists, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "allkeys-lru"));
    assert_int_equal(
        judge("{\"maxmemory_policy\":\"noeviction\",\"aof_enabled\":0}", &persists, NULL), QN_OK);
    assert_false(persists);
    assert_int_equal(
        judge("{\"maxmemory_policy\":\"noeviction\",\"aof_enabled\":1}", &persists, NULL), QN_OK);
    assert_true(persists);
    assert_int_equal(judge("{}", &persists, NULL), QN_OK);
}

static struct worker_run *add(struct worker_runs *runs, size_t queue, const char *name, int64_t run)
{
    const struct qn_take_entry entry = {.name = name,
                                        .run = run,
                                        .record = {.data = "rec", .len = 3},
                                        .attempt = {.data = "", .len = 0}};

    return worker_runs_add(runs, queue, &entry, "aaaaaaaaaaa");
}

static void runs_are_found_by_queue_and_name_until_doomed(void **state)
{
    struct worker_runs runs;

    (void)state;
    worker_runs_init(&runs);
    struct worker_run *a = add(&runs, 0, "a", 1);
    struct worker_run *b = add(&runs, 1, "a", 2);
    struct worker_run *c = add(&runs, 0, "c", 3);
    assert_ptr_equal(worker_runs_find(&runs, 0, "a"), a);
    assert_ptr_equal(worker_runs_find(&runs, 1, "a"), b);
    assert_null(worker_runs_find(&runs, 1, "c"));
    assert_string_equal(c->token, "aaaaaaaaaaa:3");
    a->doomed = true;
    assert_null(worker_runs_find(&runs, 0, "a"));
    worker_runs_drop(&runs, b);
    worker_runs_drop(&runs, a);
    worker_runs_drop(&runs, c);
    assert_int_equal(runs.n_held, 0);
    assert_null(runs.held);
    worker_runs_release(&runs);
}

static void a_small_run_costs_no_memory_the_second_time(void **state)
{
    struct worker_runs runs;

    (void)state;
    worker_runs_init(&runs);
    worker_runs_drop(&runs, add(&runs, 0, "a", 1));
    size_t before = qn_mem_count();
    for (int i = 0; i < 100; i++)
        worker_runs_drop(&runs, add(&runs, 0, "a", i));
    assert_int_equal(qn_mem_count(), before);
    worker_runs_release(&runs);
    assert_int_equal(qn_mem_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_follow_up_has_the_same_name_each_time),
        cmocka_unit_test(the_count_of_oom_kills_is_found),
        cmocka_unit_test(a_broker_that_evicts_is_refused),
        cmocka_unit_test(runs_are_found_by_queue_and_name_until_doomed),
        cmocka_unit_test(a_small_run_costs_no_memory_the_second_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
