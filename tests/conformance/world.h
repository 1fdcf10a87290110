/* world.h - a broker under test, with a clock that only the test moves, and each
 * operation as a function that waits for its answer.
 *
 * The same cases run against both implementations: world_redis.c and world_mem.c
 * supply what differs. Answers are borrowed in the contract, so they are copied.
 */
#ifndef TESTS_CONFORMANCE_WORLD_H
#define TESTS_CONFORMANCE_WORLD_H

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "broker-client/broker.h"
#include "broker-client/state.h"

#define Q     "default"
#define INC   "AAAAAAAAAAA"
#define OTHER "BBBBBBBBBBB"
#define LEASE 15000
#define DAY   86400000
#define T0    1750000000000
#define MANY  512

struct world {
    struct qn_loop *loop;
    struct qn_broker *broker;
    int64_t now_ms;
    enum qn_link link;
    int link_downs;
    struct qn_err link_err;
    int ended_n; /* told by name */
    char ended[QN_ID_SIZE];
    int look_again; /* told with NULL */
};

/* What an answer held; lists as copies. */
struct got {
    bool done;
    int rc;
    char msg[QN_ERR_TEXT_MAX];
    int64_t now_ms, number, next;
    bool paused, flag, more;
    struct qn_weighed weighed;
    size_t n, n2, n3;
    int code[MANY];
    char name[MANY][QN_NAME_MAX + 1];
    char name2[MANY][QN_NAME_MAX + 1];
    char name3[MANY][QN_NAME_MAX + 1];
    char token[MANY][QN_TOKEN_SIZE];
    struct qn_span record[MANY], attempt[MANY], progress[MANY]; /* in bytes */
    struct qn_job_info *info[4];
    enum qn_state state;
    struct qn_stats stats;
    struct qn_sale sale;
    char text[4096];          /* log, message; of peek what holds it back */
    struct qn_limit limit[8]; /* their scopes are the names */
    int64_t revision;         /* of the schedules */
    struct qn_buf bytes;
};

/* What differs between the implementations. */
extern const char world_kind[]; /* "redis", "mem" */
void world_open(struct world *w);
void world_close(struct world *w);
void world_set_now(struct world *w, int64_t now_ms);
/* A second broker object on the same store. */
struct qn_broker *world_second(struct world *w);

static inline void world_advance(struct world *w, int64_t ms)
{
    world_set_now(w, w->now_ms + ms);
}

/* The same, and what the server itself lets expire gets older too. */
void world_pass(struct world *w, int64_t ms);

int world_setup(void **state);
int world_teardown(void **state);
void world_listen(struct world *w);                  /* hooks of link and ends, for the openers */
void world_turn(struct world *w, const bool *until); /* fails the test after 5 s */
bool world_wait_for(struct world *w, bool (*condition)(struct world *w));

/* Jobs. */
struct job {
    const char *name;
    int priority;
    int64_t delay, eta, expires_in;
    const char *args;
    const char *schedule;
    int64_t planned;
    size_t args_len;
    const char *task; /* NULL: t.one */
    const char *key;  /* limit key */
    const char *same; /* what is unique, NULL: nothing */
    struct qn_unique unique;
    bool follows;
    const char *on_failed; /* the task of its follow-up */
    const struct qn_sale_ask *sale;
    int64_t watch; /* ms for which its end is waited for */
};
/* The names of who has a unique key, number the time to wait, flag: their ends are told. */
struct got *op_enqueue(struct world *w, const struct job *jobs, size_t n);
#define new_job(w, ...) op_enqueue(w, (const struct job[]){{__VA_ARGS__}}, 1)
struct got *op_cancel(struct world *w, const char *name);
struct got *op_join(struct world *w, const char *incarnation);
struct got *op_renew(struct world *w, const char *incarnation);
struct got *op_leave(struct world *w, const char *incarnation);
struct got *op_take(struct world *w, const char *incarnation, int want);
/* Ends run i of a take; kind R, Z, Q: ms is the delay and the try is counted on. */
struct got *op_finish(struct world *w, const struct got *taken, size_t i, enum qn_finish_kind kind,
                      int64_t ms);
struct got *op_reconcile(struct world *w, const char *incarnation, const struct qn_held *held,
                         size_t n);
struct got *op_note(struct world *w, const char *name, const char *token, const char *progress,
                    const char *log);
struct got *op_wait(struct world *w, bool tokens, int64_t timeout_ms);
struct got *op_forward(struct world *w);
struct got *op_recover(struct world *w);
struct got *op_peek(struct world *w, const char *name);
struct got *op_list(struct world *w, enum qn_state state, int64_t offset, int limit);
struct got *op_log(struct world *w, const char *name);
struct got *op_stats(struct world *w);
struct got *op_pause(struct world *w, bool paused);
struct got *op_watch(struct world *w, const char *name, bool on);
struct got *op_publish(struct world *w, const char *queue, const char *task, const char *def);
struct got *op_entries(struct world *w, int which); /* 0 tasks, 1 queues, 2 workers */
struct got *op_alive(struct world *w, const char *incarnation, int64_t life, const char *json);
struct got *op_lead(struct world *w, const char *holder, int64_t lease);

/* Answers live until the end of the case, or until all are freed. */
struct got *got_create(void);
void got_free_all(void);
void on_reply(void *arg, const struct qn_reply *reply); /* rc and now_ms only */

/* The state of a job as peek shows it, 0 when there is none. */
enum qn_state state_of(struct world *w, const char *name);
/* enqueue, join, take of one job. */
struct got *run_one(struct world *w, const char *name);

#define assert_ok(answer) assert_rc(answer, QN_OK)
#define assert_rc(answer, wanted)                                                                 \
    do {                                                                                          \
        const struct got *got_ = (answer);                                                        \
        if (got_->rc != (wanted))                                                                 \
            fail_msg("rc %s, not %s: %s", qn_err_name(got_->rc), qn_err_name(wanted), got_->msg); \
    } while (0)
#define assert_state(w, name, wanted) \
    assert_string_equal(qn_state_name(state_of(w, name)), qn_state_name(wanted))

/* The cases, by file. */
extern const struct CMUnitTest cases_produce[], cases_work[], cases_upkeep[], cases_wait[],
    cases_look[], cases_twice[], cases_operate[], cases_fsck[], cases_limits[], cases_turns[],
    cases_unique[], cases_budget[], cases_storm[], cases_failed[], cases_sale[], cases_own[],
    cases_schedules[];
extern const size_t cases_produce_n, cases_work_n, cases_upkeep_n, cases_wait_n, cases_look_n,
    cases_twice_n, cases_operate_n, cases_fsck_n, cases_limits_n, cases_turns_n, cases_unique_n,
    cases_budget_n, cases_storm_n, cases_failed_n, cases_sale_n, cases_own_n, cases_schedules_n;
#define CASE(function)                                                         \
    {                                                                          \
        .name = #function, .test_func = (function), .setup_func = world_setup, \
        .teardown_func = world_teardown,                                       \
    }
#define CASES(list) const size_t list##_n = sizeof(list) / sizeof((list)[0])

#endif
