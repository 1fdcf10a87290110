/* A SELECT: its WITH, its FROM, and what it gives. */
#include "guard_run.h"

#include <string.h>

struct select {
    struct guard_run *run;
    struct guard_scope scope;
    const struct qn_json_node *node;
    struct guard_columns out;
};

/* ---- what it gives ---- */

static size_t count_outputs(const struct select *select, const struct qn_json_node *targets)
{
    const struct qn_json_node *at = targets != NULL ? targets->first : NULL;
    const struct guard_item *item;
    size_t n = 0, all = 0;

    for (item = select->scope.items; item != NULL; item = item->next) {
        all += item->columns.n;
    }
    for (; at != NULL; at = at->next) {
        const struct qn_json_node *ref =
            guard_is(guard_field(guard_is(at, "ResTarget"), "val"), "ColumnRef");

        n += ref != NULL ? all + 1 : 1;
    }
    return n;
}

/* A star: the columns of one item, or of all. False when it is none. */
static bool expand(const struct select *select, const struct qn_json_node *value,
                   struct guard_column *columns, size_t *n)
{
    const struct qn_json_node *fields = guard_field(guard_is(value, "ColumnRef"), "fields");
    const struct qn_json_node *first = fields != NULL ? fields->first : NULL;
    const size_t parts = guard_count(fields);
    const struct qn_json_node *last = first;
    const struct guard_item *item, *only = NULL;
    size_t i;

    while (last != NULL && last->next != NULL) {
        last = last->next;
    }
    if (guard_is(last, "A_Star") == NULL) {
        return false;
    }
    if (parts == 2) {
        only = guard_find_item(&select->scope, guard_string(first), "");
    } else if (parts == 3 && first != NULL) {
        only = guard_find_item(&select->scope, guard_string(first->next), guard_string(first));
    }
    for (item = only != NULL ? only : select->scope.items; item != NULL; item = item->next) {
        for (i = 0; i < item->columns.n; i++) {
            columns[(*n)++] = item->columns.items[i];
        }
        if (only != NULL) {
            break;
        }
    }
    return true;
}

/* How large the expression is once the names in it are replaced by what they stand for: a text
 * that doubles in every layer is as long as this says. */
static bool weigh(struct guard_run *run, const struct qn_json_node *target, double weight)
{
    return weight <= GUARD_WEIGHT_MAX || guard_refuse(run, GUARD_SIZE, guard_position(target), "",
                                                      "an expression becomes too large");
}

static bool target(struct select *select, const struct qn_json_node *node,
                   struct guard_column *columns, size_t *n)
{
    struct guard_run *run = select->run;
    const struct qn_json_node *value = guard_field(node, "val");
    const double before = run->weight;
    const struct guard_column *column;
    struct guard_column made = {.name = qn_json_text(node, "name")};

    run->weight = 0;
    if (!guard_expr(run, &select->scope, value)) {
        return false;
    }
    made.weight = run->weight;
    run->weight += before;
    if (!weigh(run, node, made.weight)) {
        return false;
    }
    if (expand(select, value, columns, n)) {
        return true;
    }
    if (guard_field(node, "name") == NULL) {
        made.name = guard_figure(value);
    }
    made.value = value;
    made.bound = guard_bound_of(run, &select->scope, value);
    column = guard_is(value, "ColumnRef") != NULL
                 ? guard_look(&select->scope, guard_is(value, "ColumnRef"))
                 : NULL;
    if (column != NULL) {
        made.base = column->base;
        made.item = column->item;
        made.place = column->place;
        made.own = column->own;
    }
    columns[(*n)++] = made;
    return true;
}

static bool targets(struct select *select)
{
    const struct qn_json_node *list = guard_field(select->node, "targetList");
    const struct qn_json_node *at = list != NULL ? list->first : NULL;
    struct guard_column *columns = guard_columns_make(select->run, count_outputs(select, list));
    size_t n = 0;

    if (columns == NULL) {
        return false;
    }
    for (; at != NULL; at = at->next) {
        if (!target(select, guard_is(at, "ResTarget"), columns, &n)) {
            return false;
        }
    }
    select->out = (struct guard_columns){columns, n};
    return true;
}

static const char *numbered(struct guard_run *run, size_t place)
{
    return qn_arena_printf(run->arena, "column%zu", place + 1);
}

static bool values(struct select *select, const struct qn_json_node *lists)
{
    struct guard_run *run = select->run;
    const struct qn_json_node *row = lists->first, *at, *items;
    const size_t n = guard_count(guard_field(guard_is(row, "List"), "items"));
    struct guard_column *columns = guard_columns_make(run, n);
    size_t i;

    if (columns == NULL) {
        return false;
    }
    for (; row != NULL; row = row->next) {
        items = guard_field(guard_is(row, "List"), "items");
        if (!guard_expr(run, &select->scope, items)) {
            return false;
        }
        at = items != NULL ? items->first : NULL;
        for (i = 0; i < n && at != NULL; i++, at = at->next) {
            struct guard_bound bound = guard_bound_of(run, &select->scope, at);

            columns[i].bound =
                row == lists->first ? bound : guard_bound_join(columns[i].bound, bound);
            columns[i].name = numbered(run, i);
        }
    }
    select->out = (struct guard_columns){columns, n};
    return true;
}

/* ---- GROUP BY, ORDER BY ---- */

static bool is_output(const struct select *select, const char *name)
{
    return name != NULL && guard_find_column(select->out, name) != NULL;
}

/* A name alone in ORDER BY and DISTINCT ON is first of all one of the outputs, which were looked
 * at where they are made. */
