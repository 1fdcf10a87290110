/* model_export.h - a semantic model in forms for people and other programs.
 *
 * Deterministic. Names and texts of the database are data: escaped for the form, never markup.
 *
 * Not here: JSON (model.h); the report (tasks/metadata/report.h).
 */
#ifndef TASKS_LIB_MODEL_MODEL_EXPORT_H
#define TASKS_LIB_MODEL_MODEL_EXPORT_H

#include "model.h"

/* The same document as qn_model_to_json, as YAML 1.2. */
int qn_model_to_yaml(const struct qn_model *model, struct qn_buf *out);
/* GitHub-flavoured: a table per table, relations, metrics. */
int qn_model_to_markdown(const struct qn_model *model, struct qn_buf *out);
/* erDiagram of accepted relations; hidden tables and columns are left out. */
int qn_model_to_mermaid(const struct qn_model *model, struct qn_buf *out);

#endif
