/* link.h - which tables and columns of a model a question is about. Pure.
 *
 * Scores by exact word, synonym, stem, character n-gram (Chinese) and value; keeps the best tables,
 * those on the way between them over accepted relations, and of each the best columns, never
 * without its keys, foreign keys, label and time. What is left out is told, not hidden.
 */
#ifndef TASKS_NL2SQL_PROMPT_LINK_H
#define TASKS_NL2SQL_PROMPT_LINK_H

#include "tasks/lib/model/model.h"

#define LINK_TABLES_MAX  8 /* by score; those on the way come on top */
#define LINK_COLUMNS_MAX 40
#define LINK_TOKENS_MAX  6000 /* of the schema in the prompt, by qn_llm_estimate */
#define LINK_OTHERS_MAX  100

struct link_table {
    size_t table; /* place in the model */
    double score;
    size_t *columns; /* places, in the table's order */
    size_t n_columns;
    bool on_the_way; /* only to join others */
};

struct link {
    struct link_table *tables; /* best first */
    size_t n_tables;
    size_t left_tables, left_columns; /* out */
    const size_t *others;             /* the next best tables, of which only the names are told */
    size_t n_others;
};

/* tables: names a person asks for (may be NULL), which come first. In the arena. */
QN_MUST_CHECK int link_question(const struct qn_model *model, const char *question,
                                const char *const *tables, size_t n_tables, struct qn_arena *arena,
                                struct link *ret, struct qn_err *reterr);

#endif
