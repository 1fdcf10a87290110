/* rundir.h - a folder of one run's own for the program of a task: there from its start
 * to its end.
 *
 * Made in TMPDIR, or /tmp, for this user only, and removed with all that is in it; links
 * are removed, never followed. Who makes one holds a lock on it. What has none belongs to
 * an executor that was killed: whoever makes the next one removes it, or a worker that
 * ends. No removal is without end: what somebody goes on writing stays for the next one.
 */
#ifndef WORKER_RUNDIR_H
#define WORKER_RUNDIR_H

#include <limits.h>
#include <quern/err.h>
#include <stddef.h>

#define WORKER_RUNDIR_ALL 1000000 /* entries; more than a run should leave */

struct worker_rundir {
    int fd; /* of the folder, with the lock; closed at exec */
    char path[PATH_MAX];
};

/* QN_ESYS names the folder. */
QN_MUST_CHECK int worker_rundir_create(struct worker_rundir *ret, struct qn_err *reterr);
/* Removes it. False when it is still there. */
bool worker_rundir_remove(struct worker_rundir *dir);

/* Removes those that nobody holds, and looks at so many entries in them at most; returns how
 * many folders are gone. */
int worker_rundir_sweep(size_t most);

#endif
