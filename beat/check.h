/* check.h - what quern-beat --check prints: the schedules of a file, and when they are due. */
#ifndef BEAT_CHECK_H
#define BEAT_CHECK_H

#include "file.h"

#define BEAT_NEXT_TIMES 5 /* of each schedule, as JSON */

/* A line for each on stdout, or one JSON object: {"schedules": [...]}, each with its name, its
 * definition, "source" and "next". Returns the exit code. */
int beat_check_print(const struct beat_file *file, struct qn_zone_cache *zones, bool json);

#endif
