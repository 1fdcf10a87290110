#include "longpoll.h"
#include "broker-client/state.h"
#include "common/mem.h"
#include "common/str.h"
#include "hangup.h"
#include "problem.h"
#include "server.h"
#include <string.h>

#define BUCKETS  1024 /* of waiting reads by name */
#define CHECK_MS 1000 /* between looks where the broker has no room for us */
/* One expiry for all registrations of a queue: a short one would end the others. */
#define WATCH_MS (API_WAIT_MAX_MS + 5000)

/* One read under way; the request's state. */
struct read {
    struct api_request *req;
    struct api_waits *waits;
    api_job_fn *fn;
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    int64_t until_mono_ms; /* 0: does not wait */
    bool told;             /* something happened since the last look */
    bool asking;           /* a reply is on its way */
    bool unheard;          /* the broker will not tell us: look again and again */
    bool over;             /* no more waiting: the next look answers */
    struct qn_timer *timer;
    struct api_hangup hangup;
    struct read *next, *prev; /* in its bucket, while it waits */
    bool linked;
};

struct api_waits {
    struct api_server *server;
    struct api_hangups *hangups;
    struct read *buckets[BUCKETS];
};

int api_waits_create(struct api_waits **ret, struct api_server *server, struct qn_err *reterr)
{
    struct api_waits *waits = qn_zalloc(1, sizeof(*waits));
    if (!waits)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    waits->server = server;
    int rc = api_hangups_create(&waits->hangups, server->loop, reterr);
    if (rc < 0)
        qn_free(waits);
    else
        *ret = waits;
    return rc;
}

void api_waits_free(struct api_waits *waits)
{
    if (!waits)
        return;
    api_hangups_free(waits->hangups);
    qn_free(waits);
}

/* ---- who waits for what ---- */

static struct read **bucket_of(struct api_waits *waits, const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return &waits->buckets[hash % BUCKETS];
}

static bool same_job(const struct read *read, const char *queue, const char *name)
{
    return strcmp(read->name, name) == 0 && strcmp(read->queue, queue) == 0;
}

static void link_read(struct read *read)
{
    struct read **bucket = bucket_of(read->waits, read->name);
    read->next = *bucket;
    read->prev = NULL;
    if (read->next)
        read->next->prev = read;
    *bucket = read;
    read->linked = true;
}

static void unlink_read(struct read *read)
{
    if (!read->linked)
        return;
    if (read->prev)
        read->prev->next = read->next;
    else
        *bucket_of(read->waits, read->name) = read->next;
    if (read->next)
        read->next->prev = read->prev;
    read->linked = false;
}

static bool anybody_waits(const struct read *gone)
{
    for (struct read *r = *bucket_of(gone->waits, gone->name); r; r = r->next)
        if (same_job(r, gone->queue, gone->name))
            return true;
    return false;
}

static void ignore(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    (void)reply; /* a registration that stays ends by itself */
}

static void stop_waiting(struct read *read)
{
    struct api_server *server = read->waits->server;
    api_hangup_stop(read->waits->hangups, &read->hangup);
    qn_timer_free(read->timer);
    read->timer = NULL;
    if (!read->linked)
        return;
    unlink_read(read);
    const char *name = read->name;
    if (!anybody_waits(read) && !server->broker_closed)
        server->broker->ops->watch(server->broker, read->queue, &name, 1, false, WATCH_MS, ignore,
                                   NULL);
}

static void free_read(void *state)
{
    struct read *read = state;
    stop_waiting(read);
    qn_free(read);
}

/* ---- looking ---- */

static void register_and_look(struct read *read);

static int64_t left_ms(const struct read *read)
{
    return read->until_mono_ms - qn_mono_ms(read->waits->server->clock);
}

/* Goes on waiting, or looks at once when something happened meanwhile. */
static void wait_on(struct read *read)
{
    int64_t wait_ms = left_ms(read);
    if (read->told) {
        register_and_look(read);
        return;
    }
    if (read->unheard && wait_ms > CHECK_MS)
        wait_ms = CHECK_MS;
    qn_timer_set(read->timer, wait_ms);
}

static bool has_time(const struct read *read)
{
    return read->linked && !read->over && left_ms(read) > 0;
}

/* A wait outlives an outage of the broker that ends before the wait does. */
static void look_failed(struct read *read, const struct qn_reply *reply)
{
    if (qn_err_is_transient(reply->rc) && has_time(read) && !read->waits->server->broker_closed) {
        read->unheard = true;
        read->told = false;
        wait_on(read);
        return;
    }
    stop_waiting(read);
    api_respond_broker(read->req, reply);
}

