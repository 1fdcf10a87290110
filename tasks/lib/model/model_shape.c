#include "model_shape.h"

bool qn_model_in_primary(const struct qn_model_table *table, size_t column)
{
    for (size_t k = 0; k < table->n_keys; k++) {
        const struct qn_model_key *key = &table->keys[k];

        for (size_t i = 0; key->primary && i < key->n; i++) {
            if (key->columns[i] == column) {
                return true;
            }
        }
    }
    return false;
}

bool qn_model_is_child(const struct qn_model *model, size_t table, size_t column)
{
    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        if (relation->child != table || relation->verdict != QN_MODEL_ACCEPTED) {
            continue;
        }
        for (size_t c = 0; c < relation->n; c++) {
            if (relation->child_columns[c] == column) {
                return true;
            }
        }
    }
    return false;
}
