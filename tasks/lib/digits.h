/* digits.h - decimal text for people: "1,234,567.89". Pure. */
#ifndef TASKS_LIB_DIGITS_H
#define TASKS_LIB_DIGITS_H

#include "common/buf.h"

/* Appends the text with a comma between groups of three digits before the point;
 * what is no plain decimal goes out as it is. */
void qn_digits_add(struct qn_buf *out, struct qn_span decimal);

#endif
