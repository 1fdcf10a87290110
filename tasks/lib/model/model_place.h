/* model_place.h - where in a JSON document a reader is, to be told when something is wrong:
 * "tables.orders.columns.status.values: an object is expected".
 *
 * Places are on the stack of who reads, one for each level.
 */
#ifndef TASKS_LIB_MODEL_MODEL_PLACE_H
#define TASKS_LIB_MODEL_MODEL_PLACE_H

#include "common/json.h"

#define QN_MODEL_PLACE_TEXT 160 /* bytes of a place that is shown */

struct qn_model_place {
    const struct qn_model_place *up; /* NULL: the document itself */
    struct qn_span name;             /* of a member; data NULL: an item of a list */
    size_t index;                    /* counted from 0 */
};

struct qn_model_place qn_model_place_of(const struct qn_model_place *up,
                                        const struct qn_json_item *item, size_t index);
/* Cut from the front when it is longer. */
void qn_model_place_text(const struct qn_model_place *place, char out[QN_MODEL_PLACE_TEXT]);
/* QN_EINVAL "place: text". */
int qn_model_place_fail(const struct qn_model_place *place, const char *text,
                        struct qn_err *reterr);
/* QN_OK, or "place: an object is expected". */
QN_MUST_CHECK int qn_model_place_want(const struct qn_model_place *place, enum qn_json_type type,
                                      enum qn_json_type wanted, struct qn_err *reterr);

#endif
