/* Series of time without gaps, figures of several kinds of rows, comparisons, things without rows.
 */
#include "write_shape.h"

#include "calendar.h"
#include <string.h>

const char *write_using(struct write_run *run, const struct write_block *block, bool keys_only)
{
    const char *text = "";

    for (size_t i = 0; i < block->n_dimensions; i++) {
        const struct write_dimension *dimension = &block->dimensions[i];

        for (size_t k = 0; k < dimension->keys.n; k++) {
            text = qn_arena_printf(run->arena, "%s%s%s", text, text[0] != '\0' ? ", " : "",
                                   write_key_name(run, i, k));
        }
        if (!keys_only || dimension->keys.n == 0) {
            text = qn_arena_printf(run->arena, "%s%s%s", text, text[0] != '\0' ? ", " : "",
                                   write_name(run, dimension->name));
        }
    }
    return text;
}

/* ---- blocks, each in its WITH ---- */

struct blocks {
    struct write_block items[FRAME_MEASURES_MAX];
    const char *names[FRAME_MEASURES_MAX];
    size_t n;
};

static void make_blocks(struct write_run *run, struct write_statement *statement,
                        struct blocks *blocks)
{
    bool taken[FRAME_MEASURES_MAX] = {false};

    for (size_t i = 0; i < run->frame->n_measures && run->rc == QN_OK; i++) {
        const char *name = "measured";
        struct sql_select *select;

        if (taken[i]) {
            continue;
        }
        if (blocks->n > 0) {
            name = qn_arena_printf(run->arena, "measured_%zu", blocks->n + 1);
        }
        blocks->names[blocks->n] = name;
        select = write_with(run, statement, name);
        write_block_make(&blocks->items[blocks->n], run, i, taken, NULL);
        if (run->rc == QN_OK) {
            *select = blocks->items[blocks->n].select;
            write_block_items(&blocks->items[blocks->n], select, true);
            blocks->n++;
        }
    }
}

static void add_measures(struct write_run *run, const struct blocks *blocks, bool zero,
                         struct sql_select *select)
{
    for (size_t i = 0; i < blocks->n; i++) {
        const struct write_block *block = &blocks->items[i];

        for (size_t k = 0; k < block->n_measures; k++) {
            const struct write_measure *measure = &block->measures[k];
            const char *expr = qn_arena_printf(run->arena, "%s.%s", blocks->names[i],
                                               write_name(run, measure->name));

            sql_add(&select->items,
                    write_as(run, zero ? write_or_zero(run, measure, expr) : expr, measure->name));
        }
    }
}

/* ---- series ---- */

static const char *step_of(enum frame_grain grain)
{
    static const char *const steps[] = {
        [FRAME_HOUR] = "1 hour",   [FRAME_DAY] = "1 day",        [FRAME_WEEK] = "7 days",
        [FRAME_MONTH] = "1 month", [FRAME_QUARTER] = "3 months", [FRAME_YEAR] = "1 year"};

    return steps[grain];
}

static const char *time_literal(struct write_run *run, int64_t day, const char *clock)
{
    char text[FRAME_DAY_SIZE];

    calendar_print(day, text);
    return qn_arena_printf(run->arena, "timestamp '%s%s'", text, clock);
}

/* min or max of the buckets of all blocks. */
static const char *from_data(struct write_run *run, const struct blocks *blocks, bool last)
{
    const char *name = write_name(run, blocks->items[0].dimensions[0].name);
    const char *call = last ? "max" : "min", *text = "";

    for (size_t i = 0; i < blocks->n; i++) {
        text = qn_arena_printf(run->arena, "%s%s(SELECT %s(%s) FROM %s)", text, i > 0 ? ", " : "",
                               call, name, blocks->names[i]);
    }
    if (blocks->n > 1) {
        text = qn_arena_printf(run->arena, "%s(%s)", last ? "greatest" : "least", text);
    }
    return text;
}

struct bounds {
    const char *from, *to;
};

static struct bounds bounds_of(struct write_run *run, const struct blocks *blocks,
                               enum frame_grain grain)
{
    const struct frame_period *period = &run->frame->period;
    const int shift = write_week_shift(run->model);
    const char *clock = grain == FRAME_HOUR ? " 23:00" : "";
    int64_t last = run->today;
    struct bounds bounds;

