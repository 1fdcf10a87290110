/* definition.h - a struct qn_task that owns its texts: of a task that is not compiled
 * in.
 *
 * Made piece by piece (a task file) or from the JSON of taskdef.h (a plugin's child).
 * Bounded as the registry's check is; that check is what judges it.
 *
 * Not here: the check (registry.h), where the pieces come from.
 */
#ifndef WORKER_DEFINITION_H
#define WORKER_DEFINITION_H

#include "common/buf.h"
#include <quern/task.h>

struct worker_definition;

/* An empty one. NULL when memory is out. */
struct worker_definition *worker_definition_create(void);
void worker_definition_free(struct worker_definition *definition); /* NULL is fine */

/* The task inside, to read and to set numbers in; its params end with a NULL name. */
struct qn_task *worker_definition_task(struct worker_definition *definition);
/* A copy of text that lives as long as the definition; NULL when memory is out. */
const char *worker_definition_keep(struct worker_definition *definition, const char *text,
                                   size_t len);
/* A new parameter at the end, all of it to be set; QN_ELIMIT over WORKER_PARAMS_MAX. What
 * *ret points at moves with the next one. */
QN_MUST_CHECK int worker_definition_param(struct worker_definition *definition,
                                          struct qn_param **ret, struct qn_err *reterr);

/* From a published definition (taskdef.h). QN_EINVAL. */
QN_MUST_CHECK int worker_definition_decode(struct worker_definition **ret, struct qn_span json,
                                           struct qn_err *reterr);

#endif
