/* migrations.h - the files migrations/NUMBER_NAME.sql, in order. One that was released is
 * never changed: databases remember its checksum.
 *
 * Each runs in a transaction of its own, in a database that has the schema quern, and
 * qualifies its names. What it does to tables of others, which may come later, is in two
 * functions of its own that each call of quern-worker migrate asks: whether something is
 * left to do, and to do it. Not here: how they are applied (migrate.c).
 */
#ifndef TASKS_MIGRATIONS_H
#define TASKS_MIGRATIONS_H

extern const char migration_0001_once[];
extern const char migration_0002_orders[];
extern const char migration_0003_upkeep[];
extern const char migration_0004_metadata[];
extern const char migration_0005_nl2sql[];
extern const char migration_0006_proposals[];

#endif
