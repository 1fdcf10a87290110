#include "chart_data.h"

#include "chart_facts.h"
#include "chart_index.h"
#include "chart_labels.h"
#include "chart_sum.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)64 * 1024 * 1024)

const char *chart_data_text(struct chart_data *data, const struct query_rows *rows, size_t row,
                            size_t c)
{
    struct qn_span cell = query_cell(rows, row, c);

    if (cell.data == NULL) {
        return data->zh ? "（空）" : "(none)";
    }
    if (rows->columns[c].kind == QUERY_BOOLEAN) {
        bool yes = cell.data[0] == 't';

        return data->zh ? (yes ? "是" : "否") : (yes ? "yes" : "no");
    }
    return cell.data;
}

struct chart_value chart_data_cell(const struct query_rows *rows, size_t row, size_t c)
{
    double value = query_number(rows, row, c);

    return (struct chart_value){query_cell(rows, row, c).data, isfinite(value) ? value : NAN};
}

const struct chart_value *chart_data_value(const struct chart_data *data, size_t series,
                                           size_t label)
{
    return &data->values[series * data->n_labels + label];
}

void chart_data_range(const struct chart_data *data, size_t series, double *ret_low,
                      double *ret_high)
{
    bool any = false;

    *ret_low = *ret_high = 0;
    for (size_t s = 0; s < data->n_series; s++) {
        for (size_t i = 0; i < data->n_labels && (series == QN_MODEL_NONE || series == s); i++) {
            double value = chart_data_value(data, s, i)->value;

            if (!isnan(value)) {
                *ret_low = any ? fmin(*ret_low, value) : value;
                *ret_high = any ? fmax(*ret_high, value) : value;
                any = true;
            }
        }
    }
}

/* Order: by place in time or number, else by size; what has none comes last; then as given. */

struct order {
    double key;
    size_t place;
};

static int compare(const void *a, const void *b)
{
    const struct order *left = a, *right = b;

    if (isnan(left->key) || isnan(right->key) || left->key == right->key) {
        if (isnan(left->key) != isnan(right->key)) {
            return isnan(left->key) ? 1 : -1;
        }
        return left->place < right->place ? -1 : left->place > right->place;
    }
    return left->key < right->key ? -1 : 1;
}

/* The rows came from the least to the most: that order was asked for. */
static bool is_ascending(const struct order *order, size_t n)
{
    while (n > 0 && isnan(order[n - 1].key)) {
        n--;
    }
    for (size_t i = 1; i < n; i++) {
        if (!(order[i - 1].key <= order[i].key)) {
            return false;
        }
    }
    return n > 1 && order[0].key < order[n - 1].key;
}

static void sort(struct order *order, size_t n, bool by_size)
{
    bool turn = by_size && !is_ascending(order, n);

    for (size_t i = 0; i < n && turn; i++) {
        order[i].key = -order[i].key;
    }
    qsort(order, n, sizeof(*order), compare);
}

static bool is_ordered(const struct chart_column *column)
{
    return column->class == CHART_IS_TIME || column->ordered;
}

/* One row, one place of the axis. */

static struct chart_label label_of_text(const char *text)
{
    return (struct chart_label){.text = text, .cell = {text, strlen(text)}};
}

static size_t fill_order(struct chart_data *data, const struct chart *chart,
                         const struct query_rows *rows, struct order *order)
{
    size_t n = 0;

    for (size_t row = 0; row < rows->n_rows; row++) {
        double key = is_ordered(&data->axis) ? chart_column_at(rows, &data->axis, row, chart->x)
                                             : chart_data_cell(rows, row, chart->y[0]).value;

        if (data->axis.class == CHART_IS_TIME && isnan(key)) {
            data->left_out++;
        } else {
            order[n++] = (struct order){key, row};
        }
    }
    sort(order, n, !is_ordered(&data->axis));
    if (chart->most > 0 && n > chart->most) {
        data->left_out += n - chart->most;
        n = chart->most;
    }
    return n;
}

static void fill_labels(struct chart_data *data, const struct query_rows *rows, size_t c,
                        const struct order *order)
{
    for (size_t i = 0; i < data->n_labels; i++) {
        size_t row = order[i].place;

        data->labels[i] =
            (struct chart_label){.text = chart_data_text(data, rows, row, c),
                                 .cell = query_cell(rows, row, c),
                                 .at = is_ordered(&data->axis) ? order[i].key : (double)i};
    }
}

