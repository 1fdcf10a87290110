/* cases_redis.c - what only Redis can do to us. */
#include "operate.h"

#include "broker-client/redis/redis.h"
#include "world_redis.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void a_full_redis_refuses_new_jobs_and_goes_on_draining(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};

    op_enqueue(w, jobs, 3);
    op_join(w, INC);
    redis_server_do(&world_server, "CONFIG SET maxmemory 1");
    assert_rc(new_job(w, .name = "d"), QN_EFULL);
    struct got *taken = op_take(w, INC, 2);
    assert_ok(taken);
    assert_int_equal(taken->n, 2);
    assert_ok(op_renew(w, INC));
    assert_ok(op_note(w, "a", taken->token[0], "{}", "line\n"));
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
    assert_int_equal(op_finish(w, taken, 1, QN_FIN_RETRY, 10)->code[0], QN_FIN_OK);
    assert_int_equal(op_cancel(w, "c")->code[0], QN_CANCEL_DONE);
    redis_server_do(&world_server, "CONFIG SET maxmemory 0");
    world_advance(w, 10); /* the test's clock is a key */
    redis_server_do(&world_server, "CONFIG SET maxmemory 1");
    assert_ok(op_forward(w));
    assert_ok(op_recover(w));
    assert_ok(op_reconcile(w, INC, NULL, 0));
    assert_ok(op_watch(w, "b", true));
    assert_int_equal(op_replay(w, "c", T0)->code[0], QN_ENDED_DONE);
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 2);
    assert_int_equal(op_message(w, INC, "quiet")->number, 1);
    assert_state(w, "a", QN_SUCCEEDED);
    assert_int_equal(op_forget(w, "a", T0)->code[0], QN_ENDED_DONE);
    redis_server_do(&world_server, "CONFIG SET maxmemory 0");
    assert_ok(new_job(w, .name = "d"));
}

/* The job that makes them could not end otherwise. */
static void a_full_redis_takes_follow_ups(void **state)
{
    struct world *w = *state;

    redis_server_do(&world_server, "CONFIG SET maxmemory 1");
    assert_int_equal(new_job(w, .name = "a", .follows = true)->code[0], QN_ENQ_MADE);
    redis_server_do(&world_server, "CONFIG SET maxmemory 0");
    assert_state(w, "a", QN_QUEUED);
}

static void who_may_not_ask_for_info_makes_jobs_all_the_same(void **state)
{
    struct world *w = *state;

    redis_server_do(&world_server, "ACL SETUSER default -info");
    assert_ok(new_job(w, .name = "a"));
    redis_server_do(&world_server, "ACL SETUSER default +info");
    assert_state(w, "a", QN_QUEUED);
}

static void forgotten_scripts_are_loaded_again_in_the_same_call(void **state)
{
    struct world *w = *state;
    struct got *first = got_create(), *second = got_create(), *third = got_create();

    redis_server_do(&world_server, "SCRIPT FLUSH");
    w->broker->ops->stats(w->broker, Q, on_reply, first);
    w->broker->ops->join(w->broker, Q, INC, LEASE, on_reply, second);
    w->broker->ops->stats(w->broker, Q, on_reply, third);
    world_turn(w, &third->done);
    world_turn(w, &first->done);
    world_turn(w, &second->done);
    assert_ok(first);
    assert_ok(second);
    assert_ok(third);
    assert_int_equal(w->link_downs, 0);
}

static bool is_up(struct world *w)
{
    return w->link == QN_LINK_UP;
}

static bool looks_again(struct world *w)
{
    return w->look_again > 2; /* up, gone, up */
}

static void kill_connections(void)
{
    redis_server_do(&world_server, "CLIENT KILL SKIPME yes");
}

/* A stopped server takes bytes in and answers nothing. */
static void stop_server(bool stop)
{
    assert_int_equal(kill(world_server.pid, stop ? SIGSTOP : SIGCONT), 0);
}

