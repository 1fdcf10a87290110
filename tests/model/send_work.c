/* send_work.c - what producers and workers send, and the answers as text. */
#include "ops.h"

#include <stdio.h>
#include <string.h>

static struct qn_span span_of(const struct qn_buf *buf)
{
    return (struct qn_span){.data = buf->data, .len = buf->len};
}

static void say_codes(struct qn_buf *out, const int *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        qn_buf_printf(out, " %d", codes[i]);
}

/* ---- enqueue ---- */

static void on_enqueued(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (!out)
        return;
    say_codes(out, reply->enqueued->code, reply->enqueued->n);
    for (size_t i = 0; i < reply->enqueued->n; i++)
        qn_buf_printf(out, " %s", reply->enqueued->holder[i]);
    if (reply->enqueued->retry_ms > 0)
        qn_buf_printf(out, " later, after %lld ms", (long long)reply->enqueued->retry_ms);
}

static int64_t time_of(int64_t ms, bool relative, int64_t now)
{
    return ms == 0 ? 0 : relative ? ms : now + ms;
}

static void fill_job(const struct model_job *job, int64_t now, struct qn_new_job *to,
                     struct qn_buf *body)
{
    static const char *const schedules[] = {NULL, "hourly", "daily"};
    static const char *const tasks[] = {"t.one", "t.two"};
    static const char *const limit_keys[] = {"", "t1", "t2"};
    static const char *const unique_keys[] = {NULL, "0123456789abcdef0123456789abcdef",
                                              "ffffffffffffffffffffffffffffffff"};
    const struct qn_unique unique = {.until = (enum qn_unique_until)job->until,
                                     .conflict = (enum qn_unique_conflict)job->clash,
                                     .for_ms = job->unique_for};
    char args[64];

    snprintf(args, sizeof(args), "{\"due\":%lld}", (long long)job->due);
    struct qn_body parts = {
        .task = {.data = tasks[job->task], .len = 5},
        .args = {.data = args, .len = strlen(args)},
        .limit_key = {.data = limit_keys[job->key], .len = strlen(limit_keys[job->key])}};
    if (job->unique) {
        parts.unique_key = (struct qn_span){.data = unique_keys[job->unique], .len = 32};
        parts.unique = unique;
    }
    (void)!qn_body_encode(&parts, body);
    *to = (struct qn_new_job){
        .name = model_name(job->name),
        .priority = job->priority,
        .due_ms = time_of(job->due, job->due_relative, now),
        .due_relative = job->due_relative,
        .expires_ms = time_of(job->expires, job->expires_relative, now),
        .expires_relative = job->expires_relative,
        .body = span_of(body),
        .schedule = schedules[job->schedule],
        .planned_ms = job->planned,
        .follows = job->follows,
        .keyed = job->key > 0,
        .unique_key = unique_keys[job->unique],
        .unique = unique,
    };
}

void model_send_enqueue(struct model_side *side, const struct model_sending *sending)
{
    struct qn_new_job jobs[MODEL_BATCH] = {0};
    struct qn_buf bodies[MODEL_BATCH];
    int n = sending->args.n;

    for (int i = 0; i < n; i++) {
        qn_buf_init(&bodies[i], 4096);
        fill_job(&sending->args.job[i], sending->now_ms, &jobs[i], &bodies[i]);
    }
    side->broker->ops->enqueue(side->broker, MODEL_QUEUE, jobs, (size_t)n, on_enqueued, side);
    for (int i = 0; i < n; i++)
        qn_buf_release(&bodies[i]);
}

/* ---- leases ---- */

static void on_status(void *side, const struct qn_reply *reply)
{
    model_heard(side, reply);
}

void model_send_join(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->join(side->broker, MODEL_QUEUE, model_worker(sending->args.worker),
                            MODEL_LEASE, on_status, side);
}

static void on_renewed(void *side, const struct qn_reply *reply)
{
    if (model_heard(side, reply))
        model_say_names(side, "cancel", reply->renewed->cancel, reply->renewed->n);
}

void model_send_renew(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->renew(side->broker, MODEL_QUEUE, model_worker(sending->args.worker),
                             MODEL_LEASE, on_renewed, side);
}

static void on_left(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        qn_buf_printf(out, " %lld", (long long)reply->number);
}

void model_send_leave(struct model_side *side, const struct model_sending *sending)
{
    side->broker->ops->leave(side->broker, MODEL_QUEUE, model_worker(sending->args.worker), on_left,
                             side);
}

/* ---- runs ---- */

static void keep(struct qn_buf *to, struct qn_span from)
{
    qn_buf_release(to);
    qn_buf_init(to, QN_RECORD_MAX);
    if (from.len > 0)
        qn_buf_add(to, from.data, from.len);
}

static void on_taken(void *arg, const struct qn_reply *reply)
{
    struct model_side *side = arg;
    struct qn_buf *out = model_heard(side, reply);
    const char *names[QN_TAKE_BATCH_MAX];

    if (!out)
        return;
    if (reply->taken->paused)
        qn_buf_add_str(out, " paused");
    if (!model_has_ghosts(side->model)) /* else Redis thinks that there are jobs left */
        qn_buf_printf(out, " next %lld;", (long long)reply->taken->next_due_ms);
    for (size_t i = 0; i < reply->taken->n; i++) {
        const struct qn_take_entry *entry = &reply->taken->entries[i];
        struct model_taken *taken = &side->taken[side->n_taken++];
        taken->name = model_name_of(entry->name);
        snprintf(taken->token, sizeof(taken->token), "%s:%lld", side->taker, (long long)entry->run);
        keep(&taken->record, entry->record);
        keep(&taken->attempt, entry->attempt);
        names[i] = entry->name;
        if (side->model->loose)
            continue;
        qn_buf_printf(out, " %s %s", entry->name, taken->token);
        model_say_try(side, entry->attempt);
        model_say_record(side, entry->record);
        qn_buf_add_byte(out, ';');
    }
    if (side->model->loose)
        model_say_names(side, "taken", names, reply->taken->n);
}

