#include "doc.h"
#include "manual.h"
#include <string.h>

static const char begin[] =
    "# Commands of quern\n\n"
    "Made from the tables that `quern help` prints, by the build; `./dev fix` writes it anew. What "
    "all commands have\nin common is in [cli.md](cli.md), settings in "
    "[configuration.md](configuration.md).\n\n"
    "| command | does |\n| --- | --- |\n";

static const char exits[] = "\n## Exit codes\n\n| exit | means |\n| --- | --- |\n";

/* What would end a cell, or be taken for a tag. */
static void add_text(struct qn_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr("|<>*_", text[i]))
            qn_buf_add_byte(out, '\\');
        qn_buf_add_byte(out, text[i] == '\n' ? ' ' : text[i]);
    }
}

static void add_str(struct qn_buf *out, const char *text)
{
    add_text(out, text, strlen(text));
}

static void add_index(struct qn_buf *out)
{
    char name[CLI_MANUAL_NAME_SIZE];

    for (size_t i = 0; i < cli_commands_n; i++) {
        cli_manual_name(&cli_commands[i], name);
        qn_buf_printf(out, "| [`quern %s`](#%s) | ", cli_commands[i].name, name);
        add_str(out, cli_commands[i].summary);
        qn_buf_add_str(out, " |\n");
    }
}

static void add_doc(struct qn_buf *out, const char *doc)
{
    struct qn_span text;
    enum cli_doc_part part, before = CLI_DOC_END;

    while ((part = cli_doc_next(&doc, &text)) != CLI_DOC_END) {
        if (part != before || part == CLI_DOC_PARAGRAPH)
            qn_buf_add_byte(out, '\n');
        if (part == CLI_DOC_EXAMPLE)
            qn_buf_add_str(out, "    ");
        if (part == CLI_DOC_EXAMPLE)
            qn_buf_add(out, text.data, text.len);
        else
            add_text(out, text.data, text.len);
        qn_buf_add_byte(out, '\n');
        before = part;
    }
}

static void add_options(struct qn_buf *out, const struct cli_option *options)
{
    if (!options)
        return;
    qn_buf_add_str(out, "\n| option | |\n| --- | --- |\n");
    for (; options->name; options++) {
        qn_buf_printf(out, "| `--%s%s%s` | ", options->name, options->value ? " " : "",
                      options->value ? options->value : "");
        add_str(out, options->doc);
        qn_buf_add_str(out, " |\n");
    }
}

void cli_manual_markdown(struct qn_buf *out)
{
    qn_buf_add_str(out, begin);
    add_index(out);
    qn_buf_add_str(out, exits);
    for (const struct cli_exit_doc *row = cli_exit_docs; row->doc; row++)
        qn_buf_printf(out, "| %d | %s |\n", row->code, row->doc);
    for (size_t i = 0; i < cli_commands_n; i++) {
        const struct cli_command *command = &cli_commands[i];
        qn_buf_printf(out, "\n## quern %s\n\n`quern %s%s%s`: ", command->name, command->name,
                      command->words[0] != '\0' ? " " : "", command->words);
        add_str(out, command->summary);
        qn_buf_add_str(out, ".\n");
        add_doc(out, command->doc);
        add_options(out, command->options);
    }
}
