/* shot.h - one planned time on its way to be a job: what is asked of the broker for it, and what
 * its answers mean.
 */
#ifndef BEAT_SHOT_H
#define BEAT_SHOT_H

#include "broker-client/fire_note.h"
#include "plan.h"

enum beat_step {
    BEAT_SHOT_JUDGED,  /* may be claimed */
    BEAT_SHOT_CLAIMED, /* its job is to be made */
    BEAT_SHOT_DECIDED, /* fire tells what became of it, to be noted */
    BEAT_SHOT_AGAIN,
    BEAT_SHOT_STALE,
};

struct beat_shot {
    struct beat_entry *entry;
    enum beat_step step;
    int64_t planned_s;
    bool refused; /* before it was claimed: fire.error says why */
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1]; /* of the job */
    char unique_key[QN_UNIQUE_KEY_SIZE];
    struct qn_buf body;
    struct qn_fire fire;
    const char *why; /* of AGAIN and STALE; static, or the fire's error */
};

/* The job, but for its body, which is encoded into shot->body. QN_ENOMEM. */
QN_MUST_CHECK int beat_shot_job(struct beat_shot *shot, struct qn_new_job *ret);

/* What a claim answered (an enum qn_claim_code). */
void beat_shot_claimed(struct beat_shot *shot, int code);
/* What an enqueue answered, of this job. */
void beat_shot_enqueued(struct beat_shot *shot, int code, const char *holder);
/* An operation about it failed. */
void beat_shot_failed(struct beat_shot *shot, int rc, const char *why);

#endif
