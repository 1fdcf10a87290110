#include "world.h"

#include "common/mem.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define TURN_MS  5000
#define GOTS_MAX 512

static struct got *gots[GOTS_MAX];
static size_t n_gots;

/* ---- the world ---- */

static void on_link(void *arg, enum qn_link link, const struct qn_err *why)
{
    struct world *w = arg;

    w->link = link;
    w->link_downs += link == QN_LINK_DOWN;
    if (why)
        w->link_err = *why;
}

static void on_ended(void *arg, const char *queue, const char *name)
{
    struct world *w = arg;

    w->look_again += name == NULL;
    if (name) {
        w->ended_n++;
        snprintf(w->ended, sizeof(w->ended), "%s.%s", queue, name);
    }
}

void world_listen(struct world *w)
{
    w->broker->on_link = on_link;
    w->broker->on_link_arg = w;
    w->broker->on_ended = on_ended;
    w->broker->on_ended_arg = w;
}

static bool is_listening(struct world *w)
{
    return w->link == QN_LINK_UP && w->look_again > 0;
}

int world_setup(void **state)
{
    struct world *w = qn_zalloc(1, sizeof(*w));

    world_open(w);
    assert_true(world_wait_for(w, is_listening));
    world_set_now(w, T0);
    *state = w;
    return 0;
}

void got_free_all(void)
{
    for (size_t i = 0; i < n_gots; i++) {
        for (int k = 0; k < 4; k++)
            qn_job_info_free(gots[i]->info[k]);
        qn_buf_release(&gots[i]->bytes);
        qn_free(gots[i]);
    }
    n_gots = 0;
}

int world_teardown(void **state)
{
    struct world *w = *state;

    world_close(w);
    qn_free(w);
    got_free_all();
    return 0;
}

void world_turn(struct world *w, const bool *until)
{
    struct qn_err err;

    if (qn_broker_pump(w->loop, until, TURN_MS, &err) != QN_OK)
        fail_msg("%s", err.msg);
}

bool world_wait_for(struct world *w, bool (*condition)(struct world *w))
{
    struct qn_err err;
    int64_t end = qn_mono_ms(&qn_clock_system) + TURN_MS;

    while (!condition(w)) {
        if (qn_mono_ms(&qn_clock_system) > end || qn_loop_once(w->loop, 20, &err) != QN_OK)
            return false;
    }
    return true;
}

struct got *got_create(void)
{
    struct got *got = qn_zalloc(1, sizeof(*got));

    assert_true(got && n_gots < GOTS_MAX);
    qn_buf_init(&got->bytes, 64 * 1024 * 1024);
    qn_buf_reserve(&got->bytes, 4 * 1024 * 1024); /* so that spans into it stay */
    gots[n_gots++] = got;
    return got;
}

/* ---- answers ---- */

static bool begin(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    assert_false(got->done);
    got->done = true;
    got->rc = reply->rc;
    got->now_ms = reply->now_ms;
    if (reply->rc != QN_OK)
        qn_str_copy(got->msg, sizeof(got->msg), reply->err->msg);
    return reply->rc == QN_OK;
}

void on_reply(void *arg, const struct qn_reply *reply)
{
    (void)begin(arg, reply);
}

static struct qn_span keep(struct got *got, struct qn_span span)
{
    struct qn_span kept = {.data = got->bytes.data + got->bytes.len, .len = span.len};

    if (!span.data)
        return span;
    assert_true(got->bytes.len + span.len + 1 < got->bytes.cap);
    qn_buf_add(&got->bytes, span.data, span.len);
    qn_buf_add_byte(&got->bytes, 0);
    return kept;
}

static size_t keep_names(char to[][QN_NAME_MAX + 1], const char *const *names, size_t n)
{
    assert_true(n <= MANY);
    for (size_t i = 0; i < n; i++)
        qn_str_copy(to[i], QN_NAME_MAX + 1, names[i]);
    return n;
}

static void keep_codes(struct got *got, const int *codes, size_t n)
{
    got->n = n;
    memcpy(got->code, codes, n * sizeof(*codes));
}

