/* catalog_sql.h - the statements that read a catalogue: the files sql/NAME.sql, which also say
 * their parameters and columns. They hold for PostgreSQL 12 and later.
 *
 * Not here: when they run (catalog_read.c).
 */
#ifndef TASKS_LIB_CATALOG_CATALOG_SQL_H
#define TASKS_LIB_CATALOG_CATALOG_SQL_H

extern const char catalog_sql_begin[];
extern const char catalog_sql_database[];
extern const char catalog_sql_tables[];
extern const char catalog_sql_sizes[];
extern const char catalog_sql_types[];
extern const char catalog_sql_labels[];
extern const char catalog_sql_columns[];
extern const char catalog_sql_indexes[];
extern const char catalog_sql_references[];
extern const char catalog_sql_texts[];
extern const char catalog_sql_every_column[];
extern const char catalog_sql_heirs[]; /* of datasources' roles too */

#endif
