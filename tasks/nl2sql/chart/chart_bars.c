#include "chart_draw.h"

#include "tasks/lib/html.h"
#include "tasks/lib/svg_text.h"
#include <math.h>
#include <string.h>

#define PLOT_HEIGHT 270
#define NAME_HEIGHT 42
#define FOOT        40
#define BAR_WIDTH   64 /* at most */
#define BAR_PART    0.72
#define VALUES_MOST 12 /* bars that say their value */

#define HEAD        28
#define ROW_HEIGHT  30
#define ROW_BAR     16
#define LABEL_LEAST 60
#define LABEL_MOST  250
#define VALUE_LEAST 50
#define VALUE_MOST  150

/* A bar from zero to the value. */
static void draw_bar(const struct chart_canvas *canvas, const struct chart_plot *plot, double x,
                     double width, const struct chart_value *value, int colour)
{
    double zero = chart_plot_y(plot, 0), y;

    if (isnan(value->value)) {
        return;
    }
    y = chart_plot_y(plot, value->value);
    qn_html_printf(canvas->out,
                   "<rect class=\"f%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                   "rx=\"2\"/>",
                   colour, x, fmin(y, zero), width, fmax(fabs(zero - y), 0.5));
}

/* How the values above bars are written: all exactly when that fits, else all briefly. */
struct values {
    size_t columns;  /* of an exact one; 0: brief */
    bool wide, slim; /* whether they are shown */
};

static size_t longest_value(const struct chart_data *data, size_t columns)
{
    size_t longest = 0;

    for (size_t i = 0; i < data->n_labels; i++) {
        char text[CHART_NUMBER_SIZE];

        chart_draw_number(chart_data_value(data, 0, i), columns, text, sizeof(text));
        longest = strlen(text) > longest ? strlen(text) : longest;
    }
    return longest;
}

static struct values values_of(const struct chart_data *data, double band)
{
    size_t room = chart_draw_columns(band - 4), longest;
    struct values values = {.columns = CHART_NUMBER_SIZE};

    if (data->n_series > 1 || data->n_labels > VALUES_MOST) {
        return values;
    }
    if (longest_value(data, values.columns) > room) {
        values.columns = 0;
    }
    longest = longest_value(data, values.columns);
    values.wide = longest <= room;
    values.slim = longest <= chart_draw_columns_slim(band);
    return values;
}

static void draw_value(const struct chart_canvas *canvas, const struct chart_plot *plot, size_t i,
                       const struct values *values)
{
    const struct chart_value *value = chart_data_value(&canvas->data, 0, i);
    struct chart_text how = {.class = "name",
                             .x = canvas->xs[i],
                             .anchor = "middle",
                             .wide = values->wide ? CHART_NUMBER_SIZE : 0,
                             .slim = values->slim ? CHART_NUMBER_SIZE : 0};
    char text[CHART_NUMBER_SIZE];

    if (isnan(value->value)) {
        return;
    }
    how.y = chart_plot_y(plot, value->value) + (value->value < 0 ? 20 : -6);
    chart_draw_number(value, values->columns, text, sizeof(text));
    chart_draw_text(canvas->out, &how, text);
}

static void draw_band(const struct chart_canvas *canvas, const struct chart_plot *plot, size_t i,
                      double band)
{
    const struct chart_data *data = &canvas->data;
    double width = fmin(band * BAR_PART, BAR_WIDTH * (double)data->n_series);
    double left = canvas->xs[i] - width / 2, each = width / (double)data->n_series;

    for (size_t s = 0; s < data->n_series; s++) {
        draw_bar(canvas, plot, left + (double)s * each, each - (data->n_series > 1 ? 1 : 0),
                 chart_data_value(data, s, i), chart_draw_colour(data, s));
    }
    qn_html_printf(canvas->out,
                   "<rect class=\"hit\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">",
                   canvas->xs[i] - band / 2, plot->top, band, plot->bottom - plot->top);
    chart_draw_told(canvas, i);
    qn_buf_add_str(canvas->out, "</rect>");
}

void chart_draw_bars(const struct chart_canvas *canvas)
{
    const struct chart_data *data = &canvas->data;
    struct chart_plot plot = {.left = CHART_PLOT_LEFT, .right = CHART_WIDTH - 4};
    double band = (plot.right - plot.left) / (double)data->n_labels, low, high;
    const struct values values = values_of(data, band);

    chart_data_range(data, QN_MODEL_NONE, &low, &high);
    chart_plot_init(&plot, low, high, true);
    plot.top = chart_draw_legend_height(data) + NAME_HEIGHT;
    plot.bottom = plot.top + PLOT_HEIGHT;
    chart_draw_begin(canvas, plot.bottom + FOOT);
    chart_draw_legend(canvas, 0);
    if (canvas->chart->n_y == 1) {
        chart_draw_axis_name(canvas, plot.top - 26, canvas->chart->y[0]);
    }
    chart_draw_grid(canvas->out, &plot);
    for (size_t i = 0; i < data->n_labels; i++) {
        canvas->xs[i] = plot.left + band * ((double)i + 0.5);
        draw_band(canvas, &plot, i, band);
        draw_value(canvas, &plot, i, &values);
    }
    chart_draw_labels(
        canvas, &(struct chart_labels){data->labels, data->n_labels, plot.bottom,
                                       data->axis.class == CHART_IS_TIME ? CHART_WIDTH : band - 6});
    chart_draw_end(canvas);
}

/* Lying bars: a name, the bar, its value. */

struct rows {
    double left, right; /* of the bars */
    double low, high;
};

static double along(const struct rows *rows, double value)
{
    return rows->left + (rows->right - rows->left) * (value - rows->low) / (rows->high - rows->low);
}

