/* words.h - a cron expression in English. Pure.
 *
 * "At 02:30 on the last Friday of the month". Made from what the expression means, not from how
 * it is written: expressions that match the same times may read the same, and such that differ
 * read differently.
 */
#ifndef CRON_WORDS_H
#define CRON_WORDS_H

#include "common/buf.h"
#include "cron.h"

/* Room for the longest there is, twice. */
#define QN_CRON_WORDS_MAX 4096

/* Appends; without a full stop. Failure is remembered by the buffer. */
void qn_cron_words(const struct qn_cron *cron, struct qn_buf *out);

/* What becomes of it when clocks are changed: whole sentences, to be shown with a zone in which
 * they are. */
const char *qn_cron_words_of_changes(const struct qn_cron *cron);

#endif
