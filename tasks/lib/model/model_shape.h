/* model_shape.h - what the forms for people have in common.
 *
 * Not here: the forms (model_export.h).
 */
#ifndef TASKS_LIB_MODEL_MODEL_SHAPE_H
#define TASKS_LIB_MODEL_MODEL_SHAPE_H

#include "model.h"

bool qn_model_in_primary(const struct qn_model_table *table, size_t column);
/* Child of an accepted relation. */
bool qn_model_is_child(const struct qn_model *model, size_t table, size_t column);

#endif
