/* path.h - how tables belong together: the shortest way over accepted relations. Pure.
 *
 * A step goes up when each row has at most one there (to the parent, or over a 1:1 relation), down
 * when it may have many. Ways that only go up come first, however long; then ways that go down
 * first and up after that, as over a junction. A way that goes up and then down (orders to their
 * user's reviews) says nothing about the row it began with: only path_find with PATH_ANY takes it.
 *
 * Of two that are equally long, the one with fewer inferred relations goes first, then the one with
 * more tables that are named, then the one whose columns are called like the table they refer to,
 * then the score. Two relations between the same two tables are told apart by their names only.
 *
 * Not here: joins as text (write_scope.h).
 */
#ifndef TASKS_NL2SQL_RULES_PATH_H
#define TASKS_NL2SQL_RULES_PATH_H

#include "tasks/lib/model/model.h"

#define PATH_STEPS_MAX 5

struct path_step {
    size_t relation;
    size_t to; /* table */
    bool up;
};

struct path {
    struct path_step steps[PATH_STEPS_MAX];
    size_t n;
};

enum path_kind { PATH_UP, PATH_DOWN, PATH_ANY }; /* each with what stands before it */

struct path_graph {
    const struct qn_model *model;
    struct qn_arena *arena;
    struct path_step *steps; /* from each table, table after table */
    size_t *first;           /* of each table; one more at the end */
    bool *named;             /* tables the question is about; set by the caller */
};

/* Hidden tables and columns are not in it. Failures stick to the arena. */
void path_graph_init(struct path_graph *graph, const struct qn_model *model,
                     struct qn_arena *arena);

/* QN_ENOTFOUND: no way. QN_ESTATE: two that nothing tells apart, with both. */
QN_MUST_CHECK int path_find(const struct path_graph *graph, size_t from, size_t to,
                            enum path_kind kind, struct path *ret, struct qn_err *reterr);

#endif
