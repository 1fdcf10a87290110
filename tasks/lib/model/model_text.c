#include "model_text.h"

#include "common/str.h"
#include "common/utf8.h"
#include <stdio.h>
#include <string.h>

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Marks and blanks; bytes of longer characters are letters. */
static bool is_break(char c)
{
    return (unsigned char)c < 0x80 && !is_upper(c) && !is_lower(c) && !is_digit(c);
}

/* orderId and HTTPStatus: before I, and before the S. */
static bool begins_word(const char *name, size_t at)
{
    return is_upper(name[at]) && (is_lower(name[at - 1]) || is_digit(name[at - 1]) ||
                                  (is_upper(name[at - 1]) && is_lower(name[at + 1])));
}

static void add_token(struct qn_tokens *ret, const char *text, size_t len)
{
    char *token = ret->items[ret->n];

    if (len == 0 || ret->n == QN_TOKENS_MAX) {
        return;
    }
    len = qn_utf8_cut(text, len, QN_TOKEN_SIZE - 1);
    for (size_t i = 0; i < len; i++) {
        token[i] = (char)(is_upper(text[i]) ? text[i] + ('a' - 'A') : text[i]);
    }
    token[len] = '\0';
    ret->n++;
}

void qn_tokens_of(struct qn_tokens *ret, const char *name)
{
    size_t begin = 0, i;

    ret->n = 0;
    for (i = 0; name[i] != '\0'; i++) {
        if (is_break(name[i])) {
            add_token(ret, name + begin, i - begin);
            begin = i + 1;
        } else if (i > begin && begins_word(name, i)) {
            add_token(ret, name + begin, i - begin);
            begin = i;
        }
    }
    add_token(ret, name + begin, i - begin);
}

bool qn_tokens_have(const struct qn_tokens *tokens, const char *word)
{
    for (size_t i = 0; i < tokens->n; i++) {
        if (strcmp(tokens->items[i], word) == 0) {
            return true;
        }
    }
    return false;
}

const char *qn_tokens_last(const struct qn_tokens *tokens)
{
    return tokens->n > 0 ? tokens->items[tokens->n - 1] : "";
}

bool qn_word_in(const char *word, const char *words)
{
    size_t len = strlen(word);

    for (const char *at = strstr(words, word); len > 0 && at != NULL; at = strstr(at + 1, word)) {
        if (at > words && at[-1] == ' ' && at[len] == ' ') {
            return true;
        }
    }
    return false;
}

bool qn_part_in(const char *text, const char *parts)
{
    char part[QN_TOKEN_SIZE];

    while (*parts != '\0') {
        size_t len = strcspn(parts, " ");

        if (len > 0 && len < sizeof(part)) {
            memcpy(part, parts, len);
            part[len] = '\0';
            if (strstr(text, part) != NULL) {
                return true;
            }
        }
        parts += len + (parts[len] == ' ' ? 1 : 0);
    }
    return false;
}

static bool ends(const char *word, const char *end)
{
    size_t len = strlen(word), of_end = strlen(end);

    return len > of_end && strcmp(word + len - of_end, end) == 0;
}

static void replace_end(char out[QN_TOKEN_SIZE], const char *word, size_t less, const char *end)
{
    snprintf(out, QN_TOKEN_SIZE, "%.*s%s", (int)(strlen(word) - less), word, end);
}

/* Words that no rule below gets right. */
static const struct {
    const char *one, *many;
} odd[] = {
    {"person", "people"},     {"child", "children"},    {"man", "men"},
    {"woman", "women"},       {"datum", "data"},        {"status", "statuses"},
    {"address", "addresses"}, {"analysis", "analyses"}, {"news", "news"},
    {"series", "series"},     {"sales", "sales"},       {"goods", "goods"},
    {"movie", "movies"},      {"staff", "staff"},       {"index", "indexes"},
    {"bus", "buses"},         {"mouse", "mice"},        {"half", "halves"},
    {"leave", "leaves"},      {"house", "houses"},      {"lens", "lenses"},
    {"campus", "campuses"},   {"bonus", "bonuses"},     {"basis", "bases"},
    {"axis", "axes"},         {"access", "accesses"},   {"cookie", "cookies"},
    {"metadata", "metadata"},
};

