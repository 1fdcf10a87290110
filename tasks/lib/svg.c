#include "svg.h"

#include "html.h"
#include "svg_scale.h"
#include "svg_text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 960

/* The line chart: where the plot lies in 960 x 300. */
#define LINE_HEIGHT 300
#define PLOT_LEFT   60
#define PLOT_RIGHT  948
#define PLOT_TOP    14
#define PLOT_BOTTOM 264
#define X_LABELS    8
#define DOTS_MOST   45  /* points that are marked one by one */
#define HITS_MOST   400 /* points that tell their value under the pointer */

#define BAR_HEIGHT  30
#define BAR_LEFT    250
#define BAR_RIGHT   800
#define BAR_COLUMNS 32 /* of a label; a wide character takes two */

#define STACK_BAR     34
#define LEGEND_HEIGHT 26
#define LEGEND_WIDTH  320

const char qn_svg_style[] =
    ".chart{display:block;width:100%;height:auto;font-size:13px;overflow:visible}"
    ".chart text{fill:var(--faint)}.chart .name{fill:var(--ink)}"
    ".chart .value{fill:var(--ink);font-variant-numeric:tabular-nums}"
    ".chart .grid{stroke:var(--line);stroke-width:1}"
    ".chart .zero{stroke:var(--faint);stroke-width:1}"
    ".chart .area{fill:var(--c0);opacity:.11}"
    ".chart .now{fill:none;stroke:var(--c0);stroke-width:2.2;stroke-linejoin:round;"
    "stroke-linecap:round}.chart .thin{stroke-width:1.1}"
    ".chart .before{fill:none;stroke:var(--faint);stroke-width:1.6;stroke-dasharray:5 5;"
    "stroke-linejoin:round}"
    ".chart .dot{fill:var(--paper);stroke:var(--c0);stroke-width:2}"
    ".chart .hit{fill:transparent}.chart .hit:hover{fill:var(--c0);opacity:.1}"
    ".chart .track{fill:var(--line);opacity:.55}"
    ".chart .c0{fill:var(--c0)}.chart .c1{fill:var(--c1)}.chart .c2{fill:var(--c2)}"
    ".chart .c3{fill:var(--c3)}.chart .c4{fill:var(--c4)}.chart .c5{fill:var(--c5)}";

double qn_svg_value(const char *decimal)
{
    double value = strtod(decimal, NULL);

    return isfinite(value) ? value : 0;
}

static double drawable(double value)
{
    return isfinite(value) ? fmax(fmin(value, QN_SVG_MOST), -QN_SVG_MOST) : 0;
}

static void begin(struct qn_buf *out, const struct qn_svg_chart *chart, int height)
{
    qn_html_printf(out,
                   "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                   WIDTH, height, chart->title);
}

static void say_empty(struct qn_buf *out, const struct qn_svg_chart *chart)
{
    begin(out, chart, 80);
    qn_html_printf(out, "<text x=\"%d\" y=\"45\" text-anchor=\"middle\">nothing to show</text>",
                   WIDTH / 2);
    qn_buf_add_str(out, "</svg>\n");
}

/* Line chart. */

struct plot {
    struct qn_svg_scale scale;
    size_t n; /* places along x */
};

static double x_of(const struct plot *plot, size_t i)
{
    double width = PLOT_RIGHT - PLOT_LEFT;

    if (plot->n < 2) {
        return PLOT_LEFT + width / 2;
    }
    return PLOT_LEFT + width * (double)i / (double)(plot->n - 1);
}

static double y_of(const struct plot *plot, double value)
{
    const struct qn_svg_scale *scale = &plot->scale;
    double part = (drawable(value) - scale->low) / (scale->high - scale->low);

    return PLOT_BOTTOM - part * (PLOT_BOTTOM - PLOT_TOP);
}

static void draw_grid(struct qn_buf *out, const struct plot *plot)
{
    for (int i = 0; i <= plot->scale.steps; i++) {
        double value = plot->scale.low + i * plot->scale.step;
        bool zero = fabs(value) < plot->scale.step / 2;
        char text[QN_SVG_NUMBER_SIZE];

        qn_svg_number(value, plot->scale.step, text);
        qn_html_printf(out,
                       "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                       "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                       zero ? "zero" : "grid", PLOT_LEFT, PLOT_RIGHT, y_of(plot, value),
                       y_of(plot, value), PLOT_LEFT - 10, y_of(plot, value) + 4.5, text);
    }
}

static void draw_days(struct qn_buf *out, const struct plot *plot, const struct qn_svg_chart *chart)
{
    size_t stride = (chart->n + X_LABELS - 1) / X_LABELS;

    for (size_t i = 0; i < chart->n; i += stride) {
        const char *anchor = i > 0 && i + 1 == chart->n ? "end" : "middle";

        qn_html_printf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>", x_of(plot, i),
                       PLOT_BOTTOM + 24, anchor, chart->points[i].label);
    }
}

