#include "profile_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FIELD(name)                                     \
    {                                                   \
#name, offsetof(struct qn_profile_column, name) \
    }

const struct qn_profile_field qn_profile_fields[QN_PROFILE_FIELDS] = {
    FIELD(nulls),       FIELD(distinct), FIELD(distinct_seen), FIELD(unique),
    FIELD(shape_share), FIELD(low),      FIELD(high),          FIELD(mean),
    FIELD(deviation),   FIELD(skew),     FIELD(length_min),    FIELD(length_mean),
    FIELD(length_max),  FIELD(zeros),    FIELD(negatives),     FIELD(empties),
    FIELD(blanks),      FIELD(future),
};

/* Whole numbers as such, others in the fewest digits, from 6, that read back the same. */
static void add_plain(struct qn_buf *out, double value)
{
    char text[40];
    bool whole = fabs(value) < 1e15 && value == floor(value);

    if (whole) {
        qn_buf_printf(out, "%.0f", value == 0 ? 0 : value);
        return;
    }
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    qn_buf_add_str(out, isfinite(value) ? text : "null");
}

static void add_number(struct qn_buf *out, const char *key, double value)
{
    if (isfinite(value)) {
        qn_json_add_key(out, key);
        add_plain(out, value);
    }
}

static void add_numbers(struct qn_buf *out, const char *key, const double *values, size_t n)
{
    qn_json_add_key(out, key);
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_plain(out, values[i]);
    }
    qn_buf_add_byte(out, ']');
}

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_word(struct qn_buf *out, const char *key, const char *text)
{
    if (text[0] != '\0') {
        add_text(out, key, text);
    }
}

static void add_bool(struct qn_buf *out, const char *key, bool value)
{
    qn_json_add_key(out, key);
    qn_buf_add_str(out, value ? "true" : "false");
}

static void add_alerts(struct qn_buf *out, unsigned alerts)
{
    size_t n = 0;

    qn_json_add_key(out, "alerts");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < QN_ALERTS; i++) {
        if ((alerts & (1U << i)) != 0) {
            qn_buf_add_str(out, n++ > 0 ? "," : "");
            qn_json_add_str(out, qn_alert_names[i]);
        }
    }
    qn_buf_add_byte(out, ']');
}

static void add_top(struct qn_buf *out, const struct qn_profile_column *column)
{
    qn_json_add_key(out, "top");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < column->n_top; i++) {
        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        add_text(out, "value", column->top[i].text);
        add_number(out, "share", column->top[i].share);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
    add_bool(out, "top_is_all", column->top_is_all);
}

static void add_column(struct qn_buf *out, const char *name, const struct qn_profile_column *column)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "name", name);
    add_text(out, "tier", qn_profile_tier_names[column->tier]);
    if (column->tier != QN_PROFILE_NONE) {
        add_text(out, "shape", qn_shape_names[column->shape]);
        add_text(out, "pii", qn_pii_names[column->pii]);
        add_alerts(out, column->alerts);
        for (size_t i = 0; i < QN_PROFILE_FIELDS; i++) {
            const char *at = (const char *)column + qn_profile_fields[i].offset;

            add_number(out, qn_profile_fields[i].name, *(const double *)(const void *)at);
        }
        add_bool(out, "all_unique", column->all_unique);
        add_word(out, "min", column->min);
        add_word(out, "max", column->max);
        if (isfinite(column->quartile[0])) {
            add_numbers(out, "quartile", column->quartile, 3);
        }
        add_top(out, column);
        if (column->binned) {
            add_numbers(out, "bins", column->bins, QN_PROFILE_BINS);
        }
    }
    qn_buf_add_byte(out, '}');
}

int qn_profile_to_json(const struct qn_profile_table *profile, const struct qn_catalog_table *table,
                       struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "schema", table->schema);
    add_text(out, "table", table->name);
    add_text(out, "tier", qn_profile_tier_names[profile->tier]);
    add_text(out, "asked", qn_profile_tier_names[profile->asked]);
    add_word(out, "trouble", profile->trouble);
    add_number(out, "rows", profile->rows);
    add_number(out, "seen", profile->seen);
    add_bool(out, "complete", profile->complete);
    add_number(out, "ms", profile->ms);
    qn_json_add_key(out, "columns");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < profile->n_columns && i < table->n_columns; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_column(out, table->columns[i].name, &profile->columns[i]);
    }
    qn_buf_add_str(out, "]}");
    return qn_buf_status(out);
}
