#include "fire.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"
#include "shot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANCELLED_TTL_MS INT64_C(86400000)

struct beat_fire {
    struct beat_fire_options o;
    int under_way;
};

struct volley {
    struct beat_fire *fire;
    struct beat_shot *shots;
    size_t n;
    int answers; /* that are to come in this step */
};

/* Neighbours of a volley that go to one queue in one call. */
struct batch {
    struct volley *volley;
    size_t from, n;
};

int beat_fire_create(struct beat_fire **ret, const struct beat_fire_options *options,
                     struct qn_err *reterr)
{
    struct beat_fire *fire = qn_zalloc(1, sizeof(*fire));

    if (!fire)
        return qn_fail(reterr, QN_ENOMEM, "fire: out of memory");
    fire->o = *options;
    *ret = fire;
    return QN_OK;
}

void beat_fire_free(struct beat_fire *fire)
{
    qn_free(fire);
}

int beat_fire_under_way(const struct beat_fire *fire)
{
    return fire->under_way;
}

/* ---- the end of a volley ---- */

static void tell(struct beat_fire *fire, struct beat_shot *shot)
{
    enum beat_fired what = shot->step == BEAT_SHOT_DECIDED ? BEAT_NOTED
                           : shot->step == BEAT_SHOT_STALE ? BEAT_STALE
                                                           : BEAT_TRY_AGAIN;

    qn_buf_release(&shot->body);
    fire->o.on_fired(fire->o.arg, shot->entry, what, &shot->fire, shot->why ? shot->why : "");
}

static void end(struct volley *volley)
{
    struct beat_fire *fire = volley->fire;

    fire->under_way--;
    for (size_t i = 0; i < volley->n; i++)
        tell(fire, &volley->shots[i]);
    qn_free(volley->shots);
    qn_free(volley);
}

/* All that have come so far begin anew. */
static void give_up(struct volley *volley, int rc, const char *why)
{
    for (size_t i = 0; i < volley->n; i++) {
        struct beat_shot *shot = &volley->shots[i];
        if (shot->step == BEAT_SHOT_STALE || shot->step == BEAT_SHOT_AGAIN)
            continue;
        beat_shot_failed(shot, rc, why);
        shot->step = BEAT_SHOT_AGAIN;
        shot->why = shot->fire.error;
    }
    end(volley);
}

static bool may_fire(const struct beat_fire *fire)
{
    return fire->o.may_fire(fire->o.arg);
}

/* ---- noting ---- */

static void on_noted(void *arg, const struct qn_reply *reply)
{
    struct volley *volley = arg;

    if (reply->rc < 0)
        give_up(volley, reply->rc, reply->err->msg);
    else
        end(volley);
}

static int write_notes(struct volley *volley, struct qn_fire_note *notes, struct qn_buf *text,
                       size_t *ret_n)
{
    size_t n = 0, at = 0;

    for (size_t i = 0; i < volley->n; i++) {
        struct beat_shot *shot = &volley->shots[i];
        size_t mark = text->len;
        if (shot->step != BEAT_SHOT_DECIDED)
            continue;
        qn_fire_encode(&shot->fire, text);
        notes[n++] = (struct qn_fire_note){
            shot->entry->schedule.name, shot->planned_s * 1000, {NULL, text->len - mark}};
    }
    for (size_t i = 0; i < n; at += notes[i++].json.len)
        notes[i].json.data = text->data + at;
    *ret_n = n;
    return qn_buf_status(text);
}

static void note(struct volley *volley)
{
    struct beat_fire *fire = volley->fire;
    struct qn_fire_note *notes = qn_zalloc(volley->n, sizeof(*notes));
    struct qn_buf text;
    size_t n = 0;

    qn_buf_init(&text, volley->n * QN_FIRE_JSON_MAX);
    if (!notes || write_notes(volley, notes, &text, &n) != QN_OK)
        give_up(volley, QN_ENOMEM, "out of memory");
    else if (n == 0)
        end(volley);
    else
        fire->o.broker->ops->note_fires(fire->o.broker, notes, n, on_noted, volley);
    qn_buf_release(&text);
    qn_free(notes);
}

