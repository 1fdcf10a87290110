#include "relation_words.h"

#include <string.h>

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_wide(char c)
{
    return ((unsigned char)c & 0x80) != 0;
}

static bool is_part(char c)
{
    return is_lower(c) || is_upper(c) || is_digit(c) || is_wide(c);
}

static bool ends_with(const char *word, const char *ending)
{
    size_t len = strlen(word), n = strlen(ending);

    return len >= n && memcmp(word + len - n, ending, n) == 0;
}

static void cut(char *word, size_t n)
{
    word[strlen(word) - n] = '\0';
}

/* Plurals that no rule makes. */
static const char *const irregular[][2] = {
    {"people", "person"},      {"children", "child"}, {"men", "man"},
    {"women", "woman"},        {"mice", "mouse"},     {"feet", "foot"},
    {"teeth", "tooth"},        {"indices", "index"},  {"matrices", "matrix"},
    {"criteria", "criterion"}, {"media", "medium"},   {"analyses", "analysi"},
    {"analysis", "analysi"},   {"leaves", "leaf"},    {"shelves", "shelf"},
    {"wives", "wife"},         {"lives", "life"},     {"geese", "goose"},
};

static bool irregular_stem(char *word)
{
    for (size_t i = 0; i < sizeof(irregular) / sizeof(irregular[0]); i++) {
        if (strcmp(word, irregular[i][0]) == 0) {
            memcpy(word, irregular[i][1], strlen(irregular[i][1]) + 1);
            return true;
        }
    }
    return false;
}

/* "boxes": the e belongs to the plural. */
static bool long_plural(const char *word)
{
    static const char *const endings[] = {"ses", "xes", "zes", "ches", "shes", "oes"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (ends_with(word, endings[i])) {
            return true;
        }
    }
    return false;
}

/* "case", "movie": their plurals have lost the e above. */
static bool silent_e(const char *word)
{
    static const char *const endings[] = {"se", "xe", "ze", "che", "she", "oe", "ie"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (strlen(word) > 3 && ends_with(word, endings[i])) {
            return true;
        }
    }
    return false;
}

void qn_relation_words_stem(char *word)
{
    size_t len = strlen(word);

    if (len < 3 || is_wide(word[0]) || irregular_stem(word)) {
        return;
    }
    if (ends_with(word, "ies")) {
        cut(word, 2);
    } else if (long_plural(word)) {
        cut(word, 2);
    } else if (ends_with(word, "s") && !ends_with(word, "ss") && !ends_with(word, "us") &&
               !ends_with(word, "is")) {
        cut(word, 1);
    }
    len = strlen(word);
    if (silent_e(word)) {
        cut(word, 1);
    } else if (len > 3 && word[len - 1] == 'y') {
        word[len - 1] = 'i';
    }
}

void qn_relation_words_drop(struct qn_relation_words *words, size_t at, size_t n)
{
    if (at >= words->n) {
        return;
    }
    if (n > words->n - at) {
        n = words->n - at;
    }
    memmove(words->word[at], words->word[at + n], (words->n - at - n) * sizeof(words->word[0]));
    words->n -= n;
}

static void put_word(struct qn_relation_words *words, const char *text, size_t len)
{
    char *word;

    if (words->n == QN_RELATION_WORDS_MAX) {
        qn_relation_words_drop(words, 0, 1);
    }
    if (len > QN_RELATION_WORD_SIZE - 1) {
        len = QN_RELATION_WORD_SIZE - 1;
    }
    word = words->word[words->n++];
    for (size_t i = 0; i < len; i++) {
        word[i] = is_upper(text[i]) ? (char)(text[i] + ('a' - 'A')) : text[i];
    }
    word[len] = '\0';
}

/* fkdean: no word begins with fk. */
static void add_word(struct qn_relation_words *words, const char *text, size_t len)
{
    const bool fused =
        len >= 5 && (text[0] == 'f' || text[0] == 'F') && (text[1] == 'k' || text[1] == 'K');

    if (fused) {
        put_word(words, text, 2);
    }
    put_word(words, fused ? text + 2 : text, fused ? len - 2 : len);
}

/* Endings and beginnings of Chinese names that are words of their own. */
static const char *const wide_keys[] = {"编号", "编码", "代码", "代号", "主键",
                                        "标识", "号码", "号",   "ID",   "id"};

static void add_wide(struct qn_relation_words *words, const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof(wide_keys) / sizeof(wide_keys[0]); i++) {
        size_t n = strlen(wide_keys[i]);

        if (len >= n && memcmp(text + len - n, wide_keys[i], n) == 0) {
            if (len > n) {
                add_word(words, text, len - n);
            }
            add_word(words, "id", 2);
            return;
        }
    }
    add_word(words, text, len);
}

