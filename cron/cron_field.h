/* cron_field.h - one field of an expression, for cron_parse.c only. */
#ifndef CRON_CRON_FIELD_H
#define CRON_CRON_FIELD_H

#include "common/buf.h"
#include "cron.h"

enum qn_cron_field {
    QN_CRON_SECOND,
    QN_CRON_MINUTE,
    QN_CRON_HOUR,
    QN_CRON_DAY,
    QN_CRON_MONTH,
    QN_CRON_WEEKDAY,
    QN_CRON_FIELDS
};

/* Adds what the field says. text is not empty and has no blanks; QN_EINVAL names the field,
 * the item of its list and the reason. */
QN_MUST_CHECK int qn_cron_field_parse(struct qn_cron *cron, enum qn_cron_field field,
                                      struct qn_span text, struct qn_err *reterr);

#endif
