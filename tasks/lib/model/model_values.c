#include "model_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Names of the rows of a small table count as much as categories. */
static bool wants_values(const struct qn_model_column *column)
{
    return column->pii == QN_PII_NONE &&
           (column->role == QN_ROLE_DIMENSION || column->role == QN_ROLE_LABEL ||
            (column->role == QN_ROLE_KEY && column->family == QN_FAMILY_TEXT) ||
            (column->role == QN_ROLE_OTHER && column->family == QN_FAMILY_ENUM));
}

static double share_of(const struct qn_profile_column *profile, const char *text)
{
    for (size_t i = 0; profile != NULL && i < profile->n_top; i++) {
        if (strcmp(profile->top[i].text, text) == 0) {
            return profile->top[i].share;
        }
    }
    return NAN;
}

static void add_value(struct qn_model_build *build, struct qn_model_column *column,
                      const char *text, double share)
{
    struct qn_model_value *value = &column->values[column->n_values];

    value->text = qn_arena_str(&build->model->arena, text);
    value->share = share;
    column->n_values++;
}

static void values_of_definition(struct qn_model_build *build, struct qn_model_column *column,
                                 const struct qn_column_facts *facts)
{
    size_t n = facts->source->n_labels;
    size_t kept = n < QN_MODEL_VALUES ? n : QN_MODEL_VALUES;

    column->values = qn_arena_alloc(&build->model->arena, kept, sizeof(*column->values));
    for (size_t i = 0; column->values != NULL && i < kept; i++) {
        const char *text = facts->source->labels[i];

        if (strlen(text) <= QN_MODEL_TEXT_MAX) {
            add_value(build, column, text, share_of(facts->profile, text));
        }
    }
    column->values_complete = column->n_values == n;
}

static int by_text(const void *a, const void *b)
{
    const struct qn_model_value *one = a, *other = b;

    return strcmp(one->text, other->text);
}

/* Sorted: two runs over the same values tell them in the same order. */
static void values_of_profile(struct qn_model_build *build, struct qn_model_column *column,
                              const struct qn_column_facts *facts, bool all_rows)
{
    const struct qn_profile_column *profile = facts->profile;
    size_t n = profile->n_top < QN_MODEL_VALUES ? profile->n_top : QN_MODEL_VALUES;
    bool whole = n == profile->n_top;

    column->values = qn_arena_alloc(&build->model->arena, n, sizeof(*column->values));
    for (size_t i = 0; column->values != NULL && i < n; i++) {
        bool cut = strlen(profile->top[i].text) >= QN_PROFILE_TEXT - 4;

        whole = whole && !cut;
        if (!cut) {
            add_value(build, column, profile->top[i].text, profile->top[i].share);
        }
    }
    if (column->values != NULL) {
        qsort(column->values, column->n_values, sizeof(*column->values), by_text);
    }
    column->values_complete = whole && profile->top_is_all && all_rows;
}

void qn_model_build_values(struct qn_model_build *build, size_t place)
{
    struct qn_model_table *table = &build->model->tables[place];
    const struct qn_table_facts *of = &build->tables[place];

    for (size_t i = 0; i < table->n_columns; i++) {
        struct qn_model_column *column = &table->columns[i];
        const struct qn_column_facts *facts = &of->columns[i];
        bool known = facts->profile != NULL && facts->profile->tier != QN_PROFILE_NONE &&
                     facts->profile->n_top > 0;

        if (!wants_values(column)) {
            continue;
        }
        if (facts->source->n_labels > 0) {
            values_of_definition(build, column, facts);
        } else if (known && (facts->profile->top_is_all || column->role == QN_ROLE_DIMENSION)) {
            values_of_profile(build, column, facts, of->profile->complete);
        }
    }
}
