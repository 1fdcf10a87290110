#include "model_layer.h"

#include <math.h>
#include <string.h>

/* Who decided before may not be gone over by who counts less. */
static bool may(const struct qn_layer *layer, enum qn_model_source before)
{
    return layer->source >= before;
}

static void merge_said(struct qn_layer *layer, struct qn_span object, struct qn_model_said *said)
{
    const char *text;

    if (may(layer, said->source) && qn_layer_text_of(layer, object, "description", false, &text)) {
        *said = (struct qn_model_said){text, layer->source};
    }
}

static void merge_words(struct qn_layer *layer, struct qn_span object, const char *name,
                        struct qn_model_words *words)
{
    struct qn_json_item item;

    if (qn_layer_find(object, name, &item)) {
        qn_layer_words(layer, item.value, words);
    }
}

/* "": none. Tells whether it was set. */
static bool merge_place(struct qn_layer *layer, struct qn_span object, const char *member,
                        const struct qn_model_table *table, size_t *place)
{
    const char *name;
    size_t found;

    if (!qn_layer_text_of(layer, object, member, true, &name)) {
        return false;
    }
    found = name[0] == '\0' ? QN_MODEL_NONE : qn_model_column(table, name);
    if (name[0] != '\0' && found == QN_MODEL_NONE) {
        qn_layer_warn(layer->model, "tables.%s.%s: no column %s", table->name, member, name);
        return false;
    }
    *place = found;
    return true;
}

static bool is_texts(enum qn_role role)
{
    return role == QN_ROLE_TEXT || role == QN_ROLE_OTHER || role == QN_ROLE_DIMENSION;
}

/* What was made the label by rule is text again. */
static void merge_label(struct qn_layer *layer, struct qn_span object, struct qn_model_table *table)
{
    size_t before = table->label, label = before;

    if (!may(layer, table->label_source) || !merge_place(layer, object, "label", table, &label)) {
        return;
    }
    table->label = label;
    table->label_source = layer->source;
    if (before != QN_MODEL_NONE && before != label) {
        struct qn_model_column *old = &table->columns[before];

        if (old->role == QN_ROLE_LABEL && old->role_source == QN_MODEL_RULE) {
            old->role = QN_ROLE_TEXT;
        }
    }
    if (label != QN_MODEL_NONE) {
        struct qn_model_column *column = &table->columns[label];

        if (column->role_source == QN_MODEL_RULE && is_texts(column->role) &&
            column->family == QN_FAMILY_TEXT) {
            column->role = QN_ROLE_LABEL;
        }
    }
}

static void hide_column(struct qn_layer *layer, const struct qn_model_table *table,
                        struct qn_model_column *column, bool hidden)
{
    if (may(layer, column->hidden_source)) {
        column->hidden = hidden;
        column->hidden_source = layer->source;
    } else if (!hidden && column->hidden_source == QN_MODEL_OWNER) {
        qn_layer_warn(layer->model, "tables.%s.columns.%s.hidden: the datasource hides it",
                      table->name, column->name);
    }
}

