/* plugin_load.h - a plugin's file becomes part of this process.
 *
 * Runs the file's constructors: in children only. Everything it says is doubted, but
 * what a pointer of it points at has to be believed: who calls this may crash, which
 * its parent judges.
 *
 * Not here: the process around it (plugin_probe.h), one task (plugin.h).
 */
#ifndef WORKER_PLUGIN_LOAD_H
#define WORKER_PLUGIN_LOAD_H

#include <quern/plugin.h>
#include <stddef.h>

/* ret stays valid: nothing is ever unloaded, and a file that is loaded is not loaded again.
 * The text says why not, without the file's name. QN_EINVAL; QN_EUNSUPPORTED for another
 * ABI. */
QN_MUST_CHECK int worker_plugin_load(const char *file, const struct qn_plugin **ret,
                                     struct qn_err *reterr);

/* The number of tasks in its table. QN_EINVAL when it has none or does not end. */
QN_MUST_CHECK int worker_plugin_count(const struct qn_plugin *plugin, size_t *ret,
                                      struct qn_err *reterr);

#endif
