/* What the server, or libpq, says when something fails. */
#include "common/str.h"
#include "postgres_type.h"
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

void qn_pg_lost(struct qn_pg *pg, const char *what)
{
    char why[160];

    qn_pg_message(PQerrorMessage(pg->conn), why, sizeof(why));
    qn_pg_close(pg);
    qn_fail(&pg->outcome, QN_ECONN, "PostgreSQL: %s: %s", what, why);
}

static void keep_fault(struct qn_pg *pg, const PGresult *result, const char *state)
{
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    int64_t at;

    (void)qn_str_copy(pg->fault.sqlstate, sizeof(pg->fault.sqlstate), state);
    qn_pg_message(hint != NULL ? hint : "", pg->fault.hint, sizeof(pg->fault.hint));
    if (position != NULL && qn_str_to_i64(position, &at) == QN_OK && at > 0 && at <= INT32_MAX) {
        pg->fault.position = (int)at;
    }
}

void qn_pg_refused(struct qn_pg *pg, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    char why[200];

    if (PQstatus(pg->conn) == CONNECTION_BAD || state == NULL) {
        qn_pg_lost(pg, "connection lost");
        return;
    }
    qn_pg_message(primary != NULL ? primary : "no message", why, sizeof(why));
    keep_fault(pg, result, state);
    qn_fail(&pg->outcome, meaning_of(state), "PostgreSQL: %s (%s)", why, state);
}

const struct qn_pg_fault *qn_pg_last_fault(const struct qn_pg *pg)
{
    return &pg->fault;
}

/* The SQLSTATE that qn_pg_refused put at the end; NULL: some other error. */
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
    /* what is not there, not allowed, not of that type, not possible now, or broken */
    static const char *const plain[] = {
        "08",    "22012", "25",    "3F",    "40", "42501", "42702", "42703", "42704", "42725",
        "42803", "42804", "42883", "42P01", "53", "55",    "57",    "58",    "XX001", "XX002",
    };
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
