/* enqueue_parse.h - one job of a request's body (broker-client/draft.h), with what is
 * wrong with it as a client sees it.
 */
#ifndef API_ENQUEUE_PARSE_H
#define API_ENQUEUE_PARSE_H

#include "broker-client/draft.h"
#include "problem.h"

/* QN_OK, or QN_EINVAL and what is wrong, with the member named. */
QN_MUST_CHECK int api_draft_parse(struct qn_span json, struct qn_draft *ret,
                                  struct api_fault *fault);

#endif
