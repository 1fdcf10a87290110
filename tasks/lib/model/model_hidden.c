#include "model_hidden.h"

#include <string.h>

static bool is_hidden(const struct qn_model *model, size_t table, size_t column)
{
    return model->tables[table].hidden || model->tables[table].columns[column].hidden;
}

/* Rules write values into a text; what a language model wrote of them nobody knows. */
static void clear_column(struct qn_model_column *column)
{
    bool told = column->description.source == QN_MODEL_LLM ||
                (column->description.source == QN_MODEL_RULE && column->n_values > 0);

    if (told) {
        column->description = (struct qn_model_said){"", QN_MODEL_RULE};
    }
    column->values = NULL;
    column->n_values = 0;
    column->values_complete = false;
    column->min = column->max = "";
}

static void clear_table(struct qn_model_table *table)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->hidden || table->columns[i].hidden) {
            clear_column(&table->columns[i]);
        }
    }
    if (table->label != QN_MODEL_NONE && table->columns[table->label].hidden) {
        table->label = QN_MODEL_NONE;
    }
    if (table->time != QN_MODEL_NONE && table->columns[table->time].hidden) {
        table->time = QN_MODEL_NONE;
    }
}

static bool is_over_hidden(const struct qn_model *model, const struct qn_model_relation *relation)
{
    for (size_t i = 0; i < relation->n; i++) {
        if (is_hidden(model, relation->child, relation->child_columns[i]) ||
            is_hidden(model, relation->parent, relation->parent_columns[i])) {
            return true;
        }
    }
    return false;
}

static void drop_relations(struct qn_model *model)
{
    size_t kept = 0;

    for (size_t i = 0; i < model->n_relations; i++) {
        if (!is_over_hidden(model, &model->relations[i])) {
            model->relations[kept++] = model->relations[i];
        }
    }
    model->n_relations = kept;
}

static bool names_hidden(const struct qn_model *model, const char *word)
{
    size_t table, column;

    return qn_model_find_column(model, word, &table, &column) && is_hidden(model, table, column);
}

/* Rules make count(*), sum(table.column) and avg(table.column). */
static bool measures_hidden(struct qn_model *model, const struct qn_model_metric *metric)
{
    size_t table = qn_model_find_table(model, metric->from, NULL);
    const char *open = strchr(metric->expr, '(');
    size_t len = strlen(metric->expr);

    if (table != QN_MODEL_NONE && model->tables[table].hidden) {
        return true;
    }
    return open != NULL && metric->expr[len - 1] == ')' &&
           names_hidden(model, qn_arena_text(&model->arena, open + 1,
                                             len - 2 - (size_t)(open - metric->expr)));
}

static void drop_metrics(struct qn_model *model)
{
    size_t kept = 0;

    for (size_t i = 0; i < model->n_metrics; i++) {
        struct qn_model_metric *metric = &model->metrics[i];
        bool ruled = metric->source == QN_MODEL_RULE;

        if (ruled && metric->time[0] != '\0' && names_hidden(model, metric->time)) {
            metric->time = "";
        }
        if (!ruled || !measures_hidden(model, metric)) {
            model->metrics[kept++] = *metric;
        }
    }
    model->n_metrics = kept;
}

int qn_model_clear_hidden(struct qn_model *model, struct qn_err *reterr)
{
    for (size_t i = 0; i < model->n_tables; i++) {
        clear_table(&model->tables[i]);
    }
    drop_relations(model);
    drop_metrics(model);
    return qn_arena_status(&model->arena, "the model", reterr);
}

bool qn_model_hides_more(const struct qn_model *model, const struct qn_model *before)
{
    for (size_t i = 0; i < model->n_tables; i++) {
        const struct qn_model_table *table = &model->tables[i];
        size_t place =
            before != NULL ? qn_model_table(before, table->schema, table->name) : QN_MODEL_NONE;

        for (size_t k = 0; k < table->n_columns; k++) {
            size_t column = place != QN_MODEL_NONE
                                ? qn_model_column(&before->tables[place], table->columns[k].name)
                                : QN_MODEL_NONE;

            if (is_hidden(model, i, k) &&
                (column == QN_MODEL_NONE || !is_hidden(before, place, column))) {
                return true;
            }
        }
    }
    return false;
}
