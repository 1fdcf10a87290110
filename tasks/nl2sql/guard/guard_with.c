/* WITH: names that stand for a SELECT, each seen by those after it, a recursive one by itself. */
#include "guard_run.h"

#include <string.h>

static struct guard_cte *declare(struct guard_run *run, struct guard_scope *scope,
                                 const struct qn_json_node *node)
{
    struct guard_cte *cte = qn_arena_alloc(run->arena, 1, sizeof(*cte));

    if (cte != NULL) {
        *cte = (struct guard_cte){
            .outer = scope->ctes, .name = qn_json_text(node, "ctename"), .series = 1};
        scope->ctes = cte;
    }
    return cte;
}

/* The columns that the recursive term sees: their values change, so nothing is known of them. */
static struct guard_columns own_columns(struct guard_run *run, const struct guard_cte *cte)
{
    struct guard_column *items = guard_columns_make(run, cte->start.n);
    size_t i;

    for (i = 0; items != NULL && i < cte->start.n; i++) {
        items[i].name = cte->start.items[i].name;
        items[i].own = cte;
        items[i].place = i;
    }
    return (struct guard_columns){items, items != NULL ? cte->start.n : 0};
}

/* To those outside they are columns like others. */
static struct guard_columns outer_columns(struct guard_run *run, const struct guard_cte *cte)
{
    struct guard_column *items = guard_columns_make(run, cte->start.n);
    size_t i;

    for (i = 0; items != NULL && i < cte->start.n; i++) {
        items[i].name = cte->start.items[i].name;
        if (cte->start.items[i].bound.kind == GUARD_BOUND_TIME) {
            items[i].bound = guard_bound_data();
        }
    }
    return (struct guard_columns){items, items != NULL ? cte->start.n : 0};
}

/* SEARCH and CYCLE make columns more. */
static struct guard_columns with_marks(struct guard_run *run, struct guard_columns columns,
                                       const struct qn_json_node *node)
{
    const struct qn_json_node *search = guard_field(node, "search_clause");
    const struct qn_json_node *cycle = guard_field(node, "cycle_clause");
    struct guard_column *items = guard_columns_make(run, columns.n + 3);

    if ((search == NULL && cycle == NULL) || items == NULL) {
        return columns;
    }
    if (columns.n > 0) {
        memcpy(items, columns.items, columns.n * sizeof(*items));
    }
    if (search != NULL) {
        items[columns.n++].name = qn_json_text(search, "search_seq_column");
    }
    if (cycle != NULL) {
        items[columns.n++].name = qn_json_text(cycle, "cycle_mark_column");
        items[columns.n++].name = qn_json_text(cycle, "cycle_path_column");
    }
    return (struct guard_columns){items, columns.n};
}

/* name AS (first UNION more): more sees the name. */
static bool recursive(struct guard_run *run, struct guard_scope *scope, struct guard_cte *cte,
                      const struct qn_json_node *node)
{
    const struct qn_json_node *select = guard_is(guard_field(node, "ctequery"), "SelectStmt");
    struct guard_scope inner = {.parent = scope, .ctes = scope->ctes};

    inner.tail = &inner.items;
    if (!guard_with(run, &inner, guard_field(select, "withClause")) ||
        !guard_select(run, &inner, inner.ctes, guard_field(select, "larg"), NULL, &cte->start)) {
        return false;
    }
    cte->start = guard_columns_rename(run, cte->start, guard_field(node, "aliascolnames"));
    cte->columns = with_marks(run, own_columns(run, cte), node);
    cte->distinct = guard_field(select, "all") == NULL;
    cte->ready = true;
    if (!guard_select(run, &inner, inner.ctes, guard_field(select, "rarg"), cte, NULL) ||
        !guard_set_rest(run, &inner, inner.ctes, select, cte->start)) {
        return false;
    }
    if (cte->used == 0) { /* no recursion after all */
        cte->columns = with_marks(run, cte->start, node);
        return true;
    }
    cte->used = 0;
    cte->columns = with_marks(run, outer_columns(run, cte), node);
    return true;
}

static bool body(struct guard_run *run, struct guard_scope *scope, struct guard_cte *cte,
                 const struct qn_json_node *node)
{
    const struct qn_json_node *select = guard_is(guard_field(node, "ctequery"), "SelectStmt");
    struct guard_columns columns;

    if (!guard_select(run, scope, scope->ctes, select, NULL, &columns)) {
        return false;
    }
    columns = guard_columns_rename(run, columns, guard_field(node, "aliascolnames"));
    cte->columns = with_marks(run, columns, node);
    return true;
}

/* Rows of series are counted by name, to be multiplied again when it is used again. */
static bool one(struct guard_run *run, struct guard_scope *scope, struct guard_cte *cte,
                const struct qn_json_node *node)
{
    const struct qn_json_node *select = guard_is(guard_field(node, "ctequery"), "SelectStmt");
    const double before = run->series;
    bool right;

    if (select == NULL) {
        return guard_refuse(run, GUARD_STATEMENT, guard_position(node), cte->name,
                            "%s: only a SELECT may be in WITH", cte->name);
    }
    run->series = 1;
    right = cte->outer != scope->ctes && guard_field(select, "larg") != NULL
                ? recursive(run, scope, cte, node)
                : body(run, scope, cte, node);
    cte->series = run->series;
    cte->ready = true;
    run->series *= before;
    return right &&
           (run->series <= GUARD_SERIES_MAX || guard_refuse(run, GUARD_SIZE, guard_position(node),
                                                            cte->name, "series: too many rows"));
}

/* In WITH RECURSIVE every name is there from the start; one that is not ready is refused. */
static bool all_at_once(struct guard_run *run, struct guard_scope *scope,
                        const struct qn_json_node *list)
{
    struct guard_cte *ctes[GUARD_CTES_MAX];
    const struct qn_json_node *at;
    size_t i = 0;

    for (at = list->first; at != NULL && i < GUARD_CTES_MAX; at = at->next) {
        ctes[i] = declare(run, scope, guard_is(at, "CommonTableExpr"));
        if (ctes[i++] == NULL) {
            return false;
        }
    }
    i = 0;
    for (at = list->first; at != NULL && i < GUARD_CTES_MAX; at = at->next) {
        if (!one(run, scope, ctes[i++], guard_is(at, "CommonTableExpr"))) {
            return false;
        }
    }
    return true;
}

/* Else each name is seen by those after it only, and not by itself. */
static bool in_turn(struct guard_run *run, struct guard_scope *scope,
                    const struct qn_json_node *list)
{
    const struct qn_json_node *at;

    for (at = list->first; at != NULL; at = at->next) {
        struct guard_cte *before = scope->ctes;
        struct guard_cte *cte = declare(run, scope, guard_is(at, "CommonTableExpr"));
        bool right;

        if (cte == NULL) {
            return false;
        }
        scope->ctes = before;
        right = one(run, scope, cte, guard_is(at, "CommonTableExpr"));
        scope->ctes = cte;
        if (!right) {
            return false;
        }
    }
    return true;
}

bool guard_with(struct guard_run *run, struct guard_scope *scope, const struct qn_json_node *with)
{
    const struct qn_json_node *list = guard_field(with, "ctes");

    if (list == NULL) {
        return true;
    }
    return guard_field(with, "recursive") != NULL ? all_at_once(run, scope, list)
                                                  : in_turn(run, scope, list);
}
