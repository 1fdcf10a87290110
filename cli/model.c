/* model.c - quern model list, show, versions, export, diff: what is published. */
#include "model.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "common/str.h"
#include "folder.h"
#include "jsontext.h"
#include "model_view.h"
#include "run.h"
#include <string.h>

#define TEXT_SIZE CLI_MODEL_TEXT_SIZE
#define INDEX_MAX ((size_t)1024 * 1024)

static struct qn_span span_of(const struct qn_buf *buf)
{
    return (struct qn_span){buf->data, buf->len};
}

static const char *which_of(const struct cli *cli)
{
    const char *version = cli_option(cli, "version");

    return version ? version : "current";
}

static int end(const struct cli *cli, int rc, const struct qn_err *err)
{
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, err);
}

/* ---- list ---- */

/* "2026-11-21T10:00:00.123Z" -> "2026-11-21 10:00:00" */
static void add_time(struct cli_table *table, struct qn_span json, const char *path)
{
    char text[64];

    cli_json_text(json, path, text, sizeof(text));
    if (strlen(text) >= 19)
        text[19] = '\0';
    text[strcspn(text, "T")] = text[strcspn(text, "T")] == 'T' ? ' ' : '\0';
    cli_table_add(table, text, CLI_DIM);
}

static void add_state(struct cli_table *table, struct qn_span json)
{
    char text[64];

    cli_json_text(json, "state", text, sizeof(text));
    cli_table_add(table, text, strcmp(text, "approved") == 0 ? CLI_GREEN : CLI_YELLOW);
}

static void add_text(struct cli_table *table, struct qn_span json, const char *path)
{
    char text[TEXT_SIZE];

    cli_json_text(json, path, text, sizeof(text));
    cli_table_add(table, text, CLI_PLAIN);
}

static void add_row(struct cli_table *table, const char *name, struct qn_span index,
                    struct qn_span current)
{
    cli_table_add(table, name, CLI_PLAIN);
    add_text(table, index, "current");
    add_state(table, current);
    add_text(table, index, "newest");
    add_text(table, current, "tables");
    add_text(table, current, "relations");
    add_time(table, current, "made_at");
}

/* One that does not read is told on stderr and hides no other. */
static bool read_row(const struct cli *cli, const char *name, struct qn_buf *index,
                     struct qn_span *ret_current)
{
    struct qn_err err;
    int rc = cli_model_index(&cli->config, name, index, &err);

    if (rc == QN_OK)
        rc = cli_model_pick(span_of(index), "current", ret_current, &err);
    if (rc != QN_OK && rc != QN_ENOTFOUND)
        fprintf(stderr, "quern: %s: %s\n", name, err.msg);
    return rc == QN_OK;
}

static int list(const struct cli *cli, const struct cli_model_names *names, struct qn_err *reterr)
{
    static const struct cli_column columns[] = {
        {"DATASOURCE", false, true}, {"CURRENT", true, false}, {"STATE", false, false},
        {"NEWEST", true, false},     {"TABLES", true, false},  {"RELATIONS", true, false},
        {"MADE", false, false}};
    struct cli_table *table = cli_table_create(columns, 7);
    const char *comma = "{\"models\":[\n";
    int rc = QN_OK;

    for (size_t i = 0; i < names->n; i++) {
        struct qn_span current;
        struct qn_buf index;
        qn_buf_init(&index, INDEX_MAX);
        if (read_row(cli, names->all[i], &index, &current)) {
            add_row(table, names->all[i], span_of(&index), current);
            if (cli->json)
                fprintf(cli->term.out, "%s%s", comma, index.data);
            comma = ",\n";
        }
        qn_buf_release(&index);
    }
    if (cli->json)
        fputs(comma[0] == ',' ? "]}\n" : "{\"models\":[]}\n", cli->term.out);
    else if (comma[0] == ',')
        rc = cli_table_print(table, &cli->term, 0, reterr);
    else
        fputs("no models; quern model analyze NAME makes one of a datasource\n", cli->term.out);
    cli_table_free(table);
    return rc;
}

int cli_run_model_list(struct cli *cli)
{
    struct cli_model_names *names = qn_alloc(sizeof(*names));
    struct qn_err err = {0};
    int rc = names ? cli_model_list(&cli->config, names, &err)
                   : qn_fail(&err, QN_ENOMEM, "out of memory");

    if (rc == QN_OK)
        rc = list(cli, names, &err);
    qn_free(names);
    return end(cli, rc, &err);
}

/* ---- versions ---- */