/* ---- making jobs ---- */

static void step_over(struct volley *volley)
{
    if (--volley->answers == 0)
        note(volley);
}

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct batch *batch = arg;
    struct volley *volley = batch->volley;

    for (size_t i = 0; i < batch->n; i++) {
        struct beat_shot *shot = &volley->shots[batch->from + i];
        shot->fire.at_ms = reply->now_ms;
        if (reply->rc < 0)
            beat_shot_failed(shot, reply->rc, reply->err->msg);
        else
            beat_shot_enqueued(shot, reply->enqueued->code[i], reply->enqueued->holder[i]);
    }
    qn_free(batch);
    step_over(volley);
}

/* The order of the connection does the rest: an enqueue behind it fails as it does. */
static void on_cancelled(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    if (reply->rc < 0 && !qn_err_is_transient(reply->rc))
        qn_log(QN_LOG_WARN, "the job before was not cancelled", QN_STR("reason", reply->err->msg));
}

static void cancel_previous(struct beat_fire *fire, const struct beat_shot *shot)
{
    char queue[QN_ID_SIZE];
    const char *last = shot->entry->last_job, *dot = strchr(last, '.');

    if (shot->entry->schedule.overlap != QN_OVERLAP_CANCEL || !dot)
        return;
    snprintf(queue, sizeof(queue), "%.*s", (int)(dot - last), last);
    fire->o.broker->ops->cancel(fire->o.broker, queue, dot + 1, CANCELLED_TTL_MS, on_cancelled,
                                fire);
}

static void send_batch(struct volley *volley, size_t from, size_t n)
{
    struct qn_broker *broker = volley->fire->o.broker;
    struct batch *batch = qn_alloc(sizeof(*batch));
    struct qn_new_job *jobs = qn_zalloc(n, sizeof(*jobs));
    bool ok = batch && jobs;

    for (size_t i = 0; ok && i < n; i++)
        ok = beat_shot_job(&volley->shots[from + i], &jobs[i]) == QN_OK;
    if (ok) {
        *batch = (struct batch){volley, from, n};
        volley->answers++;
        for (size_t i = 0; i < n; i++)
            cancel_previous(volley->fire, &volley->shots[from + i]);
        broker->ops->enqueue(broker, volley->shots[from].queue, jobs, n, on_enqueued, batch);
    } else {
        for (size_t i = 0; i < n; i++)
            beat_shot_failed(&volley->shots[from + i], QN_ENOMEM, "out of memory");
        qn_free(batch);
    }
    qn_free(jobs);
}

/* Those to be made come first, by queue; within it the priority decides, then the name. */
static int by_queue(const void *a, const void *b)
{
    const struct beat_shot *one = a, *two = b;
    bool one_made = one->step == BEAT_SHOT_CLAIMED, two_made = two->step == BEAT_SHOT_CLAIMED;
    int order = strcmp(one->queue, two->queue);

    if (one_made != two_made)
        return one_made ? -1 : 1;
    return order != 0 ? order : strcmp(one->name, two->name);
}

static void make(struct volley *volley)
{
    size_t from = 0;

    qsort(volley->shots, volley->n, sizeof(*volley->shots), by_queue);
    volley->answers = 1; /* ours, so that nothing is over before all are sent */
    while (from < volley->n && volley->shots[from].step == BEAT_SHOT_CLAIMED) {
        size_t n = 1;
        while (from + n < volley->n && n < QN_ENQUEUE_BATCH_MAX &&
               volley->shots[from + n].step == BEAT_SHOT_CLAIMED &&
               strcmp(volley->shots[from + n].queue, volley->shots[from].queue) == 0)
            n++;
        send_batch(volley, from, n);
        from += n;
    }
    step_over(volley);
}

/* ---- claiming ---- */

