#include "json.h"

#include "json_keys.h"
#include "json_text.h"
#include "str.h"
#include "utf8.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX    64
#define KEY_SHOWN_MAX 48 /* bytes of a key in an error's text */

struct check {
    const char *start;
    const char *at;
    const char *end;
    int depth;
    struct qn_json_keys keys;
    struct qn_err *err;
};

static int check_value(struct check *check, enum qn_json_type *ret_type);

static int fail_at(struct check *check, const char *at, const char *reason)
{
    return qn_fail(check->err, QN_EINVAL, "byte %zu: %s", (size_t)(at - check->start), reason);
}

static int fail_expected(struct check *check, const char *what)
{
    return qn_fail(check->err, QN_EINVAL, "byte %zu: expected %s%s",
                   (size_t)(check->at - check->start), what,
                   check->at == check->end ? ", found the end" : "");
}

/* place is behind the key's quote; what is shown is still escaped. */
static int fail_key(struct check *check, size_t place)
{
    const char *text = check->start + place;
    size_t len = 0, shown;

    while (text[len] != '"') {
        len += text[len] == '\\' ? 2 : 1;
    }
    shown = qn_utf8_cut(text, len, KEY_SHOWN_MAX);
    return qn_fail(check->err, QN_EINVAL, "byte %zu: duplicate key \"%.*s\"%s", place - 1,
                   (int)shown, text, shown < len ? "..." : "");
}

static void skip_blanks(struct check *check)
{
    while (check->at < check->end && qn_json_is_blank(*check->at)) {
        check->at++;
    }
}

static bool is_next(const struct check *check, char c)
{
    return check->at < check->end && *check->at == c;
}

/* Characters that need no look: all ASCII but controls, quote and backslash. */
static bool is_plain(char byte)
{
    signed char c = (signed char)byte;

    return c >= 0x20 && c != '"' && c != '\\';
}

/* The same for eight at a time. A byte below n, or equal to one that is taken out
 * by xor, borrows into its highest bit; so may the one above it, which only means
 * to look at them one by one. */
static bool are_plain(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t bytes, borrows;

    memcpy(&bytes, at, sizeof(bytes));
    borrows = bytes | (bytes - ones * 0x20) | ((bytes ^ ones * '"') - ones) |
              ((bytes ^ ones * '\\') - ones);
    return (borrows & ones << 7) == 0;
}

static void skip_plain(struct check *check)
{
    while (check->end - check->at >= 8 && are_plain(check->at)) {
        check->at += 8;
    }
    while (check->at < check->end && is_plain(*check->at)) {
        check->at++;
    }
}

/* One character that is not plain, inside a string. */
static int check_special(struct check *check)
{
    struct qn_json_escape escape;
    size_t left = (size_t)(check->end - check->at);
    size_t n;

    if (*check->at == '\\') {
        qn_json_escape_read(check->at, left, &escape);
        if (escape.wrong != NULL) {
            return fail_at(check, check->at, escape.wrong);
        }
        check->at += escape.read;
        return QN_OK;
    }
    if ((unsigned char)*check->at < 0x20) {
        return fail_at(check, check->at, "control character in a string");
    }
    n = qn_utf8_char(check->at, left);
    if (n == 0) {
        return fail_at(check, check->at, "invalid UTF-8");
    }
    check->at += n;
    return QN_OK;
}

/* From the quote on. *ret_escaped tells whether the string holds an escape. */
static int check_string(struct check *check, bool *ret_escaped)
{
    const char *start = check->at++;

    *ret_escaped = false;
    for (;;) {
        int rc;

        skip_plain(check);
        if (check->at == check->end) {
            return fail_at(check, start, "string without an end");
        }
        if (*check->at == '"') {
            check->at++;
            return QN_OK;
        }
        *ret_escaped |= *check->at == '\\';
        rc = check_special(check);
        if (rc != QN_OK) {
            return rc;
        }
    }
}

static bool skip_digits(struct check *check)
{
    const char *start = check->at;

    while (check->at < check->end && *check->at >= '0' && *check->at <= '9') {
        check->at++;
    }
    return check->at > start;
}

/* Only an exponent of three digits can be too large for a double. */
static bool is_finite(const char *number, size_t len)
{
    char copy[NUMBER_MAX + 1];

    memcpy(copy, number, len);
    copy[len] = '\0';
    return isfinite(strtod(copy, NULL));
}

static int check_exponent(struct check *check, const char *number)
{
    const char *digits;

    check->at++;
    if (is_next(check, '+') || is_next(check, '-')) {
        check->at++;
    }
    digits = check->at;
    if (!skip_digits(check)) {
        return fail_expected(check, "a digit");
    }
    if (check->at - digits > 2 && check->at - number <= NUMBER_MAX &&
        !is_finite(number, (size_t)(check->at - number))) {
        return fail_at(check, number, "number too large");
    }
    return QN_OK;
}

