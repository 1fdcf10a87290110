/* relation_asker.h - a column that may refer to something, with the forms its name is read in.
 *
 * Not here: what it refers to (relation_names.h).
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_ASKER_H
#define TASKS_LIB_RELATIONS_RELATION_ASKER_H

#include "relation_schema.h"

#define QN_RELATION_FORMS 4

struct qn_relation_asker {
    size_t table, column;
    struct qn_relation_label forms[QN_RELATION_FORMS];
    size_t n_forms;
    bool polymorphic; /* another column says of which table it is: owner_type beside owner_id */
    bool own_key;     /* alone the primary key of its table */
};

/* Alone the primary key of its table, or what stands for it. */
bool qn_relation_asker_own_key(const struct qn_relation_schema *schema, size_t table,
                               size_t column);

void qn_relation_asker_make(const struct qn_relation_schema *schema, size_t table, size_t column,
                            struct qn_relation_asker *ret);

#endif
