#include "postgres_flow.h"

#include "common/clock.h"
#include "common/mem.h"
#include "postgres_type.h"
#include "wait.h"
#include <malloc.h>
#include <string.h>

/* ---- connecting ---- */

static void drop_notice(void *arg, const PGresult *notice)
{
    (void)arg;
    (void)notice;
}

/* What stands before dbname is a preset that the URL overrides; what comes after
 * it overrides the URL. */
int qn_pg_start_connect(struct qn_pg *pg, struct qn_err *reterr)
{
    const char *const names[] = {"fallback_application_name", "keepalives_idle",
                                 "tcp_user_timeout",          "dbname",
                                 "client_encoding",           NULL};
    const char *const values[] = {"quern", "30", "60000", pg->url, "UTF8", NULL};

    qn_pg_close(pg);
    pg->outcome = (struct qn_err){.code = QN_OK};
    pg->conn = PQconnectStartParams(names, values, 1);
    if (pg->conn == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a database connection");
    }
    PQsetNoticeReceiver(pg->conn, drop_notice, NULL);
    if (PQstatus(pg->conn) == CONNECTION_BAD) {
        qn_pg_lost(pg, "no connection");
        return qn_fail(reterr, QN_ECONN, "%s", pg->outcome.msg);
    }
    pg->doing = QN_PG_CONNECTING;
    pg->events = POLLOUT;
    pg->deadline = qn_mono_ms(&qn_clock_system) + QN_PG_CONNECT_MS;
    return QN_OK;
}

/* libpq must not be asked before the socket is ready. */
static void step_connect(struct qn_pg *pg)
{
    struct pollfd ready = qn_pg_poll(pg);
    PostgresPollingStatusType step;

    if (poll(&ready, 1, 0) <= 0) {
        if (qn_mono_ms(&qn_clock_system) >= pg->deadline) {
            qn_pg_close(pg);
            qn_fail(&pg->outcome, QN_ECONN, "PostgreSQL: no connection within %d s",
                    QN_PG_CONNECT_MS / 1000);
        }
        return;
    }
    step = PQconnectPoll(pg->conn);
    if (step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING) {
        pg->events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    } else if (step != PGRES_POLLING_OK || PQsetnonblocking(pg->conn, 1) != 0) {
        qn_pg_lost(pg, "no connection");
    } else {
        pg->doing = QN_PG_NOTHING;
    }
}

/* ---- a statement ---- */

/* All that the heap has given out, to libraries too. */
static size_t heap_bytes(void)
{
    const struct mallinfo2 heap = mallinfo2();

    return heap.uordblks + heap.hblkhd;
}

/* libpq makes room for a whole row as soon as it has read how long it is, and does not say so. That
 * memory is not touched before the row comes: seen here, it never does. */
static bool is_busy(struct qn_pg *pg)
{
    const size_t max = pg->sink.row_bytes_max;
    size_t before;
    bool busy;

    if (max == 0 || pg->doing != QN_PG_RUNNING) {
        return PQisBusy(pg->conn);
    }
    before = heap_bytes();
    busy = PQisBusy(pg->conn);
    pg->too_large = pg->too_large || heap_bytes() >= before + max;
    return busy;
}

static void begin_statement(struct qn_pg *pg, const struct qn_pg_sink *sink)
{
    pg->sink = sink != NULL ? *sink : (struct qn_pg_sink){.arg = NULL};
    pg->headed = false;
    pg->too_large = false;
    pg->outcome = (struct qn_err){.code = QN_OK};
    pg->fault = (struct qn_pg_fault){.position = 0};
    pg->doing = QN_PG_RUNNING;
    pg->events = POLLIN;
}

static int not_sent(struct qn_pg *pg, struct qn_err *reterr)
{
    qn_pg_lost(pg, "connection lost");
    return qn_fail(reterr, QN_ECONN, "%s", pg->outcome.msg);
}

/* libpq wants its text parameters to end with a NUL. */
static int copy_params(const struct qn_span *params, size_t n_params, char **copies,
                       struct qn_err *reterr)
{
    if (n_params > QN_PG_PARAMS_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "more than %d parameters", QN_PG_PARAMS_MAX);
    }
    for (size_t i = 0; i < n_params; i++) {
        if (params[i].data == NULL) {
            continue;
        }
        if (memchr(params[i].data, '\0', params[i].len) != NULL) {
            return qn_fail(reterr, QN_EINVAL, "parameter %zu holds a NUL byte", i + 1);
        }
        copies[i] = qn_strndup(params[i].data, params[i].len);
        if (copies[i] == NULL) {
            return qn_fail(reterr, QN_ENOMEM, "no memory for parameter %zu", i + 1);
        }
    }
    return QN_OK;
}

