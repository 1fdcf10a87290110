#include "clean_parts.h"

#include <string.h>

#define SQL_WORDS   "sql postgresql postgres pgsql psql plpgsql"
#define OTHER_WORDS "json jsonc text txt plain plaintext markdown md python"

struct run_of_marks {
    size_t at, end;
    bool own_line; /* nothing else is on it */
};

static bool only_blanks(struct qn_span text, size_t from, int step)
{
    size_t i = from;

    for (; i < text.len && text.data[i] != '\n'; i += (size_t)step) {
        if (text.data[i] != ' ' && text.data[i] != '\t' && text.data[i] != '\r') {
            return false;
        }
    }
    return true;
}

/* Three or more; returns how many. */
static size_t marks_at(struct qn_span text, size_t at)
{
    size_t n = 0;

    while (at + n < text.len && text.data[at + n] == '`') {
        n++;
    }
    return n;
}

static size_t find_runs(struct qn_span text, struct run_of_marks *runs)
{
    size_t n = 0, i = 0;

    while (i < text.len) {
        const size_t len = marks_at(text, i);

        if (len >= 3 && runs != NULL) {
            /* Of hostile texts blanks are looked at twice at most: marks part them. */
            runs[n] = (struct run_of_marks){
                i, i + len, only_blanks(text, i - 1, -1) && only_blanks(text, i + len, 1)};
        }
        n += len >= 3;
        i += len > 0 ? len : 1;
    }
    return n;
}

/* Where the content begins, and what the word after the marks says of it. */
static size_t begin_of(struct qn_span text, size_t at, struct clean_block *ret)
{
    const struct qn_span rest = {text.data + at, text.len - at};
    const struct qn_span word = clean_word(rest);
    const bool line = only_blanks(text, at + word.len, 1);

    ret->sql = clean_word_in(word, SQL_WORDS);
    ret->json = clean_word_in(word, "json jsonc");
    return ret->sql || line || clean_word_in(word, OTHER_WORDS) ? at + word.len : at;
}

struct clean_blocks clean_fences(struct qn_span text, struct qn_arena *arena)
{
    const size_t n = find_runs(text, NULL);
    struct run_of_marks *runs = qn_arena_alloc(arena, n + 1, sizeof(*runs));
    size_t *own = qn_arena_alloc(arena, n + 1, sizeof(*own)); /* the next one on its own line */
    struct clean_blocks ret = {qn_arena_alloc(arena, n / 2 + 1, sizeof(*ret.items)), 0};

    if (runs == NULL || own == NULL || ret.items == NULL) {
        return (struct clean_blocks){NULL, 0};
    }
    find_runs(text, runs);
    own[n] = n;
    for (size_t i = n; i > 0; i--) {
        own[i - 1] = runs[i - 1].own_line ? i - 1 : own[i];
    }
    for (size_t i = 0; i < n; i += 2) {
        struct clean_block *block = &ret.items[ret.n++];
        const size_t begin = begin_of(text, runs[i].end, block);
        const size_t end = i + 1 < n ? runs[i + 1].at : text.len;

        block->closed = i + 1 < n;
        block->content = (struct qn_span){text.data + begin, end - begin};
        if (block->closed && own[i + 1] < n && own[i + 1] > i + 1) {
            block->longer = (struct qn_span){text.data + begin, runs[own[i + 1]].at - begin};
        }
    }
    return ret;
}
