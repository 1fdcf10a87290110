/* chart_column.h - what a column of rows is to a picture, by its role, its name and its values. */
#ifndef TASKS_NL2SQL_CHART_CHART_COLUMN_H
#define TASKS_NL2SQL_CHART_CHART_COLUMN_H

#include "chart_time.h"
#include "tasks/nl2sql/query/query_rows.h"

enum chart_class {
    CHART_IS_NOTHING, /* nothing but NULL, JSON, prose */
    CHART_IS_ID,      /* names a row; never a measure */
    CHART_IS_TIME,
    CHART_IS_CATEGORY,
    CHART_IS_MEASURE,
    CHART_IS_LATITUDE,
    CHART_IS_LONGITUDE,
};

struct chart_column {
    enum chart_class class;
    enum chart_grain grain; /* of a time */
    bool additive;          /* of a measure: the sum of its values means something */
    bool ordered;           /* of a category: numbers, days of the week, months */
    size_t values;          /* cells that have one: no NULL, no NaN where it is a number */
    double low, high;       /* of numbers */
    bool whole;             /* they are integers */
    size_t longest;         /* columns of the longest text; a wide character takes two */
};

void chart_column_look(const struct query_rows *rows, size_t c, struct chart_column *ret);

/* Where the cell lies in the order of a time or an ordered category, and a measure's value; NAN
 * where it has none. Of times days since 1970, of CHART_GRAIN_STEP the number. */
double chart_column_at(const struct query_rows *rows, const struct chart_column *column, size_t row,
                       size_t c);

#endif
