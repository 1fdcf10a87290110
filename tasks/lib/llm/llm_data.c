#include "llm_data.h"

#include "common/json.h"
#include "common/utf8.h"
#include <string.h>

/* U+00AD, U+061C, U+180E, U+200B-200F, U+202A-202E, U+2060-2069, U+FEFF, by their first bytes. */
static bool is_unseen(const char *at, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)at;

    if (len == 2) {
        return (bytes[0] == 0xc2 && bytes[1] == 0xad) || (bytes[0] == 0xd8 && bytes[1] == 0x9c);
    }
    if (len != 3) {
        return len == 4 && memcmp(at, "\xf3\xa0", 2) == 0; /* tags */
    }
    if (memcmp(at, "\xe2\x80", 2) == 0) {
        return (bytes[2] >= 0x8b && bytes[2] <= 0x8f) || (bytes[2] >= 0xa8 && bytes[2] <= 0xae);
    }
    if (memcmp(at, "\xe2\x81", 2) == 0) {
        return bytes[2] >= 0xa0 && bytes[2] <= 0xa9;
    }
    return memcmp(at, "\xef\xbb\xbf", 3) == 0 || memcmp(at, "\xe1\xa0\x8e", 3) == 0;
}

struct clean {
    char text[QN_LLM_DATA_MAX + sizeof("...")];
    size_t len;
};

static void keep_char(struct clean *clean, const char *at, size_t len)
{
    bool control = (len == 1 && ((unsigned char)*at < 0x20 || *at == 0x7f)) ||
                   (len == 2 && at[0] == '\xc2' && (unsigned char)at[1] < 0xa0);

    if (control) {
        clean->text[clean->len++] = ' ';
    } else if (!is_unseen(at, len)) {
        memcpy(clean->text + clean->len, at, len);
        clean->len += len;
    }
}

static void make_clean(struct clean *clean, struct qn_span text)
{
    size_t at = 0;
    size_t len = 1;

    while (at < text.len && len > 0) {
        len = qn_utf8_char(text.data + at, text.len - at);
        if (clean->len + len > QN_LLM_DATA_MAX) {
            memcpy(clean->text + clean->len, "...", 3);
            clean->len += 3;
            return;
        }
        if (len > 0) {
            keep_char(clean, text.data + at, len);
        }
        at += len;
    }
}

int qn_llm_add_data(struct qn_buf *out, struct qn_span text)
{
    struct clean clean = {.len = 0};
    struct qn_buf quoted;

    make_clean(&clean, text);
    qn_buf_init(&quoted, (size_t)QN_LLM_DATA_MAX * 8);
    if (qn_json_add_string(&quoted, clean.text, clean.len) != QN_OK) {
        out->status = qn_buf_status(out) != QN_OK ? out->status : quoted.status;
    }
    for (size_t i = 0; i < quoted.len; i++) {
        if (quoted.data[i] == '<') {
            qn_buf_add_str(out, "\\u003c");
        } else {
            qn_buf_add_byte(out, quoted.data[i]);
        }
    }
    qn_buf_release(&quoted);
    return qn_buf_status(out);
}