/* Whether measures of one time are of one unit, and so near that one axis shows them all. */
static bool share_axis(const struct chart_data *data, const struct chart *chart,
                       const struct query_rows *rows)
{
    double least = INFINITY, most = 0, low, high;
    bool one_unit = true;

    for (size_t s = 0; s < data->n_series; s++) {
        chart_data_range(data, s, &low, &high);
        least = fmin(least, fmax(fabs(low), fabs(high)));
        most = fmax(most, fmax(fabs(low), fabs(high)));
        one_unit = one_unit &&
                   strcmp(rows->columns[chart->y[s]].unit, rows->columns[chart->y[0]].unit) == 0;
    }
    return one_unit && most <= CHART_NEAR * least;
}

static void fill_direct(struct chart_data *data, const struct chart *chart,
                        const struct query_rows *rows)
{
    struct order *order = qn_arena_alloc(&data->arena, rows->n_rows + 1, sizeof(*order));
    size_t n = order != NULL ? fill_order(data, chart, rows, order) : 0;

    data->labels = qn_arena_alloc(&data->arena, n + 1, sizeof(*data->labels));
    data->series = qn_arena_alloc(&data->arena, chart->n_y, sizeof(*data->series));
    data->values = qn_arena_alloc(&data->arena, n * chart->n_y + 1, sizeof(*data->values));
    if (data->values == NULL) {
        return;
    }
    data->n_labels = n;
    data->n_series = chart->n_y;
    fill_labels(data, rows, chart->x, order);
    chart_label_times(data);
    for (size_t s = 0; s < chart->n_y; s++) {
        data->series[s] = label_of_text(rows->columns[chart->y[s]].name);
        for (size_t i = 0; i < n; i++) {
            data->values[s * n + i] = chart_data_cell(rows, order[i].place, chart->y[s]);
        }
    }
    data->panels = chart->type == CHART_LINE && !share_axis(data, chart, rows);
}

/* One row, one pair of axis and series. */

struct side { /* the values of a column, in the order they are drawn */
    size_t *of_row;
    size_t *row_of; /* one row of each value */
    size_t n;
    double *totals;
    size_t *place; /* where a value is drawn */
    struct order *order;
};

static bool side_init(struct side *side, struct chart_data *data, const struct query_rows *rows,
                      size_t c, size_t measure)
{
    size_t most = rows->n_rows + 1;
    struct chart_index index;

    chart_index_init(&index, &data->arena, rows->n_rows);
    side->of_row = qn_arena_alloc(&data->arena, most, sizeof(size_t));
    side->row_of = qn_arena_alloc(&data->arena, most, sizeof(size_t));
    side->totals = qn_arena_alloc(&data->arena, most, sizeof(double));
    side->place = qn_arena_alloc(&data->arena, most, sizeof(size_t));
    side->order = qn_arena_alloc(&data->arena, most, sizeof(struct order));
    if (side->order == NULL) {
        return false;
    }
    for (size_t row = rows->n_rows; row-- > 0;) {
        double value = chart_data_cell(rows, row, measure).value;
        size_t place = chart_index_add(&index, query_cell(rows, row, c));

        side->of_row[row] = place;
        side->row_of[place] = row;
        side->totals[place] += isnan(value) ? 0 : value;
    }
    side->n = index.n;
    return true;
}

static void side_sort(struct side *side, const struct query_rows *rows, size_t c)
{
    struct chart_column column;

    chart_column_look(rows, c, &column);
    for (size_t i = 0; i < side->n; i++) {
        double key = is_ordered(&column) ? chart_column_at(rows, &column, side->row_of[i], c)
                                         : -side->totals[i];

        side->order[i] = (struct order){key, i};
    }
    qsort(side->order, side->n, sizeof(*side->order), compare);
    for (size_t i = 0; i < side->n; i++) {
        side->place[side->order[i].place] = i;
    }
}

/* The largest lines first, whatever the order of their names. */
static void side_rank(struct side *side)
{
    for (size_t i = 0; i < side->n; i++) {
        side->order[i] = (struct order){-side->totals[i], i};
    }
    qsort(side->order, side->n, sizeof(*side->order), compare);
    for (size_t i = 0; i < side->n; i++) {
        side->place[side->order[i].place] = i;
    }
}

static void label_side(struct chart_data *data, const struct query_rows *rows, size_t c,
                       const struct side *side, struct chart_label *labels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t row = side->row_of[side->order[i].place];

        labels[i] = (struct chart_label){.text = chart_data_text(data, rows, row, c),
                                         .cell = query_cell(rows, row, c),
                                         .at = is_ordered(&data->axis) && !isnan(side->order[i].key)
                                                   ? side->order[i].key
                                                   : (double)i};
    }
}

