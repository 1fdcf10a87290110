/* relation_names.h - does the name of a column say that it refers to a key?
 *
 * Pure. A score of 1 is a name that leaves no doubt ("team_id" for teams.team_id), 0 one that says
 * nothing; the rule tells a person why.
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_NAMES_H
#define TASKS_LIB_RELATIONS_RELATION_NAMES_H

#include "relation_schema.h"

enum qn_relation_rule {
    QN_RELATION_RULE_NONE,
    QN_RELATION_RULE_SAME,     /* the key's own name */
    QN_RELATION_RULE_TABLE,    /* the table's name, and what means key */
    QN_RELATION_RULE_OWNED,    /* state_code in tickets: ticket_states */
    QN_RELATION_RULE_ROLE,     /* a role and the table's name */
    QN_RELATION_RULE_HEAD,     /* the end of the table's name */
    QN_RELATION_RULE_PROPERTY, /* the table's name and the key's: airport_iata */
    QN_RELATION_RULE_SELF,     /* parent, previous: the same table */
    QN_RELATION_RULE_LINK,     /* the other end of a pair */
    QN_RELATION_RULE_PEOPLE,   /* a role that people have */
    QN_RELATION_RULE_PLACE,    /* a role that places or teams have */
    QN_RELATION_RULE_VALUES,   /* no name: values that are found nowhere else */
    QN_RELATION_RULES,
};
extern const char *const qn_relation_rule_words[QN_RELATION_RULES];

struct qn_relation_name {
    double score;
    enum qn_relation_rule rule;
    double quality; /* 1: word for word; less: abbreviations, synonyms */
};

/* The column that may refer to something, with the forms that its name is tried in. */
#define QN_RELATION_FORMS 4
struct qn_relation_asker {
    size_t table, column;
    struct qn_relation_label forms[QN_RELATION_FORMS];
    size_t n_forms;
    bool polymorphic; /* another column says of which table it is */
    bool own_key;     /* alone the primary key of its table */
};
void qn_relation_names_asker(const struct qn_relation_schema *schema, size_t table, size_t column,
                             struct qn_relation_asker *ret);

/* key: of one column. */
struct qn_relation_name qn_relation_names_compare(const struct qn_relation_schema *schema,
                                                  const struct qn_relation_asker *asker,
                                                  const struct qn_relation_key *key);

/* How alike two words are: the same, an abbreviation, a synonym, a common beginning; 0 not. */
double qn_relation_names_alike(const struct qn_relation_lexicon *lexicon, const char *a,
                               const char *b);

/* For qn_relation_key.own. */
bool qn_relation_names_own(const struct qn_relation_schema *schema,
                           const struct qn_relation_key *key);

/* True when a number of this name is nobody's key: line_count, priority, sort_order. */
bool qn_relation_names_is_measure(const struct qn_relation_schema *schema,
                                  const struct qn_relation_label *label);

#endif
