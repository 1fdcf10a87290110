/* client.c - what <quern/client.h> promises, against a real Redis. */
#include <quern/client.h>

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/redis_server.h"
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 1000

static struct redis_server server;

static int set_up(void **state)
{
    const struct qn_client_options options = {
        .url = server.url, .namespace_ = "test", .timeout_ms = 2000};
    struct qn_client *client;
    struct qn_err err;

    redis_server_do(&server, "FLUSHALL");
    redis_server_do(&server, "SADD {test}:queues default");
    redis_server_do(&server, "HSET {test}:tasks t.one %s",
                    "{\"name\":\"t.one\",\"params\":[{\"name\":\"n\",\"type\":\"integer\"}]}");
    *state = NULL;
    if (qn_client_open(&client, &options, &err) != QN_OK)
        return -1;
    *state = client;
    return 0;
}

static int tear_down(void **state)
{
    qn_client_close(*state);
    return 0;
}

static void a_job_is_judged_before_it_is_made(void **state)
{
    const struct {
        struct qn_enqueue job;
        int rc;
        const char *word;
    } samples[] = {
        {{.task = "t.none"}, QN_ENOTFOUND, "t.none"},
        {{.task = "Bad"}, QN_EINVAL, "Bad"},
        {{.task = NULL}, QN_EINVAL, "task"},
        {{.task = "t.one", .queue = "nobody"}, QN_ENOTFOUND, "nobody"},
        {{.task = "t.one", .args = "{\"n\":\"x\"}"}, QN_EINVAL, "\"n\""},
        {{.task = "t.one", .args = "{\"m\":1}"}, QN_EINVAL, "\"m\""},
        {{.task = "t.one", .args = "[]"}, QN_EINVAL, "object"},
        {{.task = "t.one", .priority = 4}, QN_EINVAL, "priority"},
        {{.task = "t.one", .delay_ms = 1, .eta_ms = 1}, QN_EINVAL, "eta"},
        {{.task = "t.one", .limit_key = "a b"}, QN_EINVAL, "limit_key \"a b\""},
        {{.task = "t.one", .limit_key = ""}, QN_EINVAL, "limit_key"},
        {{.task = "t.one", .unique_key = "k"}, QN_EINVAL, "unique.until"},
        {{.task = "t.one", .unique = {.until = QN_UNIQUE_WINDOW}}, QN_EINVAL, "unique.for"},
        {{.task = "t.one", .unique = {.until = (enum qn_unique_until)9}}, QN_EINVAL, "9"},
        {{.task = "t.none", .accept_unknown = true, .args = "{"}, QN_EINVAL, "byte"},
        {{.task = "t.one", .on_failed = "t.none"}, QN_ENOTFOUND, "on_failed: task \"t.none\""},
        {{.task = "t.one", .on_failed = "A"}, QN_EINVAL, "on_failed"},
        {{.task = "t.one", .on_failed = "t.one", .on_failed_args = "{\"m\":1}"},
         QN_EINVAL,
         "on_failed: argument \"m\""},
        {{.task = "t.one", .on_failed_args = "{}"}, QN_EINVAL, "on_failed"},
    };
    struct qn_receipt receipt;
    struct qn_err err;

    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        assert_int_equal(qn_client_enqueue(*state, &samples[i].job, &receipt, &err), samples[i].rc);
        assert_non_null(strstr(err.msg, samples[i].word));
    }
    assert_int_equal(redis_server_do(&server, "EXISTS {test:default}:meta"), 0);
}

/* Until all that was submitted is told. */
static void serve(struct qn_client *client)
{
    struct qn_err err;

    for (int turns = 0; qn_client_pending(client) > 0 && turns < 1000; turns++) {
        struct pollfd fd = {.fd = qn_client_fd(client), .events = qn_client_events(client)};
        poll(&fd, 1, (int)qn_client_wait_ms(client));
        assert_int_equal(qn_client_service(client, &err), QN_OK);
    }
}

static void on_kept(void *arg, const struct qn_receipt *receipt)
{
    (void)arg;
    assert_int_equal(receipt->code, QN_OK);
}

