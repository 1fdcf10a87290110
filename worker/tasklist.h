/* tasklist.h - quern-worker tasks [--json] [NAME]: the tasks and their parameters. */
#ifndef WORKER_TASKLIST_H
#define WORKER_TASKLIST_H

#include "common/config.h"
#include "registry.h"

/* argv[0] is the word "tasks". Returns the exit code: 0, 1 for an unknown NAME or a
 * stdout that cannot be written, 2 for a wrong command line. */
int worker_tasklist_main(int argc, char **argv, const struct worker_registry *registry,
                         const struct qn_config *config);

#endif
