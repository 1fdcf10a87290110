#include "completion.h"
#include "broker-client/settings.h"
#include "cli.h"
#include "common/str.h"
#include "completion_names.h"
#include "run.h"
#include <string.h>

#define ANSWER_MAX (256 * 1024)

/* What is offered for a placeholder of the command table. Fixed words, or names that the
 * broker knows. */
struct offer {
    const char *placeholder; /* "QUEUE", of a word or an option's value */
    const char *owner;       /* "worker": of this group or this option only; NULL: of all */
    const char *fixed;       /* with blanks between; NULL: asked for */
    enum cli_names names;
};

static const struct offer offers[] = {
    {"FILE", NULL, ":files", 0},
    {"FOLDER", NULL, ":folders", 0},
    {"STATE", NULL, "scheduled queued running retrying succeeded failed cancelled expired", 0},
    {"CAUSE", NULL, "error timeout crashed out_of_memory lost rejected", 0},
    {"KIND", "retry", "fixed linear exponential", 0},
    {"HOW", "catch-up", "skip one all", 0},
    {"RULE", "overlap", "allow skip cancel_previous", 0},
    {"0-3", NULL, "0 1 2 3", 0},
    {"NAME", "language", "sh python javascript", 0},
    {"SHELL", NULL, "bash zsh fish", 0},
    {"VALUE", "config", ":files", 0},
    {"VALUE", "log-level", "debug info warn error", 0},
    {"TASK", NULL, NULL, CLI_NAMES_TASKS},
    {"KEY=VALUE", NULL, NULL, CLI_NAMES_PARAMS},
    {"QUEUE", NULL, NULL, CLI_NAMES_QUEUES},
    {"ID", "worker", NULL, CLI_NAMES_WORKERS},
    {"NAME", "schedule", NULL, CLI_NAMES_SCHEDULES},
    {"NAME", "model", NULL, CLI_NAMES_MODELS},
    {"VERSION", NULL, "current newest approved", 0},
    {"FORM", NULL, "json yaml markdown mermaid html", 0},
    {"DEPTH", NULL, "catalogue statistics sample exact", 0},
    {"LANGUAGE", NULL, "en zh", 0},
    {"WHICH", "relations", "declared inferred", 0},
    {"ZONE", NULL, NULL, CLI_NAMES_ZONES},
};

/* The line in front of the cursor. */
struct place {
    struct qn_buf *out;
    const struct cli_command *command;
    const char *group;                  /* the first word of a command of two, or NULL */
    const char *first;                  /* the first word behind the command's name */
    int n_words;                        /* behind the command's name */
    bool words_only;                    /* after -- */
    const char *value_of, *placeholder; /* what the unfinished word is the value of, or NULL */
    const char *begins;                 /* the unfinished word, or its part behind the = */
    const char *before;                 /* what stands in front of it: "--queue=" or "" */
    struct cli_names_line settings;
};

/* ---- the answer ---- */

static void offer_word(struct place *p, const char *word, size_t len, const char *doc)
{
    size_t typed = strlen(p->begins);

    if (len < typed || strncmp(word, p->begins, typed) != 0)
        return;
    qn_buf_add_str(p->out, p->before);
    qn_buf_add(p->out, word, len);
    if (doc)
        qn_buf_printf(p->out, "\t%s", doc);
    qn_buf_add_byte(p->out, '\n');
}

static void offer_name(void *arg, const char *name)
{
    offer_word(arg, name, strlen(name), NULL);
}

static void offer_fixed(struct place *p, const char *words)
{
    if (words[0] == ':') { /* the shell's own */
        qn_buf_printf(p->out, "%s\n", words);
        return;
    }
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        offer_word(p, words, len, NULL);
        words += len + strspn(words + len, " ");
    }
}

static void offer_for(struct place *p, const char *placeholder, size_t len, const char *owner)
{
    for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        const struct offer *offer = &offers[i];
        if (strlen(offer->placeholder) != len || strncmp(offer->placeholder, placeholder, len) != 0)
            continue;
        if (offer->owner && (!owner || strcmp(offer->owner, owner) != 0))
            continue;
        if (offer->fixed)
            offer_fixed(p, offer->fixed);
        else
            cli_names_each(offer->names, &p->settings, p->first, offer_name, p);
        return;
    }
}

/* ---- what may stand there ---- */

static void offer_commands(struct place *p)
{
    const char *last = "";
    size_t last_len = 0, group = p->group ? strlen(p->group) : 0;

    for (size_t i = 0; i < cli_commands_n; i++) {
        const struct cli_command *command = &cli_commands[i];
        const char *word = command->name;
        if (p->group && (strncmp(word, p->group, group) != 0 || word[group] != ' '))
            continue;
        word += p->group ? group + 1 : 0;
        size_t len = strcspn(word, " ");
        if (len == last_len && strncmp(word, last, len) == 0)
            continue;
        offer_word(p, word, len, word[len] == '\0' ? command->summary : NULL);
        last = word;
        last_len = len;
    }
}

static void offer_option(struct place *p, const char *name, const char *doc)
{
    char text[64];

    snprintf(text, sizeof(text), "--%s", name);
    offer_word(p, text, strlen(text), doc);
}

static void offer_options(struct place *p)
{
    const struct cli_option *own = p->command ? p->command->options : NULL;

    for (const struct cli_option *o = own; o && o->name; o++)
        offer_option(p, o->name, o->doc);
    if (!cli_options_have(own, "json"))
        offer_option(p, "json", "print JSON");
    offer_option(p, "help", "what it does and takes");
    for (int i = 0; i < qn_settings_n; i++)
        if (qn_settings[i].programs & QN_PROG_CLI)
            offer_option(p, qn_settings[i].name, qn_settings[i].doc);
}

