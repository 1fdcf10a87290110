/* distance.h - how far two words are apart by typing errors. Pure.
 *
 * Not here: which words are compared, and how much of a distance is forgiven.
 */
#ifndef TASKS_LIB_DISTANCE_H
#define TASKS_LIB_DISTANCE_H

#include <stddef.h>

/* Letters to change, add, take away or turn round (optimal string alignment), by bytes; most + 1
 * when it is more than most. Words over 63 bytes are far from everything. */
size_t qn_distance(const char *a, size_t a_len, const char *b, size_t b_len, size_t most);

#endif
