/* relation_words.h - names of tables and columns as words.
 *
 * "CustomerId", "customer_id" and "CUSTOMER-ID" are the words customer, id. Words are stems: the
 * singular and the plural have the same one ("categories" and "category"), which is not always
 * a word of a language. A name that no alphabet of cases divides (Chinese) stays whole but for
 * the endings that mean key ("编号").
 *
 * Not here: what words mean (relation_lexicon.h).
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_WORDS_H
#define TASKS_LIB_RELATIONS_RELATION_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define QN_RELATION_WORDS_MAX 8  /* of longer names the last ones */
#define QN_RELATION_WORD_SIZE 64 /* PostgreSQL's own limit of a name */

struct qn_relation_words {
    size_t n;
    char word[QN_RELATION_WORDS_MAX][QN_RELATION_WORD_SIZE];
};

void qn_relation_words_split(struct qn_relation_words *ret, const char *name);
void qn_relation_words_stem(char *word);
void qn_relation_words_drop(struct qn_relation_words *words, size_t at, size_t n);
bool qn_relation_words_equal(const struct qn_relation_words *a, const struct qn_relation_words *b);

/* Is word one of those in words, parted by blanks? "" is none. */
bool qn_relation_words_is(const char *word, const char *words);

/* The words without anything between them, cut at size. */
void qn_relation_words_join(const struct qn_relation_words *words, char *out, size_t size);

/* The numbers among the words, parted by blanks: "2024 1"; "" none. */
void qn_relation_words_number(const struct qn_relation_words *words, char *out, size_t size);

/* "custkey", "deptno", "createdby": the ending that means key, or joins, becomes a word of its own.
 * False when the last word has no such ending. */
bool qn_relation_words_unfuse(struct qn_relation_words *words);

/* How well the first is an abbreviation of the second, 0 to 1: a beginning of three letters or
 * more, or letters of it in their order ("dept", "prd"). Two letters are worth little. */
double qn_relation_abbreviates(const char *abbreviation, const char *word);

#endif
