#include "prompt_words.h"

#include "common/mem.h"
#include "common/utf8.h"
#include "tasks/lib/distance.h"
#include "tasks/lib/model/model_text.h"
#include <math.h>
#include <string.h>

#define WORD_SIZE   40
#define SLOTS       512  /* a power of two: of stems */
#define PAIR_SLOTS  8192 /* of pairs of Chinese characters */
#define TEXT_SIZE   8192 /* of a question */
#define RUN_MAX     64   /* Chinese characters of a run that are looked at */
#define PART_WEIGHT 0.6  /* of a run that is met in pairs only */
#define TYPO_WEIGHT 0.8
#define STOP        255 /* place of words that carry no weight */
#define LONGER      0.5 /* more for each further word of a text that is met whole */
#define LONGEST     2.5

struct word {
    char text[WORD_SIZE]; /* small, not stemmed */
    size_t len;
    uint32_t letters; /* which there are */
};

struct prompt_words {
    struct word items[PROMPT_WORDS_MAX];
    size_t n;
    struct {
        uint64_t hash;
        uint8_t place; /* from 1; 0 is free */
    } slots[SLOTS];
    uint64_t pairs[PAIR_SLOTS];
    size_t n_pairs;
    char text[TEXT_SIZE]; /* ASCII letters small */
};

/* clang-format off */
static const char stop_words[] =
    " a an the of in on at by for to and or is are was were be been how many much what which who whom "
    "whose show me us list give tell find get all each every per with from that this these those have "
    "has had do does did there than more less most least as it its our we i you they them their any "
    "not no please can could would should want need when where into out up over under between during "
    "only also but if so s ";
/* clang-format on */

/* ---- texts as words ---- */

static char small(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Kana and Han, three bytes each. */
static bool is_wide(const char *at)
{
    const unsigned char c = (unsigned char)at[0];

    return (c == 0xe3 && (unsigned char)at[1] >= 0x81) || (c >= 0xe4 && c <= 0xe9);
}

static bool is_letter(const char *at)
{
    const char c = small(*at);

    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           ((unsigned char)c >= 0x80 && !is_wide(at));
}

struct piece {
    const char *text;
    size_t len;
    bool wide;
};

/* orderId, HTTPStatus */
static bool turns(const char *at)
{
    return is_upper(at[0]) && (!is_upper(at[-1]) || (at[1] >= 'a' && at[1] <= 'z'));
}

/* The next word or run of Chinese; false at the end. */
static bool next_piece(const char **text, struct piece *ret)
{
    const char *at = *text;

    while (*at != '\0' && !is_letter(at) && !is_wide(at)) {
        at++;
    }
    ret->text = at;
    ret->wide = is_wide(at);
    while (*at != '\0' && (ret->wide ? is_wide(at) : is_letter(at))) {
        if (!ret->wide && at > ret->text && turns(at)) {
            break;
        }
        at += ret->wide && at[1] != '\0' && at[2] != '\0' ? 3 : 1;
    }
    ret->len = (size_t)(at - ret->text);
    *text = at;
    return ret->len > 0;
}

static bool ends(const char *word, size_t len, const char *end)
{
    const size_t n = strlen(end);

    return len > n + 1 && memcmp(word + len - n, end, n) == 0;
}

/* Rough, and the same on both sides: that is all a stem is for. */
static size_t stem_len(const char *word, size_t len)
{
    if (ends(word, len, "ies")) {
        len -= 2;
    } else if (ends(word, len, "s") && !ends(word, len, "ss") && !ends(word, len, "us") &&
               !ends(word, len, "is")) {
        len -= 1;
    } else if (len > 5 && ends(word, len, "ing")) {
        len -= 3;
    } else if (len > 4 && ends(word, len, "ed")) {
        len -= 2;
    }
    if (len > 3 && (word[len - 1] == 'e' || word[len - 1] == 'y' || word[len - 1] == 'i')) {
        len -= 1;
    }
    return len > 4 && word[len - 1] == word[len - 2] ? len - 1 : len;
}

static size_t fold(const struct piece *piece, char out[WORD_SIZE])
{
    const size_t len = piece->len < WORD_SIZE - 1 ? piece->len : WORD_SIZE - 1;

    for (size_t i = 0; i < len; i++) {
        out[i] = small(piece->text[i]);
    }
    out[len] = '\0';
    return len;
}

static uint64_t hash_of(const char *bytes, size_t len)
{
    uint64_t hash = 14695981039346656037ULL;

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211ULL;
    }
    return hash != 0 ? hash : 1;
}

