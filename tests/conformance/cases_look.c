#include "world.h"

#include <stdio.h>
#include <string.h>

static void an_unknown_job_is_not_there(void **state)
{
    struct world *w = *state;

    assert_int_equal(op_peek(w, "nope")->n, 0);
    assert_string_equal(op_log(w, "nope")->text, "");
}

/* The life of a key goes by the real clock, whatever the scripts are told. */
static void an_ended_job_tells_how_long_it_is_kept(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    assert_int_equal(op_peek(w, "a")->info[0]->kept_until_ms, 0);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 1);
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    const struct qn_job_info *info = op_peek(w, "a")->info[0];
    assert_in_range(info->kept_until_ms - info->ended_ms, DAY - 60000, DAY);
}

static void the_figures_of_a_queue_add_up(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "old");
    world_advance(w, 500);
    new_job(w, .name = "high", .priority = 3);
    new_job(w, .name = "delayed", .delay = 1000);
    struct qn_stats stats = op_stats(w)->stats;
    assert_int_equal(stats.queued[0], 1);
    assert_int_equal(stats.queued[3], 1);
    assert_int_equal(stats.scheduled, 1);
    assert_int_equal(stats.oldest_ms, T0);
    assert_int_equal(stats.enqueued, 3);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 2);
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    op_finish(w, taken, 1, QN_FIN_RETRY, 1000);
    stats = op_stats(w)->stats;
    assert_int_equal(stats.queued[0] + stats.queued[3], 0);
    assert_int_equal(stats.running, 0);
    assert_int_equal(stats.retrying, 1);
    assert_int_equal(stats.ended, 1);
    assert_int_equal(stats.workers, 1);
    assert_int_equal(stats.succeeded, 1);
    assert_int_equal(stats.retried, 1);
    assert_int_equal(stats.oldest_ms, QN_NO_TIME);
}

static void jobs_are_listed_by_state_in_pages(void **state)
{
    struct world *w = *state;
    char name[16];

    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof(name), "q%d", i);
        new_job(w, .name = name, .priority = i == 4 ? 2 : 0);
    }
    struct got *page = op_list(w, QN_QUEUED, 0, 2);
    assert_int_equal(page->n, 2);
    assert_string_equal(page->name[0], "q4");
    assert_string_equal(page->name[1], "q0");
    assert_int_equal(page->next, 2);
    page = op_list(w, QN_QUEUED, 2, 2);
    assert_string_equal(page->name[0], "q1");
    page = op_list(w, QN_QUEUED, 4, 2);
    assert_int_equal(page->n, 1);
    assert_string_equal(page->name[0], "q3");
    assert_int_equal(page->next, QN_NO_TIME);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 3);
    assert_int_equal(op_list(w, QN_RUNNING, 0, 10)->n, 3);
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    op_finish(w, taken, 1, QN_FIN_RETRY, 1000);
    assert_string_equal(op_list(w, QN_SUCCEEDED, 0, 10)->name[0], taken->name[0]);
    assert_string_equal(op_list(w, QN_RETRYING, 0, 10)->name[0], taken->name[1]);
    new_job(w, .name = "later", .delay = 1000);
    assert_string_equal(op_list(w, QN_SCHEDULED, 0, 10)->name[0], "later");
    assert_int_equal(op_list(w, QN_FAILED, 0, 10)->n, 0);
    assert_rc(op_list(w, QN_QUEUED, 0, 1001), QN_EINVAL);
}

static void the_newest_dead_letters_come_first(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"a", "b", "c"};

    for (int i = 0; i < 3; i++) {
        struct got *taken = run_one(w, names[i]);
        op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
        world_advance(w, 10);
    }
    struct got *list = op_list(w, QN_FAILED, 0, 2);
    assert_string_equal(list->name[0], "c");
    assert_string_equal(list->name[1], "b");
    assert_int_equal(list->next, 2);
}

static void published_tasks_and_queues_stay(void **state)
{
    struct world *w = *state;

    assert_ok(op_publish(w, Q, "t.one", "{\"name\":\"t.one\"}"));
    assert_ok(op_publish(w, "other", "t.one", "{\"name\":\"t.one\",\"summary\":\"new\"}"));
    struct got *tasks = op_entries(w, 0);
    assert_int_equal(tasks->n, 1);
    assert_string_equal(tasks->name[0], "t.one");
    assert_non_null(strstr(tasks->record[0].data, "new"));
    assert_int_equal(op_entries(w, 1)->n, 2);
}

static void a_worker_is_listed_until_it_says_goodbye(void **state)
{
    struct world *w = *state;

    assert_ok(op_alive(w, INC, 60000, "{\"pid\":1}"));
    assert_ok(op_alive(w, OTHER, 60000, "{\"pid\":2}"));
    struct got *workers = op_entries(w, 2);
    assert_int_equal(workers->n, 2);
    assert_ok(op_alive(w, INC, 0, ""));
    workers = op_entries(w, 2);
    assert_int_equal(workers->n, 1);
    assert_string_equal(workers->name[0], OTHER);
    assert_string_equal(workers->record[0].data, "{\"pid\":2}");
}

static void one_leads_at_a_time(void **state)
{
    struct world *w = *state;

    assert_int_equal(op_lead(w, "one", 60000)->number, 1);
    assert_int_equal(op_lead(w, "two", 60000)->number, 0);
    assert_int_equal(op_lead(w, "one", 60000)->number, 1);
    assert_int_equal(op_lead(w, "one", 0)->number, 1);
    assert_int_equal(op_lead(w, "two", 60000)->number, 1);
    assert_int_equal(op_lead(w, "one", 0)->number, 0);
}

const struct CMUnitTest cases_look[] = {
    CASE(an_unknown_job_is_not_there),
    CASE(an_ended_job_tells_how_long_it_is_kept),
    CASE(the_figures_of_a_queue_add_up),
    CASE(jobs_are_listed_by_state_in_pages),
    CASE(the_newest_dead_letters_come_first),
    CASE(published_tasks_and_queues_stay),
    CASE(a_worker_is_listed_until_it_says_goodbye),
    CASE(one_leads_at_a_time),
};
CASES(cases_look);
