/* What a measure of a frame is: whose rows, which expression, which time. */
#include "write_block.h"

#include <string.h>

/* ---- whose rows ---- */

static bool goes_up(const struct write_run *run, size_t from, size_t to)
{
    struct path path;
    int rc = from == to ? QN_OK : path_find(&run->graph, from, to, PATH_UP, &path, NULL);

    return rc == QN_OK || rc == QN_ESTATE;
}

static bool reaches_all(const struct write_run *run, size_t from, const struct sql_expr *expr)
{
    for (size_t i = 0; i < expr->n_tables; i++) {
        if (!goes_up(run, from, expr->tables[i])) {
            return false;
        }
    }
    return true;
}

/* Of the tables of an expression the one whose rows have at most one of all others. */
static size_t root_of(const struct write_run *run, const struct sql_expr *expr)
{
    for (size_t i = 0; i < expr->n_tables; i++) {
        if (reaches_all(run, expr->tables[i], expr)) {
            return expr->tables[i];
        }
    }
    return QN_MODEL_NONE;
}

static void read_expr(struct write_run *run, const char *text, size_t of, struct sql_expr *ret)
{
    struct qn_err err = {0};

    if (run->rc == QN_OK && sql_expr_read(ret, run->model, text, of, run->arena, &err) != QN_OK) {
        write_fail(run, "%s", err.msg);
    }
}

/* ---- the item-level form ---- */

static bool is_item_table(const struct write_run *run, const struct qn_model_metric *metric,
                          size_t table)
{
    for (size_t i = 0; i < metric->n_item_level_for; i++) {
        if (qn_model_find_table(run->model, metric->item_level_for[i], NULL) == table) {
            return true;
        }
    }
    return false;
}

struct needs {
    const struct write_run *run;
    const struct write_measure *measure;
    size_t items; /* the item-level form's table */
    bool named, only;
};

/* named: the metric says so. only: this form has it, the other one not. */
static void need(struct needs *needs, size_t table)
{
    if (table == QN_MODEL_NONE) {
        return;
    }
    needs->named = needs->named || is_item_table(needs->run, needs->measure->metric, table);
    needs->only = needs->only || (!goes_up(needs->run, needs->measure->base, table) &&
                                  goes_up(needs->run, needs->items, table));
}

static size_t filter_table(const struct write_run *run, const struct frame_filter *filter)
{
    if (filter->test == FRAME_CONDITION) {
        return qn_model_find_table(run->model, run->model->conditions[filter->condition].table,
                                   NULL);
    }
    return filter->of.table;
}

static bool needs_items(const struct write_run *run, const struct write_measure *measure,
                        size_t items)
{
    const struct frame *frame = run->frame;
    struct needs needs = {.run = run, .measure = measure, .items = items};

    for (size_t i = 0; i < frame->n_dimensions; i++) {
        need(&needs, frame->dimensions[i].of.table);
    }
    for (size_t i = 0; i < frame->n_filters; i++) {
        need(&needs, filter_table(run, &frame->filters[i]));
    }
    for (size_t i = 0; i < frame->n_part; i++) {
        need(&needs, filter_table(run, &frame->part[i]));
    }
    return needs.named || needs.only;
}

static void plan_metric(struct write_run *run, struct write_measure *measure)
{
    const struct qn_model_metric *metric = measure->metric;
    size_t from = metric->from[0] != '\0' ? qn_model_find_table(run->model, metric->from, NULL)
                                          : QN_MODEL_NONE;
    struct sql_expr items = {0};
    size_t item_base = QN_MODEL_NONE;

    read_expr(run, metric->expr, from, &measure->expr);
    measure->base = from != QN_MODEL_NONE && reaches_all(run, from, &measure->expr)
                        ? from
                        : root_of(run, &measure->expr);
    if (metric->item_expr[0] != '\0') {
        read_expr(run, metric->item_expr, QN_MODEL_NONE, &items);
        item_base = root_of(run, &items);
    }
    if (run->rc == QN_OK && measure->base == QN_MODEL_NONE) {
        write_fail(run, "nothing says whose rows %s is about", metric->name);
    }
    if (run->rc == QN_OK && item_base != QN_MODEL_NONE && needs_items(run, measure, item_base)) {
        measure->item = true;
        measure->base = item_base;
        measure->expr = items;
    }
    if (metric->filter[0] != '\0') {
        read_expr(run, metric->filter, from != QN_MODEL_NONE ? from : measure->base,
                  &measure->filter);
    }
    measure->additive = metric->additive;
    measure->rounded = measure->expr.average || strcmp(metric->unit, "percent") == 0;
    measure->name = metric->name;
}

