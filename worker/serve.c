#include "serve.h"

#include "common/log.h"
#include "supervisor.h"
#include <signal.h>
#include <sys/resource.h>

#define SPARE_FDS        64
#define FDS_PER_EXECUTOR 4

enum { SIGNALS = 4 };
static const int signals[SIGNALS] = {SIGTERM, SIGINT, SIGUSR1, SIGCHLD};

static void on_signal(void *arg, int signo)
{
    if (signo == SIGCHLD)
        worker_supervisor_sweep(arg);
    else
        worker_supervisor_tell(arg, signo == SIGUSR1 ? WORKER_HUSH : WORKER_TERM);
}

static void raise_fd_limit(int executors)
{
    rlim_t wanted = (rlim_t)executors * FDS_PER_EXECUTOR + SPARE_FDS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < wanted)
        qn_log(QN_LOG_WARN, "too few file descriptors for all executors", QN_NUM("wanted", wanted),
               QN_NUM("have", limit.rlim_cur));
}

static int run(struct worker_supervisor *supervisor, struct qn_loop *loop, struct qn_err *reterr)
{
    struct qn_signal *handles[SIGNALS] = {NULL};
    int rc = QN_OK;

    for (int i = 0; rc == QN_OK && i < SIGNALS; i++)
        rc = qn_signal_create(&handles[i], loop, signals[i], on_signal, supervisor, reterr);
    if (rc == QN_OK)
        rc = qn_loop_run(loop, reterr);
    for (int i = 0; i < SIGNALS; i++)
        qn_signal_free(handles[i]);
    return rc;
}

static enum worker_exit fail(const struct qn_err *why)
{
    qn_log(QN_LOG_ERROR, "quern-worker cannot run", QN_STR("why", why->msg));
    return why->code == QN_EINVAL ? WORKER_EXIT_USAGE : WORKER_EXIT_FAILED;
}

static enum worker_exit broken(const struct qn_err *why)
{
    qn_log(QN_LOG_ERROR, "quern-worker ends", QN_STR("why", why->msg));
    return WORKER_EXIT_INTERNAL;
}

enum worker_exit worker_serve(const struct qn_config *config,
                              const struct worker_registry *registry)
{
    struct worker_supervisor *supervisor = NULL;
    struct worker_options options;
    struct qn_loop *loop = NULL;
    struct qn_err why = {0};
    enum worker_exit exit_code;
    int rc = worker_options_read(&options, config, &why);

    if (rc == QN_OK)
        rc = qn_loop_create(&loop, &why);
    if (rc == QN_OK) {
        raise_fd_limit(options.concurrency);
        rc =
            worker_supervisor_create(&supervisor, &options, registry, loop, &qn_clock_system, &why);
    }
    if (rc != QN_OK)
        exit_code = fail(&why);
    else if (run(supervisor, loop, &why) == QN_OK)
        exit_code = worker_supervisor_exit(supervisor);
    else
        exit_code = broken(&why);
    worker_supervisor_free(supervisor);
    qn_loop_free(loop);
    return exit_code;
}
