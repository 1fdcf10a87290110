/* api.c - an API through requests of all kinds, right and wrong, each on a connection of its
 * own. */
#include "leaks.h"

#include "api/server.h"
#include "broker-client/settings.h"
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 20000

static int serve(const char *url, struct leaks_page *page)
{
    static char name[] = "leaks", namespace_[] = "--namespace=leaks", port[] = "--port=0",
                level[] = "--log-level=error", any[] = "--accept-unknown";
    char broker[200];
    char *const words[] = {name, broker, namespace_, port, level, any, NULL};
    struct api_server *server;
    struct qn_config config;
    struct qn_loop *loop;
    struct qn_err err = {0};
    int used;

    signal(SIGPIPE, SIG_IGN);
    snprintf(broker, sizeof(broker), "--broker-url=%s", url);
    if (qn_settings_load(&config, QN_PROG_API, 6, words, &used, &err) != QN_OK ||
        qn_settings_log(&config, "leaks", &err) != QN_OK || qn_loop_create(&loop, &err) != QN_OK ||
        api_server_create(&server, &config, loop, &err) != QN_OK) {
        fprintf(stderr, "leaks: %s\n", err.msg);
        return 1;
    }
    page->port = api_server_port(server);
    return qn_loop_run(loop, &err) == QN_OK ? 0 : 1;
}

/* Of each: the request's line, a body ("" none), and the status that it must get. */
static const struct {
    const char *line, *body;
    int status;
} requests[] = {
    {"POST /v1/jobs", "{\"task\":\"t.one\",\"args\":{\"a\":1},\"name\":\"the-same\"}", 202},
    {"POST /v1/jobs", "[{\"task\":\"t.one\"},{\"task\":\"t.two\",\"delay\":\"1h\"}]", 202},
    {"POST /v1/jobs", "{\"task\":\"t.one\",\"colour\":\"red\"}", 422},
    {"POST /v1/jobs", "{\"task\":", 400},
    {"GET /v1/jobs/default.the-same", "", 200},
    {"GET /v1/jobs/default.the-same/explain", "", 200},
    {"GET /v1/jobs/default.the-same?wait=0", "", 200},
    {"GET /v1/jobs/default.no-such-job", "", 404},
    {"GET /v1/jobs?state=queued&limit=10", "", 200},
    {"GET /v1/queues", "", 200},
    {"GET /v1/queues/default", "", 200},
    {"GET /v1/workers", "", 200},
    {"GET /health", "", 200},
    {"GET /nowhere", "", 404},
    {"PUT /v1/jobs", "", 405},
};
enum { REQUESTS = sizeof(requests) / sizeof(requests[0]) };

static int connect_to(int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* The status of the answer, which is read to its end; 0 when none came. */
static int ask(int port, const char *line, const char *body)
{
    char text[1024], answer[64 * 1024];
    size_t have = 0;
    ssize_t got;
    int status = 0;
    int fd = connect_to(port);
    int len = snprintf(text, sizeof(text),
                       "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       line, strlen(body), body);

    if (*body == '\0')
        len = snprintf(text, sizeof(text),
                       "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", line);
    if (fd >= 0 && write(fd, text, (size_t)len) == len) {
        while (have < sizeof(answer) - 1 &&
               (got = read(fd, answer + have, sizeof(answer) - 1 - have)) > 0)
            have += (size_t)got;
        answer[have] = '\0';
        (void)!sscanf(answer, "HTTP/1.1 %d", &status);
    }
    if (fd >= 0)
        close(fd);
    return status;
}

static bool wait_ready(const struct leaks_page *page)
{
    const struct timespec time = {.tv_nsec = 10 * 1000 * 1000};

    for (int i = 0; i < WAIT_MS / 10; i++) {
        if (page->port > 0 && ask(page->port, "GET /readyz", "") == 200)
            return true;
        nanosleep(&time, NULL);
    }
    return false;
}

/* As if a worker had served it. */
static bool make_queue(const char *url)
{
    redisContext *redis = redisConnectUnix(strchr(url, '/') + 2);
    redisReply *reply = redis ? redisCommand(redis, "SADD {leaks}:queues default") : NULL;
    bool made = reply && reply->type == REDIS_REPLY_INTEGER;

    if (reply)
        freeReplyObject(reply);
    if (redis)
        redisFree(redis);
    return made;
}

static bool load(const char *url, struct leaks_page *page, long n, long done)
{
    if (done == 0 && (!make_queue(url) || !wait_ready(page)))
        return false;
    for (long i = 0; i < n; i++) {
        int which = (int)(i % REQUESTS);
        int status = ask(page->port, requests[which].line, requests[which].body);
        if (status != requests[which].status && !(which == 0 && status == 200)) {
            fprintf(stderr, "leaks: %s: %d, not %d\n", requests[which].line, status,
                    requests[which].status);
            return false;
        }
    }
    return true;
}

const struct leaks_subject leaks_api = {"api", "requests", serve, load};
