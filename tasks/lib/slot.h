/* slot.h - at most so many of something at the same time, of all processes of this host.
 *
 * Places are byte ranges of a file of locks, one file a name, in a folder of this user's own in
 * QUERN_LOCK_DIR (the setting lock-dir, else QN_SLOT_DIR); the kernel frees the lock of a process
 * that dies, so there is nothing to repair. A wait is bounded and ends when stop_fd becomes
 * readable. Who is served first is left to chance.
 *
 *     qn_slot_take(&slot, "postgresql", 30, 10000, stop_fd, &err); ... qn_slot_give(&slot);
 *
 * Not here: limits of all hosts together (quern limit).
 */
#ifndef TASKS_LIB_SLOT_H
#define TASKS_LIB_SLOT_H

#include "common/buf.h"

#define QN_SLOT_MAX         1000
#define QN_SLOT_DIR         "/dev/shm"
#define QN_SLOT_DATABASE    "postgresql" /* connections to PostgreSQL, whatever the server */
#define QN_SLOT_CONNECTIONS 30           /* of them, unless QUERN_DATABASE_CONNECTIONS says so */

struct qn_slot {
    int fd;    /* -1: none is held */
    int place; /* of it */
};

/* QN_EAGAIN when none was free within wait_ms (the text tells how many there are), QN_ETIMEOUT
 * "stopped by the soft limit", QN_EINVAL for a name or number that is none, QN_ESYS. */
QN_MUST_CHECK int qn_slot_take(struct qn_slot *ret, const char *name, int64_t slots,
                               int64_t wait_ms, int stop_fd, struct qn_err *reterr);
void qn_slot_give(struct qn_slot *slot); /* one that holds none is fine */

/* How many of QN_SLOT_DATABASE there are: the setting database-connections. */
int64_t qn_slot_connections(void);

#endif
