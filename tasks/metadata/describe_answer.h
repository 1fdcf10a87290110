/* describe_answer.h - what a language model said of a table, checked against the table. Pure.
 *
 * Only fields are filled: names that the table does not have are counted and dropped, texts are cut
 * and freed from control characters, a synonym that two columns got belongs to neither.
 */
#ifndef TASKS_METADATA_DESCRIBE_ANSWER_H
#define TASKS_METADATA_DESCRIBE_ANSWER_H

#include "describe_prompt.h"

#define DESCRIBE_SYNONYMS_MAX 6
#define DESCRIBE_TEXT_MAX     400 /* bytes of a description */
#define DESCRIBE_WORD_MAX     60  /* of a synonym */
#define DESCRIBE_UNIT_MAX     16

struct describe_said {
    const char *description; /* "" nothing was said */
    const char *synonyms[DESCRIBE_SYNONYMS_MAX];
    size_t n_synonyms;
    const char *unit;
};

/* Of one table; what it holds is in its arena. */
struct describe_table {
    struct qn_arena arena;
    const struct qn_model_table *table;
    struct describe_said said;
    struct describe_said *columns; /* as the table's */
    size_t unknown;                /* names that the table does not have */
};

QN_MUST_CHECK int describe_table_init(struct describe_table *ret,
                                      const struct qn_model_table *table, struct qn_err *reterr);
void describe_table_release(struct describe_table *table);

/* Takes what an answer says; more answers add to it. QN_EINVAL: it is not of the form. */
QN_MUST_CHECK int describe_answer_take(struct describe_table *table, struct qn_span answer,
                                       struct qn_err *reterr);
/* Whether it is of the form: for what a cache may keep. */
bool describe_answer_is_whole(struct qn_span answer);
/* Of the part's columns those without a description: moved to its front. */
void describe_missing(const struct describe_table *table, struct describe_part *part);

/* The layer nlq-hints/1 of what was said, for qn_model_merge. Failure is in out's status. */
void describe_layer(const struct describe_table *table, const char *language, struct qn_buf *out);

#endif
