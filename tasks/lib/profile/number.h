/* number.h - texts of PostgreSQL as numbers, for bounds, means and quartiles.
 *
 * As sessions with DateStyle ISO, IntervalStyle postgres and TimeZone UTC print them: dates and
 * timestamps become seconds since 1970 UTC, times seconds of the day (with a zone: of UTC),
 * intervals seconds with months of 30 days (as PostgreSQL compares them), booleans 0 and 1.
 *
 * Not here: other families, which have no number.
 */
#ifndef TASKS_LIB_PROFILE_NUMBER_H
#define TASKS_LIB_PROFILE_NUMBER_H

#include "tasks/lib/catalog/catalog.h"

bool qn_number_has(enum qn_family family);

/* False for NaN, infinity, and what is no such value. */
bool qn_number_parse(enum qn_family family, struct qn_span text, double *ret);

#endif