static void add_path(struct qn_buf *out, const struct plot *plot, const struct qn_svg_point *points,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        qn_html_printf(out, "%s%.1f %.1f", i == 0 ? "M" : "L", x_of(plot, i),
                       y_of(plot, points[i].value));
    }
}

static void draw_now(struct qn_buf *out, const struct plot *plot, const struct qn_svg_chart *chart)
{
    double zero = y_of(plot, 0);

    qn_buf_add_str(out, "<path class=\"area\" d=\"");
    add_path(out, plot, chart->points, chart->n);
    qn_html_printf(out, "L%.1f %.1fL%.1f %.1fZ\"/>", x_of(plot, chart->n - 1), zero, x_of(plot, 0),
                   zero);
    qn_html_printf(out, "<path class=\"%s\" d=\"", chart->n > HITS_MOST ? "now thin" : "now");
    add_path(out, plot, chart->points, chart->n);
    qn_buf_add_str(out, "\"/>");
    for (size_t i = 0; i < chart->n && chart->n <= DOTS_MOST; i++) {
        qn_html_printf(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
                       x_of(plot, i), y_of(plot, chart->points[i].value));
    }
}

static void draw_hits(struct qn_buf *out, const struct plot *plot, const struct qn_svg_chart *chart)
{
    double width = (double)(PLOT_RIGHT - PLOT_LEFT) / (double)(plot->n > 1 ? plot->n - 1 : 1);

    for (size_t i = 0; i < chart->n && chart->n <= HITS_MOST; i++) {
        double left = fmax(x_of(plot, i) - width / 2, PLOT_LEFT);
        double right = fmin(x_of(plot, i) + width / 2, PLOT_RIGHT);

        qn_html_printf(out,
                       "<rect class=\"hit\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\">"
                       "<title>%s: %s</title></rect>",
                       left, PLOT_TOP, right - left, PLOT_BOTTOM - PLOT_TOP, chart->points[i].label,
                       chart->points[i].text);
    }
}

void qn_svg_line(struct qn_buf *out, const struct qn_svg_chart *chart)
{
    struct plot plot = {.n = chart->n > chart->n_base ? chart->n : chart->n_base};
    double low = 0, high = 0;

    if (chart->n == 0) {
        say_empty(out, chart);
        return;
    }
    for (size_t i = 0; i < chart->n; i++) {
        low = fmin(low, drawable(chart->points[i].value));
        high = fmax(high, drawable(chart->points[i].value));
    }
    for (size_t i = 0; i < chart->n_base; i++) {
        low = fmin(low, drawable(chart->base[i].value));
        high = fmax(high, drawable(chart->base[i].value));
    }
    qn_svg_scale_init(&plot.scale, low, high);
    begin(out, chart, LINE_HEIGHT);
    draw_grid(out, &plot);
    draw_days(out, &plot, chart);
    if (chart->n_base > 0) {
        qn_buf_add_str(out, "<path class=\"before\" d=\"");
        add_path(out, &plot, chart->base, chart->n_base);
        qn_buf_add_str(out, "\"/>");
    }
    draw_now(out, &plot, chart);
    draw_hits(out, &plot, chart);
    qn_buf_add_str(out, "</svg>\n");
}

