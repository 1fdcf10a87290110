#include "clean_parts.h"

#include <string.h>

static const char labels[] = "sql sqlquery sql_query query postgresql postgres statement answer";

size_t clean_unseen(struct qn_span text)
{
    static const char *const unseen[] = {"\xef\xbb\xbf", "\xe2\x80\x8b", "\xe2\x80\x8c",
                                         "\xe2\x80\x8d", "\xe2\x81\xa0", "\xc2\xad"};

    for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++) {
        const size_t len = strlen(unseen[i]);

        if (text.len >= len && memcmp(text.data, unseen[i], len) == 0) {
            return len;
        }
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static void skip(struct qn_span *text, size_t len)
{
    text->data += len;
    text->len -= len;
}

static size_t blank_at_end(struct qn_span text)
{
    for (size_t len = 2; len <= 3 && len <= text.len; len++) {
        if (clean_unseen((struct qn_span){text.data + text.len - len, len}) == len) {
            return len;
        }
    }
    return text.len > 0 && is_blank(text.data[text.len - 1]) ? 1 : 0;
}

struct qn_span clean_trim(struct qn_span text)
{
    size_t len;

    while (text.len > 0) {
        len = is_blank(text.data[0]) ? 1 : clean_unseen(text);
        if (len == 0) {
            break;
        }
        skip(&text, len);
    }
    for (len = blank_at_end(text); len > 0; len = blank_at_end(text)) {
        text.len -= len;
    }
    return text;
}

static char small(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

struct qn_span clean_word(struct qn_span text)
{
    size_t n = 0;

    while (n < text.len) {
        const char c = small(text.data[n]);

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
            break;
        }
        n++;
    }
    return (struct qn_span){text.data, n};
}

static bool same(struct qn_span word, const char *other)
{
    for (size_t i = 0; i < word.len; i++) {
        if (small(word.data[i]) != other[i]) {
            return false;
        }
    }
    return true;
}

bool clean_word_in(struct qn_span word, const char *words)
{
    while (word.len > 0 && *words != '\0') {
        const size_t len = strcspn(words, " ");

        if (len == word.len && same(word, words)) {
            return true;
        }
        words += len + strspn(words + len, " ");
    }
    return false;
}

static size_t skip_marks(struct qn_span text, size_t at)
{
    while (at < text.len && (is_blank(text.data[at]) || text.data[at] == '*')) {
        at++;
    }
    return at;
}

/* ":" or its wide form. */
static size_t colon_at(struct qn_span text, size_t at)
{
    if (at < text.len && text.data[at] == ':') {
        return 1;
    }
    return text.len - at >= 3 && memcmp(text.data + at, "\xef\xbc\x9a", 3) == 0 ? 3 : 0;
}

size_t clean_label(struct qn_span text)
{
    size_t at = skip_marks(text, 0), words = 0, colon;

    while (words < 3) {
        const struct qn_span word = clean_word((struct qn_span){text.data + at, text.len - at});

        if (!clean_word_in(word, labels)) {
            break;
        }
        at = skip_marks(text, at + word.len);
        words++;
    }
    colon = words > 0 ? colon_at(text, at) : 0;
    return colon > 0 ? skip_marks(text, at + colon) : 0;
}

struct qn_span clean_seen(struct qn_span text, struct qn_arena *arena)
{
    struct clean_tokens tokens = {NULL, 0, 0};
    struct qn_span ret;
    size_t token = 0, i = 0, first = 0;
    char *out;

    while (first < text.len &&
           clean_unseen((struct qn_span){text.data + first, text.len - first}) == 0) {
        first++;
    }
    if (first == text.len) {
        return text;
    }
    tokens = clean_scan(text, arena);
    out = qn_arena_alloc(arena, text.len + 1, 1);
    if (out == NULL) {
        return text;
    }
    ret = (struct qn_span){out, 0};
    while (i < text.len) {
        const struct qn_span rest = {text.data + i, text.len - i};

        while (token < tokens.n && tokens.items[token].end <= i) {
            token++;
        }
        if (token < tokens.n && tokens.items[token].start <= i &&
            clean_is_quoted(text, tokens.items[token])) {
            memcpy(out + ret.len, rest.data, tokens.items[token].end - i);
            ret.len += tokens.items[token].end - i;
            i = tokens.items[token].end;
            continue;
        }
        if (clean_unseen(rest) > 0) {
            i += clean_unseen(rest);
            continue;
        }
        out[ret.len++] = text.data[i++];
    }
    return ret;
}

/* Curly single and double ones, low ones, and the wide forms of ' and ". */
static bool curly_at(const char *at, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)at;

    return len >= 3 &&
           ((bytes[0] == 0xe2 && bytes[1] == 0x80 && bytes[2] >= 0x98 && bytes[2] <= 0x9f) ||
            (bytes[0] == 0xef && bytes[1] == 0xbc && (bytes[2] == 0x87 || bytes[2] == 0x82)));
}

bool clean_has_curly(struct qn_span text, struct qn_arena *arena)
{
    struct clean_tokens tokens;

    if (memchr(text.data, 0xe2, text.len) == NULL && memchr(text.data, 0xef, text.len) == NULL) {
        return false;
    }
    tokens = clean_scan(text, arena);
    for (size_t i = 0; i < tokens.n; i++) {
        const struct clean_token token = tokens.items[i];

        if (clean_is_quoted(text, token) || clean_is_comment(text, token)) {
            continue;
        }
        for (size_t at = token.start; at < token.end; at++) {
            if (curly_at(text.data + at, token.end - at)) {
                return true;
            }
        }
    }
    return false;
}
