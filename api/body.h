/* body.h - a request's body that is one object, member by member.
 *
 * Not here: the bodies that make jobs (enqueue_parse.h), of schedules (schedules.h).
 */
#ifndef API_BODY_H
#define API_BODY_H

#include "common/json.h"
#include "problem.h"
#include "request.h"

/* A member: QN_OK, or fault is set and its code returned. */
typedef int api_member_fn(void *arg, const struct qn_json_item *item, struct api_fault *fault);

/* Checks the body and hands over its members, until one is refused. */
QN_MUST_CHECK int api_body_members(const struct api_request *req, api_member_fn *fn, void *arg,
                                   struct api_fault *fault);
/* The refusal of one that the body has no room for. */
int api_body_unknown(const struct qn_json_item *item, struct api_fault *fault);

#endif