#define SENT(got)                \
    world_turn(w, &(got)->done); \
    return got

/* ---- producing ---- */

static void on_cancelled(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->code[0] = (int)reply->cancelled->code;
    got->state = reply->cancelled->state;
}

struct got *op_cancel(struct world *w, const char *name)
{
    struct got *got = got_create();
    w->broker->ops->cancel(w->broker, Q, name, DAY, on_cancelled, got);
    SENT(got);
}

/* ---- working ---- */

struct got *op_join(struct world *w, const char *incarnation)
{
    struct got *got = got_create();
    w->broker->ops->join(w->broker, Q, incarnation, LEASE, on_reply, got);
    SENT(got);
}

static void on_renewed(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (begin(arg, reply))
        got->n = keep_names(got->name, reply->renewed->cancel, reply->renewed->n);
}

struct got *op_renew(struct world *w, const char *incarnation)
{
    struct got *got = got_create();
    w->broker->ops->renew(w->broker, Q, incarnation, LEASE, on_renewed, got);
    SENT(got);
}

static void on_number(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (begin(arg, reply))
        got->number = reply->number;
}

struct got *op_leave(struct world *w, const char *incarnation)
{
    struct got *got = got_create();
    w->broker->ops->leave(w->broker, Q, incarnation, on_number, got);
    SENT(got);
}

static void on_taken(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->paused = reply->taken->paused;
    got->next = reply->taken->next_due_ms;
    got->n = reply->taken->n;
    for (size_t i = 0; i < got->n; i++) {
        const struct qn_take_entry *entry = &reply->taken->entries[i];
        qn_str_copy(got->name[i], sizeof(got->name[i]), entry->name);
        snprintf(got->token[i], sizeof(got->token[i]), "%.20s:%lld", got->text,
                 (long long)entry->run);
        got->record[i] = keep(got, entry->record);
        got->attempt[i] = keep(got, entry->attempt);
    }
}

struct got *op_take(struct world *w, const char *incarnation, int want)
{
    struct got *got = got_create();
    qn_str_copy(got->text, sizeof(got->text), incarnation);
    w->broker->ops->take(w->broker, Q, incarnation, want, DAY, on_taken, got);
    SENT(got);
}

static void on_codes(void *arg, const struct qn_reply *reply)
{
    if (begin(arg, reply))
        keep_codes(arg, reply->codes->code, reply->codes->n);
}

static void on_finished(void *arg, const struct qn_reply *reply)
{
    if (begin(arg, reply))
        keep_codes(arg, reply->finished->code, reply->finished->n);
}

static void encode_end(struct qn_buf *data, const struct got *taken, size_t i,
                       enum qn_finish_kind kind)
{
    struct qn_try attempt;
    struct qn_ending ending = {.attempts = 1};

    assert_int_equal(qn_try_decode(taken->attempt[i], &attempt), QN_OK);
    if (kind == QN_FIN_RETRY || kind == QN_FIN_SNOOZE || kind == QN_FIN_RELEASE) {
        attempt.attempts += kind == QN_FIN_RETRY;
        attempt.snoozes += kind == QN_FIN_SNOOZE;
        attempt.token = (struct qn_span){.data = taken->token[i], .len = strlen(taken->token[i])};
        assert_int_equal(qn_try_encode(&attempt, "{\"x\":1}", data), QN_OK);
        return;
    }
    ending.cause = kind == QN_FIN_FAILED ? QN_CAUSE_ERROR : QN_CAUSE_NONE;
    ending.result = (struct qn_span){.data = "{\"ok\":1}", .len = 8};
    assert_int_equal(qn_ending_encode(&ending, taken->record[i], data), QN_OK);
}

