/* local.h - quern-worker run: a task, here and now, without a broker.
 *
 *   run TASK [key=value ... | --args JSON | --args-file F | --batch F.ndjson]
 *
 * The task runs in an executor of its own, the same code that runs under a
 * supervisor, with the same limits; a crash costs one input. stdout gets one line of
 * JSON per input, in order: the result, or {"error":{...}}. Progress, log lines and
 * files go to stderr, when it is a terminal or with --verbose.
 */
#ifndef WORKER_LOCAL_H
#define WORKER_LOCAL_H

#include "common/config.h"
#include "registry.h"

/* argv[0] is the word "run"; the settings are in the environment already. Returns the exit code: 0,
 * 1 when an input failed, 2 for a wrong command line, 128 + signal when INT or TERM ended it. */
int worker_local_main(int argc, char **argv, const struct worker_registry *registry,
                      const struct qn_config *config);

#endif
