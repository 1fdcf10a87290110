/* spans.h - a question cut into the phrases that are known, as few and as long as can be. Pure.
 *
 * A word that no phrase has is tried in its other forms ("ordered", "cheapest"), then with typing
 * errors; each lowers the score of its span.
 *
 * Not here: what the spans mean together (reader.h).
 */
#ifndef TASKS_NL2SQL_RULES_SPANS_H
#define TASKS_NL2SQL_RULES_SPANS_H

#include "lexicon.h"

#define SPANS_MAX   400
#define NUMBER_SIZE 40

struct span {
    size_t from, to; /* atoms, half-open */
    uint32_t first;  /* what it may mean; LEXICON_NONE nothing */
    double score;
    const char *number; /* as PostgreSQL reads it; NULL: none */
    bool est, er;       /* "cheapest", "cheaper" */
    bool verb;          /* another form of the word: "ordered" */
    bool sign;          /* no word */
    bool used;
    bool negated;     /* in the reach of a "not" */
    bool operand;     /* compared with a number */
    const char *role; /* for people: what it was taken for; NULL nothing */
};

struct spans {
    struct span *items;
    size_t n;
    struct atoms atoms;
};

/* QN_ELIMIT for more than SPANS_MAX. */
QN_MUST_CHECK int spans_cut(struct spans *ret, const struct lexicon *lexicon, struct qn_span text,
                            struct qn_arena *arena, struct qn_err *reterr);

/* The first meaning of that kind; NULL. */
const struct meaning *lexicon_means(const struct lexicon *lexicon, uint32_t first,
                                    enum meaning_kind kind);

/* How many atoms from there are a number, and which; 0 none. */
size_t spans_number(const struct lexicon *lexicon, const struct atoms *atoms, size_t at,
                    struct qn_arena *arena, const char **ret);

/* Words of the lexicon that may be meant by one that is not there. */
#define FORMS_MAX 6
struct word_form {
    uint32_t atom;
    double cost;
    bool est, er, verb;
    bool sound; /* another character that sounds alike */
};
size_t spans_forms(const struct lexicon *lexicon, const struct atom *atom,
                   struct word_form forms[FORMS_MAX]);

#endif
