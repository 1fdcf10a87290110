/* chart.h - which picture rows ask for, and that picture. Pure.
 *
 * A table of rules decides (docs/tasks/charts.md prints it): the kinds of the columns and the
 * values first, what the statement or the question asked for second. Never code of a model's
 * writing. Keys and ids are never measures. The same rows give the same bytes.
 *
 * Not here: the table of the rows, which every page shows besides (export.h).
 */
#ifndef TASKS_NL2SQL_CHART_CHART_H
#define TASKS_NL2SQL_CHART_CHART_H

#include "tasks/nl2sql/query/query_rows.h"

enum chart_type {
    CHART_TABLE,
    CHART_NUMBER,     /* 1 x 1 */
    CHART_TILES,      /* one row of measures */
    CHART_LINE,       /* a time and 1 to 4 measures */
    CHART_MULTI_LINE, /* a time, a category, a measure */
    CHART_BAR,
    CHART_BAR_HORIZONTAL,
    CHART_GROUPED_BAR,
    CHART_HEAT_MAP,
    CHART_DONUT,
    CHART_SCATTER,
    CHART_HISTOGRAM,
    CHART_POINTS, /* latitude and longitude */
    CHART_TYPES,
};
extern const char *const chart_type_names[CHART_TYPES]; /* "table", "number", ..., "heat_map" */

#define CHART_ALTERNATIVES 2
#define CHART_SERIES_MAX   8

struct chart_wish {
    const char *title;    /* the question; "" none */
    const char *language; /* "en" or "zh": of the reason */
    bool share;           /* parts of a whole were asked for */
    const char *type;     /* a name of chart_type_names a person asks for; "" by the rules: taken
                             when the rows allow it, else the reason says why not */
};

struct chart {
    enum chart_type type;
    enum chart_type alternatives[CHART_ALTERNATIVES];
    size_t n_alternatives;
    const char *title;
    const char *reason;   /* for people */
    const char *language; /* "en" or "zh": of the words in the picture */
    size_t x;             /* column of the axis, QN_MODEL_NONE none */
    size_t series; /* column whose values are the series, or name the points; QN_MODEL_NONE none */
    size_t y[CHART_SERIES_MAX]; /* columns of the measures */
    size_t n_y;
    size_t most; /* of the categories are shown, the rest is "other" or left out; 0: all */
    bool other;  /* the rest is summed up under "other" */
    struct qn_arena arena;
};

/* rows: borrowed by the chart. To be released. */
QN_MUST_CHECK int chart_choose(struct chart *ret, const struct query_rows *rows,
                               const struct chart_wish *wish, struct qn_err *reterr);
void chart_release(struct chart *chart); /* zeroed is fine */

/* The specification quern-chart/1: {"format","type","title","reason","alternatives",
 * "x":{"column","kind"}, "series"?, "y":[...], "data":{...}} with the data that is drawn, and the
 * same as an option of ECharts under "echarts". Failure is in out's status. */
void chart_json(const struct chart *chart, const struct query_rows *rows, struct qn_buf *out);
/* Inline SVG in the house's style (tasks/lib/svg.h); "" for CHART_TABLE. */
void chart_svg(const struct chart *chart, const struct query_rows *rows, struct qn_buf *out);

#endif
