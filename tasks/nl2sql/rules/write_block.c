#include "write_block.h"

#include <string.h>

/* ---- rows as dimensions ---- */

size_t write_label(struct write_run *run, size_t table)
{
    const struct qn_model_table *of = &run->model->tables[table];
    size_t i;

    if (of->label != QN_MODEL_NONE && !of->columns[of->label].hidden) {
        return of->label;
    }
    for (i = 0; i < of->n_keys; i++) {
        if (of->keys[i].n == 1 && !of->columns[of->keys[i].columns[0]].hidden) {
            return of->keys[i].columns[0];
        }
    }
    for (i = 0; i < of->n_columns; i++) {
        if (!of->columns[i].hidden) {
            return i;
        }
    }
    write_fail(run, "nothing names the rows of %s", of->name);
    return 0;
}

/* The label by its name is its rows, "by customer name", unless it sorts them: the city of
 * addresses, the article number of order lines. */
static bool names_rows(const struct qn_model_table *table, size_t column)
{
    const enum qn_role role = table->columns[column].role;

    return column == table->label && role != QN_ROLE_DIMENSION && role != QN_ROLE_GEO &&
           role != QN_ROLE_FLAG &&
           (table->columns[column].unique || table->purpose != QN_PURPOSE_FACT);
}

bool write_is_rows(const struct write_run *run, struct frame_place place, size_t *ret_relation)
{
    const struct qn_model_table *table = &run->model->tables[place.table];

    *ret_relation = QN_MODEL_NONE;
    if (place.column == QN_MODEL_NONE || names_rows(table, place.column)) {
        return true;
    }
    *ret_relation = write_relation_of(run, place);
    return *ret_relation != QN_MODEL_NONE;
}

void write_keys(struct write_scope *scope, size_t node, struct sql_list *ret)
{
    const struct qn_model_table *table = &scope->run->model->tables[scope->nodes[node].table];
    const struct qn_model_key *key = NULL;

    for (size_t i = 0; i < table->n_keys; i++) {
        bool open = true;

        for (size_t k = 0; k < table->keys[i].n; k++) {
            open = open && !table->columns[table->keys[i].columns[k]].hidden;
        }
        if (open && (key == NULL || (table->keys[i].primary && !key->primary))) {
            key = &table->keys[i];
        }
    }
    for (size_t i = 0; key != NULL && i < key->n; i++) {
        sql_add(ret, write_scope_at(scope, node, key->columns[i]));
    }
}

/* ---- dimensions ---- */

static void rows_dimension(struct write_scope *scope, const struct write_spot *spot, size_t node,
                           struct write_dimension *ret)
{
    struct write_run *run = scope->run;
    struct sql_list keys = {0};
    const char *label =
        write_scope_at(spot->scope, node, write_label(run, spot->scope->nodes[node].table));

    write_keys(spot->scope, node, &keys);
    for (size_t i = 0; i < keys.n; i++) {
        if (strcmp(keys.items[i], label) != 0) {
            sql_add(&ret->keys, write_spot_lift(run, spot, keys.items[i]));
        }
    }
    ret->value = write_spot_lift(run, spot, label);
}

static struct frame_place dimension_place(const struct frame_dimension *dimension,
                                          const struct write_measure *of)
{
    const struct frame_place place = dimension->of;

    if (of != NULL && dimension->grain != FRAME_NO_GRAIN && of->own.table != QN_MODEL_NONE &&
        place.table == of->first_own.table && place.column == of->first_own.column) {
        return of->own;
    }
    return place;
}

static const char *column_dimension(struct write_run *run, const struct write_spot *spot,
                                    struct frame_place place, enum frame_grain grain)
{
    const char *expr;

    if (place.column == QN_MODEL_NONE) {
        write_fail(run, "a table is no time");
        return "";
    }
    expr = write_scope_at(spot->scope, spot->node, place.column);
    if (grain != FRAME_NO_GRAIN) {
        expr =
            write_bucket(run, &run->model->tables[place.table].columns[place.column], expr, grain);
    }
    return write_spot_lift(run, spot, expr);
}

