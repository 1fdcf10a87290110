/* cases_storm.c - many operations in no order, and many jobs: no limit is passed, and in the end no
 * job is left behind one. */
#include "fsck_ops.h"
#include "operate.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define ROUNDS    12
#define STEPS     140
#define HELD_MAX  64
#define NAMES_MAX 1000

static const char *const tasks[] = {"t.one", "t.two"};
static const char *const keys[] = {NULL, "a", "b", "c"};
static const char *const scopes[] = {"task:t.one", "task:t.two", "key:a", "key:b", "key:*"};

struct held {
    struct got *taken;
    size_t i;
    const char *task, *key;
};

struct storm {
    struct world *w;
    uint64_t random;
    int64_t most[5]; /* concurrency of the scopes */
    struct held held[HELD_MAX];
    size_t n_held;
    int round, n_names;
    struct {
        const char *task, *key;
    } jobs[NAMES_MAX];
};

static int below(struct storm *s, int n)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return (int)(s->random % (uint64_t)n);
}

static void enqueue_some(struct storm *s)
{
    static char names[5][24];
    struct job jobs[5] = {0};
    int n = 1 + below(s, 5);

    for (int i = 0; i < n && s->n_names < NAMES_MAX; i++) {
        const char *task = tasks[below(s, 2)], *key = keys[below(s, 4)];
        snprintf(names[i], sizeof(names[i]), "%d-%d", s->round, s->n_names);
        s->jobs[s->n_names].task = task;
        s->jobs[s->n_names++].key = key;
        jobs[i] = (struct job){.name = names[i],
                               .task = task,
                               .key = key,
                               .priority = below(s, 4),
                               .delay = below(s, 8) == 0 ? 1 + below(s, 500) : 0,
                               .expires_in = below(s, 8) == 0 ? 1 + below(s, 500) : 0};
    }
    assert_ok(op_enqueue(s->w, jobs, (size_t)n));
}

/* The runs of a scope that the worker holds; "key:c" is behind "key:*". */
static int64_t runs_of(const struct storm *s, const char *kind, const char *name)
{
    int64_t n = 0;

    for (size_t i = 0; i < s->n_held; i++) {
        const char *has = *kind == 't' ? s->held[i].task : s->held[i].key;
        n += has && strcmp(has, name) == 0;
    }
    return n;
}

static void check_limits(const struct storm *s, const struct held *run)
{
    size_t task = strcmp(run->task, "t.one") == 0 ? 0 : 1;

    assert_true(runs_of(s, "task", run->task) <= s->most[task]);
    if (run->key) {
        size_t key = *run->key == 'c' ? 4 : (size_t)(2 + *run->key - 'a');
        assert_true(runs_of(s, "key", run->key) <= s->most[key]);
    }
}

static void take_some(struct storm *s, int want)
{
    struct got *taken = op_take(s->w, INC, want);
    size_t before = s->n_held;

    assert_ok(taken);
    for (size_t i = 0; i < taken->n; i++) {
        int64_t at = 0;
        assert_non_null(strchr(taken->name[i], '-'));
        assert_int_equal(qn_str_to_i64(strchr(taken->name[i], '-') + 1, &at), QN_OK);
        assert_true(s->n_held < HELD_MAX);
        s->held[s->n_held++] = (struct held){taken, i, s->jobs[at].task, s->jobs[at].key};
    }
    for (size_t i = before; i < s->n_held; i++)
        check_limits(s, &s->held[i]);
}

static void finish_one(struct storm *s, enum qn_finish_kind kind)
{
    if (s->n_held == 0)
        return;
    size_t at = (size_t)below(s, (int)s->n_held);
    struct held run = s->held[at];
    int code = op_finish(s->w, run.taken, run.i, kind, 100)->code[0];

    assert_true(code == QN_FIN_OK || code == QN_FIN_AS_CANCELLED);
    s->held[at] = s->held[--s->n_held];
}

/* An answer of a take was lost: the worker holds none of its runs. */
static void lose_a_take(struct storm *s)
{
    struct qn_held held[HELD_MAX];

    assert_ok(op_take(s->w, INC, 2));
    for (size_t i = 0; i < s->n_held; i++)
        held[i] = (struct qn_held){s->held[i].taken->name[s->held[i].i],
                                   s->held[i].taken->token[s->held[i].i]};
    assert_int_equal(op_reconcile(s->w, INC, held, s->n_held)->n, 0);
}

static void set_limit(struct storm *s, size_t i)
{
    struct qn_limit limit = {.scope = scopes[i], .concurrency = 1 + below(s, 4)};

    if (i >= 3) {
        limit.rate = 1 + below(s, 5);
        limit.per_ms = 300;
        limit.burst = below(s, 4);
    }
    s->most[i] = limit.concurrency;
    assert_ok(op_set_limits(s->w, &limit, 1));
}

