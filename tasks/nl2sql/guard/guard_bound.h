/* guard_bound.h - between which values an expression is, as far as its text tells: how many rows
 * a series makes, how often a recursion runs.
 *
 * Times are seconds from the epoch, from now, or from somewhere in the data; a difference is
 * exact only between two of the same kind, else the years below are assumed.
 */
#ifndef TASKS_NL2SQL_GUARD_GUARD_BOUND_H
#define TASKS_NL2SQL_GUARD_GUARD_BOUND_H

#include <stdbool.h>

enum guard_bound_kind {
    GUARD_BOUND_NONE,
    GUARD_BOUND_TEXT, /* a literal that is not yet of a type */
    GUARD_BOUND_NUMBER,
    GUARD_BOUND_TIME,
    GUARD_BOUND_SPAN, /* seconds */
};

enum guard_anchor { GUARD_ANCHOR_EPOCH, GUARD_ANCHOR_NOW, GUARD_ANCHOR_DATA };

struct guard_bound {
    enum guard_bound_kind kind;
    enum guard_anchor anchor;
    double lo, hi;
    const char *text;
};

struct guard_run;
struct guard_scope;
struct qn_json_node;

struct guard_bound guard_bound_of(const struct guard_run *run, const struct guard_scope *scope,
                                  const struct qn_json_node *node);
/* Around both; NONE when they are of different kinds. */
struct guard_bound guard_bound_join(struct guard_bound a, struct guard_bound b);
/* Of columns of a table. */
struct guard_bound guard_bound_data(void);
/* A literal read as what the other side is. */
struct guard_bound guard_bound_as(struct guard_bound bound, enum guard_bound_kind kind);

/* How many steps there are at most from one to the other; negative: not known. */
double guard_bound_steps(struct guard_bound from, struct guard_bound to, struct guard_bound step);

/* "3 days 04:00", "1 mon"; NONE when it is not understood. */
struct guard_bound guard_bound_span(const char *text);
/* "2025-06-30 10:00+02", "today". */
struct guard_bound guard_bound_time(const char *text);

#endif