void write_dimension_make(struct write_scope *scope, size_t place, const struct write_measure *of,
                          struct write_dimension *ret)
{
    struct write_run *run = scope->run;
    const struct frame_dimension *dimension = &run->frame->dimensions[place];
    const struct frame_place where = dimension_place(dimension, of);
    const struct write_spot spot = write_scope_spot(scope, where.table);
    size_t node = spot.node, relation;

    *ret = (struct write_dimension){.value = "", .grain = dimension->grain};
    ret->name = write_dimension_name(run, place);
    if (run->rc != QN_OK) {
        return;
    }
    if (dimension->grain == FRAME_NO_GRAIN && write_is_rows(run, where, &relation)) {
        node = relation != QN_MODEL_NONE ? write_scope_follow(spot.scope, node, relation) : node;
        rows_dimension(scope, &spot, node, ret);
        return;
    }
    ret->value = column_dimension(run, &spot, where, dimension->grain);
}

/* ---- measures ---- */

static const char *aggregate(struct write_scope *scope, const struct write_measure *measure)
{
    static const char *const calls[] = {[FRAME_SUM] = "sum",
                                        [FRAME_AVERAGE] = "avg",
                                        [FRAME_MIN] = "min",
                                        [FRAME_MAX] = "max",
                                        [FRAME_COUNT] = "count"};
    struct write_run *run = scope->run;
    const struct frame_measure *of = &measure->of;
    struct sql_list keys = {0};

    if (of->aggregate == FRAME_COUNT_DISTINCT) {
        if (of->of.column != QN_MODEL_NONE) {
            return qn_arena_printf(run->arena, "count(DISTINCT %s)",
                                   write_scope_at(scope, 0, of->of.column));
        }
        write_keys(scope, 0, &keys);
        if (keys.n == 1) {
            return qn_arena_printf(run->arena, "count(DISTINCT %s)", keys.items[0]);
        }
    }
    if (of->of.column == QN_MODEL_NONE) {
        return "count(*)";
    }
    return qn_arena_printf(run->arena, "%s(%s)", calls[of->aggregate],
                           write_scope_at(scope, 0, of->of.column));
}

static const char *raw_of(struct write_scope *scope, const struct write_measure *measure)
{
    return measure->metric != NULL ? write_scope_expr(scope, &measure->expr)
                                   : aggregate(scope, measure);
}

bool write_measure_is_float(const struct write_run *run, const struct write_measure *measure)
{
    bool is =
        measure->metric == NULL && measure->of.of.column != QN_MODEL_NONE &&
        run->model->tables[measure->base].columns[measure->of.of.column].family == QN_FAMILY_FLOAT;

    for (size_t i = 0; i < measure->expr.n; i++) {
        const struct sql_expr_part *part = &measure->expr.parts[i];

        is = is ||
             (part->text == NULL &&
              run->model->tables[part->table].columns[part->column].family == QN_FAMILY_FLOAT) ||
             (part->text != NULL &&
              (strcmp(part->text, "double") == 0 || strcmp(part->text, "real") == 0));
    }
    return is;
}

static const char *shown_of(struct write_run *run, const struct write_measure *measure,
                            const char *raw)
{
    const bool whole = measure->metric == NULL || measure->expr.one_call;

    if (!measure->rounded || strncmp(raw, "round(", 6) == 0) {
        return raw;
    }
    if (!write_measure_is_float(run, measure)) {
        return qn_arena_printf(run->arena, "round(%s, 2)", raw);
    }
    return qn_arena_printf(run->arena, whole ? "round(%s::numeric, 2)" : "round((%s)::numeric, 2)",
                           raw);
}

