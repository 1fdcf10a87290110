/* judge.h - may a schedule's job be made, and in which queue: by the definitions of tasks that
 * workers published.
 *
 * They are asked for once a minute, and again when a task is unknown or refuses its arguments, for
 * a worker may have published it a moment ago.
 */
#ifndef BEAT_JUDGE_H
#define BEAT_JUDGE_H

#include "broker-client/schedule.h"

struct beat_judge;

struct beat_judge_options {
    struct qn_broker *broker;     /* borrowed */
    const struct qn_clock *clock; /* borrowed */
    bool accept_unknown;
    void (*on_news)(void *arg); /* definitions came: who had to wait may ask again */
    void *arg;
};

QN_MUST_CHECK int beat_judge_create(struct beat_judge **ret,
                                    const struct beat_judge_options *options,
                                    struct qn_err *reterr);
void beat_judge_free(struct beat_judge *judge);

/* Asks for the definitions, if they are not here or too old. */
void beat_judge_warm(struct beat_judge *judge);
/* Both the job and its follow-up are judged. ret_queue: the job's; "default" when nobody knows.
 * QN_OK; QN_EINVAL and why no job is made; QN_EAGAIN: definitions are on their way. */
QN_MUST_CHECK int beat_judge_ask(struct beat_judge *judge, const struct qn_draft *draft,
                                 const char **ret_queue, struct qn_err *why);

#endif
