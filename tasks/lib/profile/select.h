/* select.h - the statements that read values of columns.
 *
 * Every function, operator and type is named with its schema: a database may hold others of
 * the same name. Values come cut, and huge ones are not even unpacked.
 *
 * Not here: who sends them (profile.c).
 */
#ifndef TASKS_LIB_PROFILE_SELECT_H
#define TASKS_LIB_PROFILE_SELECT_H

#include "profile.h"

enum qn_reading {
    QN_READ_ALL,
    QN_READ_BERNOULLI, /* each row by itself: the whole table is scanned */
    QN_READ_SYSTEM,    /* whole pages, of them each row by itself */
    QN_READ_RANDOM,    /* of what has no pages: each row by itself */
};

struct qn_sample {
    enum qn_reading how;
    double percent; /* of rows; of pages when they are read whole */
    double keep;    /* share of the rows of a page, 0 to 1 */
    int64_t limit;  /* 0: none */
    uint64_t seed;
};

/* Two values a column: what qn_gather_add takes. */
int qn_select_values(struct qn_buf *out, const struct qn_catalog_table *table,
                     const size_t *columns, size_t n, const struct qn_sample *sample);

/* pattern with the column's name for each @. */
void qn_select_pattern(struct qn_buf *out, const char *pattern,
                       const struct qn_catalog_column *column);

/* The settings under which qn_number_parse can read, and the limits. */
int qn_select_begin(struct qn_buf *out, int64_t statement_ms);

#endif