void qn_singular(char out[QN_TOKEN_SIZE], const char *word)
{
    size_t drop = 0;

    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        if (strcmp(word, odd[i].many) == 0 || strcmp(word, odd[i].one) == 0) {
            replace_end(out, odd[i].one, 0, "");
            return;
        }
    }
    if (strlen(word) > 3 && ends(word, "s") && !ends(word, "ss") && !ends(word, "us") &&
        !ends(word, "is")) {
        drop = ends(word, "ies") ? 3 : 1;
        if (ends(word, "sses") || ends(word, "xes") || ends(word, "ches") || ends(word, "shes") ||
            ends(word, "zzes")) {
            drop = 2;
        }
    }
    replace_end(out, word, drop, drop == 3 ? "y" : "");
}

void qn_plural(char out[QN_TOKEN_SIZE], const char *word)
{
    size_t len = strlen(word);
    bool y = len > 1 && ends(word, "y") && strchr("aeiou", word[len - 2]) == NULL;
    bool hissing = ends(word, "s") || ends(word, "x") || ends(word, "ch") || ends(word, "sh");
    char one[QN_TOKEN_SIZE];

    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        if (strcmp(word, odd[i].one) == 0 || strcmp(word, odd[i].many) == 0) {
            replace_end(out, odd[i].many, 0, "");
            return;
        }
    }
    qn_singular(one, word);
    if (strcmp(one, word) != 0 || len == 0 || !is_lower(word[len - 1])) {
        replace_end(out, word, 0, "");
    } else {
        replace_end(out, word, y ? 1 : 0, y ? "ies" : hissing ? "es" : "s");
    }
}

const char *qn_humanised(struct qn_arena *arena, const struct qn_tokens *tokens,
                         enum qn_number number)
{
    char text[QN_TOKENS_MAX * (QN_TOKEN_SIZE + 1)], last[QN_TOKEN_SIZE];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < tokens->n; i++) {
        const char *word = tokens->items[i];

        if (i + 1 == tokens->n && number != QN_AS_IT_IS) {
            (number == QN_SINGULAR ? qn_singular : qn_plural)(last, word);
            word = last;
        }
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i > 0 ? " " : "", word);
    }
    return qn_arena_text(arena, text, len);
}

bool qn_is_ascii(const char *text)
{
    while ((unsigned char)*text - 1U < 0x7fU) {
        text++;
    }
    return *text == '\0';
}

/* U+3040 to U+9FFF: kana and Han; their first byte is E3 to E9. */
bool qn_has_cjk(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c == 0xe3 && (unsigned char)text[1] >= 0x81) || (c >= 0xe4 && c <= 0xe9)) {
            return true;
        }
    }
    return false;
}

static unsigned code_of(const char *text, size_t len)
{
    unsigned code = len == 1 ? (unsigned char)text[0] : (unsigned char)text[0] & (0x7fU >> len);

    for (size_t i = 1; i < len; i++) {
        code = code << 6 | ((unsigned char)text[i] & 0x3fU);
    }
    return code;
}

/* Blanks, and what a reader does not see or is led astray by. */
static bool is_unseen(unsigned code)
{
    return code <= 0x20 || (code >= 0x7f && code <= 0xa0) || code == 0xad || code == 0x61c ||
           code == 0x180e || (code >= 0x2000 && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202f) || (code >= 0x205f && code <= 0x206f) ||
           code == 0x3000 || code == 0xfeff || (code >= 0xfff0 && code <= 0xfffb) ||
           (code >= 0xe0000 && code <= 0xe0fff);
}

const char *qn_plain(struct qn_arena *arena, const char *text, size_t max)
{
    size_t left = strlen(text), len = 0, n;
    char *out = qn_arena_alloc(arena, (left < max ? 3 * left : max) + 8, 1);
    bool blank = false;

    for (; out != NULL && left > 0; text += n, left -= n) {
        const char *from = text;
        size_t size = n = qn_utf8_char(text, left);

        if (n == 0) {
            from = "\xef\xbf\xbd";
            size = 3;
            n = 1;
        } else if (is_unseen(code_of(text, n))) {
            blank = len > 0;
            continue;
        }
        if (len + size + (blank ? 1 : 0) > max) {
            break;
        }
        if (blank) {
            out[len++] = ' ';
        }
        memcpy(out + len, from, size);
        len += size;
        blank = false;
    }
    return out != NULL ? out : "";
}
