/* chart_index.h - the different texts among many, each with its place in order of appearance. */
#ifndef TASKS_NL2SQL_CHART_CHART_INDEX_H
#define TASKS_NL2SQL_CHART_CHART_INDEX_H

#include "tasks/lib/arena.h"

struct chart_index {
    struct qn_span *texts; /* borrowed; {NULL, 0} is one of its own */
    size_t n;
    size_t *slots;
    size_t n_slots;
};

/* Room for most texts. Failure is in the arena's status: then each place is 0. */
void chart_index_init(struct chart_index *index, struct qn_arena *arena, size_t most);
size_t chart_index_add(struct chart_index *index, struct qn_span text);

#endif
