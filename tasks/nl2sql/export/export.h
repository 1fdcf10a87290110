/* export.h - an answer as a file: CSV, JSON, one HTML page. Pure.
 *
 * CSV as RFC 4180, formulas of spreadsheets disarmed, with or without BOM (tasks/lib/csv.h). The
 * page is one file without script or anything from elsewhere: question, picture, table, statement,
 * explanation, warnings; light and dark, and for paper.
 */
#ifndef TASKS_NL2SQL_EXPORT_EXPORT_H
#define TASKS_NL2SQL_EXPORT_EXPORT_H

#include "tasks/nl2sql/chart/chart.h"

struct export_part {         /* a question with its answer, a widget of a dashboard */
    const char *title;       /* the question */
    const char *sql;         /* "" none */
    const char *explanation; /* "" none */
    const char *const *warnings;
    size_t n_warnings;
    const struct query_rows *rows; /* NULL: there is none, error says why */
    const struct chart *chart;     /* NULL none */
    const char *error;             /* "" none */
};

/* Failure is in out's status. */
void export_csv(const struct query_rows *rows, bool bom, struct qn_buf *out);
void export_json(const struct query_rows *rows, struct qn_buf *out); /* [{"column": value}, ...] */
void export_html(const char *title, const char *language, const char *made, /* when, for people */
                 const struct export_part *parts, size_t n, struct qn_buf *out);

#endif
