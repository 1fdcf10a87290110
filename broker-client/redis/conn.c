#include "conn.h"

#include "common/backoff.h"
#include "common/id.h"
#include "common/mem.h"
#include "conn_type.h"
#include <string.h>

static const struct qn_backoff_policy reconnecting = {
    .shape = QN_SHAPE_EXPONENTIAL, .base_ms = 50, .cap_ms = 5000};

static int64_t mono_ms(const struct qn_conn *conn)
{
    return qn_mono_ms(conn->opt.clock);
}

void qn_conn_answer(struct qn_conn *conn, struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    (void)conn;
    call->on_answer(call, rc, err, answer);
    qn_call_free(call);
}

static void answer_failed(struct qn_conn *conn, struct qn_call *call, int rc, const char *why)
{
    struct qn_err err;

    if (call->why)
        why = call->why;
    qn_fail(&err, rc, "broker: %s%s%.150s", qn_err_text(rc), *why ? ": " : "", why);
    qn_conn_answer(conn, call, rc, &err, NULL);
}

/* ---- time ---- */

/* The moment that somebody must look, or -1. */
static int64_t next_deadline(const struct qn_conn *conn)
{
    int64_t at = conn->pending.head ? conn->pending.head->deadline_ms : -1;
    bool phase = conn->state == QN_CONN_CONNECTING || conn->state == QN_CONN_GREETING;

    if (phase && (at < 0 || conn->phase_deadline_ms < at))
        at = conn->phase_deadline_ms;
    if (at < 0 && conn->state == QN_CONN_UP)
        at = conn->heard_ms + conn->opt.timeout_ms;
    return at;
}

static void arm_deadline(struct qn_conn *conn)
{
    int64_t at = next_deadline(conn);

    if (at < 0 || qn_timer_is_set(conn->deadline))
        return;
    int64_t left = at - mono_ms(conn);
    qn_timer_set(conn->deadline, left > 1 ? left : 1);
}

static void expire_kept_calls(struct qn_conn *conn)
{
    while (conn->pending.head && conn->pending.head->deadline_ms <= mono_ms(conn))
        answer_failed(conn, qn_calls_pop(&conn->pending), QN_ECONN, conn->last.msg);
}

static void on_pong(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    (void)call;
    (void)rc; /* an error reply is a sign of life too; silence ends the connection */
    (void)err;
    (void)answer;
}

/* Nobody asks on an idle connection, so nobody would see that its peer is gone: one that
 * listens to a channel would listen for ever. */
static void ask_for_life(struct qn_conn *conn)
{
    bool idle = conn->state == QN_CONN_UP && !conn->pending.head &&
                mono_ms(conn) - conn->heard_ms >= conn->opt.timeout_ms;
    struct qn_call *call = idle ? qn_call_create(NULL, 1, on_pong, conn) : NULL;

    if (!call)
        return;
    qn_call_add_str(call, "PING");
    qn_conn_send_take(conn, call);
}

static void deadline_passed(void *arg)
{
    struct qn_conn *conn = arg;
    struct qn_err err;

    /* After a stop of this process the answers are there: look before judging. */
    if (conn->state == QN_CONN_UP || conn->state == QN_CONN_GREETING)
        qn_conn_read(conn);
    bool phase = conn->state == QN_CONN_CONNECTING || conn->state == QN_CONN_GREETING;
    if (phase && conn->phase_deadline_ms <= mono_ms(conn)) {
        qn_fail(&err, QN_ETIMEOUT, "no connection within %lld ms", (long long)conn->opt.timeout_ms);
        qn_conn_give_up(conn, QN_EUNKNOWN, &err);
    } else if (conn->state == QN_CONN_UP && conn->pending.head &&
               conn->pending.head->deadline_ms <= mono_ms(conn)) {
        qn_fail(&err, QN_ETIMEOUT, "no answer in time, the connection was given up");
        qn_conn_give_up(conn, QN_ETIMEOUT, &err);
    }
    if (conn->state != QN_CONN_UP)
        expire_kept_calls(conn);
    ask_for_life(conn);
    arm_deadline(conn);
}

/* ---- up and down ---- */

