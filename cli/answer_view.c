#include "answer_view.h"
#include "common/mem.h"
#include "jsontext.h"
#include <string.h>

#define TEXT_SIZE   4096
#define CELL_MAX    ((size_t)64 * 1024)
#define COLUMNS_MAX 16
#define INDENT      2

static void say_line(const struct cli_term *term, enum cli_colour colour, const char *text)
{
    fprintf(term->out, "%*s", INDENT, "");
    cli_say(term, colour, text);
    fputc('\n', term->out);
}

static bool is_kind(const char *kind, const char *one, const char *other)
{
    return strcmp(kind, one) == 0 || strcmp(kind, other) == 0;
}

/* ---- how it was found ---- */

static void print_origin(const struct cli_term *term, struct qn_span json)
{
    char translator[32], confidence[32], model[128], line[256];

    cli_json_text(json, "translator", translator, sizeof(translator));
    cli_json_text(json, "confidence", confidence, sizeof(confidence));
    cli_json_text(json, "usage.model", model, sizeof(model));
    if (strcmp(translator, "rules") == 0)
        snprintf(line, sizeof(line), "by rules, confidence %s", confidence);
    else
        snprintf(line, sizeof(line), "by the language model %s", model);
    say_line(term, CLI_DIM, line);
}

static void print_sql(const struct cli_term *term, struct qn_span json)
{
    struct qn_json_item item;
    struct qn_buf sql;
    char *rest = NULL;

    qn_buf_init(&sql, CELL_MAX);
    if (cli_json_at(json, "sql", &item) && item.type == QN_JSON_STRING)
        cli_json_add_text(&sql, &item);
    fputc('\n', term->out);
    for (char *line = strtok_r(sql.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        fprintf(term->out, "%*s", INDENT, "");
        say_line(term, CLI_CYAN, line);
    }
    qn_buf_release(&sql);
}

/* ---- rows ---- */

struct heads {
    char names[COLUMNS_MAX][64];
    struct cli_column columns[COLUMNS_MAX];
    size_t n;
};

static void read_heads(struct heads *heads, struct qn_span json)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    char kind[32];

    heads->n = 0;
    if (!cli_json_list(json, "columns", &walk))
        return;
    while (heads->n < COLUMNS_MAX && qn_json_walk_next(&walk, &item)) {
        size_t i = heads->n++;
        cli_json_text(item.value, "name", heads->names[i], sizeof(heads->names[i]));
        cli_json_text(item.value, "kind", kind, sizeof(kind));
        heads->columns[i] = (struct cli_column){.title = heads->names[i],
                                                .right = is_kind(kind, "integer", "number"),
                                                .wide = is_kind(kind, "text", "json")};
    }
}

static void add_row(struct cli_table *table, struct qn_span row, size_t n)
{
    struct qn_json_walk walk;
    struct qn_json_item cell;

    if (qn_json_walk_init(&walk, row.data, row.len) != QN_OK)
        return;
    for (size_t i = 0; i < n && qn_json_walk_next(&walk, &cell); i++) {
        struct qn_buf text;
        qn_buf_init(&text, CELL_MAX);
        if (cell.type != QN_JSON_NULL)
            cli_json_add_text(&text, &cell);
        cli_table_add(table, text.data, CLI_PLAIN);
        qn_buf_release(&text);
    }
}

static int print_rows(const struct cli_term *term, struct qn_span json, int64_t most,
                      struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item row;
    struct heads heads;
    int64_t shown = 0;

    read_heads(&heads, json);
    if (heads.n == 0 || !cli_json_list(json, "rows", &walk))
        return QN_OK;
    struct cli_table *table = cli_table_create(heads.columns, heads.n);
    if (!table)
        return qn_fail(reterr, QN_ENOMEM, "no memory for a table");
    for (; shown < most && qn_json_walk_next(&walk, &row); shown++)
        add_row(table, row.value, heads.n);
    fputc('\n', term->out);
    int rc = cli_table_print(table, term, INDENT, reterr);
    cli_table_free(table);
    int64_t count = cli_json_number(json, "row_count", shown);
    if (count > shown)
        fprintf(term->out, "%*s... and %lld more rows\n", INDENT, "", (long long)(count - shown));
    return rc;
}

/* ---- what else there is ---- */

static void print_texts(const struct cli_term *term, struct qn_span json, const char *path,
                        enum cli_colour colour, const char *before)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (!cli_json_list(json, path, &walk))
        return;
    while (qn_json_walk_next(&walk, &item)) {
        struct qn_buf line;
        qn_buf_init(&line, CELL_MAX);
        qn_buf_add_str(&line, before);
        cli_json_add_text(&line, &item);
        say_line(term, colour, line.data);
        qn_buf_release(&line);
    }
}

static void print_picture(const struct cli_term *term, struct qn_span json)
{
    char type[32], reason[TEXT_SIZE], line[TEXT_SIZE + 64];

    cli_json_text(json, "chart.type", type, sizeof(type));
    cli_json_text(json, "chart.reason", reason, sizeof(reason));
    if (type[0] == '\0' || strcmp(type, "table") == 0)
        return;
    for (char *at = type; *at != '\0'; at++)
        *at = *at == '_' ? ' ' : *at;
    snprintf(line, sizeof(line), "picture: %s. %s", type, reason);
    say_line(term, CLI_DIM, line);
}

static int print_answer(const struct cli_term *term, struct qn_span json, int64_t rows,
                        struct qn_err *reterr)
{
    char text[TEXT_SIZE];

    print_origin(term, json);
    print_sql(term, json);
    int rc = print_rows(term, json, rows, reterr);
    fputc('\n', term->out);
    cli_json_text(json, "explanation", text, sizeof(text));
    if (text[0] != '\0')
        say_line(term, CLI_PLAIN, text);
    print_picture(term, json);
    print_texts(term, json, "warnings", CLI_YELLOW, "note: ");
    return rc;
}

static void print_no(const struct cli_term *term, struct qn_span json)
{
    char code[64], reason[TEXT_SIZE], line[TEXT_SIZE + 128];

    cli_json_text(json, "code", code, sizeof(code));
    cli_json_text(json, "reason", reason, sizeof(reason));
    snprintf(line, sizeof(line), "no answer (%s): %s", code, reason);
    say_line(term, CLI_YELLOW, line);
    print_texts(term, json, "suggestions", CLI_PLAIN, "try: ");
}

int cli_answer_print(const struct cli_term *term, struct qn_span json, int64_t rows,
                     struct qn_err *reterr)
{
    char question[TEXT_SIZE];
    struct qn_json_item answered;

    if (!cli_json_at(json, "answered", &answered) || answered.type != QN_JSON_BOOLEAN)
        return qn_fail(reterr, QN_EPROTO, "the result is no answer of nl2sql.ask");
    cli_json_text(json, "question", question, sizeof(question));
    say_line(term, CLI_BOLD, question);
    if (qn_span_is(answered.value, "true"))
        return print_answer(term, json, rows, reterr);
    print_no(term, json);
    return QN_OK;
}
