/* Measures in one SELECT, rankings within groups, groups about which something is said. */
#include "write_shape.h"

#include <string.h>

#define RANK "rank_in_group"

struct sql_select *write_with(struct write_run *run, struct write_statement *statement,
                              const char *name)
{
    if (statement->n_with == WRITE_WITH_MAX) {
        write_fail(run, "too many figures at once");
        return &statement->with[0];
    }
    statement->names[statement->n_with] = name;
    return &statement->with[statement->n_with++];
}

const char *write_direction(const struct frame *frame, bool never_null)
{
    if (frame->ascending) {
        return "";
    }
    return never_null ? " DESC" : " DESC NULLS LAST";
}

static const char *number(struct write_run *run, size_t place)
{
    const char *text = run->frame->having_values[place];

    if (text == NULL || !sql_is_number(text)) {
        write_fail(run, "%.40s is no number", text != NULL ? text : "nothing");
        return "0";
    }
    return text;
}

const char *write_having(struct write_run *run, const char *expr)
{
    static const char *const operators[] = {[FRAME_MORE_THAN] = ">",
                                            [FRAME_AT_LEAST_THAN] = ">=",
                                            [FRAME_LESS_THAN] = "<",
                                            [FRAME_AT_MOST_THAN] = "<=",
                                            [FRAME_EQUAL_TO] = "="};

    if (run->frame->having_test == FRAME_BETWEEN_THEM) {
        return qn_arena_printf(run->arena, "%s BETWEEN %s AND %s", expr, number(run, 0),
                               number(run, 1));
    }
    return qn_arena_printf(run->arena, "%s %s %s", expr, operators[run->frame->having_test],
                           number(run, 0));
}

const char *write_or_zero(struct write_run *run, const struct write_measure *measure,
                          const char *expr)
{
    return measure->additive ? qn_arena_printf(run->arena, "coalesce(%s, 0)", expr) : expr;
}

const char *write_rounded(struct write_run *run, const struct write_measure *measure,
                          const char *expr)
{
    if (!measure->rounded) {
        return expr;
    }
    return qn_arena_printf(
        run->arena,
        write_measure_is_float(run, measure) ? "round((%s)::numeric, 2)" : "round(%s, 2)", expr);
}

void write_limits(const struct frame *frame, struct sql_select *select)
{
    select->limit = frame->limit;
    select->offset = frame->offset;
}

static bool is_count(const struct write_measure *measure)
{
    return measure->metric == NULL &&
           (measure->of.aggregate == FRAME_COUNT || measure->of.aggregate == FRAME_COUNT_DISTINCT);
}

/* By what is grouped, so that equal figures have one order. */
static void order_by_groups(const struct write_block *block, struct sql_select *select)
{
    for (size_t i = 0; i < block->n_dimensions; i++) {
        for (size_t k = 0; k < block->dimensions[i].keys.n; k++) {
            sql_add_once(&select->order, block->dimensions[i].keys.items[k]);
        }
        if (block->dimensions[i].keys.n == 0) {
            sql_add_once(&select->order, write_name(block->run, block->dimensions[i].name));
        }
    }
}

/* The figure: by its name where that is the same. */
static const char *figure(const struct write_block *block)
{
    return strcmp(block->raw[0], block->shown[0]) == 0
               ? write_name(block->run, block->measures[0].name)
               : block->raw[0];
}

static void order_by_measure(const struct write_block *block, struct sql_select *select)
{
    struct write_run *run = block->run;
    const bool never_null = is_count(&block->measures[0]) || strcmp(block->raw[0], "count(*)") == 0;

    sql_add(&select->order, qn_arena_printf(run->arena, "%s%s", figure(block),
                                            write_direction(run->frame, never_null)));
    order_by_groups(block, select);
}

static void order_by_dimensions(const struct write_block *block, struct sql_select *select)
{
    for (int time = 1; time >= 0; time--) {
        for (size_t i = 0; i < block->n_dimensions; i++) {
            if ((block->dimensions[i].grain != FRAME_NO_GRAIN) == (time == 1)) {
                sql_add_once(&select->order, write_name(block->run, block->dimensions[i].name));
            }
        }
    }
}

static void order_block(const struct write_block *block, struct sql_select *select)
{
    const struct frame *frame = block->run->frame;
    const bool time = block->n_dimensions > 0 && block->dimensions[0].grain != FRAME_NO_GRAIN;

    if (block->n_dimensions == 0) {
        return;
    }
    if (frame->ordered || frame->limit > 0 || (block->n_dimensions == 1 && !time)) {
        order_by_measure(block, select);
    } else {
        order_by_dimensions(block, select);
    }
}

