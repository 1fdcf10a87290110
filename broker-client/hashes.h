/* hashes.h - names as 64-bit hashes: many of them, sorted, and a set of some.
 *
 * The hash has a random key, so nobody can choose names that collide; two names that do by
 * chance are one in 2^64 pairs.
 *
 * Not here: the names themselves.
 */
#ifndef BROKER_CLIENT_HASHES_H
#define BROKER_CLIENT_HASHES_H

#include <quern/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qn_hash_key {
    uint64_t k[2];
};
/* SipHash-1-3 of the text. Never 0. */
uint64_t qn_hash(const struct qn_hash_key *key, const char *text);

/* A growing array; has and keep_doubles want it sorted. */
struct qn_hashes {
    uint64_t *all;
    size_t n, cap, max;
};
void qn_hashes_init(struct qn_hashes *hashes, size_t max);
void qn_hashes_release(struct qn_hashes *hashes);
QN_MUST_CHECK int qn_hashes_add(struct qn_hashes *hashes, uint64_t hash); /* QN_ELIMIT, QN_ENOMEM */
void qn_hashes_sort(struct qn_hashes *hashes);
bool qn_hashes_has(const struct qn_hashes *hashes, uint64_t hash);
/* Of to, which is empty: each hash that is there more than once, once. */
QN_MUST_CHECK int qn_hashes_doubles(const struct qn_hashes *hashes, struct qn_hashes *to);

/* A set. */
struct qn_hash_set {
    uint64_t *slots; /* 0: free */
    size_t n, size;
};
void qn_hash_set_release(struct qn_hash_set *set); /* zeroed is empty */
bool qn_hash_set_has(const struct qn_hash_set *set, uint64_t hash);
QN_MUST_CHECK int qn_hash_set_add(struct qn_hash_set *set, uint64_t hash); /* QN_ENOMEM */

#endif
