/* chart_facts.h - what holds of rows before a picture is chosen: the words of the rules. */
#ifndef TASKS_NL2SQL_CHART_CHART_FACTS_H
#define TASKS_NL2SQL_CHART_CHART_FACTS_H

#include "chart.h"
#include "chart_column.h"

#define CHART_LABEL_COLUMNS   12 /* a label that stands below a bar */
#define CHART_LABELS_COLUMNS  96 /* all labels side by side */
#define CHART_BARS_MOST       30
#define CHART_BARS_TOP        20
#define CHART_LINES_MOST      4 /* measures over one time */
#define CHART_DONUT_MOST      6
#define CHART_GROUP_BARS      4
#define CHART_GROUPS          12
#define CHART_HEAT_MOST       40 /* of each side */
#define CHART_TILES_MOST      8
#define CHART_SCATTER_LEAST   5
#define CHART_HISTOGRAM_LEAST 10
#define CHART_IDS_MOST        30 /* rows that are told apart by an id */
#define CHART_NEAR            20 /* one measure may be that many times the other on one axis */

/* name, what docs/tasks/charts.md says */
#define CHART_FACTS(fact)                                                                          \
    fact(EMPTY, "no row") fact(CELL, "one row and one column") fact(                               \
        ROW, "one row of up to 8 columns") fact(PLACES, "a latitude and a longitude")              \
        fact(OF_TIME, "a time, each once") fact(OF_CATEGORY, "a category, each once") fact(        \
            OF_TIME_CATEGORY,                                                                      \
            "a time and a category, each pair once") fact(OF_CATEGORIES,                           \
                                                          "two categories, each pair once")        \
            fact(OF_NOTHING, "nothing to group by") fact(MEASURE, "a measure") fact(               \
                MEASURES,                                                                          \
                "two measures or more") fact(PAIR,                                                 \
                                             "exactly two measures") fact(LINES,                   \
                                                                          "up to 4 measures")      \
                fact(NEAR, "the measures have one unit and similar sizes") fact(                   \
                    ADDITIVE, "the measure may be summed up") fact(PARTS,                          \
                                                                   "all values are positive")      \
                    fact(FEW_PARTS, "up to 6 values") fact(SHARE, "a share is asked for")          \
                        fact(BARS, "up to 30 values") fact(GROUPS, "up to 12 values") fact(        \
                            LABELS_LONG,                                                           \
                            "labels longer than 12 characters, or too many to stand side by side") \
                            fact(FEW_SERIES, "up to 8 series") fact(SMALL_GRID, "up to 4 by 12")   \
                                fact(GRID, "up to 40 by 40") fact(ROWS_5, "5 rows or more")        \
                                    fact(ROWS_10, "10 rows or more")

enum chart_fact {
#define CHART_FACT_ENUM(name, text) CHART_FACT_##name,
    CHART_FACTS(CHART_FACT_ENUM)
#undef CHART_FACT_ENUM
        CHART_FACT_COUNT,
};
#define CHART_BIT(name) (UINT64_C(1) << CHART_FACT_##name)
extern const char *const chart_fact_texts[CHART_FACT_COUNT];

struct chart_facts {
    uint64_t hold; /* of CHART_BIT */
    struct chart_column columns[QUERY_COLUMNS_MAX];
    size_t x, series; /* columns, QN_MODEL_NONE none */
    size_t measures[QUERY_COLUMNS_MAX], n_measures;
    size_t latitude, longitude;
    size_t n_x, n_series; /* different values */
};

/* arena: for what is counted, until the picture is released. */
QN_MUST_CHECK int chart_facts_find(struct chart_facts *ret, const struct query_rows *rows,
                                   bool share, struct qn_arena *arena, struct qn_err *reterr);

#endif
