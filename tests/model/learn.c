/* learn.c - what a client knows from earlier answers, and learns from this one. */
#include "ops.h"

#include <string.h>

bool model_bind_now(const struct model *model, struct model_sending *sending)
{
    sending->now_ms = model->clock.wall;
    return true;
}

bool model_bind_runs(const struct model *model, struct model_sending *sending)
{
    struct model_args *args = &sending->args;

    /* mostly of something that is held: the next name that is, if any */
    for (int i = 0; i < args->n; i++) {
        struct model_run *run = model_run_of(model, args->name[i], args->age[i]);
        for (int k = 1; k < MODEL_NAMES && args->age[i] == 0 && !(run && run->held); k++) {
            struct model_run *other = model_run_of(model, (args->name[i] + k) % MODEL_NAMES, 0);
            run = other && other->held ? other : run;
        }
        sending->run[i] = run;
        if (run)
            args->name[i] = run->name;
    }
    sending->n_runs = args->n;
    return true;
}

bool model_bind_held(const struct model *model, struct model_sending *sending)
{
    for (struct model_run *run = model->runs; run; run = run->next) {
        if (run->held && run->worker == sending->args.worker && sending->n_runs < MODEL_RUNS_MAX)
            sending->run[sending->n_runs++] = run;
    }
    return true;
}

/* In a loose run nothing may hold a job back: all are taken. */
bool model_bind_limit(const struct model *model, struct model_sending *sending)
{
    (void)sending;
    return !model->loose;
}

/* Only when something is there: else it would take time. */
bool model_bind_wait(const struct model *model, struct model_sending *sending)
{
    const struct model_side *side = &model->side[0];
    bool queued = false;

    (void)sending;
    for (int i = 0; i < MODEL_NAMES; i++)
        queued = queued || side->place[i] == 'q';
    return queued && !side->paused && model->token_sure;
}

bool model_bind_ended(const struct model *model, struct model_sending *sending)
{
    for (int i = 0; i < sending->args.n; i++) {
        int64_t seen = model->side[0].ended_ms[sending->args.name[i]];
        int how = sending->args.age[i];
        sending->ended_ms[i] = how == 0 ? seen : how == 1 ? 0 : seen + 1;
    }
    return true;
}

/* ---- learning ---- */

void model_learn_take(struct model *model, const struct model_sending *sending)
{
    if (model->side[0].rc != QN_OK)
        return;
    model->token_sure = true;
    for (int i = 0; i < model->side[0].n_taken; i++)
        model_add_run(model, sending->args.worker, i);
}

void model_learn_finish(struct model *model, const struct model_sending *sending)
{
    (void)model;
    for (int i = 0; i < sending->n_runs; i++) {
        if (sending->run[i])
            sending->run[i]->held = false;
    }
}

void model_learn_renew(struct model *model, const struct model_sending *sending)
{
    if (model->side[0].rc != QN_ELOST)
        return;
    for (struct model_run *run = model->runs; run; run = run->next)
        run->held = run->held && run->worker != sending->args.worker;
}

/* Those that are gone are killed. */
void model_learn_reconcile(struct model *model, const struct model_sending *sending)
{
    const struct model_side *side = &model->side[0];

    for (int i = 0; i < sending->n_runs && side->rc == QN_OK; i++) {
        struct model_run *run = sending->run[i];
        for (int k = 0; k < side->n_taken; k++)
            run->held = run->held && run->name != side->taken[k].name;
    }
    model_learn_renew(model, sending);
}

void model_learn_wait(struct model *model, const struct model_sending *sending)
{
    (void)sending;
    model->token_sure = false;
}

void model_learn_forward(struct model *model, const struct model_sending *sending)
{
    (void)sending;
    model->token_sure = true;
}
