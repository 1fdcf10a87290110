#include "model_view.h"
#include "common/str.h"
#include "jsontext.h"
#include "wrap.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE     CLI_MODEL_TEXT_SIZE
#define NARROW_INDENT 20
#define ROWS_MAX      1e18

/* ---- small parts ---- */

static size_t count(struct qn_span json, const char *path)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t n = 0;

    if (cli_json_list(json, path, &walk))
        while (qn_json_walk_next(&walk, &item))
            n++;
    return n;
}

static bool is_set(struct qn_span json, const char *path)
{
    struct qn_json_item item;

    return cli_json_at(json, path, &item) && qn_span_is(item.value, "true");
}

void cli_model_rows(struct qn_span table, char out[CLI_COUNT_SIZE])
{
    char text[64];

    cli_json_text(table, "rows", text, sizeof(text));
    double rows = text[0] != '\0' ? strtod(text, NULL) : -1;
    out[0] = '\0';
    if (rows >= 0 && rows < ROWS_MAX)
        cli_count_print((int64_t)rows, out);
}

static void qualify(const char *schema, const char *name, char *out, size_t size)
{
    bool plain = schema[0] == '\0' || strcmp(schema, "public") == 0;

    snprintf(out, size, "%s%s%s", plain ? "" : schema, plain ? "" : ".", name);
}

void cli_model_table_name(struct qn_span table, char *out, size_t size)
{
    char schema[256], name[256];

    cli_json_text(table, "schema", schema, sizeof(schema));
    cli_json_text(table, "name", name, sizeof(name));
    qualify(schema, name, out, size);
}

/* ---- tables ---- */

static void add_table(struct cli_table *table, struct qn_span json)
{
    char text[TEXT_SIZE], kind[64], rows[CLI_COUNT_SIZE];
    bool hidden = is_set(json, "hidden");

    cli_model_table_name(json, text, sizeof(text));
    cli_table_add(table, text, hidden ? CLI_DIM : CLI_PLAIN);
    cli_json_text(json, "purpose", text, sizeof(text));
    cli_json_text(json, "kind", kind, sizeof(kind));
    if (strcmp(text, "other") == 0)
        qn_str_copy(text, sizeof(text), strcmp(kind, "table") == 0 ? "" : kind);
    cli_table_add(table, hidden ? "hidden" : text, CLI_DIM);
    cli_model_rows(json, rows);
    cli_table_add(table, rows, CLI_PLAIN);
    cli_table_add_number(table, (int64_t)count(json, "columns"));
    cli_json_text(json, "description.text", text, sizeof(text));
    cli_table_add(table, text, CLI_PLAIN);
}

int cli_model_print_tables(const struct cli_term *term, struct qn_span json, struct qn_err *reterr)
{
    static const struct cli_column columns[] = {{"TABLE", false, true},
                                                {"PURPOSE", false, false},
                                                {"ROWS", true, false},
                                                {"COLUMNS", true, false},
                                                {"DESCRIPTION", false, true}};
    struct cli_table *table = cli_table_create(columns, 5);
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (cli_json_list(json, "tables", &walk))
        while (qn_json_walk_next(&walk, &item))
            add_table(table, item.value);
    int rc = cli_table_print(table, term, 2, reterr);
    cli_table_free(table);
    return rc;
}

/* ---- relations ---- */

/* "orders.user_id", "stock.(shop, product)" */
static void end_name(struct qn_span relation, const char *which, char *out, size_t size)
{
    char path[32], schema[256], name[256];
    struct qn_buf text;
    size_t n;

    snprintf(path, sizeof(path), "%s_schema", which);
    cli_json_text(relation, path, schema, sizeof(schema));
    snprintf(path, sizeof(path), "%s_table", which);
    cli_json_text(relation, path, name, sizeof(name));
    qualify(schema, name, out, size);
    snprintf(path, sizeof(path), "%s_columns", which);
    n = count(relation, path);
    qn_buf_init(&text, 64 * 1024);
    qn_buf_printf(&text, "%s.%s", out, n > 1 ? "(" : "");
    cli_json_add_list(&text, relation, path);
    qn_buf_add_str(&text, n > 1 ? ")" : "");
    qn_str_copy(out, size, text.data);
    qn_buf_release(&text);
}