static int print_versions(const struct cli *cli, struct qn_span index, struct qn_err *reterr)
{
    static const struct cli_column columns[] = {
        {"VERSION", true, false},   {"STATE", false, false}, {"TABLES", true, false},
        {"RELATIONS", true, false}, {"MADE", false, false},  {"BY", false, true},
        {"APPROVED", false, false}, {"BY", false, true},     {"HASH", false, true}};
    struct cli_table *table = cli_table_create(columns, 9);
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (cli_json_list(index, "versions", &walk))
        while (qn_json_walk_next(&walk, &item)) {
            add_text(table, item.value, "version");
            add_state(table, item.value);
            add_text(table, item.value, "tables");
            add_text(table, item.value, "relations");
            add_time(table, item.value, "made_at");
            add_text(table, item.value, "made_by");
            add_time(table, item.value, "approved_at");
            add_text(table, item.value, "approved_by");
            add_text(table, item.value, "hash");
        }
    int rc = cli_table_print(table, &cli->term, 0, reterr);
    cli_table_free(table);
    return rc;
}

int cli_run_model_versions(struct cli *cli)
{
    struct qn_buf index;
    struct qn_err err = {0};

    qn_buf_init(&index, INDEX_MAX);
    int rc = cli_model_index(&cli->config, cli->words[0], &index, &err);
    if (rc == QN_OK && cli->json)
        cli_model_print_bytes(&cli->term, span_of(&index));
    else if (rc == QN_OK)
        rc = print_versions(cli, span_of(&index), &err);
    qn_buf_release(&index);
    return end(cli, rc, &err);
}

/* ---- show ---- */

static int print_json(const struct cli *cli, struct qn_span json, const char *table,
                      struct qn_err *reterr)
{
    int rc = table ? cli_model_find_table(json, table, &json, reterr) : QN_OK;

    if (rc == QN_OK)
        cli_model_print_bytes(&cli->term, json);
    return rc;
}

int cli_model_show(const struct cli *cli, const char *name, const char *which, const char *table,
                   struct qn_err *reterr)
{
    struct cli_model_wanted wanted = {.name = name, .which = which, .suffix = "json"};
    struct qn_buf json;

    qn_buf_init(&json, CLI_MODEL_BYTES_MAX);
    int rc = cli_model_read(&cli->config, &wanted, &json, reterr);
    if (rc == QN_OK && cli->json)
        rc = print_json(cli, span_of(&json), table, reterr);
    else if (rc == QN_OK && table)
        rc = cli_model_print_table(&cli->term, span_of(&json), table, reterr);
    else if (rc == QN_OK)
        rc = cli_model_print(&cli->term, span_of(&json), wanted.state, reterr);
    qn_buf_release(&json);
    return rc;
}

int cli_run_model_show(struct cli *cli)
{
    struct qn_err err = {0};
    int rc = cli_model_show(cli, cli->words[0], which_of(cli),
                            cli->n_words > 1 ? cli->words[1] : NULL, &err);

    return end(cli, rc, &err);
}

/* ---- export ---- */

static int suffix_of(const char *format, const char **ret, struct qn_err *reterr)
{
    static const struct {
        const char *name, *suffix;
    } forms[] = {{"json", "json"},
                 {"yaml", "yaml"},
                 {"markdown", "md"},
                 {"mermaid", "mmd"},
                 {"html", "html"}};

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (strcmp(forms[i].name, format) == 0) {
            *ret = forms[i].suffix;
            return QN_OK;
        }
    return qn_fail(reterr, QN_EINVAL, "--format %.40s: json, yaml, markdown, mermaid or html",
                   format);
}

int cli_run_model_export(struct cli *cli)
{
    const char *format = cli_option(cli, "format"), *file = cli_option(cli, "output");
    struct cli_model_wanted wanted = {
        .name = cli->words[0], .which = which_of(cli), .suffix = "json"};
    struct qn_buf bytes;
    struct qn_err err = {0};
    int rc = format ? suffix_of(format, &wanted.suffix, &err) : QN_OK;

    qn_buf_init(&bytes, CLI_MODEL_BYTES_MAX);
    if (rc == QN_OK)
        rc = cli_model_read(&cli->config, &wanted, &bytes, &err);
    if (rc == QN_OK && file && strcmp(file, "-") != 0)
        rc = cli_path_write(file, bytes.data, bytes.len, &err);
    else if (rc == QN_OK)
        cli_model_print_bytes(&cli->term, span_of(&bytes));
    qn_buf_release(&bytes);
    return end(cli, rc, &err);
}

/* ---- diff ---- */

struct shown {
    const struct cli *cli;
    struct qn_buf added, removed, changed; /* JSON */
    size_t n;
};

static void add_json(struct shown *shown, char sign, const char *what, struct qn_span before,
                     struct qn_span after)
{
    struct qn_buf *out = sign == '+' ? &shown->added : &shown->removed;