static void on_peek(void *arg, const struct qn_reply *reply)
{
    struct read *read = arg;
    struct qn_job_info *info = NULL;
    struct qn_err err = {0};
    read->asking = false;
    if (reply->rc < 0) {
        look_failed(read, reply);
        return;
    }
    int rc = qn_job_info_make(&info, read->queue, read->name, &reply->peeked->entries[0],
                              reply->now_ms, &err);
    if (rc == QN_OK && !qn_state_is_final(info->state) && has_time(read)) {
        wait_on(read);
    } else {
        stop_waiting(read);
        if (rc == QN_OK)
            read->fn(read->req, info);
        else if (rc == QN_ENOTFOUND)
            api_respond_problem(read->req, API_NO_SUCH_JOB, NULL, "%s", err.msg);
        else
            api_respond_problem(read->req, API_INTERNAL, NULL, "%s", err.msg);
    }
    qn_job_info_free(info);
}

static void look(struct read *read)
{
    struct qn_broker *broker = read->waits->server->broker;
    const char *name = read->name;
    if (read->asking)
        return;
    read->told = false;
    read->asking = true;
    broker->ops->peek(broker, read->queue, &name, 1, on_peek, read);
}

/* The reply of peek comes behind this one and decides; here it only matters
 * whether we will be told. */
static void on_watch(void *arg, const struct qn_reply *reply)
{
    struct read *read = arg;
    read->unheard = reply->rc < 0 || reply->codes->n < 1 || reply->codes->code[0] == 0;
}

static void register_and_look(struct read *read)
{
    struct qn_broker *broker = read->waits->server->broker;
    const char *name = read->name;
    if (read->asking) {
        read->told = true;
        return;
    }
    broker->ops->watch(broker, read->queue, &name, 1, true, WATCH_MS, on_watch, read);
    look(read);
}

/* ---- what ends a sleep ---- */

static void wake(struct read *read)
{
    read->told = true;
    qn_timer_clear(read->timer);
    if (read->unheard && has_time(read))
        register_and_look(read);
    else
        look(read);
}

static void on_timer(void *arg)
{
    wake(arg);
}

static void on_hangup(void *arg)
{
    struct read *read = arg;
    read->req->gone = true;
    read->over = true;
    wake(read);
}

void api_waits_on_ended(void *arg, const char *queue, const char *name)
{
    struct api_waits *waits = arg;
    if (name) {
        for (struct read *r = *bucket_of(waits, name); r; r = r->next)
            if (same_job(r, queue, name))
                wake(r);
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++) /* a new connection: what was told is lost */
        for (struct read *r = waits->buckets[i]; r; r = r->next)
            register_and_look(r);
}

void api_waits_stop(struct api_waits *waits)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct read *r = waits->buckets[i]; r; r = r->next) {
            r->over = true;
            wake(r);
        }
}

/* ---- beginning ---- */

static int begin_waiting(struct read *read, int64_t wait_ms)
{
    struct api_server *server = read->waits->server;
    int rc = qn_timer_create(&read->timer, server->loop, on_timer, read, NULL);
    if (rc < 0)
        return rc;
    read->until_mono_ms = qn_mono_ms(server->clock) + wait_ms;
    link_read(read);
    api_hangup_watch(read->waits->hangups, &read->hangup, api_request_fd(read->req), on_hangup,
                     read);
    return QN_OK;
}

static bool parse_wait(struct api_request *req, int64_t *ret_ms)
{
    const char *text = api_request_query(req, "wait");
    int64_t seconds = 0;
    *ret_ms = 0;
    if (!text)
        return true;
    if (qn_str_to_i64(text, &seconds) < 0 || seconds < 0 || seconds > API_WAIT_MAX_MS / 1000) {
        api_respond_problem(req, API_BAD_QUERY, "wait", "wait must be 0 to %d seconds",
                            API_WAIT_MAX_MS / 1000);
        return false;
    }
    *ret_ms = seconds * 1000;
    return true;
}

void api_job_read(struct api_request *req, api_job_fn *fn)
{
    struct api_server *server = req->server;
    struct qn_err err = {0};
    int64_t wait_ms;
    if (!parse_wait(req, &wait_ms))
        return;
    struct read *read = qn_zalloc(1, sizeof(*read));
    if (!read) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    *read = (struct read){.req = req, .waits = server->waits, .fn = fn, .hangup = {.fd = -1}};
    req->state = read;
    req->free_state = free_read;
    if (qn_id_split(req->match.params[0], read->queue, read->name, &err) < 0)
        api_respond_problem(req, API_NO_SUCH_JOB, NULL, "%s", err.msg);
    else if (wait_ms > 0 && !server->stopping && begin_waiting(read, wait_ms) == QN_OK)
        register_and_look(read);
    else
        look(read);
}
