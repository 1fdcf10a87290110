#include "common/str.h"
#include "jsontext.h"
#include "model_view.h"
#include "wrap.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE  CLI_MODEL_TEXT_SIZE
#define VALUES_MAX 8
#define WRAP_WIDTH 100 /* where the output has no width */

/* ---- which table ---- */

static void full_name(struct qn_span table, char *out, size_t size)
{
    char schema[256], name[256];

    cli_json_text(table, "schema", schema, sizeof(schema));
    cli_json_text(table, "name", name, sizeof(name));
    snprintf(out, size, "%s.%s", schema, name);
}

/* By "schema.name", else by the name alone when only one has it, or one of public. */
int cli_model_find_table(struct qn_span json, const char *name, struct qn_span *ret,
                         struct qn_err *reterr)
{
    char full[TEXT_SIZE], bare[256], shown[TEXT_SIZE];
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t n = 0;

    if (cli_json_list(json, "tables", &walk))
        while (qn_json_walk_next(&walk, &item)) {
            full_name(item.value, full, sizeof(full));
            cli_json_text(item.value, "name", bare, sizeof(bare));
            cli_model_table_name(item.value, shown, sizeof(shown));
            bool exact = strcmp(full, name) == 0 || strcmp(shown, name) == 0;
            if (exact || strcmp(bare, name) == 0)
                *ret = item.value;
            if (exact)
                return QN_OK;
            n += strcmp(bare, name) == 0;
        }
    if (n == 0)
        return qn_fail(reterr, QN_ENOTFOUND, "the model has no table \"%.80s\"", name);
    return n == 1 ? QN_OK
                  : qn_fail(reterr, QN_EINVAL, "%zu schemas have a table \"%.80s\": SCHEMA.%.80s",
                            n, name, name);
}

/* ---- columns ---- */

/* "new 41 %, paid 30 %, ..." */
static void add_values(struct cli_table *table, struct qn_span column)
{
    char text[TEXT_SIZE], share[64];
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_buf line;
    size_t n = 0;

    qn_buf_init(&line, 64 * 1024);
    if (cli_json_list(column, "values", &walk))
        for (; n < VALUES_MAX && qn_json_walk_next(&walk, &item); n++) {
            cli_json_text(item.value, "value", text, sizeof(text));
            cli_json_text(item.value, "share", share, sizeof(share));
            qn_buf_printf(&line, "%s%s", n > 0 ? ", " : "", text);
            if (share[0] != '\0')
                qn_buf_printf(&line, " %.0f %%", 100 * strtod(share, NULL));
        }
    qn_buf_add_str(&line, n == VALUES_MAX && qn_json_walk_next(&walk, &item) ? ", …" : "");
    if (n == 0) {
        char least[256], most[256];
        cli_json_text(column, "min", least, sizeof(least));
        cli_json_text(column, "max", most, sizeof(most));
        if (least[0] != '\0' || most[0] != '\0')
            qn_buf_printf(&line, "%s … %s", least, most);
    }
    cli_table_add(table, line.data, CLI_DIM);
    qn_buf_release(&line);
}

static void add_role(struct cli_table *table, struct qn_span column)
{
    char role[64], pii[64], text[160];
    struct qn_json_item hidden;
    bool is_hidden = cli_json_at(column, "hidden", &hidden) && qn_span_is(hidden.value, "true");

    cli_json_text(column, "role", role, sizeof(role));
    cli_json_text(column, "pii", pii, sizeof(pii));
    if (strcmp(pii, "none") == 0)
        pii[0] = '\0';
    snprintf(text, sizeof(text), "%s%s%s%s", role, pii[0] != '\0' ? ", " : "", pii,
             is_hidden ? ", hidden" : "");
    cli_table_add(table, text, pii[0] != '\0' ? CLI_YELLOW : CLI_PLAIN);
}

static void add_column(struct cli_table *shown, struct qn_span column, const char *const *only)
{
    char text[TEXT_SIZE];

    cli_json_text(column, "name", text, sizeof(text));
    while (only && *only && strcmp(*only, text) != 0)
        only++;
    if (only && !*only)
        return;
    cli_table_add(shown, text, CLI_PLAIN);
    add_role(shown, column);
    cli_json_text(column, "type", text, sizeof(text));
    cli_table_add(shown, text, CLI_DIM);
    cli_json_text(column, "description.text", text, sizeof(text));
    cli_table_add(shown, text, CLI_PLAIN);
    add_values(shown, column);
}

int cli_model_print_columns(const struct cli_term *term, struct qn_span table,
                            const char *const *only, struct qn_err *reterr)
{
    static const struct cli_column columns[] = {{"COLUMN", false, true},
                                                {"ROLE", false, false},
                                                {"TYPE", false, true},
                                                {"DESCRIPTION", false, true},
                                                {"VALUES", false, true}};
    struct cli_table *shown = cli_table_create(columns, 5);
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (cli_json_list(table, "columns", &walk))
        while (qn_json_walk_next(&walk, &item))
            add_column(shown, item.value, only);
    int rc = cli_table_print(shown, term, 2, reterr);
    cli_table_free(shown);
    return rc;
}

/* ---- the whole ---- */

static void print_line(const struct cli_term *term, const char *title, const char *text)
{
    if (text[0] == '\0')
        return;
    fprintf(term->out, "  %-12s ", title);
    cli_wrap(term, CLI_PLAIN, 15, term->width > 0 ? term->width : WRAP_WIDTH, text);
}

static void print_words(const struct cli_term *term, struct qn_span table)
{
    struct qn_buf line;

    qn_buf_init(&line, 64 * 1024);
    cli_json_add_list(&line, table, "synonyms.en");
    print_line(term, "also called", line.data);
    qn_buf_reset(&line);
    cli_json_add_list(&line, table, "synonyms.zh");
    print_line(term, "also called", line.data);
    qn_buf_release(&line);
}

static void print_head(const struct cli_term *term, struct qn_span table)
{
    static const char *const members[][2] = {{"purpose", "purpose"},
                                             {"about", "description.text"},
                                             {"label", "label"},
                                             {"time", "time"}};
    char text[TEXT_SIZE], rows[CLI_COUNT_SIZE];

    cli_model_table_name(table, text, sizeof(text));
    cli_say(term, CLI_BOLD, text);
    fputc('\n', term->out);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        cli_json_text(table, members[i][1], text, sizeof(text));
        print_line(term, members[i][0], text);
    }
    cli_model_rows(table, rows);
    print_line(term, "rows", rows);
    print_words(term, table);
    fputc('\n', term->out);
}

int cli_model_print_table(const struct cli_term *term, struct qn_span json, const char *name,
                          struct qn_err *reterr)
{
    struct qn_span table = {NULL, 0};
    char full[TEXT_SIZE];
    int rc = cli_model_find_table(json, name, &table, reterr);

    if (rc != QN_OK)
        return rc;
    print_head(term, table);
    rc = cli_model_print_columns(term, table, NULL, reterr);
    full_name(table, full, sizeof(full));
    return rc == QN_OK ? cli_model_print_relations(term, json, full, reterr) : rc;
}
