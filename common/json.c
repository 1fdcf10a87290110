#include "json.h"

#include "utf8.h"
#include <string.h>

/* The letter after the backslash, 0 for none. */
static char short_escape(char c)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *found = memchr(from, c, sizeof(from) - 1);

    return found != NULL ? to[found - from] : '\0';
}

static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* One character that is not plain. Returns how many bytes it had. */
static size_t add_special(struct qn_buf *out, const char *text, size_t len)
{
    size_t n = qn_utf8_char(text, len);
    char letter = short_escape(text[0]);

    if (n == 0 || text[0] == '\0') {
        qn_buf_add_str(out, "\xef\xbf\xbd");
        return 1;
    }
    if (letter != '\0') {
        char escape[2] = {'\\', letter};

        qn_buf_add(out, escape, sizeof(escape));
    } else if (n == 1) {
        qn_buf_printf(out, "\\u%04x", (unsigned)text[0]);
    } else {
        qn_buf_add(out, text, n);
    }
    return n;
}

int qn_json_add_string(struct qn_buf *out, const char *text, size_t len)
{
    size_t i = 0;

    qn_buf_add_byte(out, '"');
    while (i < len) {
        size_t start = i;

        while (i < len && is_plain(text[i])) {
            i++;
        }
        qn_buf_add(out, text + start, i - start);
        if (i < len) {
            i += add_special(out, text + i, len - i);
        }
    }
    return qn_buf_add_byte(out, '"');
}

int qn_json_add_str(struct qn_buf *out, const char *text)
{
    return qn_json_add_string(out, text, strlen(text));
}

int qn_json_add_i64(struct qn_buf *out, int64_t value)
{
    return qn_buf_printf(out, "%lld", (long long)value);
}

int qn_json_add_key(struct qn_buf *out, const char *key)
{
    if (out->len > 0 && out->data[out->len - 1] != '{') {
        qn_buf_add_byte(out, ',');
    }
    qn_json_add_str(out, key);
    return qn_buf_add_byte(out, ':');
}