static void a_follow_up_is_kept_with_the_job(void **state)
{
    const struct qn_enqueue job = {
        .task = "t.one", .name = "f", .on_failed = "t.one", .on_failed_args = "{\"n\":7}"};
    struct qn_job_info *info;
    enum qn_state now;
    struct qn_err err;

    assert_int_equal(qn_client_submit(*state, &job, on_kept, NULL, &err), QN_OK);
    serve(*state);
    assert_int_equal(qn_client_cancel(*state, "default.f", &now, &err), QN_OK);
    assert_int_equal(qn_client_get(*state, "default.f", &info, &err), QN_OK);
    assert_string_equal(info->on_failed, "t.one");
    assert_string_equal(info->on_failed_args, "{\"n\":7}");
    char id[QN_ID_SIZE];
    snprintf(id, sizeof(id), "%s", info->on_failed_id);
    qn_job_info_free(info);
    assert_int_equal(qn_client_get(*state, id, &info, &err), QN_OK);
    assert_int_equal(info->state, QN_QUEUED);
    assert_string_equal(info->args, "{\"n\":7}");
    assert_string_equal(info->parent, "default.f");
    qn_job_info_free(info);
}

static char *object_of(size_t len)
{
    char *json = malloc(len + 1);

    assert_non_null(json);
    memset(json, ' ', len);
    json[0] = '{';
    json[len - 1] = '}';
    json[len] = '\0';
    return json;
}

static void arguments_over_the_cap_are_refused_and_those_at_it_are_kept(void **state)
{
    char *large = object_of(QN_ARGS_MAX + 1), *fitting = object_of(QN_ARGS_MAX);
    const struct qn_enqueue jobs[] = {
        {.task = "t.one", .name = "a", .args = large, .args_len = QN_ARGS_MAX + 1},
        {.task = "t.one", .name = "b", .args = fitting, .args_len = QN_ARGS_MAX},
        {.task = "t.none",
         .name = "c",
         .args = large,
         .args_len = QN_ARGS_MAX + 1,
         .accept_unknown = true},
    };
    struct qn_receipt receipts[3];
    struct qn_job_info *info;
    struct qn_err err;

    assert_int_equal(qn_client_enqueue(*state, &jobs[0], &receipts[0], &err), QN_ELIMIT);
    assert_string_equal(err.msg, "arguments: 1048577 bytes, at most 1048576 are allowed");
    assert_int_equal(qn_client_enqueue_many(*state, jobs, 3, receipts, &err), QN_OK);
    assert_int_equal(receipts[0].code, QN_ELIMIT);
    assert_int_equal(receipts[1].code, QN_OK);
    assert_int_equal(receipts[2].code, QN_ELIMIT);
    assert_non_null(strstr(receipts[2].msg, "at most 1048576"));
    assert_int_equal(qn_client_get(*state, "default.b", &info, &err), QN_OK);
    assert_int_equal(info->args_len, QN_ARGS_MAX);
    qn_job_info_free(info);
    free(large);
    free(fitting);
}

static void the_same_id_makes_no_second_job(void **state)
{
    const struct qn_enqueue job = {.task = "t.one", .name = "once"};
    struct qn_receipt receipt;
    struct qn_err err;

    assert_int_equal(qn_client_enqueue(*state, &job, &receipt, &err), QN_OK);
    assert_string_equal(receipt.id, "default.once");
    assert_false(receipt.existed);
    assert_int_equal(qn_client_enqueue(*state, &job, &receipt, &err), QN_OK);
    assert_true(receipt.existed);
}

static void many_are_judged_one_by_one(void **state)
{
    struct qn_enqueue *jobs = calloc(MANY, sizeof(*jobs));
    struct qn_receipt *receipts = calloc(MANY, sizeof(*receipts));
    struct qn_err err;

    for (int i = 0; i < MANY; i++)
        jobs[i].task = i == 500 ? "t.none" : "t.one";
    assert_int_equal(qn_client_enqueue_many(*state, jobs, MANY, receipts, &err), QN_OK);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(receipts[i].code, i == 500 ? QN_ENOTFOUND : QN_OK);
    assert_int_equal(redis_server_do(&server, "LLEN {test:default}:ready:0"), MANY - 1);
    free(jobs);
    free(receipts);
}

static void count(void *arg, const struct qn_receipt *receipt)
{
    assert_int_equal(receipt->code, QN_OK);
    ++*(int *)arg;
}

static void submitted_jobs_are_told_by_a_loop_of_the_callers_own(void **state)
{
    struct qn_client *client = *state;
    int told = 0;
    struct qn_err err;

    for (int i = 0; i < MANY; i++) {
        char text[32];
        snprintf(text, sizeof(text), "{\"n\":%d}", i);
        const struct qn_enqueue job = {.task = "t.one", .args = text};
        assert_int_equal(qn_client_submit(client, &job, count, &told, &err), QN_OK);
    }
    serve(client);
    assert_int_equal(told, MANY);
    assert_int_equal(redis_server_do(&server, "LLEN {test:default}:ready:0"), MANY);
}

