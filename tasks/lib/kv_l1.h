/* kv_l1.h - the level of the cache within the process: bounded by number and bytes, the least
 * recently used goes first.
 *
 * An entry has three ends, all mono ms: fresh_until, after which it is good only while the
 * source fails; keep_until, after which it is gone; and trust_until, after which Redis is to be
 * asked whether its versions still hold. What they mean is up to the caller, keep_until apart.
 *
 * Not here: time limits by kind (kv.h), asking Redis.
 */
#ifndef TASKS_LIB_KV_L1_H
#define TASKS_LIB_KV_L1_H

#include "kv_key.h"

struct qn_kv_l1_entry {
    struct qn_kv_l1_entry *newer, *older;
    char id[QN_DIGEST_SIZE];
    char kind[QN_KV_KIND_SIZE];
    char group[QN_KV_GROUP_SIZE];
    char versions[QN_KV_VERSIONS_SIZE];
    bool none; /* that there is nothing */
    int64_t fresh_until, keep_until, trust_until;
    int64_t uses; /* since Redis was told */
    size_t len;
    char bytes[];
};

struct qn_kv_l1 {
    size_t max_entries, max_bytes;
    size_t n, bytes; /* with what an entry itself takes */
    struct qn_kv_l1_entry *newest, *oldest;
    int64_t evictions;
};

void qn_kv_l1_init(struct qn_kv_l1 *l1, size_t max_entries, size_t max_bytes);
void qn_kv_l1_release(struct qn_kv_l1 *l1);

/* Borrowed until the next put, remove or forget; NULL: none, or past keep_until. What is found
 * is the most recently used one. */
struct qn_kv_l1_entry *qn_kv_l1_find(struct qn_kv_l1 *l1, const char *id, int64_t mono_ms);
/* An entry without bytes' content in place of what was there under its id, its times all 0;
 * bytes are copied. NULL when it is larger than all may be, or there is no memory: the one
 * that was there is gone all the same. */
struct qn_kv_l1_entry *qn_kv_l1_put(struct qn_kv_l1 *l1, const struct qn_kv_key *key,
                                    struct qn_span bytes);
void qn_kv_l1_remove(struct qn_kv_l1 *l1, const char *id);
void qn_kv_l1_forget(struct qn_kv_l1 *l1, const char *kind, const char *group); /* NULL: all */

#endif
