#include "common/clock.h"
#include "common/str.h"
#include "redis_type.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void qn_rd_close(struct qn_rd *rd)
{
    freeReplyObject(rd->answer);
    rd->answer = NULL;
    if (rd->context != NULL) {
        redisFree(rd->context);
    }
    rd->context = NULL;
}

static int refused(struct qn_rd *rd, struct qn_err *reterr, const char *why)
{
    int rc = qn_fail(reterr, QN_ECONN, "Redis: no connection to %.100s: %.100s", rd->url.host, why);

    qn_rd_close(rd);
    return rc;
}

static int await_connect(struct qn_rd *rd, struct qn_err *reterr)
{
    int64_t deadline = qn_mono_ms(&qn_clock_system) + rd->connect_ms;
    int rc = qn_rd_poll(rd, rd->context->fd, POLLOUT, deadline);
    int error = 0;
    socklen_t len = sizeof(error);

    if (rc == QN_ELOST) {
        qn_rd_close(rd);
        return qn_fail(reterr, QN_ETIMEOUT, QN_RD_STOPPED);
    }
    if (rc != QN_OK) {
        return refused(rd, reterr, "no answer in time");
    }
    if (getsockopt(rd->context->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error != 0) {
        return refused(rd, reterr, strerror(error));
    }
    return QN_OK;
}

static int connect_socket(struct qn_rd *rd, struct qn_err *reterr)
{
    int one = 1;
    int rc;

    rd->context = rd->url.scheme == QN_URL_UNIX ? redisConnectUnixNonBlock(rd->url.host)
                                                : redisConnectNonBlock(rd->url.host, rd->url.port);
    if (rd->context == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "Redis: no memory for a connection");
    }
    if (rd->context->err != 0) {
        return refused(rd, reterr, rd->context->errstr);
    }
    (void)fcntl(rd->context->fd, F_SETFD, FD_CLOEXEC);
    rc = await_connect(rd, reterr);
    if (rc == QN_OK && rd->url.scheme == QN_URL_TCP) {
        (void)setsockopt(rd->context->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    }
    return rc;
}

/* One command of the greeting; an error answer ends the connection where it must. */
static int greet(struct qn_rd *rd, const struct qn_span *args, size_t n, bool must,
                 struct qn_err *reterr)
{
    int rc = qn_rd_exchange(rd, args, n, rd->connect_ms, reterr);

    if (rc == QN_EUNKNOWN || rc == QN_ETIMEOUT) { /* a greeting does nothing */
        rc = rc == QN_EUNKNOWN ? qn_fail(reterr, QN_ECONN, "Redis: lost while connecting") : rc;
    } else if (rc == QN_OK && must && rd->answer->type == REDIS_REPLY_ERROR) {
        rc = qn_fail(reterr, QN_EINVAL, "Redis: %.*s: %.200s", (int)args[0].len, args[0].data,
                     rd->answer->str);
        qn_rd_close(rd);
    }
    return rc;
}

static int say_hello(struct qn_rd *rd, struct qn_err *reterr)
{
    const struct qn_span name[] = {qn_rd_text("CLIENT"), qn_rd_text("SETNAME"),
                                   qn_rd_text(rd->name)};
    struct qn_span words[3];
    char db[QN_I64_TEXT_SIZE];
    size_t n = 0;
    int rc = QN_OK;

    if (rd->url.password[0] != '\0') {
        words[n++] = qn_rd_text("AUTH");
        if (rd->url.user[0] != '\0') {
            words[n++] = qn_rd_text(rd->url.user);
        }
        words[n++] = qn_rd_text(rd->url.password);
        rc = greet(rd, words, n, true, reterr);
    }
    if (rc == QN_OK) {
        rc = greet(rd, name, 3, false, reterr); /* a right that a user may lack */
    }
    if (rc == QN_OK && rd->url.db != 0) {
        qn_i64_to_str(rd->url.db, db);
        words[0] = qn_rd_text("SELECT");
        words[1] = qn_rd_text(db);
        rc = greet(rd, words, 2, true, reterr);
    }
    return rc;
}

/* Nothing is due on an idle connection: what can be read is its end. */
static bool was_closed(const struct qn_rd *rd)
{
    struct pollfd one = {.fd = rd->context->fd, .events = POLLIN};

    return poll(&one, 1, 0) != 0;
}

int qn_rd_open(struct qn_rd *rd, struct qn_err *reterr)
{
    int rc;

    if (rd->context != NULL && was_closed(rd)) {
        qn_rd_close(rd);
    }
    if (rd->context != NULL) {
        return QN_OK;
    }
    rc = connect_socket(rd, reterr);
    return rc == QN_OK ? say_hello(rd, reterr) : rc;
}
