#include "common/mem.h"
#include "gather.h"
#include "number.h"
#include <math.h>
#include <stdlib.h>

#define STANDARD_ERRORS 3

void qn_profile_column_init(struct qn_profile_column *column)
{
    *column = (struct qn_profile_column){
        .nulls = NAN,
        .distinct = NAN,
        .distinct_seen = NAN,
        .unique = NAN,
        .shape_share = NAN,
        .min = "",
        .max = "",
        .low = NAN,
        .high = NAN,
        .mean = NAN,
        .deviation = NAN,
        .skew = NAN,
        .quartile = {NAN, NAN, NAN},
        .length_min = NAN,
        .length_mean = NAN,
        .length_max = NAN,
        .zeros = NAN,
        .negatives = NAN,
        .empties = NAN,
        .blanks = NAN,
        .future = NAN,
    };
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* Between the two neighbours, as percentile_cont does. */
static double quantile(const double *sorted, size_t n, double share)
{
    double place = share * (double)(n - 1);
    size_t i = (size_t)place;

    if (i + 1 >= n) {
        return sorted[n - 1];
    }
    return sorted[i] + (sorted[i + 1] - sorted[i]) * (place - (double)i);
}

static void fill_bins(const struct qn_gather *gather, struct qn_profile_column *ret)
{
    double width = (ret->high - ret->low) / QN_PROFILE_BINS;

    if (!(width > 0) || !isfinite(width)) {
        return;
    }
    for (size_t i = 0; i < gather->n_numbers; i++) {
        double bin = floor((gather->numbers[i] - ret->low) / width);

        ret->bins[(size_t)fmin(fmax(bin, 0), QN_PROFILE_BINS - 1)]++;
    }
    for (size_t i = 0; i < QN_PROFILE_BINS; i++) {
        ret->bins[i] /= (double)gather->n_numbers;
    }
    ret->binned = true;
}

/* By the ranks between which, of as many values drawn, it is almost always. */
static double doubt_of(const struct qn_gather *gather, double share, double found)
{
    double n = (double)gather->n_numbers;
    double error = STANDARD_ERRORS * sqrt(share * (1 - share) / n);
    double low = quantile(gather->numbers, gather->n_numbers, fmax(share - error, 0));
    double high = quantile(gather->numbers, gather->n_numbers, fmin(share + error, 1));

    return high > low ? fmax(high - found, found - low) / fabs(found) : 0;
}

static void finish_numbers(struct qn_gather *gather, struct qn_profile_column *ret)
{
    double variance = gather->m2 / gather->n;

    if (gather->n == 0) {
        return;
    }
    ret->low = gather->low;
    ret->high = gather->high;
    if (isfinite(gather->mean)) {
        ret->mean = gather->mean;
    }
    if (gather->n > 1 && isfinite(variance)) {
        ret->deviation = sqrt(gather->m2 / (gather->n - 1));
    }
    if (variance > 0 && isfinite(gather->m3)) {
        ret->skew = gather->m3 / gather->n / (variance * sqrt(variance));
        ret->skew = isfinite(ret->skew) ? ret->skew : NAN;
    }
    if (gather->n_numbers > 0) {
        qsort(gather->numbers, gather->n_numbers, sizeof(double), by_size);
        for (size_t i = 0; i < 3; i++) {
            double share = 0.25 * (double)(i + 1);

            ret->quartile[i] = quantile(gather->numbers, gather->n_numbers, share);
            gather->doubt = fmax(gather->doubt, doubt_of(gather, share, ret->quartile[i]));
        }
        fill_bins(gather, ret);
    }
}

static int finish_top(const struct qn_gather *gather, struct qn_arena *arena,
                      struct qn_profile_column *ret)
{
    struct qn_values_entry top[QN_PROFILE_VALUES];
    size_t n = qn_values_top(&gather->values, top, QN_PROFILE_VALUES);
    bool all = n == gather->values.used && gather->values.level == 0;
    double values = (double)(gather->rows - gather->nulls);

    if (!all && n > QN_PROFILE_TOP) {
        n = QN_PROFILE_TOP;
    }
    ret->top = qn_arena_alloc(arena, n, sizeof(*ret->top));
    if (ret->top == NULL) {
        return QN_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        struct qn_span text = qn_values_text(&gather->values, &top[i]);

        ret->top[i] = (struct qn_profile_value){
            .text = qn_arena_text(arena, text.data, text.len),
            .share = (double)top[i].count / values,
        };
    }
    ret->n_top = n;
    ret->top_is_all = all && gather->rows > gather->nulls;
    return QN_OK;
}

static void finish_shares(const struct qn_gather *gather, struct qn_profile_column *ret)
{
    enum qn_family family = gather->column->family;
    double values = (double)(gather->rows - gather->nulls);

    if (family == QN_FAMILY_TEXT) {
        ret->empties = gather->empties / values;
        ret->blanks = gather->blanks / values;
    } else if (family == QN_FAMILY_DATE || family == QN_FAMILY_TIMESTAMP) {
        ret->future = gather->future / values;
    } else if (family == QN_FAMILY_INTEGER || family == QN_FAMILY_NUMERIC ||
               family == QN_FAMILY_FLOAT || family == QN_FAMILY_INTERVAL) {
        ret->zeros = gather->zeros / values;
        ret->negatives = gather->negatives / values;
    }
    if (gather->lengths > 0) {
        ret->length_min = gather->length_min;
        ret->length_mean = gather->length_sum / gather->lengths;
        ret->length_max = gather->length_max;
    }
}

int qn_gather_finish(struct qn_gather *gather, struct qn_arena *arena,
                     struct qn_profile_column *ret, struct qn_err *reterr)
{
    double values = (double)(gather->rows - gather->nulls);
    double seen = fmin(qn_values_distinct(&gather->values), values);
    double once;

    qn_profile_column_init(ret);
    if (gather->rows > 0) {
        ret->nulls = (double)gather->nulls / (double)gather->rows;
    }
    if (values > 0) {
        once = qn_values_seen(&gather->values, 1);
        ret->all_unique = once >= seen;
        seen = ret->all_unique ? values : seen;
        ret->unique = ret->all_unique ? 1 : fmin(once / values, 1);
        ret->min = qn_arena_str(arena, gather->min);
        ret->max = qn_arena_str(arena, gather->max);
        finish_shares(gather, ret);
        finish_numbers(gather, ret);
    }
    ret->distinct = ret->distinct_seen = seen;
    if (finish_top(gather, arena, ret) != QN_OK) {
        return qn_arena_status(arena, "the profile", reterr);
    }
    return QN_OK;
}