    bounds.from =
        period->from[0] != '\0'
            ? time_literal(run, write_bucket_day(write_day_of(run, period->from), grain, shift), "")
            : from_data(run, blocks, false);
    if (period->to[0] != '\0' && write_day_of(run, period->to) - 1 < last) {
        last = write_day_of(run, period->to) - 1;
    }
    bounds.to = time_literal(run, write_bucket_day(last, grain, shift), clock);
    if (period->from[0] == '\0' && period->to[0] == '\0') {
        bounds.to =
            qn_arena_printf(run->arena, "least(%s, %s)", from_data(run, blocks, true), bounds.to);
    }
    return bounds;
}

void write_series(struct write_run *run, struct write_statement *statement)
{
    struct sql_select *select = &statement->select, *buckets;
    struct blocks blocks = {0};
    struct bounds bounds;
    const struct write_dimension *dimension;
    const char *name;

    make_blocks(run, statement, &blocks);
    if (run->rc != QN_OK) {
        return;
    }
    dimension = &blocks.items[0].dimensions[0];
    name = write_name(run, dimension->name);
    bounds = bounds_of(run, &blocks, dimension->grain);
    buckets = write_with(run, statement, "buckets");
    buckets->from = qn_arena_printf(run->arena, "generate_series(%s, %s, interval '%s') AS bucket",
                                    bounds.from, bounds.to, step_of(dimension->grain));
    sql_add(
        &buckets->items,
        write_as(run, dimension->grain == FRAME_HOUR ? "bucket" : "bucket::date", dimension->name));
    sql_add(&select->items, qn_arena_printf(run->arena, "buckets.%s", name));
    add_measures(run, &blocks, true, select);
    select->from = "buckets";
    for (size_t i = 0; i < blocks.n; i++) {
        sql_add(&select->joins, qn_arena_printf(run->arena, "LEFT JOIN %s ON %s.%s = buckets.%s",
                                                blocks.names[i], blocks.names[i], name, name));
    }
    sql_add(&select->order, qn_arena_printf(run->arena, "buckets.%s", name));
    write_limits(run->frame, select);
}

/* ---- figures of several kinds of rows ---- */

void write_several(struct write_run *run, struct write_statement *statement)
{
    struct sql_select *select = &statement->select;
    struct blocks blocks = {0};
    const struct write_block *block;
    const char *using;

    make_blocks(run, statement, &blocks);
    if (run->rc != QN_OK) {
        return;
    }
    block = &blocks.items[0];
    using = write_using(run, block, false);
    for (size_t i = 0; i < block->n_dimensions; i++) {
        sql_add(&select->items, write_name(run, block->dimensions[i].name));
        sql_add(&select->order, write_name(run, block->dimensions[i].name));
    }
    add_measures(run, &blocks, block->n_dimensions > 0, select);
    select->from = blocks.names[0];
    for (size_t i = 1; i < blocks.n; i++) {
        sql_add(&select->joins, block->n_dimensions == 0
                                    ? qn_arena_printf(run->arena, "CROSS JOIN %s", blocks.names[i])
                                    : qn_arena_printf(run->arena, "FULL JOIN %s USING (%s)",
                                                      blocks.names[i], using));
    }
    write_limits(run->frame, select);
}

/* ---- things without rows ---- */

/* All values or rows of the dimension, with the filters that are about them. */
static void add_listed(struct write_run *run, struct write_statement *statement)
{
    const struct frame *frame = run->frame;
    struct sql_select *select = write_with(run, statement, "listed");
    struct write_scope *scope =
        write_scope_create(run, write_names_create(run), frame->dimensions[0].of.table, false);
    struct write_block all = {.run = run, .n_dimensions = 1};
    size_t node;

    write_dimension_make(scope, 0, NULL, &all.dimensions[0]);
    for (size_t i = 0; i < frame->n_filters && run->rc == QN_OK; i++) {
        const size_t table = frame->filters[i].of.table;

        if (frame->filters[i].test != FRAME_CONDITION && table != QN_MODEL_NONE &&
            write_scope_reach(scope, table, &node)) {
            write_filter(scope, &scope->where, &frame->filters[i]);
        }
    }
    if (run->rc != QN_OK) {
        return;
    }
    write_scope_finish(scope, select);
    select->distinct = all.dimensions[0].keys.n == 0;
    write_block_items(&all, select, true);
}

