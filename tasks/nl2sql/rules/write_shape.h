/* write_shape.h - what is made of blocks: the statement that is asked for. */
#ifndef TASKS_NL2SQL_RULES_WRITE_SHAPE_H
#define TASKS_NL2SQL_RULES_WRITE_SHAPE_H

#include "write_block.h"

#define WRITE_WITH_MAX 6

struct write_statement {
    const char *names[WRITE_WITH_MAX]; /* of WITH */
    struct sql_select with[WRITE_WITH_MAX];
    size_t n_with;
    struct sql_select select;
};

/* A SELECT of WITH, to be filled. */
struct sql_select *write_with(struct write_run *run, struct write_statement *statement,
                              const char *name);

void write_measures(struct write_run *run, struct write_statement *statement);
void write_list(struct write_run *run, struct write_statement *statement);
void write_distinct(struct write_run *run, struct write_statement *statement);

/* What write_measures chooses among. */
void write_plain(struct write_run *run, struct write_statement *statement);
void write_series(struct write_run *run, struct write_statement *statement);
void write_several(struct write_run *run, struct write_statement *statement);
void write_ranked(struct write_run *run, struct write_statement *statement);
void write_grouped(struct write_run *run, struct write_statement *statement);
void write_with_zero(struct write_run *run, struct write_statement *statement);
void write_compare(struct write_run *run, struct write_statement *statement);

/* " DESC NULLS LAST" after what they order by; never_null: without the last two words. */
const char *write_direction(const struct frame *frame, bool never_null);
/* "> 5": the frame's having, against that number. */
const char *write_having(struct write_run *run, const char *expr);
/* "0 when there is none": of what adds up; else itself. */
const char *write_or_zero(struct write_run *run, const struct write_measure *measure,
                          const char *expr);
/* Rounded when it must be. */
const char *write_rounded(struct write_run *run, const struct write_measure *measure,
                          const char *expr);
/* The frame's limit and offset. */
void write_limits(const struct frame *frame, struct sql_select *select);
/* "key1_1, key1_2, category": what blocks of the same dimensions are joined by; rows: the keys
 * alone where there are some. */
const char *write_using(struct write_run *run, const struct write_block *block, bool keys_only);

#endif
