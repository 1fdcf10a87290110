/* catalog_reading.h - a catalogue while it is read, for the catalog_*.c files only. */
#ifndef TASKS_LIB_CATALOG_CATALOG_READING_H
#define TASKS_LIB_CATALOG_CATALOG_READING_H

#include "catalog.h"
#include "catalog_labels.h"

struct qn_catalog_type {
    unsigned oid;
    unsigned below;   /* of a domain, else 0 */
    const char *name; /* as format_type prints it */
    const char *below_name;
    int typmod; /* of what is below */
    enum qn_family family;
    bool not_null;
    struct qn_catalog_labels labels;
};

struct qn_catalog_reading {
    struct qn_catalog *catalog;
    struct qn_pg *pg;
    const struct qn_catalog_choice *choice;
    const struct qn_catalog_hide *hide; /* NULL: nothing */
    struct qn_buf oids;                 /* of the tables, as PostgreSQL writes an array */
    struct qn_buf domains;              /* the same of types that are domains */
    struct qn_buf enums;
    size_t *by_oid;                /* places of tables */
    struct qn_catalog_type *types; /* by oid */
    size_t n_types;
    size_t n_columns;
    int64_t place; /* of the row that came last */
};

/* What every function that takes a row ends with. */
int qn_catalog_taken(const struct qn_catalog_reading *reading, struct qn_err *reterr);
/* A place more at the end of n items; the items may move. NULL as qn_arena_alloc. */
void *qn_catalog_more(struct qn_arena *arena, const void *items, size_t n, size_t size);
int64_t qn_catalog_number(struct qn_span value); /* 0 for NULL */
bool qn_catalog_true(struct qn_span value);
/* NULL: none of that oid is read. */
struct qn_catalog_table *qn_catalog_of(const struct qn_catalog_reading *reading,
                                       struct qn_span oid);
/* Family, type, domain, length and such of a column of that type; its labels but for checks. */
void qn_catalog_set_type(const struct qn_catalog_reading *reading, struct qn_catalog_column *column,
                         unsigned oid, int typmod);
/* The column of that attnum; QN_CATALOG_NONE. */
size_t qn_catalog_numbered(const struct qn_catalog_table *table, int64_t number);

/* Takers of rows, in the order of the statements. */
qn_pg_row_fn qn_catalog_take_database, qn_catalog_take_table, qn_catalog_take_size,
    qn_catalog_take_type, qn_catalog_take_label, qn_catalog_take_column, qn_catalog_take_index,
    qn_catalog_take_reference, qn_catalog_take_text;

/* Marks what is hidden and takes out what tells of it. */
QN_MUST_CHECK int qn_catalog_hide(struct qn_catalog_reading *reading, struct qn_err *reterr);
QN_MUST_CHECK int qn_catalog_hash(struct qn_catalog *catalog, struct qn_err *reterr);

#endif
