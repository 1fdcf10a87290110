#include "postgres.h"

#include "common/clock.h"
#include "common/mem.h"
#include "postgres_type.h"
#include <poll.h>
#include <string.h>

/* What a SQLSTATE that begins so means to the caller. The longest comes first. */
static const struct {
    const char *state;
    int code;
} meanings[] = {
    {"57014", QN_ETIMEOUT}, /* query_canceled: by statement_timeout, or by hand */
    {"25P03", QN_ECONN},    /* idle_in_transaction_session_timeout */
    {"57P01", QN_ECONN},    {"57P02", QN_ECONN}, {"57P03", QN_ECONN},
    {"57P05", QN_ECONN},    {"53300", QN_ECONN}, {"55P03", QN_EAGAIN}, /* lock_not_available */
    {"08", QN_EAGAIN}, /* of a connection that the server made: a foreign server is down */
    {"40", QN_EAGAIN},      {"53", QN_EAGAIN},   {"58", QN_EAGAIN},
};

static int meaning_of(const char *state)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0) {
            return meanings[i].code;
        }
    }
    return QN_EINVAL;
}

static int broken(struct qn_pg *pg, struct qn_err *reterr)
{
    char why[160];

    qn_pg_message(PQerrorMessage(pg->conn), why, sizeof(why));
    qn_pg_close(pg);
    return qn_fail(reterr, QN_ECONN, "PostgreSQL: connection lost: %s", why);
}

static int refused(struct qn_pg *pg, const PGresult *result, struct qn_err *reterr)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    char why[200];

    if (PQstatus(pg->conn) == CONNECTION_BAD || state == NULL) {
        return broken(pg, reterr);
    }
    qn_pg_message(primary != NULL ? primary : "no message", why, sizeof(why));
    return qn_fail(reterr, meaning_of(state), "PostgreSQL: %s (%s)", why, state);
}

/* The SQLSTATE that refused() put at the end; NULL: some other error. */
static const char *state_of(const struct qn_err *err)
{
    const size_t ending = sizeof("(00000)") - 1;
    size_t len = strlen(err->msg);

    if (len < ending || strncmp(err->msg, "PostgreSQL: ", 12) != 0 ||
        err->msg[len - ending] != '(' || err->msg[len - 1] != ')') {
        return NULL;
    }
    return err->msg + len - ending + 1;
}

void qn_pg_hide_values(struct qn_err *err)
{
    /* what is not there, not allowed, not possible now, or broken */
    static const char *const plain[] = {"08",    "22012", "25",    "3F",    "40", "42501",
                                        "42703", "42704", "42883", "42P01", "53", "55",
                                        "57",    "58",    "XX001", "XX002"};
    const char *state = state_of(err);
    char kept[6];

    if (state == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (strncmp(state, plain[i], strlen(plain[i])) == 0) {
            return;
        }
    }
    memcpy(kept, state, sizeof(kept) - 1);
    kept[sizeof(kept) - 1] = '\0';
    qn_fail(err, err->code,
            "PostgreSQL: the statement was refused; the message may quote values and is left out "
            "(%s)",
            kept);
}

/* Reads what is left of the statement. False when the connection is of no more
 * use. */
static bool drain(struct qn_pg *pg, int64_t deadline)
{
    for (;;) {
        PGresult *result;

        while (PQisBusy(pg->conn)) {
            if (qn_pg_wait(pg->conn, POLLIN, -1, deadline) != QN_OK ||
                PQconsumeInput(pg->conn) == 0) {
                return false;
            }
        }
        result = PQgetResult(pg->conn);
        if (result == NULL) {
            return true;
        }
        if (PQresultStatus(result) == PGRES_COPY_IN || PQresultStatus(result) == PGRES_COPY_OUT) {
            PQclear(result);
            return false;
        }
        PQclear(result);
    }
}

/* Ends the statement on the server; without an answer the connection goes. */
static void cancel(struct qn_pg *pg)
{
    PGcancel *handle = PQgetCancel(pg->conn);
    char why[256];
    bool asked = handle != NULL && PQcancel(handle, why, sizeof(why)) == 1;

    PQfreeCancel(handle);
    if (!asked || !drain(pg, qn_mono_ms(&qn_clock_system) + QN_PG_DRAIN_MS)) {
        qn_pg_close(pg);
    }
}

/* Until libpq has a result, or the statement is over. */
static int await(struct qn_pg *pg, struct qn_err *reterr)
{
    int unsent = PQflush(pg->conn);

    while (unsent > 0 || (unsent == 0 && PQisBusy(pg->conn))) {
        int rc = qn_pg_wait(pg->conn, unsent > 0 ? POLLIN | POLLOUT : POLLIN, pg->stop_fd, -1);

        if (rc == QN_ELOST) {
            cancel(pg);
            return qn_fail(reterr, QN_ETIMEOUT, QN_PG_STOPPED);
        }
        if (rc != QN_OK || PQconsumeInput(pg->conn) == 0) {
            return broken(pg, reterr);
        }
        unsent = PQflush(pg->conn);
    }
    return unsent < 0 ? broken(pg, reterr) : QN_OK;
}

