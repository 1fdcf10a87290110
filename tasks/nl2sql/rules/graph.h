/* graph.h - which tables are near each other, over accepted relations. Pure.
 *
 * Up is from a child to its parent: what is up has one row for each row below.
 */
#ifndef TASKS_NL2SQL_RULES_GRAPH_H
#define TASKS_NL2SQL_RULES_GRAPH_H

#include "tasks/lib/model/model.h"

#define GRAPH_FAR  100 /* not to be reached */
#define GRAPH_DEEP 6   /* steps at most */

struct graph {
    size_t n;       /* tables */
    uint32_t *from; /* n + 1: where the edges of a table begin */
    uint32_t *to;   /* the other table; bit 31: it is a child */
};

/* Steps from a table to each other one. */
struct graph_reach {
    uint8_t *any;
    uint8_t *up; /* only from child to parent */
};

QN_MUST_CHECK int graph_make(struct graph *ret, const struct qn_model *model,
                             struct qn_arena *arena);
/* False when the arena has no room. */
bool graph_reach(const struct graph *graph, size_t table, struct graph_reach *ret,
                 struct qn_arena *arena);

#endif
