/* route_day.h - which day it is in a time zone. */
#ifndef TASKS_NL2SQL_ASK_ROUTE_DAY_H
#define TASKS_NL2SQL_ASK_ROUTE_DAY_H

#include <stdint.h>

#define ROUTE_DAY_SIZE 12 /* "2025-06-30" */

/* zone: a name of the system's zones; UTC for one that is none. Changes TZ of the process for the
 * moment. */
void route_day(const char *zone, int64_t wall_ms, char out[ROUTE_DAY_SIZE]);

#endif
