/* relation_fits.h - may the values of a column be those of a key, as far as their profiles tell?
 *
 * Not here: looking them up (relation_probe.h).
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_FITS_H
#define TASKS_LIB_RELATIONS_RELATION_FITS_H

#include "relation_asker.h"

/* Whatever the column is called: only values that are not found everywhere. */
bool qn_relation_fits(const struct qn_relation_schema *schema,
                      const struct qn_relation_asker *asker, const struct qn_relation_key *key);

/* Of a column that says that it refers to something, fk_dean: any numbers that are within those of
 * the key of a table. */
bool qn_relation_fits_mark(const struct qn_relation_schema *schema,
                           const struct qn_relation_asker *asker,
                           const struct qn_relation_key *key);

#endif
