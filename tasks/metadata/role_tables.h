/* role_tables.h - which tables and columns a datasource's role is to see, and which it sees.
 *
 * A table is chosen by schemas and globs. Hidden are the columns that the operator or the hints
 * name, those whose names say that a secret is in them, views that are made of hidden columns, and
 * columns that are inherited or generated from hidden ones. Hidden is hidden: what is not sure is
 * left out.
 *
 * Not here: granting (role_grants.h); definitions of tables (tasks/lib/catalog).
 */
#ifndef TASKS_METADATA_ROLE_TABLES_H
#define TASKS_METADATA_ROLE_TABLES_H

#include "datasource_record.h"

#define ROLE_COLUMNS_MAX 400000

enum role_hidden {
    ROLE_SEEN,
    ROLE_HIDDEN,     /* somebody said so */
    ROLE_SECRET,     /* its name does */
    ROLE_HIDDEN_HEIR /* made of hidden columns: of a view, inherited or generated */
};

struct role_column {
    const char *name;
    int number; /* attnum */
    enum role_hidden hidden;
    bool readable; /* by who asked */
};

struct role_table {
    const char *schema, *name;
    int64_t oid;
    bool grantable; /* by who asked */
    bool chosen;
    size_t first, n; /* of its columns */
};

struct role_tables {
    struct qn_arena arena;
    struct role_table *tables; /* by schema, name */
    size_t n_tables;
    struct role_column *columns;
    size_t n_columns;
    size_t tables_room, columns_room;
};

/* pg: who asks. To be released, also after a failure. */
QN_MUST_CHECK int role_tables_read(struct role_tables *ret, struct qn_pg *pg,
                                   const struct datasource_record *record, struct qn_err *reterr);
void role_tables_release(struct role_tables *tables);

/* Pure: whether a column of that name and type is one of passwords, keys or tokens. */
bool role_is_secret(const char *column, const char *type);
/* Pure: pattern is COLUMN, TABLE.COLUMN or SCHEMA.TABLE.COLUMN, with * and ?. */
bool role_column_matches(const char *pattern, const struct role_table *table, const char *column);

/* Appends "hidden" patterns of hints (nlq-hints/1) to list: what they hide is refused by
 * PostgreSQL itself. The texts are the arena's. */
QN_MUST_CHECK int role_hidden_of_hints(const char *hints, struct qn_arena *arena,
                                       struct datasource_list *list, struct qn_err *reterr);

#endif
