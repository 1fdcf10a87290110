#include "write_filter.h"

#include "calendar.h"
#include "tasks/lib/model/model_sql.h"
#include <string.h>

/* ---- one condition of a column ---- */

static bool is_about_days(const struct qn_model_column *column, const struct frame_filter *filter)
{
    int64_t day;

    if (filter->test == FRAME_BEFORE_DAY || filter->test == FRAME_FROM_DAY) {
        return true;
    }
    return (column->family == QN_FAMILY_DATE || column->family == QN_FAMILY_TIMESTAMP) &&
           filter->n_values > 0 && calendar_parse(filter->values[0], &day) &&
           (filter->test == FRAME_IS ? filter->n_values == 1 : filter->test <= FRAME_BETWEEN);
}

static const char *literal(struct write_run *run, const struct qn_model_column *column,
                           const struct frame_filter *filter, size_t place)
{
    const char *text =
        place < filter->n_values ? sql_literal(run->arena, column, filter->values[place]) : NULL;

    if (text == NULL) {
        write_fail(run, "%.60s is no value of %s",
                   place < filter->n_values ? filter->values[place] : "nothing", column->name);
        return "";
    }
    return text;
}

static const char *one_of(struct write_run *run, const struct qn_model_column *column,
                          const char *expr, const struct frame_filter *filter)
{
    const char *list = literal(run, column, filter, 0);

    if (column->family == QN_FAMILY_BOOLEAN && filter->n_values == 1) {
        bool wanted = (strcmp(list, "true") == 0) != filter->negated;

        return wanted ? expr : qn_arena_printf(run->arena, "NOT %s", expr);
    }
    if (filter->n_values == 1) {
        return qn_arena_printf(run->arena, "%s %s %s", expr, filter->negated ? "<>" : "=", list);
    }
    for (size_t i = 1; i < filter->n_values; i++) {
        list = qn_arena_printf(run->arena, "%s, %s", list, literal(run, column, filter, i));
    }
    return qn_arena_printf(run->arena, "%s %sIN (%s)", expr, filter->negated ? "NOT " : "", list);
}

/* The text anywhere in it: what LIKE reads as patterns is taken as it is. */
static const char *contains(struct write_run *run, const struct qn_model_column *column,
                            const char *expr, const struct frame_filter *filter)
{
    const char *value = filter->n_values > 0 ? filter->values[0] : "";
    char *out = qn_arena_alloc(run->arena, 2 * strlen(value) + 3, 1);
    size_t n = 0;

    if (out == NULL) {
        return "";
    }
    out[n++] = '%';
    for (; *value != '\0'; value++) {
        if (strchr("%_\\", *value) != NULL) {
            out[n++] = '\\';
        }
        out[n++] = *value;
    }
    out[n] = '%';
    return qn_arena_printf(run->arena, "%s%s %sILIKE %s", expr,
                           column->family == QN_FAMILY_TEXT ? "" : "::text",
                           filter->negated ? "NOT " : "", sql_quote(run->arena, out));
}

static const char *against_average(struct write_scope *scope, const struct frame_filter *filter,
                                   const char *expr)
{
    struct write_run *run = scope->run;
    struct write_scope *all = write_scope_create(run, scope->names, filter->of.table, true);
    const bool above = (filter->test == FRAME_ABOVE_AVERAGE) != filter->negated;
    struct sql_select select = {0};

    sql_add(&select.items,
            qn_arena_printf(run->arena, "avg(%s)", write_scope_at(all, 0, filter->of.column)));
    write_scope_finish(all, &select);
    return run->rc != QN_OK ? ""
                            : qn_arena_printf(run->arena, "%s %s (%s)", expr, above ? ">" : "<",
                                              sql_inline(run->arena, &select));
}

static const char *against_value(struct write_run *run, const struct qn_model_column *column,
                                 const char *expr, const struct frame_filter *filter)
{
    static const char *const operators[][2] = {[FRAME_LESS] = {"<", ">="},
                                               [FRAME_AT_MOST] = {"<=", ">"},
                                               [FRAME_MORE] = {">", "<="},
                                               [FRAME_AT_LEAST] = {">=", "<"}};

    if (filter->test == FRAME_BETWEEN) {
        return qn_arena_printf(run->arena, "%s %sBETWEEN %s AND %s", expr,
                               filter->negated ? "NOT " : "", literal(run, column, filter, 0),
                               literal(run, column, filter, 1));
    }
    return qn_arena_printf(run->arena, "%s %s %s", expr,
                           operators[filter->test][filter->negated ? 1 : 0],
                           literal(run, column, filter, 0));
}

