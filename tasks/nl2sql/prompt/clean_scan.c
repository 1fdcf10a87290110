#include "clean_scan.h"

#include "clean.h"
#include "common/utf8.h"
#include "tasks/nl2sql/guard/guard_comments.h"
#include <pg_query.h>
#include <string.h>

/* ---- tokens ---- */

/* Of a message of numbers and of bytes with their length before them. */
static bool field(struct qn_span *in, uint64_t *ret_number, uint64_t *ret_value,
                  struct qn_span *ret_bytes)
{
    uint64_t key;

    *ret_bytes = (struct qn_span){NULL, 0};
    if (!qn_span_varint(in, &key) || !qn_span_varint(in, ret_value)) {
        return false;
    }
    *ret_number = key >> 3;
    return (key & 7) == 0 || ((key & 7) == 2 && qn_span_bytes(in, (size_t)*ret_value, ret_bytes));
}

/* ScanToken: 1 start, 2 end. */
static struct clean_token token_of(struct qn_span in)
{
    struct clean_token token = {0, 0};
    uint64_t number, value;
    struct qn_span bytes;

    while (in.len > 0 && field(&in, &number, &value, &bytes)) {
        token.start = number == 1 ? (size_t)value : token.start;
        token.end = number == 2 ? (size_t)value : token.end;
    }
    return token;
}

/* ScanResult: 2 token, again and again. */
static size_t read_tokens(struct qn_span in, size_t len, struct clean_token *items)
{
    struct clean_token token;
    uint64_t number, value;
    struct qn_span bytes;
    size_t n = 0;

    while (in.len > 0 && field(&in, &number, &value, &bytes)) {
        token = number == 2 ? token_of(bytes) : (struct clean_token){0, 0};
        if (token.start >= token.end || token.end > len) {
            continue;
        }
        if (items != NULL) {
            items[n] = token;
        }
        n++;
    }
    return n;
}

/* cursor counts characters, from 1. */
static size_t byte_at(struct qn_span text, int cursor)
{
    size_t at = 0;

    for (; cursor > 1 && at < text.len; cursor--) {
        size_t len = qn_utf8_char(text.data + at, text.len - at);

        at += len > 0 ? len : 1;
    }
    return cursor > 0 && at < text.len ? at : text.len;
}

struct clean_tokens clean_scan(struct qn_span text, struct qn_arena *arena)
{
    struct clean_tokens ret = {NULL, 0, 0};
    PgQueryScanResult scanned;
    const char *copy;

    if (text.len > CLEAN_SQL_MAX) {
        return ret;
    }
    copy = qn_arena_text(arena, text.data, text.len);
    if (arena->status != QN_OK) {
        return ret;
    }
    scanned = pg_query_scan(copy);
    if (scanned.error != NULL) {
        /* What is before the fault is scanned by itself. */
        size_t fault = byte_at(text, scanned.error->cursorpos);

        pg_query_free_scan_result(scanned);
        return fault > 0 && fault < text.len ? clean_scan((struct qn_span){text.data, fault}, arena)
                                             : ret;
    }
    ret.end = text.len;
    ret.n = read_tokens((struct qn_span){scanned.pbuf.data, scanned.pbuf.len}, text.len, NULL);
    ret.items = qn_arena_alloc(arena, ret.n + 1, sizeof(*ret.items));
    ret.n = ret.items != NULL ? ret.n : 0;
    if (ret.items != NULL) {
        read_tokens((struct qn_span){scanned.pbuf.data, scanned.pbuf.len}, text.len, ret.items);
    }
    pg_query_free_scan_result(scanned);
    return ret;
}

bool clean_is_comment(struct qn_span text, struct clean_token token)
{
    const char *at = text.data + token.start;

    return token.end - token.start >= 2 && (memcmp(at, "--", 2) == 0 || memcmp(at, "/*", 2) == 0);
}

bool clean_is_quoted(struct qn_span text, struct clean_token token)
{
    const char last = text.data[token.end - 1];

    return last == '\'' || last == '"' || (last == '$' && token.end - token.start >= 4);
}

/* ---- statements ---- */

static enum clean_parsed parse(const char *sql, struct qn_span text, size_t *ret_fault)
{
    PgQueryParseResult parsed = pg_query_parse(sql);
    enum clean_parsed ret = CLEAN_PARSED;

    *ret_fault = text.len;
    if (parsed.error != NULL) {
        *ret_fault = byte_at(text, parsed.error->cursorpos);
        ret = CLEAN_WRONG;
    } else if (strstr(parsed.parse_tree, "\"stmts\":[]") != NULL) {
        ret = CLEAN_EMPTY; /* quotes within texts are escaped, so this is none of them */
    }
    pg_query_free_parse_result(parsed);
    return ret;
}

enum clean_parsed clean_parse(struct clean_run *run, struct qn_span text, size_t *ret_fault)
{
    enum clean_parsed ret;
    const char *bare;
    size_t ignored;

    *ret_fault = 0;
    if (text.len > CLEAN_PIECE_MAX || run->parses >= CLEAN_PARSES_MAX ||
        run->parsed + text.len > CLEAN_PARSED_MAX) {
        return CLEAN_WRONG;
    }
    run->parses++;
    run->parsed += text.len;
    memcpy(run->piece, text.data, text.len);
    run->piece[text.len] = '\0';
    ret = parse(run->piece, text, ret_fault);
    bare = ret == CLEAN_WRONG ? guard_without_comments(run->piece, run->arena) : NULL;
    if (bare != NULL && parse(bare, text, &ignored) == CLEAN_PARSED) {
        ret = CLEAN_PARSED;
    }
    return ret;
}
