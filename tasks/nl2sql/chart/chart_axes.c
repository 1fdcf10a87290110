#include "chart_draw.h"

#include "tasks/lib/html.h"
#include "tasks/lib/svg_text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define GAP       10   /* between two labels */
#define CUT_LEAST 5    /* columns: less says nothing, then fewer labels are shown */
#define FAR       0.25 /* values that differ by less than that part are shown without their zero */
#define TOO_FINE  1e-3 /* and by less than that with it: their labels would be the same */

static double drawable(double value)
{
    return fmax(fmin(value, QN_SVG_MOST), -QN_SVG_MOST);
}

void chart_plot_init(struct chart_plot *plot, double low, double high, bool zero)
{
    double most, range;

    low = drawable(low);
    high = drawable(high);
    most = fmax(fabs(low), fabs(high));
    range = high - low;
    if (zero || low * high <= 0 || range > FAR * most || range < TOO_FINE * most) {
        low = fmin(low, 0);
        high = fmax(high, 0);
    }
    qn_svg_scale_init(&plot->scale, low, high);
}

double chart_plot_y(const struct chart_plot *plot, double value)
{
    const struct qn_svg_scale *scale = &plot->scale;
    double part = (drawable(value) - scale->low) / (scale->high - scale->low);

    return plot->bottom - part * (plot->bottom - plot->top);
}

void chart_draw_grid(struct qn_buf *out, const struct chart_plot *plot)
{
    for (int i = 0; i <= plot->scale.steps; i++) {
        double value = plot->scale.low + i * plot->scale.step, y = chart_plot_y(plot, value);
        struct chart_text how = {"", plot->left - 8, y + 4.5, "end", 9, 9};
        char text[QN_SVG_NUMBER_SIZE];

        qn_svg_number(value, plot->scale.step, text);
        qn_html_printf(out, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                       fabs(value) < plot->scale.step / 2 ? "zero" : "grid", plot->left,
                       plot->right, y, y);
        chart_draw_text(out, &how, text);
    }
}

/* On one of the two screens: units and most columns of a label, and that each stride-th is shown.
 */
struct screen {
    double unit;
    size_t columns, stride;
};

static size_t columns_of(const struct screen *screen, const char *text)
{
    size_t columns = qn_svg_columns(text, strlen(text));

    return columns < screen->columns ? columns : screen->columns;
}

static bool fit(const struct chart_canvas *canvas, const struct chart_labels *labels,
                const struct screen *screen)
{
    double free_from = -CHART_WIDTH;

    for (size_t i = 0; i < labels->n; i += screen->stride) {
        double half = (double)columns_of(screen, labels->items[i].text) * screen->unit / 2;

        if (canvas->xs[i] - half < free_from) {
            return false;
        }
        free_from = canvas->xs[i] + half + GAP;
    }
    return true;
}

static struct screen screen_of(const struct chart_canvas *canvas, const struct chart_labels *labels,
                               double unit)
{
    struct screen screen = {unit, (size_t)(labels->room / unit), 1};

    if (screen.columns < CUT_LEAST) {
        screen.columns = CHART_WIDTH;
    }
    while (screen.stride < labels->n && !fit(canvas, labels, &screen)) {
        screen.stride++;
    }
    return screen;
}

void chart_draw_labels(const struct chart_canvas *canvas, const struct chart_labels *labels)
{
    struct screen wide = screen_of(canvas, labels, CHART_COLUMN);
    struct screen slim = screen_of(canvas, labels, CHART_COLUMN_S);

    for (size_t i = 0; i < labels->n; i++) {
        const char *text = labels->items[i].text;
        struct chart_text how = {.class = "",
                                 .x = canvas->xs[i],
                                 .y = labels->bottom + 26,
                                 .anchor = "middle",
                                 .wide = i % wide.stride == 0 ? columns_of(&wide, text) : 0,
                                 .slim = i % slim.stride == 0 ? columns_of(&slim, text) : 0};

        chart_draw_text(canvas->out, &how, text);
    }
}

void chart_draw_axis_name(const struct chart_canvas *canvas, double y, size_t column)
{
    const struct query_column *of = &canvas->rows->columns[column];
    struct chart_text how = {"", 0, y, "start", 60, 40};
    char text[256];

    snprintf(text, sizeof(text), "%s%s%s%s", of->name, of->unit[0] != '\0' ? " (" : "", of->unit,
             of->unit[0] != '\0' ? ")" : "");
    chart_draw_text(canvas->out, &how, text);
}
