/* Parts of a whole, and values that stand alone. */
#include "chart_draw.h"

#include "chart_sum.h"
#include "tasks/lib/html.h"
#include "tasks/lib/svg_text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEAD        24
#define RADIUS      118
#define HOLE        74
#define CENTRE_X    130
#define CENTRE_Y    (HEAD + RADIUS + 4)
#define LEGEND_LEFT 300
#define LEGEND_ROW  36
#define TURN        6.283185307179586

#define TILE_HEIGHT  86
#define TILE_GAP     12
#define TILES_IN_ROW 3

static void add_place(struct qn_buf *out, const char *command, double part, double radius)
{
    qn_html_printf(out, "%s%.1f %.1f", command, CENTRE_X + radius * sin(part * TURN),
                   CENTRE_Y - radius * cos(part * TURN));
}

/* A ring from one part of the turn to another; a whole one is two halves. */
static void draw_ring(struct qn_buf *out, double from, double to, int colour)
{
    double middle = (from + to) / 2;

    qn_html_printf(out, "<path class=\"f%d\" d=\"", colour);
    add_place(out, "M", from, RADIUS);
    add_place(out, "A118 118 0 0 1 ", middle, RADIUS);
    add_place(out, "A118 118 0 0 1 ", to, RADIUS);
    add_place(out, "L", to, HOLE);
    add_place(out, "A74 74 0 0 0 ", middle, HOLE);
    add_place(out, "A74 74 0 0 0 ", from, HOLE);
    qn_buf_add_str(out, "Z\">");
}

static void draw_legend_row(const struct chart_canvas *canvas, size_t i, double part)
{
    const double y = CENTRE_Y - (double)canvas->data.n_labels * LEGEND_ROW / 2 +
                     (double)i * LEGEND_ROW + LEGEND_ROW / 2.0;
    struct chart_text name = {"name", LEGEND_LEFT + 22, y + 5, "start", 34, 21};
    struct chart_text much = {"", CHART_WIDTH, y + 5, "end", 40, 0};
    struct chart_text slim = {"", CHART_WIDTH, y + 5, "end", 0, 16};
    char text[CHART_NUMBER_SIZE + 24], value[CHART_NUMBER_SIZE], percent[16];

    chart_draw_number(chart_data_value(&canvas->data, 0, i), 20, value, sizeof(value));
    snprintf(percent, sizeof(percent), "%.1f%%", part * 100);
    snprintf(text, sizeof(text), "%s \xc2\xb7 %s", value, percent);
    qn_html_printf(canvas->out,
                   "<rect class=\"f%d\" x=\"%d\" y=\"%.1f\" width=\"13\" height=\"13\" rx=\"3\"/>",
                   (int)i, LEGEND_LEFT, y - 6);
    chart_draw_text(canvas->out, &name, canvas->data.labels[i].text);
    chart_draw_text(canvas->out, &much, text);
    chart_draw_text(canvas->out, &slim, percent);
}

static void draw_whole(struct chart_canvas *canvas)
{
    struct chart_text how = {"much", CENTRE_X, CENTRE_Y + 9, "middle", 12, 9};
    struct chart_sum sum = {0};
    struct chart_value whole;
    char text[CHART_NUMBER_SIZE];

    for (size_t i = 0; i < canvas->data.n_labels; i++) {
        chart_sum_add(&sum, *chart_data_value(&canvas->data, 0, i));
    }
    whole = chart_sum_value(&sum, &canvas->data.arena);
    chart_draw_number(&whole, 7, text, sizeof(text));
    chart_draw_text(canvas->out, &how, text);
}

