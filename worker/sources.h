/* sources.h - the setting task-path: where tasks come from that are not compiled in.
 *
 *   /etc/quern/tasks:./thumbnail.so:./report.task
 *
 * A list with ':' of plugins (*.so), task files (*.task) and folders, of which all files
 * with these endings count, in the order of their names. What cannot be read or does not
 * hold ends the start with a text that names the file and why; nothing is left out
 * silently.
 */
#ifndef WORKER_SOURCES_H
#define WORKER_SOURCES_H

#include "registry.h"

QN_MUST_CHECK int worker_sources_load(struct worker_registry *registry, const char *path,
                                      struct qn_err *reterr);

#endif
