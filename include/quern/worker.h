/* worker.h - a worker of your own: quern-worker with your tasks compiled in.
 *
 *   int main(int argc, char **argv)
 *   {
 *       return qn_worker_main(argc, argv, my_tasks);
 *   }
 *
 * The program is a whole quern-worker: the same settings, subcommands (run, tasks)
 * and signals, with these tasks instead of the bundled ones. Plugins and programs are
 * added by the setting task-path, as in any worker.
 *
 * Not here: what a task is (task.h), a plugin (plugin.h).
 */
#ifndef QUERN_WORKER_H
#define QUERN_WORKER_H

#include <quern/task.h>

#pragma GCC visibility push(default)

/* tasks ends with NULL; NULL for none. Returns the exit code: 0 stopped as told, 1 could
 * not start, 2 wrong option, setting or subcommand, 69 the broker was away for too long,
 * 70 internal error. */
int qn_worker_main(int argc, char **argv, const struct qn_task *const *tasks);

#pragma GCC visibility pop

#endif
