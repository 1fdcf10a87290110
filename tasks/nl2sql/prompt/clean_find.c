#include "clean_parts.h"

#include <string.h>

#define OPENED_MAX 64 /* parentheses and blanks before a SELECT */
#define STARTS_MAX 48 /* places in prose where a statement may begin */

/* Where a line begins with one of these, all large or all small, a statement goes on or another
 * begins: what stands there is no prose, and nothing may be cut off before it. */
static const char clauses[] =
    "where group order having limit offset fetch union intersect except from join left right inner "
    "full cross natural on and or window for as select case when then else end using not in is "
    "like ilike between with values table insert update delete merge create drop alter truncate "
    "grant revoke set show copy explain call do begin commit rollback lateral filter over within "
    "desc asc nulls interval";

static struct qn_span from(struct qn_span text, size_t at)
{
    return (struct qn_span){text.data + at, text.len - at};
}

static bool is_large(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* "With pleasure": SQL is written all large or all small. */
static bool is_title(struct qn_span word)
{
    return word.len > 1 && is_large(word.data[0]) && !is_large(word.data[1]);
}

static bool is_prose(struct qn_span text)
{
    const struct qn_span rest = clean_trim(text);
    const struct qn_span word = clean_word(rest);

    if (rest.len == 0) {
        return true;
    }
    if (word.len == 0) {
        return (unsigned char)rest.data[0] >= 0x80 || strchr("*#>-`~_<|[", rest.data[0]) != NULL;
    }
    return is_title(word) || !clean_word_in(word, clauses);
}

/* The first semicolon; the length when there is none. */
static size_t semicolon(struct qn_span text, struct qn_arena *arena)
{
    const struct clean_tokens tokens = memchr(text.data, ';', text.len) != NULL
                                           ? clean_scan(text, arena)
                                           : (struct clean_tokens){NULL, 0, 0};

    for (size_t i = 0; i < tokens.n; i++) {
        if (tokens.items[i].end - tokens.items[i].start == 1 &&
            text.data[tokens.items[i].start] == ';') {
            return tokens.items[i].start;
        }
    }
    return text.len;
}

/* Marks that end a sentence or a quotation, not a statement. */
static struct qn_span without_end_marks(struct qn_span text)
{
    text = clean_trim(text);
    while (text.len > 0 && strchr("`.!*\"'", text.data[text.len - 1]) != NULL) {
        text = clean_trim((struct qn_span){text.data, text.len - 1});
    }
    if (text.len >= 3 && memcmp(text.data + text.len - 3, "\xe3\x80\x82", 3) == 0) {
        text.len -= 3;
    }
    return clean_trim(text);
}

static bool parses(struct clean_run *run, struct qn_span text, struct qn_span *ret,
                   size_t *ret_fault)
{
    *ret = clean_trim(text);
    *ret_fault = 0;
    return ret->len > 0 && clean_parse(run, *ret, ret_fault) == CLEAN_PARSED;
}

/* The last line end before a byte; 0 none. */
static size_t line_before(struct qn_span text, size_t at)
{
    while (at > 0 && text.data[at - 1] != '\n') {
        at--;
    }
    return at > 0 ? at - 1 : 0;
}

/* A sentence in Chinese is one name to the scanner: the last table's other name. */
static bool is_sentence(struct qn_span line)
{
    static const char *const marks[] = {"\xe3\x80\x82", "\xef\xbc\x8c", "\xef\xbc\x9a",
                                        "\xef\xbc\x81", "\xef\xbc\x9b"};

    if (line.len == 0 || (unsigned char)line.data[0] < 0x80) {
        return false;
    }
    for (size_t at = 0; at + 3 <= line.len; at++) {
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
            if (memcmp(line.data + at, marks[i], 3) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void drop_sentence(struct clean_run *run, struct qn_span *sql)
{
    const size_t end = line_before(*sql, sql->len);
    struct qn_span before;
    size_t ignored;

    if (end > 0 && is_sentence(clean_trim(from(*sql, end))) &&
        parses(run, (struct qn_span){sql->data, end}, &before, &ignored)) {
        *sql = before;
    }
}

/* Up to the line before the fault, and before that one, as long as what is left out is prose. */
static bool cut_lines(struct clean_run *run, struct qn_span text, size_t fault, struct qn_span *ret)
{
    for (size_t end = line_before(text, fault); end > 0; end = line_before(text, end)) {
        if (!is_prose(from(text, end + 1))) {
            return false;
        }
        if (parses(run, (struct qn_span){text.data, end}, ret, &fault)) {
            drop_sentence(run, ret);
            return true;
        }
        end = fault < end ? fault + 1 : end;
    }
    return false;
}

bool clean_statement(struct clean_run *run, struct qn_span text, struct qn_span *ret,
                     size_t *ret_fault)
{
    struct qn_span piece = {text.data, text.len < CLEAN_PIECE_MAX ? text.len : CLEAN_PIECE_MAX};
    size_t end, ignored;

    if (parses(run, piece, ret, ret_fault)) {
        drop_sentence(run, ret);
        return true;
    }
    end = semicolon(piece, run->arena);
    if (end < piece.len && is_prose(from(piece, end + 1)) &&
        parses(run, (struct qn_span){text.data, end}, ret, &ignored)) {
        return true;
    }
    return cut_lines(run, piece, *ret_fault, ret) ||
           parses(run, without_end_marks(piece), ret, &ignored);
}

/* ---- where it begins ---- */

bool clean_begins(struct qn_span text)
{
    const struct qn_span word = clean_word(text);
    struct qn_span rest = clean_trim(from(text, word.len));
    size_t opened = 0;

    if (text.len > 0 && text.data[0] == '(') {
        rest = from(text, 1);
        while (rest.len > 0 && strchr(" \t\r\n(", rest.data[0]) != NULL && ++opened < OPENED_MAX) {
            rest = from(rest, 1);
        }
        return clean_word_in(clean_word(rest), "select with values");
    }
    if (is_title(word) || rest.len == 0) {
        return false;
    }
    return clean_word_in(word, "select with") ||
           (clean_word_in(word, "values") && rest.data[0] == '(');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || is_large(c) || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* How sure it is that a word here begins a statement: on a line of its own, behind a colon or a
 * mark, or large; never within a sentence in small letters. */
static bool stands_out(struct qn_span text, size_t at)
{
    size_t before = at;

    while (before > 0 && strchr(" \t\r*", text.data[before - 1]) != NULL) {
        before--;
    }
    if (before == 0 || strchr("\n:`\"'>", text.data[before - 1]) != NULL ||
        (unsigned char)text.data[before - 1] >= 0x80) {
        return true;
    }
    return is_large(text.data[at]) || text.data[at] == '(';
}

/* Up to where the mark that opens before it closes. */
static struct qn_span within_marks(struct qn_span text, size_t at)
{
    static const char *const pairs[][2] = {{"\xe2\x80\x9c", "\xe2\x80\x9d"},
                                           {"\xe2\x80\x98", "\xe2\x80\x99"},
                                           {"\xe3\x80\x8c", "\xe3\x80\x8d"}};
    struct qn_span rest = from(text, at);
    const char *tick = NULL;

    if (at >= 1 && text.data[at - 1] == '`') {
        tick = memchr(rest.data, '`', rest.len < CLEAN_PIECE_MAX ? rest.len : CLEAN_PIECE_MAX);
    }
    if (tick != NULL) {
        return (struct qn_span){rest.data, (size_t)(tick - rest.data)};
    }
    for (size_t i = 0; at >= 3 && i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (memcmp(text.data + at - 3, pairs[i][0], 3) != 0) {
            continue;
        }
        for (size_t end = 0; end + 3 <= rest.len && end < CLEAN_PIECE_MAX; end++) {
            if (memcmp(rest.data + end, pairs[i][1], 3) == 0) {
                return (struct qn_span){rest.data, end};
            }
        }
    }
    return rest;
}

static bool may_begin(struct qn_span text, size_t at)
{
    return strchr("sSwWvV(", text.data[at]) != NULL && text.data[at] != '\0' &&
           (at == 0 || !is_letter(text.data[at - 1])) && stands_out(text, at);
}

bool clean_find(struct clean_run *run, struct qn_span text, struct qn_span *ret)
{
    size_t starts = 0, fault;

    for (size_t at = 0; at < text.len && starts < STARTS_MAX; at++) {
        struct qn_span piece;

        if (!may_begin(text, at)) {
            continue;
        }
        piece = from(text, at);
        piece.len = piece.len < CLEAN_PIECE_MAX ? piece.len : CLEAN_PIECE_MAX;
        if (!clean_begins(piece)) {
            continue;
        }
        starts++;
        piece = within_marks(text, at);
        piece.len = piece.len < CLEAN_PIECE_MAX ? piece.len : CLEAN_PIECE_MAX;
        if (clean_statement(run, clean_seen(piece, run->arena), ret, &fault)) {
            return true;
        }
    }
    return false;
}
