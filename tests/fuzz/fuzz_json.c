/* fuzz_json.c - the check, the walker, unescape and the writers, against each other. */
#include "fuzz.h"

#include "common/json.h"
#include "common/str.h"
#include <string.h>

#define TEXT_MAX  4096 /* some properties take quadratic time */
#define BUF_BYTES (TEXT_MAX * 8)

static bool accepts(const char *text, size_t len, enum qn_json_type *ret_type)
{
    return qn_json_check(text, len, ret_type, NULL) == QN_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static struct qn_span trimmed(struct qn_span text)
{
    while (is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (is_blank(text.data[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* Whether more is left than the closing bracket. */
static bool has_content(struct qn_span rest)
{
    rest = trimmed(rest);
    return rest.len != 1 || (rest.data[0] != '}' && rest.data[0] != ']');
}

/* Decoding and encoding a checked string again gives the same content. */
static void require_string(struct qn_span escaped, struct qn_buf *ret_decoded)
{
    struct qn_buf written, again;

    qn_buf_init(&written, BUF_BYTES);
    qn_buf_init(&again, BUF_BYTES);
    FUZZ_REQUIRE(qn_json_unescape(escaped, ret_decoded) == QN_OK);
    FUZZ_REQUIRE(qn_utf8_valid(ret_decoded->data, ret_decoded->len));
    FUZZ_REQUIRE(memchr(ret_decoded->data, '\0', ret_decoded->len) == NULL);
    FUZZ_REQUIRE(qn_json_add_string(&written, ret_decoded->data, ret_decoded->len) == QN_OK);
    FUZZ_REQUIRE(accepts(written.data, written.len, NULL));
    FUZZ_REQUIRE(qn_json_unescape((struct qn_span){written.data, written.len}, &again) == QN_OK);
    FUZZ_REQUIRE(again.len == ret_decoded->len &&
                 memcmp(again.data, ret_decoded->data, again.len) == 0);
    qn_buf_release(&written);
    qn_buf_release(&again);
}

/* A member is found by its decoded name, and may not be there twice. */
static void require_member(const char *text, size_t len, const struct qn_json_item *item)
{
    const char *open = memchr(text, '{', len);
    struct qn_json_item found;
    struct qn_buf name, twice;

    qn_buf_init(&name, BUF_BYTES);
    qn_buf_init(&twice, BUF_BYTES);
    require_string(item->key, &name);
    FUZZ_REQUIRE(qn_json_find(text, len, name.data, &found));
    FUZZ_REQUIRE(found.value.data == item->value.data && found.value.len == item->value.len);

    qn_buf_add_str(&twice, "{");
    qn_json_add_key(&twice, name.data);
    qn_buf_add_str(&twice, "null,");
    qn_buf_add(&twice, open + 1, (size_t)(text + len - open - 1));
    FUZZ_REQUIRE(qn_buf_status(&twice) == QN_OK && !accepts(twice.data, twice.len, NULL));
    qn_buf_release(&name);
    qn_buf_release(&twice);
}

static void require_value(struct qn_span text, enum qn_json_type type);

static void require_items(struct qn_span text, bool object)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    FUZZ_REQUIRE(qn_json_walk_init(&walk, text.data, text.len) == QN_OK);
    FUZZ_REQUIRE(walk.object == object);
    while (qn_json_walk_next(&walk, &item)) {
        if (object) {
            require_member(text.data, text.len, &item);
        }
        require_value(item.value, item.type);
    }
    FUZZ_REQUIRE(!has_content(walk.rest));
}

static void require_value(struct qn_span text, enum qn_json_type type)
{
    enum qn_json_type checked;
    struct qn_buf decoded;
    int64_t number;

    FUZZ_REQUIRE(accepts(text.data, text.len, &checked) && checked == type);
    switch (type) {
    case QN_JSON_OBJECT:
    case QN_JSON_ARRAY:
        FUZZ_REQUIRE(!accepts(text.data, text.len - 1, NULL));
        require_items(text, type == QN_JSON_OBJECT);
        break;
    case QN_JSON_STRING:
        FUZZ_REQUIRE(!accepts(text.data, text.len - 1, NULL));
        qn_buf_init(&decoded, BUF_BYTES);
        require_string(text, &decoded);
        qn_buf_release(&decoded);
        break;
    case QN_JSON_NUMBER:
        if (qn_json_is_integer(text, &number)) {
            FUZZ_REQUIRE(memchr(text.data, '.', text.len) == NULL && text.len <= 20);
        }
        break;
    default:
        FUZZ_REQUIRE(text.len == 4 || text.len == 5);
        break;
    }
}

/* Refusals say where, in text that may be shown. */
static void require_refusal(const struct qn_err *err, size_t len)
{
    size_t at;

    FUZZ_REQUIRE(err->code == QN_EINVAL);
    FUZZ_REQUIRE(sscanf(err->msg, "byte %zu: ", &at) == 1 && at <= len);
    FUZZ_REQUIRE(qn_utf8_valid(err->msg, strlen(err->msg)));
}

/* Any bytes make a string that is JSON. */
static void require_writer(const char *text, size_t len)
{
    struct qn_buf written, decoded;
    enum qn_json_type type;

    qn_buf_init(&written, BUF_BYTES);
    qn_buf_init(&decoded, BUF_BYTES);
    FUZZ_REQUIRE(qn_json_add_string(&written, text, len) == QN_OK);
    FUZZ_REQUIRE(accepts(written.data, written.len, &type) && type == QN_JSON_STRING);
    require_string((struct qn_span){written.data, written.len}, &decoded);
    if (qn_utf8_valid(text, len) && (len == 0 || memchr(text, '\0', len) == NULL)) {
        FUZZ_REQUIRE(decoded.len == len && memcmp(decoded.data, text, len) == 0);
    }
    qn_buf_release(&written);
    qn_buf_release(&decoded);
}

/* What was not checked may give anything, but stays within its bytes and ends. */
static void walk_unchecked(const char *text, size_t len)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_buf decoded;
    size_t n = 0;

    qn_buf_init(&decoded, BUF_BYTES);
    if (qn_json_walk_init(&walk, text, len) == QN_OK) {
        while (qn_json_walk_next(&walk, &item)) {
            n++;
        }
    }
    FUZZ_REQUIRE(n <= len);
    if (qn_json_unescape((struct qn_span){text, len}, &decoded) == QN_OK) {
        FUZZ_REQUIRE(decoded.len <= len);
    }
    qn_buf_release(&decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct qn_err err = {0};
    enum qn_json_type type;

    if (size == 0 || size > TEXT_MAX) {
        return 0;
    }
    require_writer(text, size);
    walk_unchecked(text, size);
    if (qn_json_check(text, size, &type, &err) != QN_OK) {
        require_refusal(&err, size);
        return 0;
    }
    FUZZ_REQUIRE(qn_utf8_valid(text, size));
    require_value(trimmed((struct qn_span){.data = text, .len = size}), type);
    return 0;
}
