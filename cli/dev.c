#include "dev.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/mem.h"
#include "common/str.h"
#include "demo.h"
#include "exits.h"
#include "folder.h"
#include "logfile.h"
#include "postgres_server.h"
#include "programs.h"
#include "redis_server.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TAIL_LINES 15
#define NOTE_SIZE  256
#define DIR_NAME   32
#define COPY_MAX   (64 * 1024)

struct dev {
    const struct cli_dev_options *options;
    const struct cli_term *term;
    struct cli_folder folder;
    struct cli_stack *stack;
    struct cli_redis broker, cache;
    struct cli_postgres postgres;
    struct cli_programs programs;
    char schedule[CLI_PATH_SIZE];
    char env_file[CLI_PATH_SIZE];
    char shown[CLI_PATH_SIZE]; /* the data folder as people see it */
    char shown_demo[CLI_PATH_SIZE];
    struct cli_demo demo;
};

/* ---- the steps ---- */

/* A server that was given is used as it is. */
static int use(char *url, size_t size, const char *given, char note[NOTE_SIZE],
               struct qn_err *reterr)
{
    snprintf(note, NOTE_SIZE, "the one that was given");
    return qn_str_copy(url, size, given) ? QN_OK
                                         : qn_fail(reterr, QN_ELIMIT, "its URL is too long");
}

static int start_broker(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    if (dev->options->broker_url)
        return use(dev->broker.url, sizeof(dev->broker.url), dev->options->broker_url, note,
                   reterr);
    snprintf(note, NOTE_SIZE, "every job is on disk within a second");
    return cli_redis_start(&dev->broker, CLI_REDIS_BROKER, dev->stack, &dev->folder, reterr);
}

static int start_cache(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    if (dev->options->cache_url)
        return use(dev->cache.url, sizeof(dev->cache.url), dev->options->cache_url, note, reterr);
    snprintf(note, NOTE_SIZE, "64 MB, evicts");
    return cli_redis_start(&dev->cache, CLI_REDIS_CACHE, dev->stack, &dev->folder, reterr);
}

static int start_postgres(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    if (dev->options->database_url)
        return use(dev->postgres.url, sizeof(dev->postgres.url), dev->options->database_url, note,
                   reterr);
    int rc = cli_postgres_start(&dev->postgres, dev->stack, &dev->folder, reterr);

    snprintf(note, NOTE_SIZE, "%s%s%.150s", dev->postgres.was_made ? "a new cluster" : "",
             dev->folder.elsewhere ? " in " : "",
             dev->folder.elsewhere ? dev->folder.postgres : "");
    return rc;
}

/* A file of share/quern. A prefix and a build folder are alike in this. */
static int find_shared(const struct dev *dev, const char *name, char out[CLI_PATH_SIZE],
                       struct qn_err *reterr)
{
    char beside[CLI_PATH_SIZE];
    int rc = cli_path_join(beside, "../share/quern", name, reterr);

    if (rc == QN_OK)
        rc = cli_path_join(out, dev->programs.bin, beside, reterr);
    if (rc == QN_OK && access(out, R_OK) != 0)
        rc = qn_fail(reterr, QN_ENOTFOUND, "%s is not there: %s", name, out);
    return rc;
}

static int load_shop(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    char path[CLI_PATH_SIZE];

    if (dev->options->database_url)
        return QN_OK;
    if (!dev->options->sample) {
        snprintf(note, NOTE_SIZE, "not asked for: --sample loads it");
        return cli_postgres_make_database(&dev->postgres, reterr);
    }
    int rc = find_shared(dev, "sample/shop.sql", path, reterr);
    if (rc == QN_OK)
        rc = cli_postgres_load_shop(&dev->postgres, path, dev->options->scale, reterr);
    snprintf(note, NOTE_SIZE, "scale %d%s", dev->postgres.scale,
             dev->postgres.was_loaded ? ", loaded" : ", as it was");
    return rc;
}

