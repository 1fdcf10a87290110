#include "write_scope.h"

#include "common/str.h"
#include "tasks/lib/model/model_sql.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void write_fail(struct write_run *run, const char *fmt, ...)
{
    char text[300];
    va_list args;

    if (run->rc != QN_OK) {
        return;
    }
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    run->rc = qn_fail(run->err, QN_ESTATE, "%s", text);
}

/* ---- aliases ---- */

static bool is_used(const struct write_names *names, const char *alias)
{
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->used[i], alias) == 0) {
            return true;
        }
    }
    return false;
}

void write_table_words(const struct qn_model_table *table, struct qn_tokens *ret)
{
    qn_tokens_of(ret, table->name);
    if (ret->n > 1 && qn_word_in(ret->items[0], " tbl tb tab t dim fact fct d f v vw ")) {
        memmove(ret->items[0], ret->items[1], (ret->n - 1) * sizeof(ret->items[0]));
        ret->n--;
    }
}

/* order_items is oi; what has no plain letters is t. */
static void initials(struct write_run *run, const struct qn_model_table *table,
                     char out[WRITE_ALIAS_SIZE])
{
    struct qn_tokens tokens;
    size_t n = 0;

    write_table_words(table, &tokens);
    for (size_t i = 0; i < tokens.n && n < 4; i++) {
        char first = tokens.items[i][0];

        if (first >= 'a' && first <= 'z') {
            out[n++] = first;
        }
    }
    out[n] = '\0';
    if (n == 0 || qn_model_sql_name(run->arena, out) != out) {
        qn_str_copy(out, WRITE_ALIAS_SIZE, "t");
    }
}

static const char *new_alias(struct write_run *run, struct write_names *names, size_t table)
{
    char base[WRITE_ALIAS_SIZE], alias[2 * WRITE_ALIAS_SIZE];
    unsigned number = 1;

    initials(run, &run->model->tables[table], base);
    snprintf(alias, sizeof(alias), "%s", base);
    while (is_used(names, alias)) {
        snprintf(alias, sizeof(alias), "%s%u", base, ++number);
    }
    if (names->n == WRITE_ALIASES_MAX ||
        !qn_str_copy(names->used[names->n], WRITE_ALIAS_SIZE, alias)) {
        write_fail(run, "too many tables are needed");
        return "t";
    }
    names->n++;
    return qn_arena_str(run->arena, alias);
}

/* ---- scopes ---- */

/* What is handed out when there is no memory: nothing that is put there is ever seen. */
static struct write_names no_names;
static struct write_scope no_scope;

struct write_names *write_names_create(struct write_run *run)
{
    struct write_names *names = qn_arena_alloc(run->arena, 1, sizeof(*names));

    if (names == NULL) {
        no_names.n = 0;
    }
    return names != NULL ? names : &no_names;
}

struct write_scope *write_scope_create(struct write_run *run, struct write_names *names,
                                       size_t table, bool loose)
{
    struct write_scope *scope = qn_arena_alloc(run->arena, 1, sizeof(*scope));

    if (scope == NULL) {
        scope = &no_scope;
        *scope = (struct write_scope){0};
    }
    scope->run = run;
    scope->names = names;
    scope->loose = loose;
    scope->nodes[0] = (struct write_node){.table = table, .alias = new_alias(run, names, table)};
    scope->n_nodes = 1;
    return scope;
}

static bool is_optional(const struct write_scope *scope, struct path_step step, size_t from)
{
    const struct qn_model_relation *one = &scope->run->model->relations[step.relation];

    return scope->keeps && (scope->nodes[from].left || one->optional || one->parent != step.to);
}

static size_t add_node(struct write_scope *scope, size_t from, struct path_step step, bool role)
{
    struct write_run *run = scope->run;

    for (size_t i = 1; i < scope->n_nodes; i++) {
        if (scope->nodes[i].from == from && scope->nodes[i].step.relation == step.relation &&
            scope->nodes[i].step.to == step.to) {
            return i;
        }
    }
    if (scope->n_nodes == WRITE_TABLES_MAX) {
        write_fail(run, "more than %d tables are needed", WRITE_TABLES_MAX);
        return 0;
    }
    scope->nodes[scope->n_nodes] =
        (struct write_node){.table = step.to,
                            .from = from,
                            .step = step,
                            .role = role,
                            .left = is_optional(scope, step, from),
                            .alias = new_alias(run, scope->names, step.to)};
    return scope->n_nodes++;
}

size_t write_scope_follow(struct write_scope *scope, size_t node, size_t relation)
{
    const struct qn_model_relation *one = &scope->run->model->relations[relation];

    return add_node(scope, node, (struct path_step){relation, one->parent, true}, true);
}

