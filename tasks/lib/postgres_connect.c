#include "postgres.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/str.h"
#include "postgres_type.h"
#include "wait.h"
#include <poll.h>
#include <string.h>

static void drop_notice(void *arg, const PGresult *notice)
{
    (void)arg;
    (void)notice;
}

void qn_pg_message(const char *message, char *out, size_t size)
{
    size_t n = 0;

    for (const char *c = message; *c != '\0' && n + 1 < size; c++) {
        out[n++] = (unsigned char)*c < ' ' ? ' ' : *c;
    }
    n = qn_utf8_cut(out, n, size - 1);
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = '\0';
}

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

int qn_pg_wait(PGconn *conn, short events, int stop_fd, int64_t deadline)
{
    return qn_wait_fd(PQsocket(conn), events, stop_fd, deadline);
}

bool qn_pg_is_stopped(const struct qn_pg *pg)
{
    struct pollfd stop = {.fd = pg->stop_fd, .events = POLLIN};

    return poll(&stop, 1, 0) > 0;
}

static int connect_step(struct qn_pg *pg, int64_t deadline, struct qn_err *reterr)
{
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;
    char why[160];

    while (step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING) {
        short events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        int rc = qn_pg_wait(pg->conn, events, pg->stop_fd, deadline);

        if (rc == QN_ELOST) {
            return qn_fail(reterr, QN_ETIMEOUT, QN_PG_STOPPED);
        }
        if (rc != QN_OK) {
            return qn_fail(reterr, QN_ECONN, "PostgreSQL: no connection within %d s",
                           QN_PG_CONNECT_MS / 1000);
        }
        step = PQconnectPoll(pg->conn);
    }
    if (step == PGRES_POLLING_OK) {
        return QN_OK;
    }
    qn_pg_message(PQerrorMessage(pg->conn), why, sizeof(why));
    return qn_fail(reterr, QN_ECONN, "PostgreSQL: no connection: %s", why);
}

/* What stands before dbname is a preset that the URL overrides; what comes after
 * it overrides the URL. */
static int open_connection(struct qn_pg *pg, struct qn_err *reterr)
{
    const char *const names[] = {"fallback_application_name", "keepalives_idle",
                                 "tcp_user_timeout",          "dbname",
                                 "client_encoding",           NULL};
    const char *const values[] = {"quern", "30", "60000", pg->url, "UTF8", NULL};
    int rc;

    pg->conn = PQconnectStartParams(names, values, 1);
    if (pg->conn == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a database connection");
    }
    PQsetNoticeReceiver(pg->conn, drop_notice, NULL);
    if (PQstatus(pg->conn) == CONNECTION_BAD) {
        char why[160];

        qn_pg_message(PQerrorMessage(pg->conn), why, sizeof(why));
        rc = qn_fail(reterr, QN_ECONN, "PostgreSQL: no connection: %s", why);
    } else {
        rc = connect_step(pg, qn_mono_ms(&qn_clock_system) + QN_PG_CONNECT_MS, reterr);
    }
    if (rc != QN_OK || PQsetnonblocking(pg->conn, 1) != 0) {
        qn_pg_close(pg);
    }
    return rc;
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
    rc = open_connection(pg, reterr);
    return rc == QN_OK ? announce(pg, application_name, reterr) : rc;
}

struct qn_span qn_pg_text(const char *text)
{
    return (struct qn_span){text, text != NULL ? strlen(text) : 0};
}
