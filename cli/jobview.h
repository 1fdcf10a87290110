/* jobview.h - a job as people read it. */
#ifndef CLI_JOBVIEW_H
#define CLI_JOBVIEW_H

#include "term.h"
#include <quern/client.h>

void cli_job_print(const struct cli_term *term, const struct qn_job_info *info);

/* A row of the table of jobs. */
#define CLI_JOB_COLUMNS 7
extern const struct cli_column cli_job_columns[CLI_JOB_COLUMNS];
void cli_job_add_row(struct cli_table *table, const struct qn_job_info *info);

enum cli_colour cli_state_colour(enum qn_state state);
/* "2025-06-30 15:15:00", local time; "" for 0. */
#define CLI_TIME_SIZE 32
void cli_time_print(int64_t wall_ms, char out[CLI_TIME_SIZE]);
/* "12s", "3m", "2h", "5d" */
void cli_age_print(int64_t age_ms, char out[CLI_TIME_SIZE]);
/* "1,234" */
#define CLI_COUNT_SIZE 32
void cli_count_print(int64_t count, char out[CLI_COUNT_SIZE]);
/* "1 KiB" */
void cli_bytes_print(int64_t bytes, char *out, size_t size);
/* done and total of a progress text; -1 when it does not tell. */
int cli_progress_percent(const char *progress, char *text, size_t size);

#endif
