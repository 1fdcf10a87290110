/* relation_lexicon.h - what words in names of tables and columns mean, in English and in pinyin
 * and Chinese as far as legacy schemas use them.
 *
 * Not here: how much a meaning counts (relation_names.h).
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_LEXICON_H
#define TASKS_LIB_RELATIONS_RELATION_LEXICON_H

#include "relation_words.h"
#include "tasks/lib/arena.h"

enum {
    QN_WORD_KEY = 1U << 0,      /* id, no, code: says key, not what of */
    QN_WORD_NOISE = 1U << 1,    /* tbl, dim, master: says nothing */
    QN_WORD_MEASURE = 1U << 2,  /* count, price, version: a number that is none's key */
    QN_WORD_GENERIC = 1U << 3,  /* name, type, status: every table has them */
    QN_WORD_SELF = 1U << 4,     /* parent, previous: of the same kind */
    QN_WORD_BY_USER = 1U << 5,  /* author, approver: roles of people */
    QN_WORD_BY_STAFF = 1U << 6, /* manager, cashier: roles of people who work here */
    QN_WORD_AT_PLACE = 1U << 7, /* origin, destination */
    QN_WORD_OF_TEAM = 1U << 8,  /* home, away, winner */
    QN_WORD_LINK = 1U << 9,     /* depends, related: the other end of a pair */
    QN_WORD_JOINT = 1U << 10,   /* of, to, by, via */
    QN_WORD_FOREIGN = 1U << 11, /* external, legacy: keys of other systems */
    QN_WORD_USERS = 1U << 12,   /* tables of people */
    QN_WORD_STAFF = 1U << 13,
    QN_WORD_PERSONS = 1U << 14,
    QN_WORD_PLACES = 1U << 15, /* tables of places */
    QN_WORD_TEAMS = 1U << 16,
    QN_WORD_ANYTHING = 1U << 17,  /* entity, target: what polymorphic columns are called */
    QN_WORD_CLIENTS = 1U << 19,   /* tables of people who buy */
    QN_WORD_BY_CLIENT = 1U << 20, /* holder, guarantor: roles of people who buy */
    QN_WORD_THING = 1U << 21,     /* order, server: ends like a role of people and is none */
    QN_WORD_KIND = 1U << 18,      /* type, kind, class: says which table an ANYTHING is of */
};

struct qn_relation_meaning {
    const char *word; /* a stem */
    unsigned flags;   /* QN_WORD_... */
    uint64_t groups;  /* bits of the groups of synonyms it is in */
};

struct qn_relation_lexicon {
    struct qn_relation_meaning *items; /* by word */
    size_t n;
    uint16_t *slots; /* a hash table of places in items, from 1; 0 is free */
};

/* Its memory is the arena's; ask for the arena's status. */
void qn_relation_lexicon_make(struct qn_relation_lexicon *ret, struct qn_arena *arena);

/* Of a stem; nothing for a word that is not in it. Of a Chinese word that is not in it, what its
 * longest ending means that is. */
struct qn_relation_meaning qn_relation_lexicon_find(const struct qn_relation_lexicon *lexicon,
                                                    const char *word);
static inline bool qn_relation_word_is(const struct qn_relation_lexicon *lexicon, const char *word,
                                       unsigned flags)
{
    return (qn_relation_lexicon_find(lexicon, word).flags & flags) != 0;
}

#endif
