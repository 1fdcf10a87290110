/* model_diff.h - what changed from one semantic model to another, as JSON:
 * {"added":[...],"removed":[...],"changed":[{"what":"tables.orders.columns.status.values",
 * "from":...,"to":...}]}.
 *
 * By names, not by places: an order is no change. Sizes, shares and counts are none either.
 */
#ifndef TASKS_LIB_MODEL_MODEL_DIFF_H
#define TASKS_LIB_MODEL_MODEL_DIFF_H

#include "model.h"

int qn_model_diff(const struct qn_model *from, const struct qn_model *to, struct qn_buf *out);

#endif
