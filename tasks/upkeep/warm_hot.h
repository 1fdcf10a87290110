/* warm_hot.h - which products are hot: their cached value was asked for QN_KV_HOT times in its
 * life. Popularity does not tell: many look at what few buy.
 *
 * Not here: loading them (warm.c).
 */
#ifndef TASKS_UPKEEP_WARM_HOT_H
#define TASKS_UPKEEP_WARM_HOT_H

#include "upkeep.h"

#define WARM_LOOKED_AT 5000 /* products, by popularity */
#define WARM_HOT_MOST  1000

#define WARM_PARTS 2
/* What a product is asked for by; parts are lent by the caller, and id by theirs. */
void warm_request(struct qn_kv_request *ret, struct qn_span parts[WARM_PARTS], struct qn_span id);

/* Appends their ids to an array of PostgreSQL that is not closed yet, n of which are there;
 * *ret_n: how many more. */
QN_MUST_CHECK int warm_hot_find(const struct upkeep *upkeep, struct qn_buf *ids, size_t n,
                                size_t *ret_n, struct qn_err *reterr);

#endif
