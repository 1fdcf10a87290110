
#include "broker-client/settings.h"
#include "check.h"
#include "common/log.h"
#include "common/streams.h"
#include "local.h"
#include "migrate.h"
#include "plugin.h"
#include "probe.h"
#include "serve.h"
#include "sources.h"
#include "subcommand.h"
#include "tasklist.h"
#include <quern/worker.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: quern-worker [OPTION...] [serve]\n"
    "       quern-worker [OPTION...] run TASK [key=value ... | --args JSON | --batch FILE]\n"
    "       quern-worker [OPTION...] tasks [--json] [NAME]\n"
    "       quern-worker [OPTION...] check\n"
    "       quern-worker [OPTION...] migrate [--check] [--json]\n"
    "       quern-worker [OPTION...] health [--live]\n"
    "\n"
    "serve   takes jobs from queues and runs them, until it is told to stop\n"
    "run     runs a task here and now, without a broker\n"
    "tasks   lists the tasks with their parameters\n"
    "check   looks at what the tasks need, as JSON; quern doctor shows it to people\n"
    "migrate applies to database-url what this version needs there (--check: tells it)\n"
    "health  says from its health-file whether a worker is ready (--live: not stuck)\n"
    "\n"
    "signals to serve:\n"
    "  TERM, INT   drain: running jobs end, nothing is taken; a second one kills them and\n"
    "              gives them back to the queue at once\n"
    "  USR1        take nothing any more, run on\n"
    "\n"
    "exit codes of serve:\n"
    "  0   stopped as told\n"
    "  1   could not start: no broker to work with, or the system refused something\n"
    "  2   wrong option, setting or subcommand\n"
    "  69  the broker could not be reached for as long as give-up says, or jobs could not\n"
    "      be given back to it\n"
    "  70  internal error\n"
    "\n"
    "options, also as variables or in a file:\n";

static void print_help(const struct qn_subcommand *subcommands)
{
    fputs(help, stdout);
    for (int i = 0; i < qn_settings_n; i++) {
        const struct qn_setting *row = &qn_settings[i];
        if (!(row->programs & QN_PROG_WORKER))
            continue;
        printf("  --%-22s %s\n  %24s %s", row->name, row->doc, "", row->env);
        printf(row->preset ? " [%s]\n" : "\n", row->preset);
    }
    worker_subcommand_help(subcommands, stdout);
}

static int usage(const char *why)
{
    fprintf(stderr, "quern-worker: %s\nquern-worker --help tells more\n", why);
    return WORKER_EXIT_USAGE;
}

/* argv[0] is the subcommand, or NULL. */
static int dispatch(int argc, char **argv, const struct qn_config *config,
                    const struct worker_registry *registry)
{
    struct qn_err why;

    if (argc > 0 && strcmp(argv[0], "run") == 0)
        return worker_local_main(argc, argv, registry, config);
    if (argc > 0 && strcmp(argv[0], "tasks") == 0)
        return worker_tasklist_main(argc, argv, registry, config);
    if (argc == 0 || (argc == 1 && strcmp(argv[0], "serve") == 0))
        return (int)worker_serve(config, registry);
    qn_fail(&why, QN_EINVAL, "there is no subcommand \"%.60s\"",
            strcmp(argv[0], "serve") == 0 ? argv[1] : argv[0]);
    return usage(why.msg);
}

/* Handlers read their settings in the environment, and so do plugins' constructors. */
static int gather_tasks(struct worker_registry **ret, const struct qn_config *config,
                        const struct qn_task *const *tasks, struct qn_err *reterr)
{
    int rc = qn_config_export(config, reterr);

    if (rc == QN_OK)
        rc = worker_registry_create(ret, tasks, reterr);
    if (rc == QN_OK)
        rc = worker_sources_load(*ret, qn_config_text(config, "task-path"), WORKER_PLUGIN_LOAD_MS,
                                 reterr);
    return rc;
}

struct given {
    const struct qn_task *const *tasks;
    qn_check_fn *const *checks;
    qn_migrate_fn *migrate;
    const struct qn_subcommand *subcommands;
};

static int with_config(int argc, char **argv, const struct qn_config *config,
                       const struct given *given)
{
    const struct qn_subcommand *subcommand =
        argc > 0 ? worker_subcommand_find(given->subcommands, argv[0]) : NULL;
    struct worker_registry *registry = NULL;
    struct qn_err why = {0};
    int code = WORKER_EXIT_FAILED;

    if (qn_settings_log(config, "quern-worker", &why) != QN_OK ||
        qn_settings_zone(config, &why) != QN_OK)
        return usage(why.msg);
    if (argc > 0 && strcmp(argv[0], "check") == 0)
        return worker_check_main(argc, argv, config, given->tasks, given->checks);
    if (argc > 0 && strcmp(argv[0], "migrate") == 0)
        return worker_migrate_main(argc, argv, config, given->migrate);
    if (argc > 0 && strcmp(argv[0], "health") == 0)
        return worker_probe_main(argc, argv, config);
    if (subcommand)
        return worker_subcommand_run(subcommand, argc, argv, config);
    if (gather_tasks(&registry, config, given->tasks, &why) == QN_OK)
        code = dispatch(argc, argv, config, registry);
    else
        qn_log(QN_LOG_ERROR, "quern-worker cannot run", QN_STR("why", why.msg));
    worker_registry_free(registry);
    return code;
}

int worker_main_with(int argc, char **argv, const struct qn_task *const *tasks,
                     qn_check_fn *const *checks, qn_migrate_fn *migrate,
                     const struct qn_subcommand *subcommands)
{
    const struct given given = {tasks, checks, migrate, subcommands};
    struct qn_config config;
    struct qn_err why = {0};
    int used = 0;

    qn_streams_fill();
    int rc = qn_settings_load(&config, QN_PROG_WORKER, argc, argv, &used, &why);

    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* where it is ignored, nobody learns how a child ended */
    if (rc == QN_ENOTFOUND) {
        bool asks_help = strcmp(argv[1 + used], "--help") == 0;
        bool asks_version = strcmp(argv[1 + used], "--version") == 0;
        qn_config_release(&config);
        if (asks_help)
            print_help(subcommands);
        else if (asks_version)
            printf("quern-worker %s\n", QUERN_VERSION);
        else
            return usage(why.msg);
        return WORKER_EXIT_OK;
    }
    if (rc != QN_OK)
        return usage(why.msg);
    int code = with_config(argc - 1 - used, argv + 1 + used, &config, &given);
    qn_config_release(&config);
    return code;
}

int qn_worker_main(int argc, char **argv, const struct qn_task *const *tasks)
{
    return worker_main_with(argc, argv, tasks, NULL, NULL, NULL);
}
