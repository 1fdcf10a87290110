#include "encode.h"

#include "common/str.h"
#include <string.h>

#define WORD_BYTES 39 /* of text in an encoded word: 64 bytes, so that a header has 76 */
#define PLAIN_MAX  60 /* bytes of text that needs no folding */
#define LINE_MAX   76

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_base64(struct qn_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = 0;

        for (size_t k = 0; k < 3; k++) {
            three = three << 8 | (i + k < len ? (unsigned char)text[i + k] : 0U);
        }
        for (size_t k = 0; k < 4; k++) {
            char digit = base64_digits[three >> (18 - 6 * k) & 63];

            qn_buf_add_byte(out, i + k <= len ? digit : '=');
        }
    }
}

/* Words that mean nothing but themselves, in a name as in a subject. */
static bool is_plain(const char *text, size_t len)
{
    static const char taken[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '-";

    return len <= PLAIN_MAX && strspn(text, taken) == len && (len == 0 || text[0] != ' ') &&
           (len == 0 || text[len - 1] != ' ');
}

void mail_encode_words(struct qn_buf *out, const char *text)
{
    size_t len = strlen(text);

    if (is_plain(text, len)) {
        qn_buf_add(out, text, len);
        return;
    }
    for (size_t at = 0, n; at < len; at += n) {
        n = qn_utf8_cut(text + at, len - at, WORD_BYTES);
        if (at > 0) {
            qn_buf_add_str(out, "\r\n ");
        }
        qn_buf_add_str(out, "=?UTF-8?B?");
        add_base64(out, text + at, n);
        qn_buf_add_str(out, "?=");
    }
}

/* ---- bodies ---- */

struct line {
    struct qn_buf *out;
    size_t used;
};

static void add_piece(struct line *line, const char *piece, size_t len)
{
    if (line->used + len >= LINE_MAX) { /* one is for the mark that the line goes on */
        qn_buf_add_str(line->out, "=\r\n");
        line->used = 0;
    }
    qn_buf_add(line->out, piece, len);
    line->used += len;
}

/* last: a line end is behind it, before which a blank would be lost. */
static void add_byte(struct line *line, unsigned char byte, bool last)
{
    static const char hex[] = "0123456789ABCDEF";
    const char coded[] = {'=', hex[byte >> 4], hex[byte & 15]};
    bool blank = byte == ' ' || byte == '\t';
    bool plain = (byte > ' ' && byte <= '~' && byte != '=') || (blank && !last);

    /* The mark of a line that goes on may come before this one: so any dot is coded. */
    if (plain && byte != '.') {
        add_piece(line, (const char *)&byte, 1);
    } else if (byte == '.' && line->used > 0 && line->used + 1 < LINE_MAX) {
        add_piece(line, ".", 1);
    } else {
        add_piece(line, coded, sizeof(coded));
    }
}

void mail_encode_body(struct qn_buf *out, const char *text, size_t len)
{
    struct line line = {out, 0};

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n') {
            qn_buf_add_str(out, "\r\n");
            line.used = 0;
        } else {
            add_byte(&line, (unsigned char)text[i], i + 1 == len || text[i + 1] == '\n');
        }
    }
    if (line.used > 0) {
        qn_buf_add_str(out, "\r\n");
    }
}
