#include "judge.h"
#include "pii_words.h"
#include "shape.h"
#include <string.h>

#define SEEN_AGAIN  1.5 /* a count, of a share, that is more than once */
#define LABEL_BYTES 40
#define OFTEN_NEW   0.5 /* distinct values by values: texts that mostly stand for one row */

/* May hold anything, and is not looked into. */
static bool is_opaque(enum qn_family family, const struct qn_profile_column *column)
{
    switch (family) {
    case QN_FAMILY_OTHER:
    case QN_FAMILY_JSON:
    case QN_FAMILY_BYTES:
    case QN_FAMILY_GEO:
    case QN_FAMILY_ARRAY:
        return true;
    default:
        return column->shape == QN_SHAPE_JSON;
    }
}

static bool is_label(enum qn_family family, const char *text)
{
    struct qn_span span = {text, strlen(text)};

    if (family != QN_FAMILY_TEXT) {
        return true;
    }
    switch (qn_shape_of(span)) {
    case QN_SHAPE_NONE:
    case QN_SHAPE_DATE:
    case QN_SHAPE_NUMBER:
    case QN_SHAPE_CODE:
    case QN_SHAPE_WORDS:
        return span.len <= LABEL_BYTES;
    default:
        return false;
    }
}

/* JSON among other texts, maybe cut. */
static bool is_structured(const char *text)
{
    return text[0] == '{' || text[0] == '[';
}

static bool is_of_people(const struct qn_catalog_table *table)
{
    char tokens[QN_PII_NAME_MAX];

    qn_pii_tokens(table->name, tokens);
    return qn_pii_is_people(tokens, table->name);
}

/* All values of a category, or of a small table that others look things up in. */
static bool keeps_labels(const struct qn_catalog_table *table, enum qn_family family, double values,
                         const struct qn_profile_column *column)
{
    return column->top_is_all &&
           ((column->alerts & 1U << QN_ALERT_CATEGORY) != 0 ||
            (family == QN_FAMILY_TEXT && values <= QN_PROFILE_VALUES && !is_of_people(table)));
}

/* Of enums and booleans the definition tells all values. */
static void drop_rare(const struct qn_catalog_table *table, enum qn_family family, double values,
                      struct qn_profile_column *column)
{
    bool labels = keeps_labels(table, family, values, column);
    size_t n = 0;

    if (family == QN_FAMILY_ENUM || family == QN_FAMILY_BOOLEAN) {
        return;
    }
    for (size_t i = 0; i < column->n_top; i++) {
        const struct qn_profile_value *value = &column->top[i];
        bool rare =
            value->share * values < SEEN_AGAIN && !(labels && is_label(family, value->text));

        if (!rare && !(family == QN_FAMILY_TEXT && is_structured(value->text))) {
            column->top[n++] = *value;
        }
    }
    column->top_is_all = column->top_is_all && n == column->n_top;
    column->n_top = n;
}

static bool hides_bounds(double values, const struct qn_profile_column *column)
{
    if (is_structured(column->min) || is_structured(column->max)) {
        return true;
    }
    switch (column->shape) {
    case QN_SHAPE_PROSE:
        return true;
    case QN_SHAPE_CODE:
    case QN_SHAPE_UUID:
    case QN_SHAPE_NUMBER:
    case QN_SHAPE_DATE:
        return false;
    default:
        return !(column->distinct <= OFTEN_NEW * values);
    }
}

void qn_judge_withhold(const struct qn_catalog_table *table, size_t place, double seen,
                       struct qn_profile_column *column)
{
    enum qn_family family = table->columns[place].family;
    double values = seen * (1 - column->nulls);

    if (is_opaque(family, column)) {
        column->top_is_all = column->top_is_all && column->n_top == 0;
        column->n_top = 0;
        column->min = column->max = "";
        return;
    }
    if (column->pii != QN_PII_NONE) { /* masked */
        return;
    }
    drop_rare(table, family, values, column);
    if (family == QN_FAMILY_TEXT && hides_bounds(values, column)) {
        column->min = column->max = "";
    }
}
