#include "api/gather.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define SENT_MAX 8

/* A broker that keeps what was sent until the test answers it. */
static struct sent {
    char queue[QN_QUEUE_MAX + 1];
    size_t n;
    struct qn_new_job jobs[QN_ENQUEUE_BATCH_MAX];
    qn_reply_fn *fn;
    void *arg;
} sent[SENT_MAX];
static size_t n_sent;

static void enqueue(struct qn_broker *b, const char *queue, const struct qn_new_job *jobs, size_t n,
                    qn_reply_fn *fn, void *arg)
{
    (void)b;
    assert_in_range(n_sent, 0, SENT_MAX - 1);
    struct sent *one = &sent[n_sent++];
    snprintf(one->queue, sizeof(one->queue), "%s", queue);
    one->n = n;
    memcpy(one->jobs, jobs, n * sizeof(*jobs));
    one->fn = fn;
    one->arg = arg;
}

static int pushes;

static void push(struct qn_broker *b)
{
    (void)b;
    pushes++;
}

static const struct qn_broker_ops ops = {.enqueue = enqueue, .push = push};
static struct qn_broker broker = {.ops = &ops, .link = QN_LINK_UP};
static struct qn_loop *loop;
static struct api_gather *gather;

/* What a caller was told. */
struct told {
    int times;
    int rc;
    size_t n;
    int first_code, last_code;
    char first_holder[QN_NAME_MAX + 1];
};

static void keep(void *arg, const struct qn_reply *reply)
{
    struct told *told = arg;
    told->times++;
    told->rc = reply->rc;
    if (reply->rc != QN_OK)
        return;
    told->n = reply->enqueued->n;
    told->first_code = reply->enqueued->code[0];
    told->last_code = reply->enqueued->code[told->n - 1];
    snprintf(told->first_holder, sizeof(told->first_holder), "%s",
             reply->enqueued->holder ? reply->enqueued->holder[0] : "");
}

static struct qn_new_job jobs[QN_ENQUEUE_BATCH_MAX];

static void ask(const char *queue, size_t n, struct told *told)
{
    memset(told, 0, sizeof(*told));
    api_gather_enqueue(gather, queue, jobs, n, keep, told);
}

static void turn(void)
{
    for (int i = 0; i < 2; i++)
        assert_int_equal(qn_loop_once(loop, 10, NULL), QN_OK);
}

/* Codes 100, 101, ... and holders "h0", "h1", ... */
static void answer(const struct sent *one)
{
    static int codes[QN_ENQUEUE_BATCH_MAX];
    static char names[QN_ENQUEUE_BATCH_MAX][24];
    static const char *holders[QN_ENQUEUE_BATCH_MAX];
    for (size_t i = 0; i < one->n; i++) {
        codes[i] = 100 + (int)i;
        snprintf(names[i], sizeof(names[i]), "h%zu", i);
        holders[i] = names[i];
    }
    const struct qn_enqueued enqueued = {.n = one->n, .code = codes, .holder = holders};
    const struct qn_reply reply = {.rc = QN_OK, .enqueued = &enqueued};
    one->fn(one->arg, &reply);
}

static void answer_all(void)
{
    for (size_t i = 0; i < n_sent; i++)
        answer(&sent[i]);
    n_sent = 0;
}

static int set_up(void **state)
{
    (void)state;
    n_sent = 0;
    for (size_t i = 0; i < QN_ENQUEUE_BATCH_MAX; i++)
        jobs[i] = (struct qn_new_job){.name = "n", .body = {"b", 1}};
    return qn_loop_create(&loop, NULL) == QN_OK &&
                   api_gather_create(&gather, &broker, loop, NULL) == QN_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    api_gather_free(gather);
    qn_loop_free(loop);
    return 0;
}

static void jobs_of_one_turn_are_one_operation(void **state)
{
    struct told a, b;
    (void)state;
    jobs[0].name = "first";
    ask("one", 1, &a);
    jobs[0].name = "second";
    ask("one", 2, &b);
    assert_int_equal(n_sent, 0);
    turn();
    assert_int_equal(n_sent, 1);
    assert_int_equal(sent[0].n, 3);
    assert_string_equal(sent[0].queue, "one");
    assert_string_equal(sent[0].jobs[0].name, "first");
    assert_string_equal(sent[0].jobs[1].name, "second");
    answer_all();
    ask("one", 1, &a);
    turn();
    assert_int_equal(n_sent, 1);
    answer_all();
}

