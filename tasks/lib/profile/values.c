#include "values.h"

#include "common/mem.h"
#include "common/str.h"
#include "profile.h"
#include <string.h>

#define CAP_FIRST    64
#define TEXTS_EARLY  (QN_VALUES_TEXTS_MAX / 3 * 2) /* the rest is for values that come again */
#define FREQUENT_ONE 2000 /* one of so many: kept when its hash is left out */

void qn_values_init(struct qn_values *values)
{
    *values = (struct qn_values){.level = 0};
    qn_buf_init(&values->texts, QN_VALUES_TEXTS_MAX);
}

void qn_values_release(struct qn_values *values)
{
    qn_free(values->entries);
    qn_buf_release(&values->texts);
    *values = (struct qn_values){.level = 0};
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
}

uint64_t qn_values_hash(uint64_t seed, struct qn_span bytes)
{
    uint64_t hash = mix(seed ^ (bytes.len * UINT64_C(0x9e3779b97f4a7c15)));
    size_t i = 0;

    for (; i + 8 <= bytes.len; i += 8) {
        uint64_t word;

        memcpy(&word, bytes.data + i, 8);
        hash = mix(hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
    }
    if (i < bytes.len) {
        uint64_t word = 0;

        memcpy(&word, bytes.data + i, bytes.len - i);
        hash = mix(hash ^ word);
    }
    hash = mix(hash);
    return hash != 0 ? hash : 1;
}

static bool counts(const struct qn_values *values, uint64_t hash)
{
    return (hash & ((UINT64_C(1) << values->level) - 1)) == 0;
}

static struct qn_values_entry *place(struct qn_values_entry *entries, size_t cap, uint64_t hash)
{
    size_t i = (hash >> 20) & (cap - 1);

    while (entries[i].hash != 0 && entries[i].hash != hash) {
        i = (i + 1) & (cap - 1);
    }
    return &entries[i];
}

/* Moves what is to stay into a table of cap places. */
static int rebuild(struct qn_values *values, size_t cap)
{
    struct qn_values_entry *entries = qn_zalloc(cap, sizeof(*entries));
    size_t used = 0;

    if (entries == NULL) {
        return QN_ENOMEM;
    }
    for (size_t i = 0; i < values->cap; i++) {
        const struct qn_values_entry *entry = &values->entries[i];
        bool frequent = (uint64_t)entry->count * FREQUENT_ONE >= values->seen;

        if (entry->hash != 0 && (frequent || counts(values, entry->hash))) {
            *place(entries, cap, entry->hash) = *entry;
            used++;
        }
    }
    qn_free(values->entries);
    values->entries = entries;
    values->cap = cap;
    values->used = used;
    return QN_OK;
}

static int make_room(struct qn_values *values)
{
    if (values->used * 2 < values->cap) {
        return QN_OK;
    }
    if (values->used < QN_VALUES_MAX) {
        return rebuild(values, values->cap == 0 ? CAP_FIRST : values->cap * 2);
    }
    while (values->used * 2 >= values->cap && values->level < 60) {
        int rc;

        values->level++;
        rc = rebuild(values, values->cap);
        if (rc != QN_OK) {
            return rc;
        }
    }
    return QN_OK;
}

/* Texts have a byte of length before them. */
static void keep_text(struct qn_values *values, struct qn_values_entry *entry, struct qn_span text)
{
    size_t len = qn_utf8_cut(text.data, text.len, QN_PROFILE_TEXT);
    size_t limit = entry->count == 1 ? TEXTS_EARLY : QN_VALUES_TEXTS_MAX;
    size_t start = values->texts.len;

    if (start + len + 2 > limit || qn_buf_reserve(&values->texts, len + 1) != QN_OK) {
        return;
    }
    qn_buf_add_byte(&values->texts, (int)len);
    qn_buf_add(&values->texts, text.data, len);
    entry->text = (uint32_t)start + 1;
}

int qn_values_add(struct qn_values *values, uint64_t hash, struct qn_span text)
{
    struct qn_values_entry *entry;
    int rc = make_room(values);

    if (rc != QN_OK) {
        return rc;
    }
    values->seen++;
    entry = place(values->entries, values->cap, hash);
    if (entry->hash == 0 && !counts(values, hash)) {
        return QN_OK;
    }
    if (entry->hash == 0) {
        entry->hash = hash;
        values->used++;
    }
    entry->count += entry->count < UINT32_MAX;
    if (entry->text == 0) {
        keep_text(values, entry, text);
    }
    return QN_OK;
}

/* Of the values that count, all, or those seen so often (0: any). */
static double scaled(const struct qn_values *values, uint32_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < values->cap; i++) {
        const struct qn_values_entry *entry = &values->entries[i];

        n += entry->hash != 0 && counts(values, entry->hash) &&
             (count == 0 || entry->count == count);
    }
    return (double)n * (double)(UINT64_C(1) << values->level);
}

double qn_values_distinct(const struct qn_values *values)
{
    return scaled(values, 0);
}

double qn_values_seen(const struct qn_values *values, uint32_t count)
{
    return scaled(values, count);
}

struct qn_span qn_values_text(const struct qn_values *values, const struct qn_values_entry *entry)
{
    const char *at = values->texts.data + entry->text;

    return entry->text == 0 ? (struct qn_span){"", 0} : (struct qn_span){at, (unsigned char)at[-1]};
}

static bool goes_before(const struct qn_values *values, const struct qn_values_entry *a,
                        const struct qn_values_entry *b)
{
    struct qn_span left = qn_values_text(values, a), right = qn_values_text(values, b);
    int order;

    if (a->count != b->count) {
        return a->count > b->count;
    }
    order = memcmp(left.data, right.data, left.len < right.len ? left.len : right.len);
    return order != 0 ? order < 0 : left.len < right.len;
}

size_t qn_values_top(const struct qn_values *values, struct qn_values_entry *out, size_t n)
{
    size_t found = 0;

    for (size_t i = 0; i < values->cap; i++) {
        const struct qn_values_entry *entry = &values->entries[i];
        size_t at = found;

        if (entry->hash == 0 || entry->text == 0) {
            continue;
        }
        while (at > 0 && goes_before(values, entry, &out[at - 1])) {
            if (at < n) {
                out[at] = out[at - 1];
            }
            at--;
        }
        if (at < n) {
            out[at] = *entry;
            found += found < n;
        }
    }
    return found;
}
