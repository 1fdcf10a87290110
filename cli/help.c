#include "broker-client/settings.h"
#include "cli.h"
#include "doc.h"
#include <string.h>

#define COLUMNS  78
#define HELP_MAX (64 * 1024)

const struct cli_exit_doc cli_exit_docs[] = {
    {CLI_EXIT_OK, "done; with --wait and job wait: the job succeeded"},
    {CLI_EXIT_FAILED, "an error, or the job ended in another way"},
    {CLI_EXIT_USAGE, "wrong usage, or arguments that the task refuses"},
    {CLI_EXIT_NOT_FOUND, "there is no such job, task, queue, worker or schedule"},
    {CLI_EXIT_CONFLICT, "not possible in its state: the job has ended, the folder is in use"},
    {CLI_EXIT_TIMEOUT, "waited as long as --timeout says; the job goes on"},
    {CLI_EXIT_UNAVAILABLE, "the broker is not there, or did not answer: it may have happened"},
    {0, NULL},
};

static void add_row(struct qn_buf *out, const char *name, const char *value, const char *doc)
{
    char text[80];

    snprintf(text, sizeof(text), "%s%s%s", name, value && value[0] != '\0' ? " " : "",
             value ? value : "");
    qn_buf_printf(out, "  %-24s %s\n", text, doc);
}

static void add_options(struct qn_buf *out, const struct cli_option *options)
{
    char name[64];

    for (const struct cli_option *o = options; o && o->name; o++) {
        snprintf(name, sizeof(name), "--%s", o->name);
        add_row(out, name, o->value, o->doc);
    }
    if (!cli_options_have(options, "json"))
        add_row(out, "--json", NULL, "print JSON");
}

static void add_settings(struct qn_buf *out)
{
    qn_buf_add_str(out, "\nSettings, as options of every command or in the environment:\n");
    for (int i = 0; i < qn_settings_n; i++)
        if (qn_settings[i].programs & QN_PROG_CLI)
            qn_buf_printf(out, "  --%-22s %s\n", qn_settings[i].name, qn_settings[i].env);
}

/* Those of a group, or all; how many. */
static size_t add_commands(struct qn_buf *out, const char *group)
{
    size_t len = group ? strlen(group) : 0, n = 0;
    char text[128];

    for (size_t i = 0; i < cli_commands_n; i++) {
        const char *name = cli_commands[i].name;
        if (group && (strncmp(name, group, len) != 0 || name[len] != ' '))
            continue;
        n++;
        snprintf(text, sizeof(text), "%s %s", name, cli_commands[i].words);
        qn_buf_printf(out, "  %-30s %s\n", text, cli_commands[i].summary);
    }
    return n;
}

static void add_all(struct qn_buf *out)
{
    qn_buf_add_str(out, "quern COMMAND [WORDS] [OPTIONS]\n\n");
    add_commands(out, NULL);
    qn_buf_add_str(out, "\n  --json prints JSON, for programs; quern help COMMAND tells more.\n"
                        "\nExit codes:\n");
    for (const struct cli_exit_doc *row = cli_exit_docs; row->doc; row++)
        qn_buf_printf(out, "  %2d  %s\n", row->code, row->doc);
}

static void add_doc(struct qn_buf *out, const char *doc)
{
    struct qn_span text;
    enum cli_doc_part part, before = CLI_DOC_END;

    while ((part = cli_doc_next(&doc, &text)) != CLI_DOC_END) {
        if (part != before || part == CLI_DOC_PARAGRAPH)
            qn_buf_add_byte(out, '\n');
        if (part == CLI_DOC_PARAGRAPH)
            cli_doc_fill(out, text, 2, COLUMNS);
        else
            qn_buf_printf(out, "    %.*s\n", (int)text.len, text.data);
        before = part;
    }
    qn_buf_add_byte(out, '\n');
}

int cli_help_group(const char *group, FILE *out)
{
    struct qn_buf text;

    qn_buf_init(&text, HELP_MAX);
    size_t n = add_commands(&text, group);
    fputs(text.data, out);
    qn_buf_release(&text);
    return n > 0 ? CLI_EXIT_OK : CLI_EXIT_USAGE;
}

int cli_help(const struct cli_command *command, FILE *out)
{
    struct qn_buf text;

    qn_buf_init(&text, HELP_MAX);
    if (!command) {
        add_all(&text);
    } else {
        qn_buf_printf(&text, "quern %s %s\n  %s\n", command->name, command->words,
                      command->summary);
        add_doc(&text, command->doc);
        add_options(&text, command->options);
        add_settings(&text);
    }
    fputs(text.data, out);
    int rc = qn_buf_status(&text);
    qn_buf_release(&text);
    return cli_exit_of(rc);
}
