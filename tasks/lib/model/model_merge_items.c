#include "model_layer.h"
#include "model_shape.h"

#include <math.h>
#include <string.h>

/* A copy of an array with room for as many more as the list has. */
static void *with_room(struct qn_layer *layer, const void *items, size_t n, size_t size,
                       struct qn_span list)
{
    void *copy = qn_arena_alloc(&layer->model->arena, n + qn_layer_count(list) + 1, size);

    if (copy != NULL && n > 0) {
        memcpy(copy, items, n * size);
    }
    return copy;
}

static bool is_refused(struct qn_span object)
{
    bool accepted = true;

    return qn_layer_bool_of(object, "accepted", &accepted) && !accepted;
}

static size_t metric_at(const struct qn_model *model, const char *name)
{
    size_t i = 0;

    while (i < model->n_metrics && strcmp(model->metrics[i].name, name) != 0) {
        i++;
    }
    return i;
}

static const char *text_or_none(struct qn_layer *layer, struct qn_span object, const char *name)
{
    const char *text = "";

    qn_layer_text_of(layer, object, name, true, &text);
    return text;
}

/* The definition is one thing: parts of two would mean a third. */
static void define(struct qn_layer *layer, struct qn_span object, struct qn_model_metric *metric)
{
    struct qn_json_item item;

    metric->expr = text_or_none(layer, object, "expr");
    metric->filter = text_or_none(layer, object, "filter");
    metric->from = text_or_none(layer, object, "from");
    metric->time = text_or_none(layer, object, "time");
    metric->item_expr = text_or_none(layer, object, "item_expr");
    metric->unit = text_or_none(layer, object, "unit");
    metric->item_level_for = NULL;
    metric->n_item_level_for = 0;
    if (qn_layer_find(object, "item_level_for", &item)) {
        qn_layer_texts(layer, item.value, &metric->item_level_for, &metric->n_item_level_for,
                       false);
    }
    metric->additive = false;
    qn_layer_bool_of(object, "additive", &metric->additive);
    metric->source = layer->source;
}

static void check_metric(struct qn_layer *layer, const struct qn_model_metric *metric)
{
    struct qn_model *model = layer->model;
    size_t table, column;

    if (metric->time[0] != '\0' && !qn_model_find_column(model, metric->time, &table, &column)) {
        qn_layer_warn(model, "metrics.%s.time: no column %s", metric->name, metric->time);
    }
    if (metric->from[0] != '\0' &&
        qn_model_find_table(model, metric->from, NULL) == QN_MODEL_NONE) {
        qn_layer_warn(model, "metrics.%s.from: no table %s", metric->name, metric->from);
    }
    for (size_t i = 0; i < metric->n_item_level_for; i++) {
        if (qn_model_find_table(model, metric->item_level_for[i], NULL) == QN_MODEL_NONE) {
            qn_layer_warn(model, "metrics.%s.item_level_for: no table %s", metric->name,
                          metric->item_level_for[i]);
        }
    }
    qn_layer_check_sql(model, metric->name, "expr", metric->expr);
    qn_layer_check_sql(model, metric->name, "filter", metric->filter);
    qn_layer_check_sql(model, metric->name, "item_expr", metric->item_expr);
}

static struct qn_model_metric *new_metric(struct qn_layer *layer, const char *name, bool defined)
{
    struct qn_model *model = layer->model;
    struct qn_model_metric *metric = &model->metrics[model->n_metrics];

    if (!defined || name[0] == '\0' || model->n_metrics >= QN_LAYER_ITEMS_MAX) {
        qn_layer_warn(model, "metrics.%s: %s", name,
                      name[0] == '\0' ? "it has no name"
                      : defined       ? "there are too many"
                                      : "no such metric, and no expr to make it");
        return NULL;
    }
    *metric = (struct qn_model_metric){.name = name,
                                       .expr = "",
                                       .filter = "",
                                       .from = "",
                                       .time = "",
                                       .item_expr = "",
                                       .unit = "",
                                       .description = {"", QN_MODEL_RULE}};
    model->n_metrics++;
    return metric;
}

static void drop_metric(struct qn_model *model, size_t at)
{
    model->n_metrics--;
    memmove(&model->metrics[at], &model->metrics[at + 1],
            (model->n_metrics - at) * sizeof(*model->metrics));
}