static void a_broken_connection_is_an_unknown_outcome_for_what_was_sent(void **state)
{
    struct world *w = *state;
    struct got *sent = got_create(), *not_sent = got_create();
    struct qn_err err;
    unsigned wants;

    stop_server(true);
    w->broker->ops->join(w->broker, Q, INC, LEASE, on_reply, sent);
    for (int i = 0; i < 3; i++)
        assert_int_equal(qn_loop_once(w->loop, 10, &err), QN_OK);
    w->broker->ops->stats(w->broker, Q, on_reply, not_sent);
    shutdown(w->broker->ops->poll(w->broker, &wants), SHUT_RDWR);
    world_turn(w, &sent->done);
    world_turn(w, &not_sent->done);
    stop_server(false);
    assert_rc(sent, QN_EUNKNOWN);
    assert_true(not_sent->rc == QN_ECONN || not_sent->rc == QN_EUNKNOWN);
    assert_true(world_wait_for(w, is_up));
    assert_ok(op_join(w, INC));
}

static void a_killed_connection_comes_back_and_those_who_wait_look_again(void **state)
{
    struct world *w = *state;
    struct got *down = got_create();
    struct qn_err err;

    kill_connections();
    for (int i = 0; i < 1000 && w->link == QN_LINK_UP; i++)
        assert_int_equal(qn_loop_once(w->loop, 10, &err), QN_OK);
    assert_int_equal(w->link, QN_LINK_DOWN);
    w->broker->ops->stats(w->broker, Q, on_reply, down);
    world_turn(w, &down->done);
    assert_rc(down, QN_ECONN);
    assert_true(world_wait_for(w, is_up));
    assert_ok(op_stats(w));
    assert_true(world_wait_for(w, looks_again));
}

static void an_answer_that_does_not_come_in_time_gives_the_connection_up(void **state)
{
    struct world *w = *state;
    struct got *first = got_create(), *second = got_create();

    stop_server(true);
    w->broker->ops->stats(w->broker, Q, on_reply, first);
    w->broker->ops->stats(w->broker, Q, on_reply, second);
    world_turn(w, &first->done);
    world_turn(w, &second->done);
    stop_server(false);
    assert_rc(first, QN_ETIMEOUT);
    assert_rc(second, QN_EUNKNOWN);
    assert_true(world_wait_for(w, is_up));
    assert_ok(op_stats(w));
}

static void a_wait_outlives_the_loss_of_its_connection(void **state)
{
    struct world *w = *state;
    static const char *const queues[] = {Q};
    struct got *lost = got_create();
    struct qn_err err;

    w->broker->ops->wait(w->broker, INC, queues, 1, queues, 1, 60000, on_reply, lost);
    for (int i = 0; i < 3; i++)
        assert_int_equal(qn_loop_once(w->loop, 10, &err), QN_OK);
    kill_connections();
    world_turn(w, &lost->done);
    assert_rc(lost, QN_EUNKNOWN);
    struct got *next = got_create(); /* kept until the connection is back */
    w->broker->ops->wait(w->broker, INC, queues, 1, queues, 1, 60000, on_reply, next);
    assert_true(world_wait_for(w, is_up));
    new_job(w, .name = "a");
    world_turn(w, &next->done);
    assert_ok(next);
}

/* ---- greeting ---- */

static struct qn_broker *second_with_link(struct world *w)
{
    struct qn_broker *other = world_second(w);

    w->link = QN_LINK_DOWN;
    other->on_link = w->broker->on_link;
    other->on_link_arg = w;
    return other;
}

static bool is_refused(struct world *w)
{
    return w->link == QN_LINK_REFUSED;
}

static void a_newer_protocol_is_refused_for_good(void **state)
{
    struct world *w = *state;
    struct got *got = got_create();

    redis_server_do(&world_server, "SET {test}:proto 2.0");
    struct qn_broker *other = second_with_link(w);
    assert_true(world_wait_for(w, is_refused));
    assert_non_null(strstr(w->link_err.msg, "2.0"));
    other->ops->stats(other, Q, on_reply, got);
    world_turn(w, &got->done);
    assert_rc(got, QN_EUNSUPPORTED);
    qn_broker_close(other);
}

