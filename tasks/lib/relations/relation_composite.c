#include "relation_composite.h"

#include "relation_score.h"
#include <stdlib.h>
#include <string.h>

#define PROPOSED_MAX 200                       /* undeclared keys that are tried */
#define VISITED_MAX  ((size_t)2 * 1000 * 1000) /* tables looked at for who could refer to them */
#define ROLE         0.93
#define FIRST        6 /* columns of a table that such a key is made of */

/* Where the word for a role stands. */
enum { FRONT, BACK };

/* What is known of one column. */
struct place {
    uint32_t name;       /* hash of the words without the table's prefix */
    uint32_t raw;        /* hash of the words */
    size_t target;       /* place among the singles: what it refers to; QN_RELATION_NONE */
    bool says, raw_says; /* these words are no c1 */
    /* Without one word at the front or the end: "von" of von_halle, "from" of halle_from. */
    uint32_t role[2], rest[2]; /* role 0: none */
    uint32_t base, key;        /* the words without the one for key; that, 0 none */
    bool of_table;             /* the words are those of its table */
    bool fits;
    char number[QN_RELATION_WORD_SIZE];
};

struct work {
    struct qn_relation_candidates *ret;
    const struct qn_relation_schema *schema;
    const struct qn_relation_candidates *singles;
    struct qn_relation_probe *probe;
    struct place *places;
    size_t *start; /* of each table in places */
    size_t proposed;
    size_t visited;
};

static uint32_t hash(const char *text, uint32_t seed)
{
    uint32_t value = seed;

    for (; *text != '\0'; text++) {
        value = (value ^ (unsigned char)*text) * 16777619U;
    }
    return value;
}

static uint32_t hash_label(const struct qn_relation_label *label)
{
    uint32_t value = 2166136261U;

    for (size_t i = 0; i < label->base.n; i++) {
        value = hash("_", hash(label->base.word[i], value));
    }
    return hash(label->joint, hash("/", hash(label->key, value)));
}

static uint32_t hash_words(const struct qn_relation_words *words, size_t from, size_t to)
{
    uint32_t value = 2166136261U;

    for (size_t i = from; i < to; i++) {
        value = hash("_", hash(words->word[i], value));
    }
    return value;
}

static void set_roles(struct place *place, const struct qn_relation_label *label,
                      const struct qn_relation_words *table)
{
    const struct qn_relation_words *base = &label->base;

    place->base = hash_words(base, 0, base->n);
    place->key = label->key[0] != '\0' ? hash(label->key, 2166136261U) : 0;
    place->of_table = base->n > 0 && qn_relation_words_equal(base, table);
    if (base->n > 0 && label->joint[0] == '\0') {
        place->role[FRONT] = hash(base->word[0], 2166136261U);
        place->rest[FRONT] = hash_words(base, 1, base->n);
        place->role[BACK] = hash(base->word[base->n - 1], 2166136261U);
        place->rest[BACK] = hash_words(base, 0, base->n - 1);
    } else if (base->n > 0) {
        place->role[BACK] = hash(label->joint, 2166136261U);
        place->rest[BACK] = place->base;
    }
}

static bool make_places(struct work *work)
{
    const struct qn_catalog *catalog = work->schema->catalog;
    size_t n = 0;

    work->start = qn_arena_alloc(work->schema->arena, catalog->n_tables + 1, sizeof(size_t));
    if (work->start == NULL) {
        return false;
    }
    for (size_t i = 0; i < catalog->n_tables; i++) {
        work->start[i] = n;
        n += catalog->tables[i].n_columns;
    }
    work->places = qn_arena_alloc(work->schema->arena, n + 1, sizeof(struct place));
    if (work->places == NULL) {
        return false;
    }
    for (size_t i = 0; i < catalog->n_tables; i++) {
        for (size_t j = 0; j < catalog->tables[i].n_columns; j++) {
            struct place *place = &work->places[work->start[i] + j];
            struct qn_relation_label label;

            qn_relation_schema_label(work->schema, i, j, false, &label);
            place->name = hash_label(&label);
            place->says = qn_relation_compare_says(&label.base);
            qn_relation_schema_label(work->schema, i, j, true, &label);
            place->raw = hash_label(&label);
            place->raw_says = qn_relation_compare_says(&label.base);
            set_roles(place, &label, &work->schema->tables[i].words);
            memcpy(place->number, label.number, sizeof(place->number));
            place->target = QN_RELATION_NONE;
            place->fits = qn_relation_schema_fits(&catalog->tables[i].columns[j]);
        }
    }
    for (size_t i = 0; i < work->singles->n; i++) {
        const struct qn_relation_candidate *single = &work->singles->items[i];

        if (single->chosen) {
            work->places[work->start[single->child] + single->child_columns[0]].target = i;
        }
    }
    return true;
}