    if (sign != '~') {
        qn_buf_add_str(out, out->len > 0 ? "," : "");
        qn_json_add_str(out, what);
        return;
    }
    out = &shown->changed;
    qn_buf_add_str(out, out->len > 0 ? ",\n{" : "{");
    qn_json_add_key(out, "what");
    qn_json_add_str(out, what);
    qn_json_add_key(out, "from");
    qn_buf_add(out, before.len > 0 ? before.data : "null", before.len > 0 ? before.len : 4);
    qn_json_add_key(out, "to");
    qn_buf_add(out, after.len > 0 ? after.data : "null", after.len > 0 ? after.len : 4);
    qn_buf_add_byte(out, '}');
}

static void say_value(const struct cli_term *term, enum cli_colour colour, struct qn_span json)
{
    struct qn_buf text;
    struct qn_json_item item = {.value = json};

    item.type = json.len > 0 && json.data[0] == '"' ? QN_JSON_STRING : QN_JSON_NULL;
    qn_buf_init(&text, CLI_MODEL_BYTES_MAX);
    if (json.len == 0)
        qn_buf_add_str(&text, "(nothing)");
    else
        cli_json_add_text(&text, &item);
    cli_say(term, colour, text.data);
    qn_buf_release(&text);
}

static void show_change(void *arg, char sign, const char *what, struct qn_span before,
                        struct qn_span after)
{
    struct shown *shown = arg;
    const struct cli_term *term = &shown->cli->term;
    enum cli_colour colour = sign == '+' ? CLI_GREEN : sign == '-' ? CLI_RED : CLI_YELLOW;
    char mark[3] = {sign, ' ', '\0'};

    shown->n++;
    if (shown->cli->json) {
        add_json(shown, sign, what, before, after);
        return;
    }
    cli_say(term, colour, mark);
    cli_say(term, CLI_PLAIN, what);
    fputc('\n', term->out);
    if (sign != '~')
        return;
    fputs("    ", term->out);
    say_value(term, CLI_RED, before);
    fputs("\n    ", term->out);
    say_value(term, CLI_GREEN, after);
    fputc('\n', term->out);
}

static int print_diff(const struct cli *cli, struct qn_span from, struct qn_span to,
                      struct qn_err *reterr)
{
    struct shown shown = {.cli = cli};

    qn_buf_init(&shown.added, CLI_MODEL_BYTES_MAX);
    qn_buf_init(&shown.removed, CLI_MODEL_BYTES_MAX);
    qn_buf_init(&shown.changed, CLI_MODEL_BYTES_MAX);
    int rc = cli_model_diff(from, to, show_change, &shown, reterr);
    if (rc == QN_OK && cli->json)
        fprintf(cli->term.out, "{\"added\":[%s],\"removed\":[%s],\"changed\":[%s]}\n",
                shown.added.data, shown.removed.data, shown.changed.data);
    else if (rc == QN_OK && shown.n == 0)
        fputs("no difference\n", cli->term.out);
    qn_buf_release(&shown.added);
    qn_buf_release(&shown.removed);
    qn_buf_release(&shown.changed);
    return rc;
}

/* The one that answers; when that is the newest, the one before it. */
static int choose_from(const struct cli *cli, char out[QN_I64_TEXT_SIZE], struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_buf index;

    qn_buf_init(&index, INDEX_MAX);
    int rc = cli_model_index(&cli->config, cli->words[0], &index, reterr);
    if (rc == QN_OK) {
        int64_t newest = cli_json_number(span_of(&index), "newest", 0);
        int64_t from = cli_json_number(span_of(&index), "current", newest);
        if (from == newest && cli_json_list(span_of(&index), "versions", &walk) &&
            qn_json_walk_next(&walk, &item) && qn_json_walk_next(&walk, &item))
            from = cli_json_number(item.value, "version", from);
        qn_i64_to_str(from, out);
    }
    qn_buf_release(&index);
    return rc;
}

int cli_run_model_diff(struct cli *cli)
{
    struct cli_model_wanted from = {.name = cli->words[0], .suffix = "json"};
    struct cli_model_wanted to = {.name = cli->words[0], .suffix = "json"};
    char chosen[QN_I64_TEXT_SIZE];
    struct qn_buf a, b;
    struct qn_err err = {0};
    int rc = cli->n_words > 1 ? QN_OK : choose_from(cli, chosen, &err);

    from.which = cli->n_words > 1 ? cli->words[1] : chosen;
    to.which = cli->n_words > 2 ? cli->words[2] : "newest";
    qn_buf_init(&a, CLI_MODEL_BYTES_MAX);
    qn_buf_init(&b, CLI_MODEL_BYTES_MAX);
    if (rc == QN_OK)
        rc = cli_model_read(&cli->config, &from, &a, &err);
    if (rc == QN_OK)
        rc = cli_model_read(&cli->config, &to, &b, &err);
    if (rc == QN_OK)
        rc = print_diff(cli, span_of(&a), span_of(&b), &err);
    qn_buf_release(&a);
    qn_buf_release(&b);
    return end(cli, rc, &err);
}