static void a_newer_minor_version_is_fine(void **state)
{
    struct world *w = *state;
    char proto[16];

    redis_server_text(&world_server, proto, sizeof(proto), "GET {test}:proto");
    assert_string_equal(proto, "1.0");
    redis_server_do(&world_server, "SET {test}:proto 1.9");
    struct qn_broker *other = second_with_link(w);
    assert_true(world_wait_for(w, is_up));
    qn_broker_close(other);
}

static void a_redis_that_evicts_is_refused(void **state)
{
    struct world *w = *state;

    redis_server_do(&world_server, "CONFIG SET maxmemory-policy allkeys-lru");
    struct qn_broker *other = second_with_link(w);
    bool refused = world_wait_for(w, is_refused);
    redis_server_do(&world_server, "CONFIG SET maxmemory-policy noeviction");
    qn_broker_close(other);
    assert_true(refused);
    assert_non_null(strstr(w->link_err.msg, "noeviction"));
}

static void closing_answers_what_is_pending(void **state)
{
    struct world *w = *state;
    struct got *got = got_create();
    struct qn_broker *other = world_second(w);

    other->ops->stats(other, Q, on_reply, got);
    qn_broker_close(other);
    assert_true(got->done);
    assert_rc(got, QN_EUNKNOWN);
}

static void operations_of_one_turn_travel_in_one_write(void **state)
{
    struct world *w = *state;
    struct got *got[10];

    long long before = 0, after = 0;
    char info[4096];
    redis_server_text(&world_server, info, sizeof(info), "INFO stats");
    sscanf(strstr(info, "total_reads_processed:"), "total_reads_processed:%lld", &before);
    for (int i = 0; i < 10; i++) {
        got[i] = got_create();
        w->broker->ops->stats(w->broker, Q, on_reply, got[i]);
    }
    world_turn(w, &got[9]->done);
    redis_server_text(&world_server, info, sizeof(info), "INFO stats");
    sscanf(strstr(info, "total_reads_processed:"), "total_reads_processed:%lld", &after);
    assert_int_equal(after - before, 2); /* ours, and the question itself */
    for (int i = 0; i < 10; i++)
        assert_ok(got[i]);
}

/* ---- what stands in Redis ---- */

static void nothing_of_a_job_is_left_but_its_record(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_note(w, "a", taken->token[0], "{\"done\":1}", "");
    op_finish(w, taken, 0, QN_FIN_RETRY, 10);
    world_advance(w, 10);
    op_forward(w);
    taken = op_take(w, INC, 1);
    op_cancel(w, "a");
    op_wait(w, false, 100);
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, 1);
    static const char inbox[] = "inbox:" INC;
    static const char *const empty[] = {"running", "try",     "due",      "retry",
                                        "cancel",  "waiters", "progress", inbox};
    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        assert_int_equal(redis_server_do(&world_server, "EXISTS {test:" Q "}:%s", empty[i]), 0);
    long long life = redis_server_do(&world_server, "PTTL {test:" Q "}:j:a");
    assert_in_range(life, 599000, 600000); /* ten minutes at least */
}

static void a_short_wait_does_not_cut_a_long_one(void **state)
{
    struct world *w = *state;
    static const char *const short_one = "b";

    op_watch(w, "a", true);
    struct got *got = got_create();
    w->broker->ops->watch(w->broker, Q, &short_one, 1, true, 1000, on_reply, got);
    world_turn(w, &got->done);
    assert_ok(got);
    long long life = redis_server_do(&world_server, "PTTL {test:" Q "}:waiters");
    assert_in_range(life, 30000, 60000);
}

/* ---- what a hand in Redis breaks ---- */

static void a_run_whose_lease_was_deleted_by_hand_is_recovered(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    op_recover(w);
    redis_server_do(&world_server, "DEL {test:" Q "}:leases");
    op_join(w, OTHER);
    assert_ok(op_reconcile(w, OTHER, NULL, 0));
    struct got *got = op_recover(w);
    assert_ok(got);
    assert_int_equal(got->n, 1);
    assert_state(w, "a", QN_QUEUED);
    assert_int_equal(op_take(w, OTHER, 1)->n, 1);
    assert_ok(op_reconcile(w, OTHER, NULL, 0)); /* its own lease lives */
    assert_int_equal(redis_server_do(&world_server, "EXISTS {test:" Q "}:dead"), 0);
}

