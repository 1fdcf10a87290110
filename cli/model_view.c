#include "model_view.h"
#include "common/str.h"
#include "jobview.h"
#include "jsontext.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE CLI_MODEL_TEXT_SIZE

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

static void add_count(struct cli_table *table, struct qn_span json, const char *path)
{
    char number[64], text[CLI_COUNT_SIZE] = "";

    cli_json_text(json, path, number, sizeof(number));
    if (number[0] != '\0')
        cli_count_print((int64_t)strtod(number, NULL), text);
    cli_table_add(table, text, CLI_PLAIN);
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
    char text[TEXT_SIZE], kind[64];
    bool hidden = is_set(json, "hidden");

    cli_model_table_name(json, text, sizeof(text));
    cli_table_add(table, text, hidden ? CLI_DIM : CLI_PLAIN);
    cli_json_text(json, "purpose", text, sizeof(text));
    cli_json_text(json, "kind", kind, sizeof(kind));
    if (strcmp(text, "other") == 0)
        qn_str_copy(text, sizeof(text), strcmp(kind, "table") == 0 ? "" : kind);
    cli_table_add(table, hidden ? "hidden" : text, CLI_DIM);
    add_count(table, json, "rows");
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

static void add_relation(struct cli_table *table, struct qn_span json)
{
    char text[TEXT_SIZE], to[TEXT_SIZE], line[2 * TEXT_SIZE + 8], score[64];
    bool accepted;

    end_name(json, "child", text, sizeof(text));
    end_name(json, "parent", to, sizeof(to));
    snprintf(line, sizeof(line), "%s → %s", text, to);
    cli_table_add(table, line, CLI_PLAIN);
    cli_json_text(json, "score", text, sizeof(text));
    snprintf(score, sizeof(score), text[0] != '\0' ? "%.2f" : "", strtod(text, NULL));
    cli_table_add(table, score, CLI_PLAIN);
    cli_json_text(json, "verdict", text, sizeof(text));
    accepted = strcmp(text, "accepted") == 0;
    cli_table_add(table, text, accepted ? CLI_GREEN : CLI_YELLOW);
    cli_json_text(json, "evidence", text, sizeof(text));
    if (text[0] == '\0')
        cli_json_text(json, "source", text, sizeof(text));
    cli_table_add(table, text, CLI_DIM);
}

static bool is_rejected(struct qn_span relation)
{
    struct qn_json_item item;

    return cli_json_at(relation, "verdict", &item) && qn_span_is(item.value, "\"rejected\"");
}

int cli_model_print_relations(const struct cli_term *term, struct qn_span json, const char *of,
                              struct qn_err *reterr)
{
    static const struct cli_column columns[] = {{"RELATION", false, true},
                                                {"SCORE", true, false},
                                                {"VERDICT", false, false},
                                                {"EVIDENCE", false, true}};
    struct cli_table *table = cli_table_create(columns, 4);
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t n = 0;
    int rc = QN_OK;

    if (cli_json_list(json, "relations", &walk))
        while (qn_json_walk_next(&walk, &item))
            if (!is_rejected(item.value) && touches(item.value, of)) {
                add_relation(table, item.value);
                n++;
            }
    if (n > 0) {
        fputc('\n', term->out);
        rc = cli_table_print(table, term, 2, reterr);
    }
    cli_table_free(table);
    return rc;
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

static void print_warnings(const struct cli_term *term, struct qn_span json)
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
        print_warnings(term, json);
    return rc;
}
