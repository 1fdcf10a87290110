/* redis_type.h - the inside of a connection, for the redis*.c files only. */
#ifndef TASKS_LIB_REDIS_TYPE_H
#define TASKS_LIB_REDIS_TYPE_H

#include "common/url.h"
#include "redis.h"
#include <hiredis/hiredis.h>

#define QN_RD_STOPPED "stopped by the soft limit"

struct qn_rd {
    struct qn_url url;
    char name[64];
    int64_t connect_ms;
    int64_t timeout_ms;
    size_t answer_max;
    int stop_fd;           /* -1: none */
    redisContext *context; /* NULL: none */
    redisReply *answer;    /* of the last command, or NULL */
    int64_t sent;
};

void qn_rd_close(struct qn_rd *rd); /* the connection, not the object */

/* A connection that is there: one that broke while idle is opened anew. */
QN_MUST_CHECK int qn_rd_open(struct qn_rd *rd, struct qn_err *reterr);

/* One command on an open connection; rd->answer has what came, an error too. */
QN_MUST_CHECK int qn_rd_exchange(struct qn_rd *rd, const struct qn_span *args, size_t n_args,
                                 int64_t timeout_ms, struct qn_err *reterr);

/* Until fd has one of events (POLLIN, POLLOUT), or is deadline (mono ms): QN_ETIMEOUT.
 * The stop fd readable: QN_ELOST. */
QN_MUST_CHECK int qn_rd_poll(const struct qn_rd *rd, int fd, short events, int64_t deadline);

#endif