int qn_pg_start(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n_params,
                const struct qn_pg_sink *sink, struct qn_err *reterr)
{
    char *copies[QN_PG_PARAMS_MAX] = {NULL};
    int rc;

    if (pg->conn == NULL) {
        return qn_fail(reterr, QN_ECONN, "PostgreSQL: not connected");
    }
    rc = copy_params(params, n_params, copies, reterr);
    if (rc == QN_OK) {
        begin_statement(pg, sink);
        if (PQsendQueryParams(pg->conn, sql, (int)n_params, NULL, (const char *const *)copies, NULL,
                              NULL, 0) == 0 ||
            PQsetSingleRowMode(pg->conn) == 0) {
            rc = not_sent(pg, reterr);
        }
    }
    for (size_t i = 0; i < n_params && i < QN_PG_PARAMS_MAX; i++) {
        qn_free(copies[i]);
    }
    return rc;
}

int qn_pg_start_script(struct qn_pg *pg, const char *sql, struct qn_err *reterr)
{
    if (pg->conn == NULL) {
        return qn_fail(reterr, QN_ECONN, "PostgreSQL: not connected");
    }
    begin_statement(pg, NULL);
    return PQsendQuery(pg->conn, sql) == 1 ? QN_OK : not_sent(pg, reterr);
}

/* Asks the server to end the statement. */
static bool cancel(const struct qn_pg *pg)
{
    PGcancel *handle = PQgetCancel(pg->conn);
    char why[256];
    bool asked = handle != NULL && PQcancel(handle, why, sizeof(why)) == 1;

    PQfreeCancel(handle);
    return asked;
}

/* The statement is still open after a failure. Where the server itself ended it, its last word is
 * on the way; a cancel would come too late, and maybe hit the next. */
static void end_statement(struct qn_pg *pg, bool server_said)
{
    if (pg->conn == NULL) {
        return;
    }
    if (!server_said && PQtransactionStatus(pg->conn) == PQTRANS_ACTIVE && !cancel(pg)) {
        qn_pg_close(pg);
        return;
    }
    pg->doing = QN_PG_ENDING;
    pg->deadline = qn_mono_ms(&qn_clock_system) + QN_PG_DRAIN_MS;
}

static int give_head(struct qn_pg *pg, const PGresult *result, struct qn_err *reterr)
{
    struct qn_pg_column columns[QN_PG_COLUMNS_MAX];
    int n = PQnfields(result);

    pg->headed = true;
    for (int i = 0; i < n; i++) {
        columns[i] = (struct qn_pg_column){
            .name = PQfname(result, i),
            .type = PQftype(result, i),
            .table = PQftable(result, i),
            .number = PQftablecol(result, i),
        };
    }
    return pg->sink.head(pg->sink.arg, columns, (size_t)n, reterr);
}

static int give_row(struct qn_pg *pg, const PGresult *result, int row, struct qn_err *reterr)
{
    struct qn_span values[QN_PG_COLUMNS_MAX];
    int n = PQnfields(result);

    for (int i = 0; i < n; i++) {
        values[i] = (struct qn_span){NULL, 0};
        if (!PQgetisnull(result, row, i)) {
            values[i] =
                qn_pg_bytes(PQgetvalue(result, row, i), (size_t)PQgetlength(result, row, i));
        }
    }
    return pg->sink.row(pg->sink.arg, values, (size_t)n, reterr);
}

static int give(struct qn_pg *pg, const PGresult *result, struct qn_err *reterr)
{
    int rc = QN_OK;

    if (PQnfields(result) > QN_PG_COLUMNS_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "more than %d columns", QN_PG_COLUMNS_MAX);
    }
    if (pg->sink.head != NULL && !pg->headed && PQresultStatus(result) != PGRES_COMMAND_OK) {
        rc = give_head(pg, result, reterr);
    }
    for (int row = 0; row < PQntuples(result) && pg->sink.row != NULL && rc == QN_OK; row++) {
        rc = give_row(pg, result, row, reterr);
    }
    return rc;
}

