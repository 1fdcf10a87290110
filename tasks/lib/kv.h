/* kv.h - the cache: what was expensive to make, kept for a while.
 *
 * Three levels: L1 in this process, L2 on Redis (QUERN_CACHE_URL), L3 the source, a
 * function that the caller gives. qn_kv_get asks them in this order and fills back upwards.
 * docs/cache.md says what it promises and shows the keys.
 *
 *     struct qn_span parts[] = {qn_rd_text("shop"), qn_rd_text(question)};
 *     struct qn_kv_request request = {.kind = &qn_kv_kinds[QN_KV_LLM_SQL], .parts = parts,
 *                                     .n_parts = 2, .load = ask_the_model, .arg = &prompt};
 *     rc = qn_kv_get(kv, &request, &out, &from, &err);
 *
 * What a value is: any bytes, of any length up to the maximum, also none at all. That there is
 * nothing is an answer too: a load that returns QN_ENOTFOUND is kept as that.
 *
 * Redis is never needed. Without it, with one that is down, slow or full, and after an
 * eviction at any moment, a value is loaded from the source; the callers pay time, the trouble
 * is counted and told to on_trouble. No call waits for Redis longer than timeout_ms a command,
 * and after a failure it is left alone for a while.
 *
 * One load for all: of the processes that want what is not there, one gets a lease and loads;
 * the others wait for its end, not for longer than the kind's wait_ms, and get what it got,
 * its failure too. A loader that dies frees the lease by time. One that lost its lease, or
 * whose kind or group was invalidated meanwhile, gets its value but stores nothing.
 *
 * Invalidated is invalidated: no call that begins after qn_kv_invalidate returned gets an
 * older value from Redis. The L1 of other processes learns of it within QN_KV_TRUST_MS while
 * Redis answers; while it does not, a value there lives no longer than the kind's l1_ms.
 *
 * Errors of qn_kv_get: those of the load; QN_ENOTFOUND; QN_EAGAIN when the wait for another's
 * load came to its end; QN_ETIMEOUT "stopped by the soft limit"; QN_EINVAL for a request that
 * is none; QN_ELIMIT, QN_ENOMEM for out. Redis makes none.
 *
 * Not here: what to cache; sharing among threads (a struct qn_kv is of one); values that must
 * not be lost.
 */
#ifndef TASKS_LIB_KV_H
#define TASKS_LIB_KV_H

#include "common/buf.h"
#include "common/clock.h"

#define QN_KV_PARTS_MAX   16
#define QN_KV_PARTS_BYTES ((size_t)1024 * 1024)     /* of all parts */
#define QN_KV_GROUP_MAX   64                        /* bytes of a group's name */
#define QN_KV_VALUE_MAX   ((size_t)4 * 1024 * 1024) /* a larger one is not kept */
#define QN_KV_L1_ENTRIES  128
#define QN_KV_L1_BYTES    ((size_t)8 * 1024 * 1024)
#define QN_KV_LIFE_MAX_MS ((int64_t)31 * 24 * 3600 * 1000) /* any time of a kind */
#define QN_KV_TRUST_MS    5000
#define QN_KV_TIMEOUT_MS  500 /* of one command on Redis, and of connecting */
#define QN_KV_HOT         100 /* reads in the life of a value that make its key hot */
#define QN_KV_HOT_MS      3600000
#define QN_KV_JITTER      10 /* percent of its life, by which each value lives shorter */

/* ---- kinds: how long what is kept ---- */

/* All in ms. The life of a value is a most: it is cut by up to QN_KV_JITTER percent. */
struct qn_kv_kind {
    const char *name; /* part of each key: 1 to 32 of [a-z0-9_-] */
    int64_t l1_ms;    /* 0: not in the process; no longer than l2_ms */
    int64_t l2_ms;    /* 0: not on Redis, and so without a lease */
    int64_t hot_ms;   /* l2_ms of a hot key; 0: the same */
    int64_t none_ms;  /* that there is nothing; 0: not kept */
    int64_t grace_ms; /* after its life, how long a value is better than a failing source */
    int64_t lease_ms; /* a loader is taken for dead after it */
    int64_t wait_ms;  /* the longest wait for another's load */
};

enum qn_kv_kind_id {
    QN_KV_MODEL,         /* semantic models; invalidate on a change of the schema */
    QN_KV_METADATA,      /* an analysed database */
    QN_KV_DASHBOARD,     /* a dashboard's configuration; invalidate on an edit */
    QN_KV_WIDGET,        /* what a widget shows */
    QN_KV_USER,          /* invalidate on an update */
    QN_KV_PRODUCT,       /* products, popular ones above all; invalidate on an update */
    QN_KV_LIST,          /* a page of a list */
    QN_KV_EXAMPLES,      /* approved pairs of a datasource; invalidate on feedback */
    QN_KV_QUERY,         /* rows of a query; qn_kv_query_ms says for how long */
    QN_KV_REPORT,        /* of a period that goes on */
    QN_KV_REPORT_CLOSED, /* of a period that is past */
    QN_KV_LLM_DESCRIBE,  /* what a model says of a table */
    QN_KV_LLM_SQL,       /* SQL that passed the guard; never its rows */
    QN_KV_LLM_CHAT,      /* answers to people: at no level, on purpose */
    QN_KV_KINDS,
};
extern const struct qn_kv_kind qn_kv_kinds[QN_KV_KINDS];

