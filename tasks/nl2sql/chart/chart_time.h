/* chart_time.h - texts that mean a time: "2025", "2025-06", "2025-Q2", "2025-W26", "2025-06-30",
 * "2025-06-30 14:05:00+02", and the same with / or as Chinese has it. Pure. */
#ifndef TASKS_NL2SQL_CHART_CHART_TIME_H
#define TASKS_NL2SQL_CHART_CHART_TIME_H

#include "common/buf.h"

enum chart_grain {
    CHART_GRAIN_NONE,
    CHART_GRAIN_STEP, /* a number that comes again: a month of any year, an hour of any day */
    CHART_GRAIN_YEAR,
    CHART_GRAIN_QUARTER,
    CHART_GRAIN_MONTH,
    CHART_GRAIN_WEEK,
    CHART_GRAIN_DAY,
    CHART_GRAIN_MOMENT,
};

/* CHART_GRAIN_NONE when the text is no time. ret_day: when it begins, in days since 1970. */
enum chart_grain chart_time_parse(struct qn_span text, double *ret_day);
/* Names of days and months: 1 to 7 from Monday, 101 to 112; 0 for another text. Blanks behind it,
 * of to_char(), are let go. */
int chart_time_name(struct qn_span text);
double chart_time_day(int year, int month, int day); /* of the Gregorian calendar */

#endif
