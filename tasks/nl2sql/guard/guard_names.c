/* What a name means, from the innermost scope out. */
#include "guard_run.h"

#include <string.h>

const struct guard_column *guard_find_column(struct guard_columns columns, const char *name)
{
    size_t i;

    for (i = 0; i < columns.n; i++) {
        if (strcmp(columns.items[i].name, name) == 0) {
            return &columns.items[i];
        }
    }
    return NULL;
}

static bool is_called(const struct guard_item *item, const char *alias, const char *schema)
{
    return strcmp(item->alias, alias) == 0 &&
           (schema[0] == '\0' || strcmp(item->schema, schema) == 0);
}

const struct guard_item *guard_find_item(const struct guard_scope *scope, const char *alias,
                                         const char *schema)
{
    const struct guard_item *item;

    for (; scope != NULL; scope = scope->parent) {
        for (item = scope->items; item != NULL; item = item->next) {
            if (is_called(item, alias, schema)) {
                return item;
            }
        }
    }
    return NULL;
}

/* The innermost column of that name. */
static const struct guard_column *innermost(const struct guard_scope *scope, const char *name)
{
    const struct guard_item *item;
    const struct guard_column *column = NULL;

    for (; scope != NULL && column == NULL; scope = scope->parent) {
        for (item = scope->items; item != NULL && column == NULL; item = item->next) {
            column = guard_find_column(item->columns, name);
        }
    }
    return column;
}

/* Whether any table in sight has a hidden column of that name; alias "": whatever it is called.
 * More than the name may mean: nothing hangs on which of them the server takes. */
static bool may_be_hidden(const struct guard_scope *scope, const char *alias, const char *name)
{
    const struct guard_item *item;
    const struct guard_column *column;

    for (; scope != NULL; scope = scope->parent) {
        for (item = scope->items; item != NULL; item = item->next) {
            if (!item->hidden || (alias[0] != '\0' && strcmp(item->alias, alias) != 0)) {
                continue;
            }
            column = guard_find_column(item->columns, name);
            if (column != NULL && column->hidden) {
                return true;
            }
        }
    }
    return false;
}

/* The parts of a ColumnRef: table.column, schema.table.column. False when it has others. */
struct parts {
    const char *schema, *table, *column;
    bool star;
};

static bool split(const struct qn_json_node *ref, struct parts *ret)
{
    const struct qn_json_node *fields = guard_field(ref, "fields");
    const struct qn_json_node *at = fields != NULL ? fields->first : NULL;
    size_t n = guard_count(fields);

    *ret = (struct parts){"", "", "", false};
    if (at == NULL || n > 3) {
        return false;
    }
    if (n == 3 && at->next != NULL) {
        ret->schema = guard_string(at);
        at = at->next;
    }
    if (n >= 2 && at->next != NULL) {
        ret->table = guard_string(at);
        at = at->next;
    }
    ret->column = guard_string(at);
    ret->star = guard_is(at, "A_Star") != NULL;
    return true;
}

const struct guard_column *guard_look(const struct guard_scope *scope,
                                      const struct qn_json_node *ref)
{
    const struct guard_item *item;
    struct parts parts;

    if (!split(ref, &parts) || parts.star) {
        return NULL;
    }
    if (parts.table[0] == '\0') {
        return innermost(scope, parts.column);
    }
    item = guard_find_item(scope, parts.table, parts.schema);
    return item != NULL ? guard_find_column(item->columns, parts.column) : NULL;
}

/* ---- refusing ---- */

static bool hidden(struct guard_run *run, int position, const char *name)
{
    return guard_refuse(run, GUARD_HIDDEN, position, name, "%s is hidden", name);
}

static bool unknown(struct guard_run *run, int position, const char *name)
{
    return guard_refuse(run, GUARD_COLUMN, position, name, "no table here has a column %s", name);
}

/* A row as a value: orders, orders.*. */
static bool whole(struct guard_run *run, const struct guard_item *item, int position)
{
    if (item->hidden) {
        return guard_refuse(run, GUARD_HIDDEN, position, item->alias,
                            "%s as a whole has hidden columns: name the columns", item->alias);
    }
    if (item->base != NULL) {
        guard_use(run, GUARD_USE_COLUMN, item->base->table->name, "*");
    }
    return true;
}

static bool star(struct guard_run *run, const struct guard_scope *scope, const struct parts *parts,
                 int position)
{
    const struct guard_item *item;

    if (parts->table[0] != '\0') {
        item = guard_find_item(scope, parts->table, parts->schema);
        return item != NULL ? whole(run, item, position) : unknown(run, position, parts->table);
    }
    for (item = scope->items; item != NULL; item = item->next) {
        if (!whole(run, item, position)) {
            return false;
        }
    }
    return true;
}

static bool known(struct guard_run *run, const struct guard_column *column)
{
    run->weight += column->weight;
    if (column->base != NULL) {
        guard_use(run, GUARD_USE_COLUMN, column->base->table->name, column->name);
    }
    return true;
}

bool guard_resolve(struct guard_run *run, const struct guard_scope *scope,
                   const struct qn_json_node *ref)
{
    const int position = guard_position(ref);
    const struct guard_column *column;
    const struct guard_item *item;
    struct parts parts;

    if (!split(ref, &parts)) {
        return guard_refuse(run, GUARD_COLUMN, position, "", "a name of too many parts");
    }
    if (parts.star) {
        return star(run, scope, &parts, position);
    }
    if (may_be_hidden(scope, parts.table, parts.column)) {
        return hidden(run, position, parts.column);
    }
    column = guard_look(scope, ref);
    if (column != NULL) {
        return column->hidden ? hidden(run, position, parts.column) : known(run, column);
    }
    item = parts.table[0] == '\0' ? guard_find_item(scope, parts.column, "") : NULL;
    return item != NULL ? whole(run, item, position) : unknown(run, position, parts.column);
}