static void each_caller_gets_his_part_of_the_answer(void **state)
{
    struct told a, b, c;
    (void)state;
    ask("one", 2, &a);
    ask("one", 1, &b);
    ask("one", 3, &c);
    turn();
    answer_all();
    assert_int_equal(a.times + b.times + c.times, 3);
    assert_int_equal(a.n, 2);
    assert_int_equal(b.n, 1);
    assert_int_equal(c.n, 3);
    assert_int_equal(a.first_code, 100);
    assert_int_equal(a.last_code, 101);
    assert_int_equal(b.first_code, 102);
    assert_int_equal(c.first_code, 103);
    assert_int_equal(c.last_code, 105);
    assert_string_equal(a.first_holder, "h0");
    assert_string_equal(b.first_holder, "h2");
    assert_string_equal(c.first_holder, "h3");
}

static void a_failure_reaches_every_caller(void **state)
{
    struct told a, b;
    struct qn_err err = {.code = QN_EUNKNOWN};
    const struct qn_reply lost = {.rc = QN_EUNKNOWN, .err = &err};
    (void)state;
    ask("one", 2, &a);
    ask("one", 1, &b);
    turn();
    sent[0].fn(sent[0].arg, &lost);
    assert_int_equal(a.times, 1);
    assert_int_equal(b.times, 1);
    assert_int_equal(a.rc, QN_EUNKNOWN);
    assert_int_equal(b.rc, QN_EUNKNOWN);
}

static void each_queue_has_its_own_operation(void **state)
{
    struct told a, b, c;
    (void)state;
    ask("one", 1, &a);
    ask("two", 1, &b);
    ask("one", 1, &c);
    turn();
    assert_int_equal(n_sent, 2);
    assert_int_equal(sent[0].n + sent[1].n, 3);
    assert_string_not_equal(sent[0].queue, sent[1].queue);
    answer_all();
    assert_int_equal(a.times + b.times + c.times, 3);
}

static void no_operation_is_larger_than_the_broker_takes(void **state)
{
    struct told a, b, c;
    (void)state;
    ask("one", QN_ENQUEUE_BATCH_MAX - 1, &a);
    ask("one", 2, &b);
    ask("one", QN_ENQUEUE_BATCH_MAX, &c);
    turn();
    assert_int_equal(n_sent, 3);
    assert_int_equal(sent[0].n, QN_ENQUEUE_BATCH_MAX - 1);
    assert_int_equal(sent[1].n, 2);
    assert_int_equal(sent[2].n, QN_ENQUEUE_BATCH_MAX);
    answer_all();
    assert_int_equal(a.n, QN_ENQUEUE_BATCH_MAX - 1);
    assert_int_equal(b.n, 2);
    assert_int_equal(c.n, QN_ENQUEUE_BATCH_MAX);
}

static void large_bodies_travel_apart(void **state)
{
    struct told a, b;
    (void)state;
    jobs[0].body.len = 700 * 1024;
    ask("one", 1, &a);
    ask("one", 1, &b);
    turn();
    assert_int_equal(n_sent, 2);
    answer_all();
    jobs[0].body.len = 64 * 1024 * 1024;
    ask("one", 1, &a);
    turn();
    assert_int_equal(n_sent, 1);
    answer_all();
    assert_int_equal(a.times, 1);
}

#define MANY 100 /* jobs of one turn */

/* So that the broker is at work meanwhile. */
static void a_long_turn_sends_before_it_is_over(void **state)
{
    struct told told[MANY];
    size_t n = 0;
    (void)state;
    pushes = 0;
    for (int i = 0; i < MANY; i++)
        ask("one", 1, &told[i]);
    assert_in_range(n_sent, 2, SENT_MAX - 1);
    assert_int_equal(pushes, n_sent);
    turn();
    for (size_t i = 0; i < n_sent; i++)
        n += sent[i].n;
    assert_int_equal(n, MANY);
    answer_all();
    for (int i = 0; i < MANY; i++)
        assert_int_equal(told[i].times, 1);
}

static void a_flush_sends_without_a_turn(void **state)
{
    struct told a;
    (void)state;
    ask("one", 1, &a);
    api_gather_flush(gather);
    assert_int_equal(n_sent, 1);
    turn();
    assert_int_equal(n_sent, 1);
    answer_all();
    assert_int_equal(a.times, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(jobs_of_one_turn_are_one_operation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_caller_gets_his_part_of_the_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_reaches_every_caller, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_queue_has_its_own_operation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_operation_is_larger_than_the_broker_takes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(large_bodies_travel_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_turn_sends_before_it_is_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_flush_sends_without_a_turn, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
