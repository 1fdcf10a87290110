#include "sql_expr.h"

#include "tasks/lib/model/model_text.h"
#include <string.h>

#define PARTS_MAX 400
#define ROOM_MAX  (3 * PARTS_MAX) /* with what goes around divisors */
#define WORD_MAX  256

/* clang-format off */
static const char words[] =
    " and or not in is null true false between like ilike similar to escape case when then else end "
    "filter where distinct from unknown any all some array cast as at time zone interval date "
    "timestamp timestamptz symmetric order by asc desc nulls first last within group over partition "
    "integer int bigint smallint numeric decimal real double precision text varchar boolean "
    "year month week day hour minute second quarter dow isodow epoch without with "
    "current_date current_timestamp ";
static const char marks[] = "+-*/%<>=!|(),:[]~^";
/* clang-format on */

struct reader {
    const struct qn_model *model;
    struct qn_arena *arena;
    struct sql_expr *expr;
    const char *whole, *at;
    size_t of;
    int depth;
    size_t closed; /* times the depth came back to 0 */
    struct qn_err *err;
};

static int refuse(struct reader *reader, const char *why)
{
    return qn_fail(reader->err, QN_ESTATE, "the expression %.80s: %s", reader->whole, why);
}

static int add(struct reader *reader, struct sql_expr_part part)
{
    if (reader->expr->n == PARTS_MAX) {
        return refuse(reader, "it is too long");
    }
    reader->expr->parts[reader->expr->n++] = part;
    return QN_OK;
}

