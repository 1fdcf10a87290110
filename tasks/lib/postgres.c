#include "postgres.h"

#include "common/clock.h"
#include "common/mem.h"
#include "postgres_type.h"
#include <poll.h>
#include <string.h>

int qn_pg_create(struct qn_pg **ret, const char *url, struct qn_err *reterr)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    struct qn_pg *pg;

    if (options == NULL) { /* its message may hold the password */
        return qn_fail(reterr, QN_EINVAL, "the database URL is not one that libpq understands");
    }
    PQconninfoFree(options);
    pg = qn_zalloc(1, sizeof(*pg));
    if (pg == NULL || (pg->url = qn_strdup(url)) == NULL) {
        qn_free(pg);
        return qn_fail(reterr, QN_ENOMEM, "no memory for a database connection");
    }
    pg->stop_fd = -1;
    *ret = pg;
    return QN_OK;
}

void qn_pg_close(struct qn_pg *pg)
{
    PQfinish(pg->conn);
    pg->conn = NULL;
    pg->doing = QN_PG_NOTHING;
}

void qn_pg_free(struct qn_pg *pg)
{
    if (pg == NULL) {
        return;
    }
    qn_pg_close(pg);
    qn_free(pg->url);
    qn_free(pg);
}

bool qn_pg_is_stopped(const struct qn_pg *pg)
{
    struct pollfd stop = {.fd = pg->stop_fd, .events = POLLIN};

    return poll(&stop, 1, 0) > 0;
}

struct qn_span qn_pg_text(const char *text)
{
    return (struct qn_span){text, text != NULL ? strlen(text) : 0};
}

static int announce(struct qn_pg *pg, const char *name, struct qn_err *reterr)
{
    struct qn_span param = qn_pg_text(name);

    return qn_pg_run(pg, "SELECT set_config('application_name', $1, false)", &param, 1, reterr);
}

int qn_pg_ready(struct qn_pg *pg, const char *application_name, int stop_fd, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_ECONN};
    int rc;

    pg->stop_fd = stop_fd;
    qn_pg_rollback(pg);
    /* A server that went away while the connection was idle is noticed here. */
    if (pg->conn != NULL && announce(pg, application_name, &err) == QN_OK) {
        return QN_OK;
    }
    if (err.code != QN_ECONN) {
        return qn_fail(reterr, err.code, "%s", err.msg);
    }
    rc = qn_pg_start_connect(pg, reterr);
    if (rc == QN_OK) {
        rc = qn_pg_finish(pg, stop_fd, reterr);
    }
    return rc == QN_OK ? announce(pg, application_name, reterr) : rc;
}

int qn_pg_stream(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n_params,
                 qn_pg_row_fn *fn, void *arg, struct qn_err *reterr)
{
    const struct qn_pg_sink sink = {.row = fn, .arg = arg};
    int rc = qn_pg_start(pg, sql, params, n_params, &sink, reterr);

    return rc == QN_OK ? qn_pg_finish(pg, pg->stop_fd, reterr) : rc;
}

int qn_pg_run(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n_params,
              struct qn_err *reterr)
{
    return qn_pg_stream(pg, sql, params, n_params, NULL, NULL, reterr);
}

int qn_pg_script(struct qn_pg *pg, const char *sql, struct qn_err *reterr)
{
    int rc = qn_pg_start_script(pg, sql, reterr);

    return rc == QN_OK ? qn_pg_finish(pg, pg->stop_fd, reterr) : rc;
}

/* Nothing that is open on it, or answers late, is of use. */
void qn_pg_rollback(struct qn_pg *pg)
{
    struct qn_err err = {.code = QN_OK};

    if (pg->conn == NULL || PQtransactionStatus(pg->conn) == PQTRANS_IDLE) {
        return;
    }
    if (PQtransactionStatus(pg->conn) == PQTRANS_UNKNOWN ||
        PQtransactionStatus(pg->conn) == PQTRANS_ACTIVE ||
        qn_pg_start(pg, "ROLLBACK", NULL, 0, NULL, &err) != QN_OK) {
        qn_pg_close(pg);
        return;
    }
    pg->doing = QN_PG_ENDING; /* with its deadline, and whatever the answer is */
    pg->deadline = qn_mono_ms(&qn_clock_system) + QN_PG_DRAIN_MS;
    (void)!qn_pg_finish(pg, -1, NULL);
}
