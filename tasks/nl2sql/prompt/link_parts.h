/* link_parts.h - the parts of link.c: scores first, then the tables, then the columns. */
#ifndef TASKS_NL2SQL_PROMPT_LINK_PARTS_H
#define TASKS_NL2SQL_PROMPT_LINK_PARTS_H

#include "link.h"
#include "prompt_words.h"

struct link_scores {
    double *tables;
    double **columns; /* of each table; NULL where nothing was met */
};
/* In the arena, whose status tells. Hidden tables have less than 0. */
void link_score(const struct qn_model *model, const struct prompt_words *words,
                struct qn_arena *arena, struct link_scores *ret);

#define LINK_WAY_MAX 8 /* tables that are only on the way */

/* Adds the tables on the shortest ways between the first n; returns how many there are then. Room
 * for LINK_WAY_MAX more. A table that no way leads to stays as it is. */
size_t link_close(const struct qn_model *model, size_t *tables, size_t n, struct qn_arena *arena);

/* Fills columns, within the tokens. tables and n_tables of ret are given, and may become fewer:
 * the last ones go when even their keys have no room. */
void link_columns(const struct qn_model *model, const struct link_scores *scores,
                  struct qn_arena *arena, struct link *ret);

#endif
