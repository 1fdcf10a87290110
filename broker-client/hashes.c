#include "hashes.h"

#include "common/mem.h"
#include <stdlib.h>
#include <string.h>

#define FIRST 1024

/* ---- SipHash-1-3 ---- */

static uint64_t turn(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

static void mix(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = turn(v[1], 13) ^ v[0];
    v[0] = turn(v[0], 32);
    v[2] += v[3];
    v[3] = turn(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = turn(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = turn(v[1], 17) ^ v[2];
    v[2] = turn(v[2], 32);
}

static void take_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v);
    v[0] ^= word;
}

uint64_t qn_hash(const struct qn_hash_key *key, const char *text)
{
    uint64_t v[4] = {key->k[0] ^ 0x736f6d6570736575, key->k[1] ^ 0x646f72616e646f6d,
                     key->k[0] ^ 0x6c7967656e657261, key->k[1] ^ 0x7465646279746573};
    size_t len = strlen(text);
    uint64_t word;

    for (size_t at = 0; at + 8 <= len; at += 8) {
        memcpy(&word, text + at, 8);
        take_word(v, word);
    }
    word = 0;
    memcpy(&word, text + len / 8 * 8, len % 8);
    take_word(v, word | (uint64_t)len << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        mix(v);
    word = v[0] ^ v[1] ^ v[2] ^ v[3];
    return word ? word : 1;
}

/* ---- the array ---- */

void qn_hashes_init(struct qn_hashes *hashes, size_t max)
{
    *hashes = (struct qn_hashes){.max = max};
}

void qn_hashes_release(struct qn_hashes *hashes)
{
    qn_free(hashes->all);
    *hashes = (struct qn_hashes){.max = hashes->max};
}

int qn_hashes_add(struct qn_hashes *hashes, uint64_t hash)
{
    if (hashes->n >= hashes->max)
        return QN_ELIMIT;
    if (hashes->n == hashes->cap) {
        size_t cap = hashes->cap > 0 ? hashes->cap * 2 : FIRST;
        uint64_t *all = qn_realloc_array(hashes->all, cap, sizeof(*all));
        if (!all)
            return QN_ENOMEM;
        hashes->all = all;
        hashes->cap = cap;
    }
    hashes->all[hashes->n++] = hash;
    return QN_OK;
}

static int by_value(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

void qn_hashes_sort(struct qn_hashes *hashes)
{
    if (hashes->n > 0)
        qsort(hashes->all, hashes->n, sizeof(*hashes->all), by_value);
}

bool qn_hashes_has(const struct qn_hashes *hashes, uint64_t hash)
{
    return hashes->n > 0 &&
           bsearch(&hash, hashes->all, hashes->n, sizeof(*hashes->all), by_value) != NULL;
}

int qn_hashes_doubles(const struct qn_hashes *hashes, struct qn_hashes *to)
{
    const uint64_t *all = hashes->all;
    int rc = QN_OK;

    for (size_t i = 1; i < hashes->n && rc == QN_OK; i++) {
        if (all[i] == all[i - 1] && (to->n == 0 || to->all[to->n - 1] != all[i]))
            rc = qn_hashes_add(to, all[i]);
    }
    return rc;
}

/* ---- the set ---- */

void qn_hash_set_release(struct qn_hash_set *set)
{
    qn_free(set->slots);
    *set = (struct qn_hash_set){0};
}

/* The slot of a hash, or the free one where it belongs. size is a power of two. */
static uint64_t *slot_of(uint64_t *slots, size_t size, uint64_t hash)
{
    size_t at = hash & (size - 1);

    while (slots[at] != 0 && slots[at] != hash)
        at = (at + 1) & (size - 1);
    return &slots[at];
}

bool qn_hash_set_has(const struct qn_hash_set *set, uint64_t hash)
{
    return set->size > 0 && *slot_of(set->slots, set->size, hash) == hash;
}

static int grow(struct qn_hash_set *set)
{
    size_t size = set->size > 0 ? set->size * 2 : FIRST;
    uint64_t *slots = qn_zalloc(size, sizeof(*slots));

    if (!slots)
        return QN_ENOMEM;
    for (size_t i = 0; i < set->size; i++) {
        if (set->slots[i] != 0)
            *slot_of(slots, size, set->slots[i]) = set->slots[i];
    }
    qn_free(set->slots);
    set->slots = slots;
    set->size = size;
    return QN_OK;
}

int qn_hash_set_add(struct qn_hash_set *set, uint64_t hash)
{
    int rc = set->n * 2 >= set->size ? grow(set) : QN_OK;

    if (rc != QN_OK)
        return rc;
    uint64_t *slot = slot_of(set->slots, set->size, hash);
    set->n += *slot == 0;
    *slot = hash;
    return QN_OK;
}