struct got *op_finish(struct world *w, const struct got *taken, size_t i, enum qn_finish_kind kind,
                      int64_t ms)
{
    struct got *got = got_create();
    struct qn_buf data;

    qn_buf_init(&data, 8 * 1024 * 1024);
    encode_end(&data, taken, i, kind);
    struct qn_record record;
    assert_int_equal(qn_record_decode(taken->record[i], &record, NULL), QN_OK);
    const struct qn_finish run = {
        .name = taken->name[i],
        .token = taken->token[i],
        .kind = kind,
        .ms = ms,
        .data = {.data = data.data, .len = data.len},
        .returns = kind == QN_FIN_SUCCEEDED && record.body.returns.len > 0,
        .logged = true,
    };
    w->broker->ops->finish(w->broker, Q, &run, 1, DAY, on_finished, got);
    qn_buf_release(&data);
    SENT(got);
}

static void on_reconciled(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->n = keep_names(got->name, reply->reconciled->gone, reply->reconciled->n_gone);
    got->n2 = keep_names(got->name2, reply->reconciled->requeued, reply->reconciled->n_requeued);
}

struct got *op_reconcile(struct world *w, const char *incarnation, const struct qn_held *held,
                         size_t n)
{
    struct got *got = got_create();
    w->broker->ops->reconcile(w->broker, Q, incarnation, held, n, on_reconciled, got);
    SENT(got);
}

struct got *op_note(struct world *w, const char *name, const char *token, const char *progress,
                    const char *log)
{
    struct got *got = got_create();
    const struct qn_note note = {
        .name = name,
        .token = token,
        .progress = {.data = progress, .len = strlen(progress)},
        .log = {.data = log, .len = strlen(log)},
    };
    w->broker->ops->note(w->broker, Q, &note, 1, on_codes, got);
    SENT(got);
}

static void on_woken(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->flag = reply->woken->queue != NULL;
    if (got->flag)
        snprintf(got->text, sizeof(got->text), "%s", reply->woken->message);
}

struct got *op_wait(struct world *w, bool tokens, int64_t timeout_ms)
{
    static const char *const queues[] = {Q};
    struct got *got = got_create();

    w->broker->ops->wait(w->broker, INC, queues, tokens ? 1 : 0, queues, 1, timeout_ms, on_woken,
                         got);
    SENT(got);
}

/* ---- upkeep ---- */

static void on_forwarded(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->number = reply->forwarded->moved;
    got->next = reply->forwarded->next_due_ms;
}

struct got *op_forward(struct world *w)
{
    struct got *got = got_create();
    w->broker->ops->forward(w->broker, Q, on_forwarded, got);
    SENT(got);
}

static void on_recovered(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;
    const struct qn_recovered *r = reply->recovered;

    if (!begin(arg, reply))
        return;
    got->flag = r->time_lost;
    got->more = r->more;
    got->next = r->next_expiry_ms;
    got->n = keep_names(got->name, r->requeued, r->n_requeued);
    got->n2 = keep_names(got->name2, r->failed, r->n_failed);
    got->n3 = keep_names(got->name3, r->cancelled, r->n_cancelled);
}

struct got *op_recover(struct world *w)
{
    const struct qn_recover how = {
        .lease_ms = LEASE, .max_deaths = 3, .final_ttl_ms = DAY, .failed_ttl_ms = DAY, .limit = 2};
    struct got *got = got_create();
    w->broker->ops->recover(w->broker, Q, &how, on_recovered, got);
    SENT(got);
}

/* ---- looking ---- */

static void on_peeked(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;
    struct qn_err err;

    if (!begin(arg, reply))
        return;
    const struct qn_peek_entry *entry = &reply->peeked->entries[0];
    got->n = entry->record.data != NULL;
    if (got->n &&
        qn_job_info_make(&got->info[0], Q, got->name[0], entry, reply->now_ms, &err) != QN_OK)
        fail_msg("%s", err.msg);
    got->attempt[0] = keep(got, entry->attempt);
    got->progress[0] = keep(got, entry->progress);
    got->record[0] = keep(got, entry->record);
    snprintf(got->text, sizeof(got->text), "%.*s", (int)entry->held.len,
             entry->held.data ? entry->held.data : "");
}

struct got *op_peek(struct world *w, const char *name)
{
    struct got *got = got_create();

