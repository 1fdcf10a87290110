/* wait.h - until a connection of a handler can go on. */
#ifndef TASKS_LIB_WAIT_H
#define TASKS_LIB_WAIT_H

#include <quern/err.h>
#include <stdint.h>

/* Until fd has one of events (POLLIN, POLLOUT): QN_OK; or is deadline (mono ms, -1: none):
 * QN_ETIMEOUT; or stop_fd (-1: none) is readable: QN_ELOST. */
QN_MUST_CHECK int qn_wait_fd(int fd, short events, int stop_fd, int64_t deadline);

#endif