static bool same_target(const struct work *work, size_t a, size_t b)
{
    const struct qn_relation_candidate *x, *y;

    if (a == QN_RELATION_NONE || b == QN_RELATION_NONE) {
        return false;
    }
    x = &work->singles->items[a];
    y = &work->singles->items[b];
    return x->parent == y->parent && x->parent_columns[0] == y->parent_columns[0];
}

/* Values that another column does not have by chance. */
static bool tells_by_values(const struct work *work, size_t table, size_t column)
{
    const struct qn_profile_column *profile =
        qn_relation_schema_profile(work->schema, table, column);

    if (profile == NULL) {
        return false;
    }
    switch (work->schema->catalog->tables[table].columns[column].family) {
    case QN_FAMILY_TEXT:
    case QN_FAMILY_UUID:
        return profile->distinct >= 10;
    case QN_FAMILY_INTEGER:
    case QN_FAMILY_NUMERIC:
        return profile->distinct >= 20 && qn_relation_score_rarity(profile) > 0.3;
    default:
        return false;
    }
}

static bool same_number(const struct place *a, const struct place *b)
{
    return b->number[0] == '\0' || strcmp(a->number, b->number) == 0;
}

/* The same name; says: one that is not shared by chance. */
static bool same_name(const struct place *a, const struct place *b, bool *says)
{
    bool name = a->name == b->name, raw = a->raw == b->raw;
    bool front = a->name == b->raw, back = a->raw == b->name;

    *says =
        (name && a->says) || (raw && a->raw_says) || (front && a->says) || (back && a->raw_says);
    return (name || raw || front || back) && same_number(a, b);
}

/* How a column of the child stands for one of the key, 0 not. */
static double stands_for(const struct work *work, size_t child, size_t column, size_t parent,
                         size_t key_column)
{
    const struct place *a = &work->places[work->start[child] + column];
    const struct place *b = &work->places[work->start[parent] + key_column];
    bool says = false;

    if (!a->fits || !qn_relation_schema_same_family(
                        work->schema->catalog->tables[child].columns[column].family,
                        work->schema->catalog->tables[parent].columns[key_column].family)) {
        return 0;
    }
    if (same_name(a, b, &says) && (says || tells_by_values(work, parent, key_column))) {
        return 1;
    }
    return same_target(work, a->target, b->target) ? 0.93 : 0;
}

static bool is_taken(const size_t *columns, size_t n, size_t column)
{
    for (size_t i = 0; i < n; i++) {
        if (columns[i] == column) {
            return true;
        }
    }
    return false;
}

/* The best column of child for the key's column at place n of candidate. */
static double find_column(const struct work *work, struct qn_relation_candidate *candidate,
                          size_t key_column)
{
    const size_t n = candidate->n;
    double best = 0;

    for (size_t i = 0; i < work->schema->catalog->tables[candidate->child].n_columns; i++) {
        double score = stands_for(work, candidate->child, i, candidate->parent, key_column);

        if (score > best && !is_taken(candidate->child_columns, n, i)) {
            best = score;
            candidate->child_columns[n] = i;
        }
    }
    candidate->parent_columns[n] = key_column;
    candidate->n++;
    return best;
}

/* The child's own key is the same columns: it may as well be the parent. */
static bool is_whole_key(const struct work *work, const struct qn_relation_candidate *candidate)
{
    const struct qn_catalog_table *child = &work->schema->catalog->tables[candidate->child];

    for (size_t i = 0; i < child->n_keys; i++) {
        size_t j = 0;

        while (j < child->keys[i].n &&
               is_taken(candidate->child_columns, candidate->n, child->keys[i].columns[j])) {
            j++;
        }
        if (j == child->keys[i].n) {
            return true;
        }
    }
    return false;
}

/* The column is named after the parent, or refers to what the parent's refers to. */
static bool is_telling(const struct work *work, const struct qn_relation_candidate *candidate,
                       size_t at)
{
    const struct qn_relation_lexicon *lexicon = &work->schema->lexicon;
    const struct qn_relation_words *words = &work->schema->tables[candidate->parent].words;
    const size_t child = candidate->child_columns[at], parent = candidate->parent_columns[at];
    struct qn_relation_label label;

    qn_relation_schema_label(work->schema, candidate->child, child, true, &label);
    for (size_t i = 0; i < label.base.n; i++) {
        for (size_t j = 0; j < words->n; j++) {
            if (qn_relation_compare_words(lexicon, label.base.word[i], words->word[j]) > 0.8) {
                return true;
            }
        }
    }
    return same_target(work, work->places[work->start[candidate->child] + child].target,
                       work->places[work->start[candidate->parent] + parent].target);
}

