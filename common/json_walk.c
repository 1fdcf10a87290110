#include "json.h"

#include "json_text.h"
#include "str.h"
#include <string.h>

static void skip(struct qn_span *span, size_t len)
{
    span->data += len;
    span->len -= len;
}

static void skip_blanks(struct qn_span *span)
{
    while (span->len > 0 && qn_json_is_blank(span->data[0])) {
        skip(span, 1);
    }
}

/* The length of the string at the front, with its quotes; 0 when it has no end. */
static size_t string_len(struct qn_span span)
{
    const char *end = span.data + span.len, *at = span.data + 1, *quote = NULL;

    while (at < end) {
        if (quote == NULL || quote < at) {
            quote = memchr(at, '"', (size_t)(end - at));
        }
        if (quote == NULL) {
            return 0;
        }
        const char *escape = memchr(at, '\\', (size_t)(quote - at));
        if (escape == NULL) {
            return (size_t)(quote + 1 - span.data);
        }
        at = escape + 2;
    }
    return 0;
}

/* From the opening bracket to the one that closes it. Which kind closes which
 * was checked before. */
static size_t nested_len(struct qn_span span)
{
    size_t depth = 0, i = 0;

    while (i < span.len) {
        size_t n = 1;

        switch (span.data[i]) {
        case '{':
        case '[':
            depth++;
            break;
        case '}':
        case ']':
            depth--;
            break;
        case '"':
            n = string_len((struct qn_span){.data = span.data + i, .len = span.len - i});
            break;
        default:
            break;
        }
        i += n;
        if (depth == 0 || n == 0) {
            return n > 0 ? i : 0;
        }
    }
    return 0;
}

/* A number or a word ends where something else begins. */
static size_t plain_len(struct qn_span span)
{
    size_t n = 0;

    while (n < span.len && memchr(",]} \n\r\t", span.data[n], 7) == NULL) {
        n++;
    }
    return n;
}

static bool take_value(struct qn_span *rest, struct qn_json_item *ret)
{
    size_t len;

    skip_blanks(rest);
    if (rest->len == 0) {
        return false;
    }
    ret->type = qn_json_type_of(rest->data[0]);
    switch (ret->type) {
    case QN_JSON_OBJECT:
    case QN_JSON_ARRAY:
        len = nested_len(*rest);
        break;
    case QN_JSON_STRING:
        len = string_len(*rest);
        break;
    default:
        len = plain_len(*rest);
        break;
    }
    return len > 0 && qn_span_bytes(rest, len, &ret->value);
}

static bool take_key(struct qn_span *rest, struct qn_span *ret)
{
    size_t len = rest->len > 0 && rest->data[0] == '"' ? string_len(*rest) : 0;

    if (len == 0) {
        return false;
    }
    *ret = (struct qn_span){.data = rest->data + 1, .len = len - 2};
    skip(rest, len);
    skip_blanks(rest);
    if (rest->len == 0 || rest->data[0] != ':') {
        return false;
    }
    skip(rest, 1);
    return true;
}

int qn_json_walk_init(struct qn_json_walk *walk, const char *text, size_t len)
{
    struct qn_span rest = {.data = text, .len = len};

    skip_blanks(&rest);
    if (rest.len == 0 || (rest.data[0] != '{' && rest.data[0] != '[')) {
        return QN_EINVAL;
    }
    walk->object = rest.data[0] == '{';
    skip(&rest, 1);
    walk->rest = rest;
    return QN_OK;
}

bool qn_json_walk_next(struct qn_json_walk *walk, struct qn_json_item *ret)
{
    struct qn_span *rest = &walk->rest;

    skip_blanks(rest);
    if (rest->len > 0 && rest->data[0] == ',') {
        skip(rest, 1);
        skip_blanks(rest);
    }
    if (rest->len == 0 || rest->data[0] == '}' || rest->data[0] == ']') {
        return false;
    }
    ret->key = (struct qn_span){.data = rest->data, .len = 0};
    return (!walk->object || take_key(rest, &ret->key)) && take_value(rest, ret);
}

/* Compares the decoded key, without a place to put it. */
static bool is_key(struct qn_span key, const char *name)
{
    struct qn_json_escape escape;

    while (key.len > 0 && *name != '\0') {
        if (key.data[0] == '\\') {
            qn_json_escape_read(key.data, key.len, &escape);
        } else {
            escape = (struct qn_json_escape){.read = 1, .written = 1, .bytes = {key.data[0]}};
        }
        if (escape.wrong != NULL || strncmp(name, escape.bytes, escape.written) != 0) {
            return false;
        }
        name += escape.written;
        skip(&key, escape.read);
    }
    return key.len == 0 && *name == '\0';
}

bool qn_json_find(const char *text, size_t len, const char *name, struct qn_json_item *ret)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (qn_json_walk_init(&walk, text, len) != QN_OK || !walk.object) {
        return false;
    }
    while (qn_json_walk_next(&walk, &item)) {
        if (is_key(item.key, name)) {
            *ret = item;
            return true;
        }
    }
    return false;
}

int qn_json_unescape(struct qn_span escaped, struct qn_buf *out)
{
    struct qn_json_escape escape;
    struct qn_span rest = escaped;

    if (rest.len > 0 && rest.data[0] == '"') {
        if (rest.len < 2 || rest.data[rest.len - 1] != '"') {
            return QN_EINVAL;
        }
        rest = (struct qn_span){.data = rest.data + 1, .len = rest.len - 2};
    }
    while (rest.len > 0) {
        const char *found = memchr(rest.data, '\\', rest.len);
        size_t plain = found != NULL ? (size_t)(found - rest.data) : rest.len;

        qn_buf_add(out, rest.data, plain);
        skip(&rest, plain);
        if (rest.len == 0) {
            break;
        }
        qn_json_escape_read(rest.data, rest.len, &escape);
        if (escape.wrong != NULL) {
            return QN_EINVAL;
        }
        qn_buf_add(out, escape.bytes, escape.written);
        skip(&rest, escape.read);
    }
    return qn_buf_status(out);
}

bool qn_json_is_integer(struct qn_span number, int64_t *ret)
{
    return qn_strn_to_i64(number.data, number.len, ret) == QN_OK;
}
