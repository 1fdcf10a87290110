#include "broker-client/explain.h"
#include "common/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define NOW     INT64_C(1769817600000) /* 2026-01-31T00:00:00Z */
#define MINUTES INT64_C(60000)

static struct qn_job_info job;
static struct qn_stats stats;
static struct qn_facts facts;
static struct qn_entry workers[8];
static struct qn_entries all_workers;
static struct qn_explanation said;

/* A job without anything to say of it, in a queue that nobody serves. */
static int begin(void **state)
{
    (void)state;
    job = (struct qn_job_info){.id = "q.x1",
                               .state = QN_QUEUED,
                               .task = "t.echo",
                               .args = "",
                               .result = "",
                               .error = "",
                               .progress = "",
                               .artifacts = "",
                               .history = "",
                               .request_id = "",
                               .tags = "",
                               .worker = ""};
    stats = (struct qn_stats){
        .oldest_ms = QN_NO_TIME, .paused_ms = QN_NO_TIME, .draining_ms = QN_NO_TIME};
    all_workers = (struct qn_entries){.entries = workers};
    facts = (struct qn_facts){
        .job = &job, .stats = &stats, .workers = &all_workers, .published = true, .now_ms = NOW};
    return 0;
}

static void add_worker(const char *incarnation, const char *json)
{
    struct qn_err err = {0};

    if (qn_json_check(json, strlen(json), NULL, &err) != QN_OK)
        fail_msg("%s", err.msg);
    workers[all_workers.n++] =
        (struct qn_entry){{incarnation, strlen(incarnation)}, {json, strlen(json)}};
}

#define IDLE                                                                         \
    "{\"host\":\"h1\",\"pid\":7,\"state\":\"running\",\"concurrency\":2,\"idle\":2," \
    "\"queues\":[{\"name\":\"q\",\"weight\":1}],\"tasks\":[\"t.echo\"],\"jobs\":[]}"

/* The codes in their order: "queue_paused next". */
static const char *codes(void)
{
    static char list[1024];
    size_t used = 0;

    list[0] = '\0';
    qn_explain(&facts, &said);
    for (size_t i = 0; i < said.n; i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? " " : "",
                                 said.all[i].code);
    return list;
}

static const struct qn_reason *find(const char *code)
{
    for (size_t i = 0; i < said.n; i++)
        if (strcmp(said.all[i].code, code) == 0)
            return &said.all[i];
    fail_msg("nothing is said of %s", code);
    return NULL;
}

static void assert_says(const char *code, const char *text, const char *hint)
{
    const struct qn_reason *reason = find(code);

    assert_string_equal(reason->text, text);
    assert_string_equal(reason->hint, hint);
}

/* ---- waiting ---- */

static void a_job_that_nothing_keeps_starts_at_any_moment(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    assert_string_equal(codes(), "next");
    assert_says("next",
                "it is the next of queue q, and an executor is idle: it starts at any moment", "");
}

static void how_many_run_is_known_better_than_who_is_idle(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    stats.running = 2;
    assert_string_equal(codes(), "workers_busy next");
    assert_says("workers_busy", "all executors (2) are busy",
                "quern job list --state running shows with what");
    assert_says("next", "it is the next of queue q", "");
}

static void a_paused_queue_comes_first(void **state)
{
    (void)state;
    stats.paused_ms = NOW - 200000;
    add_worker("w1", IDLE);
    assert_string_equal(codes(), "queue_paused next");
    assert_says("queue_paused",
                "queue q is paused since 2026-01-30T23:56:40.000Z (3m20s ago): no job of it is "
                "started",
                "quern queue resume q");
    assert_int_equal(find("queue_paused")->at_ms, NOW - 200000);
}

static void a_draining_queue_runs_what_is_in_it(void **state)
{
    (void)state;
    stats.draining_ms = NOW - MINUTES;
    add_worker("w1", IDLE);
    assert_string_equal(codes(), "next queue_draining");
    assert_says("queue_draining",
                "queue q takes in no new jobs since 2026-01-30T23:59:00.000Z (1m ago); this one "
                "is in it and will run",
                "");
}

