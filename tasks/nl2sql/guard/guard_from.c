/* FROM: which names it offers, and with which columns. */
#include "guard_run.h"

#include <string.h>

static struct guard_item *offer(struct guard_run *run, struct guard_scope *scope)
{
    struct guard_item *item = qn_arena_alloc(run->arena, 1, sizeof(*item));

    if (item != NULL) {
        *item = (struct guard_item){.alias = "", .schema = ""};
        *scope->tail = item;
        scope->tail = &item->next;
    }
    return item;
}

static const char *alias_of(const struct qn_json_node *node)
{
    return qn_json_text(guard_field(node, "alias"), "aliasname");
}

static const struct qn_json_node *renames(const struct qn_json_node *node)
{
    return guard_field(guard_field(node, "alias"), "colnames");
}

/* Renaming by place would give a hidden column another name. */
static bool name_it(struct guard_run *run, struct guard_item *item, const struct qn_json_node *node,
                    const char *plain)
{
    const char *alias = alias_of(node);

    item->alias = alias[0] != '\0' ? alias : plain;
    if (item->hidden && renames(node) != NULL) {
        return guard_refuse(run, GUARD_HIDDEN, guard_position(node), item->alias,
                            "%s has hidden columns: its columns cannot be given other names",
                            item->alias);
    }
    item->columns = guard_columns_rename(run, item->columns, renames(node));
    return true;
}

/* ---- tables ---- */

static struct guard_cte *find_cte(struct guard_cte *at, const char *name)
{
    while (at != NULL && strcmp(at->name, name) != 0) {
        at = at->outer;
    }
    return at;
}

static bool use_cte(struct guard_run *run, struct guard_scope *scope, struct guard_cte *cte,
                    const struct qn_json_node *node)
{
    struct guard_item *item;

    if (!cte->ready) {
        return guard_refuse(run, GUARD_RELATION, guard_position(node), cte->name,
                            "%s comes later in WITH RECURSIVE", cte->name);
    }
    /* the rows of its series come again with every use but the first */
    run->series *= cte->used++ > 0 ? cte->series : 1;
    if (run->series > GUARD_SERIES_MAX) {
        return guard_refuse(run, GUARD_SIZE, guard_position(node), cte->name,
                            "series: too many rows");
    }
    item = offer(run, scope);
    if (item == NULL) {
        return false;
    }
    item->columns = cte->columns;
    return name_it(run, item, node, cte->name);
}

static const struct guard_base *find_base(const struct guard_run *run, const char *schema,
                                          const char *name)
{
    const struct guard *guard = run->guard;
    size_t place;

    /* without a schema, a name of the system goes before one of the search path */
    if (schema[0] == '\0' && strncmp(name, "pg_", 3) == 0) {
        return NULL;
    }
    place = qn_model_table(guard->model, schema[0] != '\0' ? schema : GUARD_SEARCH_PATH, name);
    return place != QN_MODEL_NONE ? &guard->bases[place] : NULL;
}

/* Each use of a table has columns of its own. */
static struct guard_columns columns_of(struct guard_run *run, const struct guard_base *base,
                                       const struct guard_item *item)
{
    struct guard_column *columns = guard_columns_make(run, base->columns.n);
    size_t i;

    for (i = 0; columns != NULL && i < base->columns.n; i++) {
        columns[i] = base->columns.items[i];
        columns[i].item = item;
    }
    return (struct guard_columns){columns, columns != NULL ? base->columns.n : 0};
}

