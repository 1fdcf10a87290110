#include "model.h"

#include "common/mem.h"
#include <string.h>

const char *const qn_model_source_names[QN_MODEL_SOURCES] = {"rule",  "llm",   "comment",
                                                             "hints", "human", "datasource"};

const char *const qn_role_names[QN_ROLES] = {
    "other", "key",  "foreign_key", "measure", "average", "dimension",
    "time",  "flag", "label",       "text",    "geo",     "personal",
};

const char *const qn_purpose_names[QN_PURPOSES] = {"other", "fact", "dimension", "lookup",
                                                   "junction"};

void qn_model_free(struct qn_model *model)
{
    if (model != NULL) {
        qn_arena_release(&model->arena);
        qn_free(model);
    }
}

static size_t find_by_name(const struct qn_model *model, const char *name, bool *ret_many)
{
    size_t found = QN_MODEL_NONE;

    for (size_t i = 0; i < model->n_tables; i++) {
        if (strcmp(model->tables[i].name, name) != 0) {
            continue;
        }
        if (found != QN_MODEL_NONE) {
            *ret_many = true;
            return QN_MODEL_NONE;
        }
        found = i;
    }
    return found;
}

/* Tables are in order. */
static size_t find_in_schema(const struct qn_model *model, const char *schema, const char *name)
{
    size_t low = 0, high = model->n_tables;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct qn_model_table *table = &model->tables[middle];
        int order = strcmp(table->schema, schema);

        order = order != 0 ? order : strcmp(table->name, name);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return QN_MODEL_NONE;
}

size_t qn_model_table(const struct qn_model *model, const char *schema, const char *name)
{
    bool many = false;

    return schema[0] == '\0' ? find_by_name(model, name, &many)
                             : find_in_schema(model, schema, name);
}

size_t qn_model_column(const struct qn_model_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            return i;
        }
    }
    return QN_MODEL_NONE;
}
