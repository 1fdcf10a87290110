/* deadletter.h - the dead letters that somebody asks for: by filter, newest first.
 *
 * Not here: what is done with them (deadletter_list.c, deadletter_end.c).
 */
#ifndef CLI_DEADLETTER_H
#define CLI_DEADLETTER_H

#include "link.h"

struct cli_dead_filter {
    const char *queue, *task, *error; /* NULL: any */
    enum qn_cause cause;              /* QN_CAUSE_NONE: any */
    int64_t since_ms;                 /* how long ago at most, -1: any time */
    bool any;                         /* something was asked for */
    const struct cli_term *bar;       /* shows how many were looked at; NULL: nobody */
};

/* The options queue, task, cause, error and since. QN_EINVAL names the option. */
QN_MUST_CHECK int cli_dead_filter_read(struct cli_dead_filter *ret, const struct cli *cli,
                                       struct qn_err *reterr);

/* fn gets each that fits once, of each queue the newest first, until it is false. One that
 * others replay or delete meanwhile may let another be missed. */
typedef bool cli_dead_fn(void *arg, const struct qn_job_info *info);
QN_MUST_CHECK int cli_dead_walk(struct cli_link *link, const struct cli_dead_filter *filter,
                                cli_dead_fn *fn, void *arg, struct qn_err *reterr);

#endif
