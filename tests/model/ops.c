/* ops.c - the table of operations. A new one is a row here. */
#include "ops.h"

const struct model_op model_ops[] = {
    {"enqueue", 180, model_choose_jobs, model_bind_now, model_send_enqueue, NULL, model_say_jobs,
     MODEL_REVIVES},
    {"take", 150, model_choose_take, NULL, model_send_take, model_learn_take, model_say_take, 0},
    {"finish", 190, model_choose_finish, model_bind_runs, model_send_finish, model_learn_finish,
     model_say_finish, 0},
    {"note", 40, model_choose_note, model_bind_runs, model_send_note, NULL, model_say_note, 0},
    {"join", 50, model_choose_worker, NULL, model_send_join, NULL, model_say_worker, 0},
    {"renew", 40, model_choose_worker, NULL, model_send_renew, model_learn_renew, model_say_worker,
     0},
    {"leave", 10, model_choose_worker, NULL, model_send_leave, NULL, model_say_worker, 0},
    {"reconcile", 30, model_choose_worker, model_bind_held, model_send_reconcile,
     model_learn_reconcile, model_say_worker, 0},
    {"wait", 20, model_choose_worker, model_bind_wait, model_send_wait, model_learn_wait,
     model_say_worker, MODEL_ONCE},
    {"message", 10, model_choose_message, NULL, model_send_message, NULL, model_say_message, 0},
    {"recover", 60, model_choose_recover, NULL, model_send_recover, NULL, model_say_recover, 0},
    {"forward", 60, model_choose_nothing, NULL, model_send_forward, model_learn_forward, NULL, 0},
    {"trim", 15, model_choose_trim, NULL, model_send_trim, NULL, model_say_trim, 0},
    {"cancel", 60, model_choose_cancel, NULL, model_send_cancel, NULL, model_say_cancel, 0},
    {"replay", 40, model_choose_ended, model_bind_ended, model_send_replay, NULL, model_say_ended,
     MODEL_REVIVES},
    {"forget", 30, model_choose_ended, model_bind_ended, model_send_forget, NULL, model_say_ended,
     0},
    {"purge", 15, model_choose_purge, model_bind_now, model_send_purge, NULL, model_say_purge, 0},
    {"gate", 30, model_choose_gate, NULL, model_send_gate, NULL, model_say_gate, 0},
    {"place", 20, model_choose_names, NULL, model_send_place, NULL, model_say_args_names, 0},
    {"clock", 90, model_choose_clock, NULL, NULL, NULL, model_say_clock, 0},
};
const int model_ops_n = sizeof(model_ops) / sizeof(model_ops[0]);
