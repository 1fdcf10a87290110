#include "broker-client/settings.h"
#include "cli.h"
#include "common/str.h"
#include <string.h>

#define NAME_SIZE 64

/* The line while it is read. */
struct line {
    struct cli *cli;
    int argc;
    char *const *argv;
    int at;
    char group[NAME_SIZE]; /* "job", before the second word of the name is known */
    char *settings[CLI_OPTIONS_MAX * 2 + 2];
    int n_settings;
    bool help, version;
    struct qn_err err;
};

static int wrong(struct line *line, const char *why, const char *what)
{
    return qn_fail(&line->err, QN_EINVAL, "%s%.100s", why, what);
}

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < cli_commands_n; i++)
        if (strcmp(cli_commands[i].name, name) == 0)
            return &cli_commands[i];
    return NULL;
}

static bool is_group(const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < cli_commands_n; i++)
        if (strncmp(cli_commands[i].name, word, len) == 0 && cli_commands[i].name[len] == ' ')
            return true;
    return false;
}

/* ---- words ---- */

static int take_name(struct line *line, const char *word)
{
    char name[NAME_SIZE * 2];

    snprintf(name, sizeof(name), "%s%s%.60s", line->group, line->group[0] ? " " : "", word);
    line->cli->command = find_command(name);
    if (line->cli->command)
        return QN_OK;
    if (line->group[0] == '\0' && is_group(word) && qn_str_copy(line->group, NAME_SIZE, word))
        return QN_OK;
    return wrong(line, "there is no command ", name);
}

static int take_word(struct line *line, const char *word)
{
    struct cli *cli = line->cli;

    if (!cli->command)
        return take_name(line, word);
    if (cli->n_words == CLI_WORDS_MAX)
        return wrong(line, "too many words, at ", word);
    cli->words[cli->n_words++] = word;
    return QN_OK;
}

/* ---- options ---- */

static bool is_named(const char *name, const char *word, size_t len)
{
    return strncmp(name, word, len) == 0 && name[len] == '\0';
}

static const struct cli_option *own_option(const struct line *line, const char *word, size_t len)
{
    const struct cli_command *command = line->cli->command;

    for (const struct cli_option *o = command ? command->options : NULL; o && o->name; o++)
        if (is_named(o->name, word, len))
            return o;
    return NULL;
}

static const struct qn_setting *setting_of(const char *word, size_t len)
{
    for (int i = 0; i < qn_settings_n; i++)
        if (is_named(qn_settings[i].name, word, len) && qn_settings[i].programs & QN_PROG_CLI)
            return &qn_settings[i];
    return NULL;
}

static int take_own(struct line *line, const struct cli_option *option, const char *value)
{
    struct cli *cli = line->cli;

    if (option->value && !value) {
        if (line->at == line->argc || qn_str_starts(line->argv[line->at], "--"))
            return wrong(line, "an option without its value: --", option->name);
        value = line->argv[line->at++];
    } else if (!option->value && value) {
        return wrong(line, "an option that takes no value: --", option->name);
    }
    if (cli->n_options == CLI_OPTIONS_MAX)
        return wrong(line, "too many options, at --", option->name);
    cli->options[cli->n_options].option = option;
    cli->options[cli->n_options++].value = value ? value : "";
    return QN_OK;
}

/* Handed on as it is, with the word behind it where that is its value. */
static int take_setting(struct line *line, const struct qn_setting *setting, bool has_value)
{
    if (line->n_settings >= CLI_OPTIONS_MAX * 2)
        return wrong(line, "too many options, at --", setting->name);
    line->settings[line->n_settings++] = line->argv[line->at - 1];
    if (has_value || setting->type == QN_SET_BOOLEAN)
        return QN_OK;
    if (line->at == line->argc || qn_str_starts(line->argv[line->at], "--"))
        return wrong(line, "an option without its value: --", setting->name);
    line->settings[line->n_settings++] = line->argv[line->at++];
    return QN_OK;
}

static int take_option(struct line *line, const char *word)
{
    size_t len = strcspn(word, "=");
    const char *value = word[len] == '=' ? word + len + 1 : NULL;
    const struct cli_option *own = own_option(line, word, len);
    const struct qn_setting *setting = setting_of(word, len);

    if (own)
        return take_own(line, own, value);
    if (setting)
        return take_setting(line, setting, value != NULL);
    if (strcmp(word, "json") == 0)
        return QN_OK; /* wants_json() saw it */
    if (strcmp(word, "help") == 0)
        line->help = true;
    else if (strcmp(word, "version") == 0)
        line->version = true;
    else
        return wrong(line,
                     line->cli->command ? "this command has no option --" : "there is no option --",
                     word);
    return QN_OK;
}

/* The name of a worker may begin with a dash. No option here has one dash and a long name. */
static bool may_be_name(const struct line *line, const char *word)
{
    const struct cli_command *command = line->cli->command;

    return command && command->most != 0 && strlen(word) > 2;
}

