/* redis.h - the one way to Redis for tasks: of the cache, never of the queue.
 *
 * A struct qn_rd is one connection that opens when it is needed and again after it
 * broke. It blocks, each command for at most its deadline. Keep one per executor, in the
 * task's state, and tell it the job's stop fd: when that becomes readable, the command that
 * waits gives up. One that was closed while idle is opened again before a command is sent.
 *
 * Keys and values are bytes of any kind. One command with many keys is for one server:
 * Redis Cluster is not spoken.
 *
 * Errors: QN_ECONN for no connection: nothing was done; QN_EUNKNOWN for one that broke after
 * the command was sent: it may have been done; QN_ETIMEOUT for no answer before the deadline,
 * or "stopped by the soft limit": the same; QN_ELIMIT for an answer over the maximum;
 * QN_EFULL for a server without memory; QN_EAGAIN for one that is busy with itself (loading,
 * a script, a failover, a replica); QN_EINVAL with the server's message for all else. After
 * the first four the connection is closed. No text ever holds the URL's password.
 *
 * A host name is looked up by the system's resolver, which has no deadline of ours.
 *
 * Not here: TLS, Sentinel, Cluster, subscriptions; what the keys mean (kv.h).
 */
#ifndef TASKS_LIB_REDIS_H
#define TASKS_LIB_REDIS_H

#include "common/buf.h"

#define QN_RD_CONNECT_MS 2000
#define QN_RD_TIMEOUT_MS 2000               /* of a command, unless told */
#define QN_RD_ANSWER_MAX (16 * 1024 * 1024) /* bytes of one answer, unless told */
#define QN_RD_ARGS_MAX   2048               /* of one command, its name is one */
#define QN_RD_BATCH_MAX  1000               /* keys of one SCAN step or one UNLINK */

struct qn_rd;

/* 0 is what stands above. */
struct qn_rd_options {
    const char *url;  /* redis://... or unix://..., as in common/url.h; copied */
    const char *name; /* for CLIENT LIST, no blanks; NULL: "quern-task"; copied */
    int64_t connect_ms;
    int64_t timeout_ms;
    size_t answer_max;
};

/* Connects to nobody yet. QN_EINVAL for an URL that is none. */
QN_MUST_CHECK int qn_rd_create(struct qn_rd **ret, const struct qn_rd_options *options,
                               struct qn_err *reterr);
void qn_rd_free(struct qn_rd *rd); /* NULL is fine */

void qn_rd_heed(struct qn_rd *rd, int stop_fd); /* from now on; -1: none */
/* Commands sent so far, those of the greeting aside: what a test counts. */
int64_t qn_rd_sent(const struct qn_rd *rd);

enum qn_rd_type {
    QN_RD_NIL,
    QN_RD_INTEGER,
    QN_RD_BYTES, /* a string, or a status such as OK */
    QN_RD_LIST,
    QN_RD_ERROR, /* only within a list */
};

/* An answer, or a part of one; borrowed until the next command of this connection. */
struct qn_rd_value {
    enum qn_rd_type type;
    int64_t integer;
    struct qn_span bytes; /* a NUL is behind it; "" for what is no text */
    size_t n;             /* of a list */
    const void *inside;   /* qn_rd_item's own */
};
/* NIL for a place that is not there. */
struct qn_rd_value qn_rd_item(const struct qn_rd_value *list, size_t i);

/* An argument. */
struct qn_span qn_rd_text(const char *text);

/* One command: its name and arguments. ret may be NULL. */
QN_MUST_CHECK int qn_rd_call(struct qn_rd *rd, const struct qn_span *args, size_t n_args,
                             struct qn_rd_value *ret, struct qn_err *reterr);
/* The same for a command that waits on the server: the deadline is timeout_ms, plus what a
 * command has as a rule for the way. */
QN_MUST_CHECK int qn_rd_wait(struct qn_rd *rd, const struct qn_span *args, size_t n_args,
                             int64_t timeout_ms, struct qn_rd_value *ret, struct qn_err *reterr);

/* A script, sent by its hash; in full when the server does not have it. */
struct qn_rd_script {
    const char *text; /* begins with #!lua */
    const struct qn_span *keys;
    size_t n_keys;
    const struct qn_span *args;
    size_t n_args;
};
QN_MUST_CHECK int qn_rd_eval(struct qn_rd *rd, const struct qn_rd_script *script,
                             struct qn_rd_value *ret, struct qn_err *reterr);

/* Keys that match a glob pattern, batch after batch: SCAN in steps of at most
 * QN_RD_BATCH_MAX, never KEYS. A key may come twice; one that comes or goes meanwhile may be
 * missed. keys are borrowed for the call, in which fn may use rd; what it returns other than
 * QN_OK ends the scan and is returned. */
typedef int qn_rd_keys_fn(void *arg, const struct qn_span *keys, size_t n, struct qn_err *reterr);
QN_MUST_CHECK int qn_rd_scan(struct qn_rd *rd, const char *pattern, qn_rd_keys_fn *fn, void *arg,
                             struct qn_err *reterr);
/* Removes keys, at most QN_RD_BATCH_MAX a command; *ret_n: how many there were. */
QN_MUST_CHECK int qn_rd_unlink(struct qn_rd *rd, const struct qn_span *keys, size_t n,
                               int64_t *ret_n, struct qn_err *reterr);

#endif
