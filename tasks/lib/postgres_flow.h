/* postgres_flow.h - what postgres.h does, without waiting: several connections side by side in
 * one thread.
 *
 *     rc = qn_pg_start_connect(pg, &err);        or  qn_pg_start(pg, sql, params, n, &sink, &err);
 *     for (;;) {
 *         rc = qn_pg_step(pg, &done, &err);
 *         if (done) ...                          what was started is over, with rc
 *         poll() what qn_pg_poll says of this one and of others, at most until qn_pg_deadline
 *     }
 *
 * One thing at a time goes on upon a connection. qn_pg_abort ends it early; go on stepping until
 * it is done. The calls of postgres.h are these, for one connection.
 *
 * The stop fd, and how long a statement may take, are the caller's to heed.
 */
#ifndef TASKS_LIB_POSTGRES_FLOW_H
#define TASKS_LIB_POSTGRES_FLOW_H

#include "postgres.h"
#include <poll.h>

/* A column of a result, as the server calls it. Borrowed for the call. */
struct qn_pg_column {
    const char *name;
    unsigned type;  /* pg_type.oid; of a domain what is below it */
    unsigned table; /* pg_class.oid of the table or view that it is a column of; 0: of none */
    int number;     /* there: pg_attribute.attnum */
};

/* Once, before the first row, also when there is none. What is not QN_OK cancels. */
typedef int qn_pg_head_fn(void *arg, const struct qn_pg_column *columns, size_t n,
                          struct qn_err *reterr);

/* What takes the result; each part may be NULL. */
struct qn_pg_sink {
    qn_pg_head_fn *head;
    qn_pg_row_fn *row;
    void *arg;
    /* About how much of one row is read before it is too much: QN_ELIMIT, cancelled on the server,
     * and the connection closed. 0: any. */
    size_t row_bytes_max;
};

/* Closes the connection that there is. */
QN_MUST_CHECK int qn_pg_start_connect(struct qn_pg *pg, struct qn_err *reterr);
/* A statement through the extended protocol. sink is copied; NULL: nobody wants the rows. */
QN_MUST_CHECK int qn_pg_start(struct qn_pg *pg, const char *sql, const struct qn_span *params,
                              size_t n_params, const struct qn_pg_sink *sink,
                              struct qn_err *reterr);

/* Goes on as far as it can without waiting. *ret_done: nothing goes on any more, and the code is
 * how it ended; else it is QN_OK. */
QN_MUST_CHECK int qn_pg_step(struct qn_pg *pg, bool *ret_done, struct qn_err *reterr);

struct pollfd qn_pg_poll(const struct qn_pg *pg);
int64_t qn_pg_deadline(const struct qn_pg *pg); /* mono ms of the step that ends it; -1: none */

/* What goes on is cancelled on the server and ends with code and text. A cancel blocks: see
 * postgres.h. */
void qn_pg_abort(struct qn_pg *pg, int code, const char *text);

#endif
