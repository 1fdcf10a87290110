/* report_words.h - numbers, names and codes for people, for report*.c only.
 *
 * Everything appends to a buffer, which remembers failure. What is not known is an en dash.
 */
#ifndef TASKS_METADATA_REPORT_WORDS_H
#define TASKS_METADATA_REPORT_WORDS_H

#include "report_view.h"

#define REPORT_NONE "\xe2\x80\x93"

struct report_alert {
    const char *word; /* of a badge */
    const char *text; /* what it means */
    bool concern;     /* false: it only tells what a column is */
};
extern const struct report_alert report_alerts[QN_ALERTS];
extern const char *const report_roles[QN_ROLES];
extern const char *const report_piis[QN_PIIS];
extern const char *const report_shapes[QN_SHAPES]; /* "" of QN_SHAPE_NONE */
extern const char *const report_purposes[QN_PURPOSES];
extern const char *const report_kinds[QN_CATALOG_KINDS];
extern const char *const report_tiers[QN_PROFILE_TIERS]; /* how a table was looked at */

void report_count(struct qn_buf *out, double count);   /* "1,234"; negative: unknown */
void report_number(struct qn_buf *out, double number); /* "12.35", "-1,234,567" */
void report_share(struct qn_buf *out, double share);   /* "34 %"; 100 % and 0 % are exact */
void report_bytes(struct qn_buf *out, double bytes);   /* "12.5 MB" */
void report_time(struct qn_buf *out, int64_t wall_ms); /* "2025-06-30 14:05 UTC" */
void report_day(struct qn_buf *out, double seconds, bool time); /* since 1970 */

/* Text of the database: isolated, so that its direction stays its own; cut after so many
 * characters. */
void report_text(struct qn_buf *out, const char *text, size_t characters);
/* A whole number with its noun, "1 table", "5 tables". */
void report_counted(struct qn_buf *out, size_t n, const char *one, const char *many);

/* Names that lead to their section where there is one. */
void report_table_name(struct qn_buf *out, const struct report_view *view, size_t table);
void report_column_name(struct qn_buf *out, const struct report_view *view, size_t table,
                        size_t column);
void report_column_names(struct qn_buf *out, const struct qn_model_table *table,
                         const size_t *columns, size_t n);
/* English words, then Chinese ones. */
void report_synonyms(struct qn_buf *out, const struct qn_model_words *words);

/* A badge; kind is a class of the style: "", "bad", "good", "soft". */
void report_badge(struct qn_buf *out, const char *kind, const char *text);

#endif
