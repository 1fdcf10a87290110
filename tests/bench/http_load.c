/* http_load.c - what one quern-api takes: POST /v1/jobs over connections that stay open.
 *
 *   bench_http --port N [--host 127.0.0.1] [--connections 64] [--jobs-per-request 1]
 *              [--seconds 5 | --requests N] [--payload 100] [--task bench.noop]
 *              [--cpu NAME=PID]...
 *
 * Each connection has one request under way. Every answer is checked: 202, and as many ids as
 * jobs; another one ends the program with exit code 1. Prints a line of JSON per figure:
 * requests (or jobs) a second, the time that 99 of 100 answers took, and the CPU that a request
 * cost here and in each named process. The count begins when every connection had an answer.
 */
#include "common/buf.h"
#include "common/str.h"
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX      (256 * 1024)
#define CONNECTIONS_MAX 1024
#define EVENTS          128
#define WATCHED_MAX     4
#define SLOWEST_US      (1 << 20) /* slower answers count as this slow */
#define SILENT_MS       10000     /* no answer at all for so long is a failure */
#define PAYLOAD_MIN     (sizeof("{\"payload\":\"\"}") - 1)

struct watched {
    const char *name;
    int64_t pid;
    int64_t before_us;
};

struct options {
    const char *host, *port, *task;
    int64_t connections, jobs, seconds, requests, payload;
    struct watched watched[WATCHED_MAX];
    int n_watched;
};

struct link {
    int fd;
    int64_t sent_us;
    size_t have;
    bool answered; /* once at least */
    char in[ANSWER_MAX + 1];
};

