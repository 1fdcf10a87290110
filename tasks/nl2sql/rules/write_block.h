/* write_block.h - measures of the same rows, by dimensions: one SELECT, before it is known what is
 * made of it.
 *
 *     measures ─ write_measure_plan ─▶ whose rows, what is aggregated ─ write_block_make ─▶ block
 *
 * Not here: series, shares, comparisons, rankings (write_shape.c); lists (write_list.c).
 */
#ifndef TASKS_NL2SQL_RULES_WRITE_BLOCK_H
#define TASKS_NL2SQL_RULES_WRITE_BLOCK_H

#include "write_filter.h"

struct write_measure {
    size_t base;                          /* the table whose rows are aggregated */
    const struct qn_model_metric *metric; /* NULL: of the frame alone */
    struct frame_measure of;
    struct sql_expr expr, filter; /* of the metric; n 0: none */
    struct frame_place time;      /* of the period; table NONE: none is needed */
    struct frame_place own;       /* of its rows; table NONE: they have none */
    struct frame_place first_own; /* that of the frame's first measure */
    const char *name;             /* of its column, unquoted */
    bool item;                    /* the item-level form */
    bool additive;                /* nothing there is 0 */
    bool rounded;
};
void write_measure_plan(struct write_run *run, size_t place, struct write_measure *ret);
/* Computed in floating point: to be made numeric before it is rounded. */
bool write_measure_is_float(const struct write_run *run, const struct write_measure *measure);
/* They can stand in one SELECT. */
bool write_measure_same(const struct write_measure *a, const struct write_measure *b);

struct write_dimension {
    const char *value;    /* what is shown */
    struct sql_list keys; /* what tells groups apart besides */
    const char *name;     /* of its column, unquoted */
    enum frame_grain grain;
};

/* Of the run's frame; a place that is reached or gets a bridge. of: whose dimension it is; the time
 * of the first measure stands for its own. NULL: none. */
void write_dimension_make(struct write_scope *scope, size_t place, const struct write_measure *of,
                          struct write_dimension *ret);

struct write_block {
    struct write_run *run;
    struct write_scope *scope;
    struct write_dimension dimensions[FRAME_DIMENSIONS_MAX];
    size_t n_dimensions;
    struct write_measure measures[FRAME_MEASURES_MAX];
    const char *raw[FRAME_MEASURES_MAX]; /* the aggregates */
    const char *shown[FRAME_MEASURES_MAX];
    size_t n_measures;
    struct sql_select select; /* all but items, order and limits */
};

/* first: of the run's frame; all that are the same as it are taken and set in taken. period NULL:
 * that of the frame. */
void write_block_make(struct write_block *block, struct write_run *run, size_t first, bool *taken,
                      const struct frame_period *period);

/* "u.city AS city", of all dimensions; with_keys: also "u.id AS key1_1", for who joins blocks. */
void write_block_items(struct write_block *block, struct sql_select *select, bool with_keys);
/* "a AS b", the name quoted when it must be. */
const char *write_as(struct write_run *run, const char *expr, const char *name);
const char *write_name(struct write_run *run, const char *name);
const char *write_key_name(struct write_run *run, size_t dimension, size_t key);

/* Names of columns for people: of a table in the singular or plural, of a column. */
const char *write_table_name(struct write_run *run, size_t table, bool plural);
const char *write_column_name(struct write_run *run, struct frame_place place);

/* How a dimension is called; the same in all blocks of a statement. */
const char *write_dimension_name(struct write_run *run, size_t place);

/* The place a dimension stands for: a label column is its table's rows, a foreign key the rows it
 * refers to (ret_relation, QN_MODEL_NONE none). */
bool write_is_rows(const struct write_run *run, struct frame_place place, size_t *ret_relation);
/* The columns that tell rows of a node's table apart. */
void write_keys(struct write_scope *scope, size_t node, struct sql_list *ret);
/* The column that names rows of a table; the run fails when there is none. */
size_t write_label(struct write_run *run, size_t table);

#endif
