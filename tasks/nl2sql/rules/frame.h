/* frame.h - what a question asks for, after its words were understood and before it is SQL.
 *
 *     question ─ words, spans (understand.h) ─▶ frame ─ join path, SQL (write.h) ─▶ statement
 *
 * Places are numbers of the model's tables and columns. Everything is in the arena of who made the
 * frame; two frames that are equal give the same statement, byte for byte. A follow-up is a frame
 * merged with the one before it.
 *
 * Not here: words; SQL.
 */
#ifndef TASKS_NL2SQL_RULES_FRAME_H
#define TASKS_NL2SQL_RULES_FRAME_H

#include "tasks/lib/model/model.h"

#define FRAME_MEASURES_MAX   4
#define FRAME_DIMENSIONS_MAX 3
#define FRAME_COLUMNS_MAX    12
#define FRAME_FILTERS_MAX    16
#define FRAME_VALUES_MAX     20
#define FRAME_DAY_SIZE       12 /* "2025-06-30" */

enum frame_kind {
    FRAME_MEASURE, /* measures, alone or by dimensions: counts, metrics, trends, tops, shares */
    FRAME_LIST, /* rows of a table with its label and columns; also newest, without, above average
                 */
    FRAME_DISTINCT, /* the values of a column that occur */
    FRAME_COMPARE,  /* one measure of two periods: one row */
};

enum frame_aggregate {
    FRAME_COUNT, /* of rows of a table */
    FRAME_COUNT_DISTINCT,
    FRAME_SUM,
    FRAME_AVERAGE,
    FRAME_MIN,
    FRAME_MAX,
};

struct frame_place {
    size_t table;
    size_t column; /* QN_MODEL_NONE: the table's rows */
};

struct frame_measure {
    size_t metric; /* of the model; QN_MODEL_NONE: the two below */
    enum frame_aggregate aggregate;
    struct frame_place of;
};

enum frame_test {
    FRAME_IS, /* one of values; of a flag "true" or "false" */
    FRAME_LESS,
    FRAME_AT_MOST,
    FRAME_MORE,
    FRAME_AT_LEAST,
    FRAME_BETWEEN,       /* values[0] and values[1], ends included */
    FRAME_CONTAINS,      /* text */
    FRAME_EMPTY,         /* IS NULL */
    FRAME_BEFORE_DAY,    /* half-open on days: column < values[0] */
    FRAME_FROM_DAY,      /* column >= values[0] */
    FRAME_CONDITION,     /* a condition of the model */
    FRAME_ABOVE_AVERAGE, /* of all rows of its table */
    FRAME_BELOW_AVERAGE,
    FRAME_EXISTS, /* a row of `related` that refers here, or is referred to, with its filters */
};

struct frame_period { /* days, half-open; "" on a side: open */
    char from[FRAME_DAY_SIZE];
    char to[FRAME_DAY_SIZE];
};

struct frame_filter {
    enum frame_test test;
    bool negated;
    struct frame_place of;
    bool through; /* of the row that a column refers to: "destination Hamburg" */
    struct frame_place via;
    const char
        *values[FRAME_VALUES_MAX]; /* as PostgreSQL reads them: "100", "Paris", "2025-06-30" */
    size_t n_values;
    size_t condition;                 /* FRAME_CONDITION: place in the model */
    size_t related;                   /* FRAME_EXISTS: a table */
    const struct frame_filter *inner; /* FRAME_EXISTS: what its rows must meet */
    size_t n_inner;
    struct frame_period inner_period; /* FRAME_EXISTS: when they were */
};

enum frame_grain {
    FRAME_NO_GRAIN,
    FRAME_HOUR,
    FRAME_DAY,
    FRAME_WEEK,
    FRAME_MONTH,
    FRAME_QUARTER,
    FRAME_YEAR,
    FRAME_WEEKDAY,
    FRAME_HOUR_OF_DAY,
    FRAME_MONTH_OF_YEAR, /* cyclic: not zero-filled by period */
};

struct frame_dimension {
    struct frame_place of;  /* column NONE: the rows of a table, shown by its label */
    enum frame_grain grain; /* of a time column */
};

enum frame_compare {
    FRAME_MORE_THAN,
    FRAME_AT_LEAST_THAN,
    FRAME_LESS_THAN,
    FRAME_AT_MOST_THAN,
    FRAME_EQUAL_TO,
    FRAME_BETWEEN_THEM
};

struct frame {
    enum frame_kind kind;
    size_t table; /* FRAME_LIST, FRAME_DISTINCT: whose rows; QN_MODEL_NONE: by the rest */
    struct frame_measure measures[FRAME_MEASURES_MAX];
    size_t n_measures;
    struct frame_dimension dimensions[FRAME_DIMENSIONS_MAX];
    size_t n_dimensions;
    struct frame_place columns[FRAME_COLUMNS_MAX]; /* FRAME_LIST: shown besides the label */
    size_t n_columns;
    struct frame_filter filters[FRAME_FILTERS_MAX];
    size_t n_filters;

    struct frame_place time; /* which time the period is of; table NONE: that of measure, table */
    struct frame_period period;
    struct frame_period before; /* FRAME_COMPARE: the other one */
    bool growth;                /* FRAME_COMPARE: the percent is what was asked for */

    bool share; /* each part's percent of the whole */
    /* A rate: the percent of rows (or of the measure) that meet these, of all that meet filters. */
    struct frame_filter part[FRAME_FILTERS_MAX];
    size_t n_part;

    bool having; /* the first measure compared with a number */
    enum frame_compare having_test;
    const char *having_values[2];
    bool having_average; /* with the average of the groups, not with a number */

    bool ordered;
    bool ascending;
    struct frame_place order; /* FRAME_LIST: by this column; else by the first measure */
    int64_t limit;            /* 0: none asked for */
    int64_t offset;           /* "the second": 1 */
    size_t per;               /* dimension within whose values limit counts; QN_MODEL_NONE none */
    bool folded; /* one row about the groups, not the groups: "how many customers have more
                    than 5 orders", "orders per customer on average" */
    enum frame_aggregate fold; /* FRAME_COUNT of the groups; else of the first measure over them */
    bool zero;          /* also things without any row: "customers with their number of orders" */
    bool distinct_rows; /* FRAME_LIST over a join: each row of the table once */
};

void frame_init(struct frame *frame);

#endif