/* name.score is 0 when the child lacks a column. */
static void match(const struct work *work, struct qn_relation_candidate *candidate,
                  const size_t *key_columns, size_t n)
{
    double score = 1;
    bool local = false;

    candidate->n = 0;
    candidate->telling = true;
    for (size_t i = 0; i < n && score > 0; i++) {
        double found = find_column(work, candidate, key_columns[i]);

        score = found < score ? found : score;
        candidate->telling = candidate->telling && found > 0 && is_telling(work, candidate, i);
        local |= work->places[work->start[candidate->parent] + key_columns[i]].target ==
                 QN_RELATION_NONE;
    }
    if (score > 0) {
        score *= local ? 1 : 0.91; /* not enough without values */
        score *= is_whole_key(work, candidate) ? 0.9 : 1;
    }
    candidate->name = (struct qn_relation_name){score, QN_RELATION_RULE_SAME, score};
}

/* The column is that of the key, with a role: von_halle for halle, operating_no for flight_no. */
static bool plays(const struct place *a, const struct place *b, uint32_t role, int side)
{
    const uint32_t nothing = 2166136261U;

    if (!a->fits || a->role[side] != role || !same_number(a, b)) {
        return false;
    }
    if (a->rest[side] == nothing) {
        return b->of_table && a->key == b->key && a->key != 0;
    }
    return a->rest[side] == b->base && (a->key == b->key || a->key == 0 || b->key == 0);
}

static bool match_role(const struct work *work, struct qn_relation_candidate *candidate,
                       const size_t *key_columns, size_t n, uint32_t role, int side)
{
    const struct qn_catalog_table *child = &work->schema->catalog->tables[candidate->child];
    const struct qn_catalog_table *parent = &work->schema->catalog->tables[candidate->parent];

    for (candidate->n = 0; candidate->n < n; candidate->n++) {
        const size_t key = key_columns[candidate->n];
        const struct place *b = &work->places[work->start[candidate->parent] + key];
        size_t i = 0;

        while (i < child->n_columns &&
               (!plays(&work->places[work->start[candidate->child] + i], b, role, side) ||
                !qn_relation_schema_same_family(child->columns[i].family,
                                                parent->columns[key].family) ||
                is_taken(candidate->child_columns, candidate->n, i))) {
            i++;
        }
        if (i == child->n_columns) {
            return false;
        }
        candidate->child_columns[candidate->n] = i;
        candidate->parent_columns[candidate->n] = key;
    }
    return true;
}

/* A table may refer to a key more than once, in a role each time. */
static void find_roles(struct work *work, size_t child, size_t parent, const size_t *columns,
                       size_t n, size_t key)
{
    const struct place *first = &work->places[work->start[parent] + columns[0]];
    const struct place *places = &work->places[work->start[child]];

    for (size_t i = 0; i < work->schema->catalog->tables[child].n_columns; i++) {
        for (int side = FRONT; side <= BACK; side++) {
            struct qn_relation_candidate candidate = {
                .child = child,
                .parent = parent,
                .key = key,
                .name = {ROLE, QN_RELATION_RULE_ROLE, 1},
            };

            if (places[i].role[side] != 0 && plays(&places[i], first, places[i].role[side], side) &&
                match_role(work, &candidate, columns, n, places[i].role[side], side)) {
                qn_relation_candidates_add(work->ret, work->schema->arena, &candidate);
            }
        }
    }
}

static void find_children(struct work *work, size_t parent, const size_t *columns, size_t n,
                          size_t key)
{
    for (size_t i = 0; i < work->schema->catalog->n_tables; i++) {
        struct qn_relation_candidate candidate = {.child = i, .parent = parent, .key = key};

        if (!work->schema->tables[i].usable) {
            continue;
        }
        find_roles(work, i, parent, columns, n, key);
        if (i == parent) {
            continue;
        }
        match(work, &candidate, columns, n);
        if (candidate.name.score > 0) {
            qn_relation_candidates_add(work->ret, work->schema->arena, &candidate);
        }
    }
}

static bool has_child(struct work *work, size_t parent, const size_t *columns)
{
    work->visited += work->schema->catalog->n_tables;
    for (size_t i = 0; i < work->schema->catalog->n_tables; i++) {
        struct qn_relation_candidate candidate = {.child = i, .parent = parent};

        if (i == parent || !work->schema->tables[i].usable) {
            continue;
        }
        match(work, &candidate, columns, 2);
        if (candidate.name.score > 0) {
            return true;
        }
    }
    return false;
}

