/* prompt_schema.h - tables of a model as a language model reads them: like DDL, with what is known
 * of each as JSON behind "--".
 *
 * Hidden tables and columns, and such with names that cannot be shown, are never written.
 */
#ifndef TASKS_NL2SQL_PROMPT_PROMPT_SCHEMA_H
#define TASKS_NL2SQL_PROMPT_PROMPT_SCHEMA_H

#include "link.h"

bool prompt_schema_has_table(const struct qn_model *model, size_t table);
bool prompt_schema_has_column(const struct qn_model_column *column);
/* Accepted, and both sides may be shown. */
bool prompt_schema_has_relation(const struct qn_model *model,
                                const struct qn_model_relation *relation);

/* The parts of a table's text, so that their sizes can be summed. */
void prompt_schema_head(struct qn_buf *out, const struct qn_model *model, size_t table);
void prompt_schema_column(struct qn_buf *out, const struct qn_model *model, size_t table,
                          size_t column);
void prompt_schema_tail(struct qn_buf *out);

/* All of it: tables, joins, metrics, conditions, and what was left out, at most LINK_TOKENS_MAX
 * but for tables that the link has. */
void prompt_schema_write(struct qn_buf *out, const struct qn_model *model, const struct link *link);

/* In prompt_metrics.c. Tables that a metric is of, as far as `most`; returns how many. hidden: it
 * names what is hidden. */
size_t prompt_metric_tables(const struct qn_model *model, const struct qn_model_metric *metric,
                            size_t *ret, size_t most, bool *ret_hidden);
void prompt_schema_metrics(struct qn_buf *out, const struct qn_model *model,
                           const struct link *link);

#endif
