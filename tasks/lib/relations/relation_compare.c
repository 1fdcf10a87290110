#include "relation_compare.h"

#include <string.h>

#define ALIKE_MIN 0.65

/* What shapes of names are worth. */
#define FULL      1.0
#define OWNED     0.95
#define ROLE      0.93
#define FRONT     0.86
#define HEAD      0.80
#define ROLE_HEAD 0.74
#define INITIALS  0.80

const struct qn_relation_name qn_relation_name_none = {0, QN_RELATION_RULE_NONE, 0};

const char *const qn_relation_rule_words[QN_RELATION_RULES] = {
    "says nothing",
    "is that of the key",
    "is that of the key, which neither table is named after",
    "is the table's",
    "is the table's without the name of its own",
    "is a role and the table's",
    "is the end of the table's",
    "is the table's and the key's",
    "is a role in the same table",
    "is the other end of a pair",
    "is a role of people",
    "is a role of a place or team",
    "says that it refers to something, which fits here",
    "does not tell, but the values do",
};

#define ALIKE_MIN 0.65

/* What shapes of names are worth. */
#define FULL      1.0
#define OWNED     0.95
#define ROLE      0.93
#define FRONT     0.86
#define HEAD      0.80
#define ROLE_HEAD 0.74
#define INITIALS  0.80

static bool is_wide(const char *word)
{
    return ((unsigned char)word[0] & 0x80) != 0;
}

bool qn_relation_compare_ends(const char *word, const char *ending)
{
    size_t len = strlen(word), n = strlen(ending);

    return len > n && memcmp(word + len - n, ending, n) == 0;
}