static void a_scheduled_job_tells_when_it_is_due(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    job.state = QN_SCHEDULED;
    job.due_ms = NOW + 200000;
    assert_string_equal(codes(), "due_later");
    assert_says("due_later", "it is due at 2026-01-31T00:03:20.000Z (in 3m20s)", "");
    job.due_ms = NOW - 1;
    assert_string_equal(codes(), "due_later");
    assert_says("due_later",
                "it was due at 2026-01-30T23:59:59.999Z (1ms ago): the next worker that looks "
                "puts it in line",
                "");
}

static void a_retrying_job_tells_which_attempt_it_waits_for(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    job.state = QN_RETRYING;
    job.due_ms = NOW + 5000;
    job.attempts = 2;
    job.max_attempts = 5;
    assert_string_equal(codes(), "retry_later");
    assert_says("retry_later", "it waits for attempt 3 of 5, at 2026-01-31T00:00:05.000Z (in 5s)",
                "quern job retry q.x1 runs it now");
    job.max_attempts = 0;
    (void)codes();
    assert_non_null(strstr(find("retry_later")->text, "attempt 3, at"));
}

static void a_queue_without_workers_is_named(void **state)
{
    (void)state;
    add_worker("w1", "{\"state\":\"running\",\"queues\":[{\"name\":\"other\"}]}");
    assert_string_equal(codes(), "no_worker next");
    assert_says("no_worker", "no worker that is alive serves queue q",
                "quern-worker --queues q starts one");
}

static void a_task_that_nobody_published_is_named(void **state)
{
    (void)state;
    facts.published = false;
    assert_string_equal(codes(), "no_worker task_unknown next");
    assert_says("task_unknown", "no worker has published the task t.echo so far", "");
}

static void workers_that_are_quiet_take_nothing(void **state)
{
    (void)state;
    add_worker("w1", "{\"state\":\"quiet\",\"queues\":[{\"name\":\"q\"}],\"idle\":1}");
    add_worker("w2", "{\"state\":\"draining\",\"queues\":[{\"name\":\"q\"}],\"idle\":1}");
    assert_string_equal(codes(), "workers_quiet next");
    assert_says("workers_quiet",
                "all workers of queue q (2) are quiet or stopping: none takes jobs",
                "quern-worker --queues q starts another one");
}

static void a_task_that_no_worker_of_the_queue_has_is_named(void **state)
{
    (void)state;
    add_worker("w1", "{\"state\":\"running\",\"queues\":[{\"name\":\"q\"}],\"idle\":1,"
                     "\"tasks\":[\"t.other\",\"t.ech\",\"t.echoo\"]}");
    assert_string_equal(codes(), "task_unknown next");
    assert_says("task_unknown",
                "workers serve queue q (1), but none knows the task t.echo: it is rejected when "
                "it is taken",
                "quern worker list --json shows which tasks each one has");
}

static void a_task_that_some_workers_do_not_have_is_named(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    add_worker("w2", "{\"state\":\"running\",\"queues\":[{\"name\":\"q\"}],\"tasks\":[]}");
    assert_string_equal(codes(), "task_unknown next");
    assert_says("task_unknown",
                "1 of 2 workers of queue q do not know the task t.echo: one of these that takes "
                "the job rejects it",
                "quern worker list --json shows which tasks each one has");
}

static void a_worker_that_tells_not_all_its_tasks_may_know_it(void **state)
{
    (void)state;
    add_worker("w1", "{\"state\":\"running\",\"queues\":[{\"name\":\"q\"}],\"idle\":1,"
                     "\"concurrency\":1,\"tasks\":[\"t.a\"],\"tasks_more\":3}");
    assert_string_equal(codes(), "next");
    all_workers.n = 0;
    add_worker("w1", "{\"state\":\"running\",\"queues\":[{\"name\":\"q\"}],\"idle\":1,"
                     "\"concurrency\":1}");
    assert_string_equal(codes(), "next");
}

