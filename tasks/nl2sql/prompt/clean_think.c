#include "clean_parts.h"

#include <string.h>

struct tag {
    size_t len; /* 0: there is none here */
    bool closing;
};

/* <think>, </think>, <thinking>, </thinking>, in any case. */
static struct tag tag_at(struct qn_span text)
{
    struct tag tag = {0, text.len > 1 && text.data[1] == '/'};
    const size_t before = tag.closing ? 2 : 1;
    struct qn_span word;

    if (text.len <= before || text.data[0] != '<') {
        return tag;
    }
    word = clean_word((struct qn_span){text.data + before, text.len - before});
    if (clean_word_in(word, "think thinking") && before + word.len < text.len &&
        word.data[word.len] == '>') {
        tag.len = before + word.len + 1;
    }
    return tag;
}

static bool begins_line(struct qn_span text, size_t at)
{
    while (at > 0 && (text.data[at - 1] == ' ' || text.data[at - 1] == '\t')) {
        at--;
    }
    return at == 0 || text.data[at - 1] == '\n';
}

struct qn_span clean_without_thoughts(struct qn_span text, struct qn_arena *arena, bool *ret_open)
{
    struct qn_span left = {qn_arena_alloc(arena, text.len + 1, 1), 0};
    char *out = (char *)(uintptr_t)left.data;
    const size_t none = (size_t)-1;
    size_t open = none, begin = 0; /* of the thought, in out; in the text */
    size_t i = 0;

    *ret_open = false;
    while (out != NULL && i < text.len) {
        struct tag tag = tag_at((struct qn_span){text.data + i, text.len - i});

        if (tag.len == 0) {
            out[left.len++] = text.data[i++];
            continue;
        }
        if (tag.closing) {
            left.len = open != none ? open : 0;
            open = none;
            i += tag.len;
            continue;
        }
        begin = open == none ? i : begin;
        open = open == none ? left.len : open;
        memcpy(out + left.len, text.data + i, tag.len);
        left.len += tag.len;
        i += tag.len;
    }
    if (open != none && begins_line(text, begin)) {
        *ret_open = true;
        left.len = open;
    }
    return out != NULL ? left : text;
}