static int check_number(struct check *check)
{
    const char *start = check->at;
    int rc = QN_OK;

    if (is_next(check, '-')) {
        check->at++;
    }
    if (is_next(check, '0')) {
        check->at++;
    } else if (!skip_digits(check)) {
        return fail_expected(check, "a digit");
    }
    if (is_next(check, '.')) {
        check->at++;
        if (!skip_digits(check)) {
            return fail_expected(check, "a digit");
        }
    }
    if (is_next(check, 'e') || is_next(check, 'E')) {
        rc = check_exponent(check, start);
    }
    if (rc == QN_OK && check->at - start > NUMBER_MAX) {
        return fail_at(check, start, "number over 64 characters");
    }
    return rc;
}

static int check_word(struct check *check, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(check->end - check->at) < len || memcmp(check->at, word, len) != 0) {
        return fail_expected(check, "a value");
    }
    check->at += len;
    return QN_OK;
}

/* From the key's quote to the colon and past it. */
static int check_key(struct check *check, size_t mark)
{
    struct qn_span key = {.data = check->at + 1};
    bool escaped;
    int rc;

    if (!is_next(check, '"')) {
        return fail_expected(check, "a key");
    }
    rc = check_string(check, &escaped);
    if (rc != QN_OK) {
        return rc;
    }
    key.len = (size_t)(check->at - key.data) - 1;
    rc = qn_json_keys_add(&check->keys, mark, key, escaped);
    if (rc == QN_EEXISTS) {
        return fail_key(check, (size_t)(key.data - check->start));
    }
    if (rc != QN_OK) {
        return qn_fail(check->err, rc, "out of memory");
    }
    skip_blanks(check);
    if (!is_next(check, ':')) {
        return fail_expected(check, "':'");
    }
    check->at++;
    return QN_OK;
}

/* After a member or an item: more when a comma follows, else past the end. */
static int check_more(struct check *check, char closing, bool *ret_more)
{
    skip_blanks(check);
    *ret_more = is_next(check, ',');
    if (!*ret_more && !is_next(check, closing)) {
        return fail_expected(check, closing == '}' ? "',' or '}'" : "',' or ']'");
    }
    check->at++;
    if (*ret_more) {
        skip_blanks(check);
    }
    return QN_OK;
}

/* Past the opening bracket, and past the closing one where nothing is between. */
static bool enter(struct check *check, char closing)
{
    check->at++;
    skip_blanks(check);
    if (is_next(check, closing)) {
        check->at++;
        return false;
    }
    return true;
}

static int check_object(struct check *check)
{
    size_t mark = check->keys.n;
    size_t twice;
    bool more = enter(check, '}');
    int rc = QN_OK;

    while (rc == QN_OK && more) {
        rc = check_key(check, mark);
        if (rc == QN_OK) {
            rc = check_value(check, NULL);
        }
        if (rc == QN_OK) {
            rc = check_more(check, '}', &more);
        }
    }
    if (rc == QN_OK && qn_json_keys_end(&check->keys, mark, &twice) == QN_EEXISTS) {
        rc = fail_key(check, twice);
    }
    return rc;
}

static int check_array(struct check *check)
{
    bool more = enter(check, ']');
    int rc = QN_OK;

    while (rc == QN_OK && more) {
        rc = check_value(check, NULL);
        if (rc == QN_OK) {
            rc = check_more(check, ']', &more);
        }
    }
    return rc;
}

static int check_nested(struct check *check, enum qn_json_type type)
{
    int rc;

    if (check->depth == QN_JSON_DEPTH_MAX) {
        return fail_at(check, check->at, "more than 64 levels");
    }
    check->depth++;
    rc = type == QN_JSON_OBJECT ? check_object(check) : check_array(check);
    check->depth--;
    return rc;
}

static int check_value(struct check *check, enum qn_json_type *ret_type)
{
    enum qn_json_type type;
    bool escaped;

    skip_blanks(check);
    if (check->at == check->end) {
        return fail_expected(check, "a value");
    }
    type = qn_json_type_of(*check->at);
    if (ret_type != NULL) {
        *ret_type = type;
    }
    switch (type) {
    case QN_JSON_OBJECT:
    case QN_JSON_ARRAY:
        return check_nested(check, type);
    case QN_JSON_STRING:
        return check_string(check, &escaped);
    case QN_JSON_NULL:
        return check_word(check, "null");
    case QN_JSON_BOOLEAN:
        return check_word(check, *check->at == 't' ? "true" : "false");
    case QN_JSON_NUMBER:
    default:
        return *check->at == '-' || (*check->at >= '0' && *check->at <= '9')
                   ? check_number(check)
                   : fail_expected(check, "a value");
    }
}

static int check_text(struct check *check, enum qn_json_type *ret_type)
{
    int rc = check_value(check, ret_type);

    if (rc != QN_OK) {
        return rc;
    }
    skip_blanks(check);
    return check->at == check->end ? QN_OK : fail_at(check, check->at, "text after the value");
}

int qn_json_check(const char *text, size_t len, enum qn_json_type *ret_type, struct qn_err *reterr)
{
    struct check check;
    enum qn_json_type type;
    int rc;

    if (len > INT32_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "JSON of more than 2 GiB");
    }
    check.start = check.at = text;
    check.end = text + len;
    check.depth = 0;
    check.err = reterr;
    qn_json_keys_init(&check.keys, text);
    rc = check_text(&check, &type);
    qn_json_keys_release(&check.keys);
    if (rc == QN_OK && ret_type != NULL) {
        *ret_type = type;
    }
    return rc;
}
