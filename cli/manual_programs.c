/* manual_programs.c - pages of quern-worker, quern-api and quern-beat, and of the settings. */
#include "broker-client/settings.h"
#include "manual.h"
#include "roff.h"
#include <string.h>

#define ROWS_MAX 8 /* the last one is empty */

struct row {
    const char *term, *doc;
};

struct cli_manual_program {
    const char *name, *summary;
    enum qn_program settings;
    struct row synopsis[ROWS_MAX]; /* what is typed, what stands for something */
    const char *doc;               /* as in command_docs.h */
    struct row options[ROWS_MAX];  /* those that are no settings */
    struct row signals[ROWS_MAX];
    struct row exits[ROWS_MAX];
    const char *see_also;
};

static const struct cli_manual_program worker = {
    .name = "quern-worker",
    .summary = "take jobs from queues and run them",
    .settings = QN_PROG_WORKER,
    .synopsis = {{"quern-worker", "[OPTION ...] [serve]"},
                 {"quern-worker",
                  "[OPTION ...] run TASK [KEY=VALUE ... | --args JSON | --args-file "
                  "FILE | --batch FILE] [--artifacts FOLDER] [--verbose]"},
                 {"quern-worker", "[OPTION ...] tasks [--json] [NAME]"},
                 {"quern-worker", "[OPTION ...] check"},
                 {"quern-worker", "[OPTION ...] migrate [--check] [--json]"},
                 {"quern-worker", "[OPTION ...] health [--live]"}},
    .doc = "One supervisor, which talks to Redis and runs no task, and as many executors as "
           "--concurrency says: child processes that run one job at a time each. Any number of "
           "workers may serve a queue, on any number of machines.\n\n"
           "serve, the default, takes jobs until it is told to stop. run runs a task here and "
           "now, without a broker. tasks lists the tasks with their parameters. "
           "check looks at the database and the task files and tells as JSON what it found, for "
           "quern doctor. migrate makes the tables in --database-url that effects which happen "
           "exactly once need; with --check it changes nothing, and ends with 1 when one is "
           "missing. health says from --health-file, without asking a broker, whether a worker "
           "took a job lately or could have, and ends with 1 when not; with --live, whether it is "
           "stuck.\n\n"
           "Tasks are those that are compiled in, and those that --task-path names: plugins "
           "(*.so), and programs described by task files (*.task).\n\n"
           "As process 1 of a container it reaps what tasks leave behind.\n\n"
           "    quern-worker --queues reports:3,default:1 --concurrency 8\n"
           "    quern-worker run report.sales from=2025-01-01 to=2025-06-30\n"
           "    quern-worker --task-path ./thumbnail.so tasks",
    .options = {{"help", "Print the options."}, {"version", "Print the version."}},
    .signals = {{"TERM, INT", "Drain: running jobs end, nothing is taken any more, then exit 0; "
                              "--stop-grace bounds it. A second one kills the running jobs and "
                              "gives them back to the front of their queue."},
                {"USR1", "Take nothing any more, run on."}},
    .exits = {{"0", "Stopped as told."},
              {"1", "Could not start: the broker evicts keys or speaks a newer protocol, a plugin "
                    "was refused, the system refused something."},
              {"2", "Wrong option, setting or subcommand."},
              {"69", "The broker could not be reached for as long as --give-up says, or jobs could "
                     "not be given back to it. Nothing is lost: restart it."},
              {"70", "Internal error."}},
    .see_also = "quern(1), quern-settings(5)",
};

static const struct cli_manual_program api = {
    .name = "quern-api",
    .summary = "serve jobs and queues over HTTP",
    .settings = QN_PROG_API,
    .synopsis = {{"quern-api", "[OPTION ...]"}},
    .doc = "Makes jobs, tells their state and serves their result files over HTTP, under /v1. "
           "/livez says that it runs, /readyz that the broker answers.\n\n"
           "It listens on loopback. Another address needs --insecure: there are no keys, so "
           "whoever reaches the port may do everything.\n\n"
           "    quern-api --port 8000 --artifact-dir /srv/quern/artifacts",
    .options = {{"help", "Print the options."}, {"version", "Print the version."}},
    .signals = {{"TERM, INT", "Answer what was asked, then end with 0."}},
    .exits = {{"0", "Stopped as told."},
              {"1", "Could not start or go on."},
              {"2", "Wrong option or setting."}},
    .see_also = "quern(1), quern-settings(5)",
};

static const struct cli_manual_program beat = {
    .name = "quern-beat",
    .summary = "turn schedules into jobs",
    .settings = QN_PROG_BEAT,
    .synopsis = {{"quern-beat", "[OPTION ...] [--check [--json]]"}},
    .doc = "Makes a job at each planned time of each schedule of the file --schedule. Run as many "
           "as you like: one leads, the others stand by. A planned time makes one job, whoever "
           "fires it.\n\n"
           "    quern-beat --schedule /etc/quern/schedule.conf\n"
           "    quern-beat --schedule quern-schedule.conf --check",
    .options = {{"check", "Read settings and schedules, print the next times, end."},
                {"json", "Behind --check: print them as JSON."},
                {"help", "Print what it does."},
                {"version", "Print the version."}},
    .signals = {{"TERM, INT", "Give the lead back and end with 0."}},
    .exits = {{"0", "Stopped as told."},
              {"1", "Could not start."},
              {"2", "Wrong option, setting or schedule."},
              {"69", "The broker could not be reached for as long as --give-up says."}},
    .see_also = "quern-schedule-check(1), quern-schedule-list(1), quern-settings(5)",
};

