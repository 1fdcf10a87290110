/* report_view.h - what a report shows, put side by side and counted, for report*.c only.
 *
 * Tables and columns are those of the model; what the catalogue and the profile know of them is
 * found by name.
 */
#ifndef TASKS_METADATA_REPORT_VIEW_H
#define TASKS_METADATA_REPORT_VIEW_H

#include "report.h"

#define REPORT_COLUMNS_MOST 300 /* rows in the section of a table */

struct report_table {
    const struct qn_model_table *model;
    const struct qn_catalog_table *catalog; /* NULL: not known, as those below */
    const struct qn_profile_table *profile;
    size_t *columns; /* of each column of the model its place in the catalogue, QN_MODEL_NONE */
    size_t parents, children; /* accepted relations */
    size_t alerts;            /* to look at */
};

struct report_view {
    const struct metadata_report_source *source;
    const struct qn_model *model;
    struct qn_arena arena;
    struct report_table *tables; /* as many as the model's */
    bool *linked;                /* there is a section for it */
    bool schemas;                /* there are several: those but public are named */
    size_t n_columns, n_views;
    double rows; /* of tables where they are known */
    bool estimated;
    double bytes;
    size_t accepted, suggested, declared;
    size_t alerts; /* to look at */
    size_t notes;  /* alerts that only tell */
    size_t personal;
    size_t tiers[QN_PROFILE_TIERS]; /* tables */
};

QN_MUST_CHECK int report_view_init(struct report_view *view,
                                   const struct metadata_report_source *source);
void report_view_release(struct report_view *view);

/* NULL when it was not profiled. */
const struct qn_profile_column *report_profile(const struct report_table *table, size_t column);
/* Whether the name of a table needs its schema. */
bool report_has_schema(const struct report_view *view, size_t table);
/* Exact or estimated; -1 unknown. */
double report_rows(const struct report_table *table);

#endif
