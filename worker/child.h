/* child.h - what an executor does: job after job, as its supervisor tells it.
 *
 * Runs in the forked process. Whoever forks has made it a clean one: signal
 * dispositions reset and unblocked, a process group of its own, nothing open but the
 * standard streams, fd and stop_fd, stdout not where results go.
 *
 * Not here: forking, limits, the judgement of a death (executor.h, local_child.h).
 */
#ifndef WORKER_CHILD_H
#define WORKER_CHILD_H

#include "link.h"
#include "registry.h"

/* A run is killed by the kernel this long after its hard limit, when the supervisor,
 * stopped or gone, has not done it. */
#define WORKER_CHILD_GRACE_MS 5000

/* fd: a stream socket, blocking. stop_fd: an eventfd, non-blocking; link.h says how it
 * is used. Artifacts go to the directory in QUERN_ARTIFACT_DIR. A task's init runs before its first
 * job here; done of each that was initialised runs at the end.
 *
 * Returns the process's exit code: 0 after QUIT or end of file, 70 when the
 * supervisor broke the protocol, 71 when the system refused something. */
int worker_child_main(int fd, int stop_fd, struct worker_page *page,
                      const struct worker_registry *registry);

#endif
