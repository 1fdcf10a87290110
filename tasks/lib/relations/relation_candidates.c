#include "relation_candidates.h"

#include "relation_fits.h"
#include "relation_roles.h"
#include <stdlib.h>
#include <string.h>

/* A text that leads to a key: the last word of its table, the table's words joined, its
 * initials, or the key column's whole name. */
struct entry {
    const char *text;
    size_t key;
    uint64_t groups;
};

struct list {
    struct entry *items;
    size_t n;
};

/* Entries of one text. */
struct run {
    const char *text;
    size_t len;
    uint64_t groups;
    size_t start, end;
};

/* A word and the runs that are like it: columns have few different words. */
struct memo {
    char word[QN_RELATION_WORD_SIZE];
    size_t *runs;
    size_t n;
};

struct index {
    struct memo *memos; /* MEMOS of them, by the word's hash */
    struct list heads;  /* by last word of the table */
    struct run *runs;   /* of heads */
    size_t n_runs;
    size_t *seen;      /* of each key, the last search that considered it */
    struct list names; /* by whole name of the key's column */
    size_t *people;    /* keys of tables of people, places, teams */
    size_t n_people;
    size_t *first_key; /* of each table, place in keys; n_keys: none */
};

#define MANY_TABLES    500 /* from here on a column has FEW_PER_COLUMN candidates */
#define FEW_PER_COLUMN 5
#define MEMOS          1024
#define MARK           0.68 /* what a name is worth that says only that it refers to something */
#define RUNS_MAX       256  /* words like one */
#define PAIRS_MAX      ((size_t)20 * 1000 * 1000)

#define ROLE_TABLES                                                                       \
    (QN_WORD_USERS | QN_WORD_STAFF | QN_WORD_PERSONS | QN_WORD_CLIENTS | QN_WORD_PLACES | \
     QN_WORD_TEAMS)
static int by_text(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->text, y->text);

    return order != 0 ? order : x->key < y->key ? -1 : x->key > y->key;
}

static void put(const struct qn_relation_schema *schema, struct list *list, const char *text,
                size_t key)
{
    list->items[list->n++] =
        (struct entry){qn_arena_str(schema->arena, text), key,
                       qn_relation_lexicon_find(&schema->lexicon, text).groups};
}

static void whole_name(const struct qn_relation_label *label, char out[QN_RELATION_WORD_SIZE])
{
    struct qn_relation_words words = label->base;

    if (words.n < QN_RELATION_WORDS_MAX) {
        memcpy(words.word[words.n++], label->key, QN_RELATION_WORD_SIZE);
    }
    qn_relation_words_join(&words, out, QN_RELATION_WORD_SIZE);
}

static void put_heads(const struct qn_relation_schema *schema, struct index *index, size_t key)
{
    const struct qn_relation_words *words = &schema->tables[schema->keys[key].table].words;
    char text[QN_RELATION_WORD_SIZE];

    if (words->n == 0) {
        return;
    }
    put(schema, &index->heads, words->word[words->n - 1], key);
    if (words->n > 1) {
        qn_relation_words_join(words, text, sizeof(text));
        put(schema, &index->heads, text, key);
        for (size_t i = 0; i < words->n; i++) {
            text[i] = words->word[i][0];
        }
        text[words->n] = '\0';
        put(schema, &index->heads, text, key);
    }
}

static void put_head(const struct qn_relation_schema *schema, struct index *index, size_t key)
{
    const struct qn_relation_words *base = &schema->keys[key].label.base;

    if (base->n > 0) {
        put(schema, &index->heads, base->word[base->n - 1], key);
    }
}

static void put_name(const struct qn_relation_schema *schema, struct index *index, size_t key)
{
    const struct qn_relation_key *from = &schema->keys[key];
    struct qn_relation_label label;
    char text[QN_RELATION_WORD_SIZE];

    whole_name(&from->label, text);
    put(schema, &index->names, text, key);
    if (schema->tables[from->table].prefix[0] != '\0') {
        qn_relation_schema_label(schema, from->table, from->columns[0], true, &label);
        whole_name(&label, text);
        put(schema, &index->names, text, key);
    }
}

static void make_runs(struct index *index)
{
    const struct list *heads = &index->heads;

    for (size_t i = 0; i < heads->n;) {
        struct run *run = &index->runs[index->n_runs++];

        *run = (struct run){heads->items[i].text, strlen(heads->items[i].text),
                            heads->items[i].groups, i, i};
        while (run->end < heads->n && strcmp(heads->items[run->end].text, run->text) == 0) {
            run->end++;
        }
        i = run->end;
    }
}

