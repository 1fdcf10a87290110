#include "http.h"
#include "common/mem.h"
#include "http_private.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_BYTES_MAX (16 * 1024)
#define BACKLOG        1024

static void shut(struct conn *conn)
{
    conn->deadline_ms = NO_DEADLINE;
    shutdown(conn->fd, SHUT_RDWR); /* the library sees the end and closes */
}

static void arm_sweep(struct api_http *http, int64_t deadline_ms, int64_t now_ms)
{
    if (deadline_ms >= http->sweep_ms)
        return;
    http->sweep_ms = deadline_ms;
    qn_timer_set(http->sweep_timer, deadline_ms > now_ms ? deadline_ms - now_ms : 0);
}

static void on_sweep(void *arg)
{
    struct api_http *http = arg;
    int64_t now_ms = qn_mono_ms(http->options.clock);
    int64_t next_ms = NO_DEADLINE;
    for (struct conn *conn = http->conns.next; conn != &http->conns; conn = conn->next) {
        if (conn->deadline_ms <= now_ms)
            shut(conn);
        if (conn->deadline_ms < next_ms)
            next_ms = conn->deadline_ms;
    }
    http->sweep_ms = NO_DEADLINE;
    if (next_ms != NO_DEADLINE)
        arm_sweep(http, next_ms, now_ms);
}

static struct conn *conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

void http_deadline(struct api_http *http, struct MHD_Connection *connection, int64_t after_ms)
{
    struct conn *conn = conn_of(connection);
    if (!conn)
        return;
    int64_t now_ms = qn_mono_ms(http->options.clock);
    conn->deadline_ms = after_ms == NO_DEADLINE ? NO_DEADLINE : now_ms + after_ms;
    arm_sweep(http, conn->deadline_ms, now_ms);
}

static void name_remote(struct conn *conn, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr)
        return;
    const struct sockaddr *address = info->client_addr;
    if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)info->client_addr)->sin6_addr,
                  conn->remote, sizeof(conn->remote));
    else if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)info->client_addr)->sin_addr, conn->remote,
                  sizeof(conn->remote));
}

const char *http_remote(struct MHD_Connection *connection)
{
    const struct conn *conn = conn_of(connection);
    return conn ? conn->remote : "";
}

static void conn_open(struct api_http *http, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct conn *conn = qn_zalloc(1, sizeof(*conn));
    if (!conn || !info) {
        if (info)
            shutdown(info->connect_fd, SHUT_RDWR); /* without a deadline it may not live */
        qn_free(conn);
        return;
    }
    conn->fd = info->connect_fd;
    conn->next = &http->conns;
    conn->prev = http->conns.prev;
    conn->prev->next = conn;
    conn->next->prev = conn;
    *context = conn;
    name_remote(conn, connection);
    int64_t now_ms = qn_mono_ms(http->options.clock);
    conn->deadline_ms = now_ms + HEAD_MS;
    arm_sweep(http, conn->deadline_ms, now_ms);
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct api_http *http = arg;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        http->n_conns++;
        conn_open(http, connection, context);
        return;
    }
    struct conn *conn = *context;
    http->n_conns--;
    if (conn) {
        conn->prev->next = conn->next;
        conn->next->prev = conn->prev;
        qn_free(conn);
    }
    *context = NULL;
}

/* ---- the library within the loop ---- */

static void run(struct api_http *http)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    MHD_run(http->daemon);
    if (MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES)
        qn_timer_set(http->run_timer, (int64_t)wait_ms);
    else
        qn_timer_clear(http->run_timer);
}

static void on_ready(void *arg, int fd, unsigned ready)
{
    (void)fd;
    (void)ready;
    run(arg);
}

static void on_run(void *arg)
{
    run(arg);
}

void http_run_soon(struct api_http *http)
{
    qn_later_set(http->run_later);
}

/* ---- the listening socket ---- */

static int try_listen(const struct addrinfo *address, int *ret_fd)
{
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    *ret_fd = fd;
    return 0;
}

static int open_listener(struct api_http *http, struct qn_err *reterr)
{
    const struct api_http_options *options = &http->options;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[12];
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    snprintf(port, sizeof(port), "%d", options->port);
    int rc = getaddrinfo(options->host, port, &hints, &found);
    if (rc != 0)
        return qn_fail(reterr, QN_EINVAL, "host %s: %s", options->host, gai_strerror(rc));
    for (const struct addrinfo *a = found; a && http->listen_fd < 0; a = a->ai_next)
        (void)try_listen(a, &http->listen_fd);
    int saved = errno;
    freeaddrinfo(found);
    errno = saved;
    if (http->listen_fd < 0)
        return qn_fail_sys(reterr, "listen on %s port %d", options->host, options->port);
    return QN_OK;
}

