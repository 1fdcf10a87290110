/* model_patch.h - JSON merge patch, RFC 7396: what people send to change what they said before.
 *
 * An object is merged member by member, null takes a member away, anything else replaces. Pure.
 *
 * Not here: what the members mean (model.h).
 */
#ifndef TASKS_LIB_MODEL_MODEL_PATCH_H
#define TASKS_LIB_MODEL_MODEL_PATCH_H

#include "common/buf.h"

#define QN_MODEL_PATCH_MEMBERS_MAX 50000 /* of one object */

/* Appends target with patch merged in. Both pass qn_json_check, or are refused: QN_EINVAL tells
 * which; over the maximum of members QN_ELIMIT. Members keep the target's order, new ones follow in
 * the patch's. */
QN_MUST_CHECK int qn_model_patch(struct qn_span target, struct qn_span patch, struct qn_buf *out,
                                 struct qn_err *reterr);

#endif