static void busy_workers_tell_their_longest_job(void **state)
{
    (void)state;
    add_worker("w1",
               "{\"state\":\"running\",\"concurrency\":2,\"idle\":0,\"queues\":[{\"name\":\"q\"}],"
               "\"jobs\":[{\"id\":\"q.a\",\"task\":\"t.new\",\"since_ms\":1769817599000},"
               "{\"id\":\"q.b\",\"task\":\"t.old\",\"since_ms\":1769817300000}]}");
    facts.ahead = 17;
    job.priority = 1;
    assert_string_equal(codes(), "workers_busy jobs_before");
    assert_says("workers_busy", "all executors (2) are busy, the longest for 5m with t.old",
                "quern job list --state running shows with what");
    assert_says("jobs_before",
                "jobs of queue q that are taken before it: 17 (its priority is 1 of 3)", "");
}

static void a_place_far_behind_is_told_as_such(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    facts.ahead = -1;
    assert_string_equal(codes(), "jobs_before");
    assert_non_null(strstr(find("jobs_before")->text, "10,000 jobs and more"));
}

static void a_start_deadline_counts_until_the_first_run(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    job.expires_ms = NOW + 90000;
    assert_string_equal(codes(), "next start_deadline");
    assert_says("start_deadline",
                "it expires when it has not started by 2026-01-31T00:01:30.000Z (in 1m30s)", "");
    job.history = "{\"run\":\"w1:1\",\"end\":\"released\"}\n";
    assert_string_equal(codes(), "next run");
}

static void hold(const char *text)
{
    facts.held = (struct qn_span){text, strlen(text)};
    facts.ahead = -1;
}

static void a_job_behind_a_full_limit_tells_how_many_run(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    hold("key:acme 2 2 -1");
    assert_string_equal(codes(), "behind_limit");
    assert_says("behind_limit", "it waits behind the limit key:acme: 2 of 2 run",
                "quern limit list q shows what runs and waits; quern limit set changes it");
    assert_int_equal(find("behind_limit")->at_ms, 0);
}

static void a_job_behind_a_rate_tells_when_the_next_may_start(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    hold("task:t.echo 0 0 1769817603000");
    assert_string_equal(codes(), "behind_limit");
    assert_string_equal(find("behind_limit")->text,
                        "it waits behind the limit task:t.echo: the next may start in 3s");
    assert_int_equal(find("behind_limit")->at_ms, NOW + 3000);
    hold("task:t.echo 1 4 1769817599000");
    (void)codes();
    assert_string_equal(find("behind_limit")->text,
                        "it waits behind the limit task:t.echo: the next may start at any moment");
}

static void a_pause_is_said_before_a_limit(void **state)
{
    (void)state;
    stats.paused_ms = NOW;
    add_worker("w1", IDLE);
    hold("key:acme 1 1 -1");
    assert_string_equal(codes(), "queue_paused behind_limit");
}

static void a_limit_that_does_not_read_is_still_one(void **state)
{
    static const char *const bad[] = {" ",      "x",        "x 1",
                                      "x 1 2",  "x 1 2 z",  "x 1 2 3 4",
                                      " 1 2 3", "x  1 2 3", "x 99999999999999999999 1 1"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        hold(bad[i]);
        (void)codes();
        assert_string_equal(find("behind_limit")->text, "it waits behind a limit");
    }
}

static void a_job_in_a_lane_waits_for_its_turn(void **state)
{
    (void)state;
    add_worker("w1", IDLE);
    facts.ahead = -1;
    stats.parked = 12;
    assert_string_equal(codes(), "turn");
    assert_says("turn",
                "it waits for the turn of its task and limit key: of queue q 12 jobs are in "
                "lanes, which take turns",
                "");
    stats.queued[0] = 10000; /* it may as well be in the line, too far behind */
    assert_string_equal(codes(), "jobs_before");
    facts.ahead = 0;
    assert_string_equal(codes(), "next");
}