static bool is_unseen(const struct qn_model_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_unseen; i++) {
        if (strcmp(table->unseen[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void hide_columns(struct qn_layer *layer, struct qn_span list, struct qn_model_table *table)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (qn_json_walk_init(&walk, list.data, list.len) != QN_OK) {
        return;
    }
    while (qn_json_walk_next(&walk, &item)) {
        const char *name = qn_layer_text(layer, item.value, true);
        size_t column = qn_model_column(table, name);

        if (column != QN_MODEL_NONE) {
            hide_column(layer, table, &table->columns[column], true);
        } else if (!is_unseen(table, name)) {
            qn_layer_warn(layer->model, "tables.%s.hidden: no column %s", table->name, name);
        }
    }
}

static void merge_hidden(struct qn_layer *layer, struct qn_span object,
                         struct qn_model_table *table)
{
    struct qn_json_item item;

    if (!qn_layer_find(object, "hidden", &item)) {
        return;
    }
    if (item.type == QN_JSON_ARRAY) {
        hide_columns(layer, item.value, table);
    } else if (may(layer, table->hidden_source)) {
        table->hidden = item.value.data[0] == 't';
        table->hidden_source = layer->source;
    }
}

static struct qn_model_value *value_of(struct qn_layer *layer, const struct qn_model_table *table,
                                       struct qn_model_column *column, const char *text)
{
    struct qn_model_value *value;

    for (size_t i = 0; i < column->n_values; i++) {
        if (strcmp(column->values[i].text, text) == 0) {
            return &column->values[i];
        }
    }
    if (column->values_complete) {
        qn_layer_warn(layer->model, "tables.%s.columns.%s.values: the data has no %s", table->name,
                      column->name, text);
    }
    if (column->n_values >= QN_LAYER_VALUES_MAX) {
        return NULL;
    }
    value = &column->values[column->n_values++];
    *value = (struct qn_model_value){.text = text, .share = (double)NAN};
    return value;
}

/* Values that are not in the data are taken too: they may come. */
static void merge_values(struct qn_layer *layer, struct qn_span object,
                         const struct qn_model_table *table, struct qn_model_column *column)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t room = column->n_values + qn_layer_count(object) + 1;
    struct qn_model_value *values = qn_arena_alloc(&layer->model->arena, room, sizeof(*values));

    if (values == NULL || qn_json_walk_init(&walk, object.data, object.len) != QN_OK) {
        return;
    }
    if (column->n_values > 0) {
        memcpy(values, column->values, column->n_values * sizeof(*values));
    }
    column->values = values;
    while (qn_json_walk_next(&walk, &item)) {
        struct qn_model_value *value;

        if (item.type == QN_JSON_NULL) { /* as if it were left out */
            continue;
        }
        value = value_of(layer, table, column, qn_layer_key(layer, &item));
        if (value != NULL) {
            qn_layer_words(layer, item.value, &value->words);
        }
    }
}

static void merge_column(struct qn_layer *layer, struct qn_span object,
                         const struct qn_model_table *table, struct qn_model_column *column)
{
    struct qn_json_item item;
    const char *text;
    bool hidden;

    merge_said(layer, object, &column->description);
    merge_words(layer, object, "synonyms", &column->words);
    merge_words(layer, object, "negated", &column->negated);
    if (may(layer, column->role_source) && qn_layer_text_of(layer, object, "role", true, &text)) {
        column->role = (enum qn_role)qn_layer_word_at(text, qn_role_names, QN_ROLES);
        column->role_source = layer->source;
    }
    if (may(layer, column->unit_source) && qn_layer_text_of(layer, object, "unit", false, &text)) {
        column->unit = text;
        column->unit_source = layer->source;
    }
    if (qn_layer_bool_of(object, "hidden", &hidden)) {
        hide_column(layer, table, column, hidden);
    }
    if (qn_layer_find(object, "values", &item)) {
        merge_values(layer, item.value, table, column);
    }
}

static void merge_columns(struct qn_layer *layer, struct qn_span object,
                          struct qn_model_table *table)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (qn_json_walk_init(&walk, object.data, object.len) != QN_OK) {
        return;
    }
    while (qn_json_walk_next(&walk, &item)) {
        const char *name = qn_layer_key(layer, &item);
        size_t column = qn_model_column(table, name);

        if (column == QN_MODEL_NONE) {
            qn_layer_warn(layer->model, "tables.%s.columns.%s: no such column", table->name, name);
        } else if (item.type != QN_JSON_NULL) {
            merge_column(layer, item.value, table, &table->columns[column]);
        }
    }
}

void qn_layer_merge_table(struct qn_layer *layer, size_t place, struct qn_span object)
{
    struct qn_model_table *table = &layer->model->tables[place];
    struct qn_json_item item;
    const char *text;

    merge_said(layer, object, &table->description);
    merge_words(layer, object, "synonyms", &table->words);
    if (may(layer, table->purpose_source) &&
        qn_layer_text_of(layer, object, "purpose", true, &text)) {
        table->purpose = (enum qn_purpose)qn_layer_word_at(text, qn_purpose_names, QN_PURPOSES);
        table->purpose_source = layer->source;
    }
    merge_label(layer, object, table);
    if (may(layer, table->time_source) && merge_place(layer, object, "time", table, &table->time)) {
        table->time_source = layer->source;
    }
    merge_hidden(layer, object, table);
    if (qn_layer_find(object, "columns", &item)) {
        merge_columns(layer, item.value, table);
    }
}

static void merge_tables(struct qn_layer *layer, struct qn_span object)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (qn_json_walk_init(&walk, object.data, object.len) != QN_OK) {
        return;
    }
    while (qn_json_walk_next(&walk, &item)) {
        const char *name = qn_layer_key(layer, &item);
        bool many;
        size_t table = qn_model_find_table(layer->model, name, &many);

        if (table == QN_MODEL_NONE) {
            qn_layer_warn(layer->model,
                          many ? "tables.%s: several schemas have it; write schema.table"
                               : "tables.%s: no such table",
                          name);
        } else if (item.type != QN_JSON_NULL) {
            qn_layer_merge_table(layer, table, item.value);
        }
    }
}

static void merge_setting(struct qn_layer *layer, struct qn_span json, const char *name,
                          const char **value, enum qn_model_source *source)
{
    if (may(layer, *source) && qn_layer_text_of(layer, json, name, false, value)) {
        *source = layer->source;
    }
}

static void merge(struct qn_layer *layer, struct qn_span json)
{
    static const struct {
        const char *name;
        void (*merge)(struct qn_layer *layer, struct qn_span value);
    } parts[] = {
        {"tables", merge_tables},
        {"relations", qn_layer_merge_relations},
        {"metrics", qn_layer_merge_metrics},
        {"conditions", qn_layer_merge_conditions},
    };
    struct qn_model *model = layer->model;
    struct qn_json_item item;

    merge_setting(layer, json, "time_zone", &model->time_zone, &model->time_zone_source);
    merge_setting(layer, json, "reference_day", &model->reference_day,
                  &model->reference_day_source);
    merge_setting(layer, json, "week_start", &model->week_start, &model->week_start_source);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (qn_layer_find(json, parts[i].name, &item)) {
            parts[i].merge(layer, item.value);
        }
    }
}

int qn_model_merge(struct qn_model *model, struct qn_span json, enum qn_model_source source,
                   struct qn_err *reterr)
{
    struct qn_layer layer = {.model = model, .source = source};
    size_t warnings = model->n_warnings;
    int rc = qn_layer_check(json, model, reterr);

    if (rc != QN_OK) {
        model->n_warnings = warnings;
        return rc;
    }
    qn_buf_init(&layer.text, QN_MODEL_SQL_MAX + 1);
    merge(&layer, json);
    qn_buf_release(&layer.text);
    return qn_arena_status(&model->arena, "the model", reterr);
}
