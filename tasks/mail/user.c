#include "user.h"

#include "common/str.h"
#include "tasks/lib/database.h"
#include <inttypes.h>
#include <string.h>

#define TIME "to_char(welcome_sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
#define KEY  "(hashtextextended('quern mail.welcome ' || $1, 0))"

static const char lock[] = "SELECT pg_try_advisory_lock" KEY;
static const char unlock[] = "SELECT pg_advisory_unlock" KEY;
static const char look[] = "SELECT email, name, " TIME " FROM users WHERE id = $1::bigint";
static const char mark[] =
    "UPDATE users SET welcome_sent_at = coalesce(welcome_sent_at, clock_timestamp())"
    " WHERE id = $1::bigint RETURNING " TIME;

/* sql has the user's id as its only parameter. */
static int ask(const struct mail_user *user, const char *sql, struct qn_pg_rows **ret,
               struct qn_err *reterr)
{
    char text[QN_PG_NUMBER_SIZE];
    const struct qn_span id = qn_pg_number(user->id, text);

    return qn_pg_query(user->pg, sql, &id, 1, ret, reterr);
}

static int take(struct mail_user *user, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = ask(user, lock, &rows, reterr);

    user->locked = rc == QN_OK && strcmp(qn_pg_str(rows, 0, 0), "t") == 0;
    user->busy = rc == QN_OK && !user->locked;
    qn_pg_rows_free(rows);
    if (user->busy) {
        rc = qn_fail(reterr, QN_EAGAIN, "another job is at user %" PRId64, user->id);
    }
    return rc;
}

/* What PostgreSQL gives holds no NUL. */
static int keep(struct mail_user *user, const struct qn_pg_rows *rows, struct qn_err *reterr)
{
    struct qn_span address = qn_pg_value(rows, 0, 0), name = qn_pg_value(rows, 0, 1);
    struct qn_err err = {.code = QN_OK};
    int rc = qn_address_check(address.data != NULL ? address.data : "", address.len, &err);

    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "user %" PRId64 ": users.email %s", user->id, err.msg);
    }
    rc = qn_address_check_name(name.data != NULL ? name.data : "", name.len, &err);
    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "user %" PRId64 ": users.name %s", user->id, err.msg);
    }
    (void)qn_str_copy(user->to.address, sizeof(user->to.address), qn_pg_str(rows, 0, 0));
    (void)qn_str_copy(user->to.name, sizeof(user->to.name), qn_pg_str(rows, 0, 1));
    return QN_OK;
}

static int read_row(struct mail_user *user, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = ask(user, look, &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "user %" PRId64 " does not exist", user->id);
    }
    if (rc == QN_OK) {
        (void)qn_str_copy(user->sent_at, sizeof(user->sent_at), qn_pg_str(rows, 0, 2));
    }
    if (rc == QN_OK && user->sent_at[0] == '\0') {
        rc = keep(user, rows, reterr);
    }
    qn_pg_rows_free(rows);
    return rc;
}

int mail_user_enter(struct mail_user *user, struct qn_pg *pg, const struct qn_job *job, int64_t id,
                    struct qn_err *reterr)
{
    int rc;

    *user = (struct mail_user){.id = id, .pg = pg, .job = qn_job_id(job)};
    rc = qn_pg_ready(pg, user->job, qn_job_stop_fd(job), reterr);
    if (rc == QN_OK) {
        rc = take(user, reterr);
    }
    return rc == QN_OK ? read_row(user, reterr) : rc;
}

int mail_user_mark(struct mail_user *user, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_ready(user->pg, user->job, -1, reterr);

    if (rc == QN_OK) {
        rc = ask(user, mark, &rows, reterr);
    }
    if (rc == QN_OK) {
        (void)qn_str_copy(user->sent_at, sizeof(user->sent_at), qn_pg_str(rows, 0, 0));
    }
    qn_pg_rows_free(rows);
    return rc;
}

bool mail_user_leave(struct mail_user *user)
{
    struct qn_pg_rows *rows = NULL;
    struct qn_err err;

    if (!user->locked) {
        return true;
    }
    user->locked = false;
    if (qn_pg_ready(user->pg, user->job, -1, &err) != QN_OK ||
        ask(user, unlock, &rows, &err) != QN_OK) {
        return false;
    }
    qn_pg_rows_free(rows);
    return true;
}