static bool sorted(struct select *select, const struct qn_json_node *list)
{
    const struct qn_json_node *at = list != NULL ? list->first : NULL;

    for (; at != NULL; at = at->next) {
        const struct qn_json_node *by = guard_is(at, "SortBy");
        const struct qn_json_node *node = by != NULL ? guard_field(by, "node") : at;

        if (!is_output(select, guard_plain_name(node)) &&
            !guard_expr(select->run, &select->scope, node)) {
            return false;
        }
    }
    return true;
}

static bool is_local(const struct select *select, const char *name)
{
    const struct guard_item *item;

    for (item = select->scope.items; item != NULL; item = item->next) {
        if (guard_find_column(item->columns, name) != NULL) {
            return true;
        }
    }
    return false;
}

/* In GROUP BY the columns of the tables go before the outputs. */
static bool grouped(struct select *select, const struct qn_json_node *list)
{
    const struct qn_json_node *at = list != NULL ? list->first : NULL;

    for (; at != NULL; at = at->next) {
        const struct qn_json_node *set = guard_is(at, "GroupingSet");
        const struct qn_json_node *row = guard_is(at, "RowExpr");
        const char *name = guard_plain_name(at);
        bool right;

        if (set != NULL || row != NULL) {
            right = grouped(select,
                            set != NULL ? guard_field(set, "content") : guard_field(row, "args"));
        } else {
            right = (is_output(select, name) && !is_local(select, name)) ||
                    guard_expr(select->run, &select->scope, at);
        }
        if (!right) {
            return false;
        }
    }
    return true;
}

static bool rest(struct select *select)
{
    static const char *const fields[] = {"whereClause", "havingClause", "windowClause",
                                         "limitOffset", "limitCount"};
    size_t i;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (!guard_expr(select->run, &select->scope, guard_field(select->node, fields[i]))) {
            return false;
        }
    }
    return grouped(select, guard_field(select->node, "groupClause")) &&
           sorted(select, guard_field(select->node, "distinctClause")) &&
           sorted(select, guard_field(select->node, "sortClause"));
}

/* ---- the kinds of SELECT ---- */

static bool plain(struct select *select)
{
    const struct qn_json_node *lists = guard_field(select->node, "valuesLists");
    const struct qn_json_node *from = guard_field(select->node, "fromClause");
    const struct qn_json_node *at = from != NULL ? from->first : NULL;

    for (; at != NULL; at = at->next) {
        if (!guard_from(select->run, &select->scope, at)) {
            return false;
        }
    }
    return (lists != NULL ? values(select, lists) : targets(select)) && rest(select);
}

static void start(struct select *select, struct guard_run *run, const struct guard_scope *parent,
                  struct guard_cte *ctes)
{
    select->run = run;
    select->scope = (struct guard_scope){.parent = parent, .ctes = ctes};
    select->scope.tail = &select->scope.items;
    select->out = (struct guard_columns){NULL, 0};
}

bool guard_set_rest(struct guard_run *run, const struct guard_scope *parent, struct guard_cte *ctes,
                    const struct qn_json_node *node, struct guard_columns out)
{
    struct select select = {.node = node};
    struct guard_item item = {.alias = "", .schema = "", .columns = out};

    start(&select, run, parent, ctes);
    select.out = out;
    select.scope.items = &item;
    return rest(&select);
}

/* Both sides see what is outside and the names of WITH; ORDER BY sees what comes out. */
static bool both(struct select *select)
{
    struct guard_run *run = select->run;
    struct guard_columns left, right;
    struct guard_column *columns;
    size_t i;

    if (!guard_select(run, &select->scope, select->scope.ctes, guard_field(select->node, "larg"),
                      NULL, &left) ||
        !guard_select(run, &select->scope, select->scope.ctes, guard_field(select->node, "rarg"),
                      NULL, &right)) {
        return false;
    }
    columns = guard_columns_make(run, left.n);
    for (i = 0; columns != NULL && i < left.n; i++) {
        columns[i].name = left.items[i].name;
        if (i < right.n) {
            columns[i].bound = guard_bound_join(left.items[i].bound, right.items[i].bound);
            columns[i].weight = left.items[i].weight + right.items[i].weight;
        }
    }
    select->out = (struct guard_columns){columns, columns != NULL ? left.n : 0};
    return guard_set_rest(run, select->scope.parent, select->scope.ctes, select->node, select->out);
}

static bool keep(struct guard_run *run, const struct qn_json_node *node,
                 struct guard_columns columns)
{
    struct guard_kept *kept = qn_arena_alloc(run->arena, 1, sizeof(*kept));

    if (kept == NULL) {
        return false;
    }
    *kept = (struct guard_kept){run->kept, node, columns};
    run->kept = kept;
    return true;
}

static bool is_set(const struct qn_json_node *select)
{
    return guard_field(select, "larg") != NULL;
}

/* The recursive term must come to an end. */
static bool ends(struct select *select, const struct guard_cte *own)
{
    if (own == NULL || own->used == 0) {
        return true;
    }
    if (is_set(select->node)) {
        return guard_refuse(select->run, GUARD_SIZE, -1, own->name,
                            "%s: the recursive part must be one SELECT", own->name);
    }
    return guard_recursion(select->run, &select->scope, select->node, own, select->out);
}

bool guard_select(struct guard_run *run, const struct guard_scope *parent, struct guard_cte *ctes,
                  const struct qn_json_node *node, const struct guard_cte *own,
                  struct guard_columns *ret)
{
    struct select select = {.node = node};

    start(&select, run, parent, ctes);
    if (!guard_with(run, &select.scope, guard_field(node, "withClause")) ||
        !(is_set(node) ? both(&select) : plain(&select)) || !ends(&select, own)) {
        return false;
    }
    if (ret != NULL) {
        *ret = select.out;
    }
    return keep(run, node, select.out);
}
