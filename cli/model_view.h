/* model_view.h - a semantic model as people read it.
 *
 * json: the form quern-model/1, checked. Names and texts are a database's: cleaned as all that
 * term.h prints. A member that is missing is shown as nothing.
 */
#ifndef CLI_MODEL_VIEW_H
#define CLI_MODEL_VIEW_H

#include "common/json.h"
#include "jobview.h"

#define CLI_MODEL_TEXT_SIZE 2048
#define CLI_MODEL_WIDE      140 /* columns of a terminal where texts have room in a table */

/* Tables and views with purpose, rows and description. */
QN_MUST_CHECK int cli_model_print_tables(const struct cli_term *term, struct qn_span json,
                                         struct qn_err *reterr);
/* Relations that were not rejected, with score and evidence. of: a table's "schema.name", only
 * those that touch it; NULL: all. */
QN_MUST_CHECK int cli_model_print_relations(const struct cli_term *term, struct qn_span json,
                                            const char *of, struct qn_err *reterr);
QN_MUST_CHECK int cli_model_print_metrics(const struct cli_term *term, struct qn_span json,
                                          struct qn_err *reterr);
/* What edits and hints name and is not there. */
void cli_model_print_warnings(const struct cli_term *term, struct qn_span json);
/* The whole: which version, in which state it is, then the three. */
QN_MUST_CHECK int cli_model_print(const struct cli_term *term, struct qn_span json,
                                  const char *state, struct qn_err *reterr);

/* "orders", or "sales.orders" where the schema is not public. */
void cli_model_table_name(struct qn_span table, char *out, size_t size);

/* "1,234,567", "" where it is not known. */
void cli_model_rows(struct qn_span table, char out[CLI_COUNT_SIZE]);

/* model_view_table.c: one table with its columns, keys and relations. name: "orders" or
 * "sales.orders"; QN_ENOTFOUND, QN_EINVAL when several have it. */
QN_MUST_CHECK int cli_model_print_table(const struct cli_term *term, struct qn_span json,
                                        const char *name, struct qn_err *reterr);
QN_MUST_CHECK int cli_model_find_table(struct qn_span json, const char *name, struct qn_span *ret,
                                       struct qn_err *reterr);
/* Columns of a table as a table. only: their names, NULL behind; NULL: all. */
QN_MUST_CHECK int cli_model_print_columns(const struct cli_term *term, struct qn_span table,
                                          const char *const *only, struct qn_err *reterr);

#endif
