#include "chart_draw.h"

static void draw_nothing(const struct chart_canvas *canvas)
{
    struct chart_text how = {"", CHART_WIDTH / 2.0, 45, "middle", 40, 40};

    chart_draw_begin(canvas, 80);
    chart_draw_text(canvas->out, &how, canvas->data.zh ? "没有可画的数据" : "nothing to draw");
    chart_draw_end(canvas);
}

static bool is_empty(const struct chart_canvas *canvas)
{
    const struct chart_data *data = &canvas->data;

    switch (canvas->chart->type) {
    case CHART_NUMBER:
    case CHART_TILES:
        return false;
    case CHART_SCATTER:
    case CHART_POINTS:
        return data->n_points == 0;
    default:
        return data->n_labels == 0 || data->n_series == 0;
    }
}

static void draw(struct chart_canvas *canvas)
{
    switch (canvas->chart->type) {
    case CHART_NUMBER:
    case CHART_TILES:
        chart_draw_tiles(canvas);
        break;
    case CHART_LINE:
    case CHART_MULTI_LINE:
        chart_draw_lines(canvas);
        break;
    case CHART_BAR:
    case CHART_GROUPED_BAR:
        chart_draw_bars(canvas);
        break;
    case CHART_BAR_HORIZONTAL:
        chart_draw_lying(canvas);
        break;
    case CHART_HEAT_MAP:
        chart_draw_cells(canvas);
        break;
    case CHART_DONUT:
        chart_draw_donut(canvas);
        break;
    case CHART_SCATTER:
        chart_draw_scatter(canvas);
        break;
    case CHART_HISTOGRAM:
        chart_draw_bins(canvas);
        break;
    case CHART_POINTS:
        chart_draw_places(canvas);
        break;
    default:
        break;
    }
}

void chart_svg(const struct chart *chart, const struct query_rows *rows, struct qn_buf *out)
{
    struct chart_canvas canvas = {.out = out, .chart = chart, .rows = rows};
    struct chart_data *data = &canvas.data;

    if (chart->type == CHART_TABLE) {
        return;
    }
    chart_data_init(data, chart, rows);
    canvas.xs = qn_arena_alloc(&data->arena, data->n_labels + data->n_series + 1, sizeof(double));
    if (data->arena.status == QN_OK) {
        if (is_empty(&canvas)) {
            draw_nothing(&canvas);
        } else {
            draw(&canvas);
        }
    }
    if (data->arena.status != QN_OK && out->status == QN_OK) {
        out->status = data->arena.status;
    }
    chart_data_release(data);
}
