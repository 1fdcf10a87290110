/* describe.h - a schedule as JSON, for people and programs elsewhere. Pure.
 *
 * docs/schedules.md has the members. "job" holds the words of POST /v1/jobs, so whoever
 * reads it can make the schedule's job.
 */
#ifndef BEAT_DESCRIBE_H
#define BEAT_DESCRIBE_H

#include "common/buf.h"
#include "schedule.h"

struct beat_about {
    const char *file;   /* the schedules are from */
    const char *leader; /* "host:pid"; NULL: nobody leads, it is a check */
    int64_t now_ms;
    int times; /* of the next planned ones */
};

/* Appends an object. */
int beat_describe(const struct beat_schedule *schedule, const struct beat_about *about,
                  struct qn_buf *out);

/* Takes what the schedule last did out of a description, also of another beat. What does
 * not read as one changes nothing. */
void beat_recall(struct beat_schedule *schedule, const char *json, size_t len);

#endif