/* One entry that a hand has damaged costs itself, not the page that it stands on. */
static void a_damaged_entry_does_not_spoil_a_list_or_a_peek(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"a", "b", "c"};

    new_job(w, .name = "a");
    new_job(w, .name = "b", .delay = 1000);
    new_job(w, .name = "c");
    redis_server_do(&world_server, "ZADD {test:" Q "}:due inf b");
    redis_server_do(&world_server, "HSET {test:" Q "}:cancel a x");
    redis_server_do(&world_server, "HSET {test:" Q "}:meta paused x");
    redis_server_do(&world_server, "SET {test:" Q "}:j:c no-record");
    redis_server_do(&world_server, "LPUSH {test:" Q "}:ready:0 %s", "..not a name");
    struct got *got = op_list(w, QN_QUEUED, 0, 10);
    assert_ok(got);
    assert_int_equal(got->n, 2);
    got = got_create();
    w->broker->ops->peek(w->broker, Q, names, 3, on_reply, got);
    world_turn(w, &got->done);
    assert_ok(got);
    assert_state(w, "a", QN_QUEUED);
    assert_state(w, "b", QN_SCHEDULED);
    assert_ok(op_stats(w));
    got = op_forward(w);
    assert_ok(got);
    assert_true(got->next > w->now_ms);
}

static void a_record_that_is_cut_off_keeps_no_other_job_from_going_on(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {{.name = "a", .expires_in = 5000},
                               {.name = "b", .delay = 10},
                               {.name = "c"},
                               {.name = "d", .delay = 10}};
    static const char *const cut[] = {"\001L", "\001L\014", "\001L\01412345678"};

    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        redis_server_do(&world_server, "FLUSHALL");
        world_set_now(w, T0);
        op_enqueue(w, jobs, 4);
        redis_server_do(&world_server, "SET {test:" Q "}:j:a %s", cut[i]);
        redis_server_do(&world_server, "SET {test:" Q "}:j:b %s", cut[i]);
        world_advance(w, 10);
        assert_ok(op_forward(w));
        op_join(w, INC);
        struct got *taken = op_take(w, INC, 4);
        assert_ok(taken);
        assert_int_equal(redis_server_do(&world_server, "HEXISTS {test:" Q "}:running c"), 1);
        assert_int_equal(redis_server_do(&world_server, "HEXISTS {test:" Q "}:running d"), 1);
        assert_true(op_cancel(w, "a")->done);
        assert_ok(op_forget(w, "a", T0));
        assert_ok(op_replay(w, "a", T0));
        assert_ok(op_place(w, "a"));
        assert_ok(op_purge(w, QN_QUEUED, T0));
    }
}

static void purge_finds_its_way_past_any_number_of_newer_jobs(void **state)
{
    struct world *w = *state;
    int64_t purged = 0;
    int calls = 0;

    new_job(w, .name = "old", .delay = 20);
    world_advance(w, 10);
    enqueue_many(w, "new", 10500);
    world_advance(w, 10);
    op_forward(w);
    for (bool more = true; more; calls++) {
        struct got *got = op_purge(w, QN_QUEUED, T0);
        assert_ok(got);
        assert_true(calls < 4);
        purged += got->number;
        more = got->more;
    }
    assert_int_equal(purged, 1);
    assert_int_equal(calls, 3);
    assert_int_equal(state_of(w, "old"), 0);
    struct qn_stats stats = op_stats(w)->stats;
    assert_int_equal(stats.queued[0] + stats.queued[1] + stats.queued[2] + stats.queued[3], 10500);
    assert_int_equal(redis_server_do(&world_server, "EXISTS {test:" Q "}:purge:q:1750000000000"),
                     0);
}

