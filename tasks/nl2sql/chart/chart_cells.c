#include "chart_draw.h"

#include "tasks/lib/html.h"
#include "tasks/lib/svg_text.h"
#include <math.h>
#include <string.h>

#define HEAD       24 /* the name of the measure */
#define FOOT       34
#define KEY        30 /* the colours and their values */
#define KEYS       5
#define KEY_WIDTH  26
#define KEY_STEP   28
#define ROW_HEIGHT 26
#define LEFT_LEAST 60
#define LEFT_MOST  220
#define WIDE_FROM  12 /* more labels than that go downwards */
#define FAINTEST   0.08
#define STRONGEST  0.66

/* The grid as it is drawn: turned when its axis is the longer one, but not that of time. */
struct grid {
    const struct chart_data *data;
    bool turned;
    const struct chart_label *rows, *columns;
    size_t n_rows, n_columns;
    double left, width; /* of a cell */
    double low, high;
};

static const struct chart_value *value_of(const struct grid *grid, size_t row, size_t column)
{
    return grid->turned ? chart_data_value(grid->data, column, row)
                        : chart_data_value(grid->data, row, column);
}

static struct grid grid_of(const struct chart_data *data)
{
    struct grid grid = {.data = data,
                        .turned = data->axis.class != CHART_IS_TIME && data->n_labels > WIDE_FROM};
    size_t longest = 0;

    grid.rows = grid.turned ? data->labels : data->series;
    grid.columns = grid.turned ? data->series : data->labels;
    grid.n_rows = grid.turned ? data->n_labels : data->n_series;
    grid.n_columns = grid.turned ? data->n_series : data->n_labels;
    for (size_t i = 0; i < grid.n_rows; i++) {
        size_t columns = qn_svg_columns(grid.rows[i].text, strlen(grid.rows[i].text));

        longest = columns > longest ? columns : longest;
    }
    grid.left = fmin(fmax((double)longest * CHART_COLUMN_S, LEFT_LEAST), LEFT_MOST) + 10;
    grid.width = (CHART_WIDTH - grid.left) / (double)grid.n_columns;
    chart_data_range(data, QN_MODEL_NONE, &grid.low, &grid.high);
    return grid;
}

static void add_colour(struct qn_buf *out, const struct grid *grid, double value)
{
    double most = fmax(fabs(grid->low), fabs(grid->high));
    bool signs = grid->low < 0;
    double from = signs ? 0 : grid->low, to = signs ? most : grid->high;
    double part = to > from ? (fabs(value) - from) / (to - from) : 1;

    qn_html_printf(out, "class=\"f%d\" opacity=\"", value < 0 ? 3 : 0);
    qn_buf_printf(out, "%.3f\"", FAINTEST + (STRONGEST - FAINTEST) * fmax(part, 0));
}

static void draw_cell(const struct chart_canvas *canvas, const struct grid *grid, size_t row,
                      size_t column)
{
    const struct chart_value *value = value_of(grid, row, column);
    double x = grid->left + grid->width * (double)column, y = HEAD + ROW_HEIGHT * (double)row;
    size_t columns = chart_draw_columns(grid->width - 6);
    struct chart_text how = {"name", x + grid->width / 2, y + 17.5, "middle", 0, 0};
    char text[CHART_NUMBER_SIZE];

    if (isnan(value->value)) {
        return;
    }
    qn_buf_add_str(canvas->out, "<rect ");
    add_colour(canvas->out, grid, value->value);
    qn_html_printf(canvas->out,
                   " x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"3\"><title>%s, %s: "
                   "%s</title></rect>",
                   x + 1, y + 1, grid->width - 2, ROW_HEIGHT - 2, grid->rows[row].text,
                   grid->columns[column].text, value->text);
    chart_draw_number(value, columns, text, sizeof(text));
    how.wide = strlen(text) <= columns ? columns : 0;
    how.slim = strlen(text) <= chart_draw_columns_slim(grid->width - 2) ? columns : 0;
    chart_draw_text(canvas->out, &how, text);
}

static void draw_row_name(const struct chart_canvas *canvas, const struct grid *grid, size_t row)
{
    struct chart_text how = {.class = "name",
                             .x = grid->left - 8,
                             .y = HEAD + ROW_HEIGHT * (double)row + 17.5,
                             .anchor = "end",
                             .wide = chart_draw_columns(grid->left - 8),
                             .slim = chart_draw_columns_slim(grid->left - 8)};

    chart_draw_text(canvas->out, &how, grid->rows[row].text);
}

static double draw_bound(const struct chart_canvas *canvas, double x, double y, double value)
{
    struct chart_value bound = {NULL, value};
    struct chart_text how = {"", x, y + 16, "start", 12, 12};
    char text[CHART_NUMBER_SIZE];

    chart_draw_number(&bound, 12, text, sizeof(text));
    chart_draw_text(canvas->out, &how, text);
    return x + (double)strlen(text) * CHART_COLUMN_S + 6;
}

/* What the palest and the strongest colour stand for. */
static void draw_key(const struct chart_canvas *canvas, const struct grid *grid, double y)
{
    double left = draw_bound(canvas, grid->left, y, grid->low);

    for (int i = 0; i < KEYS; i++) {
        qn_buf_add_str(canvas->out, "<rect ");
        add_colour(canvas->out, grid, grid->low + (grid->high - grid->low) * i / (KEYS - 1));
        qn_html_printf(canvas->out, " x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"14\" rx=\"2\"/>",
                       left + i * KEY_STEP, y + 5, KEY_WIDTH);
    }
    (void)draw_bound(canvas, left + KEYS * KEY_STEP + 6, y, grid->high);
}

void chart_draw_cells(const struct chart_canvas *canvas)
{
    const struct grid grid = grid_of(&canvas->data);
    const double bottom = HEAD + ROW_HEIGHT * (double)grid.n_rows;

    chart_draw_begin(canvas, bottom + FOOT + KEY);
    chart_draw_axis_name(canvas, 14, canvas->chart->y[0]);
    for (size_t row = 0; row < grid.n_rows; row++) {
        draw_row_name(canvas, &grid, row);
        for (size_t column = 0; column < grid.n_columns; column++) {
            draw_cell(canvas, &grid, row, column);
        }
    }
    for (size_t i = 0; i < grid.n_columns; i++) {
        canvas->xs[i] = grid.left + grid.width * ((double)i + 0.5);
    }
    chart_draw_labels(canvas, &(struct chart_labels){grid.columns, grid.n_columns, bottom,
                                                     canvas->data.axis.class == CHART_IS_TIME
                                                         ? CHART_WIDTH
                                                         : grid.width - 6});
    draw_key(canvas, &grid, bottom + FOOT);
    chart_draw_end(canvas);
}
