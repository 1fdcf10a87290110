#include "manual.h"
#include "broker-client/settings.h"
#include "roff.h"
#include <string.h>

#define JSON_DOC "Print JSON. Errors are then a line of JSON on stderr."

void cli_manual_name(const struct cli_command *command, char ret[CLI_MANUAL_NAME_SIZE])
{
    snprintf(ret, CLI_MANUAL_NAME_SIZE, "quern-%s", command->name);
    for (char *at = ret; (at = strchr(at, ' ')); at++)
        *at = '-';
}

static void add_exits(struct qn_buf *out)
{
    char code[16];

    cli_roff_section(out, "EXIT STATUS");
    for (const struct cli_exit_doc *row = cli_exit_docs; row->doc; row++) {
        snprintf(code, sizeof(code), "%d", row->code);
        cli_roff_term(out, code, row->doc);
    }
}

/* ---- a command ---- */

static void add_options(struct qn_buf *out, const struct cli_option *options)
{
    cli_roff_section(out, "OPTIONS");
    for (const struct cli_option *o = options; o && o->name; o++)
        cli_roff_option(out, o->name, o->value, o->doc);
    if (!cli_options_have(options, "json"))
        cli_roff_option(out, "json", NULL, JSON_DOC);
    cli_roff_paragraph(out, "Settings, such as --broker-url, are options of every command: see "
                            "quern-settings(5).");
}

/* The pages of the same group, and the one of all. */
static void add_neighbours(struct qn_buf *out, const struct cli_command *command)
{
    size_t group = strcspn(command->name, " ");
    char pages[1024] = "quern(1), quern-settings(5)", name[CLI_MANUAL_NAME_SIZE];

    for (size_t i = 0; i < cli_commands_n && command->name[group] == ' '; i++) {
        const struct cli_command *other = &cli_commands[i];
        size_t used = strlen(pages);
        if (other == command || strncmp(other->name, command->name, group + 1) != 0)
            continue;
        cli_manual_name(other, name);
        snprintf(pages + used, sizeof(pages) - used, ", %s(1)", name);
    }
    cli_roff_see_also(out, pages);
}

void cli_manual_command(struct qn_buf *out, const struct cli_command *command)
{
    char name[CLI_MANUAL_NAME_SIZE], typed[CLI_MANUAL_NAME_SIZE], words[128];

    cli_manual_name(command, name);
    cli_roff_page(out, name, 1, command->summary);
    cli_roff_section(out, "SYNOPSIS");
    snprintf(typed, sizeof(typed), "quern %s", command->name);
    snprintf(words, sizeof(words), "%s%s[OPTION ...]", command->words,
             command->words[0] != '\0' ? " " : "");
    cli_roff_synopsis(out, typed, words);
    cli_roff_section(out, "DESCRIPTION");
    cli_roff_paragraphs(out, command->doc);
    add_options(out, command->options);
    add_exits(out);
    cli_roff_examples(out, command->doc);
    add_neighbours(out, command);
}

/* ---- quern(1) ---- */

static void add_commands(struct qn_buf *out)
{
    char name[CLI_MANUAL_NAME_SIZE], term[CLI_MANUAL_NAME_SIZE + 8];

    cli_roff_section(out, "COMMANDS");
    cli_roff_paragraph(out, "Each has a page of its own.");
    for (size_t i = 0; i < cli_commands_n; i++) {
        cli_manual_name(&cli_commands[i], name);
        snprintf(term, sizeof(term), "%s(1)", name);
        cli_roff_term(out, term, cli_commands[i].summary);
    }
}

static void add_common_options(struct qn_buf *out)
{
    cli_roff_section(out, "OPTIONS");
    cli_roff_option(out, "json", NULL, JSON_DOC);
    cli_roff_option(out, "help", NULL, "Print what the command does and takes.");
    cli_roff_option(out, "version", NULL, "Print the version.");
    for (int i = 0; i < qn_settings_n; i++)
        if (qn_settings[i].programs & QN_PROG_CLI)
            cli_roff_option(out, qn_settings[i].name,
                            qn_settings[i].type == QN_SET_BOOLEAN ? NULL : "VALUE",
                            qn_settings[i].doc);
}

static const char about[] =
    "Quern is a distributed task queue on Redis. quern makes jobs, looks at them, operates "
    "queues and workers, and runs everything on one machine.\n\n"
    "Options may stand anywhere on the line. A value that begins with -- is written "
    "--name=--value; -- ends the options. Settings come from a file, the environment and the "
    "line: quern-settings(5).\n\n"
    "Tables are cut to the width of a terminal and coloured on a terminal only; NO_COLOR is "
    "honoured. Control characters in what jobs say are replaced.\n\n"
    "    quern dev --demo\n"
    "    quern enqueue report.sales from=2025-01-01 to=2025-06-30 --wait\n"
    "    quern job list --state failed\n"
    "    quern dead-letter replay --task report.sales --since 2h";

void cli_manual_overview(struct qn_buf *out)
{
    cli_roff_page(out, "quern", 1, "make jobs and look after them");
    cli_roff_section(out, "SYNOPSIS");
    cli_roff_synopsis(out, "quern", "COMMAND [WORDS] [OPTION ...]");
    cli_roff_section(out, "DESCRIPTION");
    cli_roff_paragraphs(out, about);
    add_commands(out);
    add_common_options(out);
    add_exits(out);
    cli_roff_examples(out, about);
    cli_roff_see_also(out, "quern-worker(1), quern-api(1), quern-beat(1), quern-settings(5)");
}