/* One result of the statement: a row, or how it ended. */
static void take_result(struct qn_pg *pg, const PGresult *result)
{
    struct qn_err err = {.code = QN_OK};
    int rc = QN_OK;

    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        rc = give(pg, result, &err);
        break;
    case PGRES_EMPTY_QUERY:
        rc = qn_fail(&err, QN_EINVAL, "an empty statement");
        break;
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR:
        qn_pg_refused(pg, result);
        end_statement(pg, true);
        return;
    default:
        qn_pg_close(pg); /* COPY: the connection waits for data that never comes */
        rc = qn_fail(&err, QN_EUNSUPPORTED, "COPY is not possible here");
    }
    if (rc != QN_OK) {
        qn_fail(&pg->outcome, rc, "%s", err.msg);
        end_statement(pg, false);
    }
}

/* What is left after the end is dropped. */
static void drop_result(struct qn_pg *pg, const PGresult *result)
{
    if (PQresultStatus(result) == PGRES_COPY_IN || PQresultStatus(result) == PGRES_COPY_OUT) {
        qn_pg_close(pg);
    }
}

static void take_results(struct qn_pg *pg)
{
    while (pg->doing != QN_PG_NOTHING && !is_busy(pg)) {
        PGresult *result = PQgetResult(pg->conn);

        if (result == NULL) {
            pg->doing = QN_PG_NOTHING;
            return;
        }
        if (pg->doing == QN_PG_RUNNING) {
            take_result(pg, result);
        } else {
            drop_result(pg, result);
        }
        PQclear(result);
    }
}

static void step_statement(struct qn_pg *pg)
{
    const bool running = pg->doing == QN_PG_RUNNING;
    int unsent = PQflush(pg->conn);

    if (unsent < 0 || PQconsumeInput(pg->conn) == 0) {
        if (running) {
            qn_pg_lost(pg, "connection lost");
        } else {
            qn_pg_close(pg);
        }
        return;
    }
    take_results(pg);
    pg->events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
    if (pg->doing == QN_PG_RUNNING && pg->too_large) {
        (void)cancel(pg);
        qn_pg_close(pg); /* the server would send the rest of the row first */
        qn_fail(&pg->outcome, QN_ELIMIT, "a row is larger than %zu MiB",
                pg->sink.row_bytes_max >> 20);
    } else if (pg->doing == QN_PG_ENDING && qn_mono_ms(&qn_clock_system) >= pg->deadline) {
        qn_pg_close(pg);
    }
}

/* ---- for both ---- */

int qn_pg_step(struct qn_pg *pg, bool *ret_done, struct qn_err *reterr)
{
    if (pg->doing == QN_PG_CONNECTING) {
        step_connect(pg);
    } else if (pg->doing != QN_PG_NOTHING) {
        step_statement(pg);
    }
    *ret_done = pg->doing == QN_PG_NOTHING;
    return !*ret_done || pg->outcome.code == QN_OK
               ? QN_OK
               : qn_fail(reterr, pg->outcome.code, "%s", pg->outcome.msg);
}

struct pollfd qn_pg_poll(const struct qn_pg *pg)
{
    return (struct pollfd){.fd = pg->conn != NULL ? PQsocket(pg->conn) : -1, .events = pg->events};
}

int64_t qn_pg_deadline(const struct qn_pg *pg)
{
    return pg->doing == QN_PG_CONNECTING || pg->doing == QN_PG_ENDING ? pg->deadline : -1;
}

void qn_pg_abort(struct qn_pg *pg, int code, const char *text)
{
    if (pg->doing == QN_PG_CONNECTING) {
        qn_pg_close(pg);
        qn_fail(&pg->outcome, code, "%s", text);
    } else if (pg->doing == QN_PG_RUNNING) {
        qn_fail(&pg->outcome, code, "%s", text);
        end_statement(pg, false);
    }
}

int qn_pg_finish(struct qn_pg *pg, int stop_fd, struct qn_err *reterr)
{
    for (;;) {
        bool done;
        int rc = qn_pg_step(pg, &done, reterr);
        struct pollfd next = qn_pg_poll(pg);

        if (done) {
            return rc;
        }
        if (pg->doing == QN_PG_ENDING) {
            stop_fd = -1;
        }
        rc = qn_wait_fd(next.fd, next.events, stop_fd, qn_pg_deadline(pg));
        if (rc == QN_ELOST) {
            qn_pg_abort(pg, QN_ETIMEOUT, QN_PG_STOPPED);
        } else if (rc == QN_ESYS) {
            qn_pg_abort(pg, QN_ESYS, "the connection cannot be waited for");
        }
    }
}