static void sum_others(struct chart_data *data, const struct chart *chart,
                       const struct query_rows *rows, const struct side *x, const struct side *s)
{
    struct chart_sum *sums = qn_arena_alloc(&data->arena, data->n_labels + 1, sizeof(*sums));

    if (sums == NULL) {
        return;
    }
    for (size_t row = 0; row < rows->n_rows; row++) {
        size_t at = x->place[x->of_row[row]];

        if (s->place[s->of_row[row]] >= chart->most && at < data->n_labels) {
            chart_sum_add(&sums[at], chart_data_cell(rows, row, chart->y[0]));
        }
    }
    for (size_t i = 0; i < data->n_labels; i++) {
        data->values[chart->most * data->n_labels + i] = chart_sum_value(&sums[i], &data->arena);
    }
    data->series[chart->most] = label_of_text(data->zh ? "其他" : "other");
    data->series[chart->most].other = true;
}

static void fill_pairs(struct chart_data *data, const struct chart *chart,
                       const struct query_rows *rows, const struct side *x, const struct side *s)
{
    size_t n = data->n_labels, shown = data->n_series - (chart->other ? 1 : 0);

    for (size_t i = 0; i < n * data->n_series; i++) {
        data->values[i].value = NAN;
    }
    for (size_t row = 0; row < rows->n_rows; row++) {
        size_t at = x->place[x->of_row[row]], series = s->place[s->of_row[row]];

        if (at < n && series < shown) {
            data->values[series * n + at] = chart_data_cell(rows, row, chart->y[0]);
        } else if (at >= n || !chart->other) {
            data->left_out++;
        }
    }
    if (chart->other) {
        sum_others(data, chart, rows, x, s);
    }
}

/* Times that are none come last and are not drawn. */
static size_t count_placed(const struct chart_data *data, const struct side *side)
{
    size_t n = side->n;

    while (data->axis.class == CHART_IS_TIME && n > 0 && isnan(side->order[n - 1].key)) {
        n--;
    }
    return n;
}

static void fill_grid(struct chart_data *data, const struct chart *chart,
                      const struct query_rows *rows)
{
    struct side x, s;

    if (!side_init(&x, data, rows, chart->x, chart->y[0]) ||
        !side_init(&s, data, rows, chart->series, chart->y[0])) {
        return;
    }
    side_sort(&x, rows, chart->x);
    if (chart->most > 0) {
        side_rank(&s);
    } else {
        side_sort(&s, rows, chart->series);
    }
    data->n_labels = count_placed(data, &x);
    data->n_series =
        chart->most > 0 && s.n > chart->most ? chart->most + (chart->other ? 1 : 0) : s.n;
    data->labels = qn_arena_alloc(&data->arena, data->n_labels + 1, sizeof(*data->labels));
    data->series = qn_arena_alloc(&data->arena, data->n_series + 1, sizeof(*data->series));
    data->values =
        qn_arena_alloc(&data->arena, data->n_labels * data->n_series + 1, sizeof(*data->values));
    if (data->values == NULL) {
        data->n_labels = data->n_series = 0;
        return;
    }
    label_side(data, rows, chart->x, &x, data->labels, data->n_labels);
    chart_label_times(data);
    label_side(data, rows, chart->series, &s, data->series,
               data->n_series - (chart->other ? 1 : 0));
    fill_pairs(data, chart, rows, &x, &s);
}

void chart_data_init(struct chart_data *data, const struct chart *chart,
                     const struct query_rows *rows)
{
    *data = (struct chart_data){.zh = strcmp(chart->language, "zh") == 0};
    qn_arena_init(&data->arena, ARENA_BYTES);
    if (chart->x != QN_MODEL_NONE) {
        chart_column_look(rows, chart->x, &data->axis);
    }
    switch (chart->type) {
    case CHART_TABLE:
    case CHART_NUMBER:
    case CHART_TILES:
        break;
    case CHART_SCATTER:
    case CHART_POINTS:
        chart_data_fill_points(data, chart, rows);
        break;
    case CHART_HISTOGRAM:
        chart_data_fill_bins(data, chart, rows);
        break;
    default:
        if (chart->series != QN_MODEL_NONE) {
            fill_grid(data, chart, rows);
        } else {
            fill_direct(data, chart, rows);
        }
        break;
    }
}

void chart_data_release(struct chart_data *data)
{
    qn_arena_release(&data->arena);
    *data = (struct chart_data){0};
}
