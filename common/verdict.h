/* verdict.h - what a check of an installation found, as one object of JSON:
 * {"check","state","what","why","do"}.
 *
 * quern doctor and quern-worker check write them, and so do the checks that a worker is
 * given with its tasks. why and do are left out when all is well.
 */
#ifndef COMMON_VERDICT_H
#define COMMON_VERDICT_H

#include "buf.h"
#include "config.h"

enum qn_verdict_state { QN_VERDICT_OK, QN_VERDICT_WARNING, QN_VERDICT_WRONG };

struct qn_verdict {
    const char *check; /* "persistence" */
    enum qn_verdict_state state;
    const char *why;  /* it matters; NULL: nothing to say */
    const char *todo; /* a command, or a line of settings; NULL as before */
};

extern const char *const qn_verdict_names[]; /* by state: "ok", "warning", "wrong" */

/* Appends one, with a comma before it unless out is empty. fmt tells what was found. */
void qn_verdict_add(struct qn_buf *out, const struct qn_verdict *verdict, const char *fmt, ...)
    QN_PRINTF(3, 4);

/* A check adds one verdict or more. */
typedef void qn_check_fn(const struct qn_config *config, struct qn_buf *verdicts);

#endif
