/* er_boxes.h - which tables, columns and relations a picture shows, for er.c only.
 *
 * Not here: where they go (er_layout.h), how they look (er.c).
 */
#ifndef TASKS_METADATA_ER_BOXES_H
#define TASKS_METADATA_ER_BOXES_H

#include "er.h"
#include "er_layout.h"

#define ER_FONT       12.0
#define ER_TITLE_FONT 13.0
#define ER_HEAD       32.0 /* heights of a box's parts */
#define ER_ROW        20.0
#define ER_FOOT       7.0
#define ER_NOTE       16.0 /* a second line below the name */
#define ER_PAD        11.0
#define ER_MARK       24.0 /* room for PK and FK */
#define ER_TYPE_SIZE  40

/* Rows are places of columns in the table. */
struct er_table {
    size_t table; /* in the model */
    size_t relations;
    size_t *rows, n_rows;
    size_t more; /* columns not listed */
    bool note;   /* has no line: its columns are only counted */
};

struct er_boxes {
    const struct qn_model *model;
    struct qn_arena arena;
    struct er_table *tables;
    size_t n_tables;
    const struct qn_model_relation **relations; /* as many as layout.n_lines */
    struct er_layout layout;
    bool schemas; /* there are several */
    struct metadata_er_shown shown;
};

/* Boxes and lines with their sizes, not laid out yet. Release it also after a failure. */
QN_MUST_CHECK int er_boxes_init(struct er_boxes *boxes, const struct qn_model *model);
void er_boxes_release(struct er_boxes *boxes);

/* Whether there are several schemas, and the table's is none that goes without saying. */
bool er_boxes_names_schema(const struct er_boxes *boxes, const struct qn_model_table *table);
/* Whether the column is of the primary key, of an accepted relation. */
bool er_boxes_is_key(const struct qn_model_table *table, size_t column);
bool er_boxes_refers(const struct er_boxes *boxes, size_t table, size_t column);

#endif
