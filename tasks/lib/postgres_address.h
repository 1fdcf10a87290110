/* postgres_address.h - where a PostgreSQL is and as whom it is asked, taken apart and made anew.
 *
 * What is made may hold a password; what is for people never does.
 */
#ifndef TASKS_LIB_POSTGRES_ADDRESS_H
#define TASKS_LIB_POSTGRES_ADDRESS_H

#include "postgres.h"

#define QN_PG_PLACE_SIZE    256
#define QN_PG_ADDRESS_MAX   ((size_t)16 * 1024)
#define QN_PG_VERIFIER_SIZE 256

/* Cut where they are longer. */
struct qn_pg_place {
    char host[QN_PG_PLACE_SIZE]; /* of a socket: its folder; "" unknown */
    char port[QN_PG_PLACE_SIZE];
    char database[QN_PG_PLACE_SIZE];
    char user[QN_PG_PLACE_SIZE];
};

/* What the text itself says; QN_EINVAL for one that libpq cannot read. */
QN_MUST_CHECK int qn_pg_place_of(const char *url, struct qn_pg_place *ret, struct qn_err *reterr);

/* Of a text, its password: QN_ENOTFOUND when it has none. */
QN_MUST_CHECK int qn_pg_password_of(const char *url, struct qn_buf *out, struct qn_err *reterr);

/* The address of an open connection, with what the environment and service files added, for
 * another user (NULL: the same user and password); as key=value. Its options and application's
 * name are left out. */
QN_MUST_CHECK int qn_pg_address(struct qn_pg *pg, const char *user, const char *password,
                                struct qn_buf *out, struct qn_err *reterr);

/* What CREATE ROLE takes in place of the password, so that no log of the server has it
 * (SCRAM-SHA-256): of [A-Za-z0-9$:+/=-]. */
QN_MUST_CHECK int qn_pg_verifier(struct qn_pg *pg, const char *user, const char *password,
                                 char out[QN_PG_VERIFIER_SIZE], struct qn_err *reterr);

#endif
