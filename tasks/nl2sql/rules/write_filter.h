/* write_filter.h - filters and periods of a frame as conditions of a scope. */
#ifndef TASKS_NL2SQL_RULES_WRITE_FILTER_H
#define TASKS_NL2SQL_RULES_WRITE_FILTER_H

#include "write_scope.h"

/* Adds it to where, which is the scope's own or that of a part. Dimensions come first: a filter
 * of a table behind a bridge is put there. */
void write_filter(struct write_scope *scope, struct write_where *where,
                  const struct frame_filter *filter);
void write_period(struct write_scope *scope, struct write_where *where, struct frame_place time,
                  const struct frame_period *period);

/* The time column of a table, or of the one table it refers to that has one. The run fails when
 * there is none. */
struct frame_place write_time_of(struct write_run *run, size_t table);
/* Likewise; false when there is none. */
bool write_time_find(const struct write_run *run, size_t table, struct frame_place *ret);

/* A time as the days of the model's time zone have it, cut to its bucket. */
const char *write_bucket(struct write_run *run, const struct qn_model_column *column,
                         const char *expr, enum frame_grain grain);
/* The first day of the week, month, quarter or year that has it; itself of other grains. */
int64_t write_bucket_day(int64_t day, enum frame_grain grain, int week_shift);
/* Days from the model's first day of a week to the next Monday. */
int write_week_shift(const struct qn_model *model);
/* A test of a time column whose values are days. */
const char *write_day_test(struct write_run *run, const struct qn_model_column *column,
                           const char *expr, const struct frame_filter *filter);
/* The day of a text of the frame; the run fails when it is none. */
int64_t write_day_of(struct write_run *run, const char *text);

#endif
