#include "chart_draw.h"

#include "tasks/lib/html.h"
#include <math.h>
#include <string.h>

#define PLOT_HEIGHT  270
#define PANEL_HEIGHT 130
#define NAME_HEIGHT  40
#define FOOT         40
#define EDGE         14  /* between the axis and the first point */
#define DOTS_MOST    90  /* points that are marked one by one */
#define THIN_FROM    300 /* points of a thin line */
#define STROKES      800 /* more points are drawn as the least and the most of each part */

static double x_of(const struct chart_data *data, const struct chart_plot *plot, size_t i)
{
    double first = data->labels[0].at, last = data->labels[data->n_labels - 1].at;
    double left = plot->left + EDGE, width = plot->right - EDGE - left;

    if (!(last > first)) {
        return left + width / 2;
    }
    return left + width * (data->labels[i].at - first) / (last - first);
}

struct pen {
    struct qn_buf *out;
    const struct chart_data *data;
    const struct chart_plot *plot;
    size_t series;
    bool down;
};

static void draw_to(struct pen *pen, size_t i)
{
    double value = chart_data_value(pen->data, pen->series, i)->value;

    if (isnan(value)) {
        pen->down = false;
        return;
    }
    qn_html_printf(pen->out, "%s%.1f %.1f", pen->down ? "L" : "M", x_of(pen->data, pen->plot, i),
                   chart_plot_y(pen->plot, value));
    pen->down = true;
}

/* The least and the most from..to, in their order; a hole is drawn as one. */
static void draw_part(struct pen *pen, size_t from, size_t to)
{
    size_t least = from, most = from;

    for (size_t i = from; i < to; i++) {
        double value = chart_data_value(pen->data, pen->series, i)->value;

        if (isnan(value)) {
            draw_to(pen, i);
            continue;
        }
        if (!(value >= chart_data_value(pen->data, pen->series, least)->value)) {
            least = i;
        }
        if (!(value <= chart_data_value(pen->data, pen->series, most)->value)) {
            most = i;
        }
    }
    draw_to(pen, least < most ? least : most);
    if (least != most) {
        draw_to(pen, least < most ? most : least);
    }
}

static void draw_path(struct pen *pen)
{
    size_t n = pen->data->n_labels, part = (n + STROKES - 1) / STROKES;

    for (size_t from = 0; from < n; from += part) {
        draw_part(pen, from, from + part < n ? from + part : n);
    }
}

static bool stands_alone(const struct chart_data *data, size_t series, size_t i)
{
    return (i == 0 || isnan(chart_data_value(data, series, i - 1)->value)) &&
           (i + 1 == data->n_labels || isnan(chart_data_value(data, series, i + 1)->value));
}

static void draw_dots(const struct pen *pen, int colour)
{
    const struct chart_data *data = pen->data;
    size_t n = data->n_labels * data->n_series;

    for (size_t i = 0; i < data->n_labels; i++) {
        double value = chart_data_value(data, pen->series, i)->value;

        if (!isnan(value) && (n <= DOTS_MOST || stands_alone(data, pen->series, i))) {
            qn_html_printf(pen->out,
                           "<circle class=\"dot s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.8\"/>", colour,
                           x_of(data, pen->plot, i), chart_plot_y(pen->plot, value));
        }
    }
}

static bool has_holes(const struct chart_data *data)
{
    for (size_t i = 0; i < data->n_labels; i++) {
        if (isnan(chart_data_value(data, 0, i)->value)) {
            return true;
        }
    }
    return false;
}

/* Below a single line that has its zero. */
static void draw_area(struct pen *pen)
{
    double zero = chart_plot_y(pen->plot, 0);
    size_t n = pen->data->n_labels;

    qn_buf_add_str(pen->out, "<path class=\"area\" d=\"");
    draw_path(pen);
    qn_html_printf(pen->out, "L%.1f %.1fL%.1f %.1fZ\"/>", x_of(pen->data, pen->plot, n - 1), zero,
                   x_of(pen->data, pen->plot, 0), zero);
    pen->down = false;
}

