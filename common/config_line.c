#include "config_line.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip(struct qn_span *span, size_t len)
{
    span->data += len;
    span->len -= len;
}

static void trim(struct qn_span *span)
{
    while (span->len > 0 && is_blank(span->data[0])) {
        skip(span, 1);
    }
    while (span->len > 0 && is_blank(span->data[span->len - 1])) {
        span->len--;
    }
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

static const char *take_name(struct qn_span *line, struct qn_span *ret)
{
    static const char export[] = "export";
    size_t len = 0;

    if (line->len > sizeof(export) && memcmp(line->data, export, sizeof(export) - 1) == 0 &&
        is_blank(line->data[sizeof(export) - 1])) {
        skip(line, sizeof(export));
        trim(line);
    }
    while (len < line->len && is_name_char(line->data[len])) {
        len++;
    }
    *ret = (struct qn_span){.data = line->data, .len = len};
    skip(line, len);
    trim(line);
    if (len == 0 || line->len == 0 || line->data[0] != '=') {
        return "expected name = value";
    }
    skip(line, 1);
    trim(line);
    return NULL;
}

/* Up to the quote that ends it. */
static const char *take_quoted(struct qn_span *rest, struct qn_buf *value)
{
    static const char from[] = "nrt\"\\$";
    static const char to[] = "\n\r\t\"\\$";
    char quote = rest->data[0];

    for (skip(rest, 1); rest->len > 0 && rest->data[0] != quote; skip(rest, 1)) {
        const char *found;

        if (quote == '\'' || rest->data[0] != '\\') {
            qn_buf_add_byte(value, rest->data[0]);
            continue;
        }
        skip(rest, 1);
        found = rest->len > 0 ? memchr(from, rest->data[0], sizeof(from) - 1) : NULL;
        if (found == NULL) {
            return "unknown escape in a quoted value";
        }
        qn_buf_add_byte(value, to[found - from]);
    }
    if (rest->len == 0) {
        return "quote without an end";
    }
    skip(rest, 1);
    trim(rest);
    return rest->len == 0 || rest->data[0] == '#' ? NULL : "text after the closing quote";
}

static void take_plain(struct qn_span rest, struct qn_buf *value)
{
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.data[i] == '#' && (i == 0 || is_blank(rest.data[i - 1]))) {
            rest.len = i;
        }
    }
    trim(&rest);
    qn_buf_add(value, rest.data, rest.len);
}

const char *qn_config_line(struct qn_span line, struct qn_span *ret_name, struct qn_buf *value)
{
    const char *wrong;

    qn_buf_reset(value);
    trim(&line);
    *ret_name = (struct qn_span){.data = line.data, .len = 0};
    if (line.len == 0 || line.data[0] == '#') {
        return NULL;
    }
    wrong = take_name(&line, ret_name);
    if (wrong != NULL) {
        return wrong;
    }
    if (line.len > 0 && (line.data[0] == '"' || line.data[0] == '\'')) {
        return take_quoted(&line, value);
    }
    take_plain(line, value);
    return NULL;
}
