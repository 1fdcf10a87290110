#include "spans.h"

#include <string.h>

#define SCALE_MAX 9 /* digits behind the point */

struct amount {
    int64_t whole; /* times 10 to the scale */
    int scale;
    bool plain; /* as written, without words */
};

static const struct meaning *word_at(const struct lexicon *lexicon, const struct atoms *atoms,
                                     size_t at, enum meaning_kind kind)
{
    uint32_t atom, node;

    if (at >= atoms->n || atoms->items[at].kind == ATOM_NUMBER ||
        strcmp(atoms->items[at].full, atoms->items[at].text) != 0) {
        return NULL;
    }
    atom = lexicon_atom(lexicon, atoms->items[at].text);
    node = atom != LEXICON_NONE ? lexicon_step(lexicon, 0, atom) : 0;
    return node != 0 ? lexicon_means(lexicon, lexicon_first(lexicon, node), kind) : NULL;
}

static bool digits(const char *text, struct amount *ret)
{
    bool point = false;

    *ret = (struct amount){.plain = true};
    for (; *text != '\0'; text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        if (ret->whole > INT64_MAX / 10 - 10 || ret->scale >= SCALE_MAX) {
            return false;
        }
        ret->whole = ret->whole * 10 + (*text - '0');
        ret->scale += point ? 1 : 0;
    }
    return true;
}

static bool multiply(struct amount *amount, int64_t by)
{
    amount->plain = false;
    for (; by >= 10 && amount->scale > 0; by /= 10) {
        amount->scale--;
    }
    if (amount->whole > INT64_MAX / 1000 / by) {
        return false;
    }
    amount->whole *= by;
    return true;
}

/* "k", "m" and "w" only right behind digits. */
static bool fits(const struct atoms *atoms, size_t at, bool behind_digits)
{
    const struct atom *atom = &atoms->items[at];

    return atom->kind != ATOM_WORD || strlen(atom->text) > 2 || (atom->glued && behind_digits);
}

static size_t after_digits(const struct lexicon *lexicon, const struct atoms *atoms, size_t at,
                           struct amount *amount)
{
    size_t from = at++;

    while (at < atoms->n && at - from < 4) {
        const struct meaning *times = word_at(lexicon, atoms, at, WORD_TIMES);

        if (times == NULL || !fits(atoms, at, at == from + 1) || !multiply(amount, times->a)) {
            break;
        }
        at++;
    }
    return at - from;
}

/* "two hundred and fifty thousand", 三百五十, 两万: sums of products. */
static size_t in_words(const struct lexicon *lexicon, const struct atoms *atoms, size_t at,
                       struct amount *ret)
{
    int64_t total = 0, part = 0, low = 0;
    size_t from = at;
    bool han = atoms->items[at].kind == ATOM_HAN;

    for (; at < atoms->n && at - from < 14 && (atoms->items[at].kind == ATOM_HAN) == han; at++) {
        const struct meaning *number = word_at(lexicon, atoms, at, WORD_NUMBER);
        const struct meaning *times = word_at(lexicon, atoms, at, WORD_TIMES);

        if (number != NULL && (low == 0 || (low >= 20 && number->a < 10))) {
            low += number->a;
        } else if (times != NULL && times->a < 1000 + (han ? 1 : 0) && (han || low > 0) &&
                   strlen(atoms->items[at].text) > 2) {
            part += (low > 0 ? low : 1) * times->a;
            low = 0;
        } else if (times != NULL && part + low > 0 && strlen(atoms->items[at].text) > 2) {
            total += (part + low) * times->a;
            part = low = 0;
        } else {
            break;
        }
    }
    *ret = (struct amount){.whole = total + part + low};
    return at - from;
}

static const char *printed(const struct amount *amount, const char *text, struct qn_arena *arena)
{
    int64_t unit = 1;

    if (amount->plain) {
        return text;
    }
    for (int i = 0; i < amount->scale; i++) {
        unit *= 10;
    }
    if (amount->whole % unit == 0) {
        return qn_arena_printf(arena, "%lld", (long long)(amount->whole / unit));
    }
    return qn_arena_printf(arena, "%lld.%0*lld", (long long)(amount->whole / unit), amount->scale,
                           (long long)(amount->whole % unit));
}

/* "7a", "5b": a code, which says no number. */
static bool is_code(const struct lexicon *lexicon, const struct atoms *atoms, size_t behind)
{
    static const char *const ends[] = {"st", "nd", "rd", "th"};
    const struct atom *atom = behind < atoms->n ? &atoms->items[behind] : NULL;
    uint32_t word, node;

    if (atom == NULL || atom->kind != ATOM_WORD || !atom->glued) {
        return false;
    }
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strcmp(atom->full, ends[i]) == 0) {
            return false;
        }
    }
    word = lexicon_atom(lexicon, atom->text);
    node = word != LEXICON_NONE ? lexicon_step(lexicon, 0, word) : 0;
    word = node != 0 ? lexicon_first(lexicon, node) : LEXICON_NONE;
    return word == LEXICON_NONE || (lexicon->meanings[word].kind == WORD_STOP &&
                                    lexicon->meanings[word].next == LEXICON_NONE);
}

size_t spans_number(const struct lexicon *lexicon, const struct atoms *atoms, size_t at,
                    struct qn_arena *arena, const char **ret)
{
    const struct atom *atom = &atoms->items[at];
    struct amount amount;
    size_t n;

    *ret = NULL;
    if (atom->kind == ATOM_SIGN) {
        return 0;
    }
    if (atom->kind == ATOM_NUMBER) {
        if (!digits(atom->text, &amount)) {
            return 0;
        }
        n = after_digits(lexicon, atoms, at, &amount);
        if (is_code(lexicon, atoms, at + n)) {
            return 0;
        }
        *ret = printed(&amount, atom->text, arena);
        return n;
    }
    n = in_words(lexicon, atoms, at, &amount);
    if (n == 0 || (n == 1 && word_at(lexicon, atoms, at, WORD_NUMBER) == NULL &&
                   (atom->kind == ATOM_WORD || amount.whole != 10))) {
        return 0;
    }
    *ret = printed(&amount, "", arena);
    return n;
}
