#include <quern/client.h>

#include "client_type.h"
#include "common/mem.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TIMEOUT_MS 5000
#define SERVICE_MS         50 /* timers of the connection must run */
#define CANCELLED_TTL_MS   (86400 * INT64_C(1000))

/* ---- life ---- */

static const char *choose(const char *given, const char *variable, const char *preset)
{
    const char *value = given ? given : getenv(variable);

    return value && *value ? value : preset;
}

int qn_client_open(struct qn_client **ret, const struct qn_client_options *options,
                   struct qn_err *reterr)
{
    struct qn_client_options none = {0};
    struct qn_client *client = qn_zalloc(1, sizeof(*client));

    if (!client)
        return qn_fail(reterr, QN_ENOMEM, "client: out of memory");
    options = options ? options : &none;
    client->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
    client->idle = client->has_room = true;
    client->late_tail = &client->late;
    qn_defs_init(&client->defs);
    int rc = qn_loop_create(&client->loop, reterr);
    if (rc == QN_OK) {
        const struct qn_broker_options broker = {
            .loop = client->loop,
            .clock = &qn_clock_system,
            .url = choose(options->url, "QUERN_BROKER_URL", "redis://127.0.0.1:6379/0"),
            .namespace_ = choose(options->namespace_, "QUERN_NAMESPACE", "quern"),
            .program = "quern-client",
            .timeout_ms = client->timeout_ms,
            .watches = true,
        };
        rc = qn_broker_open(&client->broker, &broker, reterr);
    }
    if (rc != QN_OK) {
        qn_client_close(client);
        return rc;
    }
    client->broker->on_ended = qn_client_told;
    client->broker->on_ended_arg = client;
    *ret = client;
    return QN_OK;
}

void qn_client_close(struct qn_client *client)
{
    if (!client)
        return;
    if (client->broker)
        qn_batch_flush(client); /* gets an answer from close */
    qn_broker_close(client->broker);
    for (struct qn_late *late = client->late, *next; late; late = next) {
        next = late->next;
        qn_free(late);
    }
    qn_batch_free(client->open);
    for (struct qn_batch *batch = client->spare, *next; batch; batch = next) {
        next = batch->next;
        qn_batch_free(batch);
    }
    qn_defs_release(&client->defs);
    qn_loop_free(client->loop);
    qn_free(client);
}

int qn_client_run(struct qn_client *client, const bool *done, struct qn_err *reterr)
{
    int rc = QN_ETIMEOUT;

    while (rc == QN_ETIMEOUT)
        rc = qn_broker_pump(client->loop, done, client->timeout_ms, NULL);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "client: the event loop failed");
}

/* ---- asynchronous ---- */

int qn_client_fd(const struct qn_client *client)
{
    unsigned wants;

    return client->broker->ops->poll(client->broker, &wants);
}

short qn_client_events(const struct qn_client *client)
{
    unsigned wants = 0;

    (void)client->broker->ops->poll(client->broker, &wants);
    return (short)((wants & QN_IO_READ ? POLLIN : 0) | (wants & QN_IO_WRITE ? POLLOUT : 0));
}

int64_t qn_client_wait_ms(const struct qn_client *client)
{
    if (client->fresh)
        return 0;
    return client->pending > 0 || client->broker->link != QN_LINK_UP ? SERVICE_MS : -1;
}

int qn_client_service(struct qn_client *client, struct qn_err *reterr)
{
    int rc = QN_OK;

    client->fresh = false;
    qn_batch_flush(client);
    /* What the first turn makes ready to be sent leaves in the second. */
    for (int i = 0; i < 2 && rc == QN_OK; i++)
        rc = qn_loop_once(client->loop, 0, reterr);
    return rc;
}

size_t qn_client_pending(const struct qn_client *client)
{
    return client->pending;
}

/* ---- one question, one answer ---- */

struct question {
    const char *queue, *name;
    bool done;
    int rc;
    struct qn_err err;
    struct qn_job_info *info;
    enum qn_state state;
    int code;
};

static int ask(struct qn_client *client, struct question *question, struct qn_err *reterr)
{
    int rc = qn_client_run(client, &question->done, reterr);

    if (rc == QN_OK && question->rc != QN_OK && reterr)
        *reterr = question->err;
    return rc == QN_OK ? question->rc : rc;
}

static void answered(struct question *question, const struct qn_reply *reply)
{
    question->done = true;
    question->rc = reply->rc;
    if (reply->rc != QN_OK)
        question->err = *reply->err;
}

static void on_peek(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    answered(question, reply);
    if (reply->rc == QN_OK)
        question->rc = qn_job_info_make(&question->info, question->queue, question->name,
                                        &reply->peeked->entries[0], reply->now_ms, &question->err);
}

int qn_client_look(struct qn_client *client, const char *queue, const char *name,
                   struct qn_job_info **ret, struct qn_err *reterr)
{
    struct question question = {.queue = queue, .name = name};

    client->broker->ops->peek(client->broker, queue, &name, 1, on_peek, &question);
    int rc = ask(client, &question, reterr);
    if (rc == QN_OK)
        *ret = question.info;
    return rc;
}

