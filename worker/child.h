/* child.h - what an executor does: job after job, as its supervisor tells it.
 *
 * Runs in the forked process. Whoever forks has made it a clean one: signal
 * dispositions reset and unblocked, a process group of its own, nothing open but the
 * standard streams and its ends, stdout not where results go.
 *
 * Not here: forking, limits, the judgement of a death (executor.h, local_child.h).
 */
#ifndef WORKER_CHILD_H
#define WORKER_CHILD_H

#include "child_link.h"
#include "registry.h"

/* A run is killed by the kernel this long after its hard limit, when the supervisor,
 * stopped or gone, has not done it. */
#define WORKER_CHILD_GRACE_MS 5000

/* link.h says how the ends are used. Artifacts go to the directory in QUERN_ARTIFACT_DIR. A task's
 * init runs before its first job here; done of each that was initialised runs at the end.
 *
 * Returns the process's exit code: 0 after QUIT or without a supervisor, 70 when the
 * supervisor broke the protocol, 71 when the system refused something. */
int worker_child_main(const struct worker_ends *ends, const struct worker_registry *registry);

#endif
