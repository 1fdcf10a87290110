#include "bench_room.h"

#include "bench_server.h"
#include "broker-client/redis/bare.h"
#include "broker-client/settings.h"
#include "common/id.h"
#include "folder.h"
#include "jsontext.h"
#include "programs.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READY_MS 30000
#define STOP_MS  10000

/* ---- settings of the worker ---- */

static int set(const char *name, const char *value, struct qn_err *reterr)
{
    return setenv(name, value, 1) == 0 ? QN_OK : qn_fail(reterr, QN_ENOMEM, "out of memory");
}

/* It has its defaults, whatever is set here for workers at work. */
static void forget_settings(void)
{
    for (int i = 0; i < qn_settings_n; i++) {
        if (!(qn_settings[i].programs & QN_PROG_WORKER))
            continue;
        unsetenv(qn_settings[i].env);
        for (int a = 0; a < QN_SETTING_ALIASES && qn_settings[i].aliases[a]; a++)
            unsetenv(qn_settings[i].aliases[a]);
    }
}

/* By the environment: a password in the URL is for nobody who lists processes. */
static int give_settings(const struct cli_bench_room *room, struct qn_err *reterr)
{
    char timeout[32];
    const struct {
        const char *name, *value;
    } settings[] = {
        {"QUERN_BROKER_URL", qn_config_text(&room->cli->config, "broker-url")},
        {"QUERN_NAMESPACE", room->namespace_},
        {"QUERN_QUEUES", CLI_BENCH_QUEUE},
        {"QUERN_BROKER_TIMEOUT", timeout},
        {"QUERN_ARTIFACT_DIR", room->folder},
        {"QUERN_LOG_LEVEL", "warn"},
        {"QUERN_LOG_FORMAT", "text"},
        {"QUERN_CONFIG", "/dev/null"},
    };
    int rc = QN_OK;

    snprintf(timeout, sizeof(timeout), "%lldms",
             (long long)qn_config_number(&room->cli->config, "broker-timeout"));
    forget_settings();
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && rc == QN_OK; i++)
        rc = set(settings[i].name, settings[i].value, reterr);
    return rc;
}

/* ---- opening ---- */

static int make_namespace(char out[16], struct qn_err *reterr)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint8_t random[6];
    int rc = qn_random(random, sizeof(random), reterr);

    snprintf(out, 16, "bench-");
    for (size_t i = 0; i < sizeof(random) && rc == QN_OK; i++)
        snprintf(out + 6 + i, 2, "%c", letters[random[i] % 32]);
    return rc;
}

static int make_folder(struct cli_bench_room *room, struct qn_err *reterr)
{
    const char *top = getenv("TMPDIR");
    char name[] = "quern-bench-XXXXXX";
    int rc = cli_path_join(room->folder, top && *top ? top : "/tmp", name, reterr);

    if (rc == QN_OK && !mkdtemp(room->folder)) {
        rc = qn_fail_sys(reterr, "%s", room->folder);
        room->folder[0] = '\0';
    }
    return rc;
}

/* Before anything is made: that it can be removed. A link that inspects writes nothing. */
static int try_server(const struct cli_bench_room *room, struct qn_err *reterr)
{
    struct cli_link link;
    int rc = cli_link_open_in(&link, room->cli, room->namespace_, true, reterr);

    if (rc != QN_OK)
        return rc;
    if (qn_bare_fits(link.broker))
        rc = cli_server_may_sweep(&link, room->namespace_, reterr);
    else
        rc = qn_fail(reterr, QN_EUNSUPPORTED, "quern bench measures Redis: give it one");
    cli_link_close(&link);
    return rc;
}

static int open_link(struct cli_bench_room *room, struct qn_err *reterr)
{
    room->made = true;
    return cli_link_open_in(&room->link, room->cli, room->namespace_, false, reterr);
}

static int open_client(struct cli_bench_room *room, struct qn_err *reterr)
{
    const struct qn_client_options options = {
        .url = qn_config_text(&room->cli->config, "broker-url"),
        .namespace_ = room->namespace_,
        .timeout_ms = qn_config_number(&room->cli->config, "broker-timeout"),
    };

    return qn_client_open(&room->client, &options, reterr);
}

