/* fault.h - what a finding of fsck means, in words for the operator. Pure.
 *
 * Each fault has a name for programs, and says why it matters and what mending it does. The
 * finding itself is one sentence about one job.
 */
#ifndef BROKER_CLIENT_FAULT_H
#define BROKER_CLIENT_FAULT_H

#include "broker-client/broker.h"

struct qn_fault_row {
    const char *name;  /* "lost"; stable */
    const char *title; /* "In no line" */
    const char *why;   /* why it matters */
    const char *mend;  /* what mending does; NULL: nothing mends it */
};
/* Never NULL. */
const struct qn_fault_row *qn_fault_row(enum qn_fault fault);

/* queue NULL: of the namespace. Appends the sentence, such as "job default.x stands in retry and
 * ready:0". The bytes of names are as they are in the broker. */
void qn_finding_text(const char *queue, const struct qn_finding *finding, struct qn_buf *out);

#endif