/* A plural that is none of English: Kunde, Kunden. */
static bool is_plural(const char *plural, const char *word)
{
    static const char *const endings[] = {"n", "en", "e", "s", "es", "ne", "nen"};
    size_t len = strlen(word);

    if (len < 3 || strncmp(plural, word, len) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (strcmp(plural + len, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* lieferadresse for Adressen: a role and the word, written as one. */
static bool ends_with_word(const char *fused, const char *word)
{
    static const char *const endings[] = {"", "n", "en", "e"};
    char stem[QN_RELATION_WORD_SIZE];

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t len = strlen(word), n = strlen(endings[i]);

        if (len < n + 4 || strcmp(word + len - n, endings[i]) != 0) {
            continue;
        }
        memcpy(stem, word, len - n);
        stem[len - n] = '\0';
        if (qn_relation_compare_ends(fused, stem) && strlen(fused) >= len - n + 3) {
            return true;
        }
    }
    return false;
}

static size_t common_start(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] != '\0' && a[n] == b[n]) {
        n++;
    }
    return n;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

double qn_relation_compare_words(const struct qn_relation_lexicon *lexicon, const char *a,
                                 const char *b)
{
    double short_form;
    size_t common;

    if (strcmp(a, b) == 0) {
        return 1;
    }
    if (a[0] == b[0] && a[1] == '\0') {
        return 0.66;
    }
    if (is_plural(a, b) || is_plural(b, a)) {
        return 0.97;
    }
    if (is_wide(b) && qn_relation_compare_ends(a, b)) {
        return 0.9;
    }
    short_form = larger(qn_relation_abbreviates(a, b), qn_relation_abbreviates(b, a));
    if (short_form < 0.82 && (qn_relation_lexicon_find(lexicon, a).groups &
                              qn_relation_lexicon_find(lexicon, b).groups) != 0) {
        return 0.82;
    }
    if (short_form > 0) {
        return short_form;
    }
    if (ends_with_word(a, b)) {
        return 0.85;
    }
    common = common_start(a, b);
    return common >= 5 &&
                   (double)common >= 0.6 * (double)larger((double)strlen(a), (double)strlen(b))
               ? 0.7
               : 0;
}

struct qn_relation_tail qn_relation_compare_tails(const struct qn_relation_lexicon *lexicon,
                                                  const struct qn_relation_words *a,
                                                  const struct qn_relation_words *b)
{
    struct qn_relation_tail tail = {0, 1};

    while (tail.n < a->n && tail.n < b->n) {
        double alike = qn_relation_compare_words(lexicon, a->word[a->n - 1 - tail.n],
                                                 b->word[b->n - 1 - tail.n]);

        if (alike < ALIKE_MIN) {
            break;
        }
        tail.quality = alike < tail.quality ? alike : tail.quality;
        tail.n++;
    }
    return tail;
}

static bool is_initials(const char *word, const struct qn_relation_words *words)
{
    if (words->n < 2 || strlen(word) != words->n) {
        return false;
    }
    for (size_t i = 0; i < words->n; i++) {
        if (word[i] != words->word[i][0]) {
            return false;
        }
    }
    return true;
}

bool qn_relation_compare_all(const struct qn_relation_lexicon *lexicon,
                             const struct qn_relation_words *words, unsigned flags)
{
    for (size_t i = 0; i < words->n; i++) {
        if (!qn_relation_word_is(lexicon, words->word[i], flags)) {
            return false;
        }
    }
    return true;
}

/* Names like c1 or x are shared by chance. */
bool qn_relation_compare_says(const struct qn_relation_words *base)
{
    for (size_t i = 0; i < base->n; i++) {
        if (strlen(base->word[i]) >= 2 && (base->word[i][0] < '0' || base->word[i][0] > '9')) {
            return true;
        }
    }
    return false;
}

bool qn_relation_compare_marked(const struct qn_relation_label *label)
{
    return label->key[0] != '\0' || label->joint[0] != '\0';
}

/* Leading words of table, all but its last skip ones, are the words of owner. */
bool qn_relation_compare_owned(const struct qn_relation_lexicon *lexicon,
                               const struct qn_relation_words *table, size_t skip,
                               const struct qn_relation_words *owner)
{
    struct qn_relation_words rest = *table;
    struct qn_relation_tail tail;

    rest.n -= skip;
    tail = qn_relation_compare_tails(lexicon, &rest, owner);
    return rest.n > 0 && (tail.n == rest.n || tail.n == owner->n);
}

/* user_from, account_to: the table's name, then the role. */
static struct qn_relation_name compare_front(const struct qn_relation_lexicon *lexicon,
                                             const struct qn_relation_words *base,
                                             const struct qn_relation_words *table)
{
    const unsigned roles = QN_WORD_AT_PLACE | QN_WORD_OF_TEAM | QN_WORD_JOINT | QN_WORD_SELF;
    struct qn_relation_words front = *base;
    struct qn_relation_tail tail;

    if (base->n != table->n + 1 || !qn_relation_word_is(lexicon, base->word[base->n - 1], roles)) {
        return qn_relation_name_none;
    }
    front.n--;
    tail = qn_relation_compare_tails(lexicon, &front, table);
    return tail.n == table->n ? qn_relation_name_worth(FRONT, QN_RELATION_RULE_ROLE, tail.quality)
                              : qn_relation_name_none;
}

static struct qn_relation_name compare_whole(const struct qn_relation_words *base,
                                             const struct qn_relation_words *table)
{
    char a[QN_RELATION_WORD_SIZE], b[QN_RELATION_WORD_SIZE];

    qn_relation_words_join(base, a, sizeof(a));
    qn_relation_words_join(table, b, sizeof(b));
    if (strcmp(a, b) == 0) {
        return qn_relation_name_worth(FULL, QN_RELATION_RULE_TABLE, 1);
    }
    if (base->n == 1 && is_initials(a, table)) {
        return qn_relation_name_worth(FULL, QN_RELATION_RULE_TABLE, INITIALS);
    }
    return qn_relation_name_none;
}

/* typ in Maschine: Maschinentyp. */
static struct qn_relation_name compare_fused(const struct qn_relation_words *base,
                                             const struct qn_relation_words *table,
                                             const struct qn_relation_words *owner)
{
    if (base->n != 1 || table->n != 1 || owner->n == 0 || strlen(base->word[0]) < 3 ||
        !qn_relation_compare_ends(table->word[0], base->word[0]) ||
        common_start(table->word[0], owner->word[owner->n - 1]) < 4) {
        return qn_relation_name_none;
    }
    return qn_relation_name_worth(0.9, QN_RELATION_RULE_OWNED, 1);
}

struct qn_relation_name qn_relation_compare_table(const struct qn_relation_schema *schema,
                                                  const struct qn_relation_asker *asker,
                                                  const struct qn_relation_words *base,
                                                  const struct qn_relation_words *words, bool same)
{
    const struct qn_relation_lexicon *lexicon = &schema->lexicon;
    const struct qn_relation_words *owner = &schema->tables[asker->table].words;
    struct qn_relation_tail tail = qn_relation_compare_tails(lexicon, base, words);
    struct qn_relation_name name =
        qn_relation_name_better(compare_whole(base, words), compare_front(lexicon, base, words));

    if (tail.n == 0) {
        return qn_relation_name_better(name, compare_fused(base, words, owner));
    }
    if (tail.n == words->n) {
        return qn_relation_name_better(
            name, tail.n == base->n
                      ? qn_relation_name_worth(FULL, QN_RELATION_RULE_TABLE, tail.quality)
                      : qn_relation_name_worth(ROLE, QN_RELATION_RULE_ROLE, tail.quality));
    }
    if (tail.n == base->n) {
        return qn_relation_name_better(
            name, qn_relation_compare_owned(lexicon, words, tail.n, owner)
                      ? qn_relation_name_worth(OWNED, QN_RELATION_RULE_OWNED, tail.quality)
                      : qn_relation_name_worth(HEAD, QN_RELATION_RULE_HEAD, tail.quality));
    }
    if (same || qn_relation_compare_owned(lexicon, words, tail.n, owner)) {
        return qn_relation_name_better(
            name, qn_relation_name_worth(same ? 0.9 : ROLE, QN_RELATION_RULE_ROLE, tail.quality));
    }
    return qn_relation_name_better(
        name, qn_relation_name_worth(ROLE_HEAD, QN_RELATION_RULE_HEAD, tail.quality));
}
