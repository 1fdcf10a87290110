#include "svg_text.h"

#include "common/utf8.h"
#include "html.h"
#include <string.h>

/* Bytes of the character, at least 1. */
static size_t step(const char *text, size_t len)
{
    size_t n = qn_utf8_char(text, len);

    return n > 0 ? n : 1;
}

static size_t columns_of(const char *text, size_t bytes)
{
    return bytes >= 3 && (unsigned char)text[0] >= 0xe1 ? 2 : 1;
}

size_t qn_svg_columns(const char *text, size_t len)
{
    size_t columns = 0, n;

    for (size_t i = 0; i < len; i += n) {
        n = step(text + i, len - i);
        columns += columns_of(text + i, n);
    }
    return columns;
}

void qn_svg_label(struct qn_buf *out, const char *text, size_t columns)
{
    size_t len = strlen(text), used = 0, i = 0, keep = 0;

    while (i < len && used <= columns) {
        size_t n = step(text + i, len - i);

        used += columns_of(text + i, n);
        if (used < columns) {
            keep = i + n;
        }
        i += n;
    }
    if (used <= columns && i == len) {
        qn_html_str(out, text);
    } else {
        qn_html_text(out, text, keep);
        qn_buf_add_str(out, "\xe2\x80\xa6");
    }
}
