/* query.h - runs statements that passed the guard, and keeps every other layer of docs/guard.md.
 *
 * Each statement gets: a slot of this host (tasks/lib/slot.h, at most source->connections of the
 * datasource among them), a connection, a look at the role (one that is too strong is QN_ESTATE:
 * nothing is run), BEGIN READ ONLY with search_path, statement_timeout, lock_timeout, work_mem,
 * the gate (guard_cost), the statement itself through the extended protocol in single-row mode
 * until max_rows or QUERY_BYTES_MAX, ROLLBACK. Then the connection is closed and the slot free:
 * nothing is left behind, and an executor that waits for something else holds none.
 *
 * Up to QUERY_AT_ONCE run at the same time. When the job's stop fd becomes readable all of them are
 * cancelled on the server. Who calls must have asked guard_check first: it is part of query_run's
 * contract, and a statement without an allowed verdict is QN_EINVAL.
 *
 * Not here: the verdict on the text (guard.h); what the rows mean (answer, chart.h).
 */
#ifndef TASKS_NL2SQL_QUERY_QUERY_H
#define TASKS_NL2SQL_QUERY_QUERY_H

#include "query_rows.h"
#include "tasks/lib/datasource.h"
#include "tasks/nl2sql/guard/guard.h"

#define QUERY_AT_ONCE 4

struct query {
    struct qn_span sql;
    struct guard_verdict verdict; /* in: of guard_check; out: that of the gate as well */
    int64_t max_rows;             /* 0: the datasource's; at most QUERY_ROWS_MAX */
    bool dry;                     /* the gate alone: planned, never run */

    bool ran;          /* the gate let it pass, and it was started */
    int rc;            /* QN_OK also when the gate refuses: verdict tells */
    struct qn_err err; /* what the server said, without values of the database */
    char sqlstate[6];  /* "" none */
    char hint[200];    /* the server's, for a repair; "" none */
    int position;      /* byte of sql the server points at, -1 none */
    struct query_rows rows;
    int64_t wait_ms, connect_ms, gate_ms, run_ms;
};

struct query_place {
    const struct qn_datasource *source;
    const struct qn_model *model; /* for the columns' roles */
    const char *application_name; /* the job's id */
    int stop_fd;                  /* -1 none */
    int64_t deadline_ms;          /* monotonic; 0: query_ms of the source each */
    bool any_role;                /* quern-worker run: a role that is too strong is only told */
};

void query_init(struct query *query, struct qn_span sql);
void query_release(struct query *query);

/* Fills rc and the rest of each. The code returned is for what concerns all (no memory, stopped:
 * QN_ETIMEOUT); what concerns one is in its rc: QN_ESTATE the role is too strong; QN_ECONN,
 * QN_EAGAIN, QN_ETIMEOUT, QN_EINVAL (the server refuses it: sqlstate) as in postgres.h; QN_ELIMIT
 * when the first row alone is over twice QUERY_BYTES_MAX (over once: no rows, and truncated).
 * warning: appended to, NULL is fine: a line on the role when any_role let it pass. */
QN_MUST_CHECK int query_run(const struct query_place *place, struct query *queries, size_t n,
                            struct qn_buf *warning, struct qn_err *reterr);

#endif
