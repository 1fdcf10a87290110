/* catalog_text.h - texts of a catalogue as they are kept: valid UTF-8, bounded.
 *
 * Not here: names, which are kept as they are or not at all.
 */
#ifndef TASKS_LIB_CATALOG_CATALOG_TEXT_H
#define TASKS_LIB_CATALOG_CATALOG_TEXT_H

#include "tasks/lib/arena.h"

/* For people: without control characters (a run of them and blanks is one blank) and cut at
 * QN_CATALOG_TEXT_MAX bytes. */
const char *qn_catalog_comment(struct qn_arena *arena, struct qn_span text);

/* SQL: line ends stay. One that is longer than QN_CATALOG_TEXT_MAX ends in a remark with its
 * length and a hash, so that two that differ behind the cut differ. */
const char *qn_catalog_sql(struct qn_arena *arena, struct qn_span text);

uint64_t qn_catalog_fnv(struct qn_span bytes); /* FNV-1a */

#endif
