#include "chart_column.h"

#include "chart_words.h"
#include "tasks/lib/svg_text.h"
#include <math.h>
#include <string.h>

#define PROSE_COLUMNS 80 /* of the longest text: more is no label */

static bool is_number(const struct query_column *column)
{
    return column->kind == QUERY_INTEGER || column->kind == QUERY_NUMBER;
}

static void look_at_numbers(const struct query_rows *rows, size_t c, struct chart_column *ret)
{
    ret->whole = true;
    ret->low = INFINITY;
    ret->high = -INFINITY;
    for (size_t row = 0; row < rows->n_rows; row++) {
        double value = query_number(rows, row, c);

        if (!isfinite(value)) {
            continue;
        }
        ret->values++;
        ret->low = fmin(ret->low, value);
        ret->high = fmax(ret->high, value);
        ret->whole = ret->whole && floor(value) == value;
    }
}

static void look_at_texts(const struct query_rows *rows, size_t c, struct chart_column *ret)
{
    for (size_t row = 0; row < rows->n_rows; row++) {
        struct qn_span cell = query_cell(rows, row, c);

        if (cell.data != NULL) {
            size_t columns = qn_svg_columns(cell.data, cell.len);

            ret->values++;
            ret->longest = columns > ret->longest ? columns : ret->longest;
        }
    }
}

/* The grain that all texts share; CHART_GRAIN_NONE when one is no time. */
static enum chart_grain grain_of_texts(const struct query_rows *rows, size_t c)
{
    enum chart_grain all = CHART_GRAIN_NONE;

    for (size_t row = 0; row < rows->n_rows; row++) {
        struct qn_span cell = query_cell(rows, row, c);
        enum chart_grain grain;
        double day;

        if (cell.data == NULL) {
            continue;
        }
        grain = chart_time_parse(cell, &day);
        if (grain == CHART_GRAIN_NONE || (all != CHART_GRAIN_NONE && all != grain)) {
            return CHART_GRAIN_NONE;
        }
        all = grain;
    }
    return all;
}

/* Names of days only, or of months only: they have an order of their own. */
static bool are_named_times(const struct query_rows *rows, size_t c)
{
    int first = 0;

    for (size_t row = 0; row < rows->n_rows; row++) {
        struct qn_span cell = query_cell(rows, row, c);
        int name = cell.data != NULL ? chart_time_name(cell) : 0;

        if (cell.data != NULL && (name == 0 || (first != 0 && name / 100 != first / 100))) {
            return false;
        }
        first = first != 0 ? first : name;
    }
    return true;
}

static bool are_months_of_years(const struct query_rows *rows, size_t c)
{
    for (size_t row = 0; row < rows->n_rows; row++) {
        double value = query_number(rows, row, c), month = fmod(value, 100);

        if (!isnan(value) && (month < 1 || month > 12)) {
            return false;
        }
    }
    return true;
}

/* Numbers that are a time: 2025, 202506, the hour of a day. */
static enum chart_grain grain_of_numbers(const struct query_rows *rows, size_t c, unsigned hints,
                                         const struct chart_column *seen)
{
    bool years = seen->low >= 1900 && seen->high <= 2100;

    if (!seen->whole || seen->values == 0) {
        return CHART_GRAIN_NONE;
    }
    if (years && ((hints & (CHART_HINT_YEAR | CHART_HINT_PART)) != 0 ||
                  rows->columns[c].role == QN_ROLE_TIME)) {
        return CHART_GRAIN_YEAR;
    }
    if ((hints & CHART_HINT_MONTH) != 0 && seen->low >= 190001 && seen->high <= 210012 &&
        are_months_of_years(rows, c)) {
        return CHART_GRAIN_MONTH;
    }
    if ((hints & (CHART_HINT_MONTH | CHART_HINT_STEP)) != 0 && seen->low >= 0 &&
        seen->high <= 366) {
        return CHART_GRAIN_STEP;
    }
    return CHART_GRAIN_NONE;
}

static bool is_latitude(unsigned hints, const struct chart_column *seen)
{
    return (hints & CHART_HINT_LATITUDE) != 0 && seen->low >= -90 && seen->high <= 90;
}

static bool is_longitude(unsigned hints, const struct chart_column *seen)
{
    return (hints & CHART_HINT_LONGITUDE) != 0 && seen->low >= -180 && seen->high <= 180;
}

static bool is_id(const struct query_column *column, unsigned hints)
{
    return column->role == QN_ROLE_KEY || column->role == QN_ROLE_FOREIGN ||
           column->role == QN_ROLE_PERSONAL || (hints & CHART_HINT_ID) != 0;
}

