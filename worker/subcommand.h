/* subcommand.h - the subcommands that came with the tasks (common/subcommand.h). */
#ifndef WORKER_SUBCOMMAND_H
#define WORKER_SUBCOMMAND_H

#include "common/subcommand.h"
#include <stdio.h>

/* given ends with a NULL name; NULL: none. */
const struct qn_subcommand *worker_subcommand_find(const struct qn_subcommand *given,
                                                   const char *name);
void worker_subcommand_help(const struct qn_subcommand *given, FILE *out);
/* Settings reach it in the environment too. The exit code. */
int worker_subcommand_run(const struct qn_subcommand *subcommand, int argc, char **argv,
                          const struct qn_config *config);

#endif
