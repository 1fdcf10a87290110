/* guard_comments.h - a statement with blanks where its comments were, byte by byte.
 *
 * libpg_query's parser, which keeps comments as tokens, does not see NOT IN, NULLS LAST or WITH
 * ORDINALITY when one stands between the two words, as the server does. Its own scanner says what
 * is a comment, so nothing else of the text changes.
 */
#ifndef TASKS_NL2SQL_GUARD_GUARD_COMMENTS_H
#define TASKS_NL2SQL_GUARD_GUARD_COMMENTS_H

#include "tasks/lib/arena.h"

/* NULL when there is no comment, the scanner does not take the text, or memory ends: the arena's
 * status tells. */
const char *guard_without_comments(const char *sql, struct qn_arena *arena);

#endif
