/* migrations.h - the files migrations/NUMBER_NAME.sql, in order. One that was released is
 * never changed: databases remember its checksum.
 *
 * Each runs in a transaction of its own, in a database that has the schema quern, and
 * qualifies its names. Not here: how they are applied (migrate.c).
 */
#ifndef TASKS_MIGRATIONS_H
#define TASKS_MIGRATIONS_H

extern const char migration_0001_once[];

#endif
