/* Rows as points of two measures, and as places. */
#include "chart_draw.h"

#include "tasks/lib/html.h"
#include "tasks/lib/svg_text.h"
#include <math.h>
#include <string.h>

#define PLOT_HEIGHT  320
#define NAME_HEIGHT  40
#define FOOT         66
#define TOLD_MOST    600 /* points that say what they are */
#define MAP_MOST     460 /* the height of places */
#define MAP_LEAST    160
#define NAMED_MOST   40
#define NAME_COLUMNS 20
#define LINE_HEIGHT  15
#define TURN         57.29577951308232 /* degrees of a radian */

struct frame {
    struct chart_plot plot;
    struct qn_svg_scale across;
};

static double x_of(const struct frame *frame, double value)
{
    double part = (value - frame->across.low) / (frame->across.high - frame->across.low);

    return frame->plot.left + part * (frame->plot.right - frame->plot.left);
}

static void find_ranges(const struct chart_data *data, struct frame *frame, bool places)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    struct chart_plot across = {0};

    for (size_t i = 0; i < data->n_points; i++) {
        const double at[2] = {data->points[i].x.value, data->points[i].y.value};

        for (int d = 0; d < 2; d++) {
            low[d] = fmin(low[d], at[d]);
            high[d] = fmax(high[d], at[d]);
        }
    }
    for (int d = 0; d < 2 && places; d++) {
        double edge = fmax((high[d] - low[d]) * 0.05, 0.01);

        low[d] -= edge;
        high[d] += edge;
    }
    if (places) {
        qn_svg_scale_init(&across.scale, low[0], high[0]);
        qn_svg_scale_init(&frame->plot.scale, low[1], high[1]);
    } else {
        chart_plot_init(&across, low[0], high[0], false);
        chart_plot_init(&frame->plot, low[1], high[1], false);
    }
    frame->across = across.scale;
}

static void draw_across(const struct chart_canvas *canvas, const struct frame *frame)
{
    for (int i = 0; i <= frame->across.steps; i++) {
        double value = frame->across.low + i * frame->across.step, x = x_of(frame, value);
        struct chart_text how = {"", x, frame->plot.bottom + 26, "middle", 9, 9};
        char text[QN_SVG_NUMBER_SIZE];

        qn_svg_number(value, frame->across.step, text);
        qn_html_printf(canvas->out,
                       "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                       fabs(value) < frame->across.step / 2 ? "zero" : "grid", x, x,
                       frame->plot.top, frame->plot.bottom);
        if (frame->across.steps <= 5 || i % 2 == 0) {
            chart_draw_text(canvas->out, &how, text);
        }
    }
}

static void draw_points(const struct chart_canvas *canvas, const struct frame *frame)
{
    const struct chart_data *data = &canvas->data;

    for (size_t i = 0; i < data->n_points; i++) {
        const struct chart_point *point = &data->points[i];
        bool named = point->label[0] != '\0';

        qn_html_printf(canvas->out, "<circle class=\"f0 spot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"",
                       x_of(frame, point->x.value), chart_plot_y(&frame->plot, point->y.value));
        if (data->n_points > TOLD_MOST) {
            qn_buf_add_str(canvas->out, "/>");
            continue;
        }
        qn_html_printf(canvas->out, "><title>%s%s%s, %s</title></circle>", point->label,
                       named ? ": " : "", point->x.text, point->y.text);
    }
}

struct box {
    double left, right, y;
};

static bool is_free(const struct box *boxes, size_t n, const struct box *box)
{
    for (size_t i = 0; i < n; i++) {
        if (box->left < boxes[i].right && boxes[i].left < box->right &&
            fabs(box->y - boxes[i].y) < LINE_HEIGHT) {
            return false;
        }
    }
    return true;
}

/* Beside few points their names, where they touch neither each other nor the edge. */
static void draw_names(const struct chart_canvas *canvas, const struct frame *frame)
{
    const struct chart_data *data = &canvas->data;
    struct box boxes[NAMED_MOST];
    size_t n = 0;

    for (size_t i = 0; i < data->n_points && data->n_points <= NAMED_MOST; i++) {
        const struct chart_point *point = &data->points[i];
        size_t columns = qn_svg_columns(point->label, strlen(point->label));
        struct chart_text how = {.class = "",
                                 .x = x_of(frame, point->x.value) + 9,
                                 .y = chart_plot_y(&frame->plot, point->y.value) + 4.5,
                                 .anchor = "start",
                                 .wide = columns < NAME_COLUMNS ? columns : NAME_COLUMNS};
        struct box box = {how.x - 16, how.x + (double)how.wide * CHART_COLUMN, how.y};

        if (box.right < CHART_WIDTH && is_free(boxes, n, &box)) {
            chart_draw_text(canvas->out, &how, point->label);
            boxes[n++] = box;
        }
    }
}

static void draw_frame(const struct chart_canvas *canvas, const struct frame *frame)
{
    struct chart_text how = {"", CHART_WIDTH - 4, frame->plot.bottom + 54, "end", 60, 40};

    chart_draw_begin(canvas, frame->plot.bottom + FOOT);
    chart_draw_axis_name(canvas, 13, canvas->chart->y[0]);
    chart_draw_grid(canvas->out, &frame->plot);
    draw_across(canvas, frame);
    chart_draw_text(canvas->out, &how, canvas->rows->columns[canvas->chart->x].name);
    draw_points(canvas, frame);
    draw_names(canvas, frame);
    chart_draw_end(canvas);
}

void chart_draw_scatter(const struct chart_canvas *canvas)
{
    struct frame frame = {.plot = {.left = CHART_PLOT_LEFT,
                                   .right = CHART_WIDTH - 30,
                                   .top = NAME_HEIGHT,
                                   .bottom = NAME_HEIGHT + PLOT_HEIGHT}};

    find_ranges(&canvas->data, &frame, false);
    draw_frame(canvas, &frame);
}

/* A degree of longitude is as wide as it is in the middle of what is shown. */
void chart_draw_places(const struct chart_canvas *canvas)
{
    struct frame frame = {
        .plot = {.left = CHART_PLOT_LEFT, .right = CHART_WIDTH - 30, .top = NAME_HEIGHT}};
    const struct qn_svg_scale *up = &frame.plot.scale;
    double shrink, width, height;

    find_ranges(&canvas->data, &frame, true);
    shrink = fmax(cos((up->low + up->high) / 2 / TURN), 0.1);
    width = frame.plot.right - frame.plot.left;
    height = width * (up->high - up->low) / ((frame.across.high - frame.across.low) * shrink);
    if (height > MAP_MOST) {
        double middle = (frame.plot.left + frame.plot.right) / 2, half = width * MAP_MOST / height;

        half = fmax(half, 120) / 2;
        frame.plot.left = middle - half;
        frame.plot.right = middle + half;
        height = MAP_MOST;
    }
    frame.plot.bottom = frame.plot.top + fmax(height, MAP_LEAST);
    draw_frame(canvas, &frame);
}
