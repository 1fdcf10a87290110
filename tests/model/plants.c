/* plants.c - wrong rules that the comparison has to find. */
#include "model.h"

#include <string.h>

static void ignore(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    (void)reply;
}

/* Whoever says that he runs the job may end it. */
static void let_anybody_finish(struct model_side *side, struct model_sending *sending)
{
    for (int i = 0; i < sending->args.n; i++)
        sending->run[i] = model_run_of(side->model, sending->args.name[i], 0);
}

static void count_a_snooze(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    for (int i = 0; i < sending->args.n; i++) {
        if (sending->args.kind[i] == 'Z')
            sending->args.kind[i] = 'R';
    }
}

static void shorten_a_delay(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    for (int i = 0; i < sending->args.n; i++)
        sending->args.ms[i] -= sending->args.kind[i] == 'R' && sending->args.ms[i] > 0;
}

/* An enqueue that is sent again makes the job once more. */
static void revive(struct model_side *side, struct model_sending *sending)
{
    for (int i = 0; i < sending->args.n; i++) {
        int name = sending->args.job[i].name;
        const struct qn_ended_job job = {.name = model_name(name),
                                         .ended_ms = side->ended_ms[name]};
        side->broker->ops->forget(side->broker, MODEL_QUEUE, &job, 1, ignore, NULL);
    }
}

static void mix_priorities(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    for (int i = 0; i < sending->args.n; i++)
        sending->args.job[i].priority =
            sending->args.job[i].priority == 3 ? 2 : sending->args.job[i].priority;
}

static void forget_the_hands(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    if (sending->n_runs > 1)
        sending->n_runs--;
}

static void keep_no_dead_letters(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    sending->args.number -= sending->args.number > 0;
}

/* A lost lease that was run out is as good as one that was left. */
static void end_leases_early(struct model_side *side, struct model_sending *sending)
{
    (void)sending;
    for (int i = 0; i < MODEL_WORKERS; i++)
        side->broker->ops->leave(side->broker, MODEL_QUEUE, model_worker(i), ignore, NULL);
}

static void replay_what_ended_since(struct model_side *side, struct model_sending *sending)
{
    for (int i = 0; i < sending->args.n; i++) {
        if (sending->ended_ms[i] > 0)
            sending->ended_ms[i] = side->ended_ms[sending->args.name[i]];
    }
}

static void take_while_paused(struct model_side *side, struct model_sending *sending)
{
    (void)sending;
    if (side->paused)
        side->broker->ops->gate(side->broker, MODEL_QUEUE, QN_GATE_OPEN, ignore, NULL);
}

static void allow_one_more(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    sending->args.limit.concurrency += sending->args.limit.concurrency > 0;
}

static void save_tokens(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    sending->args.limit.burst += sending->args.limit.rate > 0;
}

static void replace_always(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    for (int i = 0; i < sending->args.n; i++) {
        if (sending->args.job[i].clash == QN_UNIQUE_REJECT)
            sending->args.job[i].clash = QN_UNIQUE_REPLACE;
    }
}

static void share_a_lane(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    for (int i = 0; i < sending->args.n; i++)
        sending->args.job[i].key = sending->args.job[i].key > 0;
}

static void mix_beats(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    sending->args.worker = 0;
}

static void forget_the_queue(struct model_side *side, struct model_sending *sending)
{
    (void)side;
    sending->args.age[0] = 0;
}

const struct model_plant model_plants[] = {
    {"anybody may finish a run", "finish", let_anybody_finish},
    {"a snooze is a retry", "finish", count_a_snooze},
    {"a delay is too short by a millisecond", "finish", shorten_a_delay},
    {"enqueue revives a job that has ended", "enqueue", revive},
    {"priority 3 is priority 2", "enqueue", mix_priorities},
    {"reconcile gives a job back that is held", "reconcile", forget_the_hands},
    {"trim keeps one dead letter less", "trim", keep_no_dead_letters},
    {"recover ends leases that run", "recover", end_leases_early},
    {"replay does not mind when the job ended", "replay", replay_what_ended_since},
    {"one more runs than the limit says", "limit", allow_one_more},
    {"a bucket saves one token more", "limit", save_tokens},
    {"a clash of unique jobs replaces", "enqueue", replace_always},
    {"all tenants are one", "enqueue", share_a_lane},
    {"a paused queue gives out jobs", "take", take_while_paused},
    {"all beats are one", "plan", mix_beats},
    {"a claim is not for one queue, a definition one of two", "plan", forget_the_queue},
};
const int model_plants_n = sizeof(model_plants) / sizeof(model_plants[0]);
