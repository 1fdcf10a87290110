#include "common/str.h"
#include "jsontext.h"
#include "model_view.h"
#include "wrap.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE     CLI_MODEL_TEXT_SIZE
#define VALUES_MAX    8
#define NARROW_INDENT 6
#define WRAP_WIDTH    100 /* where the output has no width */

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

/* A column in words. */
struct column {
    char name[256], type[256];
    char role[160]; /* "personal, email" */
    char description[TEXT_SIZE];
    char values[TEXT_SIZE]; /* "new 41 %, paid 30 %, ..." or "1 … 900" */
    bool personal;
};

static void read_values(struct qn_span column, char out[TEXT_SIZE])
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
    qn_buf_cut(&line, qn_utf8_cut(line.data, line.len, TEXT_SIZE - 1));
    qn_str_copy(out, TEXT_SIZE, line.data);
    qn_buf_release(&line);
}

static void read_column(struct qn_span json, struct column *ret)
{
    char role[64], pii[64];
    struct qn_json_item hidden;
    bool is_hidden = cli_json_at(json, "hidden", &hidden) && qn_span_is(hidden.value, "true");

    cli_json_text(json, "name", ret->name, sizeof(ret->name));
    cli_json_text(json, "type", ret->type, sizeof(ret->type));
    cli_json_text(json, "role", role, sizeof(role));
    cli_json_text(json, "pii", pii, sizeof(pii));
    ret->personal = pii[0] != '\0' && strcmp(pii, "none") != 0;
    snprintf(ret->role, sizeof(ret->role), "%s%s%s%s", role, ret->personal ? ", " : "",
             ret->personal ? pii : "", is_hidden ? ", hidden" : "");
    cli_json_text(json, "description.text", ret->description, sizeof(ret->description));
    read_values(json, ret->values);
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (names && *names && strcmp(*names, name) != 0)
        names++;
    return !names || *names;
}

static bool next_column(struct qn_json_walk *walk, const char *const *only, struct column *ret)
{
    struct qn_json_item item;

    while (qn_json_walk_next(walk, &item)) {
        read_column(item.value, ret);
        if (is_one_of(ret->name, only))
            return true;
    }
    return false;
}

static int print_wide(const struct cli_term *term, struct qn_json_walk walk,
                      const char *const *only, struct qn_err *reterr)
{
    static const struct cli_column columns[] = {{"COLUMN", false, true},
                                                {"ROLE", false, false},
                                                {"TYPE", false, true},
                                                {"DESCRIPTION", false, true},
                                                {"VALUES", false, true}};
    struct cli_table *table = cli_table_create(columns, 5);
    struct column it;

    while (next_column(&walk, only, &it)) {
        cli_table_add(table, it.name, CLI_PLAIN);
        cli_table_add(table, it.role, it.personal ? CLI_YELLOW : CLI_PLAIN);
        cli_table_add(table, it.type, CLI_DIM);
        cli_table_add(table, it.description, CLI_PLAIN);
        cli_table_add(table, it.values, CLI_DIM);
    }
    int rc = cli_table_print(table, term, 2, reterr);
    cli_table_free(table);
    return rc;
}

/* What is said of a column gets lines of its own: cut, it would say nothing. */
static void print_narrow(const struct cli_term *term, struct qn_json_walk walk,
                         const char *const *only)
{
    struct column it;

    while (next_column(&walk, only, &it)) {
        const char *const lines[] = {it.description, it.values};
        fputs("  ", term->out);
        cli_say(term, CLI_BOLD, it.name);
        fputs("  ", term->out);
        cli_say(term, it.personal ? CLI_YELLOW : CLI_CYAN, it.role);
        fputs("  ", term->out);
        cli_say(term, CLI_DIM, it.type);
        fputc('\n', term->out);
        for (size_t i = 0; i < 2; i++) {
            if (lines[i][0] == '\0')
                continue;
            fprintf(term->out, "%*s", NARROW_INDENT, "");
            cli_wrap(term, i == 0 ? CLI_PLAIN : CLI_DIM, NARROW_INDENT, term->width, lines[i]);
        }
    }
}

int cli_model_print_columns(const struct cli_term *term, struct qn_span table,
                            const char *const *only, struct qn_err *reterr)
{
    struct qn_json_walk walk;

    if (!cli_json_list(table, "columns", &walk))
        return QN_OK;
    if (term->width == 0 || term->width >= CLI_MODEL_WIDE)
        return print_wide(term, walk, only, reterr);
    print_narrow(term, walk, only);
    return QN_OK;
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
