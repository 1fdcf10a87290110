#include "redis_server.h"
#include "common/str.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define READY_MS  60000 /* reading a large AOF takes its time */
#define STOP_MS   10000
#define ANSWER_MS 200

struct kind_row {
    const char *name;
    const char *folder; /* under redis/ */
    const char *options[12];
};

static const struct kind_row kinds[] = {
    [CLI_REDIS_BROKER] = {"redis-broker",
                          "broker",
                          {"--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy",
                           "noeviction", NULL}},
    [CLI_REDIS_CACHE] = {"redis-cache",
                         "cache",
                         {"--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy",
                          "allkeys-lru", NULL}},
};

static int connect_to(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_usec = ANSWER_MS * 1000};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || !qn_str_copy(addr.sun_path, sizeof(addr.sun_path), path) ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
        connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* While it reads its file it answers -LOADING. */
static bool answers(void *arg)
{
    static const char ping[] = "PING\r\n";
    const struct cli_redis *redis = arg;
    char reply[64] = "";
    int fd = connect_to(redis->socket);

    if (fd < 0)
        return false;
    bool asked = send(fd, ping, sizeof(ping) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(ping) - 1;
    bool heard = asked && recv(fd, reply, sizeof(reply) - 1, 0) > 0;
    close(fd);
    return heard && qn_str_starts(reply, "+PONG");
}

static void fill_argv(struct cli_redis *redis, const struct kind_row *row)
{
    const char *const common[] = {"redis-server",
                                  "--port",
                                  "0",
                                  "--unixsocket",
                                  redis->socket,
                                  "--daemonize",
                                  "no",
                                  "--unixsocketperm",
                                  "700",
                                  "--save",
                                  "",
                                  "--logfile",
                                  "",
                                  "--always-show-logo",
                                  "no"};
    size_t n = 0;

    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
        redis->argv[n++] = common[i];
    for (size_t i = 0; row->options[i]; i++)
        redis->argv[n++] = row->options[i];
    redis->argv[n] = NULL;
}

static int fill_paths(struct cli_redis *redis, const struct kind_row *row,
                      const struct cli_folder *folder, struct qn_err *reterr)
{
    char below[64];

    snprintf(below, sizeof(below), "redis/%s", row->folder);
    int rc = cli_path_join(redis->folder, folder->root, below, reterr);
    snprintf(below, sizeof(below), "%s.sock", row->folder);
    if (rc == QN_OK)
        rc = cli_path_join(redis->socket, folder->run, below, reterr);
    if (rc == QN_OK && snprintf(redis->url, sizeof(redis->url), "unix://%s", redis->socket) >=
                           (int)sizeof(redis->url))
        rc = qn_fail(reterr, QN_ELIMIT, "%s: the path is too long", redis->socket);
    return rc;
}

int cli_redis_start(struct cli_redis *redis, enum cli_redis_kind kind, struct cli_stack *stack,
                    const struct cli_folder *folder, struct qn_err *reterr)
{
    const struct kind_row *row = &kinds[kind];
    struct cli_child *child = NULL;
    int rc = fill_paths(redis, row, folder, reterr);

    if (rc != QN_OK)
        return rc;
    fill_argv(redis, row);
    /* A kill loses nothing that was acknowledged: it is in the kernel's hands by then. */
    const struct cli_child_spec spec = {
        .name = row->name,
        .argv = redis->argv,
        .folder = redis->folder,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
        .stop_ms = STOP_MS,
        .again = true,
    };
    rc = cli_stack_start(stack, &spec, &child, reterr);
    return rc == QN_OK ? cli_stack_await(stack, child, READY_MS, answers, redis, reterr) : rc;
}
