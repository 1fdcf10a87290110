#include "catalog_labels.h"

#include "catalog_reading.h"
#include "common/str.h"
#include <ctype.h>
#include <string.h>

#define DEPTH_MAX 64

struct parser {
    struct qn_arena *arena;
    const char *column;
    const char *at, *end;
    struct qn_catalog_labels labels;
    int depth;
};

static void blanks(struct parser *parser)
{
    while (parser->at < parser->end && (*parser->at == ' ' || *parser->at == '\n')) {
        parser->at++;
    }
}

/* A word or mark, when it is next. */
static bool take(struct parser *parser, const char *word)
{
    size_t len = strlen(word);
    bool letters = isalpha((unsigned char)word[0]) != 0;

    blanks(parser);
    if ((size_t)(parser->end - parser->at) < len || memcmp(parser->at, word, len) != 0) {
        return false;
    }
    if (letters && parser->at + len < parser->end &&
        (isalnum((unsigned char)parser->at[len]) || parser->at[len] == '_')) {
        return false;
    }
    parser->at += len;
    return true;
}

/* What stands between two marks that are doubled within it, into the arena. NULL: not next. */
static const char *quoted(struct parser *parser, char mark)
{
    const char *from, *to;
    char *text;
    size_t len = 0;

    blanks(parser);
    if (parser->at == parser->end || *parser->at != mark) {
        return NULL;
    }
    from = parser->at + 1;
    for (to = from; to < parser->end && (*to != mark || (to + 1 < parser->end && to[1] == mark));) {
        to += *to == mark ? 2 : 1;
    }
    text = to < parser->end ? qn_arena_alloc(parser->arena, (size_t)(to - from) + 1, 1) : NULL;
    if (text == NULL) {
        return NULL;
    }
    for (const char *c = from; c < to; c += *c == mark ? 2 : 1) {
        text[len++] = *c;
    }
    parser->at = to + 1;
    return text;
}

static bool is_word(char c)
{
    return islower((unsigned char)c) || isdigit((unsigned char)c) || c == '_' || c == '$' ||
           ((unsigned char)c & 0x80) != 0;
}

static bool skip_word(struct parser *parser)
{
    const char *from;

    blanks(parser);
    if (quoted(parser, '"') != NULL) {
        return true;
    }
    from = parser->at;
    while (parser->at < parser->end && is_word(*parser->at)) {
        parser->at++;
    }
    return parser->at > from;
}

/* Behind "::": schema."type" of one or more words, []. Words of a type that is not quoted are
 * in lower case, what follows it (OR, IS) is not. A modifier, (10,2), is refused: it cuts. */
static bool skip_type(struct parser *parser)
{
    if (!skip_word(parser)) {
        return false;
    }
    while (take(parser, "[]") || take(parser, ".") || skip_word(parser)) {
    }
    return true;
}

static bool skip_casts(struct parser *parser)
{
    while (take(parser, "::")) {
        if (!skip_type(parser)) {
            return false;
        }
    }
    return true;
}

/* Casts of the column, which keep its values apart. */
static bool skip_exact_casts(struct parser *parser)
{
    static const char *const exact[] = {"text", "character varying", "bpchar", "numeric"};

    while (take(parser, "::")) {
        const char *from = parser->at;
        bool known = false;

        if (!skip_type(parser)) {
            return false;
        }
        while (parser->at > from && parser->at[-1] == ' ') {
            parser->at--;
        }
        for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
            known =
                known || qn_span_is((struct qn_span){from, (size_t)(parser->at - from)}, exact[i]);
        }
        if (!known) {
            return false;
        }
    }
    return true;
}

static bool is_name(struct parser *parser)
{
    const char *from, *name;

    if (parser->column == NULL) {
        return take(parser, "VALUE");
    }
    name = quoted(parser, '"');
    if (name != NULL) {
        return strcmp(name, parser->column) == 0;
    }
    from = parser->at;
    return skip_word(parser) && strlen(parser->column) == (size_t)(parser->at - from) &&
           memcmp(from, parser->column, (size_t)(parser->at - from)) == 0;
}

static bool enter(struct parser *parser)
{
    return ++parser->depth <= DEPTH_MAX && take(parser, "(");
}

static bool leave(struct parser *parser)
{
    parser->depth--;
    return take(parser, ")");
}

/* The column, or (column)::type. */
static bool operand(struct parser *parser)
{
    const struct parser before = *parser;

    if (enter(parser)) {
        return operand(parser) && leave(parser) && skip_exact_casts(parser);
    }
    *parser = before;
    return is_name(parser) && skip_exact_casts(parser);
}

