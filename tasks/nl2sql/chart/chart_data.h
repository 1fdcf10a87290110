/* chart_data.h - what a picture draws: rows sorted, turned and summed up as its type has it. */
#ifndef TASKS_NL2SQL_CHART_CHART_DATA_H
#define TASKS_NL2SQL_CHART_CHART_DATA_H

#include "chart.h"
#include "chart_column.h"

#define CHART_BINS_MOST 24

struct chart_label {
    const char *text;    /* for people */
    struct qn_span cell; /* as the statement gave it */
    bool other;          /* stands for the rest */
    double at; /* of a time or an ordered category, else its place; of bins where it ends */
};

struct chart_value {
    const char *text; /* as the statement gave it; NULL none */
    double value;     /* NAN none: NULL, NaN and the infinities are not drawn */
};

struct chart_point {
    const char *label; /* "" none */
    struct chart_value x, y;
};

struct chart_data {
    struct qn_arena arena;
    struct chart_column axis; /* of chart->x */
    bool zh;
    struct chart_label *labels; /* of the axis */
    size_t n_labels;
    struct chart_label *series;
    size_t n_series;
    struct chart_value *values; /* n_labels of the first series, of the second, ... */
    struct chart_point *points; /* CHART_SCATTER, CHART_POINTS */
    size_t n_points;
    bool panels;     /* CHART_LINE: each series has an axis of its own */
    double first;    /* CHART_HISTOGRAM: where the first bin begins */
    size_t left_out; /* rows that are not drawn: no time, no place, behind the most */
};

/* Failure is in the arena's status; to be released in any case. */
void chart_data_init(struct chart_data *data, const struct chart *chart,
                     const struct query_rows *rows);
void chart_data_release(struct chart_data *data);

const struct chart_value *chart_data_value(const struct chart_data *data, size_t series,
                                           size_t label);
/* The least and the most that is drawn of a series, or of all (QN_MODEL_NONE); 0, 0 of none. */
void chart_data_range(const struct chart_data *data, size_t series, double *ret_low,
                      double *ret_high);

/* chart_points.c */
void chart_data_fill_points(struct chart_data *data, const struct chart *chart,
                            const struct query_rows *rows);
void chart_data_fill_bins(struct chart_data *data, const struct chart *chart,
                          const struct query_rows *rows);

/* A cell as people read it: yes and no, a word for NULL. */
const char *chart_data_text(struct chart_data *data, const struct query_rows *rows, size_t row,
                            size_t c);
struct chart_value chart_data_cell(const struct query_rows *rows, size_t row, size_t c);

#endif
