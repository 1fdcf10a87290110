#include "check.h"

#include "exits.h"
#include "plugin.h"
#include "sources.h"
#include <stdio.h>

#define VERDICTS_MAX (1024 * 1024)
#define CHECK        "task-path"

struct faults {
    struct qn_buf *verdicts;
    int n;
};

static void tell_fault(struct qn_buf *verdicts, const char *why)
{
    const struct qn_verdict wrong = {CHECK, QN_VERDICT_WRONG, "no worker starts with it",
                                     "mend the file, or take it out of task-path"};

    qn_verdict_add(verdicts, &wrong, "%s", why);
}

static void on_fault(void *arg, const struct qn_err *why)
{
    struct faults *faults = arg;

    faults->n++;
    tell_fault(faults->verdicts, why->msg);
}

static void check_task_path(struct qn_buf *verdicts, const struct qn_config *config,
                            const struct qn_task *const *tasks)
{
    const char *path = qn_config_text(config, "task-path");
    const struct qn_verdict well = {CHECK, QN_VERDICT_OK, NULL, NULL};
    struct faults faults = {.verdicts = verdicts};
    struct worker_registry *registry = NULL;
    struct qn_err why = {0};

    if (qn_config_export(config, &why) != QN_OK ||
        worker_registry_create(&registry, tasks, &why) != QN_OK) {
        tell_fault(verdicts, why.msg);
        return;
    }
    size_t compiled_in = worker_registry_count(registry);
    worker_sources_try(registry, path, WORKER_PLUGIN_LOAD_MS, on_fault, &faults);
    size_t outside = worker_registry_count(registry) - compiled_in;
    if (faults.n == 0 && path[0] == '\0')
        qn_verdict_add(verdicts, &well, "not set; tasks compiled in: %zu", compiled_in);
    else if (faults.n == 0)
        qn_verdict_add(verdicts, &well, "tasks from it: %zu, compiled in: %zu", outside,
                       compiled_in);
    worker_registry_free(registry);
}

int worker_check_main(int argc, char **argv, const struct qn_config *config,
                      const struct qn_task *const *tasks, qn_check_fn *const *checks)
{
    struct qn_buf verdicts;
    int rc;

    (void)argv;
    if (argc != 1) {
        fputs("usage: quern-worker check\n", stderr);
        return WORKER_EXIT_USAGE;
    }
    qn_buf_init(&verdicts, VERDICTS_MAX);
    check_task_path(&verdicts, config, tasks);
    for (; checks && *checks; checks++)
        (*checks)(config, &verdicts);
    rc = qn_buf_status(&verdicts);
    if (rc == QN_OK)
        printf("[%s]\n", verdicts.data);
    else
        fprintf(stderr, "quern-worker: the verdicts do not fit: %s\n", qn_err_text(rc));
    qn_buf_release(&verdicts);
    return rc == QN_OK && fflush(stdout) == 0 ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
}
