/* redis_cost.c - what a job's life asks of Redis, counted: commands inside the scripts, bytes
 * of a new connection. A bound that is passed is a cost that each job of each user pays: raise it
 * only for something worth that. */
#include "world.h"

#include "broker-client/redis/script.h"
#include "world_redis.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 50

/* ---- counting ---- */

static long long figure_in(const char *info, const char *name)
{
    const char *at = strstr(info, name);

    return at ? strtoll(at + strlen(name), NULL, 10) : 0;
}

/* All commands since the last CONFIG RESETSTAT but the calls of scripts and our own. */
static long long inner_commands(void)
{
    static char info[64 * 1024];
    long long n = 0;

    redis_server_text(&world_server, info, sizeof(info), "INFO commandstats");
    for (const char *at = info; (at = strstr(at, ":calls=")) != NULL; at++)
        n += strtoll(at + strlen(":calls="), NULL, 10);
    n -= figure_in(info, "cmdstat_evalsha:calls=");
    return n - figure_in(info, "cmdstat_config|resetstat:calls=");
}

static void forget_counts(void)
{
    redis_server_do(&world_server, "CONFIG RESETSTAT");
}

static void assert_commands(const char *what, size_t jobs, long long most)
{
    long long n = inner_commands();

    if (n > most)
        fail_msg("%s of %zu: %lld commands inside the script, at most %lld were allowed", what,
                 jobs, n, most);
    assert_true(n > 0);
}

/* ---- lives ---- */

static void make_jobs(struct world *w, const char *prefix, size_t n)
{
    static char names[BATCH][QN_NAME_MAX + 1];
    struct job jobs[BATCH];

    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof(names[i]), "%s%zu", prefix, i);
        jobs[i] = (struct job){.name = names[i], .priority = 1};
    }
    assert_ok(op_enqueue(w, jobs, n));
}

static void end_all(struct world *w, const struct got *taken)
{
    const struct qn_ending ending = {.attempts = 1};
    struct qn_finish runs[BATCH];
    struct qn_buf data[BATCH];
    struct got *got = got_create();

    for (size_t i = 0; i < taken->n; i++) {
        qn_buf_init(&data[i], QN_RECORD_MAX);
        assert_int_equal(qn_ending_encode(&ending, taken->record[i], &data[i]), QN_OK);
        runs[i] = (struct qn_finish){
            .name = taken->name[i],
            .token = taken->token[i],
            .kind = QN_FIN_SUCCEEDED,
            .ms = DAY,
            .data = {.data = data[i].data, .len = data[i].len},
        };
    }
    w->broker->ops->finish(w->broker, Q, runs, taken->n, DAY, on_reply, got);
    world_turn(w, &got->done);
    assert_ok(got);
    for (size_t i = 0; i < taken->n; i++)
        qn_buf_release(&data[i]);
}

static void live(struct world *w, size_t n, long long enqueue_most, long long take_most,
                 long long finish_most)
{
    op_join(w, INC);
    make_jobs(w, "before", 3); /* the token lies there, jobs are left behind */
    forget_counts();
    make_jobs(w, "a", n);
    assert_commands("enqueue", n, enqueue_most);
    forget_counts();
    struct got *taken = op_take(w, INC, (int)n);
    assert_commands("take", n, take_most);
    assert_int_equal(taken->n, n);
    forget_counts();
    end_all(w, taken);
    assert_commands("finish", n, finish_most);
}

/* The time, the ids, the queue's figures, the records, the figures again, the line. */
static void a_batch_lives_in_few_commands(void **state)
{
    live(*state, BATCH, 6, 12, 7 + BATCH);
}

static void a_single_job_lives_in_few_commands(void **state)
{
    live(*state, 1, 6, 11, 8);
}

/* A list of some hundred runs would be searched from its front for each of them. */
static void many_runs_are_a_table(void **state)
{
    struct world *w = *state;
    char encoding[32];

    op_join(w, INC);
    make_jobs(w, "a", BATCH);
    op_take(w, INC, BATCH);
    redis_server_text(&world_server, encoding, sizeof(encoding),
                      "OBJECT ENCODING {test:" Q "}:running");
    assert_string_equal(encoding, "hashtable");
    assert_int_equal(redis_server_do(&world_server, "HLEN {test:" Q "}:running"), BATCH);
}

/* ---- connections ---- */

static void read_stats(long long *ret_bytes, long long *ret_loads)
{
    static char info[64 * 1024];

    redis_server_text(&world_server, info, sizeof(info), "INFO everything");
    *ret_bytes = figure_in(info, "total_net_input_bytes:");
    *ret_loads = figure_in(info, "cmdstat_script|load:calls=");
}

static bool is_up(struct world *w)
{
    return w->link == QN_LINK_UP;
}

static void connect_another(struct world *w)
{
    struct qn_broker *other = world_second(w);

    w->link = QN_LINK_DOWN;
    other->on_link = w->broker->on_link;
    other->on_link_arg = w;
    assert_true(world_wait_for(w, is_up));
    qn_broker_close(other);
}

static void a_connection_sends_only_the_scripts_that_redis_lacks(void **state)
{
    struct world *w = *state;
    long long bytes, loads, bytes_after, loads_after;

    forget_counts();
    read_stats(&bytes, &loads);
    connect_another(w);
    read_stats(&bytes_after, &loads_after);
    assert_int_equal(loads_after, loads);
    assert_in_range(bytes_after - bytes, 1, 4096); /* all its connections */

    redis_server_do(&world_server, "SCRIPT FLUSH");
    connect_another(w);
    read_stats(&bytes_after, &loads_after);
    assert_int_equal(loads_after - loads, QN_SCRIPTS);
}

int main(void)
{
    const struct CMUnitTest cases[] = {
        CASE(a_batch_lives_in_few_commands),
        CASE(a_single_job_lives_in_few_commands),
        CASE(many_runs_are_a_table),
        CASE(a_connection_sends_only_the_scripts_that_redis_lacks),
    };

    return cmocka_run_group_tests(cases, NULL, NULL);
}
