#include "shot.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>

/* With overlap "skip" a job is unique until it ends, by this and the schedule's name. No task is
 * called so. */
#define OVERLAP_KEY "schedule:"

/* Its start deadline counts from when it is made. */
static int64_t due_ms(const struct qn_schedule *schedule, int64_t planned_s)
{
    int64_t jitter_ms = qn_schedule_jitter_ms(schedule, planned_s);

    return jitter_ms > 0 ? planned_s * 1000 + jitter_ms + schedule->draft.delay_ms : 0;
}

static int make_unique(struct beat_shot *shot, struct qn_body *body)
{
    const char *name = shot->entry->schedule.name;

    body->unique = (struct qn_unique){QN_UNIQUE_FINISHED, QN_UNIQUE_REJECT, 0};
    int rc = qn_unique_key((struct qn_span){OVERLAP_KEY, strlen(OVERLAP_KEY)},
                           (struct qn_span){name, strlen(name)}, shot->unique_key, NULL);
    body->unique_key = (struct qn_span){shot->unique_key, strlen(shot->unique_key)};
    return rc;
}

int beat_shot_job(struct beat_shot *shot, struct qn_new_job *ret)
{
    const struct qn_schedule *schedule = &shot->entry->schedule;
    struct qn_body body;
    int rc = QN_OK;

    qn_draft_body(&schedule->draft, &body);
    qn_draft_job(&schedule->draft, ret);
    if (schedule->overlap == QN_OVERLAP_SKIP) {
        rc = make_unique(shot, &body);
        ret->unique = body.unique;
        ret->unique_key = shot->unique_key;
    }
    if (due_ms(schedule, shot->planned_s) > 0) {
        ret->due_ms = due_ms(schedule, shot->planned_s);
        ret->due_relative = false;
    }
    qn_buf_reset(&shot->body);
    if (rc == QN_OK)
        rc = qn_body_encode(&body, &shot->body);
    ret->body = (struct qn_span){shot->body.data, shot->body.len};
    ret->name = shot->name;
    ret->schedule = schedule->name;
    ret->planned_ms = shot->planned_s * 1000;
    return rc;
}

static void refuse(struct beat_shot *shot, enum qn_fire_what what, const char *why)
{
    shot->step = BEAT_SHOT_DECIDED;
    shot->fire.what = what;
    qn_str_copy(shot->fire.error, sizeof(shot->fire.error), why);
}

void beat_shot_claimed(struct beat_shot *shot, int code)
{
    static const char *const reasons[] = {
        [QN_CLAIM_PAST] = "it was dealt with before",
        [QN_CLAIM_OPEN] = "another planned time is not dealt with yet",
        [QN_CLAIM_EARLY] = "it is not that time yet",
        [QN_CLAIM_CHANGED] = "the schedule has changed",
    };

    if (code == QN_CLAIM_OK) {
        shot->step = shot->refused ? BEAT_SHOT_DECIDED : BEAT_SHOT_CLAIMED;
        return;
    }
    shot->step = code == QN_CLAIM_EARLY ? BEAT_SHOT_AGAIN : BEAT_SHOT_STALE;
    shot->why = code > QN_CLAIM_OK && code <= QN_CLAIM_CHANGED ? reasons[code] : "";
}

static void made(struct beat_shot *shot)
{
    struct qn_fire *fire = &shot->fire;

    shot->step = BEAT_SHOT_DECIDED;
    fire->what = QN_FIRE_MADE;
    snprintf(fire->job, sizeof(fire->job), "%s.%s", shot->queue, shot->name);
    qn_str_copy(fire->last_job, sizeof(fire->last_job), fire->job);
}

void beat_shot_enqueued(struct beat_shot *shot, int code, const char *holder)
{
    bool skips = shot->entry->schedule.overlap == QN_OVERLAP_SKIP;
    char why[QN_ERR_TEXT_MAX];

    switch (code) {
    case QN_ENQ_DRAINING:
        snprintf(why, sizeof(why), "queue \"%s\" is draining: it takes no new jobs", shot->queue);
        refuse(shot, QN_FIRE_REFUSED, why);
        break;
    case QN_ENQ_FULL:
        snprintf(why, sizeof(why), "queue \"%s\" or the broker has no room for another job",
                 shot->queue);
        refuse(shot, QN_FIRE_REFUSED, why);
        break;
    case QN_ENQ_UNIQUE:
    case QN_ENQ_SHARED:
        snprintf(why, sizeof(why), skips ? "its job %s.%s has not ended" : "%s.%s is there already",
                 shot->queue, holder);
        refuse(shot, QN_FIRE_SKIPPED, why);
        break;
    default: /* now, or before by whomever */
        made(shot);
    }
}

void beat_shot_failed(struct beat_shot *shot, int rc, const char *why)
{
    if (qn_err_is_transient(rc)) {
        shot->step = BEAT_SHOT_AGAIN;
        qn_str_copy(shot->fire.error, sizeof(shot->fire.error), why);
        shot->why = shot->fire.error;
    } else {
        refuse(shot, QN_FIRE_REFUSED, why);
    }
}
