#include "redis_type.h"

#include "common/clock.h"
#include "wait.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 16384

int qn_rd_poll(const struct qn_rd *rd, int fd, short events, int64_t deadline)
{
    return qn_wait_fd(fd, events, rd->stop_fd, deadline);
}

/* Ends the connection: an answer that still comes would be taken for the next one's. */
static int broken(struct qn_rd *rd, int rc, struct qn_err *reterr, const char *why)
{
    qn_rd_close(rd);
    return qn_fail(reterr, rc, "Redis: %s", why);
}

static int no_answer(struct qn_rd *rd, int rc, int unless, struct qn_err *reterr)
{
    if (rc == QN_ELOST) {
        qn_rd_close(rd);
        return qn_fail(reterr, QN_ETIMEOUT, QN_RD_STOPPED);
    }
    if (rc == QN_ETIMEOUT) {
        return broken(rd, QN_ETIMEOUT, reterr, "no answer in time");
    }
    return broken(rd, unless, reterr, "connection lost");
}

/* A command that did not leave whole is one that was not done. */
static int send_all(struct qn_rd *rd, const char *bytes, size_t len, int64_t deadline,
                    struct qn_err *reterr)
{
    while (len > 0) {
        ssize_t n = send(rd->context->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n >= 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            int rc = qn_rd_poll(rd, rd->context->fd, POLLOUT, deadline);

            if (rc != QN_OK) {
                return no_answer(rd, rc, QN_ECONN, reterr);
            }
        } else if (errno != EINTR) {
            return broken(rd, QN_ECONN, reterr, "connection lost");
        }
    }
    return QN_OK;
}

/* What has come; 0 bytes are fine. */
static int feed(struct qn_rd *rd, size_t *total, struct qn_err *reterr)
{
    char bytes[READ_SIZE];
    ssize_t n = recv(rd->context->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return QN_OK;
    }
    if (n <= 0) {
        return broken(rd, QN_EUNKNOWN, reterr, "connection lost, the command may have been done");
    }
    *total += (size_t)n;
    if (*total > rd->answer_max) {
        qn_rd_close(rd);
        return qn_fail(reterr, QN_ELIMIT, "Redis: an answer of more than %zu bytes",
                       rd->answer_max);
    }
    if (redisReaderFeed(rd->context->reader, bytes, (size_t)n) != REDIS_OK) {
        return broken(rd, QN_ENOMEM, reterr, "no memory for an answer");
    }
    return QN_OK;
}

static int receive(struct qn_rd *rd, int64_t deadline, struct qn_err *reterr)
{
    size_t total = 0;
    void *answer = NULL;

    while (answer == NULL) {
        int rc = qn_rd_poll(rd, rd->context->fd, POLLIN, deadline);

        if (rc != QN_OK) {
            return no_answer(rd, rc, QN_EUNKNOWN, reterr);
        }
        rc = feed(rd, &total, reterr);
        if (rc != QN_OK) {
            return rc;
        }
        if (redisReaderGetReply(rd->context->reader, &answer) != REDIS_OK) {
            return broken(rd, QN_EPROTO, reterr, "what came is not an answer of Redis");
        }
    }
    rd->answer = answer;
    return QN_OK;
}

int qn_rd_exchange(struct qn_rd *rd, const struct qn_span *args, size_t n_args, int64_t timeout_ms,
                   struct qn_err *reterr)
{
    int64_t deadline = qn_mono_ms(&qn_clock_system) + timeout_ms;
    const char *texts[QN_RD_ARGS_MAX];
    size_t lens[QN_RD_ARGS_MAX];
    char *command;
    int len, rc;

    if (n_args == 0 || n_args > QN_RD_ARGS_MAX) {
        return qn_fail(reterr, QN_EINVAL, "Redis: a command has 1 to %d arguments", QN_RD_ARGS_MAX);
    }
    for (size_t i = 0; i < n_args; i++) {
        texts[i] = args[i].data != NULL ? args[i].data : "";
        lens[i] = args[i].len;
    }
    len = redisFormatCommandArgv(&command, (int)n_args, texts, lens);
    if (len < 0) {
        return qn_fail(reterr, QN_ENOMEM, "Redis: no memory for a command");
    }
    freeReplyObject(rd->answer);
    rd->answer = NULL;
    rc = send_all(rd, command, (size_t)len, deadline, reterr);
    redisFreeCommand(command);
    return rc == QN_OK ? receive(rd, deadline, reterr) : rc;
}