static enum chart_class class_of_number(const struct query_rows *rows, size_t c, unsigned hints,
                                        struct chart_column *ret)
{
    const struct query_column *column = &rows->columns[c];

    if (ret->values == 0) {
        return CHART_IS_NOTHING;
    }
    if (is_latitude(hints, ret) || is_longitude(hints, ret)) {
        return is_latitude(hints, ret) ? CHART_IS_LATITUDE : CHART_IS_LONGITUDE;
    }
    ret->grain = grain_of_numbers(rows, c, hints, ret);
    if (ret->grain != CHART_GRAIN_NONE) {
        return CHART_IS_TIME;
    }
    if (is_id(column, hints)) {
        return CHART_IS_ID;
    }
    if (column->role == QN_ROLE_DIMENSION || column->role == QN_ROLE_FLAG ||
        column->role == QN_ROLE_LABEL) {
        ret->ordered = true;
        return CHART_IS_CATEGORY;
    }
    ret->additive = column->role != QN_ROLE_AVERAGE && (hints & CHART_HINT_MEAN) == 0 &&
                    strcmp(column->unit, "percent") != 0;
    return CHART_IS_MEASURE;
}

static enum chart_class class_of_text(const struct query_rows *rows, size_t c, unsigned hints,
                                      struct chart_column *ret)
{
    const struct query_column *column = &rows->columns[c];

    if (ret->values == 0 || column->kind == QUERY_JSON || ret->longest > PROSE_COLUMNS) {
        return CHART_IS_NOTHING;
    }
    ret->grain = column->kind == QUERY_BOOLEAN ? CHART_GRAIN_NONE : grain_of_texts(rows, c);
    if (ret->grain == CHART_GRAIN_YEAR && (hints & CHART_HINT_YEAR) == 0 &&
        column->role != QN_ROLE_TIME) {
        ret->grain = CHART_GRAIN_NONE; /* four digits alone are a code */
    }
    if (ret->grain != CHART_GRAIN_NONE) {
        return CHART_IS_TIME;
    }
    if (column->kind != QUERY_BOOLEAN && is_id(column, hints)) {
        return CHART_IS_ID;
    }
    ret->ordered = column->kind == QUERY_TEXT && are_named_times(rows, c);
    return CHART_IS_CATEGORY;
}

/* Dates that cannot be drawn (infinity, before Christ) are as if they were NULL. */
static void look_at_dates(const struct query_rows *rows, size_t c, struct chart_column *ret)
{
    ret->grain = rows->columns[c].kind == QUERY_DATE ? CHART_GRAIN_DAY : CHART_GRAIN_MOMENT;
    for (size_t row = 0; row < rows->n_rows; row++) {
        double day;

        if (chart_time_parse(query_cell(rows, row, c), &day) != CHART_GRAIN_NONE) {
            ret->values++;
        }
    }
    ret->class = ret->values > 0 ? CHART_IS_TIME : CHART_IS_NOTHING;
}

void chart_column_look(const struct query_rows *rows, size_t c, struct chart_column *ret)
{
    const struct query_column *column = &rows->columns[c];
    unsigned hints = chart_hints_of(column->name);

    *ret = (struct chart_column){.grain = CHART_GRAIN_NONE};
    if (is_number(column)) {
        look_at_numbers(rows, c, ret);
        ret->class = class_of_number(rows, c, hints, ret);
    } else if (column->kind == QUERY_DATE || column->kind == QUERY_TIMESTAMP) {
        look_at_dates(rows, c, ret);
    } else {
        look_at_texts(rows, c, ret);
        ret->class = class_of_text(rows, c, hints, ret);
    }
}

double chart_column_at(const struct query_rows *rows, const struct chart_column *column, size_t row,
                       size_t c)
{
    double number, day;

    if (rows->columns[c].kind == QUERY_TEXT && column->ordered) {
        int name = chart_time_name(query_cell(rows, row, c));

        return name != 0 ? name : NAN;
    }
    if (column->class != CHART_IS_TIME || column->grain == CHART_GRAIN_STEP) {
        number = query_number(rows, row, c);
        return isfinite(number) ? number : NAN;
    }
    if (!is_number(&rows->columns[c])) {
        return chart_time_parse(query_cell(rows, row, c), &day) != CHART_GRAIN_NONE ? day : NAN;
    }
    number = query_number(rows, row, c);
    if (isnan(number)) {
        return NAN;
    }
    return column->grain == CHART_GRAIN_YEAR
               ? chart_time_day((int)number, 1, 1)
               : chart_time_day((int)(number / 100), (int)fmod(number, 100), 1);
}