/* The life of what a query took so long to find: 300 s, 900 s from 0.5 s on, 1800 s from
 * 1 s on, 3600 s from 2 s on. */
int64_t qn_kv_query_ms(int64_t took_ms);
/* life_ms less a part of up to QN_KV_JITTER percent; never below 1. */
int64_t qn_kv_jitter_ms(int64_t life_ms, uint64_t random);

/* ---- a cache ---- */

struct qn_kv;

/* Where the time and the sizes are 0, what stands above holds. */
struct qn_kv_options {
    const char *url;              /* of Redis; NULL or "": L1 and the source only. Copied */
    const char *ns;               /* before each key: 1 to 32 of [a-z0-9_-]; copied */
    const struct qn_clock *clock; /* for L1; borrowed; NULL: the system's */
    size_t l1_entries;
    size_t l1_bytes;
    size_t value_max;
    int64_t timeout_ms;
    /* Redis could not be used: at most once per pause. May be NULL. */
    void (*on_trouble)(void *arg, const struct qn_err *why);
    void *arg;
};

/* QN_EINVAL for a url or ns that is none. Connects to nobody yet. */
QN_MUST_CHECK int qn_kv_create(struct qn_kv **ret, const struct qn_kv_options *options,
                               struct qn_err *reterr);
/* The same with QUERN_CACHE_URL and QUERN_NAMESPACE; url and ns of options are not read. */
QN_MUST_CHECK int qn_kv_create_from_env(struct qn_kv **ret, const struct qn_kv_options *options,
                                        struct qn_err *reterr);
void qn_kv_free(struct qn_kv *kv); /* NULL is fine */

/* For each job: waits end when stop_fd becomes readable; -1: none. */
void qn_kv_heed(struct qn_kv *kv, int stop_fd);
bool qn_kv_has_redis(const struct qn_kv *kv); /* one is configured; it may be down */

/* ---- reading ---- */

struct qn_kv_load {
    struct qn_buf *value;        /* append to it; its maximum is that of qn_kv_get's out */
    int64_t life_ms;             /* set to the kind's; a load may set another one, 0: do not keep */
    struct qn_kv_flight *flight; /* qn_kv_load_keep's own */
};
/* The source: QN_OK with the value, QN_ENOTFOUND for none, or why it failed. May itself use
 * the cache, for other keys. */
typedef int qn_kv_load_fn(struct qn_kv_load *load, void *arg, struct qn_err *reterr);
/* Within a load that may take longer than lease_ms: the lease begins anew. Cheap to call often.
 * False once another one loads: what this one gives will not be kept. */
bool qn_kv_load_keep(struct qn_kv_load *load);

struct qn_kv_request {
    const struct qn_kv_kind *kind; /* of the table, or one of the caller's own */
    const struct qn_span *parts;   /* all that the value depends on, in this order */
    size_t n_parts;
    const char *group; /* can be invalidated alone: [A-Za-z0-9._:-]; NULL: none */
    bool force;        /* load, whatever is there and whoever else loads, and keep that */
    qn_kv_load_fn *load;
    void *arg;
};

enum qn_kv_from {
    QN_KV_FROM_L1,
    QN_KV_FROM_L2,
    QN_KV_FROM_SOURCE,
    QN_KV_FROM_STALE, /* past its life: the source failed, or its loader took too long */
};

/* Appends the value to out. ret_from may be NULL. */
QN_MUST_CHECK int qn_kv_get(struct qn_kv *kv, const struct qn_kv_request *request,
                            struct qn_buf *out, enum qn_kv_from *ret_from, struct qn_err *reterr);

/* ---- forgetting ---- */

/* All values of a kind; with a group, those that were asked for with it. The errors of redis.h:
 * unless QN_OK, others may still get older values. */
QN_MUST_CHECK int qn_kv_invalidate(struct qn_kv *kv, const struct qn_kv_kind *kind,
                                   const char *group, struct qn_err *reterr);
/* One value: of the request's load nothing is used. The others' L1 does not learn of it. */
QN_MUST_CHECK int qn_kv_drop(struct qn_kv *kv, const struct qn_kv_request *request,
                             struct qn_err *reterr);

/* ---- counting ---- */

/* Since create. A get counts one hit or miss per level that it asked. */
struct qn_kv_counters {
    int64_t l1_hits, l1_misses;
    int64_t l2_hits, l2_misses;
    int64_t loads;         /* calls of a source */
    int64_t load_failures; /* of them: QN_ENOTFOUND is none */
    int64_t waits;         /* for the load of another process */
    int64_t wait_timeouts;
    int64_t stale;      /* answers past their life */
    int64_t preloads;   /* loads of hot keys before the end of their life */
    int64_t late;       /* loads that were not kept: lease lost, or invalidated */
    int64_t too_large;  /* values over value_max */
    int64_t evictions;  /* from L1, for room */
    int64_t l2_errors;  /* commands that failed */
    int64_t l2_skipped; /* gets in the pause after a failure */
};
const struct qn_kv_counters *qn_kv_counters(const struct qn_kv *kv);
size_t qn_kv_l1_entries(const struct qn_kv *kv);
size_t qn_kv_l1_bytes(const struct qn_kv *kv);

#endif
