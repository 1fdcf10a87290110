/* conn.h - one connection to Redis, kept up for ever.
 *
 * Connects without blocking (a host name is looked up by the system's resolver, which
 * blocks: a second per nameserver and word of the search list at most), greets (AUTH, SELECT,
 * CLIENT SETNAME, the scripts, the protocol's version), then sends calls in order and hands back
 * the answers in order. All calls of one turn of the loop leave in one write. When the connection
 * breaks, or the oldest call has no answer in time, it is given up: what was sent in part or in
 * full gets QN_EUNKNOWN (the one that was too late QN_ETIMEOUT), the rest QN_ECONN; then it
 * connects again, with backoff and jitter, for ever. So does a connection whose peer is not what it
 * was: a replica, or one that does not know us any more (refusal.h). One that is idle for a timeout
 * is asked whether it is there.
 *
 * When Redis has forgotten a script, all are loaded again and the call is sent
 * once more; only then may answers come in another order.
 *
 * Not here: what the calls mean (calls_*.c).
 */
#ifndef BROKER_CLIENT_REDIS_CONN_H
#define BROKER_CLIENT_REDIS_CONN_H

#include "call.h"
#include "common/url.h"

#define QN_CONN_CALLS_MAX  100000
#define QN_CONN_BYTES_MAX  (256 * 1024 * 1024) /* of calls without an answer */
#define QN_CONN_ANSWER_MAX (512 * 1024 * 1024) /* bytes of one answer */

/* All borrowed until free. Strings are never NULL unless said. */
struct qn_conn_options {
    struct qn_loop *loop;
    const struct qn_clock *clock;
    const struct qn_url *url;
    const char *client_name;
    int64_t timeout_ms;
    const char *ns;
    const char *now_text; /* load the scripts, with this now(); NULL: none, and do not look
                             at the protocol's version */
    const char *channel;  /* subscribe to it; NULL: none */
    bool inspects;        /* neither version nor eviction policy is a reason to refuse */
    bool keep_while_down; /* calls wait for the connection instead of failing */
    qn_link_fn *on_link;
    void (*on_message)(void *arg, const redisReply *message); /* of the channel */
    void *arg;
};

struct qn_conn;

QN_MUST_CHECK int qn_conn_create(struct qn_conn **ret, const struct qn_conn_options *options,
                                 struct qn_err *reterr);
/* Pending calls get QN_EUNKNOWN. Not from inside an answer. */
void qn_conn_free(struct qn_conn *conn);
void qn_conn_send_take(struct qn_conn *conn, struct qn_call *call);
/* Sends now as much as the socket takes. The rest, and failures, are for the end of the turn. */
void qn_conn_push(struct qn_conn *conn);
/* Takes back a call that was not sent at all: true, and the caller owns it. */
bool qn_conn_unsend(struct qn_conn *conn, struct qn_call *call);
/* Answers the call from the loop, with a failure. */
void qn_conn_fail_take(struct qn_conn *conn, struct qn_call *call, int rc);
int64_t qn_conn_client_id(const struct qn_conn *conn); /* 0: not connected */
bool qn_conn_is_up(const struct qn_conn *conn);

/* For programs with a loop of their own. */
int qn_conn_fd(const struct qn_conn *conn); /* -1: not connected */
unsigned qn_conn_wants(const struct qn_conn *conn);

#endif