static bool touches(struct qn_span relation, const char *of)
{
    static const char *const ends[] = {"child", "parent"};

    for (size_t i = 0; of && i < 2; i++) {
        char path[32], schema[256], name[256], full[TEXT_SIZE];
        snprintf(path, sizeof(path), "%s_schema", ends[i]);
        cli_json_text(relation, path, schema, sizeof(schema));
        snprintf(path, sizeof(path), "%s_table", ends[i]);
        cli_json_text(relation, path, name, sizeof(name));
        snprintf(full, sizeof(full), "%s.%s", schema, name);
        if (strcmp(full, of) == 0)
            return true;
    }
    return !of;
}

/* A relation in words. */
struct relation {
    char ends[2 * TEXT_SIZE + 8]; /* "orders.user_id → users.id" */
    char score[64], verdict[64];
    char evidence[TEXT_SIZE];
    enum cli_colour colour;
};

static void read_relation(struct qn_span json, struct relation *ret)
{
    char from[TEXT_SIZE], to[TEXT_SIZE], score[64];

    end_name(json, "child", from, sizeof(from));
    end_name(json, "parent", to, sizeof(to));
    snprintf(ret->ends, sizeof(ret->ends), "%s → %s", from, to);
    cli_json_text(json, "score", score, sizeof(score));
    ret->score[0] = '\0';
    if (score[0] != '\0')
        snprintf(ret->score, sizeof(ret->score), "%.2f", strtod(score, NULL));
    cli_json_text(json, "verdict", ret->verdict, sizeof(ret->verdict));
    ret->colour = strcmp(ret->verdict, "accepted") == 0 ? CLI_GREEN : CLI_YELLOW;
    cli_json_text(json, "evidence", ret->evidence, sizeof(ret->evidence));
    if (ret->evidence[0] == '\0')
        cli_json_text(json, "source", ret->evidence, sizeof(ret->evidence));
}

/* The next one that is to be shown. */
static bool next_relation(struct qn_json_walk *walk, const char *of, struct relation *ret)
{
    struct qn_json_item item, verdict;

    while (qn_json_walk_next(walk, &item)) {
        bool rejected = cli_json_at(item.value, "verdict", &verdict) &&
                        qn_span_is(verdict.value, "\"rejected\"");
        if (rejected || !touches(item.value, of))
            continue;
        read_relation(item.value, ret);
        return true;
    }
    return false;
}

static int print_wide(const struct cli_term *term, struct qn_json_walk walk, const char *of,
                      struct qn_err *reterr)
{
    static const struct cli_column columns[] = {{"RELATION", false, true},
                                                {"SCORE", true, false},
                                                {"VERDICT", false, false},
                                                {"EVIDENCE", false, true}};
    struct cli_table *table = cli_table_create(columns, 4);
    struct relation it;

    while (next_relation(&walk, of, &it)) {
        cli_table_add(table, it.ends, CLI_PLAIN);
        cli_table_add(table, it.score, CLI_PLAIN);
        cli_table_add(table, it.verdict, it.colour);
        cli_table_add(table, it.evidence, CLI_DIM);
    }
    int rc = cli_table_print(table, term, 2, reterr);
    cli_table_free(table);
    return rc;
}