int qn_client_get(struct qn_client *client, const char *id, struct qn_job_info **ret,
                  struct qn_err *reterr)
{
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    int rc = qn_id_split(id, queue, name, reterr);

    return rc == QN_OK ? qn_client_look(client, queue, name, ret, reterr) : rc;
}

static void on_cancel(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    answered(question, reply);
    if (reply->rc != QN_OK)
        return;
    if (reply->cancelled->code == QN_CANCEL_NONE)
        question->rc = qn_fail(&question->err, QN_ENOTFOUND, "job %s.%s: not found",
                               question->queue, question->name);
    else if (reply->cancelled->code == QN_CANCEL_ENDED)
        question->state = reply->cancelled->state;
    else
        question->state = reply->cancelled->code == QN_CANCEL_DONE ? QN_CANCELLED : QN_RUNNING;
}

int qn_client_cancel(struct qn_client *client, const char *id, enum qn_state *ret_state,
                     struct qn_err *reterr)
{
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    struct question question = {.queue = queue, .name = name};
    int rc = qn_id_split(id, queue, name, reterr);

    if (rc != QN_OK)
        return rc;
    client->broker->ops->cancel(client->broker, queue, name, CANCELLED_TTL_MS, on_cancel,
                                &question);
    rc = ask(client, &question, reterr);
    if (rc == QN_OK && ret_state)
        *ret_state = question.state;
    return rc;
}

/* ---- starting anew ---- */

#define RETRY_ROUNDS 3 /* looks at a job that others change meanwhile */

static void on_replay(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    answered(question, reply);
    if (reply->rc == QN_OK)
        question->code = reply->codes->code[0];
}

static bool is_unknown(int rc)
{
    return rc == QN_EUNKNOWN || rc == QN_ETIMEOUT;
}

/* Until the connection is back, or the time of a call is over. */
static void wait_for_link(struct qn_client *client)
{
    int64_t end = qn_mono_ms(&qn_clock_system) + client->timeout_ms;
    bool never = false;

    while (client->broker->link == QN_LINK_DOWN && qn_mono_ms(&qn_clock_system) < end)
        (void)!qn_broker_pump(client->loop, &never, SERVICE_MS, NULL);
}

/* Asks once more when the outcome is unknown: then a job that lives is one that was
 * replayed, by us or somebody else. */
static int replay(struct qn_client *client, const char *queue, const struct qn_ended_job *job,
                  int *ret_code, struct qn_err *reterr)
{
    struct question question = {0};

    client->broker->ops->replay(client->broker, queue, job, 1, on_replay, &question);
    int rc = ask(client, &question, reterr);
    if (is_unknown(rc)) {
        struct question again = {0};
        wait_for_link(client);
        client->broker->ops->replay(client->broker, queue, job, 1, on_replay, &again);
        int again_rc = ask(client, &again, NULL);
        if (again_rc != QN_OK)
            return qn_fail(reterr, QN_EUNKNOWN, "job %s.%s: the answer was lost", queue, job->name);
        rc = QN_OK;
        question.code = again.code == QN_ENDED_LIVE ? QN_ENDED_DONE : again.code;
    }
    *ret_code = question.code;
    return rc;
}

static bool may_retry(enum qn_state state)
{
    return state == QN_RETRYING || state == QN_FAILED || state == QN_CANCELLED ||
           state == QN_EXPIRED;
}

/* QN_EAGAIN: somebody changed it in between. */
static int retry_once(struct qn_client *client, const char *queue, const char *name,
                      enum qn_state *ret_state, struct qn_err *reterr)
{
    struct qn_job_info *info = NULL;
    int code = QN_ENDED_NONE;
    int rc = qn_client_look(client, queue, name, &info, reterr);

    if (rc != QN_OK)
        return rc;
    const struct qn_ended_job job = {.name = name, .ended_ms = info->ended_ms};
    *ret_state = info->state;
    qn_job_info_free(info);
    if (*ret_state == QN_QUEUED)
        return QN_OK;
    if (!may_retry(*ret_state))
        return qn_fail(reterr, QN_ESTATE, "job %s.%s is %s: there is nothing to retry", queue, name,
                       qn_state_name(*ret_state));
    rc = replay(client, queue, &job, &code, reterr);
    if (rc != QN_OK)
        return rc;
    if (code == QN_ENDED_DAMAGED)
        return qn_fail(reterr, QN_ECORRUPT, "job %s.%s: its record does not decode", queue, name);
    if (code != QN_ENDED_DONE)
        return qn_fail(reterr, QN_EAGAIN, "job %s.%s: it was changed in between", queue, name);
    *ret_state = QN_QUEUED;
    return QN_OK;
}

int qn_client_retry(struct qn_client *client, const char *id, enum qn_state *ret_state,
                    struct qn_err *reterr)
{
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    enum qn_state state = (enum qn_state)0;
    int rc = qn_id_split(id, queue, name, reterr);

    if (rc != QN_OK)
        return rc;
    rc = QN_EAGAIN;
    for (int i = 0; i < RETRY_ROUNDS && rc == QN_EAGAIN; i++)
        rc = retry_once(client, queue, name, &state, reterr);
    if (ret_state)
        *ret_state = state;
    return rc;
}