/* The nth placeholder of "[TASK] [KEY=VALUE ...]", the last one again where dots follow it. */
static void offer_words(struct place *p)
{
    const struct cli_command *command = p->command;
    const char *at = command->words;
    char group[64];

    if (command->most >= 0 && p->n_words >= command->most)
        return;
    for (int left = p->n_words;; left--) {
        at += strspn(at, " [].");
        size_t len = strcspn(at, " ]");
        const char *next = at + len + strspn(at + len, " [].");
        if (strncmp(at, "COMMAND", len) == 0) {
            p->group = p->first;
            offer_commands(p);
            return;
        }
        if (left == 0 || *next == '\0') {
            snprintf(group, sizeof(group), "%.*s", (int)strcspn(command->name, " "), command->name);
            offer_for(p, at, len, group);
            return;
        }
        at = next;
    }
}

/* ---- reading what is there ---- */

static const struct qn_setting *setting_of(const char *name, size_t len)
{
    for (int i = 0; i < qn_settings_n; i++)
        if (strncmp(qn_settings[i].name, name, len) == 0 && qn_settings[i].name[len] == '\0' &&
            qn_settings[i].programs & QN_PROG_CLI)
            return &qn_settings[i];
    return NULL;
}

/* An option: what its value would be, NULL when it takes none. */
static const char *value_wanted(struct place *p, const char *name, size_t len)
{
    const struct cli_option *own = p->command ? p->command->options : NULL;
    const struct qn_setting *setting = setting_of(name, len);

    for (; own && own->name; own++) {
        if (strncmp(own->name, name, len) == 0 && own->name[len] == '\0') {
            p->value_of = own->name;
            return own->value;
        }
    }
    if (!setting || setting->type == QN_SET_BOOLEAN)
        return NULL;
    p->value_of = setting->name;
    return "VALUE";
}

static void read_name(struct place *p, const char *word)
{
    char name[128];

    snprintf(name, sizeof(name), "%s%s%s", p->group ? p->group : "", p->group ? " " : "", word);
    for (size_t i = 0; i < cli_commands_n && !p->command; i++)
        if (strcmp(cli_commands[i].name, name) == 0)
            p->command = &cli_commands[i];
    if (!p->command && !p->group)
        p->group = word;
}

/* A finished word. bash makes three words of --name=value. */
static void read_word(struct place *p, const char *word)
{
    if (p->placeholder && strcmp(word, "=") == 0)
        return;
    if (p->placeholder) {
        cli_names_setting(&p->settings, p->value_of, word);
        p->placeholder = NULL;
        return;
    }
    if (!p->words_only && strcmp(word, "--") == 0) {
        p->words_only = true;
    } else if (!p->words_only && word[0] == '-') {
        size_t len = strcspn(word, "=");
        p->placeholder = len > 2 ? value_wanted(p, word + 2, len - 2) : NULL;
        if (p->placeholder && word[len] == '=') {
            cli_names_setting(&p->settings, p->value_of, word + len + 1);
            p->placeholder = NULL;
        }
    } else if (!p->command) {
        read_name(p, word);
    } else if (p->n_words++ == 0) {
        p->first = word;
    }
}

static void offer_value(struct place *p)
{
    offer_for(p, p->placeholder, strlen(p->placeholder), p->value_of);
}

/* --queue=de, as one word. */
static bool offer_joined(struct place *p)
{
    size_t len = strcspn(p->begins, "=");
    char before[80];

    if (p->words_only || !qn_str_starts(p->begins, "--") || p->begins[len] != '=' ||
        len + 2 > sizeof(before))
        return false;
    p->placeholder = value_wanted(p, p->begins + 2, len - 2);
    snprintf(before, sizeof(before), "%.*s=", (int)len, p->begins);
    p->before = before;
    p->begins += len + 1;
    if (p->placeholder)
        offer_value(p);
    p->before = "";
    return true;
}

void cli_complete(struct qn_buf *out, const char *const *words, int n)
{
    struct place p = {.out = out, .begins = n > 0 ? words[n - 1] : "", .before = ""};

    for (int i = 0; i + 1 < n; i++)
        read_word(&p, words[i]);
    if (p.placeholder && strcmp(p.begins, "=") == 0)
        p.begins = "";
    if (p.placeholder)
        offer_value(&p);
    else if (offer_joined(&p))
        return;
    else if (!p.words_only && p.begins[0] == '-')
        offer_options(&p);
    else if (!p.command)
        offer_commands(&p);
    else
        offer_words(&p);
}

int cli_run_completion(struct cli *cli)
{
    const char *what = cli->words[0];
    struct qn_err err = {0};
    struct qn_buf out;

    for (const struct cli_shell *shell = cli_shells; shell->name; shell++) {
        if (strcmp(what, shell->name) == 0 && cli->n_words == 1) {
            fputs(shell->script, cli->term.out);
            return CLI_EXIT_OK;
        }
    }
    if (strcmp(what, "words") != 0) {
        qn_fail(&err, QN_EINVAL, "there is no completion for \"%.40s\"", what);
        return cli_fail_as(cli, CLI_EXIT_USAGE, &err, "quern completion bash, zsh or fish");
    }
    qn_buf_init(&out, ANSWER_MAX);
    cli_complete(&out, cli->words + 1, cli->n_words - 1);
    fputs(out.data, cli->term.out);
    qn_buf_release(&out);
    return CLI_EXIT_OK;
}
