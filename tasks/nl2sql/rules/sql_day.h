/* sql_day.h - days as numbers, for the bounds of periods and of series. Pure.
 *
 * Not here: times of day, time zones.
 */
#ifndef TASKS_NL2SQL_RULES_SQL_DAY_H
#define TASKS_NL2SQL_RULES_SQL_DAY_H

#include "frame.h"

/* Days since 1970-01-01 of "2025-06-30"; false for what is no day of the years 1 to 9999. */
bool sql_day_read(const char *text, int64_t *ret);
void sql_day_write(int64_t day, char out[FRAME_DAY_SIZE]);

/* The first day of the week, month, quarter or year that has it; itself of other grains.
 * week_shift: days from the first day of a week to the next Monday. */
int64_t sql_day_bucket(int64_t day, enum frame_grain grain, int week_shift);

#endif