/* A database that was given is left as it is: who gave it decides when. */
static int migrate(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    (void)note;
    return dev->options->database_url ? QN_OK
                                      : cli_programs_migrate(&dev->programs, dev->stack, reterr);
}

/* Of a database of its own, with the sample in it. */
static int add_datasource(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    char hints[CLI_PATH_SIZE];

    snprintf(note, NOTE_SIZE, "none: quern datasource add makes one known");
    if (dev->options->database_url || !dev->options->sample)
        return QN_OK;
    int rc = find_shared(dev, "sample/shop_hints.json", hints, reterr);
    if (rc == QN_OK)
        rc = cli_programs_add_datasource(&dev->programs, dev->stack, "shop", dev->postgres.url,
                                         hints, reterr);
    snprintf(note, NOTE_SIZE, "shop, with hints");
    return rc;
}

static int start_worker(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    (void)note;
    return cli_programs_start_worker(&dev->programs, dev->stack, reterr);
}

static int start_api(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    int rc = cli_programs_start_api(&dev->programs, dev->stack, reterr);

    qn_str_copy(note, NOTE_SIZE, dev->programs.api_url);
    return rc;
}

static int start_beat(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    (void)note;
    return cli_programs_start_beat(&dev->programs, dev->stack, reterr);
}

static int export_settings(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr);

static const struct step {
    const char *title; /* NULL: nothing to tell */
    int (*run)(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr);
} steps[] = {
    {"Redis, broker", start_broker}, {"Redis, cache", start_cache}, {"PostgreSQL", start_postgres},
    {"sample shop", load_shop},      {NULL, export_settings},       {NULL, migrate},
    {"datasource", add_datasource},  {"quern-api", start_api},      {"quern-worker", start_worker},
    {"quern-beat", start_beat},
};

/* ---- settings of what is started, for it and for people ---- */

struct variable {
    const char *name;
    const char *value;
};

/* Quoted for a shell; our settings files read the same. */
static void add_variable(struct qn_buf *out, const struct variable *variable)
{
    qn_buf_printf(out, "export %s='%s'\n", variable->name, variable->value);
}

/* For our own worker, not for other programs that read the file. */
static int export_worker_settings(const struct cli_dev_options *options, struct qn_err *reterr)
{
    const struct variable settings[] = {{"QUERN_TASK_PATH", options->task_path},
                                        {"QUERN_QUEUES", options->queues},
                                        {"QUERN_CONCURRENCY", options->concurrency}};

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (settings[i].value && setenv(settings[i].name, settings[i].value, 1) < 0)
            return qn_fail(reterr, QN_ENOMEM, "out of memory");
    return QN_OK;
}

static int write_env(struct dev *dev, const struct variable *variables, size_t n,
                     struct qn_err *reterr)
{
    struct qn_buf text;

    qn_buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < n; i++)
        add_variable(&text, &variables[i]);
    int rc = qn_buf_status(&text);
    if (rc == QN_OK)
        rc = cli_path_write(dev->env_file, text.data, text.len, reterr);
    qn_buf_release(&text);
    return rc;
}

static int export_settings(struct dev *dev, char note[NOTE_SIZE], struct qn_err *reterr)
{
    const struct variable variables[] = {
        {"QUERN_BROKER_URL", dev->broker.url},     {"QUERN_CACHE_URL", dev->cache.url},
        {"QUERN_DATABASE_URL", dev->postgres.url}, {"QUERN_ARTIFACT_DIR", dev->folder.artifacts},
        {"QUERN_SCHEDULE", dev->schedule},         {"QUERN_NAMESPACE", "quern"},
        {"QUERN_MAIL_DIR", dev->folder.mail},
    };
    size_t n = sizeof(variables) / sizeof(variables[0]);

    (void)note;
    for (size_t i = 0; i < n; i++) {
        if (strpbrk(variables[i].value, "'\n"))
            return qn_fail(reterr, QN_EINVAL, "the data folder's path has a quote in it: %s",
                           variables[i].value);
        if (setenv(variables[i].name, variables[i].value, 1) < 0)
            return qn_fail(reterr, QN_ENOMEM, "out of memory");
    }
    int rc = export_worker_settings(dev->options, reterr);
    return rc == QN_OK ? write_env(dev, variables, n, reterr) : rc;
}

