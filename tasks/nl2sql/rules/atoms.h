/* atoms.h - a text as words, numbers, Chinese characters and signs, in small letters. Pure.
 *
 * "totalAmount", "total_amount" and "Total amount" are the same atoms. Full-width characters are
 * the narrow ones. Words are stems of their number: "categories" is "category".
 */
#ifndef TASKS_NL2SQL_RULES_ATOMS_H
#define TASKS_NL2SQL_RULES_ATOMS_H

#include "tasks/lib/arena.h"

enum atom_kind { ATOM_WORD, ATOM_NUMBER, ATOM_HAN, ATOM_SIGN };

struct atom {
    enum atom_kind kind;
    const char *text; /* of a word its stem; of a number without commas */
    const char *full; /* of a word: in small letters, not stemmed */
    size_t from, len; /* where it is in the text of atoms */
    bool glued;       /* no blank before it */
    bool quoted;      /* inside quotation marks */
};

struct atoms {
    struct atom *items;
    size_t n;
    struct qn_span text; /* the source, its full-width characters made narrow */
};

/* Of at most max; more are left out. Its memory is the arena's; ask for its status. */
void atoms_split(struct atoms *ret, struct qn_span text, size_t max, struct qn_arena *arena);

/* The stem of a word in small letters, in place. */
void atom_stem(char *word);

#endif
