/* typed.h - key=value words to a JSON object, by the types a task has published.
 *
 * A string or a date is taken as it is; numbers and true/false must be such; arrays
 * and objects are JSON. The result is checked again, as a whole, by whoever enqueues.
 */
#ifndef CLI_TYPED_H
#define CLI_TYPED_H

#include "link.h"

/* The definition of a task, borrowed. QN_ENOTFOUND lists what there is. */
QN_MUST_CHECK int cli_task_find(const struct cli_pairs *tasks, const char *name,
                                struct qn_span *ret, struct qn_err *reterr);

/* definition: a published one, or with len 0 none: then a word that is JSON counts as
 * such, any other is a string. QN_EINVAL names the word. */
QN_MUST_CHECK int cli_typed_args(struct qn_span definition, const char *const *words, int n,
                                 struct qn_buf *out, struct qn_err *reterr);

#endif
