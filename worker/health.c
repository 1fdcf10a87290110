#include "health.h"

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"

#define SAY_AGAIN_MS 10000

struct worker_health {
    struct worker_base *base;
    struct worker_health_events events;
    bool checked;
    int64_t down_since_ms;
    char why[QN_ERR_TEXT_MAX];
    struct qn_timer *timer; /* until it is reached */
};

int worker_health_judge(struct qn_span json, bool *ret_persists, struct qn_err *reterr)
{
    struct qn_json_item item;

    if (qn_json_find(json.data, json.len, "maxmemory_policy", &item) &&
        !qn_span_is(item.value, "\"noeviction\""))
        return qn_fail(reterr, QN_EINVAL,
                       "the broker evicts keys (maxmemory-policy %.*s) and would lose jobs: set "
                       "it to noeviction",
                       (int)(item.value.len < 60 ? item.value.len : 60), item.value.data);
    *ret_persists =
        !qn_json_find(json.data, json.len, "aof_enabled", &item) || !qn_span_is(item.value, "0");
    return QN_OK;
}

static void on_server(void *arg, const struct qn_reply *reply)
{
    struct worker_health *health = arg;
    struct qn_err why = {0};
    bool persists = true;

    if (health->base->closing)
        return;
    if (reply->rc == QN_OK && worker_health_judge(reply->text, &persists, &why) != QN_OK) {
        qn_log(QN_LOG_ERROR, "refusing to start", QN_STR("why", why.msg));
        health->events.hopeless(health->events.arg, WORKER_EXIT_FAILED);
        return;
    }
    if (reply->rc != QN_OK && !worker_is_connected(health->base))
        return; /* asked again when it is back */
    if (reply->rc != QN_OK)
        qn_log(QN_LOG_WARN, "the broker's settings are not known, going on",
               QN_STR("why", reply->err->msg));
    if (!persists)
        qn_log(QN_LOG_WARN, "the broker keeps no append-only file: jobs are lost when it dies; "
                            "set appendonly yes");
    health->checked = true;
    health->events.connected(health->events.arg);
}

static void connected(struct worker_health *health)
{
    struct qn_broker *broker = health->base->broker;

    qn_log(QN_LOG_INFO, "connected to the broker");
    if (health->checked)
        health->events.connected(health->events.arg);
    else
        broker->ops->server(broker, on_server, health);
}

/* ---- away ---- */

static void look_again(void *arg)
{
    struct worker_health *health = arg;
    int64_t give_up_ms = health->base->options->give_up_ms;
    int64_t away_ms = worker_mono_ms(health->base) - health->down_since_ms;
    int64_t wait_ms = SAY_AGAIN_MS;

    if (give_up_ms > 0 && away_ms >= give_up_ms) {
        qn_log(QN_LOG_ERROR, "giving up: the broker cannot be reached", QN_NUM("ms", away_ms),
               QN_STR("why", health->why));
        health->events.hopeless(health->events.arg, WORKER_EXIT_UNREACHABLE);
        return;
    }
    qn_log(QN_LOG_WARN, "the broker cannot be reached, trying again", QN_NUM("ms", away_ms),
           QN_STR("why", health->why));
    if (give_up_ms > 0 && give_up_ms - away_ms < wait_ms)
        wait_ms = give_up_ms - away_ms;
    qn_timer_set(health->timer, wait_ms);
}

static void on_link(void *arg, enum qn_link link, const struct qn_err *why)
{
    struct worker_health *health = arg;

    if (health->base->closing)
        return;
    if (link == QN_LINK_UP) {
        connected(health);
        return;
    }
    snprintf(health->why, sizeof(health->why), "%s", why ? why->msg : "");
    if (link == QN_LINK_REFUSED) {
        qn_log(QN_LOG_ERROR, "the broker is not one for this program", QN_STR("why", health->why));
        health->events.hopeless(health->events.arg, WORKER_EXIT_FAILED);
        return;
    }
    if (!qn_timer_is_set(health->timer)) {
        health->down_since_ms = worker_mono_ms(health->base);
        qn_timer_set(health->timer, 0);
    }
    health->events.disconnected(health->events.arg, health->why);
}

void worker_health_reached(struct worker_health *health)
{
    qn_timer_clear(health->timer);
}

/* ---- life ---- */

int worker_health_create(struct worker_health **ret, struct worker_base *base,
                         const struct worker_health_events *events, struct qn_err *reterr)
{
    struct worker_health *health = qn_zalloc(1, sizeof(*health));

    if (!health)
        return qn_fail(reterr, QN_ENOMEM, "health: out of memory");
    health->base = base;
    health->events = *events;
    health->down_since_ms = worker_mono_ms(base);
    int rc = qn_timer_create(&health->timer, base->loop, look_again, health, reterr);
    if (rc != QN_OK) {
        qn_free(health);
        return rc;
    }
    base->broker->on_link = on_link;
    base->broker->on_link_arg = health;
    *ret = health;
    return QN_OK;
}

void worker_health_free(struct worker_health *health)
{
    if (!health)
        return;
    qn_timer_free(health->timer);
    qn_free(health);
}
