/* role.h - the role that a datasource is asked as: made, limited, granted its columns, dropped.
 *
 * It may log in and SELECT the columns that it is to see, no more; what it may not is refused
 * by PostgreSQL, whatever a program or a person asks. A comment on it says whose it is:
 * a role that another one made is never changed and never dropped.
 *
 * Names become SQL through qn_catalog_add_name, and the password as a verifier only.
 *
 * Not here: which columns (role_tables.h); what it can do in the end (role_check.h).
 */
#ifndef TASKS_METADATA_ROLE_H
#define TASKS_METADATA_ROLE_H

#include "datasource_record.h"

#define ROLE_SPARE_CONNECTIONS 2 /* over the datasource's, so that a check gets in */
#define ROLE_PASSWORD_SIZE     33

enum role_state {
    ROLE_NONE,
    ROLE_OURS,   /* made for this datasource */
    ROLE_OTHERS, /* somebody else's */
};

struct role_wish {
    const struct datasource_record *record; /* name, role, schemas, globs and limits of it */
    const char *password;                   /* NULL: as it is */
    struct qn_buf *verdicts;                /* what could not be done is added */
};

struct role_count {
    int64_t tables, columns, hidden;
    int64_t refused; /* tables that the administrator may not grant */
};

/* 32 hex digits. */
QN_MUST_CHECK int role_password(char out[ROLE_PASSWORD_SIZE], struct qn_err *reterr);

QN_MUST_CHECK int role_look(struct qn_pg *admin, const struct datasource_record *record,
                            enum role_state *ret, struct qn_err *reterr);

/* Makes the role, or takes all rights from the one that is there (state), then gives it what
 * the wish says: all in one transaction. */
QN_MUST_CHECK int role_make(struct qn_pg *admin, const struct role_wish *wish,
                            enum role_state state, struct role_count *ret, struct qn_err *reterr);
/* The limits alone. */
QN_MUST_CHECK int role_limit(struct qn_pg *admin, const struct role_wish *wish,
                             struct qn_err *reterr);
QN_MUST_CHECK int role_drop(struct qn_pg *admin, const char *role, struct qn_err *reterr);
/* For a person who has the rights: the SQL of role_drop. */
void role_drop_sql(const char *role, const char *database, struct qn_buf *out);

#endif