void chart_draw_donut(struct chart_canvas *canvas)
{
    const struct chart_data *data = &canvas->data;
    double whole = 0, from = 0;

    for (size_t i = 0; i < data->n_labels; i++) {
        whole += fmax(chart_data_value(data, 0, i)->value, 0);
    }
    chart_draw_begin(canvas, CENTRE_Y + RADIUS + 8);
    chart_draw_axis_name(canvas, 14, canvas->chart->y[0]);
    for (size_t i = 0; i < data->n_labels && whole > 0; i++) {
        double part = fmax(chart_data_value(data, 0, i)->value, 0) / whole;
        double gap = part > 0.01 && data->n_labels > 1 ? 0.002 : 0;

        draw_ring(canvas->out, from + gap, from + part - gap, (int)i);
        chart_draw_told(canvas, i);
        qn_buf_add_str(canvas->out, "</path>");
        draw_legend_row(canvas, i, part);
        from += part;
    }
    draw_whole(canvas);
    chart_draw_end(canvas);
}

static const char *text_of(struct chart_canvas *canvas, size_t column, char *out, size_t size)
{
    struct chart_value value = chart_data_cell(canvas->rows, 0, column);
    struct chart_column seen;

    chart_column_look(canvas->rows, column, &seen);
    if (seen.class == CHART_IS_MEASURE && isfinite(value.value)) {
        chart_draw_number(&value, 24, out, size);
        return out;
    }
    return chart_data_text(&canvas->data, canvas->rows, 0, column);
}

static void draw_number(struct chart_canvas *canvas)
{
    struct chart_text much = {"most", CHART_WIDTH / 2.0, 74, "middle", 28, 20};
    struct chart_text name = {"", CHART_WIDTH / 2.0, 108, "middle", 80, 50};
    const struct query_column *column = &canvas->rows->columns[canvas->chart->y[0]];
    char text[CHART_NUMBER_SIZE];

    chart_draw_begin(canvas, 126);
    chart_draw_text(canvas->out, &much, text_of(canvas, canvas->chart->y[0], text, sizeof(text)));
    chart_draw_text(canvas->out, &name, column->name);
    chart_draw_end(canvas);
}

static void draw_tile(struct chart_canvas *canvas, size_t i, size_t in_row)
{
    double width = (CHART_WIDTH + TILE_GAP) / (double)in_row - TILE_GAP;
    double x = (double)(i % in_row) * (width + TILE_GAP);
    size_t row = i / in_row;
    double y = (double)row * (TILE_HEIGHT + TILE_GAP) + 1;
    struct chart_text name = {.class = "",
                              .x = x + 16,
                              .y = y + 28,
                              .anchor = "start",
                              .wide = chart_draw_columns(width - 32),
                              .slim = chart_draw_columns_slim(width - 28)};
    struct chart_text much = {.class = "much",
                              .x = x + 16,
                              .y = y + 64,
                              .anchor = "start",
                              .wide = chart_draw_columns(width - 32) / 2,
                              .slim = chart_draw_columns_slim(width - 24) * 2 / 3};
    size_t column = canvas->chart->y[i];
    char text[CHART_NUMBER_SIZE];

    qn_html_printf(canvas->out,
                   "<rect class=\"card\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" "
                   "rx=\"10\"/>",
                   x + 0.5, y, width - 1, TILE_HEIGHT);
    chart_draw_text(canvas->out, &name, canvas->rows->columns[column].name);
    chart_draw_text(canvas->out, &much, text_of(canvas, column, text, sizeof(text)));
}

void chart_draw_tiles(struct chart_canvas *canvas)
{
    size_t n = canvas->chart->n_y, in_row = n < TILES_IN_ROW ? n : TILES_IN_ROW, rows;

    if (canvas->chart->type == CHART_NUMBER) {
        draw_number(canvas);
        return;
    }
    in_row = n == 4 ? 2 : in_row;
    rows = (n + in_row - 1) / in_row;
    chart_draw_begin(canvas, (double)rows * (TILE_HEIGHT + TILE_GAP));
    for (size_t i = 0; i < n; i++) {
        draw_tile(canvas, i, in_row);
    }
    chart_draw_end(canvas);
}
