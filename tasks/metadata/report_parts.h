/* report_parts.h - the parts of a report's page, for report*.c only. Failure is in out's status.
 */
#ifndef TASKS_METADATA_REPORT_PARTS_H
#define TASKS_METADATA_REPORT_PARTS_H

#include "report_view.h"

extern const char report_style[];

/* Lists, each with its heading; nothing where there is nothing to tell. most: bytes that a list
 * may take, about; what does not fit is counted. */
void report_add_changes(struct qn_buf *out, const struct report_view *view, size_t most);
void report_add_notes(struct qn_buf *out, const struct report_view *view, size_t most);
void report_add_alerts(struct qn_buf *out, const struct report_view *view, size_t most);
void report_add_personal(struct qn_buf *out, const struct report_view *view, size_t most);
void report_add_relations(struct qn_buf *out, const struct report_view *view, size_t most);
void report_add_metrics(struct qn_buf *out, const struct report_view *view, size_t most);
void report_add_index(struct qn_buf *out, const struct report_view *view, size_t most);

/* The section of one table, and in it the row of one column. */
void report_add_table(struct qn_buf *out, const struct report_view *view, size_t table);
void report_add_column(struct qn_buf *out, const struct report_view *view, size_t table,
                       size_t column);
/* Charts of one column: the spread of numbers and dates, the share of values. */
void report_add_bins(struct qn_buf *out, const struct qn_model_column *column,
                     const struct qn_profile_column *profile);
void report_add_top(struct qn_buf *out, const struct qn_model_column *column,
                    const struct qn_profile_column *profile);

/* Headings; an id is a word of ours. */
void report_begin(struct qn_buf *out, const char *id, const char *title, const char *note);
void report_end(struct qn_buf *out);
/* A line behind a list of which n items had no room. */
void report_add_rest(struct qn_buf *out, size_t n, const char *one, const char *many);

#endif