const struct cli_manual_program *const cli_manual_programs[] = {&worker, &api, &beat, NULL};

const char *cli_manual_program_name(const struct cli_manual_program *program)
{
    return program->name;
}

static void add_preset(struct qn_buf *out, const struct qn_setting *setting)
{
    if (!setting->preset)
        return;
    qn_buf_add_str(out, ".br\nDefault: ");
    cli_roff_str(out, setting->preset);
    qn_buf_add_str(out, ".\n");
}

static void add_options(struct qn_buf *out, const struct cli_manual_program *program)
{
    cli_roff_section(out, "OPTIONS");
    for (const struct row *row = program->options; row->term; row++)
        cli_roff_option(out, row->term, NULL, row->doc);
    for (int i = 0; i < qn_settings_n; i++) {
        const struct qn_setting *setting = &qn_settings[i];
        if (!(setting->programs & program->settings))
            continue;
        cli_roff_option(out, setting->name, setting->type == QN_SET_BOOLEAN ? NULL : "VALUE",
                        setting->doc);
        add_preset(out, setting);
    }
}

static void add_rows(struct qn_buf *out, const char *title, const struct row *rows)
{
    cli_roff_section(out, title);
    for (; rows->term; rows++)
        cli_roff_term(out, rows->term, rows->doc);
}

void cli_manual_program(struct qn_buf *out, const struct cli_manual_program *program)
{
    cli_roff_page(out, program->name, 1, program->summary);
    cli_roff_section(out, "SYNOPSIS");
    for (const struct row *row = program->synopsis; row->term; row++)
        cli_roff_synopsis(out, row->term, row->doc);
    cli_roff_section(out, "DESCRIPTION");
    cli_roff_paragraphs(out, program->doc);
    add_options(out, program);
    add_rows(out, "SIGNALS", program->signals);
    add_rows(out, "EXIT STATUS", program->exits);
    cli_roff_examples(out, program->doc);
    cli_roff_see_also(out, program->see_also);
}

/* ---- quern-settings(5) ---- */

static const char about_settings[] =
    "A setting has a default; a file is stronger, the environment stronger than the file, the "
    "command line stronger than the environment. quern config prints what holds and where it "
    "came from.\n\n"
    "The file is the one that --config or QUERN_CONFIG names, else .env in the current folder, "
    "when it is there. Each line is NAME = VALUE with a name from below, or VARIABLE=VALUE. # "
    "begins a comment. Nothing is expanded or executed; a name that is not known is an error, "
    "but for variables of others.\n\n"
    "On the command line a setting is --NAME VALUE or --NAME=VALUE; a boolean needs no value.\n\n"
    "A duration is 250ms, 90s, 15m, 1h30m or 7d, a bare number is seconds. Bytes are 512, 64KiB, "
    "1MiB or 2GiB.\n\n"
    "    broker-url = redis://10.0.0.5:6379/0\n"
    "    QUERN_QUEUES=reports:3,default:1\n"
    "    hard-limit = 10m   # soft-limit has to be lower\n"
    "    soft-limit = 9m";

static void add_readers(struct qn_buf *out, unsigned programs)
{
    static const struct {
        enum qn_program bit;
        const char *name;
    } readers[] = {{QN_PROG_CLI, "quern"},
                   {QN_PROG_WORKER, "quern-worker"},
                   {QN_PROG_API, "quern-api"},
                   {QN_PROG_BEAT, "quern-beat"}};
    const char *between = ".br\nRead by ";

    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (!(programs & readers[i].bit))
            continue;
        qn_buf_add_str(out, between);
        cli_roff_str(out, readers[i].name);
        between = ", ";
    }
    qn_buf_add_str(out, ".\n");
}

static void add_setting(struct qn_buf *out, const struct qn_setting *setting)
{
    static const char *const types[] = {[QN_SET_TEXT] = "text",
                                        [QN_SET_INTEGER] = "an integer",
                                        [QN_SET_BOOLEAN] = "a boolean",
                                        [QN_SET_DURATION] = "a duration",
                                        [QN_SET_BYTES] = "bytes"};

    cli_roff_term(out, setting->name, setting->doc);
    qn_buf_printf(out, ".br\nVariable: \\fB%s\\fR", setting->env);
    for (int i = 0; i < QN_SETTING_ALIASES && setting->aliases[i]; i++)
        qn_buf_printf(out, ", else %s", setting->aliases[i]);
    qn_buf_printf(out, "; %s.\n", types[setting->type]);
    add_preset(out, setting);
    add_readers(out, setting->programs);
}

void cli_manual_settings(struct qn_buf *out)
{
    cli_roff_page(out, "quern-settings", 5, "settings of all programs of Quern");
    cli_roff_section(out, "DESCRIPTION");
    cli_roff_paragraphs(out, about_settings);
    cli_roff_section(out, "SETTINGS");
    for (int i = 0; i < qn_settings_n; i++)
        add_setting(out, &qn_settings[i]);
    cli_roff_examples(out, about_settings);
    cli_roff_see_also(out, "quern(1), quern-config(1), quern-worker(1), quern-api(1), "
                           "quern-beat(1)");
}