static void on_claimed(void *arg, const struct qn_reply *reply)
{
    struct volley *volley = arg;
    struct beat_fire *fire = volley->fire;
    size_t i = 0;

    if (reply->rc < 0) {
        give_up(volley, reply->rc, reply->err->msg);
        return;
    }
    fire->o.on_claimed(fire->o.arg, reply->claimed, reply->now_ms);
    if (reply->claimed->lost || !may_fire(fire)) {
        give_up(volley, QN_EAGAIN, "another beat leads");
        return;
    }
    for (size_t at = 0; at < volley->n; at++)
        if (volley->shots[at].step == BEAT_SHOT_JUDGED) {
            volley->shots[at].fire.at_ms = reply->now_ms;
            beat_shot_claimed(&volley->shots[at], reply->claimed->code[i++]);
        }
    make(volley);
}

static void claim(struct volley *volley)
{
    struct qn_broker *broker = volley->fire->o.broker;
    struct qn_claim *claims = qn_zalloc(volley->n, sizeof(*claims));
    size_t n = 0;

    for (size_t i = 0; claims && i < volley->n; i++) {
        const struct beat_shot *shot = &volley->shots[i];
        if (shot->step == BEAT_SHOT_JUDGED)
            claims[n++] = (struct qn_claim){shot->entry->schedule.name, shot->planned_s * 1000,
                                            shot->queue, shot->entry->version};
    }
    if (!claims)
        give_up(volley, QN_ENOMEM, "out of memory");
    else if (n == 0)
        end(volley);
    else
        broker->ops->claim(broker, volley->fire->o.holder, claims, n, on_claimed, volley);
    qn_free(claims);
}

/* ---- the begin of a volley ---- */

/* What is refused now is claimed all the same, so that it is dealt with for all beats. */
static void judge(struct beat_fire *fire, struct beat_shot *shot)
{
    const struct beat_entry *entry = shot->entry;
    struct qn_err why = {0};
    const char *queue;
    int rc = beat_judge_ask(fire->o.judge, &entry->schedule.draft, &queue, &why);

    qn_str_copy(shot->queue, sizeof(shot->queue),
                entry->open && entry->queue[0] ? entry->queue : queue);
    snprintf(shot->name, sizeof(shot->name), "%s-%lld", entry->schedule.name,
             (long long)shot->planned_s);
    shot->refused = rc == QN_EINVAL;
    shot->fire.what = QN_FIRE_REFUSED; /* until it is made */
    qn_str_copy(shot->fire.error, sizeof(shot->fire.error), shot->refused ? why.msg : "");
    shot->step = rc == QN_OK || shot->refused ? BEAT_SHOT_JUDGED : BEAT_SHOT_AGAIN;
    if (shot->step == BEAT_SHOT_AGAIN)
        shot->why = "the tasks' definitions are on their way";
}

static void begin_shot(struct beat_fire *fire, struct beat_shot *shot, struct beat_entry *entry)
{
    *shot = (struct beat_shot){.entry = entry, .planned_s = entry->next_s};
    shot->fire.planned_ms = shot->planned_s * 1000;
    shot->fire.missed = entry->missed;
    qn_str_copy(shot->fire.last_job, sizeof(shot->fire.last_job), entry->last_job);
    qn_buf_init(&shot->body, QN_RECORD_MAX);
    judge(fire, shot);
}

void beat_fire_volley(struct beat_fire *fire, struct beat_entry *const *entries, size_t n)
{
    struct volley *volley = qn_zalloc(1, sizeof(*volley));
    struct beat_shot *shots = volley ? qn_zalloc(n, sizeof(*shots)) : NULL;

    if (!shots) {
        const struct qn_fire none = {.planned_ms = 0};
        qn_free(volley);
        for (size_t i = 0; i < n; i++)
            fire->o.on_fired(fire->o.arg, entries[i], BEAT_TRY_AGAIN, &none, "out of memory");
        return;
    }
    *volley = (struct volley){.fire = fire, .shots = shots, .n = n};
    fire->under_way++;
    for (size_t i = 0; i < n; i++)
        begin_shot(fire, &shots[i], entries[i]);
    claim(volley);
}
