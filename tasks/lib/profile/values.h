/* values.h - how often each value of a column was seen, in bounded memory.
 *
 * Values are told apart by a hash of 64 bits. Up to QN_VALUES_MAX different ones every count is
 * exact; beyond that only the values whose hash falls into a half, a quarter, ... of all hashes
 * are kept, with all their occurrences (Gibbons' distinct sampling), and the counts that are
 * asked for are scaled: the error is about 0.4 %. Frequent values are kept in any case.
 *
 * Not here: estimates for rows that were not seen (estimate.h).
 */
#ifndef TASKS_LIB_PROFILE_VALUES_H
#define TASKS_LIB_PROFILE_VALUES_H

#include "common/buf.h"

#define QN_VALUES_MAX       ((size_t)128 * 1024)
#define QN_VALUES_TEXTS_MAX ((size_t)3 * 1024 * 1024)

struct qn_values_entry {
    uint64_t hash; /* 0: free */
    uint32_t count;
    uint32_t text; /* place in texts, after 1; 0: not kept */
};

struct qn_values {
    struct qn_values_entry *entries;
    size_t cap; /* a power of two */
    size_t used;
    unsigned level; /* values whose hash ends in so many zero bits count */
    uint64_t seen;
    struct qn_buf texts;
};

void qn_values_init(struct qn_values *values);
void qn_values_release(struct qn_values *values);

uint64_t qn_values_hash(uint64_t seed, struct qn_span bytes);

/* text is kept up to QN_PROFILE_TEXT bytes while there is room. QN_ENOMEM. */
QN_MUST_CHECK int qn_values_add(struct qn_values *values, uint64_t hash, struct qn_span text);

double qn_values_distinct(const struct qn_values *values);
/* Values that were seen exactly so often, 1 or 2. */
double qn_values_seen(const struct qn_values *values, uint32_t count);

/* The most frequent ones whose text is kept, at most n: how many. Equal counts go by text. */
size_t qn_values_top(const struct qn_values *values, struct qn_values_entry *out, size_t n);
struct qn_span qn_values_text(const struct qn_values *values, const struct qn_values_entry *entry);

#endif