static bool table(struct guard_run *run, struct guard_scope *scope, const struct qn_json_node *node)
{
    const char *schema = qn_json_text(node, "schemaname"), *name = qn_json_text(node, "relname");
    struct guard_cte *cte = schema[0] == '\0' ? find_cte(scope->ctes, name) : NULL;
    const struct guard_base *base;
    struct guard_item *item;

    if (cte != NULL) {
        return use_cte(run, scope, cte, node);
    }
    base = find_base(run, schema, name);
    if (base == NULL) {
        return guard_refuse(run, GUARD_RELATION, guard_position(node), name,
                            "there is no table %s in the model", name);
    }
    if (base->table->hidden) {
        return guard_refuse(run, GUARD_HIDDEN, guard_position(node), name, "the table %s is hidden",
                            name);
    }
    item = offer(run, scope);
    if (item == NULL) {
        return false;
    }
    item->base = base;
    item->columns = columns_of(run, base, item);
    item->hidden = base->hidden;
    item->schema = alias_of(node)[0] == '\0' ? base->table->schema : "";
    guard_use(run, GUARD_USE_RELATION,
              strcmp(base->table->schema, GUARD_SEARCH_PATH) == 0 ? name : base->table->schema,
              strcmp(base->table->schema, GUARD_SEARCH_PATH) == 0 ? "" : name);
    return name_it(run, item, node, name);
}

/* ---- a SELECT in parentheses ---- */

static bool subselect(struct guard_run *run, struct guard_scope *scope,
                      const struct qn_json_node *node)
{
    const bool lateral = guard_field(node, "lateral") != NULL;
    const struct qn_json_node *select = guard_is(guard_field(node, "subquery"), "SelectStmt");
    struct guard_columns columns;
    struct guard_item *item;

    if (select == NULL ||
        !guard_select(run, lateral ? scope : scope->parent, scope->ctes, select, NULL, &columns)) {
        return false;
    }
    item = offer(run, scope);
    if (item == NULL) {
        return false;
    }
    item->columns = columns;
    return name_it(run, item, node, "");
}

/* ---- functions ---- */

static const char *const two[] = {"key", "value"};

/* What a function calls its columns; the alias takes the place of the name of others. */
static size_t out_names(const char *function, const char *const **ret)
{
    static const char *const value[] = {"value"};

    if (strncmp(function, "json", 4) == 0 && strstr(function, "_each") != NULL) {
        *ret = two;
        return 2;
    }
    if (strncmp(function, "json", 4) == 0 && strstr(function, "_array_elements") != NULL) {
        *ret = value;
        return 1;
    }
    return 0;
}

struct offered {
    struct guard_column *items;
    size_t n, max;
};

static void add(struct offered *offered, const char *name, struct guard_bound bound)
{
    if (offered->items != NULL && offered->n < offered->max) {
        offered->items[offered->n].name = name;
        offered->items[offered->n++].bound = bound;
    }
}

static void add_definitions(struct offered *offered, const struct qn_json_node *list)
{
    const struct qn_json_node *at = list != NULL ? list->first : NULL;

    for (; at != NULL; at = at->next) {
        add(offered, qn_json_text(guard_is(at, "ColumnDef"), "colname"), (struct guard_bound){0});
    }
}

/* One of the functions of an item: {"List":{"items":[call, definitions]}}. */
static void add_function(struct guard_run *run, const struct guard_scope *scope,
                         struct offered *offered, const struct qn_json_node *pair,
                         const char *alias)
{
    const struct qn_json_node *items = guard_field(guard_is(pair, "List"), "items");
    const struct qn_json_node *first = items != NULL ? items->first : NULL;
    const struct qn_json_node *call = guard_is(first, "FuncCall");
    const char *name =
        call != NULL ? guard_last_name(guard_field(call, "funcname"), NULL) : guard_figure(first);
    const struct qn_json_node *definitions = first != NULL ? guard_is(first->next, "List") : NULL;
    const char *const *names = NULL;
    size_t i, n = out_names(name, &names);

    if (definitions != NULL) {
        add_definitions(offered, guard_field(definitions, "items"));
        return;
    }
    for (i = 0; i < n; i++) {
        add(offered, names[i], (struct guard_bound){0});
    }
    if (n == 0 && strcmp(name, "unnest") == 0) {
        n = guard_count(guard_field(call, "args"));
        for (i = 0; i < n; i++) {
            add(offered, n == 1 && alias[0] != '\0' ? alias : name, (struct guard_bound){0});
        }
    } else if (n == 0) {
        add(offered, alias[0] != '\0' ? alias : name, guard_bound_of(run, scope, first));
    }
}

