/* postgres_type.h - the inside of a connection, for the postgres_*.c files only. */
#ifndef TASKS_LIB_POSTGRES_TYPE_H
#define TASKS_LIB_POSTGRES_TYPE_H

#include "postgres.h"
#include <libpq-fe.h>

#define QN_PG_STOPPED "stopped by the soft limit"

struct qn_pg {
    char *url;
    PGconn *conn; /* NULL: none */
    int stop_fd;  /* -1: none */
};

void qn_pg_close(struct qn_pg *pg); /* the connection, not the object */

/* Until the connection's socket has one of events (POLLIN, POLLOUT), or is
 * deadline (mono ms, -1: none): QN_ETIMEOUT. stop_fd -1: none is heeded; readable:
 * QN_ELOST. */
QN_MUST_CHECK int qn_pg_wait(PGconn *conn, short events, int stop_fd, int64_t deadline);

/* libpq's message without its "ERROR: " and line ends, at most size bytes. */
void qn_pg_message(const char *message, char *out, size_t size);

#endif
