/* relation_compare.h - words of a column against words of a table.
 *
 * Pure. Scores are of the shape (the whole name, a role before it, its end only) times the quality
 * of the words: 1 for the same word, less for abbreviations and synonyms.
 *
 * Not here: which words to compare (relation_names.h, relation_roles.h).
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_COMPARE_H
#define TASKS_LIB_RELATIONS_RELATION_COMPARE_H

#include "relation_asker.h"

enum qn_relation_rule {
    QN_RELATION_RULE_NONE,
    QN_RELATION_RULE_SAME,     /* the key's own name */
    QN_RELATION_RULE_SHARED,   /* so too, but neither table is named after it */
    QN_RELATION_RULE_TABLE,    /* the table's name, and what means key */
    QN_RELATION_RULE_OWNED,    /* state_code in tickets: ticket_states */
    QN_RELATION_RULE_ROLE,     /* a role and the table's name */
    QN_RELATION_RULE_HEAD,     /* the end of the table's name */
    QN_RELATION_RULE_PROPERTY, /* the table's name and the key's: airport_iata */
    QN_RELATION_RULE_SELF,     /* parent, previous: the same table */
    QN_RELATION_RULE_LINK,     /* the other end of a pair */
    QN_RELATION_RULE_PEOPLE,   /* a role that people have */
    QN_RELATION_RULE_PLACE,    /* a role that places or teams have */
    QN_RELATION_RULE_FOREIGN,  /* fk: it refers to something, and only this fits */
    QN_RELATION_RULE_VALUES,   /* no name: values that are found nowhere else */
    QN_RELATION_RULES,
};
extern const char *const qn_relation_rule_words[QN_RELATION_RULES];

struct qn_relation_name {
    double score; /* 0 to 1 */
    enum qn_relation_rule rule;
    double quality; /* 1: word for word; less: abbreviations, synonyms */
};
extern const struct qn_relation_name qn_relation_name_none;

static inline struct qn_relation_name qn_relation_name_worth(double score,
                                                             enum qn_relation_rule rule,
                                                             double quality)
{
    return (struct qn_relation_name){score * quality, rule, quality};
}

static inline struct qn_relation_name qn_relation_name_less(struct qn_relation_name name,
                                                            double factor)
{
    name.score *= factor;
    return name;
}

static inline struct qn_relation_name qn_relation_name_better(struct qn_relation_name a,
                                                              struct qn_relation_name b)
{
    return b.score > a.score ? b : a;
}

/* How alike two words are: the same, an abbreviation, a synonym, a common beginning; 0 not. */
double qn_relation_compare_words(const struct qn_relation_lexicon *lexicon, const char *a,
                                 const char *b);

/* How many words are alike, counted from the ends, and the worst of their qualities. */
struct qn_relation_tail {
    size_t n;
    double quality;
};
struct qn_relation_tail qn_relation_compare_tails(const struct qn_relation_lexicon *lexicon,
                                                  const struct qn_relation_words *a,
                                                  const struct qn_relation_words *b);

/* base: of a column of asker's table; words: of a table, or what stands for it. same: they are of
 * asker's own table. */
struct qn_relation_name qn_relation_compare_table(const struct qn_relation_schema *schema,
                                                  const struct qn_relation_asker *asker,
                                                  const struct qn_relation_words *base,
                                                  const struct qn_relation_words *words, bool same);

/* The words of table but the last skip are the owner's: ticket_states and tickets. */
bool qn_relation_compare_owned(const struct qn_relation_lexicon *lexicon,
                               const struct qn_relation_words *table, size_t skip,
                               const struct qn_relation_words *owner);

/* Each word has one of the flags. */
bool qn_relation_compare_all(const struct qn_relation_lexicon *lexicon,
                             const struct qn_relation_words *words, unsigned flags);

/* False for names like c1 or x, which are shared by chance. */
bool qn_relation_compare_says(const struct qn_relation_words *words);

/* The name has a word for key, or ends with one like by. */
bool qn_relation_compare_marked(const struct qn_relation_label *label);

/* ending is shorter than word. */
bool qn_relation_compare_ends(const char *word, const char *ending);

#endif