static uint32_t letters_of(const char *word, size_t len)
{
    uint32_t letters = 0;

    for (size_t i = 0; i < len; i++) {
        letters |= 1U << ((unsigned char)word[i] & 31U);
    }
    return letters;
}

/* ---- the question ---- */

static size_t find_stem(const struct prompt_words *words, uint64_t hash)
{
    for (size_t at = hash % SLOTS; words->slots[at].place != 0; at = (at + 1) % SLOTS) {
        if (words->slots[at].hash == hash) {
            return words->slots[at].place;
        }
    }
    return 0;
}

static void add_stem(struct prompt_words *words, const char *word, size_t len, size_t place)
{
    const uint64_t hash = hash_of(word, stem_len(word, len));
    size_t at = hash % SLOTS;

    if (find_stem(words, hash) != 0) {
        return;
    }
    while (words->slots[at].place != 0) {
        at = (at + 1) % SLOTS;
    }
    words->slots[at].hash = hash;
    words->slots[at].place = (uint8_t)place;
}

static bool has_pair(const struct prompt_words *words, uint64_t hash)
{
    for (size_t at = hash % PAIR_SLOTS; words->pairs[at] != 0; at = (at + 1) % PAIR_SLOTS) {
        if (words->pairs[at] == hash) {
            return true;
        }
    }
    return false;
}

static void add_pair(struct prompt_words *words, const char *bytes, size_t len)
{
    const uint64_t hash = hash_of(bytes, len);
    size_t at = hash % PAIR_SLOTS;

    if (words->n_pairs >= PAIR_SLOTS / 2 || has_pair(words, hash)) {
        return;
    }
    while (words->pairs[at] != 0) {
        at = (at + 1) % PAIR_SLOTS;
    }
    words->pairs[at] = hash;
    words->n_pairs++;
}

static void add_word(struct prompt_words *words, const struct piece *piece)
{
    char text[WORD_SIZE], other[QN_TOKEN_SIZE];
    const size_t len = fold(piece, text);
    struct word *word = &words->items[words->n];

    /* A number names no table. */
    if (words->n == PROMPT_WORDS_MAX || strspn(text, "0123456789") == len ||
        qn_word_in(text, stop_words) || find_stem(words, hash_of(text, stem_len(text, len))) != 0) {
        return;
    }
    memcpy(word->text, text, len + 1);
    word->len = len;
    word->letters = letters_of(text, len);
    words->n++;
    add_stem(words, text, len, words->n);
    qn_singular(other, text);
    add_stem(words, other, strlen(other), words->n);
    qn_plural(other, text);
    add_stem(words, other, strlen(other), words->n);
}

static void add_stops(struct prompt_words *words)
{
    for (const char *at = stop_words + 1; *at != '\0';) {
        const size_t len = strcspn(at, " ");

        add_stem(words, at, len, STOP);
        at += len + 1;
    }
}

struct prompt_words *prompt_words_create(const char *question)
{
    struct prompt_words *words = qn_zalloc(1, sizeof(*words));
    const char *text;
    struct piece piece;
    size_t i;

