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

/* Columns of a label on one of the two screens, and where the next one may begin. */
struct screen {
    double unit;
    size_t columns;
    double free_from;
};

static struct screen screen_of(double unit, double room)
{
    size_t columns = (size_t)(room / unit);

    return (struct screen){unit, columns < CUT_LEAST ? CHART_WIDTH : columns, -CHART_WIDTH};
}

/* The columns that a label at x takes; 0 when there is no room. */
static size_t place(struct screen *screen, double x, const char *text)
{
    size_t columns = qn_svg_columns(text, strlen(text));
    double half;

    columns = columns < screen->columns ? columns : screen->columns;
    half = (double)columns * screen->unit / 2;
    if (x - half < screen->free_from) {
        return 0;
    }
    screen->free_from = x + half + GAP;
    return columns;
}

void chart_draw_labels(const struct chart_canvas *canvas, const struct chart_labels *labels)
{
    struct screen wide = screen_of(CHART_COLUMN, labels->room);
    struct screen slim = screen_of(CHART_COLUMN_S, labels->room);

    for (size_t i = 0; i < labels->n; i++) {
        const char *text = labels->items[i].text;
        struct chart_text how = {.class = "",
                                 .x = canvas->xs[i],
                                 .y = labels->bottom + 22,
                                 .anchor = "middle",
                                 .wide = place(&wide, canvas->xs[i], text),
                                 .slim = place(&slim, canvas->xs[i], text)};

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