static const char *aggregate_name(struct write_run *run, const struct frame_measure *of)
{
    static const char *const before[] = {[FRAME_COUNT_DISTINCT] = "distinct_",
                                         [FRAME_SUM] = "total_",
                                         [FRAME_AVERAGE] = "average_",
                                         [FRAME_MIN] = "lowest_",
                                         [FRAME_MAX] = "highest_"};
    const char *name;

    if (of->aggregate == FRAME_COUNT) {
        return write_table_name(run, of->of.table, true);
    }
    name = of->of.column != QN_MODEL_NONE ? write_column_name(run, of->of)
                                          : write_table_name(run, of->of.table, true);
    return strncmp(name, "total_", 6) == 0 && of->aggregate == FRAME_SUM
               ? name
               : qn_arena_printf(run->arena, "%s%s", before[of->aggregate], name);
}

static void plan_aggregate(struct write_run *run, struct write_measure *measure)
{
    const struct frame_measure *of = &measure->of;

    measure->base = of->of.table;
    measure->additive = of->aggregate == FRAME_COUNT || of->aggregate == FRAME_SUM ||
                        of->aggregate == FRAME_COUNT_DISTINCT;
    if (of->of.column == QN_MODEL_NONE && of->aggregate > FRAME_COUNT_DISTINCT) {
        write_fail(run, "a table is no number");
        return;
    }
    measure->name = aggregate_name(run, of);
    if (of->of.column != QN_MODEL_NONE && of->aggregate == FRAME_AVERAGE) {
        const enum qn_family family =
            run->model->tables[of->of.table].columns[of->of.column].family;

        measure->rounded =
            family == QN_FAMILY_INTEGER || family == QN_FAMILY_NUMERIC || family == QN_FAMILY_FLOAT;
    }
}

/* ---- time ---- */

static bool wants_time(const struct frame *frame)
{
    return frame->period.from[0] != '\0' || frame->period.to[0] != '\0' ||
           frame->kind == FRAME_COMPARE;
}

/* The time that the rows themselves have; table NONE: none. */
static struct frame_place own_time(const struct write_run *run, const struct write_measure *measure)
{
    const struct frame_place none = {QN_MODEL_NONE, QN_MODEL_NONE};
    struct frame_place ret = none;

    if (measure->metric != NULL && measure->metric->time[0] != '\0' &&
        qn_model_find_column(run->model, measure->metric->time, &ret.table, &ret.column)) {
        return ret;
    }
    return write_time_find(run, measure->base, &ret) ? ret : none;
}

static bool is_same(struct frame_place a, struct frame_place b)
{
    return a.table == b.table && a.column == b.column;
}

/* What is said of the first measure's time is meant of each measure's own. */
static struct frame_place meant(const struct write_measure *first,
                                const struct write_measure *measure, struct frame_place time)
{
    return is_same(time, first->own) && measure->own.table != QN_MODEL_NONE ? measure->own : time;
}

static void plan_time(struct write_run *run, const struct write_measure *first,
                      struct write_measure *measure)
{
    const struct frame *frame = run->frame;

    measure->time = (struct frame_place){QN_MODEL_NONE, QN_MODEL_NONE};
    measure->first_own = first->own;
    if (!wants_time(frame) || run->rc != QN_OK) {
        return;
    }
    if (frame->time.table == QN_MODEL_NONE) {
        measure->time =
            measure->own.table != QN_MODEL_NONE ? measure->own : write_time_of(run, measure->base);
    } else if (frame->time.column == QN_MODEL_NONE) {
        measure->time = meant(first, measure, write_time_of(run, frame->time.table));
    } else {
        measure->time = meant(first, measure, frame->time);
    }
}

static void plan_one(struct write_run *run, size_t place, struct write_measure *ret)
{
    const struct frame_measure *of = &run->frame->measures[place];

    *ret = (struct write_measure){.of = *of, .base = QN_MODEL_NONE, .name = ""};
    if (of->metric != QN_MODEL_NONE) {
        ret->metric = &run->model->metrics[of->metric];
        plan_metric(run, ret);
    } else {
        plan_aggregate(run, ret);
    }
    if (run->rc == QN_OK) {
        ret->own = own_time(run, ret);
    }
}

void write_measure_plan(struct write_run *run, size_t place, struct write_measure *ret)
{
    struct write_measure other, first;
    const char *name;

    plan_one(run, place, ret);
    name = ret->name;
    for (size_t i = 0; i < place && run->rc == QN_OK; i++) {
        plan_one(run, i, &other);
        if (run->rc == QN_OK && strcmp(other.name, name) == 0) {
            ret->name = qn_arena_printf(run->arena, "%s_%zu", name, place + 1);
        }
    }
    for (size_t i = 0; i < run->frame->n_dimensions && run->rc == QN_OK; i++) {
        if (strcmp(write_dimension_name(run, i), ret->name) == 0) {
            ret->name = qn_arena_printf(run->arena, "%s_figure", ret->name);
        }
    }
    if (run->rc == QN_OK) {
        plan_one(run, 0, &first);
        plan_time(run, &first, ret);
    }
}

static const char *filter_of(const struct write_measure *measure)
{
    return measure->metric != NULL ? measure->metric->filter : "";
}

bool write_measure_same(const struct write_measure *a, const struct write_measure *b)
{
    return a->base == b->base && is_same(a->time, b->time) && is_same(a->own, b->own) &&
           strcmp(filter_of(a), filter_of(b)) == 0;
}