void model_send_take(struct model_side *side, const struct model_sending *sending)
{
    side->n_taken = 0;
    side->taker = model_worker(sending->args.worker);
    side->broker->ops->take(side->broker, MODEL_QUEUE, model_worker(sending->args.worker),
                            side->model->loose ? QN_TAKE_BATCH_MAX : sending->args.number,
                            sending->args.life, on_taken, side);
}

static void on_finished(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        say_codes(out, reply->finished->code, reply->finished->n);
}

static const char *token_of(const struct model_side *side, struct model_run *run)
{
    return run ? run->as[side->number].token : "AAAAAAAAAAA:999999";
}

static void encode_end(const struct model_side *side, struct model_run *run, char kind,
                       struct qn_buf *data)
{
    static const char nothing[] = "\1L\0\0\0\0\0\0\0\0\0";
    const char *token = token_of(side, run);
    struct qn_span live = {.data = nothing, .len = sizeof(nothing) - 1};
    struct qn_try attempt = {0};

    if (run) {
        live = span_of(&run->as[side->number].record);
        (void)!qn_try_decode(span_of(&run->as[side->number].attempt), &attempt);
    }
    if (strchr("RZQ", kind)) {
        attempt.attempts += kind == 'R';
        attempt.snoozes += kind == 'Z';
        attempt.token = (struct qn_span){.data = token, .len = strlen(token)};
        (void)!qn_try_encode(&attempt, "{\"x\":1}", data);
        return;
    }
    const struct qn_ending ending = {.attempts = attempt.attempts + 1,
                                     .deaths = attempt.deaths,
                                     .cause = kind == 'F' ? QN_CAUSE_ERROR : QN_CAUSE_NONE,
                                     .history = attempt.history,
                                     .result = {.data = "{\"ok\":1}", .len = 8}};
    (void)!qn_ending_encode(&ending, live, data);
}

void model_send_finish(struct model_side *side, const struct model_sending *sending)
{
    struct qn_finish runs[MODEL_BATCH] = {0};
    struct qn_buf data[MODEL_BATCH];
    const struct model_args *args = &sending->args;

    for (int i = 0; i < args->n; i++) {
        qn_buf_init(&data[i], QN_RECORD_MAX);
        encode_end(side, sending->run[i], args->kind[i], &data[i]);
        runs[i] = (struct qn_finish){.name = model_name(args->name[i]),
                                     .token = token_of(side, sending->run[i]),
                                     .kind = (enum qn_finish_kind)args->kind[i],
                                     .ms = args->ms[i],
                                     .data = span_of(&data[i]),
                                     .logged = true};
    }
    side->broker->ops->finish(side->broker, MODEL_QUEUE, runs, (size_t)args->n, args->life,
                              on_finished, side);
    for (int i = 0; i < args->n; i++)
        qn_buf_release(&data[i]);
}

/* Names that are gone are remembered where a take's are. */
static void on_reconciled(void *arg, const struct qn_reply *reply)
{
    struct model_side *side = arg;
    const struct qn_reconciled *result = reply->reconciled;

    if (!model_heard(side, reply))
        return;
    for (size_t i = 0; i < result->n_gone && side->n_taken < QN_TAKE_BATCH_MAX; i++)
        side->taken[side->n_taken++].name = model_name_of(result->gone[i]);
    model_say_names(side, "gone", result->gone, result->n_gone);
    model_say_names(side, "requeued", result->requeued, result->n_requeued);
}

void model_send_reconcile(struct model_side *side, const struct model_sending *sending)
{
    struct qn_held held[MODEL_RUNS_MAX];

    side->n_taken = 0;
    for (int i = 0; i < sending->n_runs; i++)
        held[i] = (struct qn_held){.name = model_name(sending->run[i]->name),
                                   .token = token_of(side, sending->run[i])};
    side->broker->ops->reconcile(side->broker, MODEL_QUEUE, model_worker(sending->args.worker),
                                 held, (size_t)sending->n_runs, on_reconciled, side);
}

static void on_noted(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        say_codes(out, reply->codes->code, reply->codes->n);
}

void model_send_note(struct model_side *side, const struct model_sending *sending)
{
    const struct model_args *args = &sending->args;
    struct qn_note notes[MODEL_BATCH] = {0};

    for (int i = 0; i < args->n; i++)
        notes[i] =
            (struct qn_note){.name = model_name(args->name[i]),
                             .token = token_of(side, sending->run[i]),
                             .progress = {.data = &args->kind[i], .len = args->number & 1 ? 1 : 0},
                             .log = {.data = "a line\n", .len = args->number & 2 ? 7 : 0}};
    side->broker->ops->note(side->broker, MODEL_QUEUE, notes, (size_t)args->n, on_noted, side);
}

/* ---- waking ---- */

static void on_woken(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        qn_buf_printf(out, " %s", reply->woken->queue ? reply->woken->message : "nothing came");
}

void model_send_wait(struct model_side *side, const struct model_sending *sending)
{
    static const char *const queues[] = {MODEL_QUEUE};

    side->broker->ops->wait(side->broker, model_worker(sending->args.worker), queues, 1, queues, 1,
                            1000, on_woken, side);
}