/* The evidence gets lines of its own: cut, it would say nothing. */
static void print_narrow(const struct cli_term *term, struct qn_json_walk walk, const char *of)
{
    char head[160];
    struct relation it;

    cli_say(term, CLI_BOLD, "  SCORE  VERDICT    RELATION, EVIDENCE");
    fputc('\n', term->out);
    while (next_relation(&walk, of, &it)) {
        snprintf(head, sizeof(head), "  %5s  ", it.score);
        cli_say(term, CLI_PLAIN, head);
        snprintf(head, sizeof(head), "%-9s  ", it.verdict);
        cli_say(term, it.colour, head);
        cli_wrap(term, CLI_PLAIN, NARROW_INDENT, term->width, it.ends);
        fprintf(term->out, "%*s", NARROW_INDENT, "");
        cli_wrap(term, CLI_DIM, NARROW_INDENT, term->width, it.evidence);
    }
}

int cli_model_print_relations(const struct cli_term *term, struct qn_span json, const char *of,
                              struct qn_err *reterr)
{
    struct qn_json_walk walk, look;
    struct relation first;

    if (!cli_json_list(json, "relations", &walk))
        return QN_OK;
    look = walk;
    if (!next_relation(&look, of, &first))
        return QN_OK;
    fputc('\n', term->out);
    if (term->width == 0 || term->width >= CLI_MODEL_WIDE)
        return print_wide(term, walk, of, reterr);
    print_narrow(term, walk, of);
    return QN_OK;
}

/* ---- metrics ---- */

int cli_model_print_metrics(const struct cli_term *term, struct qn_span json, struct qn_err *reterr)
{
    static const char *const members[] = {"name", "expr", "filter", "description.text"};
    static const struct cli_column columns[] = {{"METRIC", false, true},
                                                {"EXPRESSION", false, true},
                                                {"WHERE", false, true},
                                                {"DESCRIPTION", false, true}};
    struct cli_table *table;
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (count(json, "metrics") == 0 || !cli_json_list(json, "metrics", &walk))
        return QN_OK;
    table = cli_table_create(columns, 4);
    while (qn_json_walk_next(&walk, &item))
        for (size_t i = 0; i < 4; i++) {
            char text[TEXT_SIZE];
            cli_json_text(item.value, members[i], text, sizeof(text));
            cli_table_add(table, text, CLI_PLAIN);
        }
    fputc('\n', term->out);
    int rc = cli_table_print(table, term, 2, reterr);
    cli_table_free(table);
    return rc;
}

/* ---- the whole ---- */

static void print_head(const struct cli_term *term, struct qn_span json, const char *state)
{
    char name[256], hash[16], line[640];

    cli_json_text(json, "datasource", name, sizeof(name));
    cli_json_text(json, "hash", hash, sizeof(hash));
    cli_say(term, CLI_BOLD, name);
    snprintf(line, sizeof(line), "  version %lld, %s, %s",
             (long long)cli_json_number(json, "version", 0), state, hash);
    cli_say(term, CLI_PLAIN, line);
    fputs("\n\n", term->out);
}

void cli_model_print_warnings(const struct cli_term *term, struct qn_span json)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_buf text;

    if (!cli_json_list(json, "warnings", &walk))
        return;
    qn_buf_init(&text, 1024 * 1024);
    for (int i = 0; qn_json_walk_next(&walk, &item); i++) {
        qn_buf_reset(&text);
        if (item.type != QN_JSON_STRING || qn_json_unescape(item.value, &text) != QN_OK)
            continue;
        fputs(i == 0 ? "\n  " : "  ", term->out);
        cli_say(term, CLI_YELLOW, text.data);
        fputc('\n', term->out);
    }
    qn_buf_release(&text);
}

int cli_model_print(const struct cli_term *term, struct qn_span json, const char *state,
                    struct qn_err *reterr)
{
    print_head(term, json, state);
    int rc = cli_model_print_tables(term, json, reterr);
    if (rc == QN_OK)
        rc = cli_model_print_relations(term, json, NULL, reterr);
    if (rc == QN_OK)
        rc = cli_model_print_metrics(term, json, reterr);
    if (rc == QN_OK)
        cli_model_print_warnings(term, json);
    return rc;
}