static const char *partition(struct write_run *run, const struct write_block *block)
{
    const struct write_dimension *per;

    if (run->frame->per >= block->n_dimensions) {
        return "";
    }
    per = &block->dimensions[run->frame->per];
    if (per->keys.n == 0) {
        return qn_arena_printf(run->arena, "PARTITION BY %s", per->value);
    }
    return qn_arena_printf(run->arena, "PARTITION BY %s%s%s", per->keys.items[0],
                           per->keys.n > 1 ? ", " : "", per->keys.n > 1 ? per->keys.items[1] : "");
}

static void add_share(struct write_run *run, const struct write_block *block,
                      struct sql_select *select)
{
    const char *raw = block->raw[0];

    if (block->n_dimensions == 0 || !block->measures[0].additive) {
        write_fail(run, "%s has no parts that add up", block->measures[0].name);
        return;
    }
    sql_add(&select->items,
            qn_arena_printf(run->arena,
                            write_measure_is_float(run, &block->measures[0])
                                ? "round((100.0 * %s / NULLIF(sum(%s) OVER (%s), 0))::numeric, 2) "
                                  "AS share_percent"
                                : "round(100.0 * %s / NULLIF(sum(%s) OVER (%s), 0), 2) "
                                  "AS share_percent",
                            raw, raw, partition(run, block)));
}

void write_plain(struct write_run *run, struct write_statement *statement)
{
    bool taken[FRAME_MEASURES_MAX] = {false};
    struct sql_select *select = &statement->select;
    struct write_block block;

    write_block_make(&block, run, 0, taken, NULL);
    if (run->rc != QN_OK) {
        return;
    }
    *select = block.select;
    write_block_items(&block, select, false);
    if (run->frame->share) {
        add_share(run, &block, select);
    }
    if (run->frame->having) {
        sql_add(&select->having, write_having(run, block.raw[0]));
    }
    order_block(&block, select);
    write_limits(run->frame, select);
}

/* ---- the first n within each group ---- */

static const char *rank(struct write_run *run, const struct write_block *block)
{
    struct sql_list order = {0};
    const char *text;

    for (size_t i = 0; i < block->n_dimensions; i++) {
        for (size_t k = 0; k < block->dimensions[i].keys.n && i != run->frame->per; k++) {
            sql_add_once(&order, block->dimensions[i].keys.items[k]);
        }
        if (block->dimensions[i].keys.n == 0 && i != run->frame->per) {
            sql_add_once(&order, block->dimensions[i].value);
        }
    }
    text = qn_arena_printf(run->arena, "row_number() OVER (%s ORDER BY %s%s", partition(run, block),
                           block->raw[0], write_direction(run->frame, is_count(block->measures)));
    for (size_t i = 0; i < order.n; i++) {
        text = qn_arena_printf(run->arena, "%s, %s", text, order.items[i]);
    }
    return qn_arena_printf(run->arena, "%s) AS " RANK, text);
}

void write_ranked(struct write_run *run, struct write_statement *statement)
{
    const struct frame *frame = run->frame;
    const int64_t limit = frame->limit > 0 ? frame->limit : 1;
    bool taken[FRAME_MEASURES_MAX] = {false};
    struct sql_select *inner = write_with(run, statement, "ranked");
    struct sql_select *select = &statement->select;
    struct write_block block;

    write_block_make(&block, run, 0, taken, NULL);
    if (run->rc != QN_OK) {
        return;
    }
    *inner = block.select;
    write_block_items(&block, inner, false);
    sql_add(&inner->items, rank(run, &block));
    if (frame->having) {
        sql_add(&inner->having, write_having(run, block.raw[0]));
    }
    for (size_t i = 0; i < block.n_dimensions; i++) {
        sql_add(&select->items, write_name(run, block.dimensions[i].name));
    }
    for (size_t i = 0; i < block.n_measures; i++) {
        sql_add(&select->items, write_name(run, block.measures[i].name));
    }
    select->from = "ranked";
    if (frame->offset > 0) {
        sql_add(&select->where,
                qn_arena_printf(run->arena, RANK " > %lld", (long long)frame->offset));
    }
    sql_add(&select->where,
            qn_arena_printf(run->arena, RANK " <= %lld", (long long)limit + frame->offset));
    sql_add(&select->order, write_name(run, block.dimensions[frame->per].name));
    sql_add(&select->order, RANK);
}

