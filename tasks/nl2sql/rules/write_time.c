/* Times: days, time zones, buckets. */
#include "calendar.h"
#include "write_filter.h"

#include "tasks/lib/model/model_text.h"
#include <string.h>

static bool is_utc(const char *zone)
{
    return zone[0] == '\0' || strcmp(zone, "UTC") == 0 || strcmp(zone, "Etc/UTC") == 0 ||
           strcmp(zone, "GMT") == 0 || strcmp(zone, "Z") == 0;
}

static bool is_zoned(const struct qn_model_column *column)
{
    return column->family == QN_FAMILY_TIMESTAMP &&
           (strstr(column->type, "with time zone") != NULL ||
            strncmp(column->type, "timestamptz", 11) == 0);
}

int64_t write_day_of(struct write_run *run, const char *text)
{
    int64_t day = 0;

    if (!calendar_parse(text, &day)) {
        write_fail(run, "%.40s is no day", text);
    }
    return day;
}

/* The start of a day, as a literal of the column's type. */
static const char *day_literal(struct write_run *run, const struct qn_model_column *column,
                               int64_t day)
{
    const char *zone = run->model->time_zone;
    char text[FRAME_DAY_SIZE];

    calendar_print(day, text);
    if (is_zoned(column) && !is_utc(zone)) {
        return sql_quote(run->arena, qn_arena_printf(run->arena, "%s 00:00 %s", text, zone));
    }
    return sql_quote(run->arena, text);
}

static const char *compared(struct write_run *run, const char *expr, const char *operator,
                            const char * literal)
{
    return qn_arena_printf(run->arena, "%s %s %s", expr, operator, literal);
}

/* From the start of the first day to the end of the last one. */
static const char *within(struct write_run *run, const struct qn_model_column *column,
                          const char *expr, const struct frame_filter *filter)
{
    const int64_t from = write_day_of(run, filter->values[0]);
    const int64_t to = write_day_of(run, filter->values[filter->n_values > 1 ? 1 : 0]) + 1;

    return qn_arena_printf(run->arena, filter->negated ? "NOT (%s AND %s)" : "(%s AND %s)",
                           compared(run, expr, ">=", day_literal(run, column, from)),
                           compared(run, expr, "<", day_literal(run, column, to)));
}

const char *write_day_test(struct write_run *run, const struct qn_model_column *column,
                           const char *expr, const struct frame_filter *filter)
{
    const bool later = filter->test == FRAME_MORE || filter->test == FRAME_AT_MOST;
    const bool above = filter->test == FRAME_MORE || filter->test == FRAME_AT_LEAST ||
                       filter->test == FRAME_FROM_DAY;

    if (filter->test == FRAME_IS || filter->test == FRAME_BETWEEN) {
        return within(run, column, expr, filter);
    }
    return compared(
        run, expr, above != filter->negated ? ">=" : "<",
        day_literal(run, column, write_day_of(run, filter->values[0]) + (later ? 1 : 0)));
}

void write_period(struct write_scope *scope, struct write_where *where, struct frame_place time,
                  const struct frame_period *period)
{
    struct frame_filter filter = {.of = time, .n_values = 1};

    if (period->from[0] != '\0') {
        filter.test = FRAME_FROM_DAY;
        filter.values[0] = period->from;
        write_filter(scope, where, &filter);
    }
    if (period->to[0] != '\0') {
        filter.test = FRAME_BEFORE_DAY;
        filter.values[0] = period->to;
        write_filter(scope, where, &filter);
    }
}

bool write_time_find(const struct write_run *run, size_t table, struct frame_place *ret)
{
    const struct qn_model *model = run->model;
    bool many = false;

    *ret = (struct frame_place){table, model->tables[table].time};
    for (size_t i = 0; i < model->n_relations && model->tables[table].time == QN_MODEL_NONE; i++) {
        const struct qn_model_relation *one = &model->relations[i];
        const struct qn_model_table *parent = &model->tables[one->parent];

        if (one->verdict == QN_MODEL_ACCEPTED && one->child == table && one->parent != table &&
            parent->time != QN_MODEL_NONE && parent->purpose == QN_PURPOSE_FACT) {
            many = many || ret->column != QN_MODEL_NONE;
            *ret = (struct frame_place){one->parent, parent->time};
        }
    }
    return ret->column != QN_MODEL_NONE && !many;
}

struct frame_place write_time_of(struct write_run *run, size_t table)
{
    struct frame_place found;

    if (!write_time_find(run, table, &found)) {
        write_fail(run, "nothing says when the rows of %s were", run->model->tables[table].name);
        return (struct frame_place){table, 0};
    }
    return found;
}

/* ---- buckets ---- */

int64_t write_bucket_day(int64_t day, enum frame_grain grain, int week_shift)
{
    const int64_t shift = grain == FRAME_WEEK ? week_shift : 0;

    return calendar_unit(day + shift, (int32_t)grain, 0).from - shift;
}

int write_week_shift(const struct qn_model *model)
{
    static const char *const days[] = {"monday",   "sunday",    "saturday", "friday",
                                       "thursday", "wednesday", "tuesday"};

    for (int i = 0; i < 7; i++) {
        if (strcmp(model->week_start, days[i]) == 0) {
            return i;
        }
    }
    return 0;
}

static const char *week(struct write_run *run, const char *expr)
{
    int shift = write_week_shift(run->model);

    if (shift == 0) {
        return qn_arena_printf(run->arena, "date_trunc('week', %s)::date", expr);
    }
    return qn_arena_printf(run->arena, "date_trunc('week', %s + interval '%d days')::date - %d",
                           expr, shift, shift);
}

const char *write_bucket(struct write_run *run, const struct qn_model_column *column,
                         const char *expr, enum frame_grain grain)
{
    static const char *const units[] = {
        [FRAME_MONTH] = "month", [FRAME_QUARTER] = "quarter", [FRAME_YEAR] = "year"};
    static const char *const cyclic[] = {
        [FRAME_WEEKDAY] = "isodow", [FRAME_HOUR_OF_DAY] = "hour", [FRAME_MONTH_OF_YEAR] = "month"};

    if (column->family != QN_FAMILY_DATE && column->family != QN_FAMILY_TIMESTAMP) {
        write_fail(run, "%s is no time", column->name);
        return "";
    }
    if (column->family == QN_FAMILY_DATE && (grain == FRAME_HOUR || grain == FRAME_HOUR_OF_DAY)) {
        write_fail(run, "%s has days, no hours", column->name);
        return "";
    }
    if (is_zoned(column) && !is_utc(run->model->time_zone)) {
        expr = qn_arena_printf(run->arena, "(%s AT TIME ZONE %s)", expr,
                               sql_quote(run->arena, run->model->time_zone));
    }
    switch (grain) {
    case FRAME_NO_GRAIN:
        return expr;
    case FRAME_HOUR:
        return qn_arena_printf(run->arena, "date_trunc('hour', %s)", expr);
    case FRAME_DAY:
        return column->family == QN_FAMILY_DATE ? expr
                                                : qn_arena_printf(run->arena, "%s::date", expr);
    case FRAME_WEEK:
        return week(run, expr);
    case FRAME_MONTH:
    case FRAME_QUARTER:
    case FRAME_YEAR:
        return qn_arena_printf(run->arena, "date_trunc('%s', %s)::date", units[grain], expr);
    default:
        return qn_arena_printf(run->arena, "extract(%s FROM %s)::int", cyclic[grain], expr);
    }
}
