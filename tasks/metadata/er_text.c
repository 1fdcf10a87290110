#include "er_text.h"

#include "common/utf8.h"
#include "tasks/lib/html.h"
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

/* The character at the front, and its bytes; what is no UTF-8 counts as one wide character. */
static unsigned decode(const char *text, size_t len, size_t *ret_bytes)
{
    const unsigned char *c = (const unsigned char *)text;

    *ret_bytes = qn_utf8_char(text, len);
    switch (*ret_bytes) {
    case 1:
        return c[0];
    case 2:
        return (c[0] & 0x1fU) << 6 | (c[1] & 0x3fU);
    case 3:
        return (c[0] & 0x0fU) << 12 | (c[1] & 0x3fU) << 6 | (c[2] & 0x3fU);
    case 4:
        return (c[0] & 0x07U) << 18 | (c[1] & 0x3fU) << 12 | (c[2] & 0x3fU) << 6 | (c[3] & 0x3fU);
    default:
        *ret_bytes = 1;
        return 0xfffd;
    }
}

static bool is_wide(unsigned c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) || c == 0xfffd ||
           (c >= 0x1b000 && c <= 0x1b2ff) || (c >= 0x20000 && c <= 0x3ffff);
}

static bool combines(unsigned c)
{
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

/* In parts of the font's size. */
static double width_of(unsigned c)
{
    if (c < 0x80) {
        if (strchr("iljftr.,:;'|!()[]{} ", (int)c) != NULL) {
            return 0.40;
        }
        if (strchr("mwMW@%", (int)c) != NULL) {
            return 0.94;
        }
        return c >= 'A' && c <= 'Z' ? 0.70 : 0.61;
    }
    if (combines(c)) {
        return 0;
    }
    if (c >= 0x1f000 && c <= 0x1faff) {
        return 1.3;
    }
    return is_wide(c) ? 1.02 : 0.66;
}

double er_text_width(const char *text, double font_size)
{
    size_t len = strlen(text), bytes = 0;
    double width = 0;

    for (size_t i = 0; i < len; i += bytes) {
        width += width_of(decode(text + i, len - i, &bytes));
    }
    return width * font_size;
}

void er_text_add(struct qn_buf *out, const char *text, double font_size, double room)
{
    size_t len = strlen(text), bytes = 0, fits = 0;
    double width = 0, ellipsis = font_size;

    for (size_t i = 0; i < len && width <= room; i += bytes) {
        width += font_size * width_of(decode(text + i, len - i, &bytes));
        fits = width + ellipsis <= room ? i + bytes : fits;
    }
    if (width <= room) {
        qn_html_text(out, text, len);
    } else {
        qn_html_text(out, text, fits);
        qn_buf_add_str(out, ELLIPSIS);
    }
}

void er_text_type(const char *type, char *out, size_t size)
{
    static const struct {
        const char *begin, *end, *text;
    } names[] = {{"character varying", "", "varchar"},
                 {"character", "", "char"},
                 {"timestamp", " with time zone", "timestamptz"},
                 {"timestamp", " without time zone", "timestamp"},
                 {"time", " with time zone", "timetz"},
                 {"time", " without time zone", "time"},
                 {"double precision", "", "double"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t begin = strlen(names[i].begin), end = strlen(names[i].end), len = strlen(type);
        const char *middle = type + begin;
        bool starts = strncmp(type, names[i].begin, begin) == 0 && len >= begin + end &&
                      strcmp(type + len - end, names[i].end) == 0;

        if (starts && (*middle == '\0' || strchr("( [", *middle) != NULL)) {
            snprintf(out, size, "%s%.*s", names[i].text, (int)(len - begin - end), middle);
            return;
        }
    }
    snprintf(out, size, "%s", type);
}
