/* svg_scale.h - the numbers beside a chart. Pure. */
#ifndef TASKS_LIB_SVG_SCALE_H
#define TASKS_LIB_SVG_SCALE_H

#define QN_SVG_NUMBER_SIZE 24

/* low + i * step for i in 0..steps: round numbers around what is shown. */
struct qn_svg_scale {
    double low, high, step;
    int steps;
};

#define QN_SVG_MOST 1e290 /* the arithmetic of a scale holds up to here */

/* low <= high, neither beyond QN_SVG_MOST; both the same gives 0 to 1: only 0 may be alone. */
void qn_svg_scale_init(struct qn_svg_scale *ret, double low, double high);

/* The next of 1, 2, 2.5, 5 times a power of ten. rough is positive. */
double qn_svg_step(double rough);

/* "12.5k", "3M", with the decimals that the step needs. */
void qn_svg_number(double value, double step, char out[QN_SVG_NUMBER_SIZE]);

#endif