static void a_damaged_final_record_is_not_replayed(void **state)
{
    struct world *w = *state;

    end_one(w, "a", QN_FIN_FAILED);
    redis_server_do(&world_server, "SETRANGE {test:" Q "}:j:a 12 %s", "zzzzzzzzzzzzzzzzzzzz");
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DAMAGED);
    assert_int_equal(op_list(w, QN_FAILED, 0, 10)->n, 1);
    assert_int_equal(op_list(w, QN_QUEUED, 0, 10)->n, 0);
    assert_int_equal(op_forget(w, "a", T0)->code[0], QN_ENDED_DONE);
}

static void a_log_of_a_replayed_job_lives_as_a_running_jobs(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_note(w, "a", taken->token[0], "", "line\n");
    op_finish(w, taken, 0, QN_FIN_FAILED, 600000);
    redis_server_do(&world_server, "PEXPIRE {test:" Q "}:log:a 1000");
    op_replay(w, "a", T0);
    assert_true(redis_server_do(&world_server, "PTTL {test:" Q "}:log:a") > DAY);
    assert_int_equal(redis_server_do(&world_server, "PTTL {test:" Q "}:j:a"), -1);
}

static void a_log_goes_with_its_job_though_no_run_ended_it(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_note(w, "a", taken->token[0], "", "line\n");
    op_finish(w, taken, 0, QN_FIN_RETRY, 10);
    assert_int_equal(op_cancel(w, "a")->code[0], QN_CANCEL_DONE);
    assert_true(redis_server_do(&world_server, "PTTL {test:" Q "}:log:a") <= DAY);
}

static void a_log_goes_with_a_job_that_is_cancelled_instead_of_retried(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_note(w, "a", taken->token[0], "", "line\n");
    assert_int_equal(op_cancel(w, "a")->code[0], QN_CANCEL_MARKED);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_RETRY, 10)->code[0], QN_FIN_AS_CANCELLED);
    assert_true(redis_server_do(&world_server, "PTTL {test:" Q "}:log:a") <= DAY);
}

/* A take that fails leaves the job in its list. */
static void check_take_loses_nothing(struct world *w, const char *breaks, const char *heals)
{
    redis_server_do(&world_server, breaks);
    assert_true(op_take(w, INC, 2)->rc < 0);
    redis_server_do(&world_server, heals);
    struct got *taken = op_take(w, INC, 2);
    assert_ok(taken);
    assert_int_equal(taken->n, 1);
    op_finish(w, taken, 0, QN_FIN_RELEASE, 0);
}

static void a_take_that_fails_loses_no_job(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    op_join(w, INC);
    check_take_loses_nothing(w, "HSET {test:" Q "}:meta run x", "HDEL {test:" Q "}:meta run");
    check_take_loses_nothing(w, "HSET {test:" Q "}:meta run 9223372036854775807",
                             "HDEL {test:" Q "}:meta run");
    check_take_loses_nothing(w, "SET {test:" Q "}:running x", "DEL {test:" Q "}:running");
    redis_server_do(&world_server, "RENAME {test:" Q "}:try aside");
    redis_server_do(&world_server, "SET {test:" Q "}:try x");
    assert_true(op_take(w, INC, 1)->rc < 0);
    redis_server_do(&world_server, "RENAME aside {test:" Q "}:try");
    assert_int_equal(op_take(w, INC, 1)->n, 1);
}

static void a_list_that_cannot_be_read_does_not_lose_those_of_another(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .priority = 1);
    op_join(w, INC);
    redis_server_do(&world_server, "SET {test:" Q "}:ready:0 x");
    (void)op_take(w, INC, 2);
    redis_server_do(&world_server, "DEL {test:" Q "}:ready:0");
    assert_ok(op_reconcile(w, INC, NULL, 0));
    assert_int_equal(op_take(w, INC, 2)->n, 1);
}

static void a_miscount_does_not_close_a_queue_for_ever(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_budget(w, 3, 0);
    new_job(w, .name = "a");
    redis_server_do(&world_server, "HSET {test:default}:meta jobs 999 bytes 99999");
    assert_int_equal(new_job(w, .name = "b")->code[0], QN_ENQ_FULL);
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_SUCCEEDED, DAY);
    assert_int_equal(new_job(w, .name = "b")->code[0], QN_ENQ_MADE);
    assert_int_equal(op_stats(w)->stats.bytes, op_peek(w, "b")->record[0].len);
}