static void cancel_or_replay_one(struct storm *s)
{
    char name[24];

    snprintf(name, sizeof(name), "%d-%d", s->round, s->n_names > 0 ? below(s, s->n_names) : 0);
    struct got *got = op_cancel(s->w, name);
    assert_ok(got);
    if (got->code[0] == QN_CANCEL_DONE && below(s, 2) == 0)
        assert_int_equal(op_replay(s->w, name, s->w->now_ms)->code[0], QN_ENDED_DONE);
}

static void one_step(struct storm *s)
{
    static const enum qn_finish_kind kinds[] = {QN_FIN_SUCCEEDED, QN_FIN_FAILED, QN_FIN_RETRY,
                                                QN_FIN_SNOOZE, QN_FIN_RELEASE};
    int what = below(s, 100);

    if (what < 28)
        enqueue_some(s);
    else if (what < 52)
        take_some(s, 1 + below(s, 4));
    else if (what < 78)
        finish_one(s, kinds[below(s, 5)]);
    else if (what < 84)
        cancel_or_replay_one(s);
    else if (what < 88)
        assert_ok(op_purge(s->w, QN_QUEUED, s->w->now_ms - below(s, 1000)));
    else if (what < 92)
        set_limit(s, (size_t)below(s, 5));
    else if (what < 95)
        lose_a_take(s);
    else
        world_advance(s->w, 1 + below(s, 200));
    if (below(s, 4) == 0)
        assert_ok(op_forward(s->w));
}

static void drain(struct storm *s)
{
    for (int i = 0; i < 150; i++) {
        while (s->n_held > 0)
            finish_one(s, QN_FIN_SUCCEEDED);
        if (op_stats(s->w)->stats.bytes == 0)
            return;
        world_advance(s->w, 1000);
        assert_ok(op_forward(s->w));
        take_some(s, 20);
    }
    fail_msg("%zd jobs are left behind: %s", op_list(s->w, QN_QUEUED, 0, 100)->n,
             names_of(op_list(s->w, QN_QUEUED, 0, 20)));
}

static void no_limit_is_passed_and_no_job_is_left_behind(void **state)
{
    static struct storm s;

    s = (struct storm){.w = *state, .random = 88172645463325252};
    for (size_t i = 0; i < 5; i++)
        set_limit(&s, i);
    for (; s.round < ROUNDS; s.round++) {
        s.n_names = 0;
        assert_ok(op_join(s.w, INC));
        for (int i = 0; i < STEPS; i++)
            one_step(&s);
        drain(&s);
        struct got *limits = op_limits(s.w);
        for (size_t i = 0; i < limits->n; i++)
            assert_int_equal(limits->limit[i].running, 0);
        assert_true(fsck_is_clean(s.w));
        got_free_all();
    }
}

static void enqueue_late(struct world *w, int at)
{
    static char names[QN_ENQUEUE_BATCH_MAX][24];
    struct job jobs[QN_ENQUEUE_BATCH_MAX];

    for (int i = 0; i < QN_ENQUEUE_BATCH_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "late%d", at + i);
        jobs[i] = (struct job){.name = names[i], .key = "k", .expires_in = 50};
    }
    assert_ok(op_enqueue(w, jobs, QN_ENQUEUE_BATCH_MAX));
}

/* On Redis more than one of its commands takes; the reference looks at all for each. */
static void a_lane_of_thousands_of_late_jobs_ends(void **state)
{
    struct world *w = *state;
    int many = (strcmp(world_kind, "redis") == 0 ? 20 : 2) * QN_ENQUEUE_BATCH_MAX;

    op_join(w, INC);
    op_limit(w, "key:k", 1);
    new_job(w, .name = "first", .key = "k");
    struct got *first = op_take(w, INC, 1);
    for (int i = 0; i < many; i += QN_ENQUEUE_BATCH_MAX)
        enqueue_late(w, i);
    for (int i = 0; i < many; i += 1000)
        assert_ok(op_take(w, INC, 1)); /* puts them into their lane */
    world_advance(w, 50);
    op_finish(w, first, 0, QN_FIN_SUCCEEDED, DAY);
    for (int i = 0; i < many; i += 1000)
        assert_ok(op_take(w, INC, 1));
    assert_int_equal(op_stats(w)->stats.expired, many);
    assert_int_equal(op_stats(w)->stats.bytes, 0);
    assert_int_equal(op_stats(w)->stats.ended, many + 1);
}

const struct CMUnitTest cases_storm[] = {
    CASE(no_limit_is_passed_and_no_job_is_left_behind),
    CASE(a_lane_of_thousands_of_late_jobs_ends),
};
CASES(cases_storm);