/* Of many tables only those that are named so alone: users, not user_role_limits. */
static bool may_play(const struct qn_relation_schema *schema, const struct qn_relation_table *table)
{
    return (table->flags & ROLE_TABLES) != 0 &&
           (table->words.n == 1 || schema->catalog->n_tables <= MANY_TABLES);
}

static bool make_index(const struct qn_relation_schema *schema, struct index *index)
{
    const size_t n_tables = schema->catalog->n_tables;

    *index = (struct index){0};
    index->heads.items =
        qn_arena_alloc(schema->arena, 4 * schema->n_keys + 1, sizeof(struct entry));
    index->names.items =
        qn_arena_alloc(schema->arena, 2 * schema->n_keys + 1, sizeof(struct entry));
    index->people = qn_arena_alloc(schema->arena, schema->n_keys + 1, sizeof(size_t));
    index->runs = qn_arena_alloc(schema->arena, 4 * schema->n_keys + 1, sizeof(struct run));
    index->memos = qn_arena_alloc(schema->arena, MEMOS, sizeof(struct memo));
    index->seen = qn_arena_alloc(schema->arena, schema->n_keys + 1, sizeof(size_t));
    index->first_key = qn_arena_alloc(schema->arena, n_tables + 1, sizeof(size_t));
    if (index->first_key == NULL) {
        return false;
    }
    for (size_t i = 0; i < n_tables; i++) {
        index->first_key[i] = schema->n_keys;
    }
    for (size_t i = schema->n_keys; i-- > 0;) {
        index->first_key[schema->keys[i].table] = i;
    }
    for (size_t i = 0; i < schema->n_keys; i++) {
        if (schema->keys[i].n != 1) {
            continue;
        }
        put_heads(schema, index, i);
        put_name(schema, index, i);
        put_head(schema, index, i);
        if (may_play(schema, &schema->tables[schema->keys[i].table])) {
            index->people[index->n_people++] = i;
        }
    }
    qsort(index->heads.items, index->heads.n, sizeof(struct entry), by_text);
    make_runs(index);
    qsort(index->names.items, index->names.n, sizeof(struct entry), by_text);
    return true;
}

/* The best of one column, best first. */
struct best {
    struct qn_relation_candidate items[QN_RELATION_PER_COLUMN];
    size_t n;
};

static bool is_before(const struct qn_relation_schema *schema,
                      const struct qn_relation_candidate *a, const struct qn_relation_candidate *b)
{
    const char *home = schema->catalog->tables[a->child].schema;
    bool a_home, b_home;

    if (a->name.score > b->name.score || a->name.score < b->name.score) {
        return a->name.score > b->name.score;
    }
    a_home = strcmp(schema->catalog->tables[a->parent].schema, home) == 0;
    b_home = strcmp(schema->catalog->tables[b->parent].schema, home) == 0;
    return a_home != b_home ? a_home : a->key < b->key;
}

static void keep(const struct qn_relation_schema *schema, struct best *best,
                 const struct qn_relation_candidate *candidate)
{
    size_t at = best->n;

    for (size_t i = 0; i < best->n; i++) {
        if (best->items[i].key == candidate->key) {
            return;
        }
    }
    while (at > 0 && is_before(schema, candidate, &best->items[at - 1])) {
        at--;
    }
    if (at == QN_RELATION_PER_COLUMN) {
        return;
    }
    if (best->n < QN_RELATION_PER_COLUMN) {
        best->n++;
    }
    memmove(&best->items[at + 1], &best->items[at], (best->n - 1 - at) * sizeof(best->items[0]));
    best->items[at] = *candidate;
}

/* One column that looks for its keys. */
struct search {
    const struct qn_relation_schema *schema;
    const struct index *index;
    struct qn_relation_asker asker;
    enum qn_family family;
    struct best best;
    size_t serial; /* of this column, from 1 */
    size_t pairs;  /* that may still be compared by their values' ranges */
};

static void consider(struct search *search, size_t place)
{
    const struct qn_relation_key *key = &search->schema->keys[place];
    struct qn_relation_candidate candidate = {.child = search->asker.table, .n = 1, .key = place};

    if (search->index->seen[place] == search->serial || key->n != 1 ||
        !qn_relation_schema_same_family(key->family, search->family) ||
        (key->table == search->asker.table && key->columns[0] == search->asker.column)) {
        return;
    }
    search->index->seen[place] = search->serial;
    if (qn_relation_names_other_number(search->schema, &search->asker, key)) {
        return;
    }
    candidate.name = qn_relation_names_compare(search->schema, &search->asker, key);
    if (candidate.name.score < QN_RELATION_NAME_MIN) {
        return;
    }
    candidate.parent = key->table;
    candidate.child_columns[0] = search->asker.column;
    candidate.parent_columns[0] = key->columns[0];
    if (strcmp(search->schema->catalog->tables[candidate.parent].schema,
               search->schema->catalog->tables[candidate.child].schema) != 0) {
        candidate.name.score *= 0.97;
    }
    keep(search->schema, &search->best, &candidate);
}