static void nothing_of_keys_and_limits_is_left_when_all_jobs_have_ended(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    for (int i = 0; i < 4; i++)
        new_job(w, .name = names[i], .key = "k", .same = names[i],
                .unique = {.until = i < 2 ? QN_UNIQUE_STARTED : QN_UNIQUE_FINISHED});
    op_cancel(w, "b");
    for (int i = 0; i < 3; i++) {
        const struct got *taken = op_take(w, INC, 1);
        op_take(w, INC, 1); /* the lane is held */
        op_finish(w, taken, 0, i ? QN_FIN_FAILED : QN_FIN_SUCCEEDED, DAY);
    }
    assert_int_equal(op_take(w, INC, 1)->n, 0);
    assert_int_equal(
        redis_server_do(&world_server, "EVAL %s 0",
                        "local n = 0\n"
                        "for _, word in ipairs({'lanes', 'ring', 'held:*', 'holding', 'refill',"
                        " 'slots:*', 'holds', 'unique:*', 'uniques'}) do\n"
                        "    n = n + #redis.call('KEYS', '{test:default}:' .. word)\n"
                        "end\n"
                        "return n"),
        0);
}

static void books_of_lanes_that_cannot_be_read_lose_no_job(void **state)
{
    static const char *const books[] = {"limits", "lanes", "ring", "refill", "holds", "holding"};
    struct world *w = *state;

    op_join(w, INC);
    for (size_t i = 0; i < sizeof(books) / sizeof(books[0]); i++) {
        new_job(w, .name = books[i], .key = "a");
        redis_server_do(&world_server, "SET {test:default}:%s x", books[i]);
        assert_rc(op_take(w, INC, 10), QN_EPROTO);
        redis_server_do(&world_server, "DEL {test:default}:%s", books[i]);
        assert_string_equal(take_names(w, 10), books[i]);
    }
}

const struct CMUnitTest cases_own[] = {
    CASE(a_miscount_does_not_close_a_queue_for_ever),
    CASE(nothing_of_keys_and_limits_is_left_when_all_jobs_have_ended),
    CASE(books_of_lanes_that_cannot_be_read_lose_no_job),
    CASE(a_run_whose_lease_was_deleted_by_hand_is_recovered),
    CASE(a_damaged_entry_does_not_spoil_a_list_or_a_peek),
    CASE(a_record_that_is_cut_off_keeps_no_other_job_from_going_on),
    CASE(purge_finds_its_way_past_any_number_of_newer_jobs),
    CASE(a_damaged_final_record_is_not_replayed),
    CASE(a_log_goes_with_its_job_though_no_run_ended_it),
    CASE(a_log_goes_with_a_job_that_is_cancelled_instead_of_retried),
    CASE(a_log_of_a_replayed_job_lives_as_a_running_jobs),
    CASE(a_take_that_fails_loses_no_job),
    CASE(a_list_that_cannot_be_read_does_not_lose_those_of_another),
    CASE(a_full_redis_refuses_new_jobs_and_goes_on_draining),
    CASE(a_full_redis_takes_follow_ups),
    CASE(who_may_not_ask_for_info_makes_jobs_all_the_same),
    CASE(forgotten_scripts_are_loaded_again_in_the_same_call),
    CASE(a_broken_connection_is_an_unknown_outcome_for_what_was_sent),
    CASE(a_killed_connection_comes_back_and_those_who_wait_look_again),
    CASE(an_answer_that_does_not_come_in_time_gives_the_connection_up),
    CASE(a_wait_outlives_the_loss_of_its_connection),
    CASE(a_newer_protocol_is_refused_for_good),
    CASE(a_newer_minor_version_is_fine),
    CASE(a_redis_that_evicts_is_refused),
    CASE(closing_answers_what_is_pending),
    CASE(operations_of_one_turn_travel_in_one_write),
    CASE(nothing_of_a_job_is_left_but_its_record),
    CASE(a_short_wait_does_not_cut_a_long_one),
};
CASES(cases_own);
