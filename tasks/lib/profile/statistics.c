#include "array_text.h"
#include "common/mem.h"
#include "common/str.h"
#include "judge.h"
#include "number.h"
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MAX  2000 /* looked at of common values and of bounds each */
#define ARRAY_BYTES "262144"

/* Of a partitioned table the row of all partitions comes last, and stays. */
static const char statement[] =
    "SELECT s.attname, s.null_frac, s.n_distinct, "
    "pg_catalog.left(s.most_common_vals::pg_catalog.text, " ARRAY_BYTES "), "
    "s.most_common_freqs::pg_catalog.text, "
    "pg_catalog.left(s.histogram_bounds::pg_catalog.text, " ARRAY_BYTES ") "
    "FROM pg_catalog.pg_stats AS s WHERE s.schemaname OPERATOR(pg_catalog.=) $1 "
    "AND s.tablename OPERATOR(pg_catalog.=) $2 ORDER BY s.inherited";

/* Numbers of a column with the share of its values that each stands for. */
struct masses {
    struct mass {
        double number, share;
    } items[VALUES_MAX];
    size_t n;
};

struct stats {
    struct qn_run *run;
    const struct qn_catalog_column *column;
    struct qn_profile_column *ret;
    struct qn_gather gather; /* for the bounds of any family */
    struct qn_judge judge;
    struct qn_buf text;
    struct masses common, bounds;
    int status;
};

static double share_at(struct qn_array_walk *walk, struct qn_buf *text)
{
    bool null;

    return qn_array_walk_next(walk, text, &null) && !null ? strtod(text->data, NULL) : 0;
}

static struct qn_span shown(const struct stats *stats)
{
    struct qn_span text = {stats->text.data, stats->text.len};

    if (stats->column->family == QN_FAMILY_BOOLEAN) {
        return text.data[0] == 't' ? (struct qn_span){"true", 4} : (struct qn_span){"false", 5};
    }
    if (strncmp(stats->column->type, "character(", 10) == 0) {
        while (text.len > 0 && text.data[text.len - 1] == ' ') {
            text.len--;
        }
    }
    text.len = qn_utf8_cut(text.data, text.len, QN_PROFILE_TEXT);
    return text;
}

/* The element that the walk is at. */
static void take_value(struct stats *stats, double share, struct masses *masses)
{
    struct qn_span text = shown(stats);
    double number = NAN;

    if (qn_number_has(stats->column->family) &&
        !qn_number_parse(stats->column->family, text, &number)) {
        number = NAN;
    }
    if (!isnan(number)) {
        masses->items[masses->n++] = (struct mass){number, share};
    }
    if (stats->status == QN_OK) {
        stats->status = qn_judge_add(&stats->judge, text, share);
    }
    if (stats->status == QN_OK) {
        stats->status = qn_gather_add(&stats->gather, text, (struct qn_span){NULL, 0}, NULL);
    }
}

static void take_common(struct stats *stats, struct qn_span values, struct qn_span shares)
{
    struct qn_profile_column *ret = stats->ret;
    struct qn_array_walk value, share;
    bool null;

    ret->top = qn_arena_alloc(stats->run->arena, QN_PROFILE_VALUES, sizeof(*ret->top));
    qn_array_walk_init(&value, values);
    qn_array_walk_init(&share, shares);
    for (size_t i = 0; i < VALUES_MAX && ret->top != NULL; i++) {
        double part = share_at(&share, &stats->text) / fmax(1 - ret->nulls, 1e-9);

        if (!qn_array_walk_next(&value, &stats->text, &null)) {
            return;
        }
        take_value(stats, part, &stats->common);
        if (i < QN_PROFILE_VALUES) {
            struct qn_span text = shown(stats);

            ret->top[ret->n_top].text = qn_arena_text(stats->run->arena, text.data, text.len);
            ret->top[ret->n_top++].share = fmin(part, 1);
        }
    }
}

static double rest_share(const struct stats *stats)
{
    double rest = 1;

    for (size_t i = 0; i < stats->common.n; i++) {
        rest -= stats->common.items[i].share;
    }
    return fmax(rest, 0);
}

static void take_bounds(struct stats *stats, struct qn_span bounds)
{
    struct qn_array_walk walk;
    bool null;

    qn_array_walk_init(&walk, bounds);
    for (size_t i = 0; i < VALUES_MAX && qn_array_walk_next(&walk, &stats->text, &null); i++) {
        take_value(stats, 1e-6, &stats->bounds);
    }
}

/* The share of values at or below number: common values in whole, the rest evenly between the
 * bounds. */
static double share_below(const struct stats *stats, double number, double rest)
{
    double share = 0;

    for (size_t i = 0; i < stats->common.n; i++) {
        share += stats->common.items[i].number <= number ? stats->common.items[i].share : 0;
    }
    for (size_t i = 1; i < stats->bounds.n; i++) {
        double from = stats->bounds.items[i - 1].number, to = stats->bounds.items[i].number;
        double part = to > from ? (number - from) / (to - from) : number >= to;

        share += rest / (double)(stats->bounds.n - 1) * fmin(fmax(part, 0), 1);
    }
    return share;
}

