/* link.h - the broker, one question after the other.
 *
 * Each call asks, turns the loop until the answer is there, and copies what it needs.
 * A connection that fails is an error at once: people at a terminal try again.
 */
#ifndef CLI_LINK_H
#define CLI_LINK_H

#include "broker-client/broker.h"
#include "cli.h"

struct cli_link {
    struct qn_loop *loop;
    struct qn_broker *broker;
    int64_t timeout_ms;
};

QN_MUST_CHECK int cli_link_open(struct cli_link *ret, const struct cli *cli, struct qn_err *reterr);
/* The same for a look at a server that may be unfit for jobs (qn_broker_options.inspects). */
QN_MUST_CHECK int cli_link_open_to_inspect(struct cli_link *ret, const struct cli *cli,
                                           struct qn_err *reterr);
/* Either, in a namespace that is not the one of the settings. */
QN_MUST_CHECK int cli_link_open_in(struct cli_link *ret, const struct cli *cli,
                                   const char *namespace_, bool inspects, struct qn_err *reterr);
void cli_link_close(struct cli_link *link); /* zeroed is fine */

/* For files that ask questions of their own: the first member of what they pass along as
 * the operation's argument. take keeps a failure and is false then; finish turns the loop
 * until the answer is there. */
struct cli_answer {
    bool done;
    int rc;
    struct qn_err err;
};
bool cli_answer_take(struct cli_answer *answer, const struct qn_reply *reply);
QN_MUST_CHECK int cli_link_finish(struct cli_link *link, struct cli_answer *answer,
                                  struct qn_err *reterr);

/* A client on the same broker. */
QN_MUST_CHECK int cli_client_open(struct qn_client **ret, const struct cli *cli,
                                  struct qn_err *reterr);

/* Names with values, sorted by name; both with a NUL behind. */
struct cli_pair {
    char *name;
    struct qn_span value;
};
struct cli_pairs {
    struct cli_pair *all;
    size_t n;
};
void cli_pairs_release(struct cli_pairs *pairs);

QN_MUST_CHECK int cli_link_queues(struct cli_link *link, struct cli_pairs *ret,
                                  struct qn_err *reterr);
QN_MUST_CHECK int cli_link_tasks(struct cli_link *link, struct cli_pairs *ret,
                                 struct qn_err *reterr);
QN_MUST_CHECK int cli_link_workers(struct cli_link *link, struct cli_pairs *ret,
                                   struct qn_err *reterr);
QN_MUST_CHECK int cli_link_stats(struct cli_link *link, const char *queue, struct qn_stats *ret,
                                 struct qn_err *reterr);
QN_MUST_CHECK int cli_link_gate(struct cli_link *link, const char *queue, enum qn_gate gate,
                                bool *ret_changed, struct qn_err *reterr);
/* Appends the job's log to out. */
QN_MUST_CHECK int cli_link_log(struct cli_link *link, const char *queue, const char *name,
                               struct qn_buf *out, struct qn_err *reterr);

/* A page of jobs of a list (of QN_PEEK_BATCH_MAX at most): fn gets each that is still
 * there and decodes. *ret_next: offset of the next page, QN_NO_TIME at the end. */
typedef void cli_job_fn(void *arg, const struct qn_job_info *info);
struct cli_page {
    const char *queue;
    enum qn_state state;
    int64_t offset;
    int limit;
};
QN_MUST_CHECK int cli_link_jobs(struct cli_link *link, const struct cli_page *page, cli_job_fn *fn,
                                void *arg, int64_t *ret_next, struct qn_err *reterr);

#endif