/* Bars and parts. */

static void draw_bar(struct qn_buf *out, const struct qn_svg_point *point, int y, double part)
{
    double width = fmax(part, 0) * (BAR_RIGHT - BAR_LEFT);

    qn_html_printf(out,
                   "<g><title>%s: %s</title><text class=\"name\" x=\"%d\" y=\"%d\""
                   " text-anchor=\"end\">",
                   point->label, point->text, BAR_LEFT - 12, y + 19);
    qn_svg_label(out, point->label, BAR_COLUMNS);
    qn_html_printf(out,
                   "</text><rect class=\"track\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\""
                   " rx=\"4\"/><rect class=\"c0\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\""
                   " rx=\"4\"/><text class=\"value\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s"
                   "</text></g>",
                   BAR_LEFT, y + 6, BAR_RIGHT - BAR_LEFT, BAR_LEFT, y + 6, width, WIDTH - 4, y + 19,
                   point->text);
}

void qn_svg_bars(struct qn_buf *out, const struct qn_svg_chart *chart)
{
    double most = 0;

    if (chart->n == 0) {
        say_empty(out, chart);
        return;
    }
    for (size_t i = 0; i < chart->n; i++) {
        most = fmax(most, drawable(chart->points[i].value));
    }
    begin(out, chart, (int)chart->n * BAR_HEIGHT);
    for (size_t i = 0; i < chart->n; i++) {
        double part = most > 0 ? drawable(chart->points[i].value) / most : 0;

        draw_bar(out, &chart->points[i], (int)i * BAR_HEIGHT, part);
    }
    qn_buf_add_str(out, "</svg>\n");
}

static void draw_legend(struct qn_buf *out, const struct qn_svg_point *point, size_t i)
{
    int x = (int)(i % 3) * LEGEND_WIDTH;
    int y = STACK_BAR + 14 + (int)(i / 3) * LEGEND_HEIGHT;
    int colour = (int)(i < QN_SVG_COLOURS ? i : QN_SVG_COLOURS - 1);

    qn_html_printf(out,
                   "<g><rect class=\"c%d\" x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" rx=\"3\"/>"
                   "<text x=\"%d\" y=\"%d\"><tspan class=\"name\">",
                   colour, x, y, x + 20, y + 11);
    qn_svg_label(out, point->label, 18);
    qn_html_printf(out, "</tspan> %s</text></g>", point->text);
}

void qn_svg_stack(struct qn_buf *out, const struct qn_svg_chart *chart)
{
    double whole = 0, left = 0;

    for (size_t i = 0; i < chart->n; i++) {
        whole += fmax(drawable(chart->points[i].value), 0);
    }
    if (!(whole > 0) || !isfinite(whole)) {
        say_empty(out, chart);
        return;
    }
    begin(out, chart, STACK_BAR + 14 + (int)((chart->n + 2) / 3) * LEGEND_HEIGHT);
    for (size_t i = 0; i < chart->n; i++) {
        double width = fmax(drawable(chart->points[i].value), 0) / whole * WIDTH;
        int colour = (int)(i < QN_SVG_COLOURS ? i : QN_SVG_COLOURS - 1);

        qn_html_printf(out,
                       "<rect class=\"c%d\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\""
                       " rx=\"3\"><title>%s: %s</title></rect>",
                       colour, left, fmax(width - 2, 0), STACK_BAR, chart->points[i].label,
                       chart->points[i].text);
        left += width;
    }
    for (size_t i = 0; i < chart->n; i++) {
        draw_legend(out, &chart->points[i], i);
    }
    qn_buf_add_str(out, "</svg>\n");
}