static const char *of_column(struct write_scope *scope, size_t node,
                             const struct frame_filter *filter)
{
    struct write_run *run = scope->run;
    const struct qn_model_table *table = &run->model->tables[scope->nodes[node].table];
    size_t place = filter->of.column != QN_MODEL_NONE ? filter->of.column : table->label;
    const struct qn_model_column *column;
    const char *expr;

    if (place == QN_MODEL_NONE) {
        write_fail(run, "nothing names the rows of %s", table->name);
        return "";
    }
    column = &table->columns[place];
    expr = write_scope_at(scope, node, place);
    if (is_about_days(column, filter)) {
        return write_day_test(run, column, expr, filter);
    }
    switch (filter->test) {
    case FRAME_IS:
        return one_of(run, column, expr, filter);
    case FRAME_CONTAINS:
        return contains(run, column, expr, filter);
    case FRAME_EMPTY:
        return qn_arena_printf(run->arena, "%s IS %sNULL", expr, filter->negated ? "NOT " : "");
    case FRAME_ABOVE_AVERAGE:
    case FRAME_BELOW_AVERAGE:
        return against_average(scope, filter, expr);
    default:
        return against_value(run, column, expr, filter);
    }
}

/* ---- conditions of the model ---- */

static size_t condition_table(struct write_run *run, const struct frame_filter *filter)
{
    const struct qn_model_condition *condition = &run->model->conditions[filter->condition];
    size_t table = qn_model_find_table(run->model, condition->table, NULL);

    if (table == QN_MODEL_NONE) {
        write_fail(run, "a condition is about %s, which is not there", condition->table);
        return 0;
    }
    return table;
}

static const char *of_condition(struct write_scope *scope, const struct frame_filter *filter)
{
    struct write_run *run = scope->run;
    struct sql_expr expr;
    struct qn_err err = {0};
    const char *text;
    int rc = sql_expr_read(&expr, run->model, run->model->conditions[filter->condition].where,
                           condition_table(run, filter), run->arena, &err);

    if (rc != QN_OK) {
        write_fail(run, "%s", err.msg);
        return "";
    }
    text = write_scope_expr(scope, &expr);
    if (filter->negated) {
        return qn_arena_printf(run->arena, "NOT (%s)", text);
    }
    return strstr(text, " or ") != NULL || strstr(text, " OR ") != NULL
               ? qn_arena_printf(run->arena, "(%s)", text)
               : text;
}

/* ---- where it is put ---- */

static struct write_exists *add_exists(struct write_scope *scope, struct write_where *where,
                                       size_t anchor, struct path_step step)
{
    struct write_exists *exists;

    if (where->n_exists == WRITE_EXISTS_MAX) {
        write_fail(scope->run, "too many tables are asked about");
        return &where->exists[0];
    }
    exists = &where->exists[where->n_exists++];
    *exists = (struct write_exists){.anchor = anchor, .step = step};
    exists->inner = write_scope_create(scope->run, scope->names, step.to, true);
    return exists;
}

static size_t join_steps(struct write_scope *scope, const struct path *path, size_t n)
{
    size_t node = 0;

    for (size_t i = 0; i < n; i++) {
        if (!write_scope_reach(scope, path->steps[i].to, &node)) {
            write_fail(scope->run, "%s cannot be joined",
                       scope->run->model->tables[path->steps[i].to].name);
        }
    }
    return node;
}

