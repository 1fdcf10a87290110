/* clean.h - the statement in what a language model said. Pure.
 *
 * Byte order mark and zero-width characters go; closed <think> blocks, and all before a lone
 * </think>; of a JSON object its "sql"; else the last ```sql block; else any block that parses;
 * else from the first WITH, SELECT, VALUES or ( to the end of the statement as PostgreSQL's parser
 * sees it; a label "sql:" goes. Nothing within the statement is changed. Curly quotes are an error,
 * not a guess. No regular expressions over SQL.
 */
#ifndef TASKS_NL2SQL_PROMPT_CLEAN_H
#define TASKS_NL2SQL_PROMPT_CLEAN_H

#include "common/buf.h"

#define CLEAN_TEXT_MAX ((size_t)1024 * 1024)
#define CLEAN_SQL_MAX  ((size_t)64 * 1024)

enum clean_class {
    CLEAN_SQL,     /* there is a statement */
    CLEAN_REFUSAL, /* the model says, in the form it was told, that it cannot answer */
    CLEAN_PROSE,   /* no statement in it */
    CLEAN_QUOTES,  /* curly quotes where SQL wants straight ones */
    CLEAN_TOO_LONG,
    CLEAN_CLASSES,
};
extern const char *const clean_class_names[CLEAN_CLASSES]; /* "sql", "refusal", ... */

/* Appends the statement (CLEAN_SQL), or why there is none, for people (a refusal: the model's own
 * words, cut at 500 bytes). QN_ENOMEM is all that fails. */
QN_MUST_CHECK int clean_answer(struct qn_span text, struct qn_buf *out, enum clean_class *ret,
                               struct qn_err *reterr);

#endif
