/* svg.h - three charts as inline SVG, without script, for a page that has
 * qn_svg_style in its style sheet.
 *
 * A value is drawn from a double, which is for geometry only; what is read beside
 * it is the text that the caller gives. Values that are no finite numbers are drawn
 * as 0. Charts scale to the width of their place and take their colours from the
 * properties --ink, --faint, --line, --paper and --c0 to --c5.
 *
 * Not here: the table that a chart needs as its twin.
 */
#ifndef TASKS_LIB_SVG_H
#define TASKS_LIB_SVG_H

#include "common/buf.h"

#define QN_SVG_COLOURS 6

struct qn_svg_point {
    const char *label;
    const char *text; /* the value, for people */
    double value;
};

struct qn_svg_chart {
    const char *title; /* read by screen readers */
    const struct qn_svg_point *points;
    size_t n;
    const struct qn_svg_point *base; /* line only: the same time before, or NULL */
    size_t n_base;
};

extern const char qn_svg_style[];

/* 0 points give a chart that says so. Failure is in out's status. */
void qn_svg_line(struct qn_buf *out, const struct qn_svg_chart *chart);
void qn_svg_bars(struct qn_buf *out, const struct qn_svg_chart *chart);
/* One bar of the parts of a whole, and a legend; parts over QN_SVG_COLOURS share the
 * last colour. Negative parts have no width. */
void qn_svg_stack(struct qn_buf *out, const struct qn_svg_chart *chart);

/* The decimal text of a number, for drawing: 0 for what is none. */
double qn_svg_value(const char *decimal);

#endif
