/* model.h - random operations on both brokers side by side.
 *
 * The same operation goes to Redis and to the reference in memory, under one clock that only
 * the test moves. Each answer becomes a line of text, and so does all that can be seen of the
 * queue after it; the texts must be equal. An operation whose answer "was lost" is sent again,
 * at once or some steps later, as a client would: with the same names and tokens.
 *
 * A run of the model is an array of steps. What a step does follows from its own number and
 * hardly from what was before, so that steps can be left out: shrink.h.
 *
 * What is left open by docs/protocol.md is not compared. A run is strict, or loose: then names
 * may stand in a line twice, all takes want everything, and the numbers of runs, the order in
 * the line and places in it are not compared.
 */
#ifndef TESTS_MODEL_MODEL_H
#define TESTS_MODEL_MODEL_H

#include "broker-client/broker.h"
#include "tests/support/redis_server.h"

#define MODEL_NAMES    16
#define MODEL_WORKERS  3
#define MODEL_BATCH    3
#define MODEL_RUNS_MAX 64 /* held by one worker, as far as reconcile is told */
#define MODEL_QUEUE    "default"
#define MODEL_T0       INT64_C(1750000000000)
#define MODEL_LEASE    15000
#define MODEL_MINUTE   INT64_C(60000) /* lives of records are whole minutes */

struct model_random {
    uint64_t state;
};
uint64_t model_random_next(struct model_random *random);
int model_random_below(struct model_random *random, int n);
bool model_random_chance(struct model_random *random, int percent);

/* A take as a worker knows it; told by both brokers. */
struct model_run {
    struct model_run *next; /* older */
    int name, worker;
    bool held;
    struct {
        char token[QN_TOKEN_SIZE];
        struct qn_buf record, attempt;
    } as[2];
};

struct model_job {
    int name, priority, schedule; /* schedule 0: none */
    int64_t due, expires, planned, unique_for;
    bool due_relative, expires_relative, follows;
    int task, key;    /* key 0: none */
    int unique;       /* key of it, 0: none */
    int until, clash; /* enum qn_unique_until, qn_unique_conflict */
};

/* What an operation is about; each uses some of it. */
struct model_args {
    int n; /* names, jobs, runs */
    int name[MODEL_BATCH];
    struct model_job job[MODEL_BATCH];
    char kind[MODEL_BATCH];
    int64_t ms[MODEL_BATCH];
    int age[MODEL_BATCH]; /* which run of the name: 0 the last one that is held */
    int worker, number;
    int64_t time, life;
    struct qn_limit limit;
};

/* An operation with all that it needs to be sent, and sent again. */
struct model_sending {
    const struct model_op *op;
    struct model_args args;
    int64_t now_ms;                        /* when it was sent first */
    struct model_run *run[MODEL_RUNS_MAX]; /* NULL: one that never was */
    int n_runs;
    int64_t ended_ms[MODEL_BATCH];
};

struct model_taken {
    int name;
    char token[QN_TOKEN_SIZE];
    struct qn_buf record, attempt;
};

/* One of the two. */
struct model_side {
    struct model *model;
    int number; /* 0 Redis, 1 memory */
    struct qn_broker *broker;
    struct qn_buf said;
    int awaited; /* answers */
    bool all_said;
    int rc; /* of the last answer of the operation */
    const char *taker;
    int n_taken;
    struct model_taken taken[QN_TAKE_BATCH_MAX];
    /* by the last look */
    char place[MODEL_NAMES]; /* letter of a state, 0 none */
    int64_t ended_ms[MODEL_NAMES];
    int ghosts[5]; /* Redis: elements in each line that prove nothing, and parked ones */
    int64_t gone_ms[MODEL_NAMES];
    bool paused;
};

struct model_plant;

struct model {
    struct redis_server server;
    struct qn_loop *loop;
    struct qn_fake_clock clock;
    struct model_side side[2];
    struct model_run *runs;
    bool loose;
    bool token_sure; /* jobs in line have a token */
    const struct model_plant *plant;
};

enum model_flag {
    MODEL_REVIVES = 1, /* may make a name of args.name live */
    MODEL_ONCE = 2,    /* its client does not send it again */
};

/* An operation is one row of a table in ops.c. */
struct model_op {
    const char *name;
    int weight;
    void (*choose)(struct model_random *random, struct model_args *args);
    /* Looks up, once, what the answers of earlier ones are needed for; NULL: nothing. False:
     * not now. */
    bool (*bind)(const struct model *model, struct model_sending *sending);
    void (*send)(struct model_side *side, const struct model_sending *sending);
    /* What a client learns from the answer that it got; NULL: nothing. */
    void (*learn)(struct model *model, const struct model_sending *sending);
    void (*say)(const struct model_args *args, struct qn_buf *out);
    unsigned flags;
};
extern const struct model_op model_ops[];
extern const int model_ops_n;

/* A wrong rule, which the comparison has to find: what the operation is like on the side of
 * the memory. */
struct model_plant {
    const char *name, *op;
    void (*warp)(struct model_side *side, struct model_sending *sending);
};
extern const struct model_plant model_plants[];
extern const int model_plants_n;

/* ---- model.c: the world ---- */

void model_open(struct model *model);
void model_close(struct model *model);
/* Everything anew. */
void model_begin(struct model *model, bool loose);
void model_end(struct model *model);
void model_set_now(struct model *model, int64_t now_ms);
/* Waits for all answers. False: they did not come. */
bool model_turn(struct model *model);
/* Before a name may live again: its old elements go out of Redis' lines. */
void model_sweep(struct model *model, int name);
/* The lives of Redis' keys follow the clock of the model; counts elements that prove
 * nothing. After each operation. */
void model_age(struct model *model);
/* Were there elements that prove nothing, before this operation? */
bool model_has_ghosts(const struct model *model);
const char *model_name(int name);     /* of a job */
const char *model_worker(int worker); /* an incarnation */
int model_name_of(const char *name);
/* The last run of a name, or one that many before it; those that are held first. */
struct model_run *model_run_of(const struct model *model, int name, int age);
void model_add_run(struct model *model, int worker, int taken);

/* ---- text.c: answers as text ---- */

/* Takes the answer into account. NULL: it was an error, and that is said. */
struct qn_buf *model_heard(void *arg, const struct qn_reply *reply);
void model_say_token(struct model_side *side, struct qn_span token);
void model_say_text(struct model_side *side, struct qn_span text); /* tokens inside */
void model_say_names(struct model_side *side, const char *what, const char *const *names, size_t n);
void model_say_record(struct model_side *side, struct qn_span bytes);
void model_say_try(struct model_side *side, struct qn_span text);

/* ---- look.c ---- */

/* Asks for all that can be seen. */
void model_look(struct model_side *side);

#endif
