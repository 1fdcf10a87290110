#include <quern/client.h>

#include "client_type.h"
#include "common/str.h"
#include <string.h>

#define WATCH_AGAIN_MS (20 * INT64_C(1000))
#define LOOK_AGAIN_MS  250 /* when the broker could not be asked or has no room */

static int64_t mono_ms(void)
{
    return qn_mono_ms(&qn_clock_system);
}

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- what is told ---- */

static bool is_same(const char *queue, const char *name, const char *other_queue,
                    const char *other_name)
{
    return strcmp(name, other_name) == 0 && strcmp(queue, other_queue) == 0;
}

void qn_client_told(void *arg, const char *queue, const char *name)
{
    struct qn_client *client = arg;
    struct qn_awaited *awaited = &client->awaited;

    if (!name)
        client->unheard = true;
    if (!name || (client->wait_name && is_same(queue, name, client->wait_queue, client->wait_name)))
        client->look = true;
    if (!name || is_same(queue, name, awaited->queue, awaited->name))
        awaited->told = true;
}

/* ---- a job that was registered as it was made ---- */

void qn_client_awaits(struct qn_client *client, const char *queue, const char *name)
{
    struct qn_awaited *awaited = &client->awaited;

    *awaited = (struct qn_awaited){.until_ms = 0};
    qn_str_copy(awaited->queue, sizeof(awaited->queue), queue);
    qn_str_copy(awaited->name, sizeof(awaited->name), name);
}

void qn_client_awaited(struct qn_client *client, bool watched)
{
    client->awaited.until_ms = watched ? mono_ms() + WATCH_AGAIN_MS : 0;
    if (watched && !client->awaited.told)
        client->unheard = false; /* of what came before, nothing is missed */
}

/* Until when it is registered, for one wait; 0: it is not. */
static int64_t claim(struct qn_client *client)
{
    struct qn_awaited *awaited = &client->awaited;
    int64_t until_ms = awaited->until_ms;

    if (!is_same(awaited->queue, awaited->name, client->wait_queue, client->wait_name))
        return 0;
    client->look = awaited->told;
    awaited->until_ms = 0;
    return until_ms;
}

/* ---- registering ---- */

struct registering {
    bool done, room;
};

static void on_watch(void *arg, const struct qn_reply *reply)
{
    struct registering *registering = arg;

    registering->done = true;
    registering->room = reply->rc == QN_OK && reply->codes->code[0] == 1;
}

static void watch(struct qn_client *client, bool on, struct registering *registering)
{
    client->broker->ops->watch(client->broker, client->wait_queue, &client->wait_name, 1, on,
                               QN_WATCH_MS, on_watch, registering);
}

static void stop_watching(struct qn_client *client)
{
    struct registering registering = {0};

    watch(client, false, &registering);
    (void)!qn_client_run(client, &registering.done, NULL);
}

/* Registers and looks, both in one write. *ret_watched: its end will be told; else it must be
 * asked for. */
static int watch_and_look(struct qn_client *client, struct qn_job_info **ret, bool *ret_watched,
                          struct qn_err *reterr)
{
    struct registering registering = {0};

    watch(client, true, &registering);
    int rc = qn_client_look(client, client->wait_queue, client->wait_name, ret, reterr);
    bool in_order = registering.done;
    *ret_watched = qn_client_run(client, &registering.done, NULL) == QN_OK && registering.room;
    client->look |= !in_order; /* it was looked at before it was registered */
    return rc;
}

/* ---- waiting ---- */

/* Until something is told, or so much time is over. */
static int doze(struct qn_client *client, int64_t most_ms, struct qn_err *reterr)
{
    int rc = qn_broker_pump(client->loop, &client->look, most_ms, NULL);

    return rc == QN_OK || rc == QN_ETIMEOUT ? QN_OK
                                            : qn_fail(reterr, rc, "client: the event loop failed");
}

/* Looks, registered if it can be, for which *watched_until is kept. */
static int look(struct qn_client *client, int64_t end, int64_t *watched_until,
                struct qn_job_info **ret, struct qn_err *reterr)
{
    int64_t now = mono_ms();
    bool watched = now < *watched_until && !client->unheard;
    int rc;

    client->look = client->unheard = false;
    if (watched || now >= end)
        return qn_client_look(client, client->wait_queue, client->wait_name, ret, reterr);
    rc = watch_and_look(client, ret, &watched, reterr);
    *watched_until = watched ? now + WATCH_AGAIN_MS : 0;
    return rc;
}

static bool is_over(int rc, const struct qn_job_info *info)
{
    return rc == QN_OK ? info->ended_ms > 0 || info->state == QN_EXPIRED : !qn_err_is_transient(rc);
}

/* Register, read, wait; read again when told, after a reconnect, and at the end. */
static int wait_for(struct qn_client *client, int64_t end, struct qn_job_info **ret,
                    struct qn_err *reterr)
{
    int64_t watched_until = claim(client);
    int64_t most_ms = at_most(end, watched_until) - mono_ms();
    int rc = most_ms > 0 ? doze(client, most_ms, reterr) : QN_OK;

    while (rc == QN_OK) {
        struct qn_job_info *info = NULL;
        rc = look(client, end, &watched_until, &info, reterr);
        bool over = is_over(rc, info);
        int64_t now = mono_ms();
        if (over || now >= end) {
            *ret = info;
            return rc == QN_OK && !over
                       ? qn_fail(reterr, QN_ETIMEOUT, "job %s: has not ended yet", info->id)
                       : rc;
        }
        int64_t next = rc == QN_OK && watched_until > 0 ? watched_until : now + LOOK_AGAIN_MS;
        qn_job_info_free(info);
        rc = doze(client, at_most(end, next) - now, reterr);
    }
    return rc;
}

int qn_client_wait(struct qn_client *client, const char *id, int64_t timeout_ms,
                   struct qn_job_info **ret, struct qn_err *reterr)
{
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    int rc = qn_id_split(id, queue, name, reterr);

    if (rc != QN_OK)
        return rc;
    *ret = NULL;
    client->wait_queue = queue;
    client->wait_name = name;
    rc = wait_for(client, mono_ms() + timeout_ms, ret, reterr);
    if (rc == QN_ETIMEOUT)
        stop_watching(client);
    client->wait_queue = NULL;
    client->wait_name = NULL;
    return rc;
}
