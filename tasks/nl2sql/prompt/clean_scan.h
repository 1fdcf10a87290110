/* clean_scan.h - PostgreSQL's own scanner and parser over a piece of what a language model said.
 *
 * The pieces are at most CLEAN_PIECE_MAX bytes, what the guard would take; a run may parse only so
 * often, so that a hostile text costs no more than its length.
 */
#ifndef TASKS_NL2SQL_PROMPT_CLEAN_SCAN_H
#define TASKS_NL2SQL_PROMPT_CLEAN_SCAN_H

#include "tasks/lib/arena.h"
#include "tasks/nl2sql/guard/guard.h"

#define CLEAN_PIECE_MAX  GUARD_SQL_MAX
#define CLEAN_PARSES_MAX 96                   /* of one answer */
#define CLEAN_PARSED_MAX ((size_t)256 * 1024) /* bytes, of all parses of an answer */

struct clean_run {
    struct qn_arena *arena;
    size_t parses, parsed; /* how often; bytes */
    char piece[CLEAN_PIECE_MAX + 1];
};

struct clean_token { /* bytes of the text */
    size_t start, end;
};

struct clean_tokens {
    struct clean_token *items; /* comments too */
    size_t n;
    size_t end; /* how far the scanner came: the length, or where it stopped */
};

/* NUL-free. Nothing of a longer text than CLEAN_SQL_MAX. */
struct clean_tokens clean_scan(struct qn_span text, struct qn_arena *arena);

bool clean_is_comment(struct qn_span text, struct clean_token token);
/* A string, or a name in quotes: what stands in it is nobody's to change. */
bool clean_is_quoted(struct qn_span text, struct clean_token token);

enum clean_parsed { CLEAN_PARSED, CLEAN_EMPTY, CLEAN_WRONG };
/* ret_fault: the byte where it is wrong, the length at its end. */
enum clean_parsed clean_parse(struct clean_run *run, struct qn_span text, size_t *ret_fault);

#endif
