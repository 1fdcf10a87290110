/* model_hidden.h - what a model may not tell of what is hidden in it. */
#ifndef TASKS_LIB_MODEL_MODEL_HIDDEN_H
#define TASKS_LIB_MODEL_MODEL_HIDDEN_H

#include "model.h"

/* Of hidden columns and tables name, type, role and what people wrote stay; values, extremes and
 * what was made of them go, and so does what rules make of the columns: relations, metrics, labels
 * and times. */
QN_MUST_CHECK int qn_model_clear_hidden(struct qn_model *model, struct qn_err *reterr);

/* A table or column of model is hidden that before (NULL: none) shows, or does not have. */
bool qn_model_hides_more(const struct qn_model *model, const struct qn_model *before);

#endif
