/* shape.h - what one text looks like. Pure; any bytes are fine.
 *
 * Not here: what a whole column looks like (judge.h); whether it is about a person (pii.h).
 */
#ifndef TASKS_LIB_PROFILE_SHAPE_H
#define TASKS_LIB_PROFILE_SHAPE_H

#include "profile.h"

/* Of a text cut at QN_PROFILE_TEXT too. QN_SHAPE_NONE for blanks only. */
enum qn_shape qn_shape_of(struct qn_span text);

/* Without blanks at its ends. */
struct qn_span qn_shape_trim(struct qn_span text);

bool qn_shape_is_ipv4(struct qn_span text);

#endif