static void merge_metric(struct qn_layer *layer, const struct qn_json_item *item)
{
    struct qn_model *model = layer->model;
    struct qn_json_item member;
    const char *name = qn_layer_key(layer, item), *text;
    struct qn_model_metric *metric;
    bool defined = qn_layer_find(item->value, "expr", &member), known;
    size_t at;

    qn_layer_text_of(layer, item->value, "name", false, &name);
    at = metric_at(model, name);
    known = at < model->n_metrics;
    if (is_refused(item->value)) {
        if (known && layer->source >= model->metrics[at].source) {
            drop_metric(model, at);
        }
        return;
    }
    metric = known ? &model->metrics[at] : new_metric(layer, name, defined);
    if (metric == NULL) {
        return;
    }
    if (defined && layer->source >= metric->source) {
        define(layer, item->value, metric);
        check_metric(layer, metric);
    }
    if (qn_layer_find(item->value, "synonyms", &member)) {
        qn_layer_words(layer, member.value, &metric->words);
    }
    if (layer->source >= metric->description.source &&
        qn_layer_text_of(layer, item->value, "description", false, &text)) {
        metric->description = (struct qn_model_said){text, layer->source};
    }
}

typedef void merge_fn(struct qn_layer *layer, const struct qn_json_item *item);

static void merge_each(struct qn_layer *layer, struct qn_span list, merge_fn *merge)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (qn_json_walk_init(&walk, list.data, list.len) != QN_OK) {
        return;
    }
    while (layer->model->arena.status == QN_OK && qn_json_walk_next(&walk, &item)) {
        if (item.type != QN_JSON_NULL) {
            merge(layer, &item);
        }
    }
}

void qn_layer_merge_metrics(struct qn_layer *layer, struct qn_span list)
{
    struct qn_model *model = layer->model;
    struct qn_model_metric *metrics =
        with_room(layer, model->metrics, model->n_metrics, sizeof(*metrics), list);

    if (metrics != NULL) {
        model->metrics = metrics;
        merge_each(layer, list, merge_metric);
    }
}

static size_t condition_at(const struct qn_model *model, const char *table, const char *where)
{
    size_t i = 0;

    while (i < model->n_conditions && (strcmp(model->conditions[i].where, where) != 0 ||
                                       strcmp(model->conditions[i].table, table) != 0)) {
        i++;
    }
    return i;
}

static void drop_condition(struct qn_model *model, size_t at)
{
    model->n_conditions--;
    memmove(&model->conditions[at], &model->conditions[at + 1],
            (model->n_conditions - at) * sizeof(*model->conditions));
}

static void merge_condition(struct qn_layer *layer, const struct qn_json_item *item)
{
    struct qn_model *model = layer->model;
    const char *table = text_or_none(layer, item->value, "table");
    const char *where = text_or_none(layer, item->value, "where");
    size_t at = condition_at(model, table, where);
    struct qn_model_condition *condition = &model->conditions[at];
    bool known = at < model->n_conditions;
    struct qn_json_item words;

    if (known && is_refused(item->value) && layer->source >= condition->source) {
        drop_condition(model, at);
        return;
    }
    if (is_refused(item->value)) {
        return;
    }
    if (qn_model_find_table(model, table, NULL) == QN_MODEL_NONE || where[0] == '\0') {
        qn_layer_warn(model, "conditions: no table %s, or no where", table);
        return;
    }
    if (!known && model->n_conditions >= QN_LAYER_ITEMS_MAX) {
        qn_layer_warn(model, "conditions: there are too many");
        return;
    }
    if (!known) {
        *condition =
            (struct qn_model_condition){.table = table, .where = where, .source = layer->source};
        model->n_conditions++;
        qn_layer_check_sql(model, table, "where", where);
    }
    if (qn_layer_find(item->value, "synonyms", &words)) {
        qn_layer_words(layer, words.value, &condition->words);
    }
}

void qn_layer_merge_conditions(struct qn_layer *layer, struct qn_span list)
{
    struct qn_model *model = layer->model;
    struct qn_model_condition *conditions =
        with_room(layer, model->conditions, model->n_conditions, sizeof(*conditions), list);

    if (conditions != NULL) {
        model->conditions = conditions;
        merge_each(layer, list, merge_condition);
    }
}