void write_with_zero(struct write_run *run, struct write_statement *statement)
{
    const struct frame *frame = run->frame;
    struct sql_select *select = &statement->select;
    struct blocks blocks = {0};
    const struct write_block *block;
    const char *figure, *name;

    make_blocks(run, statement, &blocks);
    if (run->rc != QN_OK) {
        return;
    }
    add_listed(run, statement);
    block = &blocks.items[0];
    name = write_name(run, block->dimensions[0].name);
    figure = write_or_zero(
        run, &block->measures[0],
        qn_arena_printf(run->arena, "measured.%s", write_name(run, block->measures[0].name)));
    sql_add(&select->items, qn_arena_printf(run->arena, "listed.%s", name));
    add_measures(run, &blocks, true, select);
    select->from = "listed";
    for (size_t i = 0; i < blocks.n; i++) {
        sql_add(&select->joins, qn_arena_printf(run->arena, "LEFT JOIN %s USING (%s)",
                                                blocks.names[i], write_using(run, block, true)));
    }
    if (frame->having) {
        sql_add(&select->where, write_having(run, figure));
    }
    sql_add(&select->order, qn_arena_printf(run->arena, "%s%s", figure,
                                            write_direction(frame, block->measures[0].additive)));
    sql_add(&select->order, qn_arena_printf(run->arena, "listed.%s", name));
    write_limits(frame, select);
}

/* ---- two periods ---- */

static void add_period(struct write_run *run, struct write_statement *statement, const char *name,
                       const struct frame_period *period, struct write_block *block)
{
    bool taken[FRAME_MEASURES_MAX] = {false};
    struct sql_select *select = write_with(run, statement, name);

    if (run->rc == QN_OK) {
        write_block_make(block, run, 0, taken, period);
    }
    if (run->rc != QN_OK) {
        return;
    }
    block->n_measures = 1;
    block->shown[0] = block->raw[0];
    *select = block->select;
    write_block_items(block, select, true);
}

static void add_comparison(struct write_run *run, const struct write_block *block,
                           struct sql_select *select)
{
    const struct write_measure *measure = &block->measures[0];
    const char *name = write_name(run, measure->name);
    const char *current = qn_arena_printf(run->arena, "c.%s", name);
    const char *previous = qn_arena_printf(run->arena, "p.%s", name);
    const bool joined = block->n_dimensions > 0;

    if (joined) {
        current = write_or_zero(run, measure, current);
        previous = write_or_zero(run, measure, previous);
    }
    sql_add(&select->items,
            qn_arena_printf(run->arena, "%s AS current", write_rounded(run, measure, current)));
    sql_add(&select->items,
            qn_arena_printf(run->arena, "%s AS previous", write_rounded(run, measure, previous)));
    sql_add(&select->items, qn_arena_printf(run->arena, "%s AS difference",
                                            write_rounded(run, measure,
                                                          qn_arena_printf(run->arena, "%s - %s",
                                                                          current, previous))));
    sql_add(
        &select->items,
        qn_arena_printf(run->arena,
                        write_measure_is_float(run, measure)
                            ? "round((100.0 * (%s - %s) / NULLIF(%s, 0))::numeric, 2) AS percent"
                            : "round(100.0 * (%s - %s) / NULLIF(%s, 0), 2) AS percent",
                        current, previous, previous));
}

void write_compare(struct write_run *run, struct write_statement *statement)
{
    const struct frame *frame = run->frame;
    struct sql_select *select = &statement->select;
    struct write_block current = {0}, previous = {0};

    if (frame->period.from[0] == '\0' || frame->before.from[0] == '\0') {
        write_fail(run, "a comparison needs two periods");
        return;
    }
    add_period(run, statement, "current_period", &frame->period, &current);
    add_period(run, statement, "previous_period", &frame->before, &previous);
    if (run->rc != QN_OK) {
        return;
    }
    for (size_t i = 0; i < current.n_dimensions; i++) {
        sql_add(&select->items, write_name(run, current.dimensions[i].name));
        sql_add(&select->order, write_name(run, current.dimensions[i].name));
    }
    add_comparison(run, &current, select);
    select->from = "current_period c";
    sql_add(&select->joins,
            current.n_dimensions == 0
                ? "CROSS JOIN previous_period p"
                : qn_arena_printf(run->arena, "FULL JOIN previous_period p USING (%s)",
                                  write_using(run, &current, false)));
}
