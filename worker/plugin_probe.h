/* plugin_probe.h - what a plugin defines, told by a child process that loads it.
 *
 * The child (worker_fork) loads the file and sends a frame per definition over a pipe,
 * then END, or FAULT and why not. Its death before is judged, and silence for too long
 * ends it with everything it started, also what left its group.
 *
 * Not here: what the definitions are good for (plugin.h).
 */
#ifndef WORKER_PLUGIN_PROBE_H
#define WORKER_PLUGIN_PROBE_H

#include "common/buf.h"

#define WORKER_PROBE_BYTES_MAX (8 * 1024 * 1024) /* of definitions, of one file */

/* Called for each definition (JSON, of any content), borrowed; another answer than QN_OK
 * ends the probe with it. */
typedef int worker_probe_fn(void *arg, struct qn_span definition, struct qn_err *reterr);

/* The text says what is wrong without the file's name, in clean UTF-8. QN_EINVAL,
 * QN_EUNSUPPORTED, QN_ETIMEOUT after load_ms, or the answer of fn, with its text. */
QN_MUST_CHECK int worker_plugin_probe(const char *file, int64_t load_ms, worker_probe_fn *fn,
                                      void *arg, struct qn_err *reterr);

#endif
