/* prompt.h - what a language model is told. Pure; the texts are files, with a version.
 *
 * The system text has the rules and the dialect; the user text has the day, the schema in the words
 * of the model, relations, metrics, examples, and the question in <question>...</question>.
 * Comments, sample values and whatever else comes from the database are data: JSON strings, cut at
 * 200 bytes, without control characters, in a frame that says so. Values only of categories, never
 * of personal columns.
 */
#ifndef TASKS_NL2SQL_PROMPT_PROMPT_H
#define TASKS_NL2SQL_PROMPT_PROMPT_H

#include "link.h"
#include "tasks/nl2sql/guard/guard.h"

#define PROMPT_VERSION      "1" /* part of the key of kept answers; with each change of a text */
#define PROMPT_BYTES_MAX    ((size_t)256 * 1024)
#define PROMPT_EXAMPLES_MAX 5
#define PROMPT_TEXT_MAX     200 /* bytes of a comment or a value */

struct prompt_example { /* a question that a person approved with its statement */
    const char *question;
    const char *sql;
};

struct prompt_turn { /* earlier in the thread */
    const char *question;
    const char *sql;
};

struct prompt_wish {
    const struct qn_model *model;
    const struct link *link;
    const char *question;
    const char *today;                     /* "2025-06-30" */
    const char *time_zone;                 /* "UTC" */
    const struct prompt_example *examples; /* the nearest first */
    size_t n_examples;
    const struct prompt_turn *turns; /* oldest first */
    size_t n_turns;
    int64_t max_rows;
};

/* Appends the texts of the two messages. Failure is in their status. */
void prompt_system(const struct prompt_wish *wish, struct qn_buf *out);
void prompt_user(const struct prompt_wish *wish, struct qn_buf *out);

/* The examples nearest to a question, by shared words and n-grams: places, best first. */
size_t prompt_nearest(const char *question, const struct prompt_example *examples, size_t n,
                      size_t ret[PROMPT_EXAMPLES_MAX]);

struct prompt_fault { /* why a statement was not taken */
    const char *sql;
    const char *sqlstate; /* "" */
    const char *message;
    const char *hint; /* "" */
    const char *name; /* the word nobody knows; "" */
};
/* The next user message after an answer that failed: the statement, what is wrong with it, the
 * nearest names of the model. */
void prompt_repair(const struct prompt_wish *wish, const struct prompt_fault *fault,
                   struct qn_buf *out);

#endif
