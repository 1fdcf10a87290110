#include "chart_draw.h"

#include "tasks/lib/digits.h"
#include "tasks/lib/html.h"
#include "tasks/lib/svg_text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SWATCH       20  /* before the name of a series */
#define OTHER        5   /* the colour of the rest: grey */
#define DIGITS_MOST  60  /* of an exact number */
#define TOLD_COLUMNS 400 /* of a text under the pointer */

void chart_draw_begin(const struct chart_canvas *canvas, double height)
{
    const struct chart *chart = canvas->chart;
    bool titled = chart->title[0] != '\0';

    qn_html_printf(canvas->out,
                   "<svg class=\"qc\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                   "viewBox=\"0 0 %d %d\"><title>%s</title>",
                   CHART_WIDTH, (int)ceil(height), titled ? chart->title : chart->reason);
    if (titled) {
        qn_html_printf(canvas->out, "<desc>%s</desc>", chart->reason);
    }
    qn_buf_add_str(canvas->out, "<style>");
    qn_buf_add_str(canvas->out, chart_style);
    qn_buf_add_str(canvas->out, "</style>");
}

void chart_draw_end(const struct chart_canvas *canvas)
{
    qn_buf_add_str(canvas->out, "</svg>\n");
}

size_t chart_draw_columns(double units)
{
    return units > 0 ? (size_t)(units / CHART_COLUMN) : 0;
}

size_t chart_draw_columns_slim(double units)
{
    return units > 0 ? (size_t)(units / CHART_COLUMN_S) : 0;
}

static void draw_one(struct qn_buf *out, const struct chart_text *how, const char *more,
                     const char *text, size_t columns)
{
    bool cut = qn_svg_columns(text, strlen(text)) > columns;

    if (columns == 0) {
        return;
    }
    qn_html_printf(out, "<text class=\"%s%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
                   how->class, more, how->x, how->y, how->anchor);
    if (cut) {
        qn_buf_add_str(out, "<title>");
        qn_svg_label(out, text, TOLD_COLUMNS);
        qn_buf_add_str(out, "</title>");
    }
    qn_svg_label(out, text, columns);
    qn_buf_add_str(out, "</text>");
}

void chart_draw_text(struct qn_buf *out, const struct chart_text *how, const char *text)
{
    size_t columns = qn_svg_columns(text, strlen(text));
    size_t wide = how->wide < columns ? how->wide : columns;
    size_t slim = how->slim < columns ? how->slim : columns;

    if (wide == slim) {
        draw_one(out, how, "", text, wide);
    } else {
        draw_one(out, how, " wide", text, wide);
        draw_one(out, how, " slim", text, slim);
    }
}

/* To three digits. */
static double rounded(double value)
{
    double unit = value != 0 ? pow(10, floor(log10(fabs(value))) - 2) : 0;

    return unit > 0 && isfinite(value / unit) ? round(value / unit) * unit : value;
}

void chart_draw_number(const struct chart_value *value, size_t columns, char *out, size_t size)
{
    size_t len = value->text != NULL ? strlen(value->text) : 0;
    struct qn_buf text;

    if (isnan(value->value)) {
        snprintf(out, size, "%s", "\xe2\x80\x93");
        return;
    }
    qn_buf_init(&text, size - 1);
    if (len > 0 && len <= DIGITS_MOST) {
        qn_digits_add(&text, (struct qn_span){value->text, len});
    }
    if (qn_buf_status(&text) == QN_OK && text.len > 0 && text.len <= columns) {
        snprintf(out, size, "%s", text.data);
    } else {
        char brief[QN_SVG_NUMBER_SIZE];

        qn_svg_number(rounded(value->value), fabs(value->value) / 1000, brief);
        snprintf(out, size, "%s", brief);
    }
    qn_buf_release(&text);
}

int chart_draw_colour(const struct chart_data *data, size_t series)
{
    static const int order[CHART_COLOURS] = {0, 1, 2, 3, 4, 6, 7, OTHER};

    return series < data->n_series && data->series[series].other ? OTHER
                                                                 : order[series % CHART_COLOURS];
}

struct legend {
    double width; /* of an entry */
    size_t in_line, lines;
};

static struct legend legend_of(const struct chart_data *data)
{
    struct legend legend = {.width = 0};
    size_t longest = 0;

    for (size_t s = 0; s < data->n_series; s++) {
        size_t columns = qn_svg_columns(data->series[s].text, strlen(data->series[s].text));

        longest = columns > longest ? columns : longest;
    }
    legend.width = fmin(fmax((double)longest * CHART_COLUMN_S + SWATCH + 16, 90), 253);
    legend.in_line = (size_t)(CHART_WIDTH / legend.width);
    legend.lines = (data->n_series + legend.in_line - 1) / legend.in_line;
    return legend;
}

double chart_draw_legend_height(const struct chart_data *data)
{
    return data->n_series < 2 ? 0 : (double)legend_of(data).lines * CHART_LEGEND + 8;
}

void chart_draw_legend(const struct chart_canvas *canvas, double top)
{
    const struct chart_data *data = &canvas->data;
    struct legend legend = legend_of(data);
    double room = legend.width - SWATCH - 12;

    for (size_t s = 0; s < data->n_series && data->n_series > 1; s++) {
        size_t line = s / legend.in_line, place = s % legend.in_line;
        double x = (double)place * legend.width, y = top + (double)line * CHART_LEGEND;
        struct chart_text how = {.class = "name",
                                 .x = x + SWATCH,
                                 .y = y + 16,
                                 .anchor = "start",
                                 .wide = chart_draw_columns(room),
                                 .slim = chart_draw_columns_slim(room)};

        qn_html_printf(
            canvas->out,
            "<rect class=\"f%d\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"3\"/>",
            chart_draw_colour(data, s), x, y + 5);
        chart_draw_text(canvas->out, &how, data->series[s].text);
    }
}

void chart_draw_told(const struct chart_canvas *canvas, size_t label)
{
    const struct chart_data *data = &canvas->data;
    struct qn_buf *out = canvas->out;

    qn_html_printf(out, "<title>%s", data->labels[label].text);
    for (size_t s = 0; s < data->n_series; s++) {
        const struct chart_value *value = chart_data_value(data, s, label);

        if (data->n_series > 1) {
            qn_html_printf(out, "\n%s", data->series[s].text);
        }
        qn_buf_add_str(out, ": ");
        qn_svg_label(out, value->text != NULL ? value->text : "\xe2\x80\x93", TOLD_COLUMNS);
    }
    qn_buf_add_str(out, "</title>");
}