static bool is_key_alone(const struct work *work, size_t table, size_t column)
{
    for (size_t i = 0; i < work->schema->n_keys; i++) {
        const struct qn_relation_key *key = &work->schema->keys[i];

        if (key->table == table && key->n == 1 && key->columns[0] == column) {
            return true;
        }
    }
    return false;
}

static int propose(struct work *work, size_t table, size_t first, size_t second,
                   struct qn_err *reterr)
{
    const size_t columns[2] = {first, second};
    bool unique = false;
    int rc;

    if (work->proposed == PROPOSED_MAX || work->visited > VISITED_MAX ||
        !has_child(work, table, columns)) {
        return QN_OK;
    }
    work->proposed++;
    rc = qn_relation_probe_unique(work->probe, table, columns, 2, &unique, reterr);
    if (rc == QN_OK && unique) {
        find_children(work, table, columns, 2, QN_RELATION_NONE);
    }
    return rc;
}

static int propose_all(struct work *work, size_t table, struct qn_err *reterr)
{
    const struct qn_catalog_table *from = &work->schema->catalog->tables[table];
    size_t n = from->n_columns < FIRST ? from->n_columns : FIRST;

    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            int rc = QN_OK;

            if (work->places[work->start[table] + i].fits &&
                work->places[work->start[table] + j].fits && !is_key_alone(work, table, i) &&
                !is_key_alone(work, table, j)) {
                rc = propose(work, table, i, j, reterr);
            }
            if (rc != QN_OK) {
                return rc;
            }
        }
    }
    return QN_OK;
}

static int by_child(const void *a, const void *b)
{
    const struct qn_relation_candidate *x = a, *y = b;
    int order;

    if (x->child != y->child) {
        return x->child < y->child ? -1 : 1;
    }
    if (x->n != y->n) {
        return x->n < y->n ? -1 : 1;
    }
    order = memcmp(x->child_columns, y->child_columns, sizeof(x->child_columns));
    if (order != 0) {
        return order;
    }
    return x->parent < y->parent ? -1 : x->parent > y->parent;
}

int qn_relation_composite_find(struct qn_relation_candidates *ret,
                               const struct qn_relation_schema *schema,
                               const struct qn_relation_candidates *singles,
                               struct qn_relation_probe *probe, struct qn_err *reterr)
{
    struct work work = {.ret = ret, .schema = schema, .singles = singles, .probe = probe};
    int rc = QN_OK;

    *ret = (struct qn_relation_candidates){0};
    if (!make_places(&work)) {
        return qn_arena_status(schema->arena, "composite keys", reterr);
    }
    for (size_t i = 0; i < schema->n_keys; i++) {
        if (schema->keys[i].n > 1) {
            find_children(&work, schema->keys[i].table, schema->keys[i].columns, schema->keys[i].n,
                          i);
        }
    }
    for (size_t i = 0; i < schema->catalog->n_tables && rc == QN_OK && probe != NULL; i++) {
        if (schema->tables[i].usable && schema->catalog->tables[i].n_keys == 0) {
            rc = propose_all(&work, i, reterr);
        }
    }
    if (ret->n > 1) {
        qsort(ret->items, ret->n, sizeof(*ret->items), by_child);
    }
    return rc;
}

static void settle_singles(const struct qn_relation_candidate *composite,
                           struct qn_relation_candidates *singles)
{
    for (size_t i = 0; i < singles->n; i++) {
        struct qn_relation_candidate *single = &singles->items[i];

        if (!single->chosen || single->child != composite->child ||
            !is_taken(composite->child_columns, composite->n, single->child_columns[0])) {
            continue;
        }
        for (size_t j = 0; j < composite->n; j++) {
            bool follows = false;

            if (composite->child_columns[j] != single->child_columns[0]) {
                continue;
            }
            for (size_t k = 0; k < singles->n && !follows; k++) {
                const struct qn_relation_candidate *other = &singles->items[k];

                follows = other->chosen && other->child == composite->parent &&
                          other->child_columns[0] == composite->parent_columns[j] &&
                          other->parent == single->parent;
            }
            single->chosen = follows;
        }
    }
}

void qn_relation_composite_settle(struct qn_relation_candidates *composites,
                                  const struct qn_relation_schema *schema,
                                  struct qn_relation_candidates *singles)
{
    (void)schema;
    for (size_t i = 0; i < composites->n; i++) {
        composites->items[i].chosen = composites->items[i].score >= QN_RELATION_SUGGEST;
        if (composites->items[i].score >= QN_RELATION_ACCEPT) {
            settle_singles(&composites->items[i], singles);
        }
    }
}
