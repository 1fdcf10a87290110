#include "vitals.h"

#include <stdio.h>

#define SLACK_MS 1000 /* a wait that failed is followed by the next one after this time */

static int64_t mono_ms(const struct worker_vitals *vitals)
{
    return worker_mono_ms(vitals->base);
}

/* ---- signs ---- */

void worker_vitals_init(struct worker_vitals *vitals, const struct worker_base *base)
{
    *vitals = (struct worker_vitals){.base = base};
    snprintf(vitals->away, sizeof(vitals->away), "not connected yet");
}

void worker_vitals_connected(struct worker_vitals *vitals)
{
    vitals->connected_ms = mono_ms(vitals);
    vitals->reached_ms = vitals->waited_ms = vitals->heard_ms = 0;
    vitals->refused[0] = '\0';
}

void worker_vitals_disconnected(struct worker_vitals *vitals, const char *why)
{
    vitals->connected_ms = 0;
    snprintf(vitals->away, sizeof(vitals->away), "%.150s", why);
}

void worker_vitals_reached(struct worker_vitals *vitals)
{
    vitals->reached_ms = mono_ms(vitals);
}

void worker_vitals_until(struct worker_vitals *vitals, int64_t until_ms)
{
    vitals->until_ms = until_ms;
}

void worker_vitals_waited(struct worker_vitals *vitals, bool heard)
{
    vitals->waited_ms = mono_ms(vitals);
    if (heard)
        vitals->heard_ms = vitals->waited_ms;
}

/* The first take after a connect comes before the end of the first wait, and will do. */
void worker_vitals_taken(struct worker_vitals *vitals, const struct qn_reply *reply)
{
    vitals->refused[0] = '\0';
    if (reply->rc != QN_OK)
        snprintf(vitals->refused, sizeof(vitals->refused), "%.150s", reply->err->msg);
    else if (vitals->heard_ms == 0)
        vitals->heard_ms = mono_ms(vitals);
}

bool worker_vitals_may_take(const struct worker_vitals *vitals)
{
    return vitals->heard_ms > 0 && vitals->refused[0] == '\0';
}

/* ---- judging ---- */

/* As old as the youngest sign may be: the longest question, its deadline, and the same once
 * more, since what failed is asked again. */
static int64_t limit_ms(const struct worker_options *options)
{
    int64_t third = options->lease_ms / 3;

    return (third > WORKER_WAIT_MS ? third : WORKER_WAIT_MS) + 2 * options->broker_timeout_ms +
           SLACK_MS;
}

static bool is_old(const struct worker_vitals *vitals, int64_t sign_ms)
{
    int64_t since = sign_ms > vitals->connected_ms ? sign_ms : vitals->connected_ms;

    return mono_ms(vitals) - since > limit_ms(vitals->base->options);
}

static bool is_held(const struct worker_vitals *vitals)
{
    return vitals->until_ms > mono_ms(vitals);
}

static bool is_stuck(const struct worker_vitals *vitals, enum worker_state state)
{
    if (vitals->connected_ms == 0 || state > WORKER_DRAINING)
        return false;
    return is_old(vitals, vitals->reached_ms) ||
           (is_held(vitals) && is_old(vitals, vitals->waited_ms));
}

static bool is_ready(const struct worker_vitals *vitals, const struct worker_vitals_now *now,
                     char why[QN_SERVICE_WHY_MAX])
{
    if (now->state > WORKER_RUNNING)
        snprintf(why, QN_SERVICE_WHY_MAX, "%s", worker_state_name(now->state));
    else if (vitals->connected_ms == 0)
        snprintf(why, QN_SERVICE_WHY_MAX, "the broker is away: %.150s", vitals->away);
    else if (!is_held(vitals))
        snprintf(why, QN_SERVICE_WHY_MAX, "the lease is not held");
    else if (vitals->refused[0] != '\0')
        snprintf(why, QN_SERVICE_WHY_MAX, "jobs cannot be taken: %.150s", vitals->refused);
    else if (now->full)
        snprintf(why, QN_SERVICE_WHY_MAX, "the broker does not take the ends of jobs");
    else if (now->executors == 0)
        snprintf(why, QN_SERVICE_WHY_MAX, "no executor has started");
    else if (vitals->heard_ms == 0 || is_old(vitals, vitals->heard_ms))
        snprintf(why, QN_SERVICE_WHY_MAX, "the waiting connection is silent");
    else
        return true;
    return false;
}

void worker_vitals_judge(const struct worker_vitals *vitals, const struct worker_vitals_now *now,
                         struct qn_service_state *ret)
{
    ret->turns = !is_stuck(vitals, now->state);
    ret->ready = is_ready(vitals, now, ret->why);
    if (ret->ready)
        snprintf(ret->why, sizeof(ret->why), "ready");
    if (!ret->turns)
        snprintf(ret->why, sizeof(ret->why), "connected, but nothing is answered any more");
}