/* True when a word ends before name[at]. */
static bool boundary(const char *name, size_t at)
{
    char before = name[at - 1], here = name[at], after = here != '\0' ? name[at + 1] : '\0';

    if (!is_part(here) || is_wide(before) != is_wide(here)) {
        return true;
    }
    if (is_digit(before) != is_digit(here)) {
        return true;
    }
    if (is_upper(here) && is_lower(before)) {
        return true;
    }
    return is_upper(here) && is_upper(before) && is_lower(after) &&
           !(after == 's' && !is_part(name[at + 2]));
}

void qn_relation_words_split(struct qn_relation_words *ret, const char *name)
{
    size_t start = 0;

    ret->n = 0;
    while (name[start] != '\0') {
        size_t end = start + 1;

        if (!is_part(name[start])) {
            start++;
            continue;
        }
        while (name[end] != '\0' && !boundary(name, end)) {
            end++;
        }
        if (is_wide(name[start])) {
            add_wide(ret, name + start, end - start);
        } else {
            add_word(ret, name + start, end - start);
            qn_relation_words_stem(ret->word[ret->n - 1]);
        }
        start = end;
    }
}

bool qn_relation_words_equal(const struct qn_relation_words *a, const struct qn_relation_words *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(a->word[i], b->word[i]) != 0) {
            return false;
        }
    }
    return true;
}

bool qn_relation_words_is(const char *word, const char *words)
{
    size_t n = strlen(word);

    while (n > 0 && *words != '\0') {
        size_t len = strcspn(words, " ");

        if (len == n && memcmp(words, word, n) == 0) {
            return true;
        }
        words += len + (words[len] == ' ');
    }
    return false;
}

void qn_relation_words_join(const struct qn_relation_words *words, char *out, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < words->n; i++) {
        size_t len = strlen(words->word[i]);

        if (len > size - 1 - used) {
            len = size - 1 - used;
        }
        memcpy(out + used, words->word[i], len);
        used += len;
    }
    out[used] = '\0';
}

void qn_relation_words_number(const struct qn_relation_words *words, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < words->n; i++) {
        size_t len = strlen(words->word[i]);

        if (!is_digit(words->word[i][0]) || len + 2 > size - used) {
            continue;
        }
        if (used > 0) {
            out[used++] = ' ';
        }
        memcpy(out + used, words->word[i], len + 1);
        used += len;
    }
}

static const char *natural(const char *stem)
{
    return strcmp(stem, "kei") == 0 ? "key" : strcmp(stem, "bi") == 0 ? "by" : stem;
}

bool qn_relation_words_unfuse(struct qn_relation_words *words)
{
    /* As stems: "kei" is key, "bi" is by. */
    static const char *const endings[] = {"uuid", "nummer", "code", "kei", "num", "nbr",
                                          "ref",  "via",    "id",   "no",  "nr",  "fk",
                                          "dm",   "bh",     "bm",   "bi",  "of",  "to"};
    static const char *const whole[] = {"paid",  "void",   "valid",  "grid",
                                        "avoid", "unpaid", "prepaid"};
    char *last;

    if (words->n == 0 || words->n == QN_RELATION_WORDS_MAX) {
        return false;
    }
    last = words->word[words->n - 1];
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        if (strcmp(last, whole[i]) == 0) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (strlen(last) >= strlen(endings[i]) + 2 && ends_with(last, endings[i])) {
            memcpy(words->word[words->n], natural(endings[i]), strlen(natural(endings[i])) + 1);
            cut(last, strlen(endings[i]));
            qn_relation_words_stem(last);
            words->n++;
            return true;
        }
    }
    return false;
}

static bool is_vowel(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/* The letters of the first are in the second, in order, the second of them early. */
static bool in_order(const char *abbreviation, const char *word)
{
    const char *at = word + 1, *consonant = word + 1;

    while (is_vowel(*consonant)) {
        consonant++;
    }
    if (abbreviation[1] != word[1] && abbreviation[1] != *consonant) {
        return false;
    }
    for (const char *letter = abbreviation + 1; *letter != '\0'; letter++) {
        at = strchr(at, *letter);
        if (at == NULL) {
            return false;
        }
        at++;
    }
    return true;
}

double qn_relation_abbreviates(const char *abbreviation, const char *word)
{
    size_t n = strlen(abbreviation), len = strlen(word);

    if (n < 2 || n + 2 > len || n > 6 || len < 4 || abbreviation[0] != word[0] ||
        is_wide(word[0]) || is_digit(word[0])) {
        return 0;
    }
    if (strncmp(abbreviation, word, n) == 0) {
        return n == 2 ? 0.7 : n <= 4 ? 0.92 : 0.82;
    }
    if (!in_order(abbreviation, word)) {
        return 0;
    }
    if (n == 2) {
        return 0.68;
    }
    return abbreviation[n - 1] == word[len - 1] || n >= 4 ? 0.88 : 0.84;
}
