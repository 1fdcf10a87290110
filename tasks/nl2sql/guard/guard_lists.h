/* guard_lists.h - what a statement may call: names of pg_catalog. docs/guard.md prints them, and a
 * test compares.
 */
#ifndef TASKS_NL2SQL_GUARD_GUARD_LISTS_H
#define TASKS_NL2SQL_GUARD_GUARD_LISTS_H

#include <stdbool.h>

/* Each is words with one blank between them. */
extern const char guard_functions[];
extern const char guard_operators[];
extern const char guard_types[];

bool guard_listed(const char *list, const char *word);

#endif
