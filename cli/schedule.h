/* schedule.h - what the commands of quern schedule share. */
#ifndef CLI_SCHEDULE_H
#define CLI_SCHEDULE_H

#include "cli.h"
#include "link_schedule.h"

/* --count: how many of the next times are shown. */
QN_MUST_CHECK int cli_schedule_times(const struct cli *cli, int *ret, struct qn_err *reterr);
/* Says on stderr when no beat leads: then schedules make no jobs. */
QN_MUST_CHECK int cli_schedule_warn(const struct cli *cli, struct cli_link *link,
                                    struct qn_err *reterr);
/* The schedule as a line of JSON; changed: a member in front, when it is not NULL. */
QN_MUST_CHECK int cli_schedule_print_json(const struct cli *cli,
                                          const struct qn_schedule_view *view, int times,
                                          const bool *changed, struct qn_err *reterr);
/* QN_ESTATE: it belongs to a file. */
int cli_schedule_of_file(const struct qn_schedule_view *view, struct qn_err *reterr);

#endif