static bool relation_columns(struct qn_layer *layer, struct qn_span object, const char *member,
                             const struct qn_model_table *table, size_t *columns, size_t *n)
{
    struct qn_json_item list, item;
    struct qn_json_walk walk;

    *n = 0;
    if (!qn_layer_find(object, member, &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK) {
        return false;
    }
    while (qn_json_walk_next(&walk, &item)) {
        const char *name = qn_layer_text(layer, item.value, true);
        size_t column = qn_model_column(table, name);

        if (column == QN_MODEL_NONE || *n == QN_RELATION_COLUMNS_MAX) {
            qn_layer_warn(layer->model, "relations: table %s has no column %s", table->name, name);
            return false;
        }
        columns[(*n)++] = column;
    }
    return *n > 0;
}

static bool relation_table(struct qn_layer *layer, struct qn_span object, const char *member,
                           size_t *ret)
{
    const char *name = text_or_none(layer, object, member);

    *ret = qn_model_find_table(layer->model, name, NULL);
    if (*ret == QN_MODEL_NONE) {
        qn_layer_warn(layer->model, "relations: no table %s", name);
    }
    return *ret != QN_MODEL_NONE;
}

static bool read_relation(struct qn_layer *layer, struct qn_span object,
                          struct qn_model_relation *to)
{
    const struct qn_model *model = layer->model;
    size_t n_parents;

    if (!relation_table(layer, object, "child_table", &to->child) ||
        !relation_table(layer, object, "parent_table", &to->parent) ||
        !relation_columns(layer, object, "child_columns", &model->tables[to->child],
                          to->child_columns, &to->n) ||
        !relation_columns(layer, object, "parent_columns", &model->tables[to->parent],
                          to->parent_columns, &n_parents)) {
        return false;
    }
    if (n_parents != to->n) {
        qn_layer_warn(layer->model,
                      "relations: as many child_columns as parent_columns belong to %s",
                      model->tables[to->child].name);
    }
    return n_parents == to->n;
}

static bool same_relation(const struct qn_model_relation *one,
                          const struct qn_model_relation *other)
{
    bool same = one->child == other->child && one->parent == other->parent && one->n == other->n;

    for (size_t i = 0; same && i < one->n; i++) {
        bool found = false;

        for (size_t j = 0; j < other->n; j++) {
            found = found || (one->child_columns[i] == other->child_columns[j] &&
                              one->parent_columns[i] == other->parent_columns[j]);
        }
        same = found;
    }
    return same;
}

static size_t relation_at(const struct qn_model *model, const struct qn_model_relation *wanted)
{
    size_t i = 0;

    while (i < model->n_relations && !same_relation(&model->relations[i], wanted)) {
        i++;
    }
    return i;
}

/* Roles by rule follow the verdict. */
static void follow(struct qn_model *model, const struct qn_model_relation *relation)
{
    for (size_t i = 0; i < relation->n; i++) {
        size_t at = relation->child_columns[i];
        struct qn_model_column *column = &model->tables[relation->child].columns[at];

        if (column->role_source != QN_MODEL_RULE || column->role == QN_ROLE_KEY) {
            continue;
        }
        if (qn_model_is_child(model, relation->child, at)) {
            column->role = QN_ROLE_FOREIGN;
        } else if (column->role == QN_ROLE_FOREIGN) {
            column->role = QN_ROLE_OTHER;
        }
    }
}

static void complete(const struct qn_model *model, struct qn_model_relation *relation)
{
    const struct qn_model_table *child = &model->tables[relation->child];

    for (size_t i = 0; i < relation->n; i++) {
        relation->optional |= child->columns[relation->child_columns[i]].nullable;
    }
    relation->one_to_one = relation->n == 1 && child->columns[relation->child_columns[0]].unique;
    relation->score = 1;
    relation->source = QN_RELATION_INFERRED;
    relation->evidence = "Stated, not found in the database.";
}

static void merge_relation(struct qn_layer *layer, const struct qn_json_item *item)
{
    struct qn_model *model = layer->model;
    struct qn_model_relation wanted = {0}, *relation;
    size_t at;

    if (!read_relation(layer, item->value, &wanted)) {
        return;
    }
    at = relation_at(model, &wanted);
    relation = &model->relations[at];
    if (at == model->n_relations) {
        if (is_refused(item->value) || model->n_relations >= QN_RELATIONS_MAX) {
            return;
        }
        complete(model, &wanted);
        *relation = wanted;
        model->n_relations++;
    } else if (layer->source < relation->decided) {
        return;
    }
    relation->verdict = is_refused(item->value) ? QN_MODEL_REJECTED : QN_MODEL_ACCEPTED;
    relation->decided = layer->source;
    follow(model, relation);
}

void qn_layer_merge_relations(struct qn_layer *layer, struct qn_span list)
{
    struct qn_model *model = layer->model;
    struct qn_model_relation *relations =
        with_room(layer, model->relations, model->n_relations, sizeof(*relations), list);

    if (relations != NULL) {
        model->relations = relations;
        merge_each(layer, list, merge_relation);
    }
}