/* The percent of what meets the part. */
static void make_rate(struct write_block *block)
{
    struct write_run *run = block->run;
    const struct write_measure *measure = &block->measures[0];
    struct write_where part = {0};
    const char *test = "";

    if (measure->metric != NULL && !measure->expr.one_call) {
        write_fail(run, "%s has no parts", measure->name);
        return;
    }
    for (size_t i = 0; i < run->frame->n_part; i++) {
        write_filter(block->scope, &part, &run->frame->part[i]);
    }
    write_where_finish(block->scope, &part);
    for (size_t i = 0; i < part.texts.n; i++) {
        test =
            qn_arena_printf(run->arena, "%s%s%s", test, i > 0 ? " AND " : "", part.texts.items[i]);
    }
    block->raw[0] = qn_arena_printf(run->arena, "100.0 * %s FILTER (WHERE %s) / NULLIF(%s, 0)",
                                    block->raw[0], test, block->raw[0]);
    block->shown[0] = qn_arena_printf(
        run->arena,
        write_measure_is_float(run, measure) ? "round((%s)::numeric, 2)" : "round(%s, 2)",
        block->raw[0]);
    block->measures[0].name = "rate_percent";
    block->measures[0].additive = false;
}

/* ---- blocks ---- */

static void add_measures(struct write_block *block, size_t first, bool *taken)
{
    struct write_run *run = block->run;

    for (size_t i = first; i < run->frame->n_measures; i++) {
        struct write_measure *measure = &block->measures[block->n_measures];

        if (taken[i]) {
            continue;
        }
        write_measure_plan(run, i, measure);
        if (run->rc != QN_OK) {
            return;
        }
        if (i == first || write_measure_same(&block->measures[0], measure)) {
            taken[i] = true;
            block->n_measures++;
        }
    }
}

static void add_filters(struct write_block *block, const struct frame_period *period)
{
    struct write_run *run = block->run;
    struct write_scope *scope = block->scope;
    const struct write_measure *measure = &block->measures[0];

    if (measure->filter.n > 0) {
        sql_add(&scope->where.texts, write_scope_expr(scope, &measure->filter));
    }
    for (size_t i = 0; i < run->frame->n_filters; i++) {
        write_filter(scope, &scope->where, &run->frame->filters[i]);
    }
    if (measure->time.table != QN_MODEL_NONE) {
        write_period(scope, &scope->where, measure->time,
                     period != NULL ? period : &run->frame->period);
    }
}

void write_block_make(struct write_block *block, struct write_run *run, size_t first, bool *taken,
                      const struct frame_period *period)
{
    *block = (struct write_block){.run = run};
    add_measures(block, first, taken);
    if (run->rc != QN_OK) {
        return;
    }
    block->scope = write_scope_create(run, write_names_create(run), block->measures[0].base, false);
    block->n_dimensions = run->frame->n_dimensions;
    for (size_t i = 0; i < block->n_dimensions && run->rc == QN_OK; i++) {
        write_dimension_make(block->scope, i, &block->measures[0], &block->dimensions[i]);
    }
    for (size_t i = 0; i < block->n_measures && run->rc == QN_OK; i++) {
        block->raw[i] = raw_of(block->scope, &block->measures[i]);
        block->shown[i] = shown_of(run, &block->measures[i], block->raw[i]);
    }
    if (run->rc != QN_OK) {
        return;
    }
    add_filters(block, period);
    if (run->frame->n_part > 0) {
        make_rate(block);
    }
    write_scope_finish(block->scope, &block->select);
    for (size_t i = 0; i < block->n_dimensions; i++) {
        for (size_t k = 0; k < block->dimensions[i].keys.n; k++) {
            sql_add_once(&block->select.group, block->dimensions[i].keys.items[k]);
        }
        sql_add_once(&block->select.group, block->dimensions[i].value);
    }
}

void write_block_items(struct write_block *block, struct sql_select *select, bool with_keys)
{
    struct write_run *run = block->run;

    for (size_t i = 0; i < block->n_dimensions; i++) {
        const struct write_dimension *dimension = &block->dimensions[i];

        for (size_t k = 0; k < dimension->keys.n && with_keys; k++) {
            sql_add(&select->items,
                    write_as(run, dimension->keys.items[k], write_key_name(run, i, k)));
        }
        sql_add(&select->items, write_as(run, dimension->value, dimension->name));
    }
    for (size_t i = 0; i < block->n_measures; i++) {
        sql_add(&select->items, write_as(run, block->shown[i], block->measures[i].name));
    }
}