static int add_text(struct reader *reader, const char *from, size_t len)
{
    return add(reader, (struct sql_expr_part){.text = qn_arena_text(reader->arena, from, len)});
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How far the quoted text or name goes; 0: it does not end. */
static size_t quoted(const char *at)
{
    const char *end = at + 1;

    while (*end != '\0' && (*end != *at || end[1] == *at)) {
        end += *end == *at ? 2 : 1;
    }
    return *end != '\0' ? (size_t)(end - at) + 1 : 0;
}

static size_t one_name(const char *at)
{
    size_t len = 0;

    if (*at == '"') {
        return quoted(at);
    }
    while (is_letter(at[len]) || (len > 0 && (is_digit(at[len]) || at[len] == '$'))) {
        len++;
    }
    return len;
}

/* "a.b.c", each quoted or not. */
static size_t name_chain(const char *at)
{
    size_t len = one_name(at), next;

    while (len > 0 && at[len] == '.') {
        next = one_name(at + len + 1);
        if (next == 0) {
            return 0;
        }
        len += next + 1;
    }
    return len;
}

static int add_column(struct reader *reader, size_t table, size_t column)
{
    struct sql_expr *expr = reader->expr;
    size_t i = 0;

    while (i < expr->n_tables && expr->tables[i] != table) {
        i++;
    }
    if (i == SQL_EXPR_TABLES) {
        return refuse(reader, "it has too many tables");
    }
    expr->tables[i] = table;
    expr->n_tables = i == expr->n_tables ? i + 1 : expr->n_tables;
    return add(reader, (struct sql_expr_part){.table = table, .column = column});
}

static void lowered(char out[WORD_MAX], const char *name)
{
    size_t i = 0;

    for (; name[i] != '\0' && i < WORD_MAX - 1; i++) {
        out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    }
    out[i] = '\0';
}

static bool bare_column(const struct reader *reader, const char *name, size_t *ret)
{
    const struct qn_model_table *table;
    char plain[WORD_MAX];
    size_t len = strlen(name);

    if (reader->of == QN_MODEL_NONE) {
        return false;
    }
    table = &reader->model->tables[reader->of];
    if (name[0] == '"' && len < WORD_MAX) {
        memcpy(plain, name + 1, len - 2);
        plain[len - 2] = '\0';
        *ret = qn_model_column(table, plain);
        return *ret != QN_MODEL_NONE;
    }
    lowered(plain, name);
    *ret = qn_model_column(table, plain);
    return *ret != QN_MODEL_NONE;
}

static int read_word(struct reader *reader, const char *name, size_t len)
{
    char word[WORD_MAX];
    size_t column;

    lowered(word, name);
    if (reader->at[len + strspn(reader->at + len, " ")] == '(' && name[0] != '"' &&
        strcmp(word, "select") != 0) {
        reader->expr->average = reader->expr->average || strcmp(word, "avg") == 0;
        return add_text(reader, reader->at, len);
    }
    if (bare_column(reader, name, &column) &&
        !qn_word_in(word, " and or not in is null case end ")) {
        return add_column(reader, reader->of, column);
    }
    if (name[0] == '"' || !qn_word_in(word, words)) {
        return refuse(reader, qn_arena_printf(reader->arena, "%s is not known", name));
    }
    return add_text(reader, reader->at, len);
}

static int read_name(struct reader *reader)
{
    size_t len = name_chain(reader->at), table, column;
    const char *name;
    int rc;

    if (len == 0 || len >= WORD_MAX) {
        return refuse(reader, "a name in it has no end");
    }
    name = qn_arena_text(reader->arena, reader->at, len);
    if (len == one_name(reader->at)) {
        rc = read_word(reader, name, len);
    } else if (qn_model_find_column(reader->model, name, &table, &column)) {
        rc = add_column(reader, table, column);
    } else {
        rc = refuse(reader, qn_arena_printf(reader->arena, "%s is not there", name));
    }
    reader->at += len;
    return rc;
}

static int read_number(struct reader *reader)
{
    size_t len = strspn(reader->at, "0123456789.");

    if (is_letter(reader->at[len])) {
        return refuse(reader, "a number in it goes on as a word");
    }
    reader->at += len;
    return add_text(reader, reader->at - len, len);
}

static int read_text(struct reader *reader)
{
    size_t len = quoted(reader->at);

    if (len == 0 || memchr(reader->at, '\\', len) != NULL || memchr(reader->at, '\n', len)) {
        return refuse(reader, "a text in it cannot be taken");
    }
    reader->at += len;
    return add_text(reader, reader->at - len, len);
}

static int read_mark(struct reader *reader)
{
    const char *at = reader->at++;

    if (strchr(marks, *at) == NULL || strncmp(at, "--", 2) == 0 || strncmp(at, "/*", 2) == 0 ||
        strncmp(at, "*/", 2) == 0) {
        return refuse(reader, "a character in it cannot be taken");
    }
    reader->depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
    if (reader->depth < 0) {
        return refuse(reader, "a bracket closes what none opened");
    }
    reader->closed += *at == ')' && reader->depth == 0 ? 1 : 0;
    reader->expr->average = reader->expr->average || *at == '/';
    return add_text(reader, at, 1);
}

static int read_blank(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
    return reader->expr->n > 0 && *reader->at != '\0' ? add_text(reader, " ", 1) : QN_OK;
}

static int read_one(struct reader *reader)
{
    char c = *reader->at;

    if (strchr(" \t\r\n", c) != NULL) {
        return read_blank(reader);
    }
    if (is_letter(c) || c == '"') {
        return read_name(reader);
    }
    if (is_digit(c) || (c == '.' && is_digit(reader->at[1]))) {
        return read_number(reader);
    }
    return c == '\'' ? read_text(reader) : read_mark(reader);
}

/* ---- divisors ---- */

static bool is_text(const struct sql_expr *expr, size_t at, const char *text)
{
    char word[WORD_MAX];

    if (at >= expr->n || expr->parts[at].text == NULL) {
        return false;
    }
    lowered(word, expr->parts[at].text);
    return strcmp(word, text) == 0;
}

static size_t past_blanks(const struct sql_expr *expr, size_t at)
{
    while (is_text(expr, at, " ")) {
        at++;
    }
    return at;
}

/* Behind the bracket that closes the one at this place. */
static size_t past_bracket(const struct sql_expr *expr, size_t at)
{
    int depth = 0;

    for (; at < expr->n; at++) {
        depth += is_text(expr, at, "(") ? 1 : is_text(expr, at, ")") ? -1 : 0;
        if (depth == 0) {
            return at + 1;
        }
    }
    return at;
}

/* Behind a column, a call with its FILTER, or what is in brackets; the same place: none of it. */
static size_t past_divisor(const struct sql_expr *expr, size_t at)
{
    size_t next = past_blanks(expr, at + 1);

    if (at >= expr->n || expr->parts[at].text == NULL) {
        return at < expr->n ? at + 1 : at;
    }
    if (is_text(expr, at, "(")) {
        return past_bracket(expr, at);
    }
    if (!is_letter(expr->parts[at].text[0]) || !is_text(expr, next, "(") ||
        is_text(expr, at, "nullif")) {
        return at;
    }
    at = past_bracket(expr, next);
    next = past_blanks(expr, at);
    return is_text(expr, next, "filter") ? past_bracket(expr, past_blanks(expr, next + 1)) : at;
}

static void insert(struct sql_expr *expr, size_t at, const char *text)
{
    memmove(&expr->parts[at + 1], &expr->parts[at], (expr->n - at) * sizeof(expr->parts[0]));
    expr->parts[at] = (struct sql_expr_part){.text = text};
    expr->n++;
}

static void guard_divisors(struct sql_expr *expr)
{
    for (size_t i = 0; i < expr->n; i++) {
        size_t begin = past_blanks(expr, i + 1), end;

        if (!is_text(expr, i, "/")) {
            continue;
        }
        end = past_divisor(expr, begin);
        /* a cast binds closer than the division */
        if (end > begin && end + 2 < expr->n && is_text(expr, end, ":")) {
            end += 3;
        }
        if (end > begin) {
            insert(expr, end, ", 0)");
            insert(expr, begin, "NULLIF(");
        }
    }
}

int sql_expr_read(struct sql_expr *ret, const struct qn_model *model, const char *text, size_t of,
                  struct qn_arena *arena, struct qn_err *reterr)
{
    struct reader reader = {.model = model,
                            .arena = arena,
                            .expr = ret,
                            .whole = text,
                            .at = text,
                            .of = of,
                            .err = reterr};
    bool call = is_letter(text[0]);
    int rc = QN_OK;

    *ret = (struct sql_expr){.parts = qn_arena_alloc(arena, ROOM_MAX, sizeof(*ret->parts))};
    if (ret->parts == NULL) {
        return qn_arena_status(arena, "an expression", reterr);
    }
    while (*reader.at != '\0' && rc == QN_OK) {
        rc = read_one(&reader);
    }
    if (rc == QN_OK && (reader.depth != 0 || ret->n == 0)) {
        rc = refuse(&reader, "a bracket is not closed");
    }
    ret->one_call = call && reader.closed == 1 && ret->n > 2 && ret->parts[1].text != NULL &&
                    ret->parts[1].text[0] == '(' && ret->parts[ret->n - 1].text != NULL &&
                    ret->parts[ret->n - 1].text[0] == ')';
    if (rc == QN_OK) {
        guard_divisors(ret);
    }
    return rc;
}
