/* oom.h - did the kernel end a process for want of memory?
 *
 * The kernel counts what its out-of-memory killer did, for the whole machine. An
 * executor that died of a SIGKILL nobody here sent, while the count went up, is taken
 * for one of these.
 */
#ifndef WORKER_OOM_H
#define WORKER_OOM_H

#include <quern/err.h>
#include <stdint.h>

/* Out of the text of /proc/vmstat; -1 when it does not say. */
int64_t worker_oom_parse(const char *text);
int64_t worker_oom_kills(void);

#endif
