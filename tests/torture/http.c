/* http.c - requests to an API whose memory runs out: each gets an answer, or its connection is
 * closed, and the next one is served.
 */
#include "subject.h"

#include "api/server.h"
#include "broker-client/settings.h"
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURN_MS   2
#define TURNS_MAX 10000

struct api_room {
    struct qn_config config;
    struct api_server *server;
};

static void die(const char *why)
{
    fprintf(stderr, "torture: %s\n", why);
    abort();
}

static void turn(struct torture_room *room)
{
    struct qn_err err;

    if (qn_loop_once(room->loop, TURN_MS, &err) != QN_OK)
        die(err.msg);
}

static void prepare(struct torture_room *room)
{
    static char name[] = "torture", port[] = "--port=0", any[] = "--accept-unknown",
                namespace_[] = "--namespace=test", level[] = "--log-level=error";
    struct api_room *own = calloc(1, sizeof(*own));
    char url[200];
    char *const words[] = {name, url, port, any, namespace_, level, NULL};
    struct qn_err err = {0};
    int used;

    snprintf(url, sizeof(url), "--broker-url=%s", room->url);
    if (!own || qn_settings_load(&own->config, QN_PROG_API, 6, words, &used, &err) != QN_OK ||
        qn_settings_log(&own->config, "torture", &err) != QN_OK ||
        api_server_create(&own->server, &own->config, room->loop, &err) != QN_OK)
        die(err.msg);
    room->own = own;
    for (int i = 0; i < TURNS_MAX && own->server->broker->link != QN_LINK_UP; i++)
        turn(room);
}

static void clean(struct torture_room *room)
{
    struct api_room *own = room->own;

    api_server_free(own->server);
    qn_config_release(&own->config);
    free(own);
}

static int connect_to(int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        die("no connection to the API");
    return fd;
}

/* The status of the answer; 0 when the connection was closed without one. */
static int ask(struct torture_room *room, const char *line, const char *body)
{
    struct api_room *own = room->own;
    char text[1024], answer[64 * 1024];
    size_t have = 0;
    int status = 0;
    int fd = connect_to(api_server_port(own->server));
    int len = snprintf(text, sizeof(text),
                       "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", line);

    if (*body)
        len += snprintf(text + len, sizeof(text) - (size_t)len,
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    len += snprintf(text + len, sizeof(text) - (size_t)len, "\r\n%s", body);
    if (write(fd, text, (size_t)len) != len)
        die("the request was not sent");
    for (int i = 0; i < TURNS_MAX; i++) {
        ssize_t got = recv(fd, answer + have, sizeof(answer) - 1 - have, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && have == 0 && i == TURNS_MAX - 1))
            break;
        have += got > 0 ? (size_t)got : 0;
        if (got < 0)
            turn(room);
    }
    answer[have] = '\0';
    (void)!sscanf(answer, "HTTP/1.1 %d", &status);
    close(fd);
    return status;
}

/* A server that has no memory says so (5xx), or says nothing; it blames nobody else. */
static int request(struct torture_room *room, const char *line, const char *body,
                   struct qn_err *reterr)
{
    int status = ask(room, line, body);

    for (int i = 0; i < 3; i++)
        turn(room); /* what was the connection's goes */
    if (status >= 200 && status < 300)
        return QN_OK;
    if (status == 0 || status >= 500)
        return qn_fail(reterr, QN_ENOMEM, "status %d", status);
    return qn_fail(reterr, QN_EPROTO, "%s: status %d", line, status);
}

static int enqueue(struct torture_room *room, struct qn_err *reterr)
{
    return request(room, "POST /v1/jobs",
                   "{\"task\":\"t.one\",\"args\":{\"a\":1},\"name\":\"made\",\"tags\":[\"x\"]}",
                   reterr);
}

static int enqueue_list(struct torture_room *room, struct qn_err *reterr)
{
    return request(room, "POST /v1/jobs", "[{\"task\":\"t.one\"},{\"task\":\"t.two\"}]", reterr);
}

static int job(struct torture_room *room, struct qn_err *reterr)
{
    return request(room, "GET /v1/jobs/" TORTURE_QUEUE ".ended", "", reterr);
}

static int explain(struct torture_room *room, struct qn_err *reterr)
{
    return request(room, "GET /v1/jobs/" TORTURE_QUEUE ".queued/explain", "", reterr);
}

static int list(struct torture_room *room, struct qn_err *reterr)
{
    return request(room, "GET /v1/jobs?state=queued", "", reterr);
}

static int wait_for(struct torture_room *room, struct qn_err *reterr)
{
    return request(room, "GET /v1/jobs/" TORTURE_QUEUE ".ended?wait=1", "", reterr);
}

#define ROW(what)                                                                        \
    {                                                                                    \
        .name = "http: " #what, .needs_broker = true, .prepare = prepare, .run = (what), \
        .clean = clean                                                                   \
    }
static const struct torture_subject subjects[] = {
    ROW(enqueue), ROW(enqueue_list), ROW(job), ROW(explain), ROW(list), ROW(wait_for),
};
const struct torture_table torture_http = {"http", subjects,
                                           sizeof(subjects) / sizeof(subjects[0])};
