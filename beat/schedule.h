/* schedule.h - the file of schedules, and when each is next due.
 *
 *   # every night
 *   [schedule cleanup]
 *   task  = cache.clean_expired
 *   cron  = 0 1 * * *            (or: every = 300s)
 *   zone  = Europe/Berlin        (else the setting timezone)
 *   queue = upkeep               (else the task's own)
 *   args  = {"dry_run": true}
 *   priority, expires, max-attempts: as when a job is enqueued
 *
 * The next time follows from the schedule alone, so all beats agree: an interval
 * is due at multiples of its length since 1970, a cron entry by its expression.
 *
 * Not here: making the jobs (fire.h), who may do so (leader.h).
 */
#ifndef BEAT_SCHEDULE_H
#define BEAT_SCHEDULE_H

#include "cron/cron.h"
#include <quern/client.h>

#define BEAT_SCHEDULES_MAX 10000
#define BEAT_FILE_MAX      (8 * 1024 * 1024)

struct beat_schedule {
    char name[QN_QUEUE_MAX + 1];
    char *task;
    char *queue;     /* NULL: the task's own */
    char *args;      /* a JSON object that passed the check */
    char *when;      /* cron or every as it is written */
    char *zone_name; /* of zone */
    bool every;      /* when is an interval */
    struct qn_zone *zone;
    struct qn_cron cron; /* an interval is cron.every_s */
    int priority;
    int max_attempts;
    int64_t expires_ms;
    int line; /* of its head, for messages */

    int64_t next_s; /* planned time of the next firing; INT64_MAX never */

    /* what it last did, 0 and "" nothing that is known */
    int64_t last_s; /* planned time */
    char last_job[QN_ID_SIZE];
    char last_error[QN_ERR_TEXT_MAX]; /* why no job was made */
};

struct beat_schedules {
    struct beat_schedule *all;
    size_t n;
};

/* QN_EINVAL says file, line and reason; nothing is taken from a bad file. */
QN_MUST_CHECK int beat_schedules_load(struct beat_schedules *ret, const char *path,
                                      const char *zone, struct qn_err *reterr);
QN_MUST_CHECK int beat_schedules_parse(struct beat_schedules *ret, const char *file, char *text,
                                       const char *zone, struct qn_err *reterr);
void beat_schedules_release(struct beat_schedules *schedules);

/* The first planned time strictly after a second. */
int64_t beat_schedule_after(const struct beat_schedule *schedule, int64_t second);

/* Of the planned times in (from, now] the last one, so that a schedule that
 * missed several makes one job; when there is none, the next one. Tells how many
 * were passed over. */
int64_t beat_schedule_catch_up(const struct beat_schedule *schedule, int64_t from, int64_t now,
                               int *ret_missed);

#endif
