/* batch.h - quern enqueue --batch: a job per line of JSON.
 *
 * Lines are sent a few hundred at a time, or as many as are there when no more come; what
 * is held never grows beyond that. Each line is answered in its order. An outcome that is
 * not known is asked for again with the same ids, for as long as --broker-timeout says.
 */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "cli.h"

/* path "-": stdin. task: of lines that name none, or NULL. Returns the exit code. */
int cli_batch(const struct cli *cli, const char *path, const char *task);

#endif
