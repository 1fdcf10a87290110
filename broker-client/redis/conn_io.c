#include "conn_type.h"

#include "refusal.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define IOV_N   64
#define READS_N 16 /* rounds before others get their turn */

static void want(struct qn_conn *conn, unsigned wants)
{
    conn->wants = wants;
    qn_watch_want(conn->watch, wants);
}

static void give_up_sys(struct qn_conn *conn, const char *what)
{
    struct qn_err err;

    qn_fail_sys(&err, "%s", what);
    qn_conn_give_up(conn, QN_EUNKNOWN, &err);
}

/* ---- connecting ---- */

static void socket_ready(void *arg, int fd, unsigned ready)
{
    struct qn_conn *conn = arg;
    unsigned generation = conn->generation;
    struct qn_err err;

    (void)fd;
    if (conn->state == QN_CONN_CONNECTING) {
        if (qn_conn_finish_connect(conn, &err) != QN_OK)
            qn_conn_give_up(conn, QN_EUNKNOWN, &err);
        return;
    }
    if (ready & QN_IO_READ)
        qn_conn_read(conn);
    if ((ready & QN_IO_WRITE) && generation == conn->generation)
        qn_conn_flush(conn);
}

/* A silent peer must not hold a connection for the kernel's quarter of an hour. */
static void tune(struct qn_conn *conn)
{
    int fd = conn->redis->fd;
    int one = 1;
    int timeout = (int)conn->opt.timeout_ms;

    if (conn->opt.url->scheme != QN_URL_TCP)
        return;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    (void)redisEnableKeepAlive(conn->redis);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
}

static bool is_name(const char *host)
{
    struct in6_addr ignored;

    return inet_pton(AF_INET, host, &ignored) != 1 && inet_pton(AF_INET6, host, &ignored) != 1;
}

/* The resolver blocks, and with what resolv.conf allows it may do so for half a minute, in
 * which nothing else is done: each nameserver gets one second, once. */
static redisContext *connect_by_name(const struct qn_url *url)
{
    bool ready = res_init() == 0; /* also reads resolv.conf anew */
    int seconds = _res.retrans, tries = _res.retry;

    if (ready)
        _res.retrans = _res.retry = 1;
    redisContext *redis = redisConnectNonBlock(url->host, url->port);
    if (ready) {
        _res.retrans = seconds;
        _res.retry = tries;
    }
    return redis;
}

static redisContext *open_context(const struct qn_url *url)
{
    if (url->scheme == QN_URL_UNIX)
        return redisConnectUnixNonBlock(url->host);
    return is_name(url->host) ? connect_by_name(url) : redisConnectNonBlock(url->host, url->port);
}

int qn_conn_open_socket(struct qn_conn *conn, struct qn_err *reterr)
{
    const struct qn_url *url = conn->opt.url;

    conn->redis = open_context(url);
    if (!conn->redis)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    if (conn->redis->err)
        return qn_fail(reterr, QN_ECONN, "%s: %s", url->host, conn->redis->errstr);
    (void)fcntl(conn->redis->fd, F_SETFD, FD_CLOEXEC);
    qn_replies_serve(&conn->replies, conn->redis->reader);
    int rc =
        qn_watch_create(&conn->watch, conn->opt.loop, conn->redis->fd, socket_ready, conn, reterr);
    if (rc == QN_OK)
        want(conn, QN_IO_WRITE);
    return rc;
}

