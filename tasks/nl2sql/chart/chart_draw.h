/* chart_draw.h - the parts of which pictures are drawn, for chart_svg.c and the files beside it.
 *
 * A picture is CHART_WIDTH wide and scales to its place. On a narrow screen its texts are larger
 * and fewer: a text says how many columns it may take in each of the two.
 */
#ifndef TASKS_NL2SQL_CHART_CHART_DRAW_H
#define TASKS_NL2SQL_CHART_CHART_DRAW_H

#include "chart_data.h"
#include "tasks/lib/svg_scale.h"

#define CHART_WIDTH     760
#define CHART_COLUMN    6.7  /* units of a column of text */
#define CHART_COLUMN_S  11.8 /* on a narrow screen */
#define CHART_PLOT_LEFT 72
#define CHART_LEGEND    26 /* of a line of the legend */
#define CHART_COLOURS   8
#define CHART_HITS_MOST 1200 /* places that say their values when pointed at */

struct chart_canvas {
    struct qn_buf *out;
    const struct chart *chart;
    const struct query_rows *rows;
    struct chart_data data;
    double *xs; /* of the labels, for who draws them */
};

struct chart_plot {
    double left, right, top, bottom;
    struct qn_svg_scale scale; /* of the values, upwards */
};

struct chart_text {
    const char *class;
    double x, y;
    const char *anchor; /* "start", "middle", "end" */
    size_t wide, slim;  /* columns at most; 0: not shown there */
};

extern const char chart_style[];

void chart_draw_begin(const struct chart_canvas *canvas, double height);
void chart_draw_end(const struct chart_canvas *canvas);

/* The full text is told when it is cut. */
void chart_draw_text(struct qn_buf *out, const struct chart_text *how, const char *text);
size_t chart_draw_columns(double units); /* that fit, of a wide screen */
size_t chart_draw_columns_slim(double units);

/* Digits in groups; a short form ("12.5k") when that takes more columns. "-" of none. */
void chart_draw_number(const struct chart_value *value, size_t columns, char *out, size_t size);
#define CHART_NUMBER_SIZE 80

/* The colour of a series: 0 to CHART_COLOURS - 1; that of the rest is its own. */
int chart_draw_colour(const struct chart_data *data, size_t series);
double chart_draw_legend_height(const struct chart_data *data);
void chart_draw_legend(const struct chart_canvas *canvas, double top);

/* chart_axes.c */
/* zero: the scale begins at 0 whatever the values. */
void chart_plot_init(struct chart_plot *plot, double low, double high, bool zero);
double chart_plot_y(const struct chart_plot *plot, double value);
void chart_draw_grid(struct qn_buf *out, const struct chart_plot *plot);
/* Labels below the bottom at canvas->xs, in order, those that find room; each at most room units
 * wide. */
struct chart_labels {
    const struct chart_label *items;
    size_t n;
    double bottom, room;
};
void chart_draw_labels(const struct chart_canvas *canvas, const struct chart_labels *labels);
/* "revenue (EUR)" above the axis. */
void chart_draw_axis_name(const struct chart_canvas *canvas, double y, size_t column);

/* "label", then a line for each series and its value. */
void chart_draw_told(const struct chart_canvas *canvas, size_t label);

void chart_draw_lines(const struct chart_canvas *canvas);
void chart_draw_bars(const struct chart_canvas *canvas);
void chart_draw_lying(const struct chart_canvas *canvas);
void chart_draw_bins(const struct chart_canvas *canvas);
void chart_draw_cells(const struct chart_canvas *canvas);
void chart_draw_donut(struct chart_canvas *canvas);
void chart_draw_tiles(struct chart_canvas *canvas);
void chart_draw_scatter(const struct chart_canvas *canvas);
void chart_draw_places(const struct chart_canvas *canvas);

#endif