static void connect_now(void *arg)
{
    struct qn_conn *conn = arg;
    struct qn_err err = {0};

    conn->state = QN_CONN_CONNECTING;
    conn->phase_deadline_ms = mono_ms(conn) + conn->opt.timeout_ms;
    if (qn_conn_open_socket(conn, &err) != QN_OK) {
        qn_conn_give_up(conn, QN_EUNKNOWN, &err);
        return;
    }
    qn_timer_clear(conn->deadline);
    arm_deadline(conn);
}

static bool keeps_calls(const struct qn_conn *conn)
{
    return !conn->ever_up || conn->opt.keep_while_down;
}

/* What was sent has an unknown outcome; the head may have its own reason. */
static void fail_pending(struct qn_conn *conn, int head_rc)
{
    struct qn_call *rest = conn->pending.head;
    struct qn_call *call;

    qn_calls_init(&conn->pending);
    while ((call = rest) != NULL) {
        rest = call->next;
        if (call->sent == 0 && keeps_calls(conn)) {
            qn_calls_push(&conn->pending, call);
            continue;
        }
        answer_failed(conn, call, call->sent > 0 ? head_rc : QN_ECONN, conn->last.msg);
        head_rc = QN_EUNKNOWN;
    }
}

static void drop_hello(struct qn_conn *conn)
{
    struct qn_call *call;

    while ((call = qn_calls_pop(&conn->hello)) != NULL)
        qn_call_free(call);
}

static void go_down(struct qn_conn *conn, enum qn_conn_state state, int head_rc,
                    const struct qn_err *why)
{
    bool tell = conn->state == QN_CONN_UP || !conn->told_down || state == QN_CONN_REFUSED ||
                strcmp(conn->last.msg, why->msg) != 0;

    conn->last = *why;
    conn->state = state;
    conn->generation++;
    conn->reloads = 0;
    conn->client_id = 0;
    qn_conn_close_socket(conn);
    qn_timer_clear(conn->deadline);
    drop_hello(conn);
    conn->told_down = true;
    if (tell && conn->opt.on_link)
        conn->opt.on_link(conn->opt.arg, state == QN_CONN_REFUSED ? QN_LINK_REFUSED : QN_LINK_DOWN,
                          &conn->last);
    fail_pending(conn, head_rc);
}

void qn_conn_give_up(struct qn_conn *conn, int head_rc, const struct qn_err *why)
{
    uint64_t random = 0;
    struct qn_err ignored;

    go_down(conn, QN_CONN_DOWN, head_rc, why);
    if (qn_random(&random, sizeof(random), &ignored) != QN_OK)
        random = (uint64_t)mono_ms(conn);
    conn->tries += conn->tries < 1000;
    qn_timer_set(conn->retry, qn_backoff_ms(&reconnecting, conn->tries, random));
    arm_deadline(conn);
}

void qn_conn_refuse(struct qn_conn *conn, const struct qn_err *why)
{
    conn->ever_up = true; /* nothing is kept for later */
    conn->opt.keep_while_down = false;
    go_down(conn, QN_CONN_REFUSED, QN_EUNKNOWN, why);
}

void qn_conn_greeted(struct qn_conn *conn)
{
    conn->state = QN_CONN_UP;
    conn->ever_up = true;
    conn->told_down = true;
    conn->tries = conn->refusals;
    conn->heard_ms = mono_ms(conn);
    qn_timer_clear(conn->deadline);
    arm_deadline(conn);
    qn_later_set(conn->turn);
    if (conn->opt.on_link)
        conn->opt.on_link(conn->opt.arg, QN_LINK_UP, NULL);
}

static void turn_ended(void *arg)
{
    struct qn_conn *conn = arg;
    unsigned generation = conn->generation;
    bool told = conn->failed.head != NULL;
    struct qn_call *call;

    while ((call = qn_calls_pop(&conn->failed)) != NULL)
        answer_failed(conn, call, call->failed_rc, conn->last.msg);
    if (conn->state == QN_CONN_UP || conn->state == QN_CONN_GREETING)
        qn_conn_flush(conn);
    /* Who was told of a failure, or of all when it was given up, acts before the loop waits. */
    if (told || generation != conn->generation)
        qn_later_set(conn->turn);
}

/* ---- calls ---- */

