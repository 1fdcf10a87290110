#include "atoms.h"

#include "common/utf8.h"
#include <string.h>

#define WORD_MAX 64 /* bytes of a word that count */

struct splitter {
    struct atoms *atoms;
    struct qn_span text;
    size_t max;
    struct qn_arena *arena;
    bool blank;  /* since the last atom */
    bool quoted; /* between quotation marks */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static uint32_t code_point(const char *text, size_t len)
{
    const unsigned char *byte = (const unsigned char *)text;
    uint32_t code = len == 1 ? byte[0] : byte[0] & (0x7FU >> len);

    for (size_t i = 1; i < len; i++) {
        code = (code << 6) | (byte[i] & 0x3FU);
    }
    return code;
}

static bool is_han(uint32_t code)
{
    return (code >= 0x3400 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
           (code >= 0x20000 && code <= 0x3FFFF) || code == 0x3007;
}

/* Letters of other alphabets, and of this one with marks. */
static bool is_letter(uint32_t code)
{
    return (code >= 0xC0 && code < 0x2000 && code != 0xD7 && code != 0xF7) ||
           (code >= 0x3040 && code < 0x3400) || (code >= 0xAC00 && code <= 0xD7A3);
}

static bool ends(const char *word, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len > n && memcmp(word + len - n, end, n) == 0;
}

void atom_stem(char *word)
{
    size_t len = strlen(word);

    if (len < 4 || word[len - 1] != 's' || ends(word, len, "ss") || ends(word, len, "us") ||
        ends(word, len, "is")) {
        return;
    }
    if (ends(word, len, "ies") && len > 4) {
        memcpy(word + len - 3, "y", 2);
    } else if (ends(word, len, "sses") || ends(word, len, "xes") || ends(word, len, "ches") ||
               ends(word, len, "shes")) {
        word[len - 2] = '\0';
    } else {
        word[len - 1] = '\0';
    }
}

static struct atom *add(struct splitter *s, enum atom_kind kind, size_t from, size_t len)
{
    struct atom *atom;

    if (s->atoms->n >= s->max || s->atoms->items == NULL) {
        return NULL;
    }
    atom = &s->atoms->items[s->atoms->n++];
    *atom = (struct atom){.kind = kind,
                          .from = from,
                          .len = len,
                          .glued = !s->blank,
                          .quoted = s->quoted,
                          .text = "",
                          .full = ""};
    s->blank = false;
    return atom;
}

/* Small letters, also of the Latin letters with marks. */
static size_t add_small(char *out, size_t n, const char *text, size_t len)
{
    for (size_t i = 0; i < len && n + 1 < WORD_MAX; i++) {
        char c = text[i];

        if (is_upper(c)) {
            c = (char)(c + ('a' - 'A'));
        } else if (i > 0 && text[i - 1] == '\xC3' && (unsigned char)c <= 0x9E &&
                   (unsigned char)c != 0x97) {
            c = (char)(c + 0x20);
        }
        out[n++] = c;
    }
    return n;
}

/* A capital after a small letter begins a word, and one before a small letter. */
static bool new_word(const char *text, size_t from, size_t at, size_t len)
{
    return at > from && is_upper(text[at]) &&
           (is_lower(text[at - 1]) || (is_upper(text[at - 1]) && at + 2 < len &&
                                       is_lower(text[at + 1]) && is_lower(text[at + 2])));
}

static size_t word_end(struct qn_span text, size_t from)
{
    size_t at = from;

    while (at < text.len) {
        size_t len = qn_utf8_char(text.data + at, text.len - at);
        char c = text.data[at];
        uint32_t code = len > 0 ? code_point(text.data + at, len) : 0;

        if (len == 0 || (len == 1 && !is_digit(c) && !is_upper(c) && !is_lower(c)) ||
            (len > 1 && (is_han(code) || !is_letter(code))) ||
            new_word(text.data, from, at, text.len)) {
            break;
        }
        at += len;
    }
    return at;
}

static size_t add_word(struct splitter *s, size_t from)
{
    size_t end = word_end(s->text, from);
    char word[WORD_MAX];
    size_t n = add_small(word, 0, s->text.data + from, end - from);
    struct atom *atom = add(s, ATOM_WORD, from, end - from);

    if (atom != NULL) {
        word[n] = '\0';
        atom->full = qn_arena_text(s->arena, word, n);
        atom_stem(word);
        atom->text = strcmp(word, atom->full) == 0 ? atom->full : qn_arena_str(s->arena, word);
    }
    return end;
}

/* Three digits and no fourth follow the comma. */
static bool is_group(struct qn_span text, size_t comma)
{
    return comma + 3 < text.len && is_digit(text.data[comma + 1]) &&
           is_digit(text.data[comma + 2]) && is_digit(text.data[comma + 3]) &&
           (comma + 4 >= text.len || !is_digit(text.data[comma + 4]));
}

static size_t number_end(struct qn_span text, size_t from, char *digits)
{
    size_t at = from, n = 0;
    bool point = false;

    for (; at < text.len; at++) {
        char c = text.data[at];
        bool fraction = c == '.' && !point && at + 1 < text.len && is_digit(text.data[at + 1]);

        if (!is_digit(c) && !fraction && !(c == ',' && !point && is_group(text, at))) {
            break;
        }
        point = point || fraction;
        if (c != ',' && n + 1 < WORD_MAX) {
            digits[n++] = c;
        }
    }
    digits[n] = '\0';
    return at;
}

static size_t add_number(struct splitter *s, size_t from)
{
    char digits[WORD_MAX];
    size_t end = number_end(s->text, from, digits);
    struct atom *atom = add(s, ATOM_NUMBER, from, end - from);

    if (atom != NULL) {
        atom->text = atom->full = qn_arena_str(s->arena, digits);
    }
    return end;
}

static bool is_quote(uint32_t code)
{
    return code == '"' || code == 0x201C || code == 0x201D || code == 0x300C || code == 0x300D ||
           code == 0x300A || code == 0x300B || code == 0xAB || code == 0xBB;
}

static bool is_letter_at(struct qn_span text, size_t at)
{
    return at < text.len && (is_upper(text.data[at]) || is_lower(text.data[at]));
}

static size_t add_other(struct splitter *s, size_t from, size_t len)
{
    uint32_t code = code_point(s->text.data + from, len);
    struct atom *atom;

    if (is_quote(code)) {
        s->quoted = !s->quoted;
        s->blank = true;
        return from + len;
    }
    if ((code == '-' && from > 0 && is_letter_at(s->text, from + 1) &&
         (is_letter_at(s->text, from - 1) || is_digit(s->text.data[from - 1]))) ||
        code <= ' ' || code == 0x3000 || code == 0xA0 || code == '_' || code == '\'' ||
        code == 0x2019 || code == 0x7F) {
        s->blank = true;
        return from + len;
    }
    atom = add(s, is_han(code) ? ATOM_HAN : ATOM_SIGN, from, len);
    if (atom != NULL) {
        atom->text = atom->full = qn_arena_text(s->arena, s->text.data + from, len);
    }
    return from + len;
}

/* Full-width characters of ASCII become narrow ones; places stay those of the source only as far
 * as no such character stands before. */
static struct qn_span narrow(struct qn_span text, struct qn_arena *arena)
{
    char *out = qn_arena_alloc(arena, text.len + 1, 1);
    size_t n = 0;

    for (size_t i = 0; out != NULL && i < text.len;) {
        size_t len = qn_utf8_char(text.data + i, text.len - i);
        uint32_t code = len > 0 ? code_point(text.data + i, len) : ' ';

        len = len > 0 ? len : 1;
        if (code >= 0xFF01 && code <= 0xFF5E) {
            out[n++] = (char)(code - 0xFF01 + '!');
        } else {
            memcpy(out + n, text.data + i, len);
            n += len;
        }
        i += len;
    }
    return (struct qn_span){out != NULL ? out : "", n};
}

void atoms_split(struct atoms *ret, struct qn_span text, size_t max, struct qn_arena *arena)
{
    struct splitter s = {.atoms = ret, .max = max, .arena = arena, .blank = true};
    size_t room = text.len < max ? text.len : max;

    s.text = narrow(text, arena);
    ret->text = s.text;
    ret->items = qn_arena_alloc(arena, room + 1, sizeof(*ret->items));
    ret->n = 0;
    for (size_t at = 0; at < s.text.len && ret->n < max;) {
        size_t len = qn_utf8_char(s.text.data + at, s.text.len - at);
        char c = s.text.data[at];

        if (len == 0) {
            s.blank = true;
            at++;
        } else if (is_digit(c)) {
            at = add_number(&s, at);
        } else if (is_upper(c) || is_lower(c) ||
                   (len > 1 && is_letter(code_point(s.text.data + at, len)))) {
            at = add_word(&s, at);
        } else {
            at = add_other(&s, at, len);
        }
    }
}
