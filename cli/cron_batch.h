/* cron_batch.h - quern cron next --batch: a question per line, an answer per line.
 *
 * A line is "expr TAB zone TAB after"; an expression may hold TABs, so the last two separate. The
 * answer is the line, TAB, and the next times with commas between, or "error: " and the reason.
 * Each line is answered in its place, an empty one by an empty one.
 */
#ifndef CLI_CRON_BATCH_H
#define CLI_CRON_BATCH_H

#include "cli.h"

#define CLI_CRON_COUNT_MAX   1000
#define CLI_CRON_BATCH_COUNT 3
#define CLI_CRON_NEVER       "it never fires after this time: clocks do not show what it wants"

/* path "-": stdin. Returns the exit code: CLI_EXIT_USAGE when a line was refused. */
int cli_cron_batch(const struct cli *cli, const char *path, int count);

/* The whole second that a time lies in, also before 1970. */
int64_t cli_cron_second(int64_t ms);

#endif