static void draw_line(const struct chart_canvas *canvas, const struct chart_plot *plot, size_t s)
{
    const struct chart_data *data = &canvas->data;
    struct pen pen = {canvas->out, data, plot, s, false};
    int colour = chart_draw_colour(data, s);

    if (data->n_series == 1 && plot->scale.low <= 0 && plot->scale.high >= 0 && !has_holes(data)) {
        draw_area(&pen);
    }
    qn_html_printf(canvas->out, "<path class=\"line s%d%s%s\" d=\"", colour,
                   data->n_labels > THIN_FROM ? " thin" : "", data->series[s].other ? " rest" : "");
    draw_path(&pen);
    qn_buf_add_str(canvas->out, "\"/>");
    draw_dots(&pen, colour);
}

static void draw_hits(const struct chart_canvas *canvas, const struct chart_plot *plot)
{
    const struct chart_data *data = &canvas->data;
    size_t n = data->n_labels;

    for (size_t i = 0; i < n && n * data->n_series <= CHART_HITS_MOST; i++) {
        double x = x_of(data, plot, i);
        double left = i > 0 ? (x + x_of(data, plot, i - 1)) / 2 : plot->left;
        double right = i + 1 < n ? (x + x_of(data, plot, i + 1)) / 2 : plot->right;

        qn_html_printf(canvas->out,
                       "<rect class=\"hit\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">",
                       left, plot->top, right - left, plot->bottom - plot->top);
        chart_draw_told(canvas, i);
        qn_buf_add_str(canvas->out, "</rect>");
    }
}

static void draw_times(const struct chart_canvas *canvas, const struct chart_plot *plot)
{
    for (size_t i = 0; i < canvas->data.n_labels; i++) {
        canvas->xs[i] = x_of(&canvas->data, plot, i);
    }
    chart_draw_labels(canvas, &(struct chart_labels){canvas->data.labels, canvas->data.n_labels,
                                                     plot->bottom, CHART_WIDTH});
}

/* A measure on each of several axes, one above the other, over the same times. */
static void draw_panels(const struct chart_canvas *canvas)
{
    const struct chart_data *data = &canvas->data;
    struct chart_plot all = {
        .left = CHART_PLOT_LEFT, .right = CHART_WIDTH - 16, .top = NAME_HEIGHT};
    struct chart_plot plot = all;

    chart_draw_begin(canvas, (double)data->n_series * (PANEL_HEIGHT + NAME_HEIGHT + 4) + FOOT);
    for (size_t s = 0; s < data->n_series; s++) {
        double low, high;

        plot.bottom = plot.top + PANEL_HEIGHT;
        chart_data_range(data, s, &low, &high);
        chart_plot_init(&plot, low, high, false);
        chart_draw_axis_name(canvas, plot.top - 23, canvas->chart->y[s]);
        chart_draw_grid(canvas->out, &plot);
        draw_line(canvas, &plot, s);
        all.bottom = plot.bottom;
        plot.top = plot.bottom + NAME_HEIGHT + 4;
    }
    draw_times(canvas, &all);
    draw_hits(canvas, &all);
    chart_draw_end(canvas);
}

void chart_draw_lines(const struct chart_canvas *canvas)
{
    const struct chart_data *data = &canvas->data;
    struct chart_plot plot = {.left = CHART_PLOT_LEFT, .right = CHART_WIDTH - 16};
    double low, high;

    if (data->panels) {
        draw_panels(canvas);
        return;
    }
    chart_data_range(data, QN_MODEL_NONE, &low, &high);
    chart_plot_init(&plot, low, high, false);
    plot.top = chart_draw_legend_height(data) + NAME_HEIGHT;
    plot.bottom = plot.top + PLOT_HEIGHT;
    chart_draw_begin(canvas, plot.bottom + FOOT);
    chart_draw_legend(canvas, 0);
    if (canvas->chart->n_y == 1) {
        chart_draw_axis_name(canvas, plot.top - 23, canvas->chart->y[0]);
    }
    chart_draw_grid(canvas->out, &plot);
    for (size_t s = data->n_series; s-- > 0;) {
        draw_line(canvas, &plot, s);
    }
    draw_times(canvas, &plot);
    draw_hits(canvas, &plot);
    chart_draw_end(canvas);
}
