/* link_operate.h - the broker's operations for operators, one question after the other
 * (link.h). All are safe to send twice: when the connection breaks they wait for the next one
 * and ask again, for as long as an answer may take.
 */
#ifndef CLI_LINK_OPERATE_H
#define CLI_LINK_OPERATE_H

#include "broker-client/limits.h"
#include "link.h"

/* For files that ask questions of their own: send asks, with the question, which is the first
 * member of what the caller keeps; it is called again after an answer that was lost, and *ret_lost
 * says that one was: it may have happened before. */
typedef void cli_send_fn(struct qn_broker *broker, void *question);
QN_MUST_CHECK int cli_link_ask(struct cli_link *link, struct cli_answer *question,
                               cli_send_fn *send, bool *ret_lost, struct qn_err *reterr);

/* QN_ENOTFOUND: a queue that nobody has served is a mistyped one. */
QN_MUST_CHECK int cli_link_find_queue(struct cli_link *link, const char *name,
                                      struct qn_err *reterr);

/* Replays or forgets ended jobs of a queue, at most QN_PEEK_BATCH_MAX: code[i] tells for
 * each. After a lost answer, one that lives (replay) or is gone (forget) counts as done. */
enum cli_ending { CLI_REPLAY, CLI_FORGET };
QN_MUST_CHECK int cli_link_end(struct cli_link *link, const char *queue, enum cli_ending what,
                               const struct qn_ended_job *jobs, size_t n,
                               enum qn_ended_code *ret_codes, struct qn_err *reterr);

/* A step of a purge. */
struct cli_purged {
    int64_t n;
    bool more; /* call again */
    bool lost; /* an answer was: there may be more that were removed */
};
QN_MUST_CHECK int cli_link_purge(struct cli_link *link, const char *queue, enum qn_state state,
                                 int64_t before_ms, struct cli_purged *ret, struct qn_err *reterr);

/* *ret_told: false when the worker serves this queue no more. */
QN_MUST_CHECK int cli_link_message(struct cli_link *link, const char *queue,
                                   const char *incarnation, const char *text, bool *ret_told,
                                   struct qn_err *reterr);

/* *ret_changed: false when it was so before. */
QN_MUST_CHECK int cli_link_limit(struct cli_link *link, const char *queue,
                                 const struct qn_limit *limit, bool *ret_changed,
                                 struct qn_err *reterr);
/* All of a queue, copied; to be released, also after an error. */
struct cli_limits {
    struct qn_limit *all;
    char (*scopes)[QN_LIMIT_SCOPE_SIZE]; /* all[i].scope points there */
    size_t n;
    int64_t now_ms;
};
QN_MUST_CHECK int cli_link_limits(struct cli_link *link, const char *queue, struct cli_limits *ret,
                                  struct qn_err *reterr);
void cli_limits_release(struct cli_limits *limits);
/* 0: no bound. */
QN_MUST_CHECK int cli_link_budget(struct cli_link *link, const char *queue, int64_t max_jobs,
                                  int64_t max_bytes, struct qn_err *reterr);

/* The figures of a queue, and the broker's clock at that time. */
QN_MUST_CHECK int cli_link_figures(struct cli_link *link, const char *queue, struct qn_stats *ret,
                                   int64_t *ret_now_ms, struct qn_err *reterr);

#endif
