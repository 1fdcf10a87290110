/* examples_kept.h - the approved pairs of a datasource, from the cache when there is one.
 *
 * Kept on Redis alone (QN_KV_EXAMPLES): a pair that is approved is known to the next question,
 * whichever executor has it.
 */
#ifndef TASKS_NL2SQL_ASK_EXAMPLES_KEPT_H
#define TASKS_NL2SQL_ASK_EXAMPLES_KEPT_H

#include "examples.h"
#include "tasks/nl2sql/place/place.h"

/* Of a named datasource. To be released, also after a failure. Errors are those of place_quern. */
QN_MUST_CHECK int examples_kept(struct examples *ret, struct place *place,
                                const struct place_database *database, struct qn_err *reterr);
/* After they were changed. A failure: others may be told the old ones for a while. */
QN_MUST_CHECK int examples_changed(struct place *place, const char *datasource,
                                   struct qn_err *reterr);

#endif
