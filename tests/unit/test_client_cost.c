/* What a job may cost in the C client. Counted, never timed, against a real Redis. */
#include <quern/client.h>

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"
#include "tests/support/redis_server.h"
#include "tests/support/system_calls.h"
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 10000
#define ONES 200
#define ID   "default.ended"

#define MOST_BULK_BLOCKS     100 /* of 10,000 jobs: by the call, not by the job */
#define MOST_BULK_CALLS      23  /* 450 jobs in each */
#define MOST_ONE_SYSCALLS    3   /* per job: send, wait, receive */
#define MOST_WAITED_SYSCALLS 3   /* the same for the registration and the look together */
#define MOST_SPARE_SYSCALLS  10  /* random bytes, memory */

struct room {
    struct redis_server redis;
    struct qn_client *client;
    int told;
};

static const struct qn_enqueue sample = {
    .task = "t.one",
    .args = "{\"text\":\"a hundred bytes or so, which is what many jobs are like\",\"n\":1}",
};

static void open_client(void *arg)
{
    struct room *room = arg;
    const struct qn_client_options options = {.url = room->redis.url, .namespace_ = "test"};
    struct qn_err err;

    if (qn_client_open(&room->client, &options, &err) != QN_OK ||
        qn_client_enqueue(room->client, &sample, NULL, &err) != QN_OK) {
        fprintf(stderr, "client: %s\n", err.msg);
        exit(2);
    }
}

static void close_client(void *arg)
{
    struct room *room = arg;

    qn_client_close(room->client);
    room->client = NULL;
}

static int set_up(void **state)
{
    struct room *room = calloc(1, sizeof(*room));

    if (!room)
        return -1;
    redis_server_start(&room->redis);
    redis_server_do(&room->redis, "SADD {test}:queues default");
    redis_server_do(&room->redis, "HSET {test}:tasks t.one %s",
                    "{\"name\":\"t.one\",\"params\":[{\"name\":\"text\",\"type\":\"string\"},"
                    "{\"name\":\"n\",\"type\":\"integer\"}]}");
    *state = room;
    return 0;
}

static int tear_down(void **state)
{
    struct room *room = *state;

    redis_server_stop(&room->redis);
    free(room);
    return 0;
}

/* ---- many ---- */

static void enqueue_many(struct room *room)
{
    static struct qn_enqueue jobs[MANY];
    static struct qn_receipt receipts[MANY];
    struct qn_err err;

    for (size_t i = 0; i < MANY; i++)
        jobs[i] = sample;
    assert_int_equal(qn_client_enqueue_many(room->client, jobs, MANY, receipts, &err), QN_OK);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(receipts[i].code, QN_OK);
}

static void on_told(void *arg, const struct qn_receipt *receipt)
{
    struct room *room = arg;

    assert_int_equal(receipt->code, QN_OK);
    room->told++;
}

static void submit_many(struct room *room)
{
    struct qn_err err;

    room->told = 0;
    for (int i = 0; i < MANY; i++)
        assert_int_equal(qn_client_submit(room->client, &sample, on_told, room, &err), QN_OK);
    while (qn_client_pending(room->client) > 0) {
        struct pollfd fd = {.fd = qn_client_fd(room->client),
                            .events = qn_client_events(room->client)};
        assert_true(poll(&fd, 1, (int)qn_client_wait_ms(room->client)) >= 0);
        assert_int_equal(qn_client_service(room->client, &err), QN_OK);
    }
    assert_int_equal(room->told, MANY);
}

static void count_many(struct room *room, void (*many)(struct room *room), size_t most_blocks)
{
    open_client(room);
    many(room); /* what is kept for the next is there then */
    size_t blocks = qn_mem_count();
    long calls = redis_server_calls(&room->redis, "evalsha");
    many(room);
    blocks = qn_mem_count() - blocks;
    calls = redis_server_calls(&room->redis, "evalsha") - calls;
    print_message("%zu blocks of memory, %ld calls of Redis for %d jobs\n", blocks, calls, MANY);
    assert_in_range(calls, 1, MOST_BULK_CALLS);
    assert_in_range(blocks, 0, most_blocks);
    close_client(room);
}

