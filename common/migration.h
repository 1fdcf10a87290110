/* migration.h - the numbered steps that a database takes to fit this program, as a worker
 * tells of them: who makes them is handed to it with its tasks.
 *
 * Not here: their SQL, and how they are applied (tasks/migrate.c).
 */
#ifndef COMMON_MIGRATION_H
#define COMMON_MIGRATION_H

#include "config.h"

enum qn_migration_state {
    QN_MIGRATION_THERE,   /* applied before */
    QN_MIGRATION_APPLIED, /* by this call */
    QN_MIGRATION_MISSING,
};

struct qn_migration {
    int number; /* from 1, without gaps */
    const char *name;
    enum qn_migration_state state;
};

typedef void qn_migration_fn(void *arg, const struct qn_migration *migration);

/* Applies what is missing in order, or (look_only) changes nothing; tells fn of each of
 * them in order. Any number of callers at once apply each of them once. */
typedef int qn_migrate_fn(const struct qn_config *config, bool look_only, qn_migration_fn *fn,
                          void *arg, struct qn_err *reterr);

#endif
