/* model_text.h - names taken apart into words, and texts from outside made plain.
 *
 * Names are split at marks, blanks and where small letters become large ones; ASCII letters are
 * made small, all else stays: "OrderItems" and "order_items" are order, items.
 */
#ifndef TASKS_LIB_MODEL_MODEL_TEXT_H
#define TASKS_LIB_MODEL_MODEL_TEXT_H

#include "tasks/lib/arena.h"

#define QN_TOKENS_MAX 12
#define QN_TOKEN_SIZE 40

struct qn_tokens {
    char items[QN_TOKENS_MAX][QN_TOKEN_SIZE];
    size_t n;
};

void qn_tokens_of(struct qn_tokens *ret, const char *name);
bool qn_tokens_have(const struct qn_tokens *tokens, const char *word);
/* The last one, "" of none. */
const char *qn_tokens_last(const struct qn_tokens *tokens);

/* words: blank-separated, " id no code " with blanks at both ends. */
bool qn_word_in(const char *word, const char *words);
/* True when one of the blank-separated parts is in text: for names in Chinese. */
bool qn_part_in(const char *text, const char *parts);

/* English, by rule: category and categories. What is no ASCII word stays. */
void qn_singular(char out[QN_TOKEN_SIZE], const char *word);
void qn_plural(char out[QN_TOKEN_SIZE], const char *word);

/* "order items", with its last word in the singular ("order item") or the plural. */
enum qn_number { QN_AS_IT_IS, QN_SINGULAR, QN_PLURAL };
const char *qn_humanised(struct qn_arena *arena, const struct qn_tokens *tokens,
                         enum qn_number number);

bool qn_is_ascii(const char *text);
bool qn_has_cjk(const char *text);

/* One line without control, direction or invisible characters, blanks around or twice, cut at
 * max bytes; what is no UTF-8 becomes U+FFFD. */
const char *qn_plain(struct qn_arena *arena, const char *text, size_t max);

#endif
