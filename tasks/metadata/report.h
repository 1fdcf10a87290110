/* report.h - what a database holds, as one HTML file for people.
 *
 * It needs nothing else and runs nothing: no script, no address, pictures are inline SVG. Light,
 * dark and paper are the style's. All that comes from the database is text, never markup.
 *
 * From the top: counts; a picture of tables and relations (er.h); what changed since the run
 * before; alerts; personal data; relations with their evidence; metrics; an index of tables; a
 * section for each table with a row for each column: role, description, fill, spread, a small
 * chart. Hidden tables and columns are shown and marked: this is for who runs the database.
 *
 * Bounded: it takes no more room than out has left. Where that is too little for all, sections of
 * the tables with the most relations and rows stay, lists are cut, and the page says so.
 *
 * Not here: masking (what is given is shown, see pii.h); storing the file; other forms
 * (model_export.h).
 */
#ifndef TASKS_METADATA_REPORT_H
#define TASKS_METADATA_REPORT_H

#include "tasks/lib/model/model.h"

#define METADATA_REPORT_MAX ((size_t)16 * 1024 * 1024) /* what out is meant to be made with */
#define METADATA_REPORT_MIN ((size_t)64 * 1024)        /* less room than this may not be enough */

/* All borrowed. Only the model is needed: what the others would show is left out where they are
 * NULL. */
struct metadata_report_source {
    const struct qn_model *model;
    const struct qn_catalog *catalog;
    const struct qn_profile_table *profiles; /* one for each table of the catalogue, in its order */
    const struct qn_relations *relations; /* for what went wrong; the relations are the model's */
    int64_t made_ms;                      /* wall */
    const char *diff_json;                /* model_diff.h; "": no run before */
    bool show_personal; /* as the profiles were asked: the page says whether values are masked */
};

/* Appends the page. Failure is in out's status, which is also returned; QN_ENOMEM or QN_ELIMIT of
 * the work itself may be returned as well. The same source gives the same bytes. */
QN_MUST_CHECK int metadata_report(struct qn_buf *out, const struct metadata_report_source *source);

#endif