size_t write_relation_of(const struct write_run *run, struct frame_place place)
{
    const struct qn_model *model = run->model;
    size_t best = QN_MODEL_NONE;

    for (size_t i = 0; i < model->n_relations && place.column != QN_MODEL_NONE; i++) {
        const struct qn_model_relation *one = &model->relations[i];

        if (one->verdict == QN_MODEL_ACCEPTED && one->n == 1 && one->child == place.table &&
            one->child_columns[0] == place.column && !model->tables[one->parent].hidden &&
            (best == QN_MODEL_NONE || one->score > model->relations[best].score)) {
            best = i;
        }
    }
    return best;
}

static void add_path(struct write_scope *scope, const struct path *path, size_t *ret_node)
{
    size_t node = 0;

    for (size_t i = 0; i < path->n; i++) {
        node = add_node(scope, node, path->steps[i], false);
    }
    *ret_node = node;
}

/* Remembers what is ambiguous, which is a failure; not that there is no way. */
static bool find(struct write_scope *scope, size_t table, enum path_kind kind, struct path *ret)
{
    struct write_run *run = scope->run;
    struct qn_err err = {0};
    int rc = path_find(&run->graph, scope->nodes[0].table, table, kind, ret, &err);

    if (rc != QN_OK && rc != QN_ENOTFOUND) {
        write_fail(run, "%s", err.msg);
    }
    return rc == QN_OK;
}

bool write_scope_reach(struct write_scope *scope, size_t table, size_t *ret_node)
{
    struct path path;

    *ret_node = 0;
    for (size_t i = 0; i < scope->n_nodes; i++) {
        if (scope->nodes[i].table == table && !scope->nodes[i].role) {
            *ret_node = i;
            return true;
        }
    }
    if (!find(scope, table, scope->loose ? PATH_DOWN : PATH_UP, &path)) {
        return false;
    }
    add_path(scope, &path, ret_node);
    return true;
}

const char *write_scope_at(const struct write_scope *scope, size_t node, size_t column)
{
    const struct write_run *run = scope->run;
    const struct qn_model_table *table = &run->model->tables[scope->nodes[node].table];

    return qn_arena_printf(run->arena, "%s.%s", scope->nodes[node].alias,
                           qn_model_sql_name(run->arena, table->columns[column].name));
}

static void fail_reach(struct write_scope *scope, size_t table)
{
    const struct qn_model_table *tables = scope->run->model->tables;

    write_fail(scope->run, "%s and %s are not related so that this can be told",
               tables[scope->nodes[0].table].name, tables[table].name);
}

const char *write_scope_column(struct write_scope *scope, struct frame_place place)
{
    size_t node;

    if (!write_scope_reach(scope, place.table, &node)) {
        fail_reach(scope, place.table);
    }
    return scope->run->rc == QN_OK ? write_scope_at(scope, node, place.column) : "";
}

const char *write_scope_expr(struct write_scope *scope, const struct sql_expr *expr)
{
    struct write_run *run = scope->run;
    const char *text = "";

    for (size_t i = 0; i < expr->n; i++) {
        const struct sql_expr_part *part = &expr->parts[i];
        const struct frame_place place = {part->table, part->column};

        text = qn_arena_printf(run->arena, "%s%s", text,
                               part->text != NULL ? part->text : write_scope_column(scope, place));
    }
    return text;
}

/* ---- bridges ---- */

static struct write_bridge *bridge_over(struct write_scope *scope, struct path_step step)
{
    struct write_bridge *bridge;

    for (size_t i = 0; i < scope->n_bridges; i++) {
        if (scope->bridges[i].step.relation == step.relation) {
            return &scope->bridges[i];
        }
    }
    if (scope->n_bridges == WRITE_BRIDGES_MAX) {
        write_fail(scope->run, "too many tables with many rows for each are needed");
        return &scope->bridges[0];
    }
    bridge = &scope->bridges[scope->n_bridges++];
    bridge->step = step;
    bridge->inner = write_scope_create(scope->run, scope->names, step.to, true);
    bridge->alias = new_alias(scope->run, scope->names, step.to);
    return bridge;
}

struct write_spot write_scope_spot(struct write_scope *scope, size_t table)
{
    struct write_spot spot = {.scope = scope};
    struct path path;

    if (write_scope_reach(scope, table, &spot.node) || scope->run->rc != QN_OK) {
        return spot;
    }
    if (!find(scope, table, PATH_DOWN, &path)) {
        fail_reach(scope, table);
        return spot;
    }
    spot.bridge = bridge_over(scope, path.steps[0]);
    spot.scope = spot.bridge->inner;
    if (!write_scope_reach(spot.scope, table, &spot.node)) {
        fail_reach(scope, table);
    }
    return spot;
}

const char *write_spot_lift(struct write_run *run, const struct write_spot *spot, const char *expr)
{
    struct write_bridge *bridge = spot->bridge;

    if (bridge == NULL) {
        return expr;
    }
    if (!sql_has(&bridge->items, expr)) {
        sql_add(&bridge->items, expr);
    }
    for (size_t i = 0; i < bridge->items.n; i++) {
        if (strcmp(bridge->items.items[i], expr) == 0) {
            return qn_arena_printf(run->arena, "%s.d%zu", bridge->alias, i + 1);
        }
    }
    return "";
}

