#include "model_export.h"

#include "common/json.h"
#include "common/utf8.h"
#include <string.h>

#define STEP 2 /* blanks a level */

static void write_node(struct qn_buf *out, const struct qn_json_item *item, int indent,
                       bool in_list);

static unsigned char byte_at(struct qn_span text, size_t i)
{
    return (unsigned char)text.data[i];
}

/* Raw characters that a reader of YAML refuses, or takes for the end of a line: DEL and C1, U+2028,
 * U+2029, U+FEFF, U+FFFE, U+FFFF. What is below blank is escaped already. 0: none. */
static unsigned special(struct qn_span text, size_t i, size_t len)
{
    unsigned a = byte_at(text, i);
    unsigned code = a;

    if (len == 1) {
        return a == 0x7f ? code : 0;
    }
    if (len == 2) {
        code = (a & 0x1fU) << 6 | (byte_at(text, i + 1) & 0x3fU);
        return code < 0xa0 ? code : 0;
    }
    if (len == 3) {
        code = (a & 0x0fU) << 12 | (byte_at(text, i + 1) & 0x3fU) << 6 |
               (byte_at(text, i + 2) & 0x3fU);
    }
    return code == 0x2028 || code == 0x2029 || code == 0xfeff || code >= 0xfffe ? code : 0;
}

/* A text of JSON is one of YAML but for these. */
static void write_text(struct qn_buf *out, struct qn_span text)
{
    for (size_t i = 0; i < text.len;) {
        size_t len = qn_utf8_char(text.data + i, text.len - i);
        unsigned code;

        len = len > 0 ? len : 1;
        code = len < 4 ? special(text, i, len) : 0;
        if (code != 0) {
            qn_buf_printf(out, "\\u%04x", code);
        } else {
            qn_buf_add(out, text.data + i, len);
        }
        i += len;
    }
}

static void write_key(struct qn_buf *out, struct qn_span key)
{
    bool plain = key.len > 1; /* y, n */

    for (size_t i = 0; plain && i < key.len; i++) {
        plain = (key.data[i] >= 'a' && key.data[i] <= 'z') || (i > 0 && key.data[i] == '_');
    }
    plain = plain && !qn_span_is(key, "null") && !qn_span_is(key, "true") &&
            !qn_span_is(key, "false") && !qn_span_is(key, "yes") && !qn_span_is(key, "off") &&
            !qn_span_is(key, "no") && !qn_span_is(key, "on");
    qn_buf_add_str(out, plain ? "" : "\"");
    write_text(out, key);
    qn_buf_add_str(out, plain ? ":" : "\":");
}

static bool is_nested(const struct qn_json_item *item)
{
    return item->type == QN_JSON_ARRAY || item->type == QN_JSON_OBJECT;
}

static bool begin(struct qn_json_walk *walk, const struct qn_json_item *item)
{
    return qn_json_walk_init(walk, item->value.data, item->value.len) == QN_OK;
}

/* Nothing in it, or only plain values: on one line. */
static bool is_short(const struct qn_json_item *item)
{
    struct qn_json_walk walk;
    struct qn_json_item inner;
    size_t n = 0;

    if (!begin(&walk, item)) {
        return true;
    }
    while (qn_json_walk_next(&walk, &inner)) {
        if (is_nested(&inner)) {
            return false;
        }
        n++;
    }
    return n == 0 || item->type == QN_JSON_ARRAY;
}

static void write_short(struct qn_buf *out, const struct qn_json_item *item)
{
    struct qn_json_walk walk;
    struct qn_json_item inner;
    const char *between = "";

    if (item->type == QN_JSON_OBJECT || !begin(&walk, item)) {
        qn_buf_add_str(out, "{}");
        return;
    }
    qn_buf_add_byte(out, '[');
    while (qn_json_walk_next(&walk, &inner)) {
        qn_buf_add_str(out, between);
        write_text(out, inner.value);
        between = ", ";
    }
    qn_buf_add_byte(out, ']');
}

static void begin_line(struct qn_buf *out, int indent)
{
    qn_buf_printf(out, "\n%*s", indent, "");
}

static void write_members(struct qn_buf *out, const struct qn_json_item *item, int indent,
                          bool in_list)
{
    struct qn_json_walk walk;
    struct qn_json_item member;
    bool first = in_list; /* behind "- " */

    if (!begin(&walk, item)) {
        return;
    }
    while (qn_json_walk_next(&walk, &member)) {
        if (!first) {
            begin_line(out, indent);
        }
        first = false;
        write_key(out, member.key);
        write_node(out, &member, indent, false);
    }
}

static void write_items(struct qn_buf *out, const struct qn_json_item *item, int indent)
{
    struct qn_json_walk walk;
    struct qn_json_item inner;

    if (!begin(&walk, item)) {
        return;
    }
    while (qn_json_walk_next(&walk, &inner)) {
        begin_line(out, indent);
        qn_buf_add_str(out, "-");
        write_node(out, &inner, indent, true);
    }
}

/* Behind "key:" or "-", which stand at indent. */
static void write_node(struct qn_buf *out, const struct qn_json_item *item, int indent,
                       bool in_list)
{
    if (!is_nested(item)) {
        qn_buf_add_byte(out, ' ');
        write_text(out, item->value);
    } else if (is_short(item)) {
        qn_buf_add_byte(out, ' ');
        write_short(out, item);
    } else if (item->type == QN_JSON_ARRAY) {
        write_items(out, item, indent + STEP);
    } else {
        qn_buf_add_str(out, in_list ? " " : "");
        write_members(out, item, indent + STEP, in_list);
    }
}

int qn_model_to_yaml(const struct qn_model *model, struct qn_buf *out)
{
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, QN_MODEL_BYTES_MAX);
    rc = qn_model_to_json(model, &json);
    if (rc == QN_OK) {
        struct qn_json_item whole = {.value = {json.data, json.len}, .type = QN_JSON_OBJECT};

        qn_buf_add_str(out, "---");
        write_members(out, &whole, 0, false);
        qn_buf_add_byte(out, '\n');
        rc = qn_buf_status(out);
    }
    qn_buf_release(&json);
    return rc;
}