void qn_conn_fail_take(struct qn_conn *conn, struct qn_call *call, int rc)
{
    call->failed_rc = rc;
    qn_calls_push(&conn->failed, call);
    qn_later_set(conn->turn);
}

void qn_conn_send_take(struct qn_conn *conn, struct qn_call *call)
{
    int64_t timeout = call->timeout_ms > 0 ? call->timeout_ms : conn->opt.timeout_ms;
    bool full = conn->pending.n >= QN_CONN_CALLS_MAX ||
                conn->pending.bytes + call->bytes.len > QN_CONN_BYTES_MAX;

    call->deadline_ms = mono_ms(conn) + timeout;
    if (qn_buf_status(&call->bytes) != QN_OK) {
        qn_conn_fail_take(conn, call, qn_buf_status(&call->bytes));
    } else if (conn->state == QN_CONN_REFUSED) {
        qn_conn_fail_take(conn, call, QN_EUNSUPPORTED);
    } else if (conn->state != QN_CONN_UP && !keeps_calls(conn)) {
        qn_conn_fail_take(conn, call, QN_ECONN);
    } else if (full) {
        qn_conn_fail_take(conn, call, QN_ELIMIT);
    } else {
        qn_calls_push(&conn->pending, call);
        arm_deadline(conn);
        if (conn->state == QN_CONN_UP)
            qn_later_set(conn->turn);
    }
}

bool qn_conn_unsend(struct qn_conn *conn, struct qn_call *call)
{
    return call->sent == 0 && qn_calls_remove(&conn->pending, call);
}

int64_t qn_conn_client_id(const struct qn_conn *conn)
{
    return conn->client_id;
}

bool qn_conn_is_up(const struct qn_conn *conn)
{
    return conn->state == QN_CONN_UP;
}

int qn_conn_fd(const struct qn_conn *conn)
{
    return conn->redis ? conn->redis->fd : -1;
}

unsigned qn_conn_wants(const struct qn_conn *conn)
{
    return conn->wants;
}

/* ---- life ---- */

int qn_conn_create(struct qn_conn **ret, const struct qn_conn_options *options,
                   struct qn_err *reterr)
{
    struct qn_conn *conn = qn_zalloc(1, sizeof(*conn));

    if (!conn)
        return qn_fail(reterr, QN_ENOMEM, "broker connection: out of memory");
    conn->opt = *options;
    qn_calls_init(&conn->pending);
    qn_calls_init(&conn->hello);
    qn_calls_init(&conn->failed);
    conn->input = qn_alloc(QN_CONN_INPUT_SIZE);
    qn_replies_init(&conn->replies);
    conn->sha = qn_zalloc(QN_SCRIPTS, sizeof(*conn->sha));
    int rc = conn->input && conn->sha ? QN_OK : QN_ENOMEM;
    if (rc == QN_OK)
        rc = qn_later_create(&conn->turn, options->loop, turn_ended, conn, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&conn->deadline, options->loop, deadline_passed, conn, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&conn->retry, options->loop, connect_now, conn, reterr);
    if (rc != QN_OK) {
        qn_conn_free(conn);
        return qn_fail(reterr, rc, "broker connection: %s", qn_err_text(rc));
    }
    qn_timer_set(conn->retry, 0);
    *ret = conn;
    return QN_OK;
}

void qn_conn_free(struct qn_conn *conn)
{
    struct qn_call *call;

    if (!conn)
        return;
    qn_conn_close_socket(conn);
    conn->state = QN_CONN_REFUSED;
    drop_hello(conn);
    while ((call = qn_calls_pop(&conn->failed)) != NULL)
        answer_failed(conn, call, call->failed_rc, "");
    while ((call = qn_calls_pop(&conn->pending)) != NULL)
        answer_failed(conn, call, QN_EUNKNOWN, "the connection was closed here");
    /* A reply may have asked for more. */
    while ((call = qn_calls_pop(&conn->failed)) != NULL)
        qn_call_free(call);
    qn_later_free(conn->turn);
    qn_timer_free(conn->deadline);
    qn_timer_free(conn->retry);
    qn_free(conn->sha);
    qn_free(conn->input);
    qn_replies_release(&conn->replies);
    qn_free(conn);
}
