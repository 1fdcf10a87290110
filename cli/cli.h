/* cli.h - one run of quern: which command, with which words and options, and where
 * the answer goes.
 *
 * A command is a row of the table in commands.c; help, man pages, completion and the check
 * of options follow from it. Settings (docs/configuration.md) are options of every
 * command, and may stand anywhere on the line.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "common/config.h"
#include "exits.h"
#include "term.h"

#define CLI_WORDS_MAX   256
#define CLI_OPTIONS_MAX 64

struct cli;

struct cli_option {
    const char *name;  /* without dashes */
    const char *value; /* "N"; NULL: takes none */
    const char *doc;
};

struct cli_command {
    const char *name; /* "job show" */
    const char *words;
    int least, most;                  /* words behind the name; most -1: any number */
    const struct cli_option *options; /* ends with a NULL name; NULL: none */
    const char *summary;
    const char *doc;             /* command_docs.h */
    int (*run)(struct cli *cli); /* the exit code */
};

extern const struct cli_command cli_commands[];
extern const size_t cli_commands_n;

struct cli {
    const char *self; /* how it was called */
    const struct cli_command *command;
    struct qn_config config;
    struct cli_term term;
    bool json;
    int n_words;
    const char *words[CLI_WORDS_MAX];
    int n_options;
    struct {
        const struct cli_option *option;
        const char *value; /* "" for one that takes none */
    } options[CLI_OPTIONS_MAX];
};

/* Whether a command's options have that name: its own --json goes before the one of all. */
bool cli_options_have(const struct cli_option *options, const char *name);
/* The last value given, or NULL. */
const char *cli_option(const struct cli *cli, const char *name);
/* The nth value of one that may be repeated, or NULL. */
const char *cli_option_nth(const struct cli *cli, const char *name, int nth);
bool cli_flag(const struct cli *cli, const char *name);

/* Options read strictly; QN_EINVAL names the option. Not given: the preset. */
QN_MUST_CHECK int cli_option_number(const struct cli *cli, const char *name, int64_t preset,
                                    int64_t *ret, struct qn_err *reterr);
QN_MUST_CHECK int cli_option_ms(const struct cli *cli, const char *name, int64_t preset,
                                int64_t *ret, struct qn_err *reterr);

/* Tells an error on stderr, as a line of JSON with --json, with what to do next, and
 * returns the exit code for it. */
int cli_fail(const struct cli *cli, const struct qn_err *err);
/* The same for a code that does not follow from the error; hint may be NULL. */
int cli_fail_as(const struct cli *cli, enum cli_exit code, const struct qn_err *err,
                const char *hint);

/* Reads the line; commands.c has the table. Returns the exit code when there is
 * nothing to run, else -1. */
int cli_parse(struct cli *cli, int argc, char *const *argv);
/* command NULL: all of them. Returns the exit code. */
int cli_help(const struct cli_command *command, FILE *out);
/* The commands that begin with the word; CLI_EXIT_USAGE when none does. */
int cli_help_group(const char *group, FILE *out);

#endif