/* ---- about the groups ---- */

static void fold(struct write_run *run, const struct write_block *block, struct sql_select *select)
{
    static const char *const calls[] = {
        [FRAME_SUM] = "sum", [FRAME_AVERAGE] = "avg", [FRAME_MIN] = "min", [FRAME_MAX] = "max"};
    static const char *const names[] = {[FRAME_SUM] = "total",
                                        [FRAME_AVERAGE] = "average",
                                        [FRAME_MIN] = "lowest",
                                        [FRAME_MAX] = "highest"};
    const struct frame *frame = run->frame;
    const struct write_measure *measure = &block->measures[0];
    const char *expr;

    if (frame->fold <= FRAME_COUNT_DISTINCT) {
        sql_add(
            &select->items,
            write_as(run, "count(*)", write_table_name(run, frame->dimensions[0].of.table, true)));
        return;
    }
    expr =
        qn_arena_printf(run->arena, "%s(%s)", calls[frame->fold], write_name(run, measure->name));
    if (frame->fold == FRAME_AVERAGE || measure->rounded) {
        expr = qn_arena_printf(
            run->arena,
            write_measure_is_float(run, measure) ? "round(%s::numeric, 2)" : "round(%s, 2)", expr);
    }
    sql_add(&select->items,
            write_as(run, expr,
                     qn_arena_printf(run->arena, "%s_%s", names[frame->fold], measure->name)));
}

static void above_average(struct write_run *run, const struct write_block *block,
                          struct sql_select *select)
{
    const struct frame *frame = run->frame;
    const char *name = write_name(run, block->measures[0].name);
    const bool less =
        frame->having_test == FRAME_LESS_THAN || frame->having_test == FRAME_AT_MOST_THAN;

    for (size_t i = 0; i < block->n_dimensions; i++) {
        sql_add(&select->items, write_name(run, block->dimensions[i].name));
    }
    for (size_t i = 0; i < block->n_measures; i++) {
        const char *measure = write_name(run, block->measures[i].name);

        sql_add(&select->items, write_as(run, write_rounded(run, &block->measures[i], measure),
                                         block->measures[i].name));
    }
    sql_add(&select->where, qn_arena_printf(run->arena, "%s %s (SELECT avg(%s) FROM grouped)", name,
                                            less ? "<" : ">", name));
    sql_add(&select->order,
            qn_arena_printf(run->arena, "%s%s", name, write_direction(frame, false)));
    for (size_t i = 0; i < block->n_dimensions; i++) {
        sql_add_once(&select->order, write_name(run, block->dimensions[i].name));
    }
    write_limits(frame, select);
}

/* Items that are not rounded. */
static void add_raw_items(struct write_run *run, struct write_block *block,
                          struct sql_select *select)
{
    for (size_t i = 0; i < block->n_dimensions; i++) {
        sql_add(&select->items,
                write_as(run, block->dimensions[i].value, block->dimensions[i].name));
    }
    for (size_t i = 0; i < block->n_measures; i++) {
        sql_add(&select->items, write_as(run, block->raw[i], block->measures[i].name));
    }
}

void write_grouped(struct write_run *run, struct write_statement *statement)
{
    const struct frame *frame = run->frame;
    bool taken[FRAME_MEASURES_MAX] = {false};
    struct sql_select *inner = write_with(run, statement, "grouped");
    struct sql_select *select = &statement->select;
    struct write_block block;

    write_block_make(&block, run, 0, taken, NULL);
    if (run->rc == QN_OK && block.n_dimensions == 0) {
        write_fail(run, "there are no groups");
    }
    if (run->rc != QN_OK) {
        return;
    }
    *inner = block.select;
    add_raw_items(run, &block, inner);
    if (frame->having && !frame->having_average) {
        sql_add(&inner->having, write_having(run, block.raw[0]));
    }
    select->from = "grouped";
    if (!frame->folded) {
        above_average(run, &block, select);
        return;
    }
    fold(run, &block, select);
    if (frame->having_average) {
        const char *name = write_name(run, block.measures[0].name);

        sql_add(&select->where,
                qn_arena_printf(run->arena, "%s %s (SELECT avg(%s) FROM grouped)", name,
                                frame->having_test == FRAME_LESS_THAN ? "<" : ">", name));
    }
}
