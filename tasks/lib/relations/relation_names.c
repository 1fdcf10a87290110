#include "relation_names.h"

#include <string.h>
#include <strings.h>

const char *const qn_relation_rule_words[QN_RELATION_RULES] = {
    "says nothing",
    "is that of the key",
    "is the table's",
    "is the table's without the name of its own",
    "is a role and the table's",
    "is the end of the table's",
    "is the table's and the key's",
    "is a role in the same table",
    "is the other end of a pair",
    "is a role of people",
    "is a role of a place or team",
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

static bool ends_with(const char *word, const char *ending)
{
    size_t len = strlen(word), n = strlen(ending);

    return len > n && memcmp(word + len - n, ending, n) == 0;
}

/* A plural that is none of English: Kunde, Kunden. */
static bool is_plural(const char *plural, const char *word)
{
    static const char *const endings[] = {"n", "en", "e", "s", "es", "ne", "nen"};
    size_t len = strlen(word);

    if (len < 4 || strncmp(plural, word, len) != 0) {
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
        if (ends_with(fused, stem) && strlen(fused) >= len - n + 3) {
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

double qn_relation_names_alike(const struct qn_relation_lexicon *lexicon, const char *a,
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
    if (is_wide(b) && ends_with(a, b)) {
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

/* The words of both, compared from their ends. */
struct tail {
    size_t n;
    double quality;
};

static struct tail compare_tails(const struct qn_relation_lexicon *lexicon,
                                 const struct qn_relation_words *a,
                                 const struct qn_relation_words *b)
{
    struct tail tail = {0, 1};

    while (tail.n < a->n && tail.n < b->n) {
        double alike = qn_relation_names_alike(lexicon, a->word[a->n - 1 - tail.n],
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

static bool all_are(const struct qn_relation_lexicon *lexicon,
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
static bool says_something(const struct qn_relation_words *base)
{
    for (size_t i = 0; i < base->n; i++) {
        if (strlen(base->word[i]) >= 2 && (base->word[i][0] < '0' || base->word[i][0] > '9')) {
            return true;
        }
    }
    return false;
}

static bool has_mark(const struct qn_relation_label *label)
{
    return label->key[0] != '\0' || label->joint[0] != '\0';
}

bool qn_relation_names_is_measure(const struct qn_relation_schema *schema,
                                  const struct qn_relation_label *label)
{
    const struct qn_relation_words *base = &label->base;

    if (label->key[0] != '\0' && strcmp(label->key, "num") != 0 && strcmp(label->key, "no") != 0 &&
        strcmp(label->key, "number") != 0) {
        return false;
    }
    if (base->n == 0 || label->joint[0] != '\0') {
        return false;
    }
    return strcmp(base->word[base->n - 1], "order") == 0 || /* sort_order */
           qn_relation_word_is(&schema->lexicon, base->word[base->n - 1], QN_WORD_MEASURE) ||
           qn_relation_word_is(&schema->lexicon, base->word[0], QN_WORD_MEASURE);
}

/* id, no and code say different things: a column named _no seldom refers to a key named id. */
static int key_kind(const char *key)
{
    return qn_relation_words_is(key, "no nr num nbr number nummer bh hao bianhao") ? 1
           : qn_relation_words_is(key, "code cd dm daima codigo 代码")             ? 2
                                                                                   : 0;
}

static double agree(const struct qn_relation_label *label, const struct qn_relation_key *key)
{
    if (strcmp(label->key, key->label.key) == 0) {
        return 1;
    }
    if (label->key[0] == '\0' || key->label.key[0] == '\0') {
        return 0.99;
    }
    return key_kind(label->key) == key_kind(key->label.key) ? 0.99 : 0.94;
}

/* Leading words of table, all but its last skip ones, are the words of owner. */
static bool is_owned(const struct qn_relation_lexicon *lexicon,
                     const struct qn_relation_words *table, size_t skip,
                     const struct qn_relation_words *owner)
{
    struct qn_relation_words rest = *table;
    struct tail tail;

    rest.n -= skip;
    tail = compare_tails(lexicon, &rest, owner);
    return rest.n > 0 && (tail.n == rest.n || tail.n == owner->n);
}

/* beds in ward: how many, not which. */
static bool is_count(const struct qn_relation_schema *schema, const struct qn_relation_asker *asker,
                     const struct qn_relation_label *label)
{
    const struct qn_catalog_column *column =
        &schema->catalog->tables[asker->table].columns[asker->column];
    size_t len = strlen(label->name);

    return !has_mark(label) && label->base.n > 0 && len > 3 && label->name[len - 1] == 's' &&
           column->family != QN_FAMILY_TEXT && !ends_with(label->name, "ss") &&
           !ends_with(label->name, "us") && !ends_with(label->name, "is");
}

static struct qn_relation_name less(struct qn_relation_name name, double factor)
{
    name.score *= factor;
    return name;
}

static struct qn_relation_name worth(double score, enum qn_relation_rule rule, double quality)
{
    return (struct qn_relation_name){score * quality, rule, quality};
}

static const struct qn_relation_name nothing = {0, QN_RELATION_RULE_NONE, 0};

static struct qn_relation_name better(struct qn_relation_name a, struct qn_relation_name b)
{
    return b.score > a.score ? b : a;
}

/* user_from, account_to: the table's name, then the role. */
static struct qn_relation_name compare_front(const struct qn_relation_lexicon *lexicon,
                                             const struct qn_relation_words *base,
                                             const struct qn_relation_words *table)
{
    const unsigned roles = QN_WORD_AT_PLACE | QN_WORD_OF_TEAM | QN_WORD_JOINT | QN_WORD_SELF;
    struct qn_relation_words front = *base;
    struct tail tail;

    if (base->n != table->n + 1 || !qn_relation_word_is(lexicon, base->word[base->n - 1], roles)) {
        return nothing;
    }
    front.n--;
    tail = compare_tails(lexicon, &front, table);
    return tail.n == table->n ? worth(FRONT, QN_RELATION_RULE_ROLE, tail.quality) : nothing;
}

static struct qn_relation_name compare_whole(const struct qn_relation_words *base,
                                             const struct qn_relation_words *table)
{
    char a[QN_RELATION_WORD_SIZE], b[QN_RELATION_WORD_SIZE];

    qn_relation_words_join(base, a, sizeof(a));
    qn_relation_words_join(table, b, sizeof(b));
    if (strcmp(a, b) == 0) {
        return worth(FULL, QN_RELATION_RULE_TABLE, 1);
    }
    if (base->n == 1 && is_initials(a, table)) {
        return worth(FULL, QN_RELATION_RULE_TABLE, INITIALS);
    }
    return nothing;
}

/* typ in Maschine: Maschinentyp. */
static struct qn_relation_name compare_fused(const struct qn_relation_words *base,
                                             const struct qn_relation_words *table,
                                             const struct qn_relation_words *owner)
{
    if (base->n != 1 || table->n != 1 || owner->n == 0 || strlen(base->word[0]) < 3 ||
        !ends_with(table->word[0], base->word[0]) ||
        common_start(table->word[0], owner->word[owner->n - 1]) < 4) {
        return nothing;
    }
    return worth(0.9, QN_RELATION_RULE_OWNED, 1);
}

static struct qn_relation_name compare_table(const struct qn_relation_schema *schema,
                                             const struct qn_relation_asker *asker,
                                             const struct qn_relation_words *base,
                                             const struct qn_relation_words *words, bool same)
{
    const struct qn_relation_lexicon *lexicon = &schema->lexicon;
    const struct qn_relation_words *owner = &schema->tables[asker->table].words;
    struct tail tail = compare_tails(lexicon, base, words);
    struct qn_relation_name name =
        better(compare_whole(base, words), compare_front(lexicon, base, words));

    if (tail.n == 0) {
        return better(name, compare_fused(base, words, owner));
    }
    if (tail.n == words->n) {
        return better(name, tail.n == base->n ? worth(FULL, QN_RELATION_RULE_TABLE, tail.quality)
                                              : worth(ROLE, QN_RELATION_RULE_ROLE, tail.quality));
    }
    if (tail.n == base->n) {
        return better(name, is_owned(lexicon, words, tail.n, owner)
                                ? worth(OWNED, QN_RELATION_RULE_OWNED, tail.quality)
                                : worth(HEAD, QN_RELATION_RULE_HEAD, tail.quality));
    }
    if (same || is_owned(lexicon, words, tail.n, owner)) {
        return better(name, worth(0.9, QN_RELATION_RULE_ROLE, tail.quality));
    }
    return better(name, worth(ROLE_HEAD, QN_RELATION_RULE_HEAD, tail.quality));
}

static bool names_itself(const struct qn_relation_schema *schema, const struct qn_relation_key *key)
{
    const struct qn_relation_words *base = &key->label.base;

    return key->primary && key->label.key[0] != '\0' && says_something(base) &&
           !all_are(&schema->lexicon, base, QN_WORD_GENERIC | QN_WORD_MEASURE);
}

/* By the name of the table that the key is the key of. */
static struct qn_relation_name by_table(const struct qn_relation_schema *schema,
                                        const struct qn_relation_asker *asker,
                                        const struct qn_relation_label *label,
                                        const struct qn_relation_key *key)
{
    struct qn_relation_name name = nothing;

    if (!key->own || label->base.n == 0 ||
        (label->key[0] == '\0' && !says_something(&label->base))) {
        return nothing;
    }
    name = compare_table(schema, asker, &label->base, &schema->tables[key->table].words,
                         key->table == asker->table);
    if (names_itself(schema, key)) { /* athlete.player_no: player is another name of athlete */
        struct qn_relation_name other =
            compare_table(schema, asker, &label->base, &key->label.base, false);

        other.score *= 0.95;
        name = better(name, other);
    }
    if (key->table == asker->table && name.rule != QN_RELATION_RULE_ROLE) {
        return nothing; /* order_no in orders */
    }
    name.score *= agree(label, key) * (key->primary ? 1 : 0.98);
    if (qn_relation_word_is(&schema->lexicon, label->base.word[0], QN_WORD_FOREIGN)) {
        name.score *= 0.75; /* external_order_id: of another system's orders */
    }
    if (!has_mark(label)) {
        name.score *= name.rule == QN_RELATION_RULE_TABLE ? 0.92 : 0.87;
        name.score *= schema->marked && key->family == QN_FAMILY_INTEGER ? 0.85 : 1;
    }
    if (qn_relation_names_is_measure(schema, label) || is_count(schema, asker, label)) {
        name.score *= 0.6;
    }
    return name;
}

static bool same_label(const struct qn_relation_label *a, const struct qn_relation_label *b)
{
    return strcasecmp(a->name, b->name) == 0 ||
           (qn_relation_words_equal(&a->base, &b->base) && strcmp(a->key, b->key) == 0 &&
            strcmp(a->joint, b->joint) == 0);
}

/* sjbmid for bmid, lieferant_kdnr for kdnr: a role before the key's own name. */
static struct qn_relation_name by_key_name(const struct qn_relation_schema *schema,
                                           const struct qn_relation_label *label,
                                           const struct qn_relation_key *key)
{
    const struct qn_relation_words *base = &key->label.base;
    size_t n = strlen(key->label.name), len = strlen(label->name);
    struct qn_relation_words tail = label->base;

    if (!key->own || !says_something(base) ||
        all_are(&schema->lexicon, base, QN_WORD_GENERIC | QN_WORD_MEASURE)) {
        return nothing;
    }
    if (tail.n > base->n && strcmp(label->key, key->label.key) == 0) {
        qn_relation_words_drop(&tail, 0, tail.n - base->n);
        if (qn_relation_words_equal(&tail, base)) {
            return worth(0.92, QN_RELATION_RULE_ROLE, 1);
        }
    }
    if (n >= 4 && len >= n + 2 && strcasecmp(label->name + len - n, key->label.name) == 0) {
        return worth(0.87, QN_RELATION_RULE_ROLE, 1);
    }
    return nothing;
}

static struct qn_relation_name by_same_name(const struct qn_relation_schema *schema,
                                            const struct qn_relation_asker *asker,
                                            const struct qn_relation_label *label,
                                            const struct qn_relation_key *key)
{
    const struct qn_relation_lexicon *lexicon = &schema->lexicon;
    const struct qn_relation_words *base = &key->label.base;
    bool of_table;

    if (key->table == asker->table || !says_something(&label->base) ||
        !same_label(label, &key->label)) {
        return nothing;
    }
    of_table = compare_tails(lexicon, &label->base, &schema->tables[key->table].words).n > 0;
    if (base->n == 0) { /* a prefix of its table's columns: emp_id in emp */
        return of_table ? worth(FULL, QN_RELATION_RULE_SAME, 1) : nothing;
    }
    if (all_are(lexicon, base, QN_WORD_GENERIC | QN_WORD_MEASURE) && !of_table) {
        return nothing;
    }
    if (key->own) {
        return worth(of_table ? FULL : 0.9, QN_RELATION_RULE_SAME, 1);
    }
    if (key->primary) {
        return worth(0.66, QN_RELATION_RULE_SAME, 1);
    }
    return worth(key->declared && key->family == QN_FAMILY_TEXT && label->key[0] == '\0' ? 0.8
                                                                                         : 0.55,
                 QN_RELATION_RULE_SAME, 1);
}

/* airport_iata for airports.iata: the table's name, then the key's. */
static struct qn_relation_name by_property(const struct qn_relation_schema *schema,
                                           const struct qn_relation_asker *asker,
                                           const struct qn_relation_label *label,
                                           const struct qn_relation_key *key)
{
    const struct qn_relation_lexicon *lexicon = &schema->lexicon;
    struct qn_relation_words rest = label->base;
    struct tail tail;
    struct qn_relation_name name;

    tail = compare_tails(lexicon, &rest, &key->label.base);
    if (key->label.base.n == 0 || tail.n < key->label.base.n || tail.n >= rest.n) {
        return nothing;
    }
    rest.n -= tail.n;
    name = compare_table(schema, asker, &rest, &schema->tables[key->table].words, false);
    if (name.score == 0 || key->table == asker->table) {
        return nothing;
    }
    if (all_are(lexicon, &key->label.base, QN_WORD_GENERIC)) {
        return worth(0.5, QN_RELATION_RULE_PROPERTY, name.score);
    }
    return worth(0.95, QN_RELATION_RULE_PROPERTY, name.score * tail.quality);
}

static bool is_by(const struct qn_relation_label *label)
{
    return qn_relation_words_is(label->joint, "by von durch por par");
}

static unsigned role_flags(const struct qn_relation_schema *schema,
                           const struct qn_relation_label *label)
{
    const struct qn_relation_words *base = &label->base;
    unsigned flags = 0;

    if (base->n == 0) {
        return 0;
    }
    flags = qn_relation_lexicon_find(&schema->lexicon, base->word[base->n - 1]).flags;
    if (base->n == 2 && strcmp(label->joint, "to") != 0) {
        flags |= qn_relation_lexicon_find(&schema->lexicon, base->word[0]).flags & QN_WORD_SELF;
    }
    if (is_by(label) ||
        (strcmp(label->joint, "to") == 0 && ends_with(base->word[base->n - 1], "ed"))) {
        flags |= QN_WORD_BY_USER;
    }
    return flags;
}

static double without_mark(const struct qn_relation_schema *schema,
                           const struct qn_relation_label *label)
{
    return has_mark(label) ? 1 : schema->marked ? 0.9 : 0.95;
}

/* parentcc, prevrun: a role that is written as one with something. */
static bool is_fused_self(const char *word)
{
    static const char *const roles[] = {"parent", "prev", "next", "super", "orig", "root", "ober"};

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (strncmp(word, roles[i], strlen(roles[i])) == 0 &&
            strlen(word) >= strlen(roles[i]) + 2) {
            return true;
        }
    }
    return false;
}

static struct qn_relation_name by_self(const struct qn_relation_schema *schema,
                                       const struct qn_relation_asker *asker,
                                       const struct qn_relation_label *label,
                                       const struct qn_relation_key *key)
{
    const unsigned people = QN_WORD_USERS | QN_WORD_STAFF | QN_WORD_PERSONS | QN_WORD_CLIENTS;
    unsigned flags = role_flags(schema, label);

    if (key->table != asker->table || !key->own || label->base.n == 0 || label->base.n > 2 ||
        compare_tails(&schema->lexicon, &label->base, &schema->tables[key->table].words).n > 0) {
        return nothing;
    }
    if ((flags & QN_WORD_SELF) == 0 && label->base.n == 1 && is_fused_self(label->base.word[0])) {
        return worth(0.82, QN_RELATION_RULE_SELF, 1);
    }
    if ((flags & QN_WORD_SELF) == 0) {
        return label->base.n == 1 && strcmp(label->joint, "of") == 0 &&
                       (flags & (QN_WORD_MEASURE | QN_WORD_GENERIC | QN_WORD_PERSONS)) == 0
                   ? worth(0.8, QN_RELATION_RULE_SELF, 1)
                   : nothing;
    }
    if ((flags & (QN_WORD_BY_STAFF | QN_WORD_BY_USER)) != 0 &&
        (schema->tables[asker->table].flags & people) == 0) {
        return nothing;
    }
    return less(worth(label->base.n == 1 ? 0.9 : 0.76, QN_RELATION_RULE_SELF, 1),
                without_mark(schema, label));
}

/* Another column of the asker's table is named after the key's table. */
static bool has_sibling(const struct qn_relation_schema *schema,
                        const struct qn_relation_asker *asker, size_t table)
{
    for (size_t i = 0; i < schema->catalog->tables[asker->table].n_columns; i++) {
        struct qn_relation_label label;

        qn_relation_schema_label(schema, asker->table, i, false, &label);
        if (i != asker->column && label.base.n > 0 && label.key[0] != '\0' &&
            compare_table(schema, asker, &label.base, &schema->tables[table].words, false).score >
                0.9) {
            return true;
        }
    }
    return false;
}

static bool has_own_key(const struct qn_relation_schema *schema, size_t table)
{
    const struct qn_catalog_table *from = &schema->catalog->tables[table];

    return from->n_keys > 0 && from->keys[0].primary && from->keys[0].n == 1;
}

static struct qn_relation_name by_link(const struct qn_relation_schema *schema,
                                       const struct qn_relation_asker *asker,
                                       const struct qn_relation_label *label,
                                       const struct qn_relation_key *key)
{
    const struct qn_relation_words *words = &schema->tables[asker->table].words;
    const struct qn_relation_words *parent = &schema->tables[key->table].words;
    unsigned flags = role_flags(schema, label);
    bool named;

    if (key->table == asker->table || !key->own || (flags & (QN_WORD_LINK | QN_WORD_SELF)) == 0) {
        return nothing;
    }
    named = words->n > parent->n && is_owned(&schema->lexicon, words, words->n - parent->n, parent);
    if (!named && (has_own_key(schema, asker->table) || !has_sibling(schema, asker, key->table))) {
        return nothing;
    }
    return less(worth(0.8, QN_RELATION_RULE_LINK, 1), without_mark(schema, label));
}

/* A word like examiner or trainee, which no list has. */
static bool is_agent(const struct qn_relation_schema *schema, const char *word)
{
    static const char *const endings[] = {"er", "or", "ee", "ant", "ist", "ian"};

    if (strlen(word) < 5 || qn_relation_lexicon_find(&schema->lexicon, word).flags != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (ends_with(word, endings[i])) {
            return true;
        }
    }
    return false;
}

/* Which of users, employees, persons, customers plays a role. */
static double people_score(unsigned role, unsigned table)
{
    static const struct {
        unsigned role, table;
        double score;
    } rows[] = {
        {QN_WORD_BY_CLIENT, QN_WORD_CLIENTS, 0.82}, {QN_WORD_BY_STAFF, QN_WORD_STAFF, 0.83},
        {QN_WORD_BY_USER, QN_WORD_USERS, 0.83},     {QN_WORD_BY_CLIENT, QN_WORD_PERSONS, 0.78},
        {QN_WORD_BY_STAFF, QN_WORD_USERS, 0.78},    {QN_WORD_BY_USER, QN_WORD_STAFF, 0.78},
        {QN_WORD_BY_CLIENT, QN_WORD_USERS, 0.76},   {QN_WORD_BY_STAFF, QN_WORD_PERSONS, 0.75},
        {QN_WORD_BY_USER, QN_WORD_PERSONS, 0.75},   {QN_WORD_BY_USER, QN_WORD_CLIENTS, 0.72},
        {QN_WORD_BY_CLIENT, QN_WORD_STAFF, 0.7},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((role & rows[i].role) != 0 && (table & rows[i].table) != 0) {
            return rows[i].score;
        }
    }
    return 0;
}

static struct qn_relation_name by_people(const struct qn_relation_schema *schema,
                                         const struct qn_relation_asker *asker,
                                         const struct qn_relation_label *label,
                                         const struct qn_relation_key *key)
{
    const struct qn_relation_table *table = &schema->tables[key->table];
    unsigned role = role_flags(schema, label);
    double score = people_score(role, table->flags);

    if (score == 0 && label->base.n > 0 && is_agent(schema, label->base.word[label->base.n - 1])) {
        score = 0.88 * people_score(QN_WORD_BY_USER | QN_WORD_BY_STAFF, table->flags);
    }
    if (!key->own || score == 0) {
        return nothing;
    }
    if (table->words.n > 1) {
        score -= 0.02;
    }
    if (key->table == asker->table && (role & QN_WORD_SELF) != 0) {
        score += 0.05;
    }
    if (key->table == asker->table && asker->own_key) {
        return nothing;
    }
    return less(worth(score, QN_RELATION_RULE_PEOPLE, 1), without_mark(schema, label));
}

static struct qn_relation_name by_place(const struct qn_relation_schema *schema,
                                        const struct qn_relation_label *label,
                                        const struct qn_relation_key *key)
{
    unsigned role = role_flags(schema, label);
    unsigned table = schema->tables[key->table].flags;

    if (!key->own) {
        return nothing;
    }
    if ((role & QN_WORD_OF_TEAM) != 0 && (table & QN_WORD_TEAMS) != 0) {
        return less(worth(0.8, QN_RELATION_RULE_PLACE, 1), without_mark(schema, label));
    }
    if ((role & QN_WORD_AT_PLACE) != 0 && (table & QN_WORD_PLACES) != 0) {
        return less(worth(0.76, QN_RELATION_RULE_PLACE, 1), without_mark(schema, label));
    }
    if (qn_relation_words_is(label->joint, "at in") && (table & QN_WORD_PLACES) != 0) {
        return worth(0.7, QN_RELATION_RULE_PLACE, 1);
    }
    return nothing;
}

static struct qn_relation_name compare_form(const struct qn_relation_schema *schema,
                                            const struct qn_relation_asker *asker,
                                            const struct qn_relation_label *label,
                                            const struct qn_relation_key *key)
{
    struct qn_relation_name name = by_same_name(schema, asker, label, key);

    name = better(name, by_table(schema, asker, label, key));
    name = better(name, by_property(schema, asker, label, key));
    name = better(name, by_key_name(schema, label, key));
    if (asker->polymorphic) {
        return name.rule == QN_RELATION_RULE_TABLE && name.quality == 1 ? name : nothing;
    }
    name = better(name, by_self(schema, asker, label, key));
    name = better(name, by_link(schema, asker, label, key));
    name = better(name, by_people(schema, asker, label, key));
    return better(name, by_place(schema, label, key));
}

struct qn_relation_name qn_relation_names_compare(const struct qn_relation_schema *schema,
                                                  const struct qn_relation_asker *asker,
                                                  const struct qn_relation_key *key)
{
    struct qn_relation_name best = nothing;

    for (size_t i = 0; i < asker->n_forms; i++) {
        best = better(best, compare_form(schema, asker, &asker->forms[i], key));
    }
    if (asker->own_key &&
        (key->table == asker->table || best.quality < 0.9 ||
         (best.rule != QN_RELATION_RULE_SAME && best.rule != QN_RELATION_RULE_TABLE))) {
        return nothing;
    }
    return best;
}

bool qn_relation_names_own(const struct qn_relation_schema *schema,
                           const struct qn_relation_key *key)
{
    const struct qn_relation_words *base = &key->label.base;
    struct tail tail;

    if (key->n != 1) {
        return false;
    }
    if (base->n == 0) {
        return key->primary || key->label.key[0] != '\0';
    }
    tail = compare_tails(&schema->lexicon, base, &schema->tables[key->table].words);
    if (tail.n == base->n || tail.n == schema->tables[key->table].words.n) {
        return key->primary || key->label.key[0] != '\0';
    }
    if (!key->primary) {
        return false;
    }
    for (size_t i = 0; i < schema->catalog->n_tables; i++) {
        const struct qn_relation_words *words = &schema->tables[i].words;

        tail = compare_tails(&schema->lexicon, base, words);
        if (i != key->table && tail.n == words->n && tail.n > 0 && tail.quality > 0.8) {
            return false;
        }
    }
    return true;
}

/* --- the asker */

static void add_form(struct qn_relation_asker *asker, const struct qn_relation_label *label)
{
    for (size_t i = 0; i < asker->n_forms; i++) {
        if (qn_relation_words_equal(&asker->forms[i].base, &label->base) &&
            strcmp(asker->forms[i].key, label->key) == 0) {
            return;
        }
    }
    if (asker->n_forms < QN_RELATION_FORMS) {
        asker->forms[asker->n_forms++] = *label;
    }
}

static void add_forms(const struct qn_relation_schema *schema, struct qn_relation_asker *asker,
                      const struct qn_relation_label *label)
{
    struct qn_relation_label split = *label;

    add_form(asker, label);
    if (label->key[0] == '\0' && label->joint[0] == '\0' && qn_relation_words_unfuse(&split.base)) {
        const char *ending = split.base.word[--split.base.n];

        memcpy(qn_relation_word_is(&schema->lexicon, ending, QN_WORD_JOINT) ? split.joint
                                                                            : split.key,
               ending, sizeof(split.key));
        add_form(asker, &split);
    }
}

/* other is base and "type", or base alone as a text: owner_type beside owner_id. */
static bool names_kind(const struct qn_relation_schema *schema,
                       const struct qn_relation_words *base, const struct qn_relation_label *other,
                       enum qn_family family)
{
    struct qn_relation_words front = other->base;

    if (qn_relation_words_equal(base, &other->base)) {
        return other->key[0] == '\0' && other->joint[0] == '\0' && family == QN_FAMILY_TEXT;
    }
    if (front.n < 1 ||
        !qn_relation_word_is(&schema->lexicon, front.word[front.n - 1], QN_WORD_KIND)) {
        return false;
    }
    front.n--;
    return qn_relation_words_equal(base, &front);
}

static bool is_polymorphic(const struct qn_relation_schema *schema,
                           const struct qn_relation_asker *asker)
{
    const struct qn_catalog_table *table = &schema->catalog->tables[asker->table];
    const struct qn_relation_words *base = &asker->forms[0].base;

    if (base->n == 0 ||
        !qn_relation_word_is(&schema->lexicon, base->word[base->n - 1], QN_WORD_ANYTHING)) {
        return false;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        struct qn_relation_label other;

        qn_relation_schema_label(schema, asker->table, i, false, &other);
        if (i != asker->column && names_kind(schema, base, &other, table->columns[i].family)) {
            return true;
        }
    }
    return false;
}

static bool is_own_key(const struct qn_relation_schema *schema, size_t table, size_t column)
{
    const struct qn_catalog_table *from = &schema->catalog->tables[table];

    for (size_t i = 0; i < from->n_keys; i++) {
        if (from->keys[i].primary) {
            return from->keys[i].n == 1 && from->keys[i].columns[0] == column;
        }
    }
    for (size_t i = 0; i < schema->n_keys; i++) {
        if (schema->keys[i].table == table && schema->keys[i].primary) {
            return schema->keys[i].columns[0] == column;
        }
    }
    return false;
}

void qn_relation_names_asker(const struct qn_relation_schema *schema, size_t table, size_t column,
                             struct qn_relation_asker *ret)
{
    struct qn_relation_label label;

    *ret = (struct qn_relation_asker){.table = table, .column = column};
    qn_relation_schema_label(schema, table, column, false, &label);
    add_forms(schema, ret, &label);
    if (schema->tables[table].prefix[0] != '\0') {
        qn_relation_schema_label(schema, table, column, true, &label);
        add_forms(schema, ret, &label);
    }
    ret->polymorphic = is_polymorphic(schema, ret);
    ret->own_key = is_own_key(schema, table, column);
}
