/* worker.h - the program quern-worker, as a library: whoever links it with a table of
 * tasks has a worker.
 *
 *   int main(int argc, char **argv)
 *   {
 *       return worker_main(argc, argv, my_tasks);
 *   }
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <quern/task.h>

/* How the program ends. 2: called wrongly, 69 and 70 as in sysexits.h. */
enum worker_exit {
    WORKER_EXIT_OK = 0,
    WORKER_EXIT_FAILED = 1,       /* could not start */
    WORKER_EXIT_USAGE = 2,        /* wrong option, setting or subcommand */
    WORKER_EXIT_UNREACHABLE = 69, /* the broker, for as long as give-up says */
    WORKER_EXIT_INTERNAL = 70,
};

/* tasks ends with NULL. argv[0] is the program. Returns the exit code. */
int worker_main(int argc, char **argv, const struct qn_task *const *tasks);

#endif