/* ---- running ---- */

static void a_running_job_tells_where_and_how_long_yet(void **state)
{
    (void)state;
    job.state = QN_RUNNING;
    job.worker = "w1";
    job.progress = "{\"done\":1}";
    job.cancel_requested = true;
    add_worker("w1", "{\"host\":\"h1\",\"pid\":7,\"state\":\"quiet\",\"queues\":[{\"name\":\"q\"}],"
                     "\"jobs\":[{\"id\":\"q.x1\",\"since_ms\":1769817480000,\"soft_ms\":180000,"
                     "\"hard_ms\":60000}]}");
    assert_string_equal(codes(), "running cancel_asked soft_limit hard_limit progress");
    assert_says("running", "it runs on h1:7, worker w1, since 2026-01-30T23:58:00.000Z (2m ago)",
                "quern job log q.x1 --follow shows what it does, quern job cancel stops it");
    assert_says("soft_limit", "its soft limit of 3m ends at 2026-01-31T00:01:00.000Z (in 1m)", "");
    assert_says("hard_limit", "its hard limit of 1m ended at 2026-01-30T23:59:00.000Z (1m ago)",
                "");
    assert_says("progress", "its last word on its progress: {\"done\":1}", "");
}

static void a_worker_that_is_silent_is_told(void **state)
{
    (void)state;
    job.state = QN_RUNNING;
    job.worker = "gone";
    assert_string_equal(codes(), "running worker_gone");
    assert_says("running", "a worker has it: gone", "");
    assert_says("worker_gone",
                "that worker has not been heard of for a lease: when the lease has run out, "
                "another one puts the job in line again",
                "quern-worker --queues q: no other worker serves this queue");
    add_worker("w1", IDLE);
    (void)codes();
    assert_string_equal(find("worker_gone")->hint, "");
}

/* ---- ended ---- */

static void end(enum qn_state how)
{
    job.state = how;
    job.started_ms = NOW - 65000;
    job.ended_ms = NOW - MINUTES;
    job.worker = "w1";
    job.attempts = 1;
    job.kept_until_ms = NOW + 60 * MINUTES;
}

static void a_job_that_succeeded_says_so(void **state)
{
    (void)state;
    end(QN_SUCCEEDED);
    assert_string_equal(codes(), "succeeded kept_until");
    assert_says("succeeded",
                "it succeeded at 2026-01-30T23:59:00.000Z (1m ago), after 5s on worker w1",
                "quern job result q.x1");
    assert_says("kept_until", "its record is kept until 2026-01-31T01:00:00.000Z (in 1h)", "");
}

static void a_failed_job_tells_its_cause_and_each_run(void **state)
{
    (void)state;
    end(QN_FAILED);
    job.attempts = 2;
    job.cause = QN_CAUSE_CRASHED;
    job.error = "killed";
    job.history =
        "{\"run\":\"w0:3\",\"end\":\"retrying\",\"cause\":\"error\",\"started_ms\":1769817300000,"
        "\"ended_ms\":1769817301500,\"error\":\"no \\\"luck\\\"\"}\n"
        "{\"run\":\"w9:4\",\"cause\":\"lost\",\"ended_ms\":1769817420000}\n"
        "{\"run\":\"w1:5\",\"end\":\"failed\",\"cause\":\"crashed\",\"signal\":11,"
        "\"started_ms\":1769817535000,\"ended_ms\":1769817540000,\"error\":\"killed\"}\n";
    assert_string_equal(codes(), "failed run run run kept_until");
    assert_says("failed",
                "it failed for good in attempt 2 at 2026-01-30T23:59:00.000Z (1m ago), after 5s on "
                "worker w1: crashed: killed",
                "quern job retry q.x1 runs it again");
    assert_string_equal(said.all[1].text, "a run on worker w0 ended after 1s, at "
                                          "2026-01-30T23:55:01.500Z (4m58s ago): error: no "
                                          "\"luck\": to be tried again");
    assert_string_equal(said.all[2].text, "a run on worker w9 ended, at 2026-01-30T23:57:00.000Z "
                                          "(3m ago): lost: its worker's lease ran out");
    assert_string_equal(said.all[3].text,
                        "a run on worker w1 ended after 5s, at 2026-01-30T23:59:00.000Z (1m ago): "
                        "crashed by signal 11: killed: failed for good");
}

