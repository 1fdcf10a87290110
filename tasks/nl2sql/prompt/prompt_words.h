/* prompt_words.h - the words of a question, and how well other texts meet them.
 *
 * Words are compared by stem, without case; Chinese by runs of characters, whole or in pairs. What
 * is met is told by bits, one for each word of the question. With `fuzzy` a word of the question
 * that nothing met yet may have a typing error: one letter of four or five, two of more.
 */
#ifndef TASKS_NL2SQL_PROMPT_PROMPT_WORDS_H
#define TASKS_NL2SQL_PROMPT_PROMPT_WORDS_H

#include "link.h"

#define PROMPT_WORDS_MAX 64 /* that carry weight; of a longer question the first ones */

struct prompt_words;

struct prompt_words *prompt_words_create(const char *question); /* NULL: no memory */
void prompt_words_free(struct prompt_words *words);             /* NULL is fine */

struct prompt_match {
    double share;  /* of the text that is in the question, 0 to 1 */
    double size;   /* how much a whole match of it is worth, 1 of one word */
    uint64_t bits; /* words of the question it met; none for Chinese */
};
struct prompt_match prompt_words_match(const struct prompt_words *words, const char *text);
struct prompt_match prompt_words_match_fuzzy(const struct prompt_words *words, uint64_t unmet,
                                             const char *text);
/* Words that a typing error may be in: letters only, four or more. */
uint64_t prompt_words_fuzzy(const struct prompt_words *words);

/* Of two questions, 0 to 1. */
double prompt_words_likeness(const struct prompt_words *words, const char *text);

/* ---- names near to one that nobody knows ---- */

#define PROMPT_NEAR_MAX  8
#define PROMPT_NEAR_SIZE 256

struct prompt_near {
    char text[PROMPT_NEAR_SIZE]; /* "orders.created_at", as SQL writes it */
    double score;
};
/* Best first: by letters and by synonym, the linked tables before the others. */
size_t prompt_words_near(const struct qn_model *model, const struct link *link, const char *name,
                         struct prompt_near ret[PROMPT_NEAR_MAX]);

#endif
