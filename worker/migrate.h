/* migrate.h - quern-worker migrate [--check] [--json]: takes the database of the tasks to
 * the migrations of this program, or says with --check which are missing.
 *
 * stdout gets a line for each migration, or with --json
 * {"migrations":[{"number":1,"name":"once","state":"there"},...]}; states are there,
 * applied and missing. Not here: PostgreSQL; who knows it is handed in.
 */
#ifndef WORKER_MIGRATE_H
#define WORKER_MIGRATE_H

#include "common/migration.h"

/* argv[0] is the word "migrate"; migrate NULL: this worker has none. Returns the exit code:
 * 0, 1 when it failed or --check found one missing, 2 for a wrong command line. */
int worker_migrate_main(int argc, char **argv, const struct qn_config *config,
                        qn_migrate_fn *migrate);

#endif
