/* words_parts.h - the parts of a sentence, for the words_*.c only. */
#ifndef CRON_WORDS_PARTS_H
#define CRON_WORDS_PARTS_H

#include "common/buf.h"
#include "cron.h"

/* "At 02:30", "Every 15 minutes from 09:00 to 17:59". True when it names times of a day one by
 * one. */
bool qn_words_time(const struct qn_cron *cron, struct qn_buf *out);
/* " on the last Friday of the month", " every day". */
void qn_words_days(const struct qn_cron *cron, bool at_times, struct qn_buf *out);
#define QN_WORDS_ALL_MONTHS 0x1ffe /* of qn_cron.months */
/* "March, May and July" */
void qn_words_months(const struct qn_cron *cron, struct qn_buf *out);
/* "before in March", "before from March to May"; nothing when it is all of them. */
void qn_words_in_months(const struct qn_cron *cron, const char *before, struct qn_buf *out);

#endif