    snprintf(got->name[0], sizeof(got->name[0]), "%s", name);
    w->broker->ops->peek(w->broker, Q, &name, 1, on_peeked, got);
    SENT(got);
}

static void on_listed(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->next = reply->listed->next;
    got->n = keep_names(got->name, reply->listed->names, reply->listed->n);
}

struct got *op_list(struct world *w, enum qn_state state, int64_t offset, int limit)
{
    struct got *got = got_create();
    w->broker->ops->list(w->broker, Q, state, offset, limit, on_listed, got);
    SENT(got);
}

static void on_text(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->number = (int64_t)reply->text.len;
    snprintf(got->text, sizeof(got->text), "%.*s", (int)reply->text.len, reply->text.data);
}

struct got *op_log(struct world *w, const char *name)
{
    struct got *got = got_create();
    w->broker->ops->log(w->broker, Q, name, on_text, got);
    SENT(got);
}

static void on_stats(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (begin(arg, reply))
        got->stats = *reply->stats;
}

struct got *op_stats(struct world *w)
{
    struct got *got = got_create();
    w->broker->ops->stats(w->broker, Q, on_stats, got);
    SENT(got);
}

struct got *op_pause(struct world *w, bool paused)
{
    struct got *got = got_create();
    w->broker->ops->gate(w->broker, Q, paused ? QN_GATE_PAUSED : QN_GATE_OPEN, on_number, got);
    SENT(got);
}

struct got *op_watch(struct world *w, const char *name, bool on)
{
    struct got *got = got_create();
    w->broker->ops->watch(w->broker, Q, &name, 1, on, 60000, on_codes, got);
    SENT(got);
}

struct got *op_publish(struct world *w, const char *queue, const char *task, const char *def)
{
    struct got *got = got_create();
    const struct qn_entry entry = {
        .name = {.data = task, .len = strlen(task)},
        .value = {.data = def, .len = strlen(def)},
    };
    w->broker->ops->publish(w->broker, queue, &entry, 1, on_reply, got);
    SENT(got);
}

static void on_entries(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->n = reply->entries->n;
    for (size_t i = 0; i < got->n; i++) {
        const struct qn_entry *entry = &reply->entries->entries[i];
        snprintf(got->name[i], sizeof(got->name[i]), "%.*s", (int)entry->name.len,
                 entry->name.data);
        got->record[i] = keep(got, entry->value);
    }
}

struct got *op_entries(struct world *w, int which)
{
    struct got *got = got_create();
    if (which == 0)
        w->broker->ops->tasks(w->broker, on_entries, got);
    else if (which == 1)
        w->broker->ops->queues(w->broker, on_entries, got);
    else
        w->broker->ops->workers(w->broker, on_entries, got);
    SENT(got);
}

struct got *op_alive(struct world *w, const char *incarnation, int64_t life, const char *json)
{
    struct got *got = got_create();
    w->broker->ops->alive(w->broker, incarnation, life, json, on_reply, got);
    SENT(got);
}

static void on_lead(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(arg, reply))
        return;
    got->number = reply->lead->ours;
    got->revision = reply->lead->revision;
    snprintf(got->text, sizeof(got->text), "%s", reply->lead->holder);
}

struct got *op_lead(struct world *w, const char *holder, int64_t lease)
{
    struct got *got = got_create();
    w->broker->ops->lead(w->broker, "beat", holder, lease, on_lead, got);
    SENT(got);
}

/* ---- in short ---- */

enum qn_state state_of(struct world *w, const char *name)
{
    const struct got *got = op_peek(w, name);

    assert_ok(got);
    return got->n ? got->info[0]->state : (enum qn_state)0;
}

struct got *run_one(struct world *w, const char *name)
{
    assert_int_equal(new_job(w, .name = name)->code[0], QN_ENQ_MADE);
    assert_ok(op_join(w, INC));
    struct got *taken = op_take(w, INC, 1);
    assert_ok(taken);
    assert_int_equal(taken->n, 1);
    assert_string_equal(taken->name[0], name);
    return taken;
}
