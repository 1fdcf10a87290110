/* relation_probe.h - asks the data whether values of a column are in a key.
 *
 * One statement for a column and all its candidates: up to QN_RELATION_SAMPLE distinct values,
 * each looked up in every key. Each statement is a transaction of its own, READ ONLY, with
 * statement_timeout and a lock_timeout of a second. What a table does wrong leaves its candidates
 * not probed, with a word in trouble.
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_PROBE_H
#define TASKS_LIB_RELATIONS_RELATION_PROBE_H

#include "relation_candidates.h"

struct qn_relation_probe {
    struct qn_pg *pg;
    struct qn_arena *arena;
    const struct qn_relation_schema *schema;
    int64_t query_ms;
    int64_t deadline_ms; /* mono */
    size_t statements;
    const char *trouble; /* "" none */
};

/* candidates: of the same child columns. */
QN_MUST_CHECK int qn_relation_probe_columns(struct qn_relation_probe *probe,
                                            struct qn_relation_candidate *candidates, size_t n,
                                            struct qn_err *reterr);

/* Is a set of columns without NULLs and unique, in the rows of the table or many of them? Not
 * known is false. An empty table has no key. */
QN_MUST_CHECK int qn_relation_probe_unique(struct qn_relation_probe *probe, size_t table,
                                           const size_t *columns, size_t n, bool *ret,
                                           struct qn_err *reterr);

#endif
