#include "broker-client/settings.h"
#include "cli.h"
#include <string.h>

static void print_options(const struct cli_option *options, FILE *out)
{
    char text[64];

    for (; options && options->name; options++) {
        snprintf(text, sizeof(text), "--%s%s%s", options->name, options->value ? " " : "",
                 options->value ? options->value : "");
        fprintf(out, "  %-24s %s\n", text, options->doc);
    }
}

static void print_settings(FILE *out)
{
    fprintf(out, "\nSettings, as options of every command or in the environment:\n");
    for (int i = 0; i < qn_settings_n; i++)
        if (qn_settings[i].programs & QN_PROG_CLI)
            fprintf(out, "  --%-22s %s\n", qn_settings[i].name, qn_settings[i].env);
}

static int help_all(FILE *out)
{
    char text[128];

    fprintf(out, "quern COMMAND [WORDS] [OPTIONS]\n\n");
    for (size_t i = 0; i < cli_commands_n; i++) {
        snprintf(text, sizeof(text), "%s %s", cli_commands[i].name, cli_commands[i].words);
        fprintf(out, "  %-36s %s\n", text, cli_commands[i].summary);
    }
    fprintf(out, "\n  --json prints JSON, for programs; quern help COMMAND tells the options.\n"
                 "  Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not possible now,\n"
                 "  5 waited long enough, 69 the broker is not there.\n");
    return CLI_EXIT_OK;
}

int cli_help(const struct cli_command *command, FILE *out)
{
    if (!command)
        return help_all(out);
    fprintf(out, "quern %s %s\n  %s\n\n", command->name, command->words, command->summary);
    print_options(command->options, out);
    fprintf(out, "  %-24s %s\n", "--json", "print JSON");
    print_settings(out);
    return CLI_EXIT_OK;
}
