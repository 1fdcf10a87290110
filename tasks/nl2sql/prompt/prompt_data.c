#include "prompt_data.h"

#include "common/utf8.h"
#include "tasks/lib/model/model_text.h"
#include <string.h>

#define NAME_MAX_ 255
#define ROOM_MAX  ((size_t)256 * 1024)

/* ---- questions ---- */

/* Shows nothing, or turns the direction of what follows. */
static bool is_unseen(const char *at, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)at;

    switch (len) {
    case 2:
        return memcmp(at, "\xd8\x9c", 2) == 0 || memcmp(at, "\xc2\xad", 2) == 0 ||
               (bytes[0] == 0xc2 && bytes[1] < 0xa0);
    case 3:
        return (memcmp(at, "\xe2\x80", 2) == 0 && ((bytes[2] >= 0x8b && bytes[2] <= 0x8f) ||
                                                   (bytes[2] >= 0xa8 && bytes[2] <= 0xae))) ||
               (memcmp(at, "\xe2\x81", 2) == 0 && bytes[2] >= 0xa0 && bytes[2] <= 0xaf) ||
               memcmp(at, "\xef\xbb\xbf", 3) == 0;
    case 4:
        return memcmp(at, "\xf3\xa0", 2) == 0; /* tags */
    default:
        return false;
    }
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
        } else if (!is_unseen(text, len)) {
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
