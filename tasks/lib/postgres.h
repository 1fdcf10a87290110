/* postgres.h - the one way to PostgreSQL.
 *
 * A struct qn_pg is one connection that opens when it is needed and again after
 * it broke. Keep one per executor, in the task's state. For each job call
 * qn_pg_ready() first; it gives a connection outside of any transaction, under
 * the job's name, that listens to the job's stop fd: when that becomes readable,
 * the running statement is cancelled on the server.
 *
 * Statements go through the extended protocol with text parameters: one statement
 * a call (but for qn_pg_script), and a value is never part of the SQL.
 *
 * Errors: QN_ECONN for no connection, or one that broke (the outcome of a
 * statement that writes is then unknown); QN_ETIMEOUT "stopped by the soft limit",
 * or the server's own statement_timeout; QN_EAGAIN for what a repeat may cure (a
 * serialization failure, a server short of something); QN_ELIMIT for a result over
 * the maximum; QN_EINVAL with PostgreSQL's message for all else: no such table, no
 * permission, bad value. No text ever holds the URL.
 *
 * A cancel needs a connection of its own, for which libpq has no time limit: with a
 * host that vanished it may take as long as TCP does, and the hard limit decides.
 *
 * Not here: SQL; COPY; notices, which are dropped.
 */
#ifndef TASKS_LIB_POSTGRES_H
#define TASKS_LIB_POSTGRES_H

#include "common/buf.h"

#define QN_PG_PARAMS_MAX  64
#define QN_PG_COLUMNS_MAX 256
#define QN_PG_ROWS_BYTES  (16 * 1024 * 1024) /* values that one qn_pg_query keeps */
#define QN_PG_CONNECT_MS  10000
#define QN_PG_DRAIN_MS    5000 /* after a cancel, then the connection is closed */

struct qn_pg;

/* url: what libpq takes, postgresql://... or key=value. Connects to nobody yet;
 * QN_EINVAL for a text that libpq cannot read. */
QN_MUST_CHECK int qn_pg_create(struct qn_pg **ret, const char *url, struct qn_err *reterr);
void qn_pg_free(struct qn_pg *pg); /* NULL is fine; ends a transaction by closing */

/* Connects if needed, leaves what transaction there was, and sets
 * application_name (cut at 63 bytes by the server). stop_fd: -1 for none. */
QN_MUST_CHECK int qn_pg_ready(struct qn_pg *pg, const char *application_name, int stop_fd,
                              struct qn_err *reterr);

/* A parameter: {NULL, 0} is NULL. A NUL byte in one is refused. */
static inline struct qn_span qn_pg_bytes(const char *data, size_t len)
{
    return (struct qn_span){data, len};
}
struct qn_span qn_pg_text(const char *text); /* NULL gives NULL */

/* One statement with all its rows, in memory of the caller's, to be freed. */
struct qn_pg_rows;
QN_MUST_CHECK int qn_pg_query(struct qn_pg *pg, const char *sql, const struct qn_span *params,
                              size_t n_params, struct qn_pg_rows **ret, struct qn_err *reterr);
void qn_pg_rows_free(struct qn_pg_rows *rows); /* NULL is fine */
size_t qn_pg_rows_count(const struct qn_pg_rows *rows);
size_t qn_pg_rows_columns(const struct qn_pg_rows *rows);
/* Borrowed until the rows are freed, with a NUL behind it. SQL NULL is
 * {NULL, 0}, and so is a place that is not there. */
struct qn_span qn_pg_value(const struct qn_pg_rows *rows, size_t row, size_t column);
const char *qn_pg_str(const struct qn_pg_rows *rows, size_t row, size_t column); /* "" for NULL */

/* The same for a statement whose rows nobody wants. */
QN_MUST_CHECK int qn_pg_run(struct qn_pg *pg, const char *sql, const struct qn_span *params,
                            size_t n_params, struct qn_err *reterr);

/* SQL of the program's own, several statements, without parameters; rows are dropped.
 * Outside of a transaction it is one of its own. */
QN_MUST_CHECK int qn_pg_script(struct qn_pg *pg, const char *sql, struct qn_err *reterr);

/* Row after row, as they come, for results of any size. values has n spans,
 * borrowed for the call. What fn returns other than QN_OK cancels the statement
 * and is returned. */
typedef int qn_pg_row_fn(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr);
QN_MUST_CHECK int qn_pg_stream(struct qn_pg *pg, const char *sql, const struct qn_span *params,
                               size_t n_params, qn_pg_row_fn *fn, void *arg, struct qn_err *reterr);

/* Of the last statement that PostgreSQL refused; all empty when it did not. */
struct qn_pg_fault {
    char sqlstate[6];
    char hint[200]; /* may name what the role may not see */
    int position;   /* character of the statement, from 1; 0: none */
};
const struct qn_pg_fault *qn_pg_last_fault(const struct qn_pg *pg);

/* The stop fd is readable: tells a QN_ETIMEOUT of the soft limit from the server's. */
bool qn_pg_is_stopped(const struct qn_pg *pg);

/* For errors that are kept or shown where values of the database may not be: PostgreSQL's messages
 * quote them. The text of a refused statement becomes one without, but for SQLSTATEs whose messages
 * name no values; other errors stay as they are. */
void qn_pg_hide_values(struct qn_err *err);

/* Leaves a transaction that is open. Does not heed the stop fd and never fails: a
 * connection that does not answer is closed. */
void qn_pg_rollback(struct qn_pg *pg);

/* Ends the connection, and with it a transaction that is open; qn_pg_ready makes a new one. */
void qn_pg_close(struct qn_pg *pg);

#endif