static double number_at(const struct stats *stats, double share, double rest)
{
    double low = stats->ret->low, high = stats->ret->high;

    for (int i = 0; i < 60 && low < high; i++) {
        double middle = low + (high - low) / 2;

        if (share_below(stats, middle, rest) >= share) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

static void finish_numbers(struct stats *stats)
{
    struct qn_profile_column *ret = stats->ret;
    double rest = stats->bounds.n > 1 ? rest_share(stats) : 0;
    double all = share_below(stats, INFINITY, rest);
    double below = 0;

    if (isnan(ret->low) || !(all > 0)) {
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        ret->quartile[i] = number_at(stats, all * 0.25 * (double)(i + 1), rest);
    }
    if (!(ret->high > ret->low) || !isfinite(ret->high - ret->low)) {
        return;
    }
    for (size_t i = 0; i < QN_PROFILE_BINS; i++) {
        double edge = ret->low + (ret->high - ret->low) * (double)(i + 1) / QN_PROFILE_BINS;
        double share = i + 1 == QN_PROFILE_BINS ? 1 : share_below(stats, edge, rest) / all;

        ret->bins[i] = fmax(share - below, 0);
        below = share;
    }
    ret->binned = true;
}

static void take_counts(struct stats *stats, const struct qn_span *values)
{
    struct qn_profile_column *ret = stats->ret;
    double rows = fmax(stats->run->ret->rows, 0);
    double distinct = values[2].data != NULL ? strtod(values[2].data, NULL) : 0;

    ret->nulls = values[1].data != NULL ? strtod(values[1].data, NULL) : NAN;
    ret->distinct = distinct < 0 ? -distinct * rows : distinct;
    if (distinct == 0 && ret->nulls < 1) { /* not known */
        ret->distinct = NAN;
    }
    if (distinct == -1 && ret->nulls < 1) {
        ret->unique = 1;
        ret->all_unique = true;
    }
}

/* What the few values of statistics tell; not how often anything is. */
static void take_seen(struct stats *stats, const struct qn_profile_column *seen)
{
    struct qn_profile_column *ret = stats->ret;

    ret->min = seen->min;
    ret->max = seen->max;
    ret->low = seen->low;
    ret->high = seen->high;
}

static int read_column(struct stats *stats, size_t i, const struct qn_span *values)
{
    struct qn_run *run = stats->run;
    struct qn_profile_column *ret = stats->ret;
    struct qn_profile_column seen;

    qn_profile_column_init(ret);
    take_counts(stats, values);
    take_common(stats, values[3], values[4]);
    take_bounds(stats, values[5]);
    if (stats->status != QN_OK ||
        qn_gather_finish(&stats->gather, run->arena, &seen, NULL) != QN_OK) {
        return QN_ENOMEM;
    }
    take_seen(stats, &seen);
    finish_numbers(stats);
    ret->top_is_all =
        values[5].data == NULL && ret->n_top > 0 && (double)ret->n_top == ret->distinct;
    if (!ret->top_is_all && ret->n_top > QN_PROFILE_TOP) {
        ret->n_top = QN_PROFILE_TOP;
    }
    ret->tier = QN_PROFILE_STATISTICS;
    qn_judge_finish(&stats->judge, run->table, i, ret);
    return QN_OK;
}

static int take_column(struct stats *stats, size_t i, const struct qn_span *values)
{
    int rc;

    stats->column = &stats->run->table->columns[i];
    stats->ret = &stats->run->ret->columns[i];
    stats->common.n = stats->bounds.n = 0;
    qn_gather_init(&stats->gather, stats->column, stats->run->wish->now_ms);
    qn_judge_init(&stats->judge, stats->column->family);
    rc = read_column(stats, i, values);
    qn_judge_release(&stats->judge);
    qn_gather_release(&stats->gather);
    return rc;
}

static int take_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct stats *stats = arg;
    const struct qn_run *run = stats->run;

    if (n != 6 || values[0].data == NULL) {
        return QN_OK;
    }
    for (size_t i = 0; i < run->table->n_columns; i++) {
        const struct qn_profile_column *column = &run->ret->columns[i];

        if (qn_span_is(values[0], run->table->columns[i].name) &&
            column->tier <= QN_PROFILE_STATISTICS && run->table->columns[i].readable) {
            return take_column(stats, i, values) == QN_OK
                       ? QN_OK
                       : qn_fail(reterr, QN_ENOMEM, "no memory for statistics");
        }
    }
    return QN_OK;
}

enum qn_run_end qn_run_statistics(struct qn_run *run, struct qn_err *err)
{
    const struct qn_span names[] = {qn_pg_text(run->table->schema), qn_pg_text(run->table->name)};
    struct stats *stats = qn_zalloc(1, sizeof(*stats));
    const struct qn_run_ask ask = {statement, names, 2, take_row, stats};
    enum qn_run_end end;

    if (stats == NULL) {
        qn_fail(err, QN_ENOMEM, "no memory for statistics");
        return QN_RUN_FAILED;
    }
    stats->run = run;
    qn_buf_init(&stats->text, QN_RUN_SQL_MAX);
    end = qn_run_statement(run, &ask, err);
    qn_buf_release(&stats->text);
    qn_free(stats);
    return end;
}
