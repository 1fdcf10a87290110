/* schedule_view.h - a schedule as people read it. */
#ifndef CLI_SCHEDULE_VIEW_H
#define CLI_SCHEDULE_VIEW_H

#include "broker-client/schedule_json.h"
#include "term.h"

#define CLI_SCHEDULE_COLUMNS 7
extern const struct cli_column cli_schedule_columns[CLI_SCHEDULE_COLUMNS];
void cli_schedule_add_row(struct cli_table *table, const struct qn_schedule_view *view);

/* All of it, with so many of the next times. */
void cli_schedule_print(const struct cli_term *term, const struct qn_schedule_view *view,
                        int times);
/* When it is due, in words, and so many times after a moment. */
void cli_schedule_print_next(const struct cli_term *term, const struct qn_schedule *schedule,
                             int64_t after_s, int times);

/* {"name", "fires": [...]} as a table. */
QN_MUST_CHECK int cli_schedule_print_fires(const struct cli_term *term, struct qn_span json,
                                           struct qn_err *reterr);

#endif