    if (words == NULL) {
        return NULL;
    }
    for (i = 0; question[i] != '\0' && i + 1 < TEXT_SIZE; i++) {
        words->text[i] = small(question[i]);
    }
    add_stops(words);
    for (text = question; next_piece(&text, &piece);) {
        if (!piece.wide) {
            add_word(words, &piece);
            continue;
        }
        for (i = 0; i + 3 <= piece.len; i += 3) {
            add_pair(words, piece.text + i, 3);
            if (i + 6 <= piece.len) {
                add_pair(words, piece.text + i, 6);
            }
        }
    }
    return words;
}

void prompt_words_free(struct prompt_words *words)
{
    qn_free(words);
}

/* ---- matching ---- */

/* How much of a Chinese run is in the question. */
static double match_wide(const struct prompt_words *words, const struct piece *piece)
{
    const size_t step = piece->len >= 6 ? 6 : 3;
    char run[3 * RUN_MAX + 1];
    size_t met = 0, all = 0;

    for (size_t i = 0; i + step <= piece->len && all < RUN_MAX; i += 3) {
        met += has_pair(words, hash_of(piece->text + i, step));
        all++;
    }
    if (met < all || piece->len >= sizeof(run)) {
        return all > 0 ? PART_WEIGHT * (double)met / (double)all : 0;
    }
    memcpy(run, piece->text, piece->len);
    run[piece->len] = '\0';
    return strstr(words->text, run) != NULL ? 1 : PART_WEIGHT;
}

static size_t nearest(const struct prompt_words *words, uint64_t unmet, const char *text,
                      size_t len)
{
    const uint32_t letters = letters_of(text, len);

    for (size_t i = 0; i < words->n; i++) {
        const struct word *word = &words->items[i];
        const size_t most = word->len >= 6 ? 2 : 1;

        if ((unmet >> i & 1U) == 0 || len + most < word->len || word->len + most < len || len < 4 ||
            (size_t)__builtin_popcount(letters ^ word->letters) > 2 * most) {
            continue;
        }
        if (qn_distance(word->text, word->len, text, len, most) <= most) {
            return i + 1;
        }
    }
    return 0;
}

static struct prompt_match match(const struct prompt_words *words, uint64_t unmet, const char *text)
{
    struct prompt_match ret = {0, 1, 0};
    double weight = 0;
    struct piece piece;
    char word[WORD_SIZE];

    while (next_piece(&text, &piece)) {
        size_t len, place;
        bool typo = false;

        if (piece.wide) {
            const double chars = (double)piece.len / 6; /* two of them are as a word */

            weight += chars;
            ret.share += chars * match_wide(words, &piece);
            continue;
        }
        len = fold(&piece, word);
        place = find_stem(words, hash_of(word, stem_len(word, len)));
        if (place == 0 && unmet != 0) {
            place = nearest(words, unmet, word, len);
            typo = true;
        }
        if (place == STOP) {
            continue;
        }
        weight += 1;
        if (place > 0) {
            ret.bits |= (uint64_t)1 << (place - 1);
            ret.share += typo ? TYPO_WEIGHT : 1;
        }
    }
    ret.share = weight > 0 ? ret.share / weight : 0;
    ret.size = fmin(LONGEST, 1 + LONGER * (weight - 1));
    return ret;
}

struct prompt_match prompt_words_match(const struct prompt_words *words, const char *text)
{
    return match(words, 0, text);
}

struct prompt_match prompt_words_match_fuzzy(const struct prompt_words *words, uint64_t unmet,
                                             const char *text)
{
    return match(words, unmet, text);
}

uint64_t prompt_words_fuzzy(const struct prompt_words *words)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < words->n; i++) {
        const struct word *word = &words->items[i];

        if (word->len >= 4 && strcspn(word->text, "0123456789") == word->len) {
            bits |= (uint64_t)1 << i;
        }
    }
    return bits;
}

double prompt_words_likeness(const struct prompt_words *words, const char *text)
{
    const struct prompt_match found = match(words, 0, text);
    const double all = (double)words->n + (double)words->n_pairs / 4;
    const double met = (double)__builtin_popcountll(found.bits);

    return found.share * 0.7 + (all > 0 ? 0.3 * fmin(1, met / all) : 0);
}