static struct rows rows_of(const struct chart_data *data)
{
    size_t label = 0, value = 0;
    struct rows rows;

    for (size_t i = 0; i < data->n_labels; i++) {
        size_t columns = qn_svg_columns(data->labels[i].text, strlen(data->labels[i].text));
        char text[CHART_NUMBER_SIZE];

        label = columns > label ? columns : label;
        chart_draw_number(chart_data_value(data, 0, i), chart_draw_columns_slim(VALUE_MOST), text,
                          sizeof(text));
        value = strlen(text) > value ? strlen(text) : value;
    }
    rows.left = fmin(fmax((double)label * CHART_COLUMN_S, LABEL_LEAST), LABEL_MOST) + 12;
    rows.right =
        CHART_WIDTH - 12 - fmin(fmax((double)value * CHART_COLUMN_S, VALUE_LEAST), VALUE_MOST);
    chart_data_range(data, 0, &rows.low, &rows.high);
    rows.low = fmax(fmin(rows.low, 0), -QN_SVG_MOST);
    rows.high = fmin(fmax(rows.high, 0), QN_SVG_MOST);
    rows.high = rows.high > rows.low ? rows.high : rows.low + 1;
    return rows;
}

static void draw_row(const struct chart_canvas *canvas, const struct rows *rows, size_t i)
{
    const struct chart_value *value = chart_data_value(&canvas->data, 0, i);
    const double y = HEAD + (double)i * ROW_HEIGHT, zero = along(rows, 0);
    struct chart_text name = {.class = "name",
                              .x = rows->left - 10,
                              .y = y + 20,
                              .anchor = "end",
                              .wide = chart_draw_columns(rows->left - 10),
                              .slim = chart_draw_columns_slim(rows->left - 10)};
    struct chart_text much = {"name", CHART_WIDTH, y + 20, "end", 24, 24};
    char text[CHART_NUMBER_SIZE];

    chart_draw_text(canvas->out, &name, canvas->data.labels[i].text);
    if (!isnan(value->value)) {
        double end = along(rows, fmax(fmin(value->value, rows->high), rows->low));

        qn_html_printf(canvas->out,
                       "<rect class=\"f0\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" "
                       "rx=\"2\"/>",
                       fmin(zero, end), y + 7, fmax(fabs(end - zero), 0.5), ROW_BAR);
    }
    chart_draw_number(value, chart_draw_columns_slim(VALUE_MOST), text, sizeof(text));
    chart_draw_text(canvas->out, &much, text);
    qn_html_printf(canvas->out,
                   "<rect class=\"hit\" x=\"0\" y=\"%.1f\" width=\"%d\" height=\"%d\">", y,
                   CHART_WIDTH, ROW_HEIGHT);
    chart_draw_told(canvas, i);
    qn_buf_add_str(canvas->out, "</rect>");
}

void chart_draw_lying(const struct chart_canvas *canvas)
{
    const struct chart_data *data = &canvas->data;
    struct rows rows = rows_of(data);
    double bottom = HEAD + (double)data->n_labels * ROW_HEIGHT;

    chart_draw_begin(canvas, bottom + 4);
    chart_draw_axis_name(canvas, 14, canvas->chart->y[0]);
    for (size_t i = 0; i < data->n_labels; i++) {
        draw_row(canvas, &rows, i);
    }
    qn_html_printf(canvas->out,
                   "<line class=\"zero\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.1f\"/>",
                   along(&rows, 0), along(&rows, 0), HEAD, bottom);
    chart_draw_end(canvas);
}

/* A histogram: bars that touch, and the ends of the bins below them. */

void chart_draw_bins(const struct chart_canvas *canvas)
{
    const struct chart_data *data = &canvas->data;
    struct chart_plot plot = {.left = CHART_PLOT_LEFT, .right = CHART_WIDTH - 30};
    double band = (plot.right - plot.left) / (double)data->n_labels, low, high, free_from = 0;

    chart_data_range(data, 0, &low, &high);
    chart_plot_init(&plot, low, high, true);
    plot.top = NAME_HEIGHT;
    plot.bottom = plot.top + PLOT_HEIGHT;
    chart_draw_begin(canvas, plot.bottom + FOOT + NAME_HEIGHT);
    chart_draw_text(canvas->out, &(struct chart_text){"", 0, 14, "start", 20, 20},
                    data->series[0].text);
    chart_draw_grid(canvas->out, &plot);
    for (size_t i = 0; i <= data->n_labels; i++) {
        double x = plot.left + band * (double)i;
        double at = i == 0 ? data->first : data->labels[i - 1].at;
        struct chart_text how = {"", x, plot.bottom + 26, "middle", 10, 0};
        char text[QN_SVG_NUMBER_SIZE];

        qn_svg_number(at, fabs(data->labels[0].at - data->first), text);
        if (x >= free_from) {
            how.slim = 10;
            free_from = x + (double)strlen(text) * CHART_COLUMN_S + 14;
        }
        how.wide = (double)strlen(text) * CHART_COLUMN + 6 <= band ? 10 : how.slim;
        chart_draw_text(canvas->out, &how, text);
        if (i < data->n_labels) {
            canvas->xs[i] = x + band / 2;
            draw_bar(canvas, &plot, x + 0.5, band - 1, chart_data_value(data, 0, i), 0);
            qn_html_printf(canvas->out,
                           "<rect class=\"hit\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                           "height=\"%.1f\">",
                           x, plot.top, band, plot.bottom - plot.top);
            chart_draw_told(canvas, i);
            qn_buf_add_str(canvas->out, "</rect>");
        }
    }
    chart_draw_axis_name(canvas, plot.bottom + FOOT + 14, canvas->chart->y[0]);
    chart_draw_end(canvas);
}
