/* kv_type.h - the inside of a cache, for the kv*.c files only. */
#ifndef TASKS_LIB_KV_TYPE_H
#define TASKS_LIB_KV_TYPE_H

#include "kv_key.h"
#include "kv_l1.h"
#include "redis.h"

#define QN_KV_STOPPED "stopped by the soft limit"

struct qn_kv {
    char ns[QN_KV_KIND_SIZE];
    const struct qn_clock *clock;
    struct qn_kv_l1 l1;
    struct qn_rd *rd; /* NULL: none is configured */
    size_t value_max;
    int stop_fd;
    int failures;        /* of Redis, one after the other */
    int64_t pause_until; /* mono ms; Redis is left alone before it */
    void (*on_trouble)(void *arg, const struct qn_err *why);
    void *arg;
    struct qn_kv_counters counters;
};

/* One load under a lease, or without one: then token is "". */
struct qn_kv_flight {
    struct qn_kv *kv;
    const struct qn_kv_key *key;
    const struct qn_kv_kind *kind;
    char token[QN_TOKEN_TEXT_SIZE];
    char versions[QN_KV_VERSIONS_SIZE];
    int64_t renewed_ms; /* mono */
};

/* ---- kv_l2.c: one command on Redis each ----
 *
 * False: Redis could not be used, which is counted and told and begins a pause; or the stop fd
 * became readable, which is not. What one key's content alone makes fail is counted, and no more:
 * a read says BROKEN then, verify that they are not the same, the others false. To open a load
 * never fails by that. */

bool qn_kv_stopped(const struct qn_kv *kv);
bool qn_kv_l2_ready(struct qn_kv *kv); /* there is one, and no pause; a pause counts as skipped */

enum qn_kv_state { QN_KV_MISSING, QN_KV_BROKEN, QN_KV_STALE, QN_KV_FRESH };
struct qn_kv_found {
    enum qn_kv_state state; /* BROKEN: not of this format; a forced load writes over it */
    bool none;
    int64_t left_ms;
    int64_t uses;
    char versions[QN_KV_VERSIONS_SIZE];
    struct qn_span bytes; /* borrowed until the next command */
};
QN_MUST_CHECK bool qn_kv_l2_read(struct qn_kv *kv, const struct qn_kv_key *key, int64_t uses,
                                 struct qn_kv_found *ret);
/* Whether these are the versions of now. */
QN_MUST_CHECK bool qn_kv_l2_verify(struct qn_kv *kv, const struct qn_kv_key *key,
                                   const char *versions, bool *ret_same);

enum qn_kv_opened { QN_KV_OPEN, QN_KV_HELD, QN_KV_THERE };
/* mode: as in kv/open.lua. ret_left_ms: of who holds it. */
QN_MUST_CHECK bool qn_kv_l2_open(struct qn_kv_flight *flight, const char *mode,
                                 enum qn_kv_opened *ret, int64_t *ret_left_ms);

struct qn_kv_loaded {
    bool none;
    int64_t life_ms;
    int64_t hot_ms;
    int64_t grace_ms;
    struct qn_span bytes;
};
/* Keeps it and ends the lease. *ret_life_ms 0: not kept. */
QN_MUST_CHECK bool qn_kv_l2_close(const struct qn_kv_flight *flight,
                                  const struct qn_kv_loaded *loaded, int64_t *ret_life_ms);
/* Ends the lease, if there is one, with a word to who waits. */
void qn_kv_l2_fail(const struct qn_kv_flight *flight, const char *word);
QN_MUST_CHECK bool qn_kv_l2_keep(struct qn_kv_flight *flight, bool *ret_mine);

#define QN_KV_WORD_SIZE 300
/* Waits for a word, for at most ms; "" when none came. */
QN_MUST_CHECK bool qn_kv_l2_await(struct qn_kv *kv, const struct qn_kv_key *key, int64_t ms,
                                  char ret_word[QN_KV_WORD_SIZE]);

/* These two tell why. */
QN_MUST_CHECK int qn_kv_l2_set_version(struct qn_kv *kv, const char *version_key,
                                       struct qn_err *reterr);
QN_MUST_CHECK int qn_kv_l2_unlink(struct qn_kv *kv, const struct qn_kv_key *key,
                                  struct qn_err *reterr);

/* ---- kv_ask.c, kv_load.c: a get that L1 does not answer ---- */

struct qn_kv_ask {
    struct qn_kv *kv;
    const struct qn_kv_request *request;
    struct qn_kv_key key;
    struct qn_buf *out;
    struct qn_err *reterr;
    enum qn_kv_from from;
    struct qn_buf old; /* what may be answered if the load fails */
    bool has_old;
    enum qn_kv_from old_from;
    int64_t waiting_since; /* mono ms; -1: not yet */
};

/* All of these give what qn_kv_get returns. */
int qn_kv_ask(struct qn_kv_ask *ask);
int qn_kv_load_alone(struct qn_kv_ask *ask); /* without Redis and others */
int qn_kv_load_for_all(struct qn_kv_ask *ask, struct qn_kv_flight *flight);
int qn_kv_answer(struct qn_kv_ask *ask, enum qn_kv_from from, struct qn_span bytes);
int qn_kv_answer_none(struct qn_kv_ask *ask, enum qn_kv_from from);
/* What is left from before, here or in L1, instead of a failure. */
int qn_kv_answer_old(struct qn_kv_ask *ask, const struct qn_err *why);
/* Fills L1. left_ms: of its life; versions "": not known, so not to be trusted once Redis is
 * back. */
void qn_kv_keep_near(struct qn_kv_ask *ask, bool none, struct qn_span bytes, int64_t left_ms,
                     const char *versions);

/* What a load says to those who wait for it. */
#define QN_KV_WORD_LOOK   "look"   /* it is there, or it is somebody's turn */
#define QN_KV_WORD_ALONE  "alone"  /* it is not for keeping: each for himself */
#define QN_KV_WORD_FAILED "failed" /* then the code and the text */

#endif
