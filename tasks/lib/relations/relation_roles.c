#include "relation_roles.h"

#include <string.h>

static bool is_by(const struct qn_relation_label *label)
{
    return qn_relation_words_is(label->joint, "by von durch por par");
}

/* What is done by another of its kind, not by somebody: superseded_by. */
static bool is_done_by_its_kind(const char *word)
{
    return qn_relation_words_is(word, "superseded replaced succeeded obsoleted preceded followed");
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
    if ((is_by(label) && !is_done_by_its_kind(base->word[base->n - 1])) ||
        (strcmp(label->joint, "to") == 0 &&
         qn_relation_compare_ends(base->word[base->n - 1], "ed"))) {
        flags |= QN_WORD_BY_USER;
    }
    return flags;
}

static double without_mark(const struct qn_relation_schema *schema,
                           const struct qn_relation_label *label)
{
    return qn_relation_compare_marked(label) ? 1 : schema->marked ? 0.9 : 0.95;
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
        qn_relation_compare_tails(&schema->lexicon, &label->base, &schema->tables[key->table].words)
                .n > 0) {
        return qn_relation_name_none;
    }
    if ((flags & QN_WORD_SELF) == 0 && label->base.n == 1 && is_fused_self(label->base.word[0])) {
        return qn_relation_name_worth(0.82, QN_RELATION_RULE_SELF, 1);
    }
    if ((flags & QN_WORD_SELF) == 0) {
        return label->base.n == 1 && strcmp(label->joint, "of") == 0 &&
                       (flags & (QN_WORD_MEASURE | QN_WORD_GENERIC | QN_WORD_PERSONS)) == 0
                   ? qn_relation_name_worth(0.8, QN_RELATION_RULE_SELF, 1)
                   : qn_relation_name_none;
    }
    if ((flags & (QN_WORD_BY_STAFF | QN_WORD_BY_USER)) != 0 &&
        (schema->tables[asker->table].flags & people) == 0) {
        return qn_relation_name_none;
    }
    return qn_relation_name_less(
        qn_relation_name_worth(label->base.n == 1 ? 0.9 : 0.76, QN_RELATION_RULE_SELF, 1),
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
            qn_relation_compare_table(schema, asker, &label.base, &schema->tables[table].words,
                                      false)
                    .score > 0.9) {
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
        return qn_relation_name_none;
    }
    named = words->n > parent->n &&
            qn_relation_compare_owned(&schema->lexicon, words, words->n - parent->n, parent);
    if (!named && (has_own_key(schema, asker->table) || !has_sibling(schema, asker, key->table))) {
        return qn_relation_name_none;
    }
    return qn_relation_name_less(qn_relation_name_worth(0.8, QN_RELATION_RULE_LINK, 1),
                                 without_mark(schema, label));
}

/* A word like examiner or trainee, which no list has. */
static bool is_agent(const struct qn_relation_schema *schema, const char *word)
{
    static const char *const endings[] = {"er", "or", "ee", "ant", "ist", "ian"};

    if (strlen(word) < 5 || qn_relation_lexicon_find(&schema->lexicon, word).flags != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (qn_relation_compare_ends(word, endings[i])) {
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
        return qn_relation_name_none;
    }
    if (table->words.n > 1) {
        score -= 0.02;
    }
    if (key->table == asker->table && (role & QN_WORD_SELF) != 0) {
        score += 0.05;
    }
    if (key->table == asker->table && asker->own_key) {
        return qn_relation_name_none;
    }
    return qn_relation_name_less(qn_relation_name_worth(score, QN_RELATION_RULE_PEOPLE, 1),
                                 without_mark(schema, label));
}

static struct qn_relation_name by_place(const struct qn_relation_schema *schema,
                                        const struct qn_relation_label *label,
                                        const struct qn_relation_key *key)
{
    unsigned role = role_flags(schema, label);
    unsigned table = schema->tables[key->table].flags;

    if (!key->own) {
        return qn_relation_name_none;
    }
    if ((role & QN_WORD_OF_TEAM) != 0 && (table & QN_WORD_TEAMS) != 0) {
        return qn_relation_name_less(qn_relation_name_worth(0.8, QN_RELATION_RULE_PLACE, 1),
                                     without_mark(schema, label));
    }
    if ((role & QN_WORD_AT_PLACE) != 0 && (table & QN_WORD_PLACES) != 0) {
        return qn_relation_name_less(qn_relation_name_worth(0.76, QN_RELATION_RULE_PLACE, 1),
                                     without_mark(schema, label));
    }
    if (qn_relation_words_is(label->joint, "at in") && (table & QN_WORD_PLACES) != 0) {
        return qn_relation_name_worth(0.7, QN_RELATION_RULE_PLACE, 1);
    }
    return qn_relation_name_none;
}

struct qn_relation_name qn_relation_roles(const struct qn_relation_schema *schema,
                                          const struct qn_relation_asker *asker,
                                          const struct qn_relation_label *label,
                                          const struct qn_relation_key *key)
{
    struct qn_relation_name name = by_self(schema, asker, label, key);

    name = qn_relation_name_better(name, by_link(schema, asker, label, key));
    name = qn_relation_name_better(name, by_people(schema, asker, label, key));
    return qn_relation_name_better(name, by_place(schema, label, key));
}

bool qn_relation_roles_maybe(const struct qn_relation_schema *schema,
                             const struct qn_relation_label *label)
{
    const unsigned roles =
        QN_WORD_BY_USER | QN_WORD_BY_STAFF | QN_WORD_BY_CLIENT | QN_WORD_AT_PLACE | QN_WORD_OF_TEAM;

    return label->joint[0] != '\0' || (role_flags(schema, label) & roles) != 0 ||
           (label->base.n > 0 && is_agent(schema, label->base.word[label->base.n - 1]));
}
