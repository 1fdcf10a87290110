#include "json_text.h"

#include <string.h>

#define UNIT_DIGITS 4
#define UNIT_CHARS  (2 + UNIT_DIGITS) /* \uXXXX */

bool qn_json_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

enum qn_json_type qn_json_type_of(char first)
{
    switch (first) {
    case '{':
        return QN_JSON_OBJECT;
    case '[':
        return QN_JSON_ARRAY;
    case '"':
        return QN_JSON_STRING;
    case 't':
    case 'f':
        return QN_JSON_BOOLEAN;
    case 'n':
        return QN_JSON_NULL;
    default:
        return QN_JSON_NUMBER;
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A UTF-16 unit, \uXXXX, or -1. */
static int32_t read_unit(const char *text, size_t len)
{
    int32_t unit = 0;

    if (len < UNIT_CHARS || text[0] != '\\' || text[1] != 'u') {
        return -1;
    }
    for (size_t i = 2; i < UNIT_CHARS; i++) {
        int digit = hex_value(text[i]);

        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

static size_t encode(int32_t point, char out[QN_JSON_CHAR_MAX])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

/* One \uXXXX, or two that make a pair. */
static void read_units(const char *text, size_t len, struct qn_json_escape *ret)
{
    int32_t high = read_unit(text, len);
    int32_t low;

    ret->read = UNIT_CHARS;
    if (high <= 0) {
        ret->wrong = high < 0 ? "\\u needs four hexadecimal digits" : "\\u0000 is not allowed";
        return;
    }
    if (high < 0xd800 || high > 0xdfff) {
        ret->written = encode(high, ret->bytes);
        return;
    }
    low = read_unit(text + UNIT_CHARS, len - UNIT_CHARS);
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) {
        ret->wrong = "lone surrogate";
        return;
    }
    ret->read = (size_t)2 * UNIT_CHARS;
    ret->written = encode(0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff)), ret->bytes);
}

void qn_json_escape_read(const char *text, size_t len, struct qn_json_escape *ret)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    const char *found;

    ret->wrong = NULL;
    ret->written = 0;
    if (len >= 2 && text[1] == 'u') {
        read_units(text, len, ret);
        return;
    }
    found = len >= 2 ? memchr(from, text[1], sizeof(from) - 1) : NULL;
    if (found == NULL) {
        ret->wrong = "unknown escape";
        return;
    }
    ret->read = 2;
    ret->written = 1;
    ret->bytes[0] = to[found - from];
}
