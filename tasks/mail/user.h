/* user.h - the row of users that a welcome is for.
 *
 * One run at a time has a user: others are told so and come again. It is a lock of the
 * connection, so that no transaction is open while a server of mail takes its time, and it goes
 * with the connection, whatever becomes of the executor.
 *
 * Not here: the mail.
 */
#ifndef TASKS_MAIL_USER_H
#define TASKS_MAIL_USER_H

#include "tasks/lib/address.h"
#include "tasks/lib/postgres.h"
#include <quern/job.h>

#define MAIL_TIME_SIZE 40

struct mail_user {
    int64_t id;
    struct qn_pg *pg;
    const char *job;
    bool locked;
    bool busy; /* another run has the lock */
    struct qn_address to;
    char sent_at[MAIL_TIME_SIZE]; /* "": no welcome was sent yet */
};

/* Locks and reads. QN_EAGAIN and busy while another run has the user; QN_ENOTFOUND
 * without one, QN_EINVAL for an address or name that no mail can go to. mail_user_leave is
 * owed on each of them. */
QN_MUST_CHECK int mail_user_enter(struct mail_user *user, struct qn_pg *pg,
                                  const struct qn_job *job, int64_t id, struct qn_err *reterr);

/* Writes welcome_sent_at, at the database's clock, which no stop keeps it from: the mail is
 * out. */
QN_MUST_CHECK int mail_user_mark(struct mail_user *user, struct qn_err *reterr);

/* False when the connection has to go, for the lock to go with it. */
QN_MUST_CHECK bool mail_user_leave(struct mail_user *user);

#endif