static void many_jobs_take_few_calls_and_hardly_any_memory(void **state)
{
    count_many(*state, enqueue_many, MOST_BULK_BLOCKS);
}

/* All 10,000 are in batches before the first one is sent. */
static void submitted_jobs_share_calls_too(void **state)
{
    count_many(*state, submit_many, (size_t)10 * MOST_BULK_BLOCKS);
}

/* ---- one at a time ---- */

static void enqueue_ones(void *arg)
{
    struct room *room = arg;
    struct qn_err err;

    for (int i = 0; i < ONES; i++) {
        if (qn_client_enqueue(room->client, &sample, NULL, &err) != QN_OK)
            _Exit(2);
    }
}

static void prepare_ended(void *arg)
{
    struct room *room = arg;
    struct qn_enqueue job = sample;
    enum qn_state state;
    struct qn_err err;

    open_client(room);
    job.name = "ended";
    if (qn_client_enqueue(room->client, &job, NULL, &err) != QN_OK ||
        qn_client_cancel(room->client, ID, &state, &err) != QN_OK)
        exit(2);
}

static void wait_for_ended(void *arg)
{
    struct room *room = arg;
    struct qn_job_info *info = NULL;
    struct qn_err err;

    for (int i = 0; i < ONES; i++) {
        if (qn_client_wait(room->client, ID, 1000, &info, &err) != QN_OK)
            _Exit(2);
        qn_job_info_free(info);
    }
}

static void count_calls(const struct counted_work *work, long most)
{
    long calls = system_calls_of(work);

    if (calls < 0) {
        print_message("system calls are not counted: nothing may be traced here\n");
        skip();
    }
    print_message("%.2f system calls for each\n", (double)calls / ONES);
    assert_in_range(calls, 1, most * ONES + MOST_SPARE_SYSCALLS);
}

static void a_job_takes_one_send_one_wait_and_one_receive(void **state)
{
    const struct counted_work work = {open_client, enqueue_ones, close_client, *state};

    count_calls(&work, MOST_ONE_SYSCALLS);
}

static void waiting_registers_and_looks_in_one_round_trip(void **state)
{
    const struct counted_work work = {prepare_ended, wait_for_ended, close_client, *state};

    count_calls(&work, MOST_WAITED_SYSCALLS);
}

/* Made by one client, ended by another, waited for by the first. */
static void end_an_awaited_one(struct room *room, struct qn_client *other)
{
    struct qn_enqueue job = sample;
    struct qn_job_info *info = NULL;
    struct qn_receipt receipt;
    enum qn_state state;
    struct qn_err err;

    job.awaited = true;
    assert_int_equal(qn_client_enqueue(room->client, &job, &receipt, &err), QN_OK);
    assert_int_equal(qn_client_cancel(other, receipt.id, &state, &err), QN_OK);
    assert_int_equal(qn_client_wait(room->client, receipt.id, 10000, &info, &err), QN_OK);
    assert_int_equal(info->state, QN_CANCELLED);
    qn_job_info_free(info);
}

static void who_awaits_a_job_from_the_start_asks_once(void **state)
{
    struct room *room = *state;
    const struct qn_client_options options = {.url = room->redis.url, .namespace_ = "test"};
    struct qn_client *other = NULL;
    struct qn_err err;

    open_client(room);
    assert_int_equal(qn_client_open(&other, &options, &err), QN_OK);
    end_an_awaited_one(room, other); /* now it listens */
    long calls = redis_server_calls(&room->redis, "evalsha");
    end_an_awaited_one(room, other);
    calls = redis_server_calls(&room->redis, "evalsha") - calls;
    assert_int_equal(calls, 3); /* enqueue, cancel, look */
    qn_client_close(other);
    close_client(room);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(many_jobs_take_few_calls_and_hardly_any_memory),
        TEST(submitted_jobs_share_calls_too),
        TEST(a_job_takes_one_send_one_wait_and_one_receive),
        TEST(waiting_registers_and_looks_in_one_round_trip),
        TEST(who_awaits_a_job_from_the_start_asks_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
