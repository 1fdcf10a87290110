#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATER_MAX 16 /* operations that are still to be sent again */

struct later {
    int at; /* step, 0: free */
    struct model_sending sending;
};

struct state {
    struct model *model;
    const struct model_play *play;
    struct qn_buf *why, *told; /* NULL: not wanted */
    struct later later[LATER_MAX];
};

/* ---- by chance ---- */

static int choose_op(struct model_random *random)
{
    int all = 0, op = 0;

    for (int i = 0; i < model_ops_n; i++)
        all += model_ops[i].weight;
    for (int at = model_random_below(random, all); at >= model_ops[op].weight; op++)
        at -= model_ops[op].weight;
    return op;
}

void model_play_init(struct model_play *play, uint64_t seed, int n, bool loose,
                     const struct model_plant *plant)
{
    struct model_random random = {.state = seed};

    *play = (struct model_play){.n = n, .loose = loose, .plant = plant};
    play->steps = calloc((size_t)n, sizeof(*play->steps));
    for (int i = 0; play->steps && i < n; i++) {
        struct model_step *step = &play->steps[i];
        step->op = choose_op(&random);
        step->seed = model_random_next(&random);
        if (model_random_chance(&random, 20))
            step->again = model_random_chance(&random, 50) ? 1 : 2 + model_random_below(&random, 8);
    }
}

void model_play_release(struct model_play *play)
{
    free(play->steps);
}

/* ---- comparing ---- */

static void add_line(struct qn_buf *out, const char *who, const char *text, size_t len)
{
    qn_buf_printf(out, "    %s: %.*s\n", who, (int)(len > 2000 ? 2000 : len), text);
}

/* The first lines that differ. */
static void tell_difference(struct state *state, const char *what)
{
    const char *at[2] = {state->model->side[0].said.data, state->model->side[1].said.data};
    size_t len[2];

    for (;;) {
        for (int i = 0; i < 2; i++)
            len[i] = strcspn(at[i], "\n");
        if (len[0] != len[1] || memcmp(at[0], at[1], len[0]) != 0 || !at[0][len[0]])
            break;
        at[0] += len[0] + 1;
        at[1] += len[1] + 1;
    }
    qn_buf_printf(state->why, "  %s\n", what);
    add_line(state->why, "redis ", at[0], len[0]);
    add_line(state->why, "memory", at[1], len[1]);
}

static void clear_said(struct model *model)
{
    for (int i = 0; i < 2; i++)
        qn_buf_reset(&model->side[i].said);
}

static bool is_same(struct state *state, const char *what)
{
    struct qn_buf *said[2] = {&state->model->side[0].said, &state->model->side[1].said};

    if (!model_turn(state->model)) {
        if (state->why)
            qn_buf_printf(state->why, "  %s: no answer came\n", what);
        return false;
    }
    for (int i = 0; i < 2; i++)
        qn_buf_add_byte(said[i], '\0');
    if (said[0]->len == said[1]->len && memcmp(said[0]->data, said[1]->data, said[0]->len) == 0)
        return true;
    if (state->why)
        tell_difference(state, what);
    return false;
}

static bool look(struct state *state, const char *what)
{
    clear_said(state->model);
    for (int i = 0; i < 2; i++)
        model_look(&state->model->side[i]);
    return is_same(state, what);
}

/* ---- executing ---- */

static void tell_step(struct state *state, const struct model_sending *sending, const char *how)
{
    if (!state->told)
        return;
    qn_buf_printf(state->told, "  T0%+-9lld %s%s", (long long)(state->model->clock.wall - MODEL_T0),
                  sending->op->name, how);
    if (sending->op->say)
        sending->op->say(&sending->args, state->told);
    qn_buf_add_byte(state->told, '\n');
}

static void tell_answers(struct state *state)
{
    if (state->told)
        qn_buf_printf(state->told, "              ->%s\n", state->model->side[0].said.data);
}

static void send_one(struct state *state, struct model_side *side,
                     const struct model_sending *sending)
{
    const struct model_plant *plant = state->play->plant;
    struct model_sending warped = *sending;

    if (plant && side->number == 1 && strcmp(plant->op, sending->op->name) == 0)
        plant->warp(side, &warped);
    side->awaited++;
    sending->op->send(side, &warped);
}

