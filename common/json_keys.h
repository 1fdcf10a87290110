/* json_keys.h - the keys of the objects that a check is inside of, to find
 * duplicates. For json_check.c only.
 *
 * Keys of nested objects lie on one stack. Up to QN_JSON_KEYS_FEW keys of an
 * object are compared as they come; more are sorted by their content when the
 * object ends, so that no choice of keys makes it slower than n log n. Few keys
 * need no heap, many need 24 bytes each. Keys with escapes are kept decoded.
 */
#ifndef COMMON_JSON_KEYS_H
#define COMMON_JSON_KEYS_H

#include "json.h"

#define QN_JSON_KEYS_FEW   8
#define QN_JSON_KEYS_STACK 48

struct qn_json_key {
    uint64_t head;  /* the first 8 bytes, the first one highest, then zeros */
    uint32_t place; /* in the text */
    uint32_t start; /* of its bytes: in the text, or in decoded */
    uint32_t len : 31;
    uint32_t escaped : 1; /* it is in decoded */
};

struct qn_json_keys {
    const char *text; /* borrowed; at most INT32_MAX bytes */
    struct qn_buf decoded;
    struct qn_json_key *key;
    size_t n;
    size_t cap;
    struct qn_json_key first[QN_JSON_KEYS_STACK];
};

void qn_json_keys_init(struct qn_json_keys *keys, const char *text);
void qn_json_keys_release(struct qn_json_keys *keys);

/* A key of the text, without quotes, in the object whose keys begin at mark (n
 * when it began). QN_EEXISTS, QN_ENOMEM. */
int qn_json_keys_add(struct qn_json_keys *keys, size_t mark, struct qn_span key, bool escaped);

/* The object ends: forgets its keys. QN_EEXISTS, and the place of the first one
 * that was there before. */
int qn_json_keys_end(struct qn_json_keys *keys, size_t mark, size_t *ret_place);

#endif