static int read_port(struct api_http *http, struct qn_err *reterr)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.v6 = {0}};
    socklen_t len = sizeof(address);
    if (getsockname(http->listen_fd, &address.any, &len) < 0)
        return qn_fail_sys(reterr, "getsockname");
    bool v6 = address.any.sa_family == AF_INET6;
    http->port = ntohs(v6 ? address.v6.sin6_port : address.v4.sin_port);
    return QN_OK;
}

bool api_http_is_loopback(const char *host)
{
    struct in_addr v4 = {0};
    struct in6_addr v6 = {0};
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return strcmp(host, "localhost") == 0;
}

/* ---- start and stop ---- */

/* Paths and queries stay as they came: decoding here would let an encoded NUL cut
 * them. */
static size_t leave_escaped(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection;
    return strlen(text);
}

/* The library keeps each parameter in the memory of the connection; without room
 * for the next it stands still until the deadline. So the answer is given before. */
static void refuse_target(struct conn *conn)
{
    static const char body[] =
        "{\"type\":\"urn:quern:problem:bad_query\",\"title\":\"A query parameter is wrong\","
        "\"status\":400,\"code\":\"bad_query\",\"detail\":\"over 32 parameters\"}";
    char text[sizeof(body) + 200];
    int len = snprintf(text, sizeof(text),
                       "HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\n"
                       "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                       sizeof(body) - 1, body);
    (void)!send(conn->fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
    conn->refused = true;
    shut(conn);
}

/* Called when the request line is in, while the target is still whole. */
static void *note_target(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct conn *conn = conn_of(connection);
    (void)arg;
    if (conn)
        conn->target_end = (uintptr_t)target + strlen(target);
    if (conn && !http_target_fits(target))
        refuse_target(conn);
    return NULL; /* the request's state: none yet */
}

bool http_is_refused(struct MHD_Connection *connection)
{
    const struct conn *conn = conn_of(connection);
    return conn && conn->refused;
}

uintptr_t http_target_end(struct MHD_Connection *connection)
{
    const struct conn *conn = conn_of(connection);
    return conn ? conn->target_end : 0;
}

static int start_daemon(struct api_http *http, struct qn_err *reterr)
{
    unsigned limit = (unsigned)http->options.max_connections;
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, http_on_request, http,
        MHD_OPTION_LISTEN_SOCKET, http->listen_fd, MHD_OPTION_CONNECTION_LIMIT, limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(IDLE_MS / 1000), MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, http,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, NULL, MHD_OPTION_URI_LOG_CALLBACK, note_target, NULL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    if (!http->daemon)
        return qn_fail(reterr, QN_ESYS, "the HTTP server does not start");
    return QN_OK;
}

static int join_loop(struct api_http *http, struct qn_err *reterr)
{
    struct qn_loop *loop = http->options.loop;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info)
        return qn_fail(reterr, QN_EUNSUPPORTED, "this libmicrohttpd has no epoll");
    int rc = qn_watch_create(&http->watch, loop, info->epoll_fd, on_ready, http, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&http->run_timer, loop, on_run, http, reterr);
    if (rc == QN_OK)
        rc = qn_later_create(&http->run_later, loop, on_run, http, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&http->sweep_timer, loop, on_sweep, http, reterr);
    if (rc == QN_OK)
        qn_watch_want(http->watch, QN_IO_READ);
    return rc;
}

int api_http_create(struct api_http **ret, const struct api_http_options *options,
                    struct qn_err *reterr)
{
    struct api_http *http = qn_zalloc(1, sizeof(*http));
    if (!http)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    http->options = *options;
    http->conns.next = http->conns.prev = &http->conns;
    http->sweep_ms = NO_DEADLINE;
    http->listen_fd = -1;
    int rc = open_listener(http, reterr);
    if (rc == QN_OK)
        rc = read_port(http, reterr);
    if (rc == QN_OK)
        rc = start_daemon(http, reterr);
    if (rc == QN_OK)
        rc = join_loop(http, reterr);
    if (rc < 0)
        api_http_free(http);
    else
        *ret = http;
    return rc;
}

int api_http_port(const struct api_http *http)
{
    return http->port;
}

void api_http_quiesce(struct api_http *http)
{
    if (http->quiesced)
        return;
    run(http); /* what is in the backlog was promised an answer */
    http->quiesced = true;
    MHD_socket fd = MHD_quiesce_daemon(http->daemon);
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
    http->listen_fd = -1;
}

size_t api_http_connections(const struct api_http *http)
{
    return http->n_conns;
}

size_t api_http_under_way(const struct api_http *http)
{
    return http->under_way;
}

void api_http_free(struct api_http *http)
{
    if (!http)
        return;
    if (http->daemon) {
        MHD_run(http->daemon); /* takes resumed connections back */
        MHD_stop_daemon(http->daemon);
        http->listen_fd = -1; /* closed with the daemon */
    }
    if (http->listen_fd >= 0)
        close(http->listen_fd);
    qn_watch_free(http->watch);
    qn_timer_free(http->run_timer);
    qn_later_free(http->run_later);
    qn_timer_free(http->sweep_timer);
    qn_free(http);
}