static int copy(const char *from, const char *to, struct qn_err *reterr)
{
    char bytes[COPY_MAX];
    FILE *in = fopen(from, "re");
    size_t n = in ? fread(bytes, 1, sizeof(bytes), in) : 0;
    bool whole = in && feof(in);

    if (in)
        fclose(in);
    return whole ? cli_path_write(to, bytes, n, reterr)
                 : qn_fail(reterr, QN_ESYS, "%s cannot be read, or is over 64 KiB", from);
}

/* The default schedule at first; later it may have been edited. */
static int write_schedules(const struct dev *dev, struct qn_err *reterr)
{
    char path[CLI_PATH_SIZE];

    if (access(dev->schedule, F_OK) == 0)
        return QN_OK;
    int rc = find_shared(dev, "schedule.conf", path, reterr);
    return rc == QN_OK ? copy(path, dev->schedule, reterr) : rc;
}

/* ---- what is told ---- */

static void tell_step(const struct dev *dev, const struct step *step, const char *note,
                      int64_t took_ms)
{
    FILE *out = dev->term->out;

    cli_bar_clear(dev->term);
    fprintf(out, "  ");
    cli_say(dev->term, CLI_GREEN, "ready");
    fprintf(out, "  %-14s %6.2f s  ", step->title, (double)took_ms / 1000);
    cli_say(dev->term, CLI_DIM, note);
    fputc('\n', out);
    fflush(out);
}

static void tell_failure(const struct dev *dev, const char *what, const struct qn_err *err)
{
    const char *log = dev->stack ? cli_stack_failed_log(dev->stack) : NULL;

    cli_bar_clear(dev->term);
    fflush(dev->term->out);
    fprintf(stderr, "quern dev: %s: %s\n", what, err->msg);
    if (log)
        cli_log_print_tail(stderr, log, TAIL_LINES);
    if (log)
        fprintf(stderr,
                "  All logs are in %s. When its files are damaged or of another version, remove\n"
                "  the folder %s and start again: it is only sample data.\n",
                dev->folder.log, dev->folder.root);
}

static void tell_next(const struct dev *dev)
{
    FILE *out = dev->term->out;
    const char *self = dev->options->self, *url = dev->programs.api_url;
    const char *id = dev->demo.job_id;

    fprintf(out, "\nTry next, in another terminal:\n");
    if (id[0] != '\0')
        fprintf(out, "  curl -s %s/v1/jobs/%s\n", url, id);
    if (dev->options->sample)
        fprintf(out,
                "  curl -s %s/v1/reports/sales -H 'Content-Type: application/json' \\\n"
                "       -d '{\"from\":\"2025-04-01\",\"to\":\"2025-06-30\"}'\n",
                url);
    fprintf(out, "  . %s/env\n", dev->shown);
    if (dev->options->sample)
        fprintf(out, "  %s enqueue report.sales from=2025-04-01 to=2025-06-30 --wait\n", self);
    fprintf(out, "  %s task list\n  %s job list\n  %s stats --watch\n", self, self, self);
    if (id[0] != '\0')
        fprintf(out, "  %s job show %s\n", self, id);
    fprintf(out, "Logs are in %s/log. Ctrl-C stops everything; the data stays.\n", dev->shown);
    fflush(out);
}

/* ---- the order ---- */

static int run_steps(struct dev *dev, struct qn_err *reterr)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        char note[NOTE_SIZE] = "";
        int64_t start = qn_mono_ms(&qn_clock_system);
        if (steps[i].title)
            cli_bar_show(dev->term, (int)(i * 100 / (sizeof(steps) / sizeof(steps[0]))),
                         steps[i].title);
        int rc = steps[i].run(dev, note, reterr);
        if (rc != QN_OK)
            return rc;
        if (steps[i].title)
            tell_step(dev, &steps[i], note, qn_mono_ms(&qn_clock_system) - start);
    }
    return QN_OK;
}