int cli_bench_room_open(struct cli_bench_room *room, const struct cli *cli, struct qn_err *reterr)
{
    *room = (struct cli_bench_room){.cli = cli};
    int rc = cli_program_path(room->worker, "quern-worker", reterr);

    if (rc == QN_OK)
        rc = make_namespace(room->namespace_, reterr);
    if (rc == QN_OK)
        rc = try_server(room, reterr);
    if (rc == QN_OK)
        rc = make_folder(room, reterr);
    if (rc == QN_OK)
        rc = give_settings(room, reterr);
    if (rc == QN_OK)
        rc = cli_stack_create(&room->stack, room->folder, reterr);
    if (rc == QN_OK)
        rc = open_link(room, reterr);
    return rc == QN_OK ? open_client(room, reterr) : rc;
}

/* ---- the worker ---- */

struct readiness {
    struct cli_bench_room *room;
    pid_t pid;
    int64_t executors;
};

static bool is_ready(void *arg)
{
    struct readiness *wait = arg;
    struct cli_pairs workers = {.n = 0};
    bool ready = false;

    if (cli_link_workers(&wait->room->link, &workers, NULL) != QN_OK)
        return false;
    for (size_t i = 0; i < workers.n; i++) {
        struct qn_span json = workers.all[i].value;
        char state[16];
        cli_json_text(json, "state", state, sizeof(state));
        ready = ready || (cli_json_number(json, "pid", 0) == wait->pid &&
                          cli_json_number(json, "concurrency", 0) == wait->executors &&
                          strcmp(state, "running") == 0);
    }
    cli_pairs_release(&workers);
    return ready;
}

int cli_bench_room_hire(struct cli_bench_room *room, int executors, struct qn_err *reterr)
{
    const struct cli_child_spec spec = {
        .name = "quern-worker",
        .argv = room->argv,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
        .stop_ms = STOP_MS,
    };
    struct cli_child *child = NULL;

    snprintf(room->executors, sizeof(room->executors), "%d", executors);
    room->argv[0] = room->worker;
    room->argv[1] = "--concurrency";
    room->argv[2] = room->executors;
    int rc = cli_stack_start(room->stack, &spec, &child, reterr);
    if (rc != QN_OK)
        return rc;
    room->works = true;
    struct readiness wait = {room, cli_child_pid(child), executors};
    return cli_stack_await(room->stack, child, READY_MS, is_ready, &wait, reterr);
}

static void dismiss(struct cli_bench_room *room)
{
    if (room->works)
        cli_stack_stop_last(room->stack);
    room->works = false;
}

int cli_bench_room_clear(struct cli_bench_room *room, struct qn_err *reterr)
{
    dismiss(room);
    return cli_server_sweep(&room->link, CLI_BENCH_QUEUE, reterr);
}

int cli_bench_room_look(struct cli_bench_room *room, int64_t ms, struct qn_err *reterr)
{
    return cli_stack_rest(room->stack, ms, reterr);
}

/* ---- the end ---- */

static int sweep(struct cli_bench_room *room, struct qn_err *reterr)
{
    int rc = cli_server_sweep(&room->link, CLI_BENCH_QUEUE, reterr);

    return rc == QN_OK ? cli_server_sweep(&room->link, NULL, reterr) : rc;
}

/* Again on a new connection: the old one may be what failed. */
static int sweep_all(struct cli_bench_room *room, struct qn_err *reterr)
{
    int rc = room->link.broker ? sweep(room, reterr) : QN_ECONN;

    if (rc == QN_OK)
        return rc;
    cli_link_close(&room->link);
    rc = cli_link_open_in(&room->link, room->cli, room->namespace_, false, reterr);
    return rc == QN_OK ? sweep(room, reterr) : rc;
}

int cli_bench_room_close(struct cli_bench_room *room, struct qn_err *reterr)
{
    int rc = QN_OK;

    dismiss(room);
    qn_client_close(room->client);
    if (room->made)
        rc = sweep_all(room, reterr);
    cli_link_close(&room->link);
    cli_stack_free(room->stack);
    if (room->folder[0])
        cli_tree_remove(room->folder);
    return rc;
}
