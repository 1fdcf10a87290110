/* follow.h - the log of a job as it grows.
 *
 * The log of a job only grows, up to its bound, so what is new stands behind what was
 * there. A broker that goes away meanwhile is asked again at the next look.
 */
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include "link.h"

struct cli_follow {
    struct cli_link link;
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    FILE *out;          /* where lines go */
    bool json;          /* {"log":"line"} */
    size_t seen;        /* bytes of the log */
    char progress[256]; /* told last */
};

QN_MUST_CHECK int cli_follow_open(struct cli_follow *ret, const struct cli *cli, const char *id,
                                  FILE *out, struct qn_err *reterr);
void cli_follow_close(struct cli_follow *follow); /* zeroed is fine */

/* Prints the lines that are new. */
void cli_follow_look(struct cli_follow *follow);
/* Prints the job's progress when it is another than before. */
void cli_follow_progress(struct cli_follow *follow, const struct qn_job_info *info);

#endif
