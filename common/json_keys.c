#include "json_keys.h"

#include "json_text.h"
#include "mem.h"
#include <string.h>

void qn_json_keys_init(struct qn_json_keys *keys, const char *text)
{
    keys->text = text;
    keys->key = keys->first;
    keys->n = 0;
    keys->cap = QN_JSON_KEYS_STACK;
}

void qn_json_keys_release(struct qn_json_keys *keys)
{
    if (keys->key != keys->first) {
        qn_free(keys->key);
    }
}

static struct qn_span span_of(const struct qn_json_keys *keys, const struct qn_json_key *key)
{
    return (struct qn_span){.data = keys->text + key->start, .len = key->len};
}

/* No key holds a NUL, so zeros after a short one keep the order of the bytes. */
static uint64_t head_of(struct qn_span span, bool escaped)
{
    struct qn_json_bytes bytes;
    uint64_t head = 0;

    if (!escaped) {
        for (size_t i = 0; i < sizeof(head); i++) {
            head = head << 8 | (i < span.len ? (unsigned char)span.data[i] : 0);
        }
        return head;
    }
    qn_json_bytes_init(&bytes, span);
    for (size_t i = 0; i < sizeof(head); i++) {
        int byte = qn_json_bytes_next(&bytes);

        head = head << 8 | (uint64_t)(byte > 0 ? byte : 0);
    }
    return head;
}

static int compare_decoded(struct qn_span a, struct qn_span b)
{
    struct qn_json_bytes left, right;
    int x, y;

    qn_json_bytes_init(&left, a);
    qn_json_bytes_init(&right, b);
    do {
        x = qn_json_bytes_next(&left);
        y = qn_json_bytes_next(&right);
    } while (x == y && x >= 0);
    return x - y;
}

/* The order of the decoded bytes; 0 for duplicates. */
static int compare(const struct qn_json_keys *keys, const struct qn_json_key *a,
                   const struct qn_json_key *b)
{
    struct qn_span x, y;
    int order;

    if (a->head != b->head) {
        return a->head < b->head ? -1 : 1;
    }
    x = span_of(keys, a);
    y = span_of(keys, b);
    if (a->escaped || b->escaped) {
        return compare_decoded(x, y);
    }
    order = memcmp(x.data, y.data, x.len < y.len ? x.len : y.len);
    return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

static int make_room(struct qn_json_keys *keys)
{
    bool own = keys->key != keys->first;
    struct qn_json_key *grown;

    if (keys->n < keys->cap) {
        return QN_OK;
    }
    grown = qn_realloc_array(own ? keys->key : NULL, keys->cap * 2, sizeof(*grown));
    if (grown == NULL) {
        return QN_ENOMEM;
    }
    if (!own) {
        memcpy(grown, keys->first, sizeof(keys->first));
    }
    keys->key = grown;
    keys->cap *= 2;
    return QN_OK;
}

int qn_json_keys_add(struct qn_json_keys *keys, size_t mark, struct qn_json_key key)
{
    if (make_room(keys) != QN_OK) {
        return QN_ENOMEM;
    }
    key.head = head_of(span_of(keys, &key), key.escaped);
    for (size_t i = mark; i < keys->n && keys->n - mark < QN_JSON_KEYS_FEW; i++) {
        if (compare(keys, &keys->key[i], &key) == 0) {
            return QN_EEXISTS;
        }
    }
    keys->key[keys->n++] = key;
    return QN_OK;
}

/* Duplicates in the order of the text, so that the later one is told. */
static bool is_before(const struct qn_json_keys *keys, const struct qn_json_key *a,
                      const struct qn_json_key *b)
{
    int order = compare(keys, a, b);

    return order < 0 || (order == 0 && a->start < b->start);
}

/* Lets the key at i sink to its place in the heap of n keys. */
static void sink(const struct qn_json_keys *keys, struct qn_json_key *heap, size_t n, size_t i)
{
    struct qn_json_key key = heap[i];
    size_t child;

    while ((child = 2 * i + 1) < n) {
        if (child + 1 < n && is_before(keys, &heap[child], &heap[child + 1])) {
            child++;
        }
        if (!is_before(keys, &key, &heap[child])) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = key;
}

/* Heapsort: n log n whatever comes, and in place. */
static void sort(const struct qn_json_keys *keys, struct qn_json_key *key, size_t n)
{
    for (size_t i = n / 2; i > 0; i--) {
        sink(keys, key, n, i - 1);
    }
    for (size_t last = n - 1; last > 0; last--) {
        struct qn_json_key largest = key[0];

        key[0] = key[last];
        key[last] = largest;
        sink(keys, key, last, 0);
    }
}

int qn_json_keys_end(struct qn_json_keys *keys, size_t mark, struct qn_json_key *ret)
{
    struct qn_json_key *key = keys->key + mark;
    const struct qn_json_key *found = NULL;
    size_t n = keys->n - mark;

    keys->n = mark;
    if (n <= QN_JSON_KEYS_FEW) {
        return QN_OK;
    }
    sort(keys, key, n);
    for (size_t i = 1; i < n; i++) {
        if ((found == NULL || key[i].start < found->start) &&
            compare(keys, &key[i - 1], &key[i]) == 0) {
            found = &key[i];
        }
    }
    if (found == NULL) {
        return QN_OK;
    }
    *ret = *found;
    return QN_EEXISTS;
}
