/* check.h - quern-worker check: the checks of an installation that only a worker can make,
 * as one JSON array of verdicts (common/verdict.h) on stdout. quern doctor asks for it.
 *
 * Its own check is that of task-path. Those of what the tasks need are handed in by the
 * program that also hands in the tasks.
 */
#ifndef WORKER_CHECK_H
#define WORKER_CHECK_H

#include "common/migration.h"
#include "common/subcommand.h"
#include "common/verdict.h"
#include <quern/task.h>

/* qn_worker_main() with checks, an array that ends with NULL, with who migrates the tasks'
 * database (migrate.h), and with subcommands, an array that ends with a NULL name; NULL for
 * none. */
int worker_main_with(int argc, char **argv, const struct qn_task *const *tasks,
                     qn_check_fn *const *checks, qn_migrate_fn *migrate,
                     const struct qn_subcommand *subcommands);

/* The subcommand; argv[0] is its name. 0 whatever was found. */
int worker_check_main(int argc, char **argv, const struct qn_config *config,
                      const struct qn_task *const *tasks, qn_check_fn *const *checks);

#endif