/* Tables that a row may have many of: EXISTS, one for all that is said of the same rows. */
static void put_below(struct write_scope *scope, struct write_where *where,
                      const struct frame_filter *filter, size_t table)
{
    struct write_run *run = scope->run;
    struct frame_filter positive = *filter;
    struct write_exists *exists = NULL;
    struct qn_err err = {0};
    struct path path;
    /* a part of a rate takes no rows away */
    const bool may_bridge = !filter->negated && where == &scope->where;
    size_t ups = 0, anchor;

    if (path_find(&run->graph, scope->nodes[0].table, table, PATH_ANY, &path, &err) != QN_OK) {
        write_fail(run, "%s", err.msg);
        return;
    }
    while (ups + 1 < path.n && path.steps[ups].up) {
        ups++;
    }
    anchor = join_steps(scope, &path, ups);
    for (size_t i = 0; i < scope->n_bridges && anchor == 0 && may_bridge; i++) {
        if (scope->bridges[i].step.relation == path.steps[ups].relation) {
            write_filter(scope->bridges[i].inner, &scope->bridges[i].inner->where, filter);
            return;
        }
    }
    for (size_t i = 0; i < where->n_exists && !filter->negated; i++) {
        if (where->exists[i].anchor == anchor && !where->exists[i].negated &&
            where->exists[i].step.relation == path.steps[ups].relation) {
            exists = &where->exists[i];
        }
    }
    exists = exists != NULL ? exists : add_exists(scope, where, anchor, path.steps[ups]);
    exists->negated = filter->negated;
    positive.negated = false;
    write_filter(exists->inner, &exists->inner->where, &positive);
}

/* ---- EXISTS ---- */

/* The first step from the rows of one table to those of another; a relation of a table to itself
 * leads down. */
static bool first_step(struct write_run *run, size_t from, size_t to, struct path_step *ret)
{
    struct qn_err err = {0};
    struct path path;

    if (from != to) {
        if (path_find(&run->graph, from, to, PATH_ANY, &path, &err) != QN_OK) {
            write_fail(run, "%s", err.msg);
            return false;
        }
        *ret = path.steps[0];
        return true;
    }
    for (size_t i = 0; i < run->model->n_relations; i++) {
        const struct qn_model_relation *one = &run->model->relations[i];

        if (one->verdict == QN_MODEL_ACCEPTED && one->child == from && one->parent == from) {
            *ret = (struct path_step){i, from, false};
            return true;
        }
    }
    write_fail(run, "rows of %s do not refer to each other", run->model->tables[from].name);
    return false;
}

static void put_exists(struct write_scope *scope, struct write_where *where,
                       const struct frame_filter *filter, size_t anchor)
{
    struct write_run *run = scope->run;
    struct write_exists *exists;
    struct path_step step;
    size_t node;

    if (!first_step(run, scope->nodes[anchor].table, filter->related, &step)) {
        return;
    }
    exists = add_exists(scope, where, anchor, step);
    exists->negated = filter->negated;
    if (!write_scope_reach(exists->inner, filter->related, &node)) {
        write_fail(run, "%s cannot be joined", run->model->tables[filter->related].name);
    }
    for (size_t i = 0; i < filter->n_inner; i++) {
        write_filter(exists->inner, &exists->inner->where, &filter->inner[i]);
    }
    if (filter->inner_period.from[0] != '\0' || filter->inner_period.to[0] != '\0') {
        write_period(exists->inner, &exists->inner->where, write_time_of(run, filter->related),
                     &filter->inner_period);
    }
}

void write_filter(struct write_scope *scope, struct write_where *where,
                  const struct frame_filter *filter)
{
    struct write_run *run = scope->run;
    size_t table = filter->through ? filter->via.table : filter->of.table, node = 0;

    if (filter->test == FRAME_CONDITION) {
        table = condition_table(run, filter);
    } else if (table == QN_MODEL_NONE) {
        table = scope->nodes[0].table;
    }
    if (run->rc != QN_OK) {
        return;
    }
    if (!write_scope_reach(scope, table, &node)) {
        if (run->rc == QN_OK) {
            put_below(scope, where, filter, table);
        }
    } else if (filter->test == FRAME_EXISTS) {
        put_exists(scope, where, filter, node);
    } else if (filter->through && filter->test == FRAME_IS) {
        node = write_scope_follow(scope, node, write_relation_of(run, filter->via));
        sql_add_once(&where->texts, of_column(scope, node, filter));
    } else {
        sql_add_once(&where->texts, filter->test == FRAME_CONDITION
                                        ? of_condition(scope, filter)
                                        : of_column(scope, node, filter));
    }
}