/* One stream of all: what it is about is on the terminal. */
static int show_logs(const struct dev *dev, struct qn_err *reterr)
{
    const struct cli_follow_options options = {
        .out = dev->term->out, .colour = dev->term->colour, .all = dev->options->verbose};

    return cli_stack_follow(dev->stack, &options, reterr);
}

static int prepare(struct dev *dev, struct qn_err *reterr)
{
    int rc = cli_programs_find(&dev->programs, reterr);

    if (rc == QN_OK)
        rc = cli_folder_open(&dev->folder, dev->options->data, reterr);
    if (rc != QN_OK)
        return rc;
    qn_str_copy(dev->shown, sizeof(dev->shown), dev->options->data);
    rc = cli_path_join(dev->shown_demo, dev->shown, "demo", reterr);
    if (rc == QN_OK)
        rc = cli_path_join(dev->schedule, dev->folder.root, "schedule.conf", reterr);
    if (rc == QN_OK)
        rc = cli_path_join(dev->env_file, dev->folder.root, "env", reterr);
    if (rc == QN_OK)
        rc = write_schedules(dev, reterr);
    if (rc == QN_OK)
        rc = cli_stack_create(&dev->stack, dev->folder.log, reterr);
    return rc == QN_OK && dev->options->verbose ? show_logs(dev, reterr) : rc;
}

/* Stays up until it is told to stop, which is no failure then. */
static int stay(struct dev *dev, struct qn_err *err)
{
    int rc = QN_OK;

    tell_next(dev);
    if (!dev->options->verbose && !dev->options->quiet)
        rc = show_logs(dev, err);
    if (rc == QN_OK)
        rc = cli_stack_rest(dev->stack, -1, err);
    if (rc == QN_ESTATE)
        return CLI_EXIT_OK;
    tell_failure(dev, "stopping", err);
    return CLI_EXIT_FAILED;
}

static int run(struct dev *dev, struct qn_err *err)
{
    int code = CLI_EXIT_OK;
    int rc = prepare(dev, err);

    if (rc != QN_OK) {
        tell_failure(dev, "cannot start", err);
        return rc == QN_EEXISTS ? CLI_EXIT_CONFLICT : CLI_EXIT_FAILED;
    }
    fprintf(dev->term->out, "quern dev, data in %s\n", dev->shown);
    rc = run_steps(dev, err);
    if (rc == QN_OK && dev->options->demo) {
        dev->demo = (struct cli_demo){.stack = dev->stack,
                                      .api_url = dev->programs.api_url,
                                      .folder = dev->folder.demo,
                                      .shown = dev->shown_demo,
                                      .term = dev->term};
        rc = cli_demo_run(&dev->demo, &code, err);
    }
    if (rc == QN_ESTATE)
        return 128 + cli_stack_signal(dev->stack);
    if (rc != QN_OK) {
        tell_failure(dev, "stopping", err);
        return CLI_EXIT_FAILED;
    }
    if (dev->options->demo && dev->options->once)
        return code;
    return stay(dev, err);
}

int cli_dev_run(const struct cli_dev_options *options, const struct cli_term *term)
{
    struct qn_err err = {0};
    struct dev *dev = qn_zalloc(1, sizeof(*dev));

    if (!dev) {
        fprintf(stderr, "quern dev: out of memory\n");
        return CLI_EXIT_FAILED;
    }
    dev->options = options;
    dev->term = term;
    dev->folder.lock = -1;
    int code = run(dev, &err);
    cli_bar_clear(term);
    fflush(term->out);
    cli_stack_free(dev->stack);
    cli_folder_release(&dev->folder);
    qn_free(dev);
    return code;
}
