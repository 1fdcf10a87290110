/* postgres_type.h - the inside of a connection, for the postgres_*.c files only. */
#ifndef TASKS_LIB_POSTGRES_TYPE_H
#define TASKS_LIB_POSTGRES_TYPE_H

#include "postgres_flow.h"
#include <libpq-fe.h>

#define QN_PG_STOPPED "stopped by the soft limit"

enum qn_pg_doing {
    QN_PG_NOTHING,
    QN_PG_CONNECTING,
    QN_PG_RUNNING,
    QN_PG_ENDING, /* what is left of a statement that failed is read */
};

struct qn_pg {
    char *url;
    PGconn *conn; /* NULL: none */
    int stop_fd;  /* -1: none */
    enum qn_pg_doing doing;
    short events;     /* of the socket, to go on */
    int64_t deadline; /* mono ms, of connecting and ending */
    struct qn_pg_sink sink;
    bool headed;           /* the sink knows the columns */
    bool too_large;        /* a row is over the sink's maximum */
    struct qn_err outcome; /* of what is started; given when it is done */
    struct qn_pg_fault fault;
};

/* The connection does no more: the outcome is QN_ECONN with libpq's words, and it is closed. */
void qn_pg_lost(struct qn_pg *pg, const char *what);
/* The outcome of a result that is an error; the fault too. */
void qn_pg_refused(struct qn_pg *pg, const PGresult *result);

/* As qn_pg_script has it. */
QN_MUST_CHECK int qn_pg_start_script(struct qn_pg *pg, const char *sql, struct qn_err *reterr);
/* Steps and waits until what was started is done. stop_fd: -1 none is heeded. */
QN_MUST_CHECK int qn_pg_finish(struct qn_pg *pg, int stop_fd, struct qn_err *reterr);

/* libpq's message without its "ERROR: " and line ends, at most size bytes. */
void qn_pg_message(const char *message, char *out, size_t size);

#endif
