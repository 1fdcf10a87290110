/* clean_parts.h - the parts of clean.c: texts in, pieces of them out. */
#ifndef TASKS_NL2SQL_PROMPT_CLEAN_PARTS_H
#define TASKS_NL2SQL_PROMPT_CLEAN_PARTS_H

#include "clean_scan.h"

/* Without blanks, byte order marks and zero-width characters around it. */
struct qn_span clean_trim(struct qn_span text);
/* Bytes of a byte order mark or zero-width character at the front; 0 none. */
size_t clean_unseen(struct qn_span text);
/* The word at the front, as letters, digits and _. */
struct qn_span clean_word(struct qn_span text);
/* Is it one of the words, parted by blanks, whatever its case? */
bool clean_word_in(struct qn_span word, const char *words);
/* How many bytes a "sql:" before a statement takes, blanks and stars with it; 0 none. */
size_t clean_label(struct qn_span text);

/* What is left when closed thoughts are taken out, and all before a lone </think>. ret_open: a
 * thought that begins a line and never ends was cut off too. */
struct qn_span clean_without_thoughts(struct qn_span text, struct qn_arena *arena, bool *ret_open);

struct clean_block {
    struct qn_span content;
    struct qn_span longer; /* up to a fence on a line of its own; empty: the same */
    bool sql, json, closed;
};
struct clean_blocks {
    struct clean_block *items;
    size_t n;
};
struct clean_blocks clean_fences(struct qn_span text, struct qn_arena *arena);

enum clean_json { CLEAN_JSON_NONE, CLEAN_JSON_FOUND, CLEAN_JSON_CUT };
/* The string under "sql" or the like in what looks like a JSON object, valid or not. CUT: it never
 * ends. ret_reason: what it says of the reason when its statement is null or missing. */
enum clean_json clean_json_sql(struct qn_span text, struct qn_arena *arena, struct qn_span *ret_sql,
                               struct qn_span *ret_reason);

/* The text without byte order marks and zero-width characters outside of quotes. */
struct qn_span clean_seen(struct qn_span text, struct qn_arena *arena);
/* Curly quotes where only straight ones are quotes. */
bool clean_has_curly(struct qn_span text, struct qn_arena *arena);
/* Does a statement that reads begin here? */
bool clean_begins(struct qn_span text);
/* A statement from the front of the text to its end, or to where prose begins after a semicolon or
 * on a line of its own. ret_fault: where the whole text is wrong. */
bool clean_statement(struct clean_run *run, struct qn_span text, struct qn_span *ret,
                     size_t *ret_fault);
/* The first statement in prose. */
bool clean_find(struct clean_run *run, struct qn_span text, struct qn_span *ret);

#endif