int qn_conn_finish_connect(struct qn_conn *conn, struct qn_err *reterr)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (getsockopt(conn->redis->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        return qn_fail_sys(reterr, "%s", conn->opt.url->host);
    if (error != 0)
        return qn_fail(reterr, QN_ECONN, "%s: %s", conn->opt.url->host, strerror(error));
    tune(conn);
    conn->state = QN_CONN_GREETING;
    if (qn_conn_say_hello(conn) != QN_OK)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    qn_conn_flush(conn);
    return QN_OK;
}

void qn_conn_close_socket(struct qn_conn *conn)
{
    qn_watch_free(conn->watch);
    conn->watch = NULL;
    conn->wants = 0;
    if (conn->redis)
        redisFree(conn->redis);
    conn->redis = NULL;
}

/* ---- writing ---- */

static struct qn_calls *active(struct qn_conn *conn)
{
    return conn->state == QN_CONN_GREETING ? &conn->hello : &conn->pending;
}

static int gather(struct qn_conn *conn, struct qn_calls *calls, struct iovec iov[IOV_N])
{
    int n = 0;

    for (struct qn_call *call = calls->unsent; call && n < IOV_N; call = call->next) {
        if (call->script >= 0 && call->sent == 0)
            qn_call_set_sha(call, conn->sha[call->script]);
        iov[n].iov_base = call->bytes.data + call->sent;
        iov[n].iov_len = call->bytes.len - call->sent;
        n++;
    }
    return n;
}

static void mark_sent(struct qn_calls *calls, size_t len)
{
    while (calls->unsent && len > 0) {
        struct qn_call *call = calls->unsent;
        size_t left = call->bytes.len - call->sent;
        size_t now = len < left ? len : left;
        call->sent += now;
        len -= now;
        if (call->sent == call->bytes.len)
            calls->unsent = call->next;
    }
}

static ssize_t send_some(struct qn_conn *conn, struct qn_calls *calls)
{
    struct iovec iov[IOV_N];
    struct msghdr message = {.msg_iov = iov, .msg_iovlen = (size_t)gather(conn, calls, iov)};
    ssize_t sent = sendmsg(conn->redis->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (sent > 0)
        mark_sent(calls, (size_t)sent);
    return sent;
}

void qn_conn_push(struct qn_conn *conn)
{
    while (conn->state == QN_CONN_UP && conn->pending.unsent && send_some(conn, &conn->pending) > 0)
        continue;
}

void qn_conn_flush(struct qn_conn *conn)
{
    struct qn_calls *calls = active(conn);

    while (calls->unsent) {
        ssize_t sent = send_some(conn, calls);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            want(conn, QN_IO_READ | QN_IO_WRITE);
            return;
        }
        if (sent < 0) {
            give_up_sys(conn, "sending to the broker");
            return;
        }
    }
    want(conn, QN_IO_READ);
}

/* ---- reading ---- */

/* True when the call goes out again. */
static bool send_again(struct qn_conn *conn, struct qn_call *call, const redisReply *answer)
{
    if (call->script < 0 || call->resent || answer->type != REDIS_REPLY_ERROR ||
        !qn_refusal_is_noscript(answer->str))
        return false;
    if (conn->reloads == 0 && qn_conn_reload(conn) != QN_OK)
        return false;
    call->resent = true;
    call->sent = 0;
    qn_calls_push(&conn->pending, call);
    qn_later_set(conn->turn);
    return true;
}

/* One who asks again at once, on a connection that comes up each time, would do so without
 * end: refusals in a row make the next try wait longer. */
static void refused(struct qn_conn *conn, struct qn_call *call, const char *text)
{
    struct qn_refusal refusal = qn_refusal_of(text);
    unsigned generation = conn->generation;
    struct qn_err err;
    int rc = qn_fail(&err, refusal.rc, "broker: %.200s", text);

    qn_conn_answer(conn, call, rc, &err, NULL);
    if (!refusal.leave || generation != conn->generation)
        return;
    conn->refusals += conn->refusals < QN_CONN_REFUSALS_MAX;
    qn_conn_give_up(conn, QN_EUNKNOWN, &err);
}

/* What the channel says comes in between the answers. */
static bool is_message(const struct qn_conn *conn, const redisReply *answer)
{
    return conn->opt.channel && answer->type == REDIS_REPLY_ARRAY && answer->elements == 3 &&
           answer->element[0]->type == REDIS_REPLY_STRING &&
           strcmp(answer->element[0]->str, "message") == 0;
}

static void deliver(struct qn_conn *conn, const redisReply *answer)
{
    struct qn_calls *calls = active(conn);
    struct qn_call *call = calls->head;
    struct qn_err err;

    if (is_message(conn, answer)) {
        conn->opt.on_message(conn->opt.arg, answer);
        return;
    }
    if (!call || call->sent < call->bytes.len) {
        qn_fail(&err, QN_EPROTO, "Redis answered what nobody asked");
        qn_conn_give_up(conn, QN_EUNKNOWN, &err);
        return;
    }
    qn_calls_pop(calls);
    if (send_again(conn, call, answer))
        return;
    if (answer->type == REDIS_REPLY_ERROR) {
        refused(conn, call, answer->str);
        return;
    }
    if (conn->state == QN_CONN_UP)
        conn->refusals = 0;
    qn_conn_answer(conn, call, QN_OK, NULL, answer);
}

static void parse(struct qn_conn *conn)
{
    unsigned generation = conn->generation;
    void *answer = NULL;
    struct qn_err err;

    while (redisReaderGetReply(conn->redis->reader, &answer) == REDIS_OK && answer) {
        deliver(conn, answer);
        qn_replies_reset(&conn->replies);
        answer = NULL;
        if (generation != conn->generation)
            return;
        if (conn->state == QN_CONN_GREETING && !conn->hello.head)
            qn_conn_greeted(conn);
        if (generation != conn->generation)
            return;
    }
    if (conn->redis->reader->err) {
        qn_fail(&err, QN_EPROTO, "Redis protocol: %s", conn->redis->reader->errstr);
        qn_conn_give_up(conn, QN_EUNKNOWN, &err);
    } else if (conn->redis->reader->len > QN_CONN_ANSWER_MAX) {
        qn_fail(&err, QN_EPROTO, "an answer is over %d bytes", QN_CONN_ANSWER_MAX);
        qn_conn_give_up(conn, QN_EUNKNOWN, &err);
    }
}

/* QN_EAGAIN when there is nothing (more) to read. */
static int read_some(struct qn_conn *conn)
{
    struct qn_err err;
    ssize_t got = recv(conn->redis->fd, conn->input, QN_CONN_INPUT_SIZE, MSG_DONTWAIT);

    if (got < 0 && errno == EINTR)
        return QN_OK;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return QN_EAGAIN;
    if (got < 0) {
        give_up_sys(conn, "reading from the broker");
        return QN_ECONN;
    }
    if (got == 0) {
        qn_fail(&err, QN_ECONN, "Redis closed the connection");
        qn_conn_give_up(conn, QN_EUNKNOWN, &err);
        return QN_ECONN;
    }
    conn->heard_ms = qn_mono_ms(conn->opt.clock);
    if (redisReaderFeed(conn->redis->reader, conn->input, (size_t)got) != REDIS_OK) {
        qn_fail(&err, QN_EPROTO, "Redis protocol: %s", conn->redis->reader->errstr);
        qn_conn_give_up(conn, QN_EUNKNOWN, &err);
        return QN_EPROTO;
    }
    parse(conn);
    return got < QN_CONN_INPUT_SIZE ? QN_EAGAIN : QN_OK;
}

void qn_conn_read(struct qn_conn *conn)
{
    unsigned generation = conn->generation;

    for (int i = 0; i < READS_N && generation == conn->generation; i++) {
        if (read_some(conn) != QN_OK)
            return;
    }
}
