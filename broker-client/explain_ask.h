/* explain_ask.h - the facts about a job, asked of the broker in one write.
 *
 * They are of one moment each, not of one together: a job may move on while they are
 * told.
 */
#ifndef BROKER_CLIENT_EXPLAIN_ASK_H
#define BROKER_CLIENT_EXPLAIN_ASK_H

#include "explain.h"

/* rc QN_OK: job and explanation are borrowed for the call. QN_ENOTFOUND when there is no
 * such job; else as the broker's operations. err is never NULL when rc is not QN_OK. */
typedef void qn_explained_fn(void *arg, int rc, const struct qn_err *err,
                             const struct qn_job_info *job,
                             const struct qn_explanation *explanation);

/* fn is called once, from the loop; at once when memory is out. */
void qn_explain_ask(struct qn_broker *broker, const char *queue, const char *name,
                    qn_print_time_fn *print_time, qn_explained_fn *fn, void *arg);

#endif
