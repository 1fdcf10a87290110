/* conn_type.h - the inside of a connection, for conn.c, conn_io.c and hello.c. */
#ifndef BROKER_CLIENT_REDIS_CONN_TYPE_H
#define BROKER_CLIENT_REDIS_CONN_TYPE_H

#include "conn.h"
#include "replies.h"

enum qn_conn_state {
    QN_CONN_DOWN,       /* waits for the next try */
    QN_CONN_CONNECTING, /* the kernel is at it */
    QN_CONN_GREETING,   /* hello calls are under way */
    QN_CONN_UP,
    QN_CONN_REFUSED, /* for good */
};

struct qn_conn {
    struct qn_conn_options opt;
    enum qn_conn_state state;
    redisContext *redis;
    struct qn_watch *watch;
    struct qn_later *turn;     /* sends, and answers what failed */
    struct qn_timer *deadline; /* of connecting, greeting, the oldest call */
    struct qn_timer *retry;
    struct qn_calls pending;
    struct qn_calls hello;     /* goes before them */
    struct qn_calls failed;    /* to be answered at the end of the turn */
    int64_t phase_deadline_ms; /* while connecting and greeting */
    int64_t heard_ms;          /* when something came in last */
    int tries;                 /* in a row without success */
    int refusals;              /* in a row: it came up, and was left for an error reply */
    bool ever_up;
    bool told_down;
    int reloads; /* SCRIPT LOADs under way while up */
    unsigned generation;
    unsigned wants;
    int64_t client_id;
    char (*sha)[QN_SHA_LEN + 1];
    char *input;
    struct qn_replies replies;
    struct qn_err last; /* why it is down */
};

#define QN_CONN_INPUT_SIZE   (64 * 1024)
#define QN_CONN_REFUSALS_MAX 100

/* conn.c */
void qn_conn_give_up(struct qn_conn *conn, int head_rc, const struct qn_err *why);
void qn_conn_refuse(struct qn_conn *conn, const struct qn_err *why);
void qn_conn_greeted(struct qn_conn *conn);
void qn_conn_answer(struct qn_conn *conn, struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer);

/* conn_io.c */
QN_MUST_CHECK int qn_conn_open_socket(struct qn_conn *conn, struct qn_err *reterr);
QN_MUST_CHECK int qn_conn_finish_connect(struct qn_conn *conn, struct qn_err *reterr);
void qn_conn_close_socket(struct qn_conn *conn);
void qn_conn_flush(struct qn_conn *conn);
void qn_conn_read(struct qn_conn *conn);

/* hello.c */
QN_MUST_CHECK int qn_conn_say_hello(struct qn_conn *conn);
QN_MUST_CHECK int qn_conn_reload(struct qn_conn *conn);

#endif
