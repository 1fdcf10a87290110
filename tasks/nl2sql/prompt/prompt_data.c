#include "prompt_data.h"

#include "common/json.h"
#include "common/utf8.h"
#include "prompt.h"
#include "tasks/lib/model/model_text.h"
#include <string.h>

#define NAME_MAX_ 255

/* Plain texts are short, or are cut: a room of their own is enough. */
#define ROOM_MAX ((size_t)256 * 1024)

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "<x", "</x" */
static bool opens_tag(const char *at)
{
    return at[0] == '<' && (is_letter(at[1]) || at[1] == '/' || at[1] == '!');
}

void prompt_data_add(struct qn_buf *out, const char *text, size_t most)
{
    struct qn_arena arena;
    struct qn_buf json;
    const char *plain;

    qn_arena_init(&arena, ROOM_MAX);
    qn_buf_init(&json, ROOM_MAX);
    plain = qn_plain(&arena, text, most);
    qn_json_add_str(&json, plain);
    for (size_t i = 0; i < json.len; i++) {
        if (opens_tag(json.data + i)) {
            qn_buf_add_str(out, "\\u003c");
        } else {
            qn_buf_add_byte(out, json.data[i]);
        }
    }
    if (arena.status != QN_OK || qn_buf_status(&json) != QN_OK) {
        out->status = QN_ENOMEM;
    }
    qn_buf_release(&json);
    qn_arena_release(&arena);
}

void prompt_data_add_list(struct qn_buf *out, const char *const *texts, size_t n, size_t most)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "");
        prompt_data_add(out, texts[i], most);
    }
    qn_buf_add_byte(out, ']');
}

/* ---- questions ---- */

/* Bytes of a character that shows nothing, or turns the direction of what follows; a blank for
 * control characters. */
static size_t unseen_at(const char *at, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)at;

    if (bytes[0] == 0xe2 && len == 3) {
        return (bytes[1] == 0x80 && ((bytes[2] >= 0x8b && bytes[2] <= 0x8f) ||
                                     (bytes[2] >= 0xa8 && bytes[2] <= 0xae))) ||
                       (bytes[1] == 0x81 && bytes[2] >= 0xa0 && bytes[2] <= 0xaf)
                   ? 3
                   : 0;
    }
    if (len == 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
        return 3;
    }
    if (len == 2 && (memcmp(at, "\xd8\x9c", 2) == 0 || memcmp(at, "\xc2\xad", 2) == 0)) {
        return 2;
    }
    return len == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0 ? 2 : 0;
}

static char small(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Tags of the prompt, closing or not, blanks anywhere before the word. */
static bool is_tag(const char *at)
{
    static const char *const tags[] = {"question", "schema", "examples", "thread", "statement"};

    if (*at++ != '<') {
        return false;
    }
    at += strspn(at, "/ \t\r\n");
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        size_t n = 0;

        while (tags[i][n] != '\0' && small(at[n]) == tags[i][n]) {
            n++;
        }
        if (tags[i][n] == '\0') {
            return true;
        }
    }
    return false;
}

/* First what nobody sees, then the tags that are left: none can hide in the other. */
void prompt_data_add_question(struct qn_buf *out, const char *text)
{
    size_t left = strlen(text), len;
    struct qn_buf seen;

    qn_buf_init(&seen, ROOM_MAX);
    for (; left > 0; text += len, left -= len) {
        len = qn_utf8_char(text, left);
        if (len == 0) {
            qn_buf_add_str(&seen, "\xef\xbf\xbd");
            len = 1;
        } else if (len == 1 && ((unsigned char)text[0] < 0x20 || text[0] == 0x7f)) {
            qn_buf_add_byte(&seen, text[0] == '\n' ? '\n' : ' ');
        } else if (unseen_at(text, len) == 0) {
            qn_buf_add(&seen, text, len);
        }
    }
    for (size_t i = 0; i < seen.len; i++) {
        if (is_tag(seen.data + i)) {
            qn_buf_add_str(out, "&lt;");
        } else {
            qn_buf_add_byte(out, seen.data[i]);
        }
    }
    if (qn_buf_status(&seen) != QN_OK) {
        out->status = qn_buf_status(&seen);
    }
    qn_buf_release(&seen);
}

static bool is_plain(const char *name)
{
    size_t n = 0;

    while ((name[n] >= 'a' && name[n] <= 'z') || (name[n] >= '0' && name[n] <= '9') ||
           name[n] == '_') {
        n++;
    }
    return n > 0 && n <= NAME_MAX_ && name[n] == '\0';
}

bool prompt_data_is_name(const char *name)
{
    struct qn_arena arena;
    bool same;

    if (is_plain(name)) {
        return true;
    }
    if (name[0] == '\0' || strlen(name) > NAME_MAX_ || strpbrk(name, "<`") != NULL) {
        return false;
    }
    qn_arena_init(&arena, (size_t)16 * NAME_MAX_);
    same = strcmp(qn_plain(&arena, name, NAME_MAX_), name) == 0;
    qn_arena_release(&arena);
    return same;
}
