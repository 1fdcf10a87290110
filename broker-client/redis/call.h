/* call.h - one command on its way: its bytes, and who gets the answer.
 *
 * A call remembers failure while it is built, like struct qn_buf: build blindly,
 * the connection asks once.
 *
 * Not here: sending (conn.h).
 */
#ifndef BROKER_CLIENT_REDIS_CALL_H
#define BROKER_CLIENT_REDIS_CALL_H

#include "broker-client/broker.h"
#include "script.h"
#include <hiredis/hiredis.h>

#define QN_CALL_MAX (64 * 1024 * 1024) /* bytes of one command */
#define QN_SHA_LEN  40

struct qn_call;

/* rc QN_OK: answer is Redis's, not an error. Otherwise err tells, answer is NULL. */
typedef void qn_call_fn(struct qn_call *call, int rc, const struct qn_err *err,
                        const redisReply *answer);

/* Calls that are done, kept for the next ones: who makes the same again and again asks for no
 * memory. Bounded. Zeroed is empty. */
struct qn_call_pool {
    struct qn_call *first;
    size_t n;
};
#define QN_CALL_POOL_MAX 8
#define QN_CALL_KEEP_MAX (128 * 1024) /* bytes that a kept one may hold */

struct qn_call {
    struct qn_call *next;
    struct qn_call_pool *pool; /* where it goes in the end; NULL: back to the heap */
    struct qn_buf bytes;
    char *lists; /* of its answer, as it is read; kept with it */
    size_t lists_size, lists_used, lists_wanted;
    size_t sent;
    int64_t timeout_ms; /* 0: the connection's own */
    int64_t deadline_ms;
    int script; /* enum qn_script, -1 none */
    bool resent;
    int failed_rc;   /* why it waits to be answered without having been sent */
    const char *why; /* a static text for it, or NULL: the connection's */
    qn_call_fn *on_answer;
    void *owner;
    /* what the operation that made it wants to know when the answer is here */
    qn_reply_fn *fn;
    void *arg;
    size_t n;
    char token[QN_TOKEN_SIZE];
};

struct qn_calls { /* a queue, first in first out */
    struct qn_call *head;
    struct qn_call **tail;
    struct qn_call *unsent; /* first that is not sent in full; NULL none */
    size_t n;
    size_t bytes;
};

/* A command of argc words; NULL when memory is out. The pool outlives it; NULL: none. */
struct qn_call *qn_call_create(struct qn_call_pool *pool, size_t argc, qn_call_fn *on_answer,
                               void *owner);
/* Whose KEYS a script gets. queue NULL for a script of the namespace; name is put behind its
 * last key (NULL: none). */
struct qn_call_place {
    const char *ns, *queue, *name;
};
/* EVALSHA with the script's KEYS; n_args words are to follow. */
struct qn_call *qn_call_create_script(struct qn_call_pool *pool, enum qn_script script,
                                      const struct qn_call_place *place, size_t n_args);
void qn_call_free(struct qn_call *call); /* into its pool, when there is room */
void qn_call_pool_release(struct qn_call_pool *pool);
void qn_call_add(struct qn_call *call, const void *word, size_t len);
void qn_call_add_str(struct qn_call *call, const char *word);
void qn_call_add_i64(struct qn_call *call, int64_t word);
void qn_call_add_span(struct qn_call *call, struct qn_span word);
void qn_call_add_key(struct qn_call *call, const char *ns, const char *queue, enum qn_key key,
                     const char *name);
/* Zeroed memory for the reading of its answer, until it is freed; NULL when there is not so much:
 * then the next one that is made of it has. */
void *qn_call_list(struct qn_call *call, size_t n, size_t size);
/* Puts the hash of the script into its place. */
void qn_call_set_sha(struct qn_call *call, const char sha[QN_SHA_LEN]);

void qn_calls_init(struct qn_calls *calls);
void qn_calls_push(struct qn_calls *calls, struct qn_call *call);
struct qn_call *qn_calls_pop(struct qn_calls *calls);
/* Takes out one that is not at the head only because others wait before it. */
bool qn_calls_remove(struct qn_calls *calls, struct qn_call *call);

#endif