struct load {
    struct options opt;
    struct qn_buf request;
    int epoll_fd;
    struct link *links;
    int64_t warm; /* connections that had an answer */
    int64_t begin_us, own_before_us;
    int64_t done, under_way;
    uint32_t took[SLOWEST_US + 1]; /* answers by microseconds */
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_http: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* ---- CPU ---- */

static int64_t own_cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Of its main thread. */
static int64_t cpu_us_of(int64_t pid)
{
    char path[64];
    long long ns = 0;
    snprintf(path, sizeof(path), "/proc/%lld/schedstat", (long long)pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%lld", &ns) != 1)
        die(path, "cannot be read");
    fclose(file);
    return ns / 1000;
}

/* ---- the request ---- */

static void add_job(struct qn_buf *out, const struct options *opt)
{
    qn_buf_printf(out, "{\"task\":\"%s\",\"args\":{\"payload\":\"", opt->task);
    for (int64_t i = (int64_t)PAYLOAD_MIN; i < opt->payload; i++)
        qn_buf_add_byte(out, 'x');
    qn_buf_add_str(out, "\"}}");
}

static void make_request(struct load *load)
{
    const struct options *opt = &load->opt;
    struct qn_buf body;
    qn_buf_init(&body, SIZE_MAX);
    qn_buf_init(&load->request, SIZE_MAX);
    if (opt->jobs > 1)
        qn_buf_add_byte(&body, '[');
    for (int64_t i = 0; i < opt->jobs; i++) {
        qn_buf_add_str(&body, i > 0 ? "," : "");
        add_job(&body, opt);
    }
    if (opt->jobs > 1)
        qn_buf_add_byte(&body, ']');
    qn_buf_printf(&load->request,
                  "POST /v1/jobs HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/json\r\n"
                  "Content-Length: %zu\r\n\r\n",
                  opt->host, opt->port, body.len);
    qn_buf_add(&load->request, body.data, body.len);
    if (qn_buf_status(&body) < 0 || qn_buf_status(&load->request) < 0)
        die("the request", "out of memory");
    qn_buf_release(&body);
}

static bool may_send(const struct load *load)
{
    const struct options *opt = &load->opt;
    if (load->begin_us == 0)
        return true;
    if (opt->requests > 0)
        return load->done + load->under_way < opt->requests;
    return now_us() - load->begin_us < opt->seconds * 1000000;
}

/* A request that does not fit into the socket at once is waited for: the other side reads on. */
static void send_request(struct load *load, struct link *link)
{
    size_t sent = 0;
    link->sent_us = now_us();
    load->under_way++;
    while (sent < load->request.len) {
        ssize_t n =
            send(link->fd, load->request.data + sent, load->request.len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            die("send", strerror(errno));
        sent += n > 0 ? (size_t)n : 0;
    }
}

/* ---- the answer ---- */

/* Its whole length; 0 while that is not known. */
static size_t answer_len(const struct link *link, const char **ret_body)
{
    static const char name[] = "Content-Length: ";
    const char *end = strstr(link->in, "\r\n\r\n");
    const char *length = end ? strstr(link->in, name) : NULL;
    if (!end)
        return 0;
    if (!length || length > end)
        die("an answer has no Content-Length", link->in);
    *ret_body = end + 4;
    return (size_t)(end + 4 - link->in) + strtoul(length + sizeof(name) - 1, NULL, 10);
}

static void check_answer(const struct load *load, const char *head, const char *body)
{
    static const char id[] = "\"id\":\"";
    int64_t ids = 0;
    if (strncmp(head, "HTTP/1.1 202 ", sizeof("HTTP/1.1 202 ") - 1) != 0)
        die("not the answer 202", head);
    for (const char *at = body; (at = strstr(at, id)) != NULL; at += sizeof(id) - 1)
        ids++;
    if (ids != load->opt.jobs)
        die("an answer has not as many ids as jobs", head);
}

static void begin(struct load *load)
{
    load->begin_us = now_us();
    load->own_before_us = own_cpu_us();
    for (int i = 0; i < load->opt.n_watched; i++)
        load->opt.watched[i].before_us = cpu_us_of(load->opt.watched[i].pid);
}

static void count(struct load *load, struct link *link)
{
    int64_t took_us = now_us() - link->sent_us;
    load->under_way--;
    if (load->begin_us > 0) {
        load->done++;
        load->took[took_us < SLOWEST_US ? took_us : SLOWEST_US]++;
    }
    load->warm += !link->answered;
    link->answered = true;
    if (load->begin_us == 0 && load->warm == load->opt.connections)
        begin(load);
}

static void receive(struct load *load, struct link *link)
{
    const char *body = NULL;
    ssize_t n = recv(link->fd, link->in + link->have, ANSWER_MAX - link->have, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        die("a connection ended", n < 0 ? strerror(errno) : "it was closed, or the answer is long");
    link->have += (size_t)n;
    link->in[link->have] = '\0';
    size_t len = answer_len(link, &body);
    if (len == 0 || link->have < len)
        return;
    if (link->have > len)
        die("more than one answer", link->in);
    check_answer(load, link->in, body);
    link->have = 0;
    count(load, link);
    if (may_send(load))
        send_request(load, link);
}

/* ---- the run ---- */

static int connect_to(const struct options *opt)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int one = 1;
    int rc = getaddrinfo(opt->host, opt->port, &hints, &found);
    if (rc != 0)
        die(opt->host, gai_strerror(rc));
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0)
        die("connect", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    freeaddrinfo(found);
    return fd;
}

static void open_links(struct load *load)
{
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    load->links = calloc((size_t)load->opt.connections, sizeof(*load->links));
    if (load->epoll_fd < 0 || !load->links)
        die("start", "out of memory or descriptors");
    for (int64_t i = 0; i < load->opt.connections; i++) {
        struct link *link = &load->links[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
        link->fd = connect_to(&load->opt);
        if (epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, link->fd, &event) < 0)
            die("epoll_ctl", strerror(errno));
        send_request(load, link);
    }
}

static void run(struct load *load)
{
    struct epoll_event events[EVENTS];
    while (load->under_way > 0) {
        int n = epoll_wait(load->epoll_fd, events, EVENTS, SILENT_MS);
        if (n == 0)
            die("no answer", "for 10 seconds");
        for (int i = 0; i < n; i++)
            receive(load, events[i].data.ptr);
    }
}

/* ---- the figures ---- */

static void print(const char *kind, const char *name, double value, const char *unit)
{
    printf("{\"name\":\"http_%s%s\",\"value\":%.3f,\"unit\":\"%s\"}\n", kind, name, value, unit);
}

static int64_t slowest_of(const struct load *load, double part)
{
    int64_t seen = 0, us = 0;
    for (us = 0; us < SLOWEST_US; us++) {
        seen += load->took[us];
        if ((double)seen >= part * (double)load->done)
            break;
    }
    return us;
}

static void report(const struct load *load)
{
    double seconds = (double)(now_us() - load->begin_us) / 1e6;
    double done = (double)load->done;
    bool list = load->opt.jobs > 1;
    const char *kind = list ? "array_" : "single_";
    char name[64];
    if (list)
        print(kind, "jobs", done * (double)load->opt.jobs / seconds, "jobs/s");
    print(kind, "requests", done / seconds, "requests/s");
    print(list ? kind : "", "p50", (double)slowest_of(load, 0.5), "us");
    print(list ? kind : "", "p99", (double)slowest_of(load, 0.99), "us");
    print(kind, "cpu_load", (double)(own_cpu_us() - load->own_before_us) / done, "us/request");
    for (int i = 0; i < load->opt.n_watched; i++) {
        const struct watched *watched = &load->opt.watched[i];
        snprintf(name, sizeof(name), "cpu_%s", watched->name);
        print(kind, name, (double)(cpu_us_of(watched->pid) - watched->before_us) / done,
              "us/request");
    }
}

/* ---- options ---- */

static int64_t number(const char *text, int64_t min, int64_t max)
{
    int64_t value;
    if (qn_str_to_i64(text, &value) < 0 || value < min || value > max)
        die("a number is wrong", text);
    return value;
}

static void add_watched(struct options *opt, char *text)
{
    char *sign = strchr(text, '=');
    if (!sign || opt->n_watched == WATCHED_MAX)
        die("--cpu takes NAME=PID, at most 4 times", text);
    *sign = '\0';
    opt->watched[opt->n_watched++] =
        (struct watched){.name = text, .pid = number(sign + 1, 1, INT32_MAX)};
}

static void read_option(struct options *opt, int which)
{
    switch (which) {
    case 'h':
        opt->host = optarg;
        break;
    case 'p':
        opt->port = optarg;
        break;
    case 't':
        opt->task = optarg;
        break;
    case 'c':
        opt->connections = number(optarg, 1, CONNECTIONS_MAX);
        break;
    case 'j':
        opt->jobs = number(optarg, 1, 450);
        break;
    case 's':
        opt->seconds = number(optarg, 1, 3600);
        break;
    case 'n':
        opt->requests = number(optarg, 1, INT64_MAX);
        break;
    case 'b':
        opt->payload = number(optarg, (int64_t)PAYLOAD_MIN, 1024 * 1024);
        break;
    case 'u':
        add_watched(opt, optarg);
        break;
    default:
        die("usage", "see the top of tests/bench/http_load.c");
    }
}

static void read_options(struct options *opt, int argc, char **argv)
{
    static const struct option known[] = {{"host", 1, NULL, 'h'},
                                          {"port", 1, NULL, 'p'},
                                          {"task", 1, NULL, 't'},
                                          {"connections", 1, NULL, 'c'},
                                          {"jobs-per-request", 1, NULL, 'j'},
                                          {"seconds", 1, NULL, 's'},
                                          {"requests", 1, NULL, 'n'},
                                          {"payload", 1, NULL, 'b'},
                                          {"cpu", 1, NULL, 'u'},
                                          {NULL, 0, NULL, 0}};
    int which;
    *opt = (struct options){.host = "127.0.0.1",
                            .task = "bench.noop",
                            .connections = 64,
                            .jobs = 1,
                            .seconds = 5,
                            .payload = 100};
    while ((which = getopt_long(argc, argv, "", known, NULL)) != -1)
        read_option(opt, which);
    if (!opt->port || optind < argc)
        die("usage", "bench_http --port N [OPTION...], see the top of tests/bench/http_load.c");
}

int main(int argc, char **argv)
{
    static struct load load;
    read_options(&load.opt, argc, argv);
    make_request(&load);
    open_links(&load);
    run(&load);
    if (load.done == 0)
        die("nothing", "was counted");
    report(&load);
    return 0;
}
