/* hidden.h - which columns are nobody's business: patterns, and what hints say of them. Pure.
 *
 * A pattern is COLUMN, TABLE.COLUMN or SCHEMA.TABLE.COLUMN, with * and ?. Names may have dots in
 * them: each dot may be the one that parts table and column. What is not sure is hidden.
 *
 * Not here: columns of the database that it hides, and what is made of them (catalog.h).
 */
#ifndef TASKS_LIB_HIDDEN_H
#define TASKS_LIB_HIDDEN_H

#include "arena.h"

#define QN_HIDDEN_PATTERN_MAX ((size_t)4096) /* bytes; a longer one hides nothing */

bool qn_hidden_matches(const char *pattern, const char *schema, const char *table,
                       const char *column);

/* Gets a pattern, which lives as long as the arena. */
typedef int qn_hidden_fn(void *arg, const char *pattern, struct qn_err *reterr);

/* What hints (nlq-hints/1; empty is none) call hidden. Failures: those of take, and QN_EINVAL for
 * what is no JSON. */
QN_MUST_CHECK int qn_hidden_of_hints(struct qn_span hints, struct qn_arena *arena,
                                     qn_hidden_fn *take, void *arg, struct qn_err *reterr);

/* A list that grows, for all who have no other. */
struct qn_hidden {
    struct qn_arena *arena;
    const char **patterns;
    size_t n;
};

/* A qn_hidden_fn of struct qn_hidden; pattern is borrowed. */
QN_MUST_CHECK int qn_hidden_add(void *hidden, const char *pattern, struct qn_err *reterr);
/* One column, and only it but for marks in its name. */
QN_MUST_CHECK int qn_hidden_add_column(struct qn_hidden *hidden, const char *schema,
                                       const char *table, const char *column,
                                       struct qn_err *reterr);
/* json: an array of patterns; "" is none. */
QN_MUST_CHECK int qn_hidden_add_list(struct qn_hidden *hidden, const char *json,
                                     struct qn_err *reterr);

#endif
