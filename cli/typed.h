/* typed.h - key=value words to a JSON object, by the types a task has published
 * (broker-client/taskdef.h). The result is checked, as a whole, by whoever enqueues.
 */
#ifndef CLI_TYPED_H
#define CLI_TYPED_H

#include "link.h"

/* The definition of a task, borrowed. QN_ENOTFOUND lists what there is. */
QN_MUST_CHECK int cli_task_find(const struct cli_pairs *tasks, const char *name,
                                struct qn_span *ret, struct qn_err *reterr);

/* definition: a published one, or with len 0 none. QN_EINVAL names the word. */
QN_MUST_CHECK int cli_typed_args(struct qn_span definition, const char *const *words, int n,
                                 struct qn_buf *out, struct qn_err *reterr);

#endif