static void a_run_tells_whose_policy_brings_it_back(void **state)
{
    static const struct {
        const char *end, *by, *said;
    } runs[] = {
        {"retrying", "run", ": to be tried again when the run said"},
        {"retrying", "on_crash", ": to be tried again by its task's policy for crashes"},
        {"retrying", "default", ": to be tried again"},
        {"retrying", "of_later", ": to be tried again"},
        {"failed", "on_timeout", ": failed for good, as its task limits attempts after timeouts"},
        {"failed", "max_attempts", ": failed for good, in its last attempt"},
    };
    char line[128];

    (void)state;
    end(QN_FAILED);
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        snprintf(line, sizeof(line), "{\"run\":\"w0:3\",\"end\":\"%s\",\"by\":\"%s\"}\n",
                 runs[i].end, runs[i].by);
        job.history = line;
        (void)codes();
        const char *text = find("run")->text;
        assert_true(strlen(text) > strlen(runs[i].said));
        assert_string_equal(text + strlen(text) - strlen(runs[i].said), runs[i].said);
    }
}

static void what_to_do_depends_on_the_cause(void **state)
{
    (void)state;
    end(QN_FAILED);
    job.cause = QN_CAUSE_REJECTED;
    (void)codes();
    assert_string_equal(find("failed")->hint, "quern task show t.echo tells what it takes");
    job.cause = QN_CAUSE_TIMEOUT;
    (void)codes();
    assert_string_equal(find("failed")->hint,
                        "quern job retry q.x1 runs it again, under the same limits");
}

static void other_ends_are_told(void **state)
{
    (void)state;
    end(QN_CANCELLED);
    job.started_ms = 0;
    assert_string_equal(codes(), "cancelled kept_until");
    assert_says("cancelled", "it was cancelled at 2026-01-30T23:59:00.000Z (1m ago), without a run",
                "quern job retry q.x1 runs it after all");
    end(QN_EXPIRED);
    job.expires_ms = NOW - 2 * MINUTES;
    assert_string_equal(codes(), "expired kept_until");
    assert_says("expired",
                "it expired at 2026-01-30T23:58:00.000Z (2m ago): it had not started by then",
                "quern job retry q.x1 runs it after all");
    job.ended_ms = job.kept_until_ms = 0; /* no worker has seen it yet */
    assert_string_equal(codes(), "expired");
    assert_string_equal(find("expired")->hint, "");
}

/* ---- bounds ---- */

static void of_many_runs_the_last_are_told(void **state)
{
    static char history[8192];
    size_t used = 0;

    (void)state;
    for (int i = 0; i < 60; i++)
        used += (size_t)snprintf(history + used, sizeof(history) - used,
                                 "{\"run\":\"w%d:1\",\"end\":\"retrying\",\"ended_ms\":1}\n", i);
    end(QN_FAILED);
    job.history = history;
    (void)codes();
    assert_int_equal(said.n, 1 + 1 + 20 + 1);
    assert_string_equal(said.all[1].text, "of its runs the last 20 are told here");
    assert_non_null(strstr(said.all[2].text, "worker w40 "));
    assert_non_null(strstr(said.all[21].text, "worker w59 "));
}

static void what_others_wrote_cannot_break_it(void **state)
{
    static const char *const bad[] = {"{",   "null", "[]", "{\"run\":5}", "\xff\xfe", "{\"a\"",
                                      "\"x", "{}{}", "",   "[{}]"};
    struct qn_buf out;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        for (enum qn_state at = QN_SCHEDULED; at <= QN_EXPIRED; at++) {
            begin(NULL);
            job.state = at;
            job.task = job.error = job.progress = job.history = job.worker = bad[i];
            workers[0] = (struct qn_entry){{bad[i], strlen(bad[i])}, {bad[i], strlen(bad[i])}};
            all_workers.n = 1;
            (void)codes();
            qn_buf_init(&out, 1 << 20);
            assert_int_equal(qn_explain_json(&out, &job, &said), QN_OK);
            assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
            qn_buf_release(&out);
        }
    }
}

