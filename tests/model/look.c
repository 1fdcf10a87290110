/* look.c - all that can be seen of the queue. Lists hold candidates: names of jobs that are
 * elsewhere are left out, as docs/protocol.md says. */
#include "model.h"

#include <string.h>

#define ENDED "SCE"

static void say_time(struct model_side *side, const char *what, int64_t ms)
{
    if (ms != QN_NO_TIME)
        qn_buf_printf(&side->said, " %s=%lld", what, (long long)(ms - MODEL_T0));
}

static char place_of(const struct qn_peek_entry *entry)
{
    if (!entry->record.data || entry->record.len < 2)
        return 0;
    if (entry->record.data[1] != 'L')
        return entry->record.data[1];
    return entry->token.len > 0            ? 'r'
           : entry->retry_ms != QN_NO_TIME ? 't'
           : entry->due_ms != QN_NO_TIME   ? 's'
                                           : 'q';
}

/* When the record of an ended job goes: Redis' is kept by model_age(). */
static int64_t gone_of(const struct model_side *side, int name, const struct qn_peek_entry *entry)
{
    if (side->number == 0 || entry->life_ms == QN_NO_TIME)
        return side->number == 0 ? side->gone_ms[name] : QN_NO_TIME;
    return side->model->clock.wall + entry->life_ms;
}

static void say_job(struct model_side *side, int name, const struct qn_peek_entry *entry)
{
    struct qn_record record;
    char place = place_of(entry);

    side->place[name] = place;
    side->ended_ms[name] = 0;
    if (!place)
        return;
    if (!strchr("rtsq", place) && qn_record_decode(entry->record, &record, NULL) == QN_OK)
        side->ended_ms[name] = record.ended_ms;
    qn_buf_printf(&side->said, "%s is %c", model_name(name), place);
    if (entry->token.len > 0) {
        qn_buf_add_byte(&side->said, ' ');
        model_say_token(side, entry->token);
    }
    say_time(side, "due", entry->due_ms);
    say_time(side, "retry", entry->retry_ms);
    say_time(side, "cancel", entry->cancel_ms);
    say_time(side, "gone", gone_of(side, name, entry));
    model_say_try(side, entry->attempt);
    if (entry->held.len > 0) {
        qn_buf_add_str(&side->said, " held by ");
        model_say_text(side, entry->held);
    }
    if (entry->progress.len > 0) {
        qn_buf_add_str(&side->said, " progress=");
        model_say_text(side, entry->progress);
    }
    model_say_record(side, entry->record);
    qn_buf_add_byte(&side->said, '\n');
}

static void on_peek(void *arg, const struct qn_reply *reply)
{
    struct model_side *side = arg;

    if (!model_heard(side, reply))
        return;
    for (int i = 0; i < MODEL_NAMES; i++)
        say_job(side, i, &reply->peeked->entries[i]);
}

/* A name once, at its first place. */
static void say_list(struct model_side *side, const struct qn_reply *reply, const char *places)
{
    const char *names[MODEL_NAMES];
    size_t n = 0;

    if (!model_heard(side, reply))
        return;
    for (size_t i = 0; i < reply->listed->n; i++) {
        int name = model_name_of(reply->listed->names[i]);
        bool seen = name < 0 || !side->place[name] || !strchr(places, side->place[name]);
        for (size_t k = 0; k < n && !seen; k++)
            seen = strcmp(names[k], reply->listed->names[i]) == 0;
        if (!seen)
            names[n++] = model_name(name);
    }
    if (side->model->loose) {
        model_say_names(side, places, names, n);
    } else {
        qn_buf_printf(&side->said, " %s:", places);
        for (size_t i = 0; i < n; i++)
            qn_buf_printf(&side->said, " %s", names[i]);
    }
    qn_buf_add_byte(&side->said, '\n');
}

static void on_queued(void *side, const struct qn_reply *reply)
{
    say_list(side, reply, "q");
}

static void on_scheduled(void *side, const struct qn_reply *reply)
{
    say_list(side, reply, "s");
}

static void on_retrying(void *side, const struct qn_reply *reply)
{
    say_list(side, reply, "t");
}

static void on_running(void *side, const struct qn_reply *reply)
{
    say_list(side, reply, "r");
}

static void on_failed(void *side, const struct qn_reply *reply)
{
    say_list(side, reply, "F");
}

static void on_ended(void *side, const struct qn_reply *reply)
{
    say_list(side, reply, ENDED);
}