static void by_names(struct search *search, const char *text)
{
    const struct list *names = &search->index->names;
    size_t low = 0, high = names->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(names->items[middle].text, text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = 0;
         i < 64 && low + i < names->n && strcmp(names->items[low + i].text, text) == 0; i++) {
        consider(search, names->items[low + i].key);
    }
}

static bool is_end(const char *word, size_t len, const struct run *run)
{
    return len >= 3 && run->len > len && strcmp(run->text + run->len - len, word) == 0;
}

static bool may_be_alike(const char *word, uint64_t groups, size_t len, const struct run *run)
{
    return word[0] == run->text[0] || (groups & run->groups) != 0 || (len >= 7 && len > run->len) ||
           ((unsigned char)word[0] & 0x80) != 0;
}

static size_t memo_of(const char *word)
{
    uint32_t hash = 2166136261U;

    for (; *word != '\0'; word++) {
        hash = (hash ^ (unsigned char)*word) * 16777619U;
    }
    return hash % MEMOS;
}

static void find_runs(const struct search *search, const char *word, struct memo *memo)
{
    const struct qn_relation_lexicon *lexicon = &search->schema->lexicon;
    uint64_t groups = qn_relation_lexicon_find(lexicon, word).groups;
    size_t len = strlen(word);

    if (memo->runs == NULL) {
        memo->runs = qn_arena_alloc(search->schema->arena, RUNS_MAX, sizeof(size_t));
    }
    memo->n = 0;
    for (size_t i = 0; memo->runs != NULL && i < search->index->n_runs && memo->n < RUNS_MAX; i++) {
        const struct run *run = &search->index->runs[i];

        if (is_end(word, len, run) || (may_be_alike(word, groups, len, run) &&
                                       qn_relation_compare_words(lexicon, word, run->text) > 0)) {
            memo->runs[memo->n++] = i;
        }
    }
}

static void by_head(struct search *search, const char *word)
{
    const struct index *index = search->index;
    struct memo *memo = &index->memos[memo_of(word)];

    if (memo->runs == NULL || strcmp(memo->word, word) != 0) {
        find_runs(search, word, memo);
        memcpy(memo->word, word, strlen(word) + 1);
    }
    for (size_t i = 0; i < memo->n; i++) {
        const struct run *run = &index->runs[memo->runs[i]];

        for (size_t j = run->start; j < run->end; j++) {
            consider(search, index->heads.items[j].key);
        }
    }
}

static void by_role(struct search *search)
{
    for (size_t i = 0; i < search->index->n_people; i++) {
        consider(search, search->index->people[i]);
    }
}

static void by_table(struct search *search, size_t table)
{
    const struct qn_relation_schema *schema = search->schema;

    for (size_t i = search->index->first_key[table];
         i < schema->n_keys && schema->keys[i].table == table; i++) {
        consider(search, i);
    }
}

/* The keys of tables that other columns of the same table are named after. */
static void by_neighbours(struct search *search)
{
    const struct qn_relation_schema *schema = search->schema;
    const struct qn_relation_words *words = &schema->tables[search->asker.table].words;

    if (words->n > 1) {
        by_head(search, words->word[0]);
    }
    for (size_t i = 0; i < schema->catalog->tables[search->asker.table].n_columns; i++) {
        struct qn_relation_label label;

        qn_relation_schema_label(schema, search->asker.table, i, false, &label);
        if (i != search->asker.column && label.key[0] != '\0' && label.base.n > 0) {
            by_head(search, label.base.word[label.base.n - 1]);
        }
    }
}

static void by_form(struct search *search, const struct qn_relation_label *label)
{
    const struct qn_relation_words *base = &label->base;
    char text[QN_RELATION_WORD_SIZE];
    unsigned last;

    whole_name(label, text);
    by_names(search, text);
    if (base->n == 0) {
        return;
    }
    last = qn_relation_lexicon_find(&search->schema->lexicon, base->word[base->n - 1]).flags;
    by_head(search, base->word[base->n - 1]);
    if (base->n > 1) {
        by_head(search, base->word[base->n - 2]);
        qn_relation_words_join(base, text, sizeof(text));
        by_head(search, text);
    }
    if (qn_relation_roles_maybe(search->schema, label)) {
        by_role(search);
    }
    if ((last & (QN_WORD_LINK | QN_WORD_SELF)) != 0) {
        by_neighbours(search);
    }
}

/* --- without a name */

