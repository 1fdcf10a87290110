/* sources.h - the setting task-path: where tasks come from that are not compiled in.
 *
 *   /etc/quern/tasks:./thumbnail.so:./report.task
 *
 * A list with ':' of plugins (*.so), task files (*.task) and folders, of which all files
 * with these endings count, in the order of their names; hidden ones do not. What cannot
 * be read or does not hold is an error with a text that names the file and why: nothing is
 * left out silently. Files are known by their real path, without symbolic links.
 */
#ifndef WORKER_SOURCES_H
#define WORKER_SOURCES_H

#include "registry.h"

/* load_ms: what a plugin may take to be loaded (WORKER_PLUGIN_LOAD_MS). */
QN_MUST_CHECK int worker_sources_load(struct worker_registry *registry, const char *path,
                                      int64_t load_ms, struct qn_err *reterr);

/* Goes on behind what is wrong, to tell all of it. */
typedef void worker_fault_fn(void *arg, const struct qn_err *why);
void worker_sources_try(struct worker_registry *registry, const char *path, int64_t load_ms,
                        worker_fault_fn *on_fault, void *arg);

#endif
