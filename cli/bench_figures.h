/* bench_figures.h - what was measured, several times each: medians, for people and programs.
 *
 * A figure is known by its name, which stays the same between versions. What is told is the
 * median of its values. Pure, but for printing.
 */
#ifndef CLI_BENCH_FIGURES_H
#define CLI_BENCH_FIGURES_H

#include "common/buf.h"
#include "term.h"

#define CLI_FIGURES_MAX 64
#define CLI_RUNS_MAX    25 /* values of one figure */

struct cli_figure {
    char name[48];  /* "drain_64_executors" */
    char title[64]; /* for people */
    const char *unit;
    double values[CLI_RUNS_MAX];
    size_t n;
};

struct cli_figures { /* zeroed: none */
    struct cli_figure all[CLI_FIGURES_MAX];
    size_t n;
};

/* Another value of a figure, which is made with the first one. number is put into its name and
 * title, where they have %d. */
struct cli_figure_kind {
    const char *name, *title, *unit;
};
QN_MUST_CHECK int cli_figures_add(struct cli_figures *figures, const struct cli_figure_kind *kind,
                                  int number, double value, struct qn_err *reterr);

/* Of 1 to CLI_RUNS_MAX values; of an even number the mean of the two in the middle. */
double cli_median(const double *values, size_t n);
/* The smallest value that is not below percent of them (nearest rank); n at least 1. */
int64_t cli_percentile(const int64_t *sorted, size_t n, int percent);

/* "18,400", "52.3", "1.27": enough digits to compare, no more. */
#define CLI_FIGURE_TEXT_SIZE 48
void cli_figure_text(double value, char out[CLI_FIGURE_TEXT_SIZE]);

/* [{"name":"enqueue_bulk","value":251000,"unit":"jobs/s"},...], medians. */
int cli_figures_json(struct qn_buf *out, const struct cli_figures *figures);
/* Medians, and the lowest and highest values. */
QN_MUST_CHECK int cli_figures_print(const struct cli_figures *figures, const struct cli_term *term,
                                    struct qn_err *reterr);

#endif
