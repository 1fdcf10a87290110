/* file.h - the file of schedules, read into definitions.
 *
 *   # every night
 *   [schedule cleanup]
 *   cron  = 0 1 * * *
 *   zone  = Europe/Berlin
 *   task  = cache.clean_expired
 *   args  = {"dry_run": true}
 *   max-attempts = 3
 *
 * The keys are the members of a definition (broker-client/schedule.h) and of its job, with - or _;
 * each once. args, tags, retry, unique and on-failed are JSON.
 *
 * Not here: what a member means, and whether its value is right (qn_schedule_parse()).
 */
#ifndef BEAT_FILE_H
#define BEAT_FILE_H

#include "broker-client/schedule.h"

#define BEAT_FILE_MAX (8 * 1024 * 1024)

struct beat_file {
    struct qn_definition *all; /* as the broker takes them, in the order of the file */
    size_t n;
    char **blocks; /* one per definition: its name, source and JSON */
};

/* QN_EINVAL says file, line and reason; nothing is taken from a bad file. Kept are the rules'
 * zone and cache only for the call. */
QN_MUST_CHECK int beat_file_load(struct beat_file *ret, const char *path,
                                 const struct qn_schedule_rules *rules, struct qn_err *reterr);
/* text is changed. */
QN_MUST_CHECK int beat_file_parse(struct beat_file *ret, const char *path, char *text,
                                  const struct qn_schedule_rules *rules, struct qn_err *reterr);
void beat_file_release(struct beat_file *file); /* zeroed is fine */

#endif