/* Sends it to both; false: they differ. */
static bool do_once(struct state *state, const struct model_sending *sending, const char *how,
                    bool lost)
{
    struct model *model = state->model;

    tell_step(state, sending, how);
    for (int i = 0; i < sending->args.n && (sending->op->flags & MODEL_REVIVES) && !model->loose;
         i++)
        model_sweep(model, sending->args.name[i]);
    clear_said(model);
    for (int i = 0; i < 2 && sending->op->send; i++)
        send_one(state, &model->side[i], sending);
    if (!sending->op->send)
        model_set_now(model, model->clock.wall + sending->args.time);
    if (!is_same(state, "they answer"))
        return false;
    tell_answers(state);
    if (sending->op->learn && !lost)
        sending->op->learn(model, sending);
    model_age(model);
    return look(state, "they hold");
}

static bool keep_for_later(struct state *state, const struct model_sending *sending, int at)
{
    for (int i = 0; i < LATER_MAX; i++) {
        if (state->later[i].at == 0) {
            state->later[i] = (struct later){.at = at, .sending = *sending};
            return true;
        }
    }
    return false;
}

static bool send_later_ones(struct state *state, int step)
{
    for (int i = 0; i < LATER_MAX; i++) {
        if (state->later[i].at == 0 || state->later[i].at > step)
            continue;
        state->later[i].at = 0;
        if (!do_once(state, &state->later[i].sending, " (sent again later)", false))
            return false;
    }
    return true;
}

static bool do_step(struct state *state, int i)
{
    const struct model_step *step = &state->play->steps[i];
    struct model_random random = {.state = step->seed};
    struct model_sending sending = {.op = &model_ops[step->op]};
    int again = sending.op->send && !(sending.op->flags & MODEL_ONCE) ? step->again : 0;

    if (!send_later_ones(state, i))
        return false;
    sending.op->choose(&random, &sending.args);
    if (sending.op->bind && !sending.op->bind(state->model, &sending))
        return true;
    if (again > 1 && !keep_for_later(state, &sending, i + again - 1))
        again = 0;
    if (!do_once(state, &sending, again ? " (answer lost)" : "", again > 0))
        return false;
    return again != 1 || do_once(state, &sending, " (sent again)", false);
}

static int run(struct state *state)
{
    struct model *model = state->model;
    int differs = -1;

    model_begin(model, state->play->loose);
    clear_said(model);
    for (int i = 0; i < state->play->n && differs < 0; i++) {
        if (!do_step(state, i))
            differs = i;
    }
    model_end(model);
    return differs;
}

int model_play_run(struct model *model, const struct model_play *play, struct qn_buf *ret_why)
{
    struct state state = {.model = model, .play = play, .why = ret_why};

    return run(&state);
}

void model_play_tell(struct model *model, const struct model_play *play, struct qn_buf *out)
{
    struct state state = {.model = model, .play = play, .why = out, .told = out};

    (void)run(&state);
}

/* ---- making it short ---- */

static bool differs_without(struct model *model, struct model_play *play, int from, int n)
{
    struct model_play less = *play;
    int differs;

    less.n = play->n - n;
    less.steps = calloc((size_t)less.n + 1, sizeof(*less.steps));
    if (!less.steps)
        return false;
    memcpy(less.steps, play->steps, (size_t)from * sizeof(*less.steps));
    memcpy(less.steps + from, play->steps + from + n,
           (size_t)(less.n - from) * sizeof(*less.steps));
    differs = model_play_run(model, &less, NULL);
    if (differs < 0) {
        free(less.steps);
        return false;
    }
    less.n = differs + 1;
    free(play->steps);
    *play = less;
    return true;
}

static bool differs_sent_once(struct model *model, struct model_play *play, int i)
{
    int again = play->steps[i].again;

    if (again == 0)
        return false;
    play->steps[i].again = 0;
    int differs = model_play_run(model, play, NULL);
    if (differs < 0)
        play->steps[i].again = again;
    else
        play->n = differs + 1;
    return differs >= 0;
}

void model_play_shrink(struct model *model, struct model_play *play, int last)
{
    bool shorter = true;

    play->n = last + 1;
    while (shorter) {
        shorter = false;
        for (int size = play->n / 2; size > 0; size /= 2) {
            for (int from = play->n - size; from >= 0; from -= size)
                shorter =
                    (from + size <= play->n && differs_without(model, play, from, size)) || shorter;
        }
        for (int i = 0; i < play->n; i++)
            shorter = differs_sent_once(model, play, i) || shorter;
    }
}
