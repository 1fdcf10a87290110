/* describe_prompt.h - what a language model is told of a table when it is asked what it means.
 * Pure.
 *
 * Names, types, roles, comments, relations, and values of categories: never those of personal data,
 * never anything hidden. All of it is data (tasks/lib/llm/llm_data.h).
 */
#ifndef TASKS_METADATA_DESCRIBE_PROMPT_H
#define TASKS_METADATA_DESCRIBE_PROMPT_H

#include "tasks/lib/model/model.h"

#define DESCRIBE_VERSION     "1" /* with each change of a text below */
#define DESCRIBE_COLUMNS_MAX 40  /* of one call */
#define DESCRIBE_VALUES_MAX  12
#define DESCRIBE_PROMPT_MAX  ((size_t)128 * 1024)

/* Columns of a table that are asked about at once. */
struct describe_part {
    const struct qn_model *model;
    size_t table;
    size_t columns[DESCRIBE_COLUMNS_MAX];
    size_t n_columns;
    const char *language; /* "en" or "zh": of what is written */
};

/* Failure is in out's status. */
void describe_system(const struct describe_part *part, struct qn_buf *out);
void describe_user(const struct describe_part *part, struct qn_buf *out);

#endif
