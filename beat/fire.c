#include "fire.h"

#include "broker-client/taskdef.h"
#include "common/mem.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define DEFS_AGE_MS   INT64_C(60000) /* definitions are asked for again */
#define DEFS_RETRY_MS INT64_C(2000)  /* sooner when a task is unknown or refuses */

struct beat_fire {
    struct beat_fire_options o;
    struct qn_taskdef **defs;
    size_t n_defs;
    int64_t asked_ms; /* mono, -1 never */
    bool asking;
};

/* One planned time under way. */
struct shot {
    struct beat_fire *fire;
    size_t index;
    int64_t planned_s;
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1]; /* of the job */
};

int beat_fire_create(struct beat_fire **ret, const struct beat_fire_options *options,
                     struct qn_err *reterr)
{
    struct beat_fire *fire = qn_zalloc(1, sizeof(*fire));

    if (!fire)
        return qn_fail(reterr, QN_ENOMEM, "fire: out of memory");
    fire->o = *options;
    fire->asked_ms = -1;
    *ret = fire;
    return QN_OK;
}

static void drop_defs(struct beat_fire *fire)
{
    for (size_t i = 0; i < fire->n_defs; i++)
        qn_taskdef_free(fire->defs[i]);
    qn_free(fire->defs);
    fire->defs = NULL;
    fire->n_defs = 0;
}

void beat_fire_free(struct beat_fire *fire)
{
    if (!fire)
        return;
    drop_defs(fire);
    qn_free(fire);
}

static void on_defs(void *arg, const struct qn_reply *reply)
{
    struct beat_fire *fire = arg;

    fire->asking = false;
    if (reply->rc < 0)
        return;
    drop_defs(fire);
    fire->asked_ms = qn_mono_ms(fire->o.clock);
    fire->defs = qn_zalloc(reply->entries->n, sizeof(struct qn_taskdef *));
    for (size_t i = 0; fire->defs && i < reply->entries->n; i++) {
        struct qn_taskdef *def = NULL;
        if (qn_taskdef_decode(&def, reply->entries->entries[i].value, NULL) == QN_OK)
            fire->defs[fire->n_defs++] = def;
    }
}

/* True when the definitions are at most age_ms old; else they are asked for. */
static bool defs_are_fresh(struct beat_fire *fire, int64_t age_ms)
{
    if (fire->asked_ms >= 0 && qn_mono_ms(fire->o.clock) - fire->asked_ms <= age_ms)
        return true;
    if (!fire->asking) {
        fire->asking = true;
        fire->o.broker->ops->tasks(fire->o.broker, on_defs, fire);
    }
    return false;
}

static const struct qn_taskdef *find_def(const struct beat_fire *fire, const char *task)
{
    for (size_t i = 0; i < fire->n_defs; i++)
        if (strcmp(qn_taskdef_name(fire->defs[i]), task) == 0)
            return fire->defs[i];
    return NULL;
}

static void tell(struct beat_fire *fire, size_t index, int64_t planned_s, enum beat_fired what,
                 const char *text)
{
    fire->o.on_fired(fire->o.arg, index, planned_s, what, false, text);
}

/* Why no job was made, and none will be; false when there is one. */
static bool refusal(int code, const char *queue, char *out, size_t size)
{
    if (code == QN_ENQ_DRAINING)
        snprintf(out, size, "queue \"%s\" is draining: it takes no new jobs", queue);
    else if (code == QN_ENQ_FULL)
        snprintf(out, size, "queue \"%s\" or the broker has no room for another job", queue);
    else
        return false;
    return true;
}

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct shot *shot = arg;
    struct beat_fire *fire = shot->fire;
    char text[QN_ID_SIZE + 64];

    if (reply->rc < 0) {
        bool again = qn_err_is_transient(reply->rc);
        tell(fire, shot->index, shot->planned_s, again ? BEAT_TRY_AGAIN : BEAT_REFUSED,
             reply->err->msg);
    } else if (refusal(reply->enqueued->code[0], shot->queue, text, sizeof(text))) {
        tell(fire, shot->index, shot->planned_s, BEAT_REFUSED, text);
    } else {
        bool made = reply->enqueued->code[0] == QN_ENQ_MADE;
        snprintf(text, sizeof(text), "%s.%s", shot->queue, shot->name);
        fire->o.on_fired(fire->o.arg, shot->index, shot->planned_s, BEAT_FIRED, made, text);
    }
    qn_free(shot);
}

static int encode(const struct beat_schedule *schedule, struct qn_buf *out)
{
    struct qn_body body = {
        .task = {schedule->task, strlen(schedule->task)},
        .args = {schedule->args, strlen(schedule->args)},
        .max_attempts = schedule->max_attempts,
    };

    return qn_body_encode(&body, out);
}

static void enqueue(struct beat_fire *fire, const struct beat_schedule *schedule, const char *queue,
                    struct shot *shot)
{
    struct qn_buf body;

    qn_buf_init(&body, QN_RECORD_MAX);
    if (encode(schedule, &body) < 0) {
        tell(fire, shot->index, shot->planned_s, BEAT_TRY_AGAIN, "out of memory");
        qn_free(shot);
    } else {
        snprintf(shot->name, sizeof(shot->name), "%s-%lld", schedule->name,
                 (long long)shot->planned_s);
        struct qn_new_job job = {
            .name = shot->name,
            .priority = schedule->priority,
            .expires_ms = schedule->expires_ms,
            .expires_relative = schedule->expires_ms > 0,
            .body = {body.data, body.len},
            .schedule = schedule->name,
            .planned_ms = shot->planned_s * 1000,
        };
        fire->o.broker->ops->enqueue(fire->o.broker, queue, &job, 1, on_enqueued, shot);
    }
    qn_buf_release(&body);
}

/* QN_OK, QN_EAGAIN while definitions are on their way, QN_EINVAL. */
static int judge(struct beat_fire *fire, const struct beat_schedule *schedule,
                 const struct qn_taskdef **ret, struct qn_err *why)
{
    *ret = NULL;
    if (!defs_are_fresh(fire, DEFS_AGE_MS))
        return qn_fail(why, QN_EAGAIN, "the tasks' definitions are not here yet");
    *ret = find_def(fire, schedule->task);
    if (!*ret && fire->o.accept_unknown)
        return QN_OK;
    int rc = *ret ? qn_taskdef_check(*ret, schedule->args, strlen(schedule->args), NULL, why)
                  : qn_fail(why, QN_EINVAL, "no worker has published the task %s", schedule->task);
    if (rc < 0 && !defs_are_fresh(fire, DEFS_RETRY_MS))
        return qn_fail(why, QN_EAGAIN, "the tasks' definitions are asked for again");
    return rc;
}

void beat_fire_send(struct beat_fire *fire, const struct beat_schedule *schedule, size_t index,
                    int64_t planned_s)
{
    const struct qn_taskdef *def = NULL;
    struct qn_err why = {0};
    int rc = judge(fire, schedule, &def, &why);
    struct shot *shot = rc == QN_OK ? qn_zalloc(1, sizeof(*shot)) : NULL;

    if (!shot) {
        tell(fire, index, planned_s, rc == QN_EINVAL ? BEAT_REFUSED : BEAT_TRY_AGAIN,
             rc < 0 ? why.msg : "out of memory");
        return;
    }
    const char *queue = schedule->queue;
    if (!queue)
        queue = def ? qn_taskdef_queue(def) : "default";
    *shot = (struct shot){.fire = fire, .index = index, .planned_s = planned_s};
    qn_str_copy(shot->queue, sizeof(shot->queue), queue);
    enqueue(fire, schedule, queue, shot);
}
