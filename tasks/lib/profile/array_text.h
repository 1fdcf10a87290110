/* array_text.h - the text of a PostgreSQL array of one dimension: {1,"a b",NULL}.
 *
 * Not here: arrays of arrays, which end the walk.
 */
#ifndef TASKS_LIB_PROFILE_ARRAY_TEXT_H
#define TASKS_LIB_PROFILE_ARRAY_TEXT_H

#include "common/buf.h"

struct qn_array_walk {
    struct qn_span rest;
};

void qn_array_walk_init(struct qn_array_walk *walk, struct qn_span text);

/* The next element, unescaped, in out; *ret_null for NULL. False at the end, and for what is no
 * array. */
bool qn_array_walk_next(struct qn_array_walk *walk, struct qn_buf *out, bool *ret_null);

#endif