static int take_all(struct line *line)
{
    bool words_only = false;
    int rc = QN_OK;

    while (rc == QN_OK && line->at < line->argc) {
        const char *word = line->argv[line->at++];
        if (!words_only && strcmp(word, "--") == 0)
            words_only = true;
        else if (!words_only && qn_str_starts(word, "--"))
            rc = take_option(line, word + 2);
        else if (!words_only && strcmp(word, "-h") == 0)
            line->help = true;
        else if (!words_only && word[0] == '-' && word[1] != '\0' && !may_be_name(line, word))
            rc = wrong(line, "there is no option ", word);
        else
            rc = take_word(line, word);
    }
    return rc;
}

/* Looked for first, so that a mistake in front of it is told in JSON as well. */
static bool wants_json(int argc, char *const *argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

static int check_words(struct line *line)
{
    const struct cli *cli = line->cli;
    const struct cli_command *command = cli->command;
    char text[128];

    snprintf(text, sizeof(text), "%s %s", command->name, command->words);
    if (cli->n_words < command->least)
        return wrong(line, "too little is said: quern ", text);
    if (command->most >= 0 && cli->n_words > command->most)
        return wrong(line, "too much is said: quern ", text);
    return QN_OK;
}

static int unfinished(struct line *line)
{
    char text[128] = "";
    size_t len = strlen(line->group), used = 0;

    for (size_t i = 0; i < cli_commands_n; i++) {
        const char *name = cli_commands[i].name;
        if (strncmp(name, line->group, len) != 0 || name[len] != ' ')
            continue;
        int n = snprintf(text + used, sizeof(text) - used, "%s%s", used > 0 ? ", " : "",
                         name + len + 1);
        used += n > 0 && used + (size_t)n < sizeof(text) ? (size_t)n : 0;
    }
    return qn_fail(&line->err, QN_EINVAL, "quern %s needs one of: %s", line->group, text);
}

static int load_settings(struct line *line)
{
    struct qn_config *config = &line->cli->config;
    enum qn_log_level level;
    int used = 0;
    int rc =
        qn_settings_load(config, QN_PROG_CLI, line->n_settings, line->settings, &used, &line->err);

    if (rc == QN_OK)
        rc = qn_settings_level(config, &level, &line->err);
    if (rc != QN_OK)
        qn_config_release(config);
    return rc;
}

int cli_parse(struct cli *cli, int argc, char *const *argv)
{
    struct line line = {.cli = cli, .argc = argc, .argv = argv, .at = 1, .n_settings = 1};
    char name[] = "quern";

    line.settings[0] = name;
    cli->json = wants_json(argc, argv);
    int rc = take_all(&line);
    if (rc == QN_OK && line.version && !cli->command) {
        fprintf(cli->term.out, "quern %s\n", QUERN_VERSION);
        return CLI_EXIT_OK;
    }
    if (rc == QN_OK && line.help && !cli->command && line.group[0] != '\0')
        return cli_help_group(line.group, cli->term.out);
    if (rc == QN_OK && line.help)
        return cli_help(cli->command, cli->term.out);
    if (rc == QN_OK && !cli->command && line.group[0] != '\0')
        rc = unfinished(&line);
    if (rc == QN_OK && !cli->command) {
        cli_help(NULL, stderr);
        return CLI_EXIT_USAGE;
    }
    if (rc == QN_OK)
        rc = check_words(&line);
    if (rc == QN_OK)
        rc = load_settings(&line);
    return rc == QN_OK ? -1 : cli_fail_as(cli, CLI_EXIT_USAGE, &line.err, "see quern help");
}

/* ---- for commands ---- */

bool cli_options_have(const struct cli_option *options, const char *name)
{
    for (; options && options->name; options++)
        if (strcmp(options->name, name) == 0)
            return true;
    return false;
}

const char *cli_option_nth(const struct cli *cli, const char *name, int nth)
{
    for (int i = 0; i < cli->n_options; i++)
        if (strcmp(cli->options[i].option->name, name) == 0 && nth-- == 0)
            return cli->options[i].value;
    return NULL;
}

const char *cli_option(const struct cli *cli, const char *name)
{
    const char *value = NULL;

    for (int i = 0; i < cli->n_options; i++)
        if (strcmp(cli->options[i].option->name, name) == 0)
            value = cli->options[i].value;
    return value;
}

bool cli_flag(const struct cli *cli, const char *name)
{
    return cli_option(cli, name) != NULL;
}

int cli_option_number(const struct cli *cli, const char *name, int64_t preset, int64_t *ret,
                      struct qn_err *reterr)
{
    const char *text = cli_option(cli, name);

    *ret = preset;
    if (text && (qn_str_to_i64(text, ret) != QN_OK || *ret < 0))
        return qn_fail(reterr, QN_EINVAL, "--%s: \"%.40s\" is no whole number", name, text);
    return QN_OK;
}

int cli_option_ms(const struct cli *cli, const char *name, int64_t preset, int64_t *ret,
                  struct qn_err *reterr)
{
    const char *text = cli_option(cli, name);

    *ret = preset;
    if (text && qn_str_to_ms(text, ret) != QN_OK)
        return qn_fail(reterr, QN_EINVAL, "--%s: \"%.40s\" is no duration such as 500ms, 90s, 2h",
                       name, text);
    return QN_OK;
}
