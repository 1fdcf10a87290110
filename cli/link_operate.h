/* link_operate.h - the broker's operations for operators, one question after the other
 * (link.h). What is safe to send twice is asked once more when the outcome is unknown.
 */
#ifndef CLI_LINK_OPERATE_H
#define CLI_LINK_OPERATE_H

#include "link.h"

/* Replays or forgets ended jobs of a queue, at most QN_PEEK_BATCH_MAX: code[i] tells for
 * each. */
enum cli_ending { CLI_REPLAY, CLI_FORGET };
QN_MUST_CHECK int cli_link_end(struct cli_link *link, const char *queue, enum cli_ending what,
                               const struct qn_ended_job *jobs, size_t n,
                               enum qn_ended_code *ret_codes, struct qn_err *reterr);

/* QN_ENOTFOUND for a queue that nobody has served: a mistyped one. */
QN_MUST_CHECK int cli_link_find_queue(struct cli_link *link, const char *name,
                                      struct qn_err *reterr);

/* A step of a purge. */
QN_MUST_CHECK int cli_link_purge(struct cli_link *link, const char *queue, enum qn_state state,
                                 int64_t before_ms, struct qn_purged *ret, struct qn_err *reterr);

/* *ret_told: false when the worker serves this queue no more. */
QN_MUST_CHECK int cli_link_message(struct cli_link *link, const char *queue,
                                   const char *incarnation, const char *text, bool *ret_told,
                                   struct qn_err *reterr);

/* The broker's clock. */
QN_MUST_CHECK int cli_link_now(struct cli_link *link, const char *queue, int64_t *ret_ms,
                               struct qn_err *reterr);

#endif
