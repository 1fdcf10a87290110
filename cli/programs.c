#include "programs.h"
#include "common/str.h"
#include "demo_http.h"
#include "folder.h"
#include "jsontext.h"
#include "logfile.h"
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READY_MS 20000
#define STOP_MS  10000

enum program { WORKER, API, BEAT };

static const char *const names[] = {
    [WORKER] = "quern-worker", [API] = "quern-api", [BEAT] = "quern-beat"};

static int find_folder(char out[CLI_PATH_SIZE], struct qn_err *reterr)
{
    ssize_t len = readlink("/proc/self/exe", out, CLI_PATH_SIZE - 1);

    if (len <= 0)
        return qn_fail_sys(reterr, "/proc/self/exe");
    out[len] = '\0';
    *strrchr(out, '/') = '\0';
    return QN_OK;
}

int cli_program_path(char out[CLI_PATH_SIZE], const char *name, struct qn_err *reterr)
{
    char folder[CLI_PATH_SIZE];
    int rc = find_folder(folder, reterr);

    if (rc == QN_OK)
        rc = cli_path_join(out, folder, name, reterr);
    if (rc == QN_OK && access(out, X_OK) < 0)
        rc = qn_fail_sys(reterr, "%s", out);
    return rc;
}

int cli_programs_find(struct cli_programs *programs, struct qn_err *reterr)
{
    int rc = find_folder(programs->bin, reterr);

    for (int i = 0; i < 3 && rc == QN_OK; i++)
        rc = cli_program_path(programs->paths[i], names[i], reterr);
    return rc;
}

/* A restart is for those that were killed by hand, to see what happens. */
static int start(struct cli_programs *programs, enum program which, struct cli_stack *stack,
                 struct cli_child **ret, struct qn_err *reterr)
{
    const struct cli_child_spec spec = {
        .name = names[which],
        .argv = programs->argv[which],
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
        .stop_ms = STOP_MS,
        .again = true,
    };

    programs->argv[which][0] = programs->paths[which];
    return cli_stack_start(stack, &spec, ret, reterr);
}

/* ---- api ---- */

static bool port_is_free(int port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    bool is_free = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
                   bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0 &&
                   listen(fd, 1) == 0;

    if (fd >= 0)
        close(fd);
    return is_free;
}

struct api_wait {
    struct cli_programs *programs;
    const char *log;
};

static bool api_answers(void *arg)
{
    struct api_wait *wait = arg;
    char *url = wait->programs->api_url;

    if (url[0] == '\0')
        (void)cli_log_find(wait->log, "listening", "url", url, sizeof(wait->programs->api_url));
    return url[0] != '\0' && cli_http_status(url, "/readyz") == 200;
}

int cli_programs_start_api(struct cli_programs *programs, struct cli_stack *stack,
                           struct qn_err *reterr)
{
    const char *const words[] = {"--log-format=json", "--log-level=info", "--host",
                                 "127.0.0.1",         "--port",           programs->port};
    struct cli_child *child = NULL;

    snprintf(programs->port, sizeof(programs->port), "%d",
             port_is_free(CLI_API_PORT) ? CLI_API_PORT : 0);
    memcpy(programs->argv[API] + 1, words, sizeof(words));
    int rc = start(programs, API, stack, &child, reterr);
    if (rc != QN_OK)
        return rc;
    struct api_wait wait = {programs, cli_child_log(child)};
    programs->api_url[0] = '\0';
    rc = cli_stack_await(stack, child, READY_MS, api_answers, &wait, reterr);
    const char *port = strrchr(programs->api_url, ':');
    if (rc == QN_OK && port) /* the same one when it is started again */
        qn_str_copy(programs->port, sizeof(programs->port), port + 1);
    return rc;
}

/* ---- worker ---- */

struct worker_wait {
    const struct cli_programs *programs;
    pid_t pid;
    struct qn_buf body;
};

/* Workers of a killed run are listed too, until their descriptions expire. */
static bool is_listed(void *arg)
{
    struct worker_wait *wait = arg;
    struct qn_json_item list, worker;
    struct qn_json_walk walk;
    long status = 0;
    int rc =
        cli_http_call(wait->programs->api_url, "/v1/workers", NULL, &wait->body, &status, NULL);
    struct qn_span json = {wait->body.data, wait->body.len};

    if (rc != QN_OK || status != 200 || qn_json_check(json.data, json.len, NULL, NULL) != QN_OK ||
        !cli_json_at(json, "workers", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return false;
    while (qn_json_walk_next(&walk, &worker))
        if (cli_json_number(worker.value, "pid", 0) == wait->pid)
            return true;
    return false;
}

int cli_programs_start_worker(struct cli_programs *programs, struct cli_stack *stack,
                              struct qn_err *reterr)
{
    struct cli_child *child = NULL;
    struct worker_wait wait = {.programs = programs};

    programs->argv[WORKER][1] = "--log-format=json";
    programs->argv[WORKER][2] = "--log-level=info";
    int rc = start(programs, WORKER, stack, &child, reterr);
    if (rc != QN_OK)
        return rc;
    wait.pid = cli_child_pid(child);
    qn_buf_init(&wait.body, CLI_ANSWER_MAX);
    rc = cli_stack_await(stack, child, READY_MS, is_listed, &wait, reterr);
    qn_buf_release(&wait.body);
    char why[256];
    if (rc == QN_ELOST &&
        cli_log_find(cli_child_log(child), "quern-worker cannot run", "why", why, sizeof(why)))
        qn_fail(reterr, rc, "quern-worker does not start: %s", why);
    return rc;
}

/* A subcommand of quern-worker that ends by itself. */
static int run_worker(struct cli_stack *stack, const char *const *argv, struct qn_err *reterr)
{
    const struct cli_child_spec spec = {
        .name = argv[1],
        .argv = argv,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
        .stop_ms = STOP_MS,
    };

    return cli_stack_run(stack, &spec, READY_MS, reterr);
}

int cli_programs_migrate(const struct cli_programs *programs, struct cli_stack *stack,
                         struct qn_err *reterr)
{
    const char *const argv[] = {programs->paths[WORKER], "migrate", NULL};

    return run_worker(stack, argv, reterr);
}

int cli_programs_add_datasource(const struct cli_programs *programs, struct cli_stack *stack,
                                const char *name, const char *url, const char *hints,
                                struct qn_err *reterr)
{
    const char *const argv[] = {programs->paths[WORKER],
                                "datasource",
                                "add",
                                name,
                                "--replace",
                                "--url",
                                url,
                                "--hints",
                                hints,
                                NULL};

    return run_worker(stack, argv, reterr);
}

/* ---- beat ---- */

static bool beat_is_connected(void *arg)
{
    char ignored[8];

    return cli_log_find(arg, "connected", "", ignored, sizeof(ignored));
}

int cli_programs_start_beat(struct cli_programs *programs, struct cli_stack *stack,
                            struct qn_err *reterr)
{
    struct cli_child *child = NULL;
    char log[CLI_PATH_SIZE];

    programs->argv[BEAT][1] = "--log-format=json";
    programs->argv[BEAT][2] = "--log-level=info";
    int rc = start(programs, BEAT, stack, &child, reterr);
    if (rc != QN_OK)
        return rc;
    qn_str_copy(log, sizeof(log), cli_child_log(child));
    return cli_stack_await(stack, child, READY_MS, beat_is_connected, log, reterr);
}
