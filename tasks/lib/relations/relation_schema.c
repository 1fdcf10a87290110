#include "relation_schema.h"

#include "relation_names.h"
#include <stdlib.h>
#include <string.h>

const struct qn_profile_column *qn_relation_schema_profile(const struct qn_relation_schema *schema,
                                                           size_t table, size_t column)
{
    const struct qn_profile_table *profile =
        schema->profiles != NULL ? &schema->profiles[table] : NULL;

    if (profile == NULL || profile->tier == QN_PROFILE_NONE || profile->columns == NULL ||
        column >= profile->n_columns || profile->columns[column].tier == QN_PROFILE_NONE) {
        return NULL;
    }
    return &profile->columns[column];
}

bool qn_relation_schema_fits(const struct qn_catalog_column *column)
{
    switch (column->family) {
    case QN_FAMILY_INTEGER:
    case QN_FAMILY_TEXT:
    case QN_FAMILY_UUID:
    case QN_FAMILY_DATE:
        return column->readable;
    case QN_FAMILY_NUMERIC:
        return column->readable && column->scale == 0 && strcmp(column->type, "money") != 0;
    default:
        return false;
    }
}

bool qn_relation_schema_same_family(enum qn_family a, enum qn_family b)
{
    if (a == QN_FAMILY_NUMERIC) {
        a = QN_FAMILY_INTEGER;
    }
    return a == (b == QN_FAMILY_NUMERIC ? QN_FAMILY_INTEGER : b);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first words of the tables, sorted: how often one is there tells a prefix. */
struct firsts {
    const char **words;
    size_t n;
};

static struct firsts first_words(const struct qn_relation_schema *schema)
{
    struct firsts firsts = {0};

    firsts.words =
        qn_arena_alloc(schema->arena, schema->catalog->n_tables + 1, sizeof(*firsts.words));
    if (firsts.words == NULL) {
        return firsts;
    }
    for (size_t i = 0; i < schema->catalog->n_tables; i++) {
        if (schema->tables[i].words.n > 0) {
            firsts.words[firsts.n++] = qn_arena_str(schema->arena, schema->tables[i].words.word[0]);
        }
    }
    qsort(firsts.words, firsts.n, sizeof(*firsts.words), by_text);
    return firsts;
}

static size_t count_first(const struct firsts *firsts, const char *word)
{
    size_t low = 0, high = firsts->n, n = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(firsts->words[middle], word) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    while (low + n < firsts->n && strcmp(firsts->words[low + n], word) == 0) {
        n++;
    }
    return n;
}

static bool is_number(const char *word)
{
    return word[0] >= '0' && word[0] <= '9';
}

static bool says_nothing(const struct qn_relation_schema *schema, const struct firsts *firsts,
                         const char *word)
{
    size_t shared = count_first(firsts, word);

    return (word[1] == '\0' && !is_number(word)) ||
           qn_relation_word_is(&schema->lexicon, word, QN_WORD_NOISE) ||
           (shared >= 3 && shared * 10 >= firsts->n * 6);
}

static bool is_padding(const struct qn_relation_schema *schema, const char *word)
{
    return is_number(word) || qn_relation_word_is(&schema->lexicon, word, QN_WORD_NOISE);
}

/* t_1: its first letter is all that it has. */
static bool goes_on(const struct qn_relation_words *words)
{
    for (size_t i = 1; i < words->n; i++) {
        if (!is_number(words->word[i])) {
            return true;
        }
    }
    return false;
}

static void strip_table(const struct qn_relation_schema *schema, const struct firsts *firsts,
                        struct qn_relation_table *table)
{
    struct qn_relation_words *words = &table->words;

    while (goes_on(words) && says_nothing(schema, firsts, words->word[0])) {
        qn_relation_words_drop(words, 0, 1);
    }
    qn_relation_words_number(words, table->number, sizeof(table->number));
    while (words->n > 1 && is_padding(schema, words->word[words->n - 1])) {
        words->n--;
    }
    if (words->n > 0) {
        table->flags = qn_relation_lexicon_find(&schema->lexicon, words->word[words->n - 1]).flags;
    }
}

/* How many columns begin with word ("?": any single letter) and go on after it. */
static size_t count_prefix(const struct qn_catalog_table *table, const char *word)
{
    size_t n = 0;

    for (size_t i = 0; i < table->n_columns; i++) {
        struct qn_relation_words words;

        qn_relation_words_split(&words, table->columns[i].name);
        if (words.n < 2) {
            continue;
        }
        if (word[0] == '?' ? words.word[0][1] == '\0' : strcmp(words.word[0], word) == 0) {
            n++;
        }
    }
    return n;
}

static bool is_most(size_t n, size_t all)
{
    return n >= 3 && n * 5 >= all * 4;
}

static void find_prefix(const struct qn_catalog_table *table, struct qn_relation_table *ret)
{
    struct qn_relation_words words;

    /* One of the first two columns has it when four in five do. */
    for (size_t i = 0; i < 2 && i < table->n_columns && ret->prefix[0] == '\0'; i++) {
        qn_relation_words_split(&words, table->columns[i].name);
        if (words.n >= 2 && is_most(count_prefix(table, words.word[0]), table->n_columns)) {
            memcpy(ret->prefix, words.word[0], sizeof(ret->prefix));
        }
    }
    if (ret->prefix[0] == '\0' && is_most(count_prefix(table, "?"), table->n_columns)) {
        ret->prefix[0] = '?';
    }
}

static void drop_numbers(struct qn_relation_label *label)
{
    struct qn_relation_words *base = &label->base;

    while (base->n > 1) {
        const char *last = base->word[base->n - 1];

        if (!((last[0] >= '0' && last[0] <= '9') ||
              (last[1] == '\0' && last[0] >= 'a' && last[0] <= 'd'))) {
            return;
        }
        base->n--;
    }
}

static void take_keys(const struct qn_relation_lexicon *lexicon, struct qn_relation_label *label)
{
    struct qn_relation_words *base = &label->base;

    while (base->n > 0 && qn_relation_word_is(lexicon, base->word[base->n - 1], QN_WORD_KEY)) {
        if (label->key[0] == '\0') {
            memcpy(label->key, base->word[base->n - 1], sizeof(label->key));
        }
        base->n--;
    }
    while (base->n > 1 && qn_relation_word_is(lexicon, base->word[0], QN_WORD_KEY)) {
        if (label->key[0] == '\0') {
            memcpy(label->key, base->word[0], sizeof(label->key));
        }
        qn_relation_words_drop(base, 0, 1);
    }
}

static void take_joint(const struct qn_relation_lexicon *lexicon, struct qn_relation_label *label)
{
    struct qn_relation_words *base = &label->base;

    if (base->n > 1 && qn_relation_word_is(lexicon, base->word[base->n - 1], QN_WORD_JOINT)) {
        memcpy(label->joint, base->word[base->n - 1], sizeof(label->joint));
        base->n--;
    }
}

void qn_relation_schema_label(const struct qn_relation_schema *schema, size_t table, size_t column,
                              bool prefixed, struct qn_relation_label *ret)
{
    const char *prefix = schema->tables[table].prefix;
    struct qn_relation_words *base = &ret->base;

    *ret = (struct qn_relation_label){.name = schema->catalog->tables[table].columns[column].name};
    qn_relation_words_split(base, ret->name);
    if (!prefixed && prefix[0] != '\0' && base->n > 1 &&
        (prefix[0] == '?' ? base->word[0][1] == '\0' : strcmp(base->word[0], prefix) == 0)) {
        qn_relation_words_drop(base, 0, 1);
    }
    for (size_t i = 0; i < base->n; i++) {
        ret->foreign |= strcmp(base->word[i], "fk") == 0;
    }
    qn_relation_words_number(base, ret->number, sizeof(ret->number));
    drop_numbers(ret);
    take_keys(&schema->lexicon, ret);
    drop_numbers(ret);
    take_joint(&schema->lexicon, ret);
    take_keys(&schema->lexicon, ret);
}

static void add_key(struct qn_relation_schema *schema, size_t table, const size_t *columns,
                    size_t n, bool primary, bool declared)
{
    struct qn_relation_key *key = &schema->keys[schema->n_keys];
    const struct qn_catalog_table *from = &schema->catalog->tables[table];

    *key =
        (struct qn_relation_key){.table = table, .n = n, .primary = primary, .declared = declared};
    for (size_t i = 0; i < n; i++) {
        if (!qn_relation_schema_fits(&from->columns[columns[i]])) {
            return;
        }
        key->columns[i] = columns[i];
    }
    if (n == 1) {
        key->family = from->columns[columns[0]].family;
        qn_relation_schema_label(schema, table, columns[0], false, &key->label);
    }
    schema->n_keys++;
}

/* A column whose data is a key, as far as it was seen. */
static bool is_proven(const struct qn_relation_schema *schema, size_t table, size_t column)
{
    const struct qn_profile_column *profile = qn_relation_schema_profile(schema, table, column);
    const struct qn_catalog_column *from = &schema->catalog->tables[table].columns[column];

    if (!qn_relation_schema_fits(from) || from->family == QN_FAMILY_DATE) {
        return false;
    }
    if (profile == NULL || !(profile->distinct_seen > 0)) { /* an empty table */
        return column == 0 && from->family != QN_FAMILY_DATE;
    }
    return profile->all_unique && !(profile->nulls > 0);
}

static void add_proven(struct qn_relation_schema *schema, size_t table)
{
    size_t n = 0;

    for (size_t i = 0; i < schema->catalog->tables[table].n_columns; i++) {
        if (n < QN_RELATION_PROVEN_MAX && is_proven(schema, table, i)) {
            add_key(schema, table, &i, 1, n == 0, false);
            n++;
        }
    }
}

static bool has_key(const struct qn_catalog_table *table)
{
    return table->n_keys > 0;
}

static void add_keys(struct qn_relation_schema *schema, size_t table)
{
    const struct qn_catalog_table *from = &schema->catalog->tables[table];

    if (!has_key(from)) {
        add_proven(schema, table);
        return;
    }
    for (size_t i = 0; i < from->n_keys; i++) {
        if (from->keys[i].n > 0 && from->keys[i].n <= QN_RELATION_COLUMNS_MAX) {
            add_key(schema, table, from->keys[i].columns, from->keys[i].n, from->keys[i].primary,
                    true);
        }
    }
}

static size_t room_for_keys(const struct qn_catalog *catalog)
{
    size_t n = 1;

    for (size_t i = 0; i < catalog->n_tables; i++) {
        n += has_key(&catalog->tables[i]) ? catalog->tables[i].n_keys : QN_RELATION_PROVEN_MAX;
    }
    return n;
}

static void make_table(const struct qn_relation_schema *schema, size_t at)
{
    const struct qn_catalog_table *from = &schema->catalog->tables[at];
    struct qn_relation_table *table = &schema->tables[at];

    qn_relation_words_split(&table->words, from->name);
    table->usable =
        from->readable && (from->kind == QN_CATALOG_TABLE || from->kind == QN_CATALOG_FOREIGN);
    table->rows = schema->profiles != NULL && schema->profiles[at].tier != QN_PROFILE_NONE
                      ? schema->profiles[at].rows
                      : from->rows;
    find_prefix(from, table);
}

static bool is_head(const struct firsts *heads, const char *word)
{
    return count_first(heads, word) > 0;
}

static struct firsts last_words(const struct qn_relation_schema *schema)
{
    struct firsts heads = {0};

    heads.words =
        qn_arena_alloc(schema->arena, schema->catalog->n_tables + 1, sizeof(*heads.words));
    for (size_t i = 0; heads.words != NULL && i < schema->catalog->n_tables; i++) {
        const struct qn_relation_words *words = &schema->tables[i].words;

        if (words->n > 0) {
            heads.words[heads.n++] = words->word[words->n - 1];
        }
    }
    if (heads.n > 0) {
        qsort(heads.words, heads.n, sizeof(*heads.words), by_text);
    }
    return heads;
}

/* Columns of integers that are named after a table: how many say that they are keys? */
static bool is_marked(const struct qn_relation_schema *schema)
{
    struct firsts heads = last_words(schema);
    size_t with = 0, without = 0;

    for (size_t i = 0; i < schema->catalog->n_tables; i++) {
        const struct qn_catalog_table *table = &schema->catalog->tables[i];

        for (size_t j = 0; j < table->n_columns; j++) {
            struct qn_relation_label label;

            if (table->columns[j].family != QN_FAMILY_INTEGER) {
                continue;
            }
            qn_relation_schema_label(schema, i, j, false, &label);
            if (label.base.n > 0 && is_head(&heads, label.base.word[label.base.n - 1])) {
                with += label.key[0] != '\0';
                without += label.key[0] == '\0';
            }
        }
    }
    return with >= 5 && with >= 5 * without;
}

void qn_relation_schema_make(struct qn_relation_schema *ret, struct qn_arena *arena,
                             const struct qn_catalog *catalog,
                             const struct qn_profile_table *profiles)
{
    struct firsts firsts;

    *ret = (struct qn_relation_schema){.arena = arena, .catalog = catalog, .profiles = profiles};
    qn_relation_lexicon_make(&ret->lexicon, arena);
    ret->tables = qn_arena_alloc(arena, catalog->n_tables + 1, sizeof(*ret->tables));
    ret->keys = qn_arena_alloc(arena, room_for_keys(catalog), sizeof(*ret->keys));
    if (ret->tables == NULL || ret->keys == NULL) {
        return;
    }
    for (size_t i = 0; i < catalog->n_tables; i++) {
        make_table(ret, i);
    }
    firsts = first_words(ret);
    for (size_t i = 0; i < catalog->n_tables; i++) {
        strip_table(ret, &firsts, &ret->tables[i]);
    }
    for (size_t i = 0; i < catalog->n_tables; i++) {
        if (ret->tables[i].usable) {
            add_keys(ret, i);
        }
    }
    ret->marked = is_marked(ret);
    for (size_t i = 0; i < ret->n_keys; i++) {
        ret->keys[i].own = qn_relation_names_own(ret, &ret->keys[i]);
    }
}
