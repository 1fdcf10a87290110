/* ops.h - what the rows of the table are made of: choosing arguments, looking up what earlier
 * answers told, sending, learning, saying.
 */
#ifndef TESTS_MODEL_OPS_H
#define TESTS_MODEL_OPS_H

#include "model.h"

typedef void model_choose_fn(struct model_random *random, struct model_args *args);
typedef bool model_bind_fn(const struct model *model, struct model_sending *sending);
typedef void model_send_fn(struct model_side *side, const struct model_sending *sending);
typedef void model_learn_fn(struct model *model, const struct model_sending *sending);
typedef void model_say_fn(const struct model_args *args, struct qn_buf *out);

/* choose.c: also the readable form */
model_choose_fn model_choose_nothing, model_choose_jobs, model_choose_take, model_choose_finish,
    model_choose_note, model_choose_worker, model_choose_message, model_choose_recover,
    model_choose_trim, model_choose_cancel, model_choose_ended, model_choose_purge,
    model_choose_gate, model_choose_names, model_choose_clock, model_choose_limit,
    model_choose_budget, model_choose_plan;
model_say_fn model_say_jobs, model_say_take, model_say_finish, model_say_note, model_say_worker,
    model_say_message, model_say_recover, model_say_trim, model_say_cancel, model_say_ended,
    model_say_purge, model_say_gate, model_say_args_names, model_say_clock, model_say_limit,
    model_say_budget, model_say_plan;

/* learn.c */
model_bind_fn model_bind_limit, model_bind_now, model_bind_runs, model_bind_held, model_bind_wait,
    model_bind_ended;
model_learn_fn model_learn_take, model_learn_finish, model_learn_renew, model_learn_reconcile,
    model_learn_wait, model_learn_forward;

/* send_work.c, send_other.c, send_plan.c */
model_send_fn model_send_enqueue, model_send_take, model_send_finish, model_send_note,
    model_send_join, model_send_renew, model_send_leave, model_send_reconcile, model_send_wait,
    model_send_message, model_send_recover, model_send_forward, model_send_trim, model_send_cancel,
    model_send_replay, model_send_forget, model_send_purge, model_send_gate, model_send_place,
    model_send_limit, model_send_budget, model_send_plan;

#endif