static void waiting_tells_the_state_at_the_deadline_and_the_end_at_once(void **state)
{
    const struct qn_enqueue job = {.task = "t.one", .name = "w"};
    struct qn_job_info *info;
    enum qn_state ended;
    struct qn_err err;

    assert_int_equal(qn_client_enqueue(*state, &job, NULL, &err), QN_OK);
    assert_int_equal(qn_client_wait(*state, "default.w", 50, &info, &err), QN_ETIMEOUT);
    assert_int_equal(info->state, QN_QUEUED);
    qn_job_info_free(info);
    assert_int_equal(qn_client_cancel(*state, "default.w", &ended, &err), QN_OK);
    assert_int_equal(ended, QN_CANCELLED);
    assert_int_equal(qn_client_wait(*state, "default.w", 60000, &info, &err), QN_OK);
    assert_int_equal(info->state, QN_CANCELLED);
    qn_job_info_free(info);
    assert_int_equal(qn_client_get(*state, "default.nope", &info, &err), QN_ENOTFOUND);
    assert_int_equal(qn_client_get(*state, "no id", &info, &err), QN_EINVAL);
}

static void a_job_that_ended_badly_starts_anew(void **state)
{
    const struct qn_enqueue job = {.task = "t.one", .name = "r"};
    enum qn_state now;
    struct qn_err err;

    assert_int_equal(qn_client_retry(*state, "default.r", &now, &err), QN_ENOTFOUND);
    assert_int_equal(qn_client_enqueue(*state, &job, NULL, &err), QN_OK);
    assert_int_equal(qn_client_retry(*state, "default.r", &now, &err), QN_OK);
    assert_int_equal(now, QN_QUEUED);
    assert_int_equal(qn_client_cancel(*state, "default.r", &now, &err), QN_OK);
    assert_int_equal(now, QN_CANCELLED);
    assert_int_equal(qn_client_retry(*state, "default.r", &now, &err), QN_OK);
    assert_int_equal(now, QN_QUEUED);
    redis_server_do(&server, "HSET {test:default}:running r AAAAAAAAAAA:1");
    assert_int_equal(qn_client_retry(*state, "default.r", &now, &err), QN_ESTATE);
    assert_int_equal(now, QN_RUNNING);
    assert_non_null(strstr(err.msg, "running"));
    assert_int_equal(qn_client_retry(*state, "no id", NULL, &err), QN_EINVAL);
}

/* Somebody's command is held back by the server. */
static void wait_for_a_held_command(void)
{
    char clients[4096] = "";

    for (int looks = 0; looks < 1000000 && !strstr(clients, "flags=b"); looks++)
        redis_server_text(&server, clients, sizeof(clients), "CLIENT LIST");
}

/* The connection ends while the server holds the replay back: whether it was done the client
 * cannot know. */
static void a_retry_that_loses_its_connection_is_asked_again(void **state)
{
    const struct qn_enqueue job = {.task = "t.one", .name = "r"};
    enum qn_state now;
    struct qn_err err;

    assert_int_equal(qn_client_enqueue(*state, &job, NULL, &err), QN_OK);
    assert_int_equal(qn_client_cancel(*state, "default.r", &now, &err), QN_OK);
    redis_server_do(&server, "CLIENT PAUSE 60000 WRITE");
    pid_t killer = fork();
    if (killer == 0) {
        wait_for_a_held_command();
        redis_server_do(&server, "CLIENT KILL TYPE normal SKIPME yes");
        redis_server_do(&server, "CLIENT UNPAUSE");
        _exit(0);
    }
    assert_int_equal(qn_client_retry(*state, "default.r", &now, &err), QN_OK);
    assert_int_equal(now, QN_QUEUED);
    waitpid(killer, NULL, 0);
    assert_int_equal(redis_server_do(&server, "LLEN {test:default}:ready:0"), 2);
}

static void a_draining_queue_refuses_new_jobs_and_says_so(void **state)
{
    const struct qn_enqueue job = {.task = "t.one", .name = "d"};
    struct qn_receipt receipt;
    struct qn_err err;

    redis_server_do(&server, "HSET {test:default}:meta draining 1");
    assert_int_equal(qn_client_enqueue(*state, &job, &receipt, &err), QN_ESTATE);
    assert_int_equal(receipt.code, QN_ESTATE);
    assert_string_equal(err.msg, "queue \"default\" is draining: it takes no new jobs");
    assert_int_equal(redis_server_do(&server, "EXISTS {test:default}:j:d"), 0);
}