/* ---- text ---- */

const char *write_table(struct write_run *run, size_t table, const char *alias)
{
    const struct qn_model_table *of = &run->model->tables[table];
    const char *name = qn_model_sql_name(run->arena, of->name);

    run->tables++;
    if (strcmp(of->schema, "public") == 0 || of->schema[0] == '\0') {
        return qn_arena_printf(run->arena, "%s %s", name, alias);
    }
    return qn_arena_printf(run->arena, "%s.%s %s", qn_model_sql_name(run->arena, of->schema), name,
                           alias);
}

const char *write_link(struct write_run *run, struct path_step step, const char *alias,
                       const char *from)
{
    const struct qn_model_relation *one = &run->model->relations[step.relation];
    /* of a relation of a table to itself, up is what tells */
    const bool to_parent = one->parent == step.to && (one->child != step.to || step.up);
    const struct qn_model_table *to = &run->model->tables[to_parent ? one->parent : one->child];
    const struct qn_model_table *of = &run->model->tables[to_parent ? one->child : one->parent];
    const size_t *there = to_parent ? one->parent_columns : one->child_columns;
    const size_t *here = to_parent ? one->child_columns : one->parent_columns;
    const char *text = "";

    for (size_t i = 0; i < one->n; i++) {
        text = qn_arena_printf(run->arena, "%s%s%s.%s = %s.%s", text, i > 0 ? " AND " : "", alias,
                               qn_model_sql_name(run->arena, to->columns[there[i]].name), from,
                               qn_model_sql_name(run->arena, of->columns[here[i]].name));
    }
    return text;
}

static void add_bridge(struct write_scope *scope, const struct write_bridge *bridge,
                       struct sql_select *select)
{
    struct write_run *run = scope->run;
    const struct qn_model_relation *one = &run->model->relations[bridge->step.relation];
    struct sql_select inner = {.distinct = true};
    const char *on = "";

    for (size_t i = 0; i < one->n; i++) {
        sql_add(&inner.items,
                qn_arena_printf(run->arena, "%s AS k%zu",
                                write_scope_at(bridge->inner, 0, one->child_columns[i]), i + 1));
        on = qn_arena_printf(
            run->arena, "%s%s%s.k%zu = %s.%s", on, i > 0 ? " AND " : "", bridge->alias, i + 1,
            scope->nodes[0].alias,
            qn_model_sql_name(
                run->arena, run->model->tables[one->parent].columns[one->parent_columns[i]].name));
    }
    for (size_t i = 0; i < bridge->items.n; i++) {
        sql_add(&inner.items,
                qn_arena_printf(run->arena, "%s AS d%zu", bridge->items.items[i], i + 1));
    }
    write_scope_finish(bridge->inner, &inner);
    sql_add(&select->joins, qn_arena_printf(run->arena, "JOIN (%s) %s ON %s",
                                            sql_inline(run->arena, &inner), bridge->alias, on));
}

void write_scope_finish(struct write_scope *scope, struct sql_select *select)
{
    struct write_run *run = scope->run;

    if (run->rc != QN_OK) {
        return;
    }
    write_where_finish(scope, &scope->where);
    select->from = write_table(run, scope->nodes[0].table, scope->nodes[0].alias);
    for (size_t i = 1; i < scope->n_nodes; i++) {
        const struct write_node *node = &scope->nodes[i];

        sql_add(&select->joins,
                qn_arena_printf(
                    run->arena, "%sJOIN %s ON %s", node->left ? "LEFT " : "",
                    write_table(run, node->table, node->alias),
                    write_link(run, node->step, node->alias, scope->nodes[node->from].alias)));
    }
    for (size_t i = 0; i < scope->n_bridges; i++) {
        add_bridge(scope, &scope->bridges[i], select);
    }
    for (size_t i = 0; i < scope->where.texts.n; i++) {
        sql_add_once(&select->where, scope->where.texts.items[i]);
    }
    select->where.over = select->where.over || scope->where.texts.over;
}

static const char *exists_text(struct write_scope *scope, const struct write_exists *exists)
{
    struct write_run *run = scope->run;
    struct sql_select inner = {0};

    sql_add(&inner.items, "1");
    sql_add(&inner.where, write_link(run, exists->step, exists->inner->nodes[0].alias,
                                     scope->nodes[exists->anchor].alias));
    write_scope_finish(exists->inner, &inner);
    if (run->rc != QN_OK) {
        return "";
    }
    return qn_arena_printf(run->arena, "%sEXISTS (%s)", exists->negated ? "NOT " : "",
                           sql_inline(run->arena, &inner));
}

void write_where_finish(struct write_scope *scope, struct write_where *where)
{
    for (size_t i = 0; i < where->n_exists; i++) {
        sql_add(&where->texts, exists_text(scope, &where->exists[i]));
    }
    where->n_exists = 0;
}