static bool add(struct parser *parser, const char *label)
{
    struct qn_catalog_labels *labels = &parser->labels;
    const char **items;

    if (labels->n == QN_CATALOG_LABELS_MAX || !qn_utf8_valid(label, strlen(label))) {
        return false;
    }
    items = qn_catalog_more(parser->arena, labels->items, labels->n, sizeof(*items));
    if (items == NULL) {
        return false;
    }
    items[labels->n++] = label;
    labels->items = items;
    return true;
}

static bool number(struct parser *parser)
{
    const char *from;

    blanks(parser);
    from = parser->at;
    if (parser->at < parser->end && *parser->at == '-') {
        parser->at++;
    }
    while (parser->at < parser->end &&
           (isdigit((unsigned char)*parser->at) || *parser->at == '.')) {
        parser->at++;
    }
    return parser->at > from && isdigit((unsigned char)parser->at[-1]) &&
           add(parser, qn_arena_text(parser->arena, from, (size_t)(parser->at - from)));
}

static bool literal(struct parser *parser)
{
    const struct parser before = *parser;
    const char *text;

    if (enter(parser)) {
        return literal(parser) && leave(parser) && skip_casts(parser);
    }
    *parser = before;
    text = quoted(parser, '\'');
    return (text != NULL ? add(parser, text) : number(parser)) && skip_casts(parser);
}

static const char *item_end(const char *at, bool in_marks)
{
    while (*at != '\0' && (in_marks ? *at != '"' : strchr(",{}\"", *at) == NULL)) {
        at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    }
    return at;
}

/* One item of '{a,"b c"}'; NULL for one that is NULL: any value passes a check with that. */
static const char *array_item(struct qn_arena *arena, const char **at)
{
    bool in_marks = **at == '"';
    const char *from = *at + (in_marks ? 1 : 0), *end = item_end(from, in_marks);
    char *text = qn_arena_alloc(arena, (size_t)(end - from) + 1, 1);
    size_t len = 0;

    for (const char *c = from; text != NULL && c < end; c++) {
        c += *c == '\\' ? 1 : 0;
        text[len++] = *c;
    }
    *at = in_marks && *end == '"' ? end + 1 : end;
    return text != NULL && !in_marks && strcmp(text, "NULL") == 0 ? NULL : text;
}

static bool array_text(struct parser *parser, const char *text)
{
    const char *at = text + 1;

    if (text[0] != '{') {
        return false;
    }
    while (*at != '}') {
        const char *item = array_item(parser->arena, &at);

        if (item == NULL || !add(parser, item) || (*at != ',' && *at != '}')) {
            return false;
        }
        at += *at == ',' ? 1 : 0;
    }
    return at[1] == '\0';
}

static bool array(struct parser *parser)
{
    const struct parser before = *parser;
    const char *text;

    if (enter(parser)) {
        return array(parser) && leave(parser) && skip_casts(parser);
    }
    *parser = before;
    text = quoted(parser, '\'');
    if (text != NULL) {
        return array_text(parser, text) && skip_casts(parser);
    }
    if (!take(parser, "ARRAY") || !take(parser, "[") || !literal(parser)) {
        return false;
    }
    while (take(parser, ",")) {
        if (!literal(parser)) {
            return false;
        }
    }
    return take(parser, "]") && skip_casts(parser);
}

static bool comparison(struct parser *parser)
{
    if (!operand(parser)) {
        return false;
    }
    if (take(parser, "IS")) {
        return take(parser, "NULL");
    }
    if (!take(parser, "=")) {
        return false;
    }
    if (take(parser, "ANY")) {
        return enter(parser) && array(parser) && leave(parser);
    }
    return literal(parser);
}

static bool condition(struct parser *parser)
{
    do {
        const struct parser before = *parser;

        if (!comparison(parser)) {
            *parser = before;
            if (!enter(parser) || !condition(parser) || !leave(parser)) {
                return false;
            }
        }
    } while (take(parser, "OR"));
    return true;
}

bool qn_catalog_labels_of(struct qn_catalog_labels *ret, struct qn_arena *arena, const char *column,
                          struct qn_span expression)
{
    struct parser parser = {.arena = arena,
                            .column = column,
                            .at = expression.data,
                            .end = expression.data + expression.len};
    bool whole = condition(&parser);

    blanks(&parser);
    whole = whole && parser.at == parser.end && parser.labels.n > 0;
    *ret = whole ? parser.labels : (struct qn_catalog_labels){NULL, 0};
    return whole;
}