/* libpq wants its text parameters to end with a NUL. */
static int send_statement(struct qn_pg *pg, const char *sql, const struct qn_span *params,
                          size_t n_params, struct qn_err *reterr)
{
    const char *values[QN_PG_PARAMS_MAX] = {NULL};
    char *copies[QN_PG_PARAMS_MAX] = {NULL};
    int rc = QN_OK;

    if (n_params > QN_PG_PARAMS_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "more than %d parameters", QN_PG_PARAMS_MAX);
    }
    for (size_t i = 0; i < n_params && rc == QN_OK; i++) {
        if (params[i].data == NULL) {
            continue;
        }
        if (memchr(params[i].data, '\0', params[i].len) != NULL) {
            rc = qn_fail(reterr, QN_EINVAL, "parameter %zu holds a NUL byte", i + 1);
        } else if ((copies[i] = qn_strndup(params[i].data, params[i].len)) == NULL) {
            rc = qn_fail(reterr, QN_ENOMEM, "no memory for parameter %zu", i + 1);
        }
        values[i] = copies[i];
    }
    if (rc == QN_OK &&
        (PQsendQueryParams(pg->conn, sql, (int)n_params, NULL, values, NULL, NULL, 0) == 0 ||
         PQsetSingleRowMode(pg->conn) == 0)) {
        rc = broken(pg, reterr);
    }
    for (size_t i = 0; i < n_params; i++) {
        qn_free(copies[i]);
    }
    return rc;
}

struct sink {
    qn_pg_row_fn *fn; /* NULL: rows are dropped */
    void *arg;
};

static int give_rows(const PGresult *result, const struct sink *sink, struct qn_err *reterr)
{
    struct qn_span values[QN_PG_COLUMNS_MAX];
    int n = PQnfields(result);

    if (n > QN_PG_COLUMNS_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "more than %d columns", QN_PG_COLUMNS_MAX);
    }
    for (int row = 0; row < PQntuples(result) && sink->fn != NULL; row++) {
        int rc;

        for (int i = 0; i < n; i++) {
            values[i] = (struct qn_span){NULL, 0};
            if (!PQgetisnull(result, row, i)) {
                values[i] =
                    qn_pg_bytes(PQgetvalue(result, row, i), (size_t)PQgetlength(result, row, i));
            }
        }
        rc = sink->fn(sink->arg, values, (size_t)n, reterr);
        if (rc != QN_OK) {
            return rc;
        }
    }
    return QN_OK;
}

/* One result of the statement: a row, or how it ended. */
static int take_result(struct qn_pg *pg, const PGresult *result, const struct sink *sink,
                       struct qn_err *reterr)
{
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        return give_rows(result, sink, reterr);
    case PGRES_EMPTY_QUERY:
        return qn_fail(reterr, QN_EINVAL, "an empty statement");
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR:
        return refused(pg, result, reterr);
    default:
        qn_pg_close(pg); /* COPY: the connection waits for data that never comes */
        return qn_fail(reterr, QN_EUNSUPPORTED, "COPY is not possible here");
    }
}

/* The statement is still open after a failure. Where the server itself ended it,
 * its last word is on the way; a cancel would come too late, and maybe hit the next. */
static void end_statement(struct qn_pg *pg, bool server_said)
{
    if (pg->conn == NULL || PQtransactionStatus(pg->conn) != PQTRANS_ACTIVE) {
        return;
    }
    if (!server_said) {
        cancel(pg);
    } else if (!drain(pg, qn_mono_ms(&qn_clock_system) + QN_PG_DRAIN_MS)) {
        qn_pg_close(pg);
    }
}

static int take_results(struct qn_pg *pg, const struct sink *sink, struct qn_err *reterr)
{
    for (;;) {
        int rc = await(pg, reterr);
        PGresult *result;
        bool failed;

        if (rc != QN_OK) {
            return rc;
        }
        result = PQgetResult(pg->conn);
        if (result == NULL) {
            return QN_OK;
        }
        failed = PQresultStatus(result) == PGRES_FATAL_ERROR;
        rc = take_result(pg, result, sink, reterr);
        PQclear(result);
        if (rc != QN_OK) {
            end_statement(pg, failed);
            return rc;
        }
    }
}

int qn_pg_stream(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n_params,
                 qn_pg_row_fn *fn, void *arg, struct qn_err *reterr)
{
    const struct sink sink = {fn, arg};
    int rc;

    if (pg->conn == NULL) {
        return qn_fail(reterr, QN_ECONN, "PostgreSQL: not connected");
    }
    rc = send_statement(pg, sql, params, n_params, reterr);
    return rc == QN_OK ? take_results(pg, &sink, reterr) : rc;
}

int qn_pg_run(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n_params,
              struct qn_err *reterr)
{
    return qn_pg_stream(pg, sql, params, n_params, NULL, NULL, reterr);
}

int qn_pg_script(struct qn_pg *pg, const char *sql, struct qn_err *reterr)
{
    const struct sink none = {NULL, NULL};

    if (pg->conn == NULL) {
        return qn_fail(reterr, QN_ECONN, "PostgreSQL: not connected");
    }
    return PQsendQuery(pg->conn, sql) == 1 ? take_results(pg, &none, reterr) : broken(pg, reterr);
}

void qn_pg_rollback(struct qn_pg *pg)
{
    int64_t deadline = qn_mono_ms(&qn_clock_system) + QN_PG_DRAIN_MS;

    if (pg->conn == NULL || PQtransactionStatus(pg->conn) == PQTRANS_IDLE) {
        return;
    }
    if (PQtransactionStatus(pg->conn) == PQTRANS_UNKNOWN ||
        PQsendQueryParams(pg->conn, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 0) == 0 ||
        PQflush(pg->conn) != 0 || !drain(pg, deadline)) {
        qn_pg_close(pg);
    }
}
