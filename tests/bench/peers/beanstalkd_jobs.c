/* beanstalkd_jobs.c - producer and worker of beanstalkd.
 *
 *   beanstalkd_jobs one|bulk|roundtrip N
 *   beanstalkd_jobs worker CONNECTIONS DEPTH
 *
 * A worker has DEPTH jobs on each connection. With a depth of 1 it reserves, runs, deletes,
 * waits for the answer, and reserves the next. With more it pipelines: reservations that do not
 * wait while there are jobs, one that waits when there are none, since beanstalkd answers a
 * connection's commands in order. A job that begins with r is answered in the tube replies.
 */
#include "jobs.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, LINE_MAX_LEN = 224, CONNECTIONS_MAX = 100, PIPELINE = 500 };

struct link {
    int fd;
    long depth;
    long under_way; /* reservations without an answer */
    size_t n_in, n_out;
    char in[BUFFER], out[BUFFER];
};

static struct link *link_open(void)
{
    struct link *link = calloc(1, sizeof(*link));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1;
    if (!link)
        jobs_die("connection", "no memory");
    address.sin_port = htons((uint16_t)jobs_number("PEER_BROKER", jobs_setting("PEER_BROKER")));
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        jobs_die("connection", strerror(errno));
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return link;
}

static void add(struct link *link, const char *data, size_t len)
{
    if (len > sizeof(link->out) - link->n_out)
        jobs_die("connection", "too much at once");
    memcpy(link->out + link->n_out, data, len);
    link->n_out += len;
}

static void add_text(struct link *link, const char *text)
{
    add(link, text, strlen(text));
}

static void add_put(struct link *link, const char *body, size_t len)
{
    char head[64];
    snprintf(head, sizeof(head), "put 0 0 60 %zu\r\n", len);
    add_text(link, head);
    add(link, body, len);
    add_text(link, "\r\n");
}

