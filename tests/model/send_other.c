/* send_other.c - what upkeep and operators send, and the answers as text. */
#include "ops.h"

#define MAX_DEATHS 2
#define FAILED_MS  (INT64_C(30) * 1440 * MODEL_MINUTE) /* longer than trim lets them be */

static void on_done(void *side, const struct qn_reply *reply)
{
    model_heard(side, reply);
}

static void on_codes(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    for (size_t i = 0; out && i < reply->codes->n; i++)
        qn_buf_printf(out, " %d", reply->codes->code[i]);
}

static void on_number(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        qn_buf_printf(out, " %lld", (long long)reply->number);
}

static void on_purged(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        qn_buf_printf(out, " %lld%s", (long long)reply->purged->n,
                      reply->purged->more ? " and more" : "");
}

/* ---- upkeep ---- */

static void on_recovered(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);
    const struct qn_recovered *result = reply->recovered;

    if (!out)
        return;
    qn_buf_printf(out, "%s%s next %lld", result->time_lost ? " time lost" : "",
                  result->more ? " more" : "", (long long)result->next_expiry_ms);
    model_say_names(side, "requeued", result->requeued, result->n_requeued);
    model_say_names(side, "failed", result->failed, result->n_failed);
    model_say_names(side, "cancelled", result->cancelled, result->n_cancelled);
}

void model_send_recover(struct model_side *side, const struct model_sending *sending)
{
    const struct qn_recover how = {.lease_ms = MODEL_LEASE,
                                   .max_deaths = MAX_DEATHS,
                                   .final_ttl_ms = sending->args.life,
                                   .failed_ttl_ms = FAILED_MS,
                                   .limit = sending->args.number};

    side->broker->ops->recover(side->broker, MODEL_QUEUE, &how, on_recovered, side);
}

static void on_forwarded(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        qn_buf_printf(out, " %lld next %lld", (long long)reply->forwarded->moved,
                      (long long)reply->forwarded->next_due_ms);
}

void model_send_forward(struct model_side *side, const struct model_sending *sending)
{
    (void)sending;
    side->broker->ops->forward(side->broker, MODEL_QUEUE, on_forwarded, side);
}

void model_send_trim(struct model_side *side, const struct model_sending *sending)
{
    const struct qn_trim how = {.max_age_ms = sending->args.time,
                                .max_count = sending->args.number,
                                .max_bytes = sending->args.life};

    side->broker->ops->trim(side->broker, MODEL_QUEUE, &how, on_purged, side);
}

/* ---- operators ---- */

static void on_cancelled(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (!out)
        return;
    qn_buf_printf(out, " %d", (int)reply->cancelled->code);
    if (reply->cancelled->code == QN_CANCEL_ENDED)
        qn_buf_printf(out, " state %d", (int)reply->cancelled->state);
}

void model_send_cancel(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->cancel(side->broker, MODEL_QUEUE, model_name(sending->args.name[0]),
                              sending->args.life, on_cancelled, side);
}

static void fill_ended(const struct model_sending *sending, struct qn_ended_job *jobs)
{
    for (int i = 0; i < sending->args.n; i++)
        jobs[i] = (struct qn_ended_job){.name = model_name(sending->args.name[i]),
                                        .ended_ms = sending->ended_ms[i]};
}

void model_send_replay(struct model_side *side, const struct model_sending *sending)
{
    struct qn_ended_job jobs[MODEL_BATCH] = {0};

    fill_ended(sending, jobs);
    side->broker->ops->replay(side->broker, MODEL_QUEUE, jobs, (size_t)sending->args.n, on_codes,
                              side);
}

void model_send_forget(struct model_side *side, const struct model_sending *sending)
{
    struct qn_ended_job jobs[MODEL_BATCH] = {0};

    fill_ended(sending, jobs);
    side->broker->ops->forget(side->broker, MODEL_QUEUE, jobs, (size_t)sending->args.n, on_codes,
                              side);
}

void model_send_purge(struct model_side *side, const struct model_sending *sending)
{
    static const enum qn_state states[] = {QN_QUEUED, QN_SCHEDULED, QN_RETRYING};

    side->broker->ops->purge(side->broker, MODEL_QUEUE, states[sending->args.number],
                             sending->now_ms + sending->args.time, on_purged, side);
}

void model_send_gate(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->gate(side->broker, MODEL_QUEUE, (enum qn_gate)sending->args.number,
                            on_number, side);
}

/* On Redis elements that prove nothing are counted too. */
static void on_place(void *arg, const struct qn_reply *reply)
{
    struct model_side *side = arg;
    struct qn_buf *out = model_heard(side, reply);

    if (out && !side->model->loose && !model_has_ghosts(side->model))
        qn_buf_printf(out, " %lld", (long long)reply->number);
}

void model_send_place(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->place(side->broker, MODEL_QUEUE, model_name(sending->args.name[0]), on_place,
                             side);
}

void model_send_message(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->message(side->broker, MODEL_QUEUE, model_worker(sending->args.worker),
                               sending->args.number ? "stop" : "quiet", on_number, side);
}

void model_send_limit(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->limit(side->broker, MODEL_QUEUE, &sending->args.limit, 1, on_done, side);
}

void model_send_budget(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->budget(side->broker, MODEL_QUEUE, sending->args.number, sending->args.life,
                              on_done, side);
}
