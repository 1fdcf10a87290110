/* relations.h - which columns refer to which tables, also where nobody declared it.
 *
 * Declared foreign keys are taken as they are. For the rest names and keys propose, a sample of
 * the data confirms, and one choice over the whole schema decides: decision 15
 * has the rules, the weights and how often they were right.
 *
 * Not here: drawing (tasks/metadata/er.h); who accepts a suggestion (model.h).
 */
#ifndef TASKS_LIB_RELATIONS_RELATIONS_H
#define TASKS_LIB_RELATIONS_RELATIONS_H

#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/profile/profile.h"

#define QN_RELATION_COLUMNS_MAX 8
#define QN_RELATION_ACCEPT      0.80 /* from here on part of the model */
#define QN_RELATION_SUGGEST     0.50 /* from here on shown */
#define QN_RELATIONS_MAX        20000
#define QN_RELATION_SAMPLE      2000 /* distinct values probed */

enum qn_relation_source { QN_RELATION_DECLARED, QN_RELATION_INFERRED };

/* Places in the catalogue's tables and their columns. */
struct qn_relation {
    size_t child, parent;
    size_t child_columns[QN_RELATION_COLUMNS_MAX];
    size_t parent_columns[QN_RELATION_COLUMNS_MAX];
    size_t n;
    enum qn_relation_source source;
    double score;         /* 0 to 1; declared: 1 */
    bool one_to_one;      /* the child's columns are unique: 1:1, else N:1 */
    bool optional;        /* the child's columns may be NULL */
    bool junction;        /* the child is a junction table of this and another relation (N:M) */
    double orphans;       /* share of the probed values that have no parent; NAN: not probed */
    const char *evidence; /* in words, for people */
};

struct qn_relations {
    struct qn_arena arena;
    struct qn_relation *items; /* best first within a child table; tables in order */
    size_t n;
    size_t probes;       /* statements sent */
    const char *trouble; /* why something was not probed, "" when all was */
};

struct qn_relations_wish {
    bool declared_only; /* mode "declared": no inference */
    int64_t query_ms;   /* statement_timeout of a probe */
    int64_t total_ms;   /* of all probes; what is left then is judged by names alone */
};

/* pg NULL: names and keys only, no probes. profiles: one for each table of the catalogue, in its
 * order; tier NONE is fine. Reads in transactions of its own, READ ONLY. Failures: QN_ECONN, the
 * soft limit's QN_ETIMEOUT, QN_ENOMEM, QN_ELIMIT. */
QN_MUST_CHECK int qn_relations_find(struct qn_relations **ret, struct qn_pg *pg,
                                    const struct qn_catalog *catalog,
                                    const struct qn_profile_table *profiles,
                                    const struct qn_relations_wish *wish, struct qn_err *reterr);
void qn_relations_free(struct qn_relations *relations); /* NULL is fine */

#endif