static void flush(struct link *link)
{
    size_t sent = 0;
    while (sent < link->n_out) {
        ssize_t n = send(link->fd, link->out + sent, link->n_out - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            jobs_die("send", strerror(errno));
        sent += n > 0 ? (size_t)n : 0;
    }
    link->n_out = 0;
}

static void fill(struct link *link)
{
    ssize_t n = recv(link->fd, link->in + link->n_in, sizeof(link->in) - link->n_in, 0);
    if (n <= 0)
        jobs_die("recv", n == 0 ? "closed" : strerror(errno));
    link->n_in += (size_t)n;
}

/* ---- answers ---- */

struct answer {
    char line[LINE_MAX_LEN + 1]; /* without its end */
    long id;                     /* of the job, when it is RESERVED */
    const char *body;
};

/* The bytes of the first answer at data, 0 when it is not all there yet. */
static size_t parse(const char *data, size_t len, struct answer *ret)
{
    const char *end = memchr(data, '\n', len);
    if (!end) {
        if (len > LINE_MAX_LEN)
            jobs_die("answer", "its line is too long");
        return 0;
    }
    size_t line = (size_t)(end - data) + 1;
    if (line < 2 || line > LINE_MAX_LEN)
        jobs_die("answer", "its line is empty or too long");
    memcpy(ret->line, data, line - 2);
    ret->line[line - 2] = '\0';
    size_t size = 0;
    if (sscanf(ret->line, "RESERVED %ld %zu", &ret->id, &size) != 2)
        return line;
    ret->body = data + line;
    return len >= line + size + 2 ? line + size + 2 : 0;
}

static bool is(const struct answer *answer, const char *word)
{
    return strncmp(answer->line, word, strlen(word)) == 0;
}

static void drop(struct link *link, size_t len)
{
    memmove(link->in, link->in + len, link->n_in - len);
    link->n_in -= len;
}

/* Sends what is to be sent; then n answers have to begin with word. */
static void expect(struct link *link, const char *word, long n)
{
    flush(link);
    while (n > 0) {
        struct answer answer;
        size_t used = 0, len = 0;
        while (n > 0 && (len = parse(link->in + used, link->n_in - used, &answer)) > 0) {
            if (!is(&answer, word))
                jobs_die(word, answer.line);
            used += len;
            n--;
        }
        drop(link, used);
        if (n > 0)
            fill(link);
    }
}

/* ---- producing ---- */

static void enqueue(long jobs, long portion)
{
    size_t len;
    char *payload = jobs_payload(&len);
    struct link *link = link_open();
    int64_t begun = jobs_now_ns();
    while (jobs > 0) {
        long n = jobs < portion ? jobs : portion;
        for (long i = 0; i < n; i++)
            add_put(link, payload, len);
        expect(link, "INSERTED", n);
        jobs -= n;
    }
    jobs_print_seconds(begun);
    free(payload);
    close(link->fd);
    free(link);
}

struct asking {
    struct link *link;
    const char *payload;
    size_t len;
};

static void trip(void *arg)
{
    const struct asking *asking = arg;
    struct link *link = asking->link;
    struct answer answer;
    size_t len;
    add_put(link, asking->payload, asking->len);
    expect(link, "INSERTED", 1);
    add_text(link, "reserve\r\n");
    flush(link);
    while ((len = parse(link->in, link->n_in, &answer)) == 0)
        fill(link);
    if (!is(&answer, "RESERVED"))
        jobs_die("reserve", answer.line);
    drop(link, len);
    char text[64];
    snprintf(text, sizeof(text), "delete %ld\r\n", answer.id);
    add_text(link, text);
    expect(link, "DELETED", 1);
}

static void round_trips(long count)
{
    struct link *link = link_open();
    size_t len;
    char *payload = jobs_payload(&len);
    payload[0] = 'r';
    add_text(link, "watch replies\r\nignore default\r\n");
    expect(link, "WATCHING", 2);
    jobs_round_trips(trip, &(struct asking){link, payload, len}, count);
    free(payload);
    close(link->fd);
    free(link);
}

/* ---- working ---- */

static void add_reserve(struct link *link, bool waits)
{
    add_text(link, waits ? "reserve\r\n" : "reserve-with-timeout 0\r\n");
    link->under_way++;
}

static void run(struct link *link, const struct answer *answer)
{
    char text[64];
    if (answer->body[0] == 'r')
        add_put(link, "done", 4);
    else
        jobs_ended();
    snprintf(text, sizeof(text), "delete %ld\r\n", answer->id);
    add_text(link, text);
}

static void handle(struct link *link, const struct answer *answer)
{
    if (is(answer, "RESERVED")) {
        link->under_way--;
        run(link, answer);
        while (link->depth > 1 && link->under_way < link->depth)
            add_reserve(link, false);
    } else if (is(answer, "TIMED_OUT")) {
        if (--link->under_way == 0)
            add_reserve(link, true);
    } else if (is(answer, "DELETED")) {
        if (link->depth == 1)
            add_reserve(link, true);
    } else if (!is(answer, "INSERTED")) {
        jobs_die("worker", answer->line);
    }
}

static void serve(struct link *link)
{
    struct answer answer;
    size_t used = 0, len;
    fill(link);
    while ((len = parse(link->in + used, link->n_in - used, &answer)) > 0) {
        handle(link, &answer);
        used += len;
    }
    drop(link, used);
    flush(link);
}

static void work(long connections, long depth)
{
    struct link *links[CONNECTIONS_MAX];
    struct pollfd polled[CONNECTIONS_MAX];
    if (connections < 1 || connections > CONNECTIONS_MAX || depth < 1 || depth > PIPELINE)
        jobs_die("worker", "CONNECTIONS are 1 to 100, DEPTH is 1 to 500");
    for (long i = 0; i < connections; i++) {
        links[i] = link_open();
        links[i]->depth = depth;
        add_text(links[i], "use replies\r\n");
        expect(links[i], "USING", 1);
        add_reserve(links[i], true);
        flush(links[i]);
        polled[i] = (struct pollfd){.fd = links[i]->fd, .events = POLLIN};
    }
    for (;;) {
        if (poll(polled, (nfds_t)connections, -1) < 0 && errno != EINTR)
            jobs_die("poll", strerror(errno));
        for (long i = 0; i < connections; i++)
            if (polled[i].revents)
                serve(links[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "worker") == 0)
        work(jobs_number("CONNECTIONS", argv[2]), jobs_number("DEPTH", argv[3]));
    else if (argc == 3 && strcmp(argv[1], "one") == 0)
        enqueue(jobs_number("N", argv[2]), 1);
    else if (argc == 3 && strcmp(argv[1], "bulk") == 0)
        enqueue(jobs_number("N", argv[2]), PIPELINE);
    else if (argc == 3 && strcmp(argv[1], "roundtrip") == 0)
        round_trips(jobs_number("N", argv[2]));
    else
        jobs_die("beanstalkd_jobs", "one|bulk|roundtrip N, or worker CONNECTIONS DEPTH");
    return 0;
}
