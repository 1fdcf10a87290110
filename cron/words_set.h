/* words_set.h - sets of small numbers in English, for the words_*.c only. */
#ifndef CRON_WORDS_SET_H
#define CRON_WORDS_SET_H

#include "common/buf.h"

/* What the numbers are: "minute" with digits, "month" with names from number 0 on. */
struct qn_words_unit {
    const char *one;
    const char *const *names;
};

/* Things of one list: "a", "a and b", "a, b and c". left: how many are still to come. */
struct qn_words_list {
    struct qn_buf *out;
    int left;
    const char *joint; /* " and " */
    bool begun;
};
/* Writes what stands in front of the next one. */
void qn_words_next(struct qn_words_list *list);

bool qn_words_is_one(uint64_t bits);
int qn_words_first(uint64_t bits); /* of a set that is not empty */
int qn_words_last(uint64_t bits);
int qn_words_count(uint64_t bits);
bool qn_words_is_run(uint64_t bits); /* neighbours all */

/* "5", "5, 10 and 20 to 25", "March to May". */
void qn_words_numbers(struct qn_buf *out, uint64_t bits, const struct qn_words_unit *unit);
/* "minute 5", "minutes 5 and 10", "every 7th minute from 0 to 56". */
void qn_words_set(struct qn_buf *out, uint64_t bits, const struct qn_words_unit *unit);

#endif
