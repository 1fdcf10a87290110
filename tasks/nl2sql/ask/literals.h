/* literals.h - the texts that a statement has in quotes, as PostgreSQL's parser reads them. Pure.
 */
#ifndef TASKS_NL2SQL_ASK_LITERALS_H
#define TASKS_NL2SQL_ASK_LITERALS_H

#include "tasks/lib/arena.h"

#define LITERALS_MAX 32

struct literals {
    const char *items[LITERALS_MAX]; /* in the arena, each once */
    size_t n;
};

/* Of a statement that passed the guard; what does not parse has none. QN_ENOMEM, QN_ELIMIT. */
QN_MUST_CHECK int literals_of(const char *sql, struct qn_arena *arena, struct literals *ret,
                              struct qn_err *reterr);

#endif