static size_t room_for(const struct qn_json_node *node)
{
    const struct qn_json_node *at, *functions = guard_field(node, "functions");
    size_t n = guard_count(guard_field(node, "coldeflist")) + 4;

    for (at = functions != NULL ? functions->first : NULL; at != NULL; at = at->next) {
        const struct qn_json_node *items = guard_field(guard_is(at, "List"), "items");
        const struct qn_json_node *call = items != NULL ? guard_is(items->first, "FuncCall") : NULL;
        const struct qn_json_node *second = items != NULL ? items->first->next : NULL;

        n += 2 + guard_count(guard_field(call, "args")) +
             guard_count(guard_field(guard_is(second, "List"), "items"));
    }
    return n;
}

static bool function(struct guard_run *run, struct guard_scope *scope,
                     const struct qn_json_node *node)
{
    const struct qn_json_node *functions = guard_field(node, "functions"), *at;
    const struct qn_json_node *definitions = guard_field(node, "coldeflist");
    const char *alias = guard_count(functions) == 1 ? alias_of(node) : "";
    struct offered offered = {.max = room_for(node)};
    struct guard_item *item;

    if (!guard_expr(run, scope, functions)) {
        return false;
    }
    offered.items = guard_columns_make(run, offered.max);
    if (definitions != NULL) {
        add_definitions(&offered, definitions);
    } else {
        for (at = functions->first; at != NULL; at = at->next) {
            add_function(run, scope, &offered, at, alias);
        }
    }
    if (guard_field(node, "ordinality") != NULL) {
        add(&offered, "ordinality", (struct guard_bound){0});
    }
    item = offer(run, scope);
    if (item == NULL || offered.items == NULL) {
        return false;
    }
    item->columns = (struct guard_columns){offered.items, offered.n};
    return name_it(run, item, node, offered.n > 0 ? offered.items[0].name : "");
}

/* ---- joins ---- */

/* Both sides of a join: the items from one to before the other. */
struct side {
    const struct guard_item *from, *to;
};

static const struct guard_column *in_side(struct side side, const char *name, bool *ret_hidden)
{
    const struct guard_column *found = NULL, *column;
    const struct guard_item *item;

    for (item = side.from; item != side.to && item != NULL; item = item->next) {
        column = guard_find_column(item->columns, name);
        found = found == NULL ? column : found;
        *ret_hidden |= column != NULL && column->hidden;
    }
    return found;
}

static bool common(struct guard_run *run, struct side left, struct side right, const char *name)
{
    bool hidden = false;
    const struct guard_column *a = in_side(left, name, &hidden);
    const struct guard_column *b = in_side(right, name, &hidden);

    if (hidden) {
        return guard_refuse(run, GUARD_HIDDEN, -1, name, "%s is hidden: no join over it", name);
    }
    if (a == NULL || b == NULL) {
        return guard_refuse(run, GUARD_COLUMN, -1, name, "USING: not on both sides: %s", name);
    }
    if (a->base != NULL) {
        guard_use(run, GUARD_USE_COLUMN, a->base->table->name, name);
    }
    if (b->base != NULL) {
        guard_use(run, GUARD_USE_COLUMN, b->base->table->name, name);
    }
    return true;
}

static bool natural(struct guard_run *run, struct side left, struct side right)
{
    const struct guard_item *item;
    size_t i;

    for (item = left.from; item != left.to && item != NULL; item = item->next) {
        for (i = 0; i < item->columns.n; i++) {
            bool hidden = false;
            const char *name = item->columns.items[i].name;

            if (in_side(right, name, &hidden) != NULL && !common(run, left, right, name)) {
                return false;
            }
        }
    }
    return true;
}

