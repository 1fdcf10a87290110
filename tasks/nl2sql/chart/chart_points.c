/* Rows that are drawn one by one, and rows that are counted. */
#include "chart_data.h"

#include "tasks/lib/svg_scale.h"
#include <math.h>

#define POINTS_MOST 2000 /* more are drawn as every second, third, ... */

static bool is_place(const struct chart *chart, const struct chart_point *point)
{
    return !isnan(point->x.value) && !isnan(point->y.value) &&
           (chart->type != CHART_POINTS ||
            (fabs(point->x.value) <= 180 && fabs(point->y.value) <= 90));
}

void chart_data_fill_points(struct chart_data *data, const struct chart *chart,
                            const struct query_rows *rows)
{
    size_t stride = (rows->n_rows + POINTS_MOST - 1) / POINTS_MOST;

    data->points = qn_arena_alloc(&data->arena, rows->n_rows + 1, sizeof(*data->points));
    for (size_t row = 0; row < rows->n_rows && data->points != NULL; row++) {
        struct chart_point point = {.label = "",
                                    .x = chart_data_cell(rows, row, chart->x),
                                    .y = chart_data_cell(rows, row, chart->y[0])};

        if (row % stride != 0 || !is_place(chart, &point)) {
            data->left_out++;
            continue;
        }
        if (chart->series != QN_MODEL_NONE) {
            point.label = chart_data_text(data, rows, row, chart->series);
        }
        data->points[data->n_points++] = point;
    }
}

/* Round steps, about as many as Sturges has it. */
static double bin_step(const struct chart_column *column, size_t n)
{
    double wanted = fmin(fmax(ceil(log2((double)n)) + 1, 5), CHART_BINS_MOST / 2.0);
    double step = qn_svg_step((column->high - column->low) / wanted);

    return column->whole ? fmax(step, 1) : step;
}

static void add_bins(struct chart_data *data, double step, size_t n)
{
    data->labels = qn_arena_alloc(&data->arena, n, sizeof(*data->labels));
    data->series = qn_arena_alloc(&data->arena, 1, sizeof(*data->series));
    data->values = qn_arena_alloc(&data->arena, n, sizeof(*data->values));
    if (data->values == NULL) {
        return;
    }
    data->n_labels = n;
    data->n_series = 1;
    for (size_t i = 0; i < n; i++) {
        char from[QN_SVG_NUMBER_SIZE], to[QN_SVG_NUMBER_SIZE];

        data->labels[i].at = data->first + step * (double)(i + 1);
        qn_svg_number(data->labels[i].at - step, step, from);
        qn_svg_number(data->labels[i].at, step, to);
        data->labels[i].text = qn_arena_printf(&data->arena, "%s \xe2\x80\x93 %s", from, to);
    }
    data->series[0].text = data->zh ? "行数" : "rows";
}

void chart_data_fill_bins(struct chart_data *data, const struct chart *chart,
                          const struct query_rows *rows)
{
    struct chart_column column;
    double step;
    size_t n;

    chart_column_look(rows, chart->y[0], &column);
    if (column.values == 0) {
        return;
    }
    step = column.high - column.low < QN_SVG_MOST && column.high > column.low
               ? bin_step(&column, column.values)
               : fmax(fabs(column.high), 1);
    data->first = floor(column.low / step) * step;
    n = (size_t)fmin(floor((column.high - data->first) / step) + 1, CHART_BINS_MOST);
    add_bins(data, step, n);
    for (size_t row = 0; row < rows->n_rows && data->n_labels > 0; row++) {
        double value = chart_data_cell(rows, row, chart->y[0]).value;

        if (isnan(value)) {
            data->left_out++;
        } else {
            size_t bin = (size_t)fmax((value - data->first) / step, 0);

            data->values[bin < n ? bin : n - 1].value++;
        }
    }
    for (size_t i = 0; i < data->n_labels; i++) {
        data->values[i].text = qn_arena_printf(&data->arena, "%.0f", data->values[i].value);
    }
}
