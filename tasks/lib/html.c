#include "html.h"

#include "common/utf8.h"
#include <stdarg.h>
#include <string.h>

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* U+0080 to U+009F are controls too. */
static bool is_control(const char *text, size_t len)
{
    unsigned char c = (unsigned char)text[0];

    if (len == 2) {
        return c == 0xc2 && (unsigned char)text[1] < 0xa0;
    }
    return len == 1 && (c == 0x7f || (c < ' ' && c != '\n' && c != '\t'));
}

int qn_html_text(struct qn_buf *out, const char *text, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t n = qn_utf8_char(text + i, len - i);
        const char *entity = entity_of(text[i]);

        if (n == 0 || is_control(text + i, n)) {
            qn_buf_add_str(out, "\xef\xbf\xbd");
        } else if (entity != NULL) {
            qn_buf_add_str(out, entity);
        } else {
            qn_buf_add(out, text + i, n);
        }
        i += n > 0 ? n : 1;
    }
    return qn_buf_status(out);
}

int qn_html_str(struct qn_buf *out, const char *text)
{
    return qn_html_text(out, text, strlen(text));
}

static bool takes(const char **fmt, const char *spec)
{
    size_t len = strlen(spec);

    if (strncmp(*fmt, spec, len) != 0) {
        return false;
    }
    *fmt += len;
    return true;
}

int qn_html_printf(struct qn_buf *out, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    while (*fmt != '\0') {
        size_t plain = strcspn(fmt, "%");

        qn_buf_add(out, fmt, plain);
        fmt += plain;
        if (*fmt == '\0') {
            break;
        }
        if (takes(&fmt, "%s")) {
            qn_html_str(out, va_arg(args, const char *));
        } else if (takes(&fmt, "%d")) {
            qn_buf_printf(out, "%d", va_arg(args, int));
        } else if (takes(&fmt, "%zu")) {
            qn_buf_printf(out, "%zu", va_arg(args, size_t));
        } else if (takes(&fmt, "%.1f")) {
            qn_buf_printf(out, "%.1f", va_arg(args, double));
        } else if (takes(&fmt, "%%")) {
            qn_buf_add_byte(out, '%');
        } else {
            out->status = out->status != QN_OK ? out->status : QN_EINVAL;
            break;
        }
    }
    va_end(args);
    return qn_buf_status(out);
}