/* (a JOIN b) AS j hides a and b. */
static bool cover(struct guard_run *run, struct guard_scope *scope, struct guard_item **link,
                  const struct qn_json_node *node)
{
    const struct qn_json_node *using = guard_field(node, "usingClause"), *at;
    struct guard_item *inner = *link, *item;
    struct guard_column *columns;
    size_t n = 0, max = guard_count(using);
    bool hidden = false;

    for (item = inner; item != NULL; item = item->next) {
        max += item->columns.n;
        hidden |= item->hidden;
    }
    columns = guard_columns_make(run, max);
    for (at = using != NULL ? using->first : NULL; at != NULL && columns != NULL; at = at->next) {
        columns[n++].name = guard_string(at);
    }
    for (item = inner; item != NULL && columns != NULL; item = item->next) {
        size_t i;

        for (i = 0; i < item->columns.n; i++) {
            const struct guard_columns merged = {columns, guard_count(using)};

            if (guard_find_column(merged, item->columns.items[i].name) == NULL) {
                columns[n++] = item->columns.items[i];
            }
        }
    }
    *link = NULL;
    scope->tail = link;
    item = offer(run, scope);
    if (item == NULL || columns == NULL) {
        return false;
    }
    item->columns = (struct guard_columns){columns, n};
    item->hidden = hidden;
    return name_it(run, item, node, "");
}

/* JOIN ... USING (a) AS k: k has a. */
static bool using_alias(struct guard_run *run, struct guard_scope *scope,
                        const struct qn_json_node *node)
{
    const struct qn_json_node *alias = guard_field(node, "join_using_alias");
    const struct qn_json_node *using = guard_field(node, "usingClause");
    struct guard_item *item;

    if (alias == NULL) {
        return true;
    }
    item = offer(run, scope);
    if (item == NULL) {
        return false;
    }
    item->alias = qn_json_text(alias, "aliasname");
    item->columns.items = guard_columns_make(run, guard_count(using));
    item->columns.n = item->columns.items != NULL ? guard_count(using) : 0;
    item->columns = guard_columns_rename(run, item->columns, using);
    return true;
}

static bool join(struct guard_run *run, struct guard_scope *scope, const struct qn_json_node *node)
{
    const struct qn_json_node *using = guard_field(node, "usingClause"), *at;
    struct guard_item **first = scope->tail, **middle;
    struct side left, right;

    if (!guard_from(run, scope, guard_field(node, "larg"))) {
        return false;
    }
    middle = scope->tail;
    if (!guard_from(run, scope, guard_field(node, "rarg"))) {
        return false;
    }
    left = (struct side){*first, *middle};
    right = (struct side){*middle, NULL};
    for (at = using != NULL ? using->first : NULL; at != NULL; at = at->next) {
        if (!common(run, left, right, guard_string(at))) {
            return false;
        }
    }
    if (guard_field(node, "isNatural") != NULL && !natural(run, left, right)) {
        return false;
    }
    if (!guard_expr(run, scope, guard_field(node, "quals")) || !using_alias(run, scope, node)) {
        return false;
    }
    return alias_of(node)[0] == '\0' || cover(run, scope, first, node);
}

bool guard_from(struct guard_run *run, struct guard_scope *scope, const struct qn_json_node *node)
{
    const struct qn_json_node *inner = guard_tagged(node);
    const char *tag = inner != NULL ? inner->key : "";

    if (strcmp(tag, "RangeVar") == 0) {
        return table(run, scope, inner);
    }
    if (strcmp(tag, "RangeSubselect") == 0) {
        return subselect(run, scope, inner);
    }
    if (strcmp(tag, "RangeFunction") == 0) {
        return function(run, scope, inner);
    }
    if (strcmp(tag, "JoinExpr") == 0) {
        return join(run, scope, inner);
    }
    if (strcmp(tag, "RangeTableSample") == 0) {
        return guard_from(run, scope, guard_field(inner, "relation")) &&
               guard_expr(run, scope, guard_field(inner, "args")) &&
               guard_expr(run, scope, guard_field(inner, "repeatable"));
    }
    return guard_refuse(run, GUARD_NODE, -1, tag, "what FROM may not have (%s)", tag);
}
