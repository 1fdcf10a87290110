#include "json_keys.h"

#include "mem.h"
#include <endian.h>
#include <string.h>

void qn_json_keys_init(struct qn_json_keys *keys, const char *text)
{
    keys->text = text;
    qn_buf_init(&keys->decoded, INT32_MAX);
    keys->key = keys->first;
    keys->n = 0;
    keys->cap = QN_JSON_KEYS_STACK;
}

void qn_json_keys_release(struct qn_json_keys *keys)
{
    qn_buf_release(&keys->decoded);
    if (keys->key != keys->first) {
        qn_free(keys->key);
    }
}

static const char *bytes_of(const struct qn_json_keys *keys, const struct qn_json_key *key)
{
    return (key->escaped ? keys->decoded.data : keys->text) + key->start;
}

/* No key holds a NUL, so zeros after a short one keep the order of the bytes. */
static uint64_t head_of(const char *bytes, size_t len)
{
    uint64_t head = 0;

    memcpy(&head, bytes, len < sizeof(head) ? len : sizeof(head));
    return be64toh(head);
}

/* The order of the bytes; 0 for duplicates. */
static int compare(const struct qn_json_keys *keys, const struct qn_json_key *a,
                   const struct qn_json_key *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = 0;

    if (a->head != b->head) {
        return a->head < b->head ? -1 : 1;
    }
    if (len > sizeof(a->head)) {
        order = memcmp(bytes_of(keys, a), bytes_of(keys, b), len);
    }
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
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

/* Where the key's bytes are: in the text, unless they have to be decoded. */
static int place_bytes(struct qn_json_keys *keys, struct qn_span span, struct qn_json_key *ret)
{
    size_t start = keys->decoded.len;

    ret->place = ret->start = (uint32_t)(span.data - keys->text);
    ret->len = (uint32_t)span.len & INT32_MAX;
    if (!ret->escaped) {
        return QN_OK;
    }
    if (qn_json_unescape(span, &keys->decoded) != QN_OK) {
        return QN_ENOMEM;
    }
    ret->start = (uint32_t)start;
    ret->len = (uint32_t)(keys->decoded.len - start) & INT32_MAX;
    return QN_OK;
}

int qn_json_keys_add(struct qn_json_keys *keys, size_t mark, struct qn_span key, bool escaped)
{
    struct qn_json_key added = {.escaped = escaped};

    if (make_room(keys) != QN_OK || place_bytes(keys, key, &added) != QN_OK) {
        return QN_ENOMEM;
    }
    added.head = head_of(bytes_of(keys, &added), added.len);
    for (size_t i = mark; i < keys->n && keys->n - mark < QN_JSON_KEYS_FEW; i++) {
        if (compare(keys, &keys->key[i], &added) == 0) {
            return QN_EEXISTS;
        }
    }
    keys->key[keys->n++] = added;
    return QN_OK;
}

/* Duplicates in the order of the text, so that the later one is told. */
static bool is_before(const struct qn_json_keys *keys, const struct qn_json_key *a,
                      const struct qn_json_key *b)
{
    int order = compare(keys, a, b);

    return order < 0 || (order == 0 && a->place < b->place);
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

int qn_json_keys_end(struct qn_json_keys *keys, size_t mark, size_t *ret_place)
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
        if ((found == NULL || key[i].place < found->place) &&
            compare(keys, &key[i - 1], &key[i]) == 0) {
            found = &key[i];
        }
    }
    if (found == NULL) {
        return QN_OK;
    }
    *ret_place = found->place;
    return QN_EEXISTS;
}