static void as_json_each_statement_is_an_object(void **state)
{
    struct qn_buf out;

    (void)state;
    stats.paused_ms = NOW - 1000;
    add_worker("w1", IDLE);
    (void)codes();
    qn_buf_init(&out, 1 << 20);
    assert_int_equal(qn_explain_json(&out, &job, &said), QN_OK);
    assert_string_equal(out.data,
                        "{\"id\":\"q.x1\",\"state\":\"queued\",\"reasons\":[{\"code\":"
                        "\"queue_paused\",\"text\":\"queue q is paused since "
                        "2026-01-30T23:59:59.000Z (1s ago): no job of it is started\",\"at\":"
                        "\"2026-01-30T23:59:59.000Z\",\"hint\":\"quern queue resume q\"},"
                        "{\"code\":\"next\",\"text\":\"it is the next of queue q\"}]}");
    qn_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_job_that_nothing_keeps_starts_at_any_moment, begin),
        cmocka_unit_test_setup(how_many_run_is_known_better_than_who_is_idle, begin),
        cmocka_unit_test_setup(a_paused_queue_comes_first, begin),
        cmocka_unit_test_setup(a_draining_queue_runs_what_is_in_it, begin),
        cmocka_unit_test_setup(a_scheduled_job_tells_when_it_is_due, begin),
        cmocka_unit_test_setup(a_retrying_job_tells_which_attempt_it_waits_for, begin),
        cmocka_unit_test_setup(a_queue_without_workers_is_named, begin),
        cmocka_unit_test_setup(a_task_that_nobody_published_is_named, begin),
        cmocka_unit_test_setup(workers_that_are_quiet_take_nothing, begin),
        cmocka_unit_test_setup(a_task_that_no_worker_of_the_queue_has_is_named, begin),
        cmocka_unit_test_setup(a_task_that_some_workers_do_not_have_is_named, begin),
        cmocka_unit_test_setup(a_worker_that_tells_not_all_its_tasks_may_know_it, begin),
        cmocka_unit_test_setup(busy_workers_tell_their_longest_job, begin),
        cmocka_unit_test_setup(a_place_far_behind_is_told_as_such, begin),
        cmocka_unit_test_setup(a_start_deadline_counts_until_the_first_run, begin),
        cmocka_unit_test_setup(a_job_behind_a_full_limit_tells_how_many_run, begin),
        cmocka_unit_test_setup(a_job_behind_a_rate_tells_when_the_next_may_start, begin),
        cmocka_unit_test_setup(a_pause_is_said_before_a_limit, begin),
        cmocka_unit_test_setup(a_limit_that_does_not_read_is_still_one, begin),
        cmocka_unit_test_setup(a_job_in_a_lane_waits_for_its_turn, begin),
        cmocka_unit_test_setup(a_running_job_tells_where_and_how_long_yet, begin),
        cmocka_unit_test_setup(a_worker_that_is_silent_is_told, begin),
        cmocka_unit_test_setup(a_job_that_succeeded_says_so, begin),
        cmocka_unit_test_setup(a_failed_job_tells_its_cause_and_each_run, begin),
        cmocka_unit_test_setup(a_run_tells_whose_policy_brings_it_back, begin),
        cmocka_unit_test_setup(what_to_do_depends_on_the_cause, begin),
        cmocka_unit_test_setup(other_ends_are_told, begin),
        cmocka_unit_test_setup(of_many_runs_the_last_are_told, begin),
        cmocka_unit_test_setup(what_others_wrote_cannot_break_it, begin),
        cmocka_unit_test_setup(as_json_each_statement_is_an_object, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
