/* main.c - quern-api: settings, signals, the loop. */
#include "broker-client/settings.h"
#include "common/log.h"
#include "http.h"
#include "server.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* The same as of the other programs. */
#define EXIT_OK     0
#define EXIT_FAILED 1 /* could not start */
#define EXIT_USAGE  2 /* wrong option or setting */

#define SPARE_FDS 64 /* broker, log, files being sent beyond one per connection */

static void on_signal(void *arg, int signo)
{
    (void)signo;
    api_server_stop(arg);
}

/* Each connection is a descriptor, and may be sending a file. */
static void raise_fd_limit(const struct qn_config *config)
{
    rlim_t wanted = 2 * (rlim_t)qn_config_number(config, "max-connections") + SPARE_FDS;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < wanted)
        qn_log(QN_LOG_WARN, "too few file descriptors for all connections",
               QN_NUM("wanted", wanted), QN_NUM("have", limit.rlim_cur));
}

static void log_listening(const struct qn_config *config, int port)
{
    const char *host = qn_config_text(config, "host");
    char url[300];
    bool v6 = strchr(host, ':') != NULL;
    snprintf(url, sizeof(url), "http://%s%s%s:%d", v6 ? "[" : "", host, v6 ? "]" : "", port);
    qn_log(QN_LOG_INFO, "listening", QN_STR("url", url));
}

static int serve(const struct qn_config *config, struct qn_loop *loop, struct qn_err *reterr)
{
    struct api_server *server = NULL;
    struct qn_signal *term = NULL, *interrupt = NULL;
    int rc = api_server_create(&server, config, loop, reterr);
    if (rc < 0)
        return rc;
    rc = qn_signal_create(&term, loop, SIGTERM, on_signal, server, reterr);
    if (rc == QN_OK)
        rc = qn_signal_create(&interrupt, loop, SIGINT, on_signal, server, reterr);
    if (rc == QN_OK) {
        log_listening(config, api_server_port(server));
        rc = qn_loop_run(loop, reterr);
        if (rc == QN_OK && server->broker_refused)
            rc = qn_fail(reterr, QN_EUNSUPPORTED, "%s", api_server_broker_why(server));
        qn_log(QN_LOG_INFO, "stopped");
    }
    qn_signal_free(term);
    qn_signal_free(interrupt);
    api_server_free(server);
    return rc;
}

static int run(const struct qn_config *config, struct qn_err *reterr)
{
    struct qn_loop *loop = NULL;
    int rc = qn_loop_create(&loop, reterr);
    if (rc < 0)
        return rc;
    rc = serve(config, loop, reterr);
    qn_loop_free(loop);
    return rc;
}

static int print_help(void)
{
    printf("usage: quern-api [OPTION...]\n\n"
           "Serves the HTTP API until TERM or INT. Options, also as variables and in a file\n"
           "(docs/configuration.md):\n\n");
    for (int i = 0; i < qn_settings_n; i++)
        if (qn_settings[i].programs & QN_PROG_API)
            printf("  --%-16s %s\n", qn_settings[i].name, qn_settings[i].doc);
    return EXIT_OK;
}

static int fail(const char *what, const struct qn_err *err)
{
    qn_log(QN_LOG_ERROR, what, QN_STR("why", err->msg));
    return err->code == QN_EINVAL || err->code == QN_ENOTFOUND ? EXIT_USAGE : EXIT_FAILED;
}

int main(int argc, char **argv)
{
    struct qn_config config;
    struct qn_err err = {0};
    int used = 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("quern-api %s\n", QUERN_VERSION);
        return EXIT_OK;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return print_help();
    signal(SIGPIPE, SIG_IGN);
    if (qn_settings_load(&config, QN_PROG_API, argc, argv, &used, &err) < 0)
        return fail("settings", &err);
    if (used < argc - 1) {
        qn_fail(&err, QN_EINVAL, "quern-api takes options only, not \"%.60s\"", argv[used + 1]);
        qn_config_release(&config);
        return fail("settings", &err);
    }
    int rc = qn_settings_log(&config, "quern-api", &err);
    if (rc == QN_OK)
        rc = qn_settings_zone(&config, &err);
    if (rc == QN_OK) {
        raise_fd_limit(&config);
        rc = run(&config, &err);
    }
    qn_config_release(&config);
    return rc == QN_OK ? EXIT_OK : fail("quern-api ends", &err);
}
