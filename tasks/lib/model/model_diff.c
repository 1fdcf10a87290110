#include "model_diff.h"

#include "model_form.h"

#include "common/json.h"
#include "common/str.h"
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 400

struct diff {
    const struct qn_model *from, *to;
    struct qn_buf added, removed, changed;
    struct qn_buf one, other; /* the two values that are compared */
    int status;               /* the first failure of these */
    bool mute;                /* of a hidden column only that it is hidden is told */
    struct qn_arena arena;
};

static void add_name(struct qn_buf *list, const char *what)
{
    qn_buf_add_str(list, list->len > 0 ? "," : "");
    qn_json_add_str(list, what);
}

static void add_change(struct diff *diff, const char *what)
{
    qn_buf_add_str(&diff->changed, diff->changed.len > 0 ? ",{" : "{");
    qn_json_add_key(&diff->changed, "what");
    qn_json_add_str(&diff->changed, what);
    qn_json_add_key(&diff->changed, "from");
    qn_buf_add(&diff->changed, diff->one.data, diff->one.len);
    qn_json_add_key(&diff->changed, "to");
    qn_buf_add(&diff->changed, diff->other.data, diff->other.len);
    qn_buf_add_byte(&diff->changed, '}');
}

/* Two of a kind: the item and what is around it. */
struct side {
    const void *item;
    struct qn_form_around around;
};

static bool is_compared(const struct qn_field *field)
{
    bool by_items = field->kind == QN_FIELD_LIST && strcmp(field->name, "values") != 0 &&
                    strcmp(field->name, "keys") != 0;

    return !field->loose && !by_items && field->kind != QN_FIELD_RELATIONS;
}

static void write_both(struct diff *diff, const struct qn_form *form, const struct qn_field *field,
                       const struct side *one, const struct side *other)
{
    int rc, rc_other;

    qn_buf_reset(&diff->one);
    qn_buf_reset(&diff->other);
    rc = qn_form_write_field(form, field, one->item, &one->around, &diff->one);
    rc_other = qn_form_write_field(form, field, other->item, &other->around, &diff->other);
    if (diff->status == QN_OK) {
        diff->status = rc != QN_OK ? rc : rc_other;
    }
}

static void compare_fields(struct diff *diff, const struct qn_form *form, const char *path,
                           const struct side *one, const struct side *other)
{
    for (size_t i = 0; i < form->n_fields; i++) {
        const struct qn_field *field = &form->fields[i];

        if (!is_compared(field) || (diff->mute && !qn_str_starts(field->name, "hidden"))) {
            continue;
        }
        write_both(diff, form, field, one, other);
        if (diff->one.len != diff->other.len ||
            memcmp(diff->one.data, diff->other.data, diff->one.len) != 0) {
            add_change(diff, qn_arena_printf(&diff->arena, "%s%s%s", path,
                                             path[0] != '\0' ? "." : "", field->name));
        }
    }
}

/* tables.orders, with its schema where either model has several of them. */
static const char *path_of_table(struct diff *diff, const struct qn_model_table *table)
{
    bool many = false, many_too = false;

    qn_model_find_table(diff->from, table->name, &many);
    qn_model_find_table(diff->to, table->name, &many_too);
    return many || many_too
               ? qn_arena_printf(&diff->arena, "tables.%s.%s", table->schema, table->name)
               : qn_arena_printf(&diff->arena, "tables.%s", table->name);
}

static const char *path_of_column(struct diff *diff, const char *table, const char *column)
{
    return qn_arena_printf(&diff->arena, "%s.columns.%s", table, column);
}

static void compare_columns(struct diff *diff, const char *path, const struct qn_model_table *one,
                            const struct qn_model_table *other)
{
    for (size_t i = 0; i < one->n_columns; i++) {
        if (qn_model_column(other, one->columns[i].name) == QN_MODEL_NONE) {
            add_name(&diff->removed, path_of_column(diff, path, one->columns[i].name));
        }
    }
    for (size_t i = 0; i < other->n_columns; i++) {
        const char *name = other->columns[i].name;
        const char *column_path = path_of_column(diff, path, name);
        size_t before = qn_model_column(one, name);

        if (before == QN_MODEL_NONE) {
            add_name(&diff->added, column_path);
        } else {
            struct side a = {&one->columns[before], {diff->from, one}};
            struct side b = {&other->columns[i], {diff->to, other}};

            diff->mute = other->hidden || other->columns[i].hidden;
            compare_fields(diff, &qn_form_column, column_path, &a, &b);
            diff->mute = false;
        }
    }
}

static void compare_tables(struct diff *diff)
{
    for (size_t i = 0; i < diff->from->n_tables; i++) {
        const struct qn_model_table *table = &diff->from->tables[i];

        if (qn_model_table(diff->to, table->schema, table->name) == QN_MODEL_NONE) {
            add_name(&diff->removed, path_of_table(diff, table));
        }
    }
    for (size_t i = 0; i < diff->to->n_tables; i++) {
        const struct qn_model_table *table = &diff->to->tables[i];
        size_t before = qn_model_table(diff->from, table->schema, table->name);
        const char *path = path_of_table(diff, table);

        if (before == QN_MODEL_NONE) {
            add_name(&diff->added, path);
        } else {
            const struct qn_model_table *old = &diff->from->tables[before];
            struct side a = {old, {diff->from, old}}, b = {table, {diff->to, table}};

            compare_fields(diff, &qn_form_table, path, &a, &b);
            compare_columns(diff, path, old, table);
        }
    }
}