static int make_unique(struct qn_client *client, enum qn_unique_conflict conflict,
                       struct qn_receipt *ret)
{
    const struct qn_enqueue job = {.task = "t.one",
                                   .limit_key = "acme",
                                   .unique = {QN_UNIQUE_FINISHED, conflict, 0},
                                   .unique_key = "june"};
    struct qn_err err = {0};
    int rc = qn_client_enqueue(client, &job, ret, &err);

    assert_int_equal(rc, ret->code);
    if (rc != QN_OK)
        assert_string_equal(err.msg, ret->msg);
    return rc;
}

static void who_has_the_unique_key_is_in_the_receipt(void **state)
{
    struct qn_receipt first, second;
    struct qn_job_info *info;
    char why[QN_ERR_TEXT_MAX];
    struct qn_err err;

    assert_int_equal(make_unique(*state, QN_UNIQUE_REJECT, &first), QN_OK);
    assert_false(first.existed || first.replaced);
    assert_int_equal(make_unique(*state, QN_UNIQUE_REJECT, &second), QN_EEXISTS);
    assert_string_equal(second.id, first.id);
    assert_false(second.existed);
    snprintf(why, sizeof(why), "job %s has the same unique key", first.id);
    assert_string_equal(second.msg, why);
    assert_int_equal(make_unique(*state, QN_UNIQUE_EXISTING, &second), QN_OK);
    assert_string_equal(second.id, first.id);
    assert_true(second.existed);
    assert_int_equal(make_unique(*state, QN_UNIQUE_REPLACE, &second), QN_OK);
    assert_string_not_equal(second.id, first.id);
    assert_true(second.replaced && !second.existed);
    assert_int_equal(qn_client_get(*state, first.id, &info, &err), QN_OK);
    assert_int_equal(info->state, QN_CANCELLED);
    assert_string_equal(info->limit_key, "acme");
    assert_int_equal(info->unique.until, QN_UNIQUE_FINISHED);
    qn_job_info_free(info);
}

static void a_queue_without_room_says_when_to_come_again(void **state)
{
    const struct qn_enqueue jobs[] = {{.task = "t.one", .name = "a"}, {.task = "t.one"}};
    struct qn_receipt receipts[2];
    struct qn_err err;

    redis_server_do(&server, "HSET {test:default}:meta max_jobs 1");
    assert_int_equal(qn_client_enqueue_many(*state, jobs, 2, receipts, &err), QN_OK);
    assert_int_equal(receipts[0].code, QN_OK);
    assert_int_equal(receipts[1].code, QN_EFULL);
    assert_in_range(receipts[1].retry_ms, 1, 60000);
    assert_string_equal(receipts[1].msg,
                        "queue \"default\" has no room for more jobs now: try again later");
    assert_int_equal(qn_client_enqueue(*state, &jobs[1], &receipts[1], &err), QN_EFULL);
    assert_int_equal(qn_client_enqueue(*state, &jobs[0], &receipts[0], &err), QN_OK);
    assert_true(receipts[0].existed);
}

static void a_broker_that_is_not_there_is_said_to_be(void **state)
{
    const struct qn_client_options options = {.url = "unix:///nowhere/redis", .timeout_ms = 200};
    const struct qn_enqueue job = {.task = "t.one"};
    struct qn_client *client;
    struct qn_receipt receipt;
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_client_open(&client, &options, &err), QN_OK);
    assert_int_equal(qn_client_enqueue(client, &job, &receipt, &err), QN_ECONN);
    assert_non_null(strstr(err.msg, "/nowhere/redis"));
    qn_client_close(client);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_job_is_judged_before_it_is_made),
        CASE(a_follow_up_is_kept_with_the_job),
        CASE(arguments_over_the_cap_are_refused_and_those_at_it_are_kept),
        CASE(the_same_id_makes_no_second_job),
        CASE(many_are_judged_one_by_one),
        CASE(submitted_jobs_are_told_by_a_loop_of_the_callers_own),
        CASE(waiting_tells_the_state_at_the_deadline_and_the_end_at_once),
        CASE(a_job_that_ended_badly_starts_anew),
        CASE(a_retry_that_loses_its_connection_is_asked_again),
        CASE(a_draining_queue_refuses_new_jobs_and_says_so),
        CASE(who_has_the_unique_key_is_in_the_receipt),
        CASE(a_queue_without_room_says_when_to_come_again),
        CASE(a_broker_that_is_not_there_is_said_to_be),
    };

    redis_server_start(&server);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    redis_server_stop(&server);
    return failed;
}
