/* plugin.h - tasks in shared objects (quern/plugin.h), loaded in children only.
 *
 * At the worker's start a child process loads the file, checks it and tells the
 * definitions over a pipe: its crash, silence or nonsense is an error with the file's
 * name, and the supervisor stays clean. In an executor the file is loaded before the
 * first job of one of its tasks.
 *
 * Not here: calling the tasks (child.h).
 */
#ifndef WORKER_PLUGIN_H
#define WORKER_PLUGIN_H

#include "registry.h"

#define WORKER_PLUGIN_LOAD_MS 10000 /* a constructor may take this long */

/* Adds all tasks of the file, an absolute path, which may take load_ms to load. QN_EINVAL,
 * QN_ETIMEOUT, QN_EUNSUPPORTED (another ABI), QN_EEXISTS; the text begins with the file.
 * Forks: call it while there is one thread. */
QN_MUST_CHECK int worker_plugin_add(struct worker_registry *registry, const char *file,
                                    int64_t load_ms, struct qn_err *reterr);

/* In an executor: the loaded file's task of this name, which must still be defined as
 * row says. Loaded once per file and process, never unloaded; a constructor may end the
 * process. The text begins with the file. */
QN_MUST_CHECK int worker_plugin_find(const struct worker_task *row, const struct qn_task **ret,
                                     struct qn_err *reterr);

#endif