/* What has no table around it is found by a name of its own. */
struct named {
    const char *name;
    const void *item;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static const struct named *find_named(const struct named *items, size_t n, const char *name)
{
    struct named wanted = {name, NULL};

    return n == 0 ? NULL : bsearch(&wanted, items, n, sizeof(*items), by_name);
}

typedef const char *name_fn(struct diff *diff, const struct qn_model *model, size_t at);

static const char *metric_name(struct diff *diff, const struct qn_model *model, size_t at)
{
    return qn_arena_printf(&diff->arena, "metrics.%s", model->metrics[at].name);
}

static const char *condition_name(struct diff *diff, const struct qn_model *model, size_t at)
{
    return qn_arena_printf(&diff->arena, "conditions.%s: %s", model->conditions[at].table,
                           model->conditions[at].where);
}

static const char *side_name(struct diff *diff, const struct qn_model_table *table,
                             const size_t *columns, size_t n)
{
    const char *text = path_of_table(diff, table) + strlen("tables.");

    for (size_t i = 0; i < n; i++) {
        text = qn_arena_printf(&diff->arena, "%s%s%s", text, i == 0 ? "(" : ", ",
                               table->columns[columns[i]].name);
    }
    return qn_arena_printf(&diff->arena, "%s)", text);
}

static const char *relation_name(struct diff *diff, const struct qn_model *model, size_t at)
{
    const struct qn_model_relation *relation = &model->relations[at];

    return qn_arena_printf(
        &diff->arena, "relations.%s -> %s",
        side_name(diff, &model->tables[relation->child], relation->child_columns, relation->n),
        side_name(diff, &model->tables[relation->parent], relation->parent_columns, relation->n));
}

struct kind {
    const struct qn_form *form;
    name_fn *name;
    size_t items_at, number_at; /* in struct qn_model */
};

static size_t list_of(struct diff *diff, const struct qn_model *model, const struct kind *kind,
                      struct named **ret)
{
    const char *base = (const char *)model, *items;
    size_t n;

    memcpy(&items, base + kind->items_at, sizeof(items));
    memcpy(&n, base + kind->number_at, sizeof(n));
    *ret = qn_arena_alloc(&diff->arena, n + 1, sizeof(**ret));
    if (*ret == NULL) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        (*ret)[i] = (struct named){kind->name(diff, model, i), items + i * kind->form->size};
    }
    qsort(*ret, n, sizeof(**ret), by_name);
    return n;
}

static void compare_named(struct diff *diff, const struct kind *kind)
{
    struct named *before, *after;
    size_t n_before = list_of(diff, diff->from, kind, &before);
    size_t n_after = list_of(diff, diff->to, kind, &after);

    for (size_t i = 0; i < n_before; i++) {
        if (find_named(after, n_after, before[i].name) == NULL) {
            add_name(&diff->removed, before[i].name);
        }
    }
    for (size_t i = 0; i < n_after; i++) {
        const struct named *old = find_named(before, n_before, after[i].name);

        if (old == NULL) {
            add_name(&diff->added, after[i].name);
        } else {
            struct side a = {old->item, {diff->from, NULL}};
            struct side b = {after[i].item, {diff->to, NULL}};

            compare_fields(diff, kind->form, after[i].name, &a, &b);
        }
    }
}

static void compare(struct diff *diff)
{
    static const struct kind kinds[] = {
        {&qn_form_verdict, relation_name, offsetof(struct qn_model, relations),
         offsetof(struct qn_model, n_relations)},
        {&qn_form_metric, metric_name, offsetof(struct qn_model, metrics),
         offsetof(struct qn_model, n_metrics)},
        {&qn_form_condition, condition_name, offsetof(struct qn_model, conditions),
         offsetof(struct qn_model, n_conditions)},
    };
    struct side from = {diff->from, {diff->from, NULL}}, to = {diff->to, {diff->to, NULL}};

    compare_fields(diff, &qn_form_model, "", &from, &to);
    compare_tables(diff);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        compare_named(diff, &kinds[i]);
    }
}

static int first_failure(const struct diff *diff)
{
    const struct qn_buf *bufs[] = {&diff->added, &diff->removed, &diff->changed};

    for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++) {
        if (qn_buf_status(bufs[i]) != QN_OK) {
            return qn_buf_status(bufs[i]);
        }
    }
    return diff->status != QN_OK ? diff->status : diff->arena.status;
}

static void write_diff(const struct diff *diff, struct qn_buf *out)
{
    qn_buf_add_str(out, "{\"added\":[");
    qn_buf_add(out, diff->added.data, diff->added.len);
    qn_buf_add_str(out, "],\"removed\":[");
    qn_buf_add(out, diff->removed.data, diff->removed.len);
    qn_buf_add_str(out, "],\"changed\":[");
    qn_buf_add(out, diff->changed.data, diff->changed.len);
    qn_buf_add_str(out, "]}");
}

int qn_model_diff(const struct qn_model *from, const struct qn_model *to, struct qn_buf *out)
{
    struct diff diff = {.from = from, .to = to};
    struct qn_buf *bufs[] = {&diff.added, &diff.removed, &diff.changed, &diff.one, &diff.other};
    int rc;

    for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++) {
        qn_buf_init(bufs[i], QN_MODEL_BYTES_MAX);
    }
    qn_arena_init(&diff.arena, QN_MODEL_BYTES_MAX);
    compare(&diff);
    rc = first_failure(&diff);
    if (rc == QN_OK) {
        write_diff(&diff, out);
        rc = qn_buf_status(out);
    }
    for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++) {
        qn_buf_release(bufs[i]);
    }
    qn_arena_release(&diff.arena);
    return rc;
}
