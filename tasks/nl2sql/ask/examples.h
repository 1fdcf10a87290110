/* examples.h - questions with statements that people approved, in Quern's own database
 * (migration 5): examples for the language model.
 *
 * They are a datasource's, EXAMPLES_MAX at most: of more, those go that were touched longest ago.
 * What is kept passed the guard; what the guard of another model refuses is not given out.
 *
 * pg is ready (qn_pg_ready) and in no transaction. Errors are those of postgres.h.
 */
#ifndef TASKS_NL2SQL_ASK_EXAMPLES_H
#define TASKS_NL2SQL_ASK_EXAMPLES_H

#include "tasks/lib/arena.h"
#include "tasks/lib/postgres.h"
#include "tasks/nl2sql/guard/guard.h"
#include "tasks/nl2sql/prompt/prompt.h"

#define EXAMPLES_MAX 500

struct examples {
    struct qn_arena arena;
    struct qn_buf texts;          /* what examples_read made */
    struct prompt_example *items; /* the newest first */
    size_t n;
    size_t left_out; /* by the guard */
};

struct examples_pair { /* none is NULL */
    const char *datasource;
    const char *question, *sql;
    const char *verdict; /* "approve", "correct" */
    const char *language, *model_hash, *by;
};

/* All of a datasource, as bytes for examples_take: three texts of each, each with a NUL behind. */
#define EXAMPLES_BYTES_MAX ((size_t)16 * 1024 * 1024)
QN_MUST_CHECK int examples_read(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                                struct qn_err *reterr);
/* Those in ret->texts that the guard allows; what else is there is set anew. */
QN_MUST_CHECK int examples_take(struct examples *ret, const struct guard *guard,
                                const char *model_hash, struct qn_err *reterr);
void examples_release(struct examples *examples); /* zeroed is fine */

/* In place of what the question had. */
QN_MUST_CHECK int examples_keep(struct qn_pg *pg, const struct examples_pair *pair,
                                struct qn_err *reterr);
QN_MUST_CHECK int examples_forget(struct qn_pg *pg, const char *datasource, const char *question,
                                  bool *ret_there, struct qn_err *reterr);

#endif