/* In a loose run an element may be of another priority than its job by now. */
static void say_queued(struct model_side *side, const struct qn_stats *stats)
{
    int64_t all = 0;

    for (int i = 0; i < 4; i++) {
        int64_t n = stats->queued[i] - (side->number == 0 ? side->ghosts[i] : 0);
        all += n;
        if (!side->model->loose)
            qn_buf_printf(&side->said, " %lld", (long long)n);
    }
    if (side->model->loose)
        qn_buf_printf(&side->said, " %lld", (long long)all);
}

static void on_stats(void *arg, const struct qn_reply *reply)
{
    struct model_side *side = arg;
    struct qn_buf *out = model_heard(side, reply);
    const struct qn_stats *stats = reply->stats;

    if (!out)
        return;
    say_queued(side, stats);
    qn_buf_printf(out, " running %lld scheduled %lld retrying %lld workers %lld",
                  (long long)stats->running, (long long)stats->scheduled,
                  (long long)stats->retrying, (long long)stats->workers);
    if (!side->model->loose)
        qn_buf_printf(out, " parked %lld",
                      (long long)stats->parked - (side->number == 0 ? side->ghosts[4] : 0));
    qn_buf_printf(out, " bytes %lld of %lld, at most %lld jobs", (long long)stats->bytes,
                  (long long)stats->max_bytes, (long long)stats->max_jobs);
    say_time(side, "paused", stats->paused_ms);
    say_time(side, "draining", stats->draining_ms);
    if (!side->model->loose && !model_has_ghosts(side->model))
        say_time(side, "oldest", stats->oldest_ms);
    qn_buf_printf(out,
                  " enqueued %lld succeeded %lld failed %lld cancelled %lld expired %lld retried "
                  "%lld recovered %lld replayed %lld purged %lld\n",
                  (long long)stats->enqueued, (long long)stats->succeeded,
                  (long long)stats->failures, (long long)stats->cancelled,
                  (long long)stats->expired, (long long)stats->retried, (long long)stats->recovered,
                  (long long)stats->replayed, (long long)stats->purged);
    side->paused = stats->paused_ms != QN_NO_TIME;
}

static void on_limits(void *arg, const struct qn_reply *reply)
{
    struct model_side *side = arg;
    struct qn_buf *out = model_heard(side, reply);

    for (size_t i = 0; out && i < reply->limits->n; i++) {
        const struct qn_limit *limit = &reply->limits->limits[i];
        /* how many lanes wait is not compared: Redis has some whose jobs are cancelled */
        qn_buf_printf(out, " %s %lld %lld/%lld %lld %s: runs %lld next %lld\n", limit->scope,
                      (long long)limit->concurrency, (long long)limit->rate,
                      (long long)limit->per_ms, (long long)limit->burst,
                      limit->declared ? "declared" : "set", (long long)limit->running,
                      (long long)limit->next_at_ms);
    }
}

static void on_log(void *arg, const struct qn_reply *reply)
{
    struct model_side *side = arg;

    if (!model_heard(side, reply) || reply->text.len == 0)
        return;
    qn_buf_add_str(&side->said, " log: ");
    model_say_text(side, reply->text);
    qn_buf_add_byte(&side->said, '\n');
}

void model_look(struct model_side *side)
{
    static const struct {
        enum qn_state state;
        qn_reply_fn *fn;
    } lists[] = {
        {QN_QUEUED, on_queued},   {QN_SCHEDULED, on_scheduled}, {QN_RETRYING, on_retrying},
        {QN_RUNNING, on_running}, {QN_FAILED, on_failed},       {QN_SUCCEEDED, on_ended},
    };
    const struct qn_broker_ops *ops = side->broker->ops;
    const char *names[MODEL_NAMES];

    for (int i = 0; i < MODEL_NAMES; i++)
        names[i] = model_name(i);
    ops->peek(side->broker, MODEL_QUEUE, names, MODEL_NAMES, on_peek, side);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        ops->list(side->broker, MODEL_QUEUE, lists[i].state, 0, QN_LIST_PAGE_MAX, lists[i].fn,
                  side);
    ops->stats(side->broker, MODEL_QUEUE, on_stats, side);
    ops->limits(side->broker, MODEL_QUEUE, on_limits, side);
    side->awaited += 3 + (int)(sizeof(lists) / sizeof(lists[0]));
    for (int i = 0; i < MODEL_NAMES; i++) {
        if (side->place[i]) {
            ops->log(side->broker, MODEL_QUEUE, names[i], on_log, side);
            side->awaited++;
        }
    }
}
