/* json.h - a strict one-pass check of JSON, and small readers and writers.
 *
 * Every JSON text from outside passes qn_json_check() before anybody else sees
 * it, and payloads stay opaque bytes from there on. The grammar is RFC 8259 with
 * these refusals on top: duplicate keys at any level (compared after escapes),
 * \u0000 anywhere, lone surrogates, invalid UTF-8, more than 64 levels,
 * numbers over 64 characters or too large for a double (1e999).
 *
 * Not here: a document tree. Handlers use json-c for that.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include "buf.h"

#define QN_JSON_DEPTH_MAX 64

enum qn_json_type {
    QN_JSON_NULL,
    QN_JSON_BOOLEAN,
    QN_JSON_NUMBER,
    QN_JSON_STRING,
    QN_JSON_ARRAY,
    QN_JSON_OBJECT,
};

/* One value, blanks around it allowed. QN_EINVAL names the byte, counted from 0,
 * and the reason: "byte 17: duplicate key \"from\"". Over 2 GiB is QN_ELIMIT;
 * QN_ENOMEM is possible with more than 48 keys at a time or escapes in keys. Takes n log n time at
 * most. ret_type may be NULL. */
QN_MUST_CHECK int qn_json_check(const char *text, size_t len, enum qn_json_type *ret_type,
                                struct qn_err *reterr);

/* Walks the members of an object, or the items of an array, in a text that
 * passed the check. key and value are spans of the text: key without quotes and
 * still escaped, value without blanks around it. */
struct qn_json_walk {
    struct qn_span rest;
    bool object;
};
struct qn_json_item {
    struct qn_span key;
    struct qn_span value;
    enum qn_json_type type;
};
/* QN_EINVAL when text is neither an object nor an array. */
QN_MUST_CHECK int qn_json_walk_init(struct qn_json_walk *walk, const char *text, size_t len);
bool qn_json_walk_next(struct qn_json_walk *walk, struct qn_json_item *ret);
/* The member of that name (unescaped compare), or false. */
bool qn_json_find(const char *text, size_t len, const char *name, struct qn_json_item *ret);

/* A string value (with quotes) or a key (without), decoded and appended to out.
 * QN_EINVAL for an escape that the check refuses, or the failure of out. */
QN_MUST_CHECK int qn_json_unescape(struct qn_span escaped, struct qn_buf *out);
bool qn_json_is_integer(struct qn_span number, int64_t *ret); /* no fraction, fits 64 bit */

/* Writers: append to a buffer, which remembers failure. Any bytes make a string
 * that passes the check: what is no UTF-8, and NUL, becomes U+FFFD. */
int qn_json_add_string(struct qn_buf *out, const char *text, size_t len); /* quoted, escaped */
int qn_json_add_str(struct qn_buf *out, const char *text);
int qn_json_add_i64(struct qn_buf *out, int64_t value);
/* Begins a member: a comma unless out is empty or its last byte opens an object,
 * then "key": */
int qn_json_add_key(struct qn_buf *out, const char *key);

#endif