static void keep_by_values(struct search *search, size_t key, struct qn_relation_name name)
{
    struct qn_relation_candidate candidate = {.child = search->asker.table,
                                              .parent = search->schema->keys[key].table,
                                              .n = 1,
                                              .key = key,
                                              .name = name};

    candidate.child_columns[0] = search->asker.column;
    candidate.parent_columns[0] = search->schema->keys[key].columns[0];
    keep(search->schema, &search->best, &candidate);
}

static bool is_itself(const struct search *search, const struct qn_relation_key *key)
{
    return key->table == search->asker.table && key->n == 1 &&
           key->columns[0] == search->asker.column;
}

/* The name says that it refers to something, and not to what. */
static void by_mark(struct search *search)
{
    const struct qn_relation_schema *schema = search->schema;

    if (search->asker.n_forms == 0 || !search->asker.forms[0].foreign || search->asker.own_key ||
        (search->best.n > 0 && search->best.items[0].name.score >= MARK)) {
        return;
    }
    for (size_t i = 0; i < schema->n_keys && search->pairs > 0; i++, search->pairs--) {
        if (schema->keys[i].table != search->asker.table &&
            qn_relation_fits_mark(schema, &search->asker, &schema->keys[i])) {
            keep_by_values(search, i, (struct qn_relation_name){MARK, QN_RELATION_RULE_FOREIGN, 1});
        }
    }
}

static void by_values(struct search *search)
{
    const struct qn_relation_schema *schema = search->schema;

    if (qn_relation_schema_profile(schema, search->asker.table, search->asker.column) == NULL) {
        return;
    }
    for (size_t i = 0; i < schema->n_keys && search->pairs > 0; i++, search->pairs--) {
        if (!search->asker.own_key && !is_itself(search, &schema->keys[i]) &&
            qn_relation_fits(schema, &search->asker, &schema->keys[i])) {
            keep_by_values(search, i, (struct qn_relation_name){0, QN_RELATION_RULE_VALUES, 1});
        }
    }
}

static void search_column(struct search *search, size_t table, size_t column)
{
    qn_relation_asker_make(search->schema, table, column, &search->asker);
    search->family = search->schema->catalog->tables[table].columns[column].family;
    search->best.n = 0;
    search->serial++;
    for (size_t i = 0; i < search->asker.n_forms; i++) {
        by_form(search, &search->asker.forms[i]);
    }
    by_table(search, table);
    by_mark(search);
    by_values(search);
}

bool qn_relation_candidates_add(struct qn_relation_candidates *candidates, struct qn_arena *arena,
                                const struct qn_relation_candidate *candidate)
{
    if (candidates->n == QN_RELATION_CANDIDATES_MAX) {
        candidates->full = true;
        return false;
    }
    if (candidates->n == candidates->room) {
        size_t room = candidates->room == 0 ? 256 : 2 * candidates->room;
        struct qn_relation_candidate *items = qn_arena_alloc(arena, room, sizeof(*items));

        if (items == NULL) {
            return false;
        }
        if (candidates->n > 0) {
            memcpy(items, candidates->items, candidates->n * sizeof(*items));
        }
        candidates->items = items;
        candidates->room = room;
    }
    candidates->items[candidates->n++] = *candidate;
    return true;
}

static bool add_best(struct qn_relation_candidates *ret, const struct qn_relation_schema *schema,
                     const struct best *best)
{
    size_t max = schema->catalog->n_tables > MANY_TABLES ? FEW_PER_COLUMN : QN_RELATION_PER_COLUMN;

    for (size_t i = 0; i < best->n && i < max; i++) {
        const struct qn_relation_candidate *item = &best->items[i];

        if (item->name.rule != QN_RELATION_RULE_VALUES &&
            item->name.score < best->items[0].name.score - QN_RELATION_NAME_GAP) {
            continue;
        }
        if (!qn_relation_candidates_add(ret, schema->arena, item)) {
            return false;
        }
    }
    return true;
}

void qn_relation_candidates_find(struct qn_relation_candidates *ret,
                                 const struct qn_relation_schema *schema)
{
    struct index index;
    struct search *search = qn_arena_alloc(schema->arena, 1, sizeof(*search));

    *ret = (struct qn_relation_candidates){0};
    if (search == NULL || !make_index(schema, &index)) {
        return;
    }
    search->schema = schema;
    search->index = &index;
    search->pairs = PAIRS_MAX;
    for (size_t i = 0; i < schema->catalog->n_tables; i++) {
        const struct qn_catalog_table *table = &schema->catalog->tables[i];

        for (size_t j = 0; schema->tables[i].usable && j < table->n_columns; j++) {
            if (!qn_relation_schema_fits(&table->columns[j])) {
                continue;
            }
            search_column(search, i, j);
            if (!add_best(ret, schema, &search->best)) {
                return;
            }
        }
    }
}
