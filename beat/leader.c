#include "leader.h"

#include "common/id.h"
#include "common/mem.h"
#include <stdio.h>
#include <unistd.h>

#define HOST_MAX 64
#define AFTER_MS 5 /* the end of another one's lease */

struct beat_leader {
    struct beat_leader_options o;
    char holder[QN_HOLDER_MAX + 1];
    struct qn_timer *renew;
    struct qn_timer *end; /* of what we may believe */
    bool leads;
    bool asking;
    int64_t asked_mono_ms;
    int64_t ended_mono_ms;   /* a question, in whatever way */
    int64_t heard_mono_ms;   /* an answer */
    int64_t broker_ahead_ms; /* the broker's clock minus our monotonic one */
    bool *resigned;
};

static void set_leading(struct beat_leader *leader, bool leads)
{
    if (leader->leads == leads)
        return;
    leader->leads = leads;
    leader->o.on_change(leader->o.arg, leads);
}

static void on_answer(void *arg, const struct qn_reply *reply)
{
    struct beat_leader *leader = arg;

    leader->asking = false;
    leader->ended_mono_ms = qn_mono_ms(leader->o.clock);
    qn_timer_set(leader->renew, leader->o.lease_ms / 3);
    if (reply->rc < 0)
        return;
    leader->heard_mono_ms = leader->ended_mono_ms;
    beat_leader_told(leader, reply->now_ms);
    if (reply->lead->ours) {
        int64_t until = leader->asked_mono_ms + leader->o.lease_ms;
        qn_timer_set(leader->end, until - qn_mono_ms(leader->o.clock));
    } else {
        int64_t left_ms = reply->lead->left_ms + AFTER_MS, most_ms = leader->o.lease_ms / 8;
        qn_timer_set(leader->renew, left_ms < most_ms ? left_ms : most_ms);
    }
    leader->o.on_revision(leader->o.arg, reply->lead->revision);
    set_leading(leader, reply->lead->ours);
}

static void ask(void *arg)
{
    struct beat_leader *leader = arg;

    if (leader->asking || leader->resigned)
        return;
    leader->asking = true;
    leader->asked_mono_ms = qn_mono_ms(leader->o.clock);
    leader->o.broker->ops->lead(leader->o.broker, "beat", leader->holder, leader->o.lease_ms,
                                on_answer, leader);
}

static void on_end(void *arg)
{
    set_leading(arg, false);
}

/* People see who leads. */
static int make_holder(struct beat_leader *leader, struct qn_err *reterr)
{
    char token[QN_TOKEN_TEXT_SIZE], host[HOST_MAX + 1] = "";
    int rc = qn_token_make(token, reterr);

    if (rc != QN_OK)
        return rc;
    if (gethostname(host, sizeof(host) - 1) < 0)
        host[0] = '\0';
    for (char *at = host; *at; at++)
        if (*at <= ' ' || *at > '~')
            *at = '?';
    snprintf(leader->holder, sizeof(leader->holder), "%s:%d:%s", host, (int)getpid(), token);
    return QN_OK;
}

int beat_leader_create(struct beat_leader **ret, const struct beat_leader_options *options,
                       struct qn_err *reterr)
{
    struct beat_leader *leader = qn_zalloc(1, sizeof(*leader));

    if (!leader)
        return qn_fail(reterr, QN_ENOMEM, "leader: out of memory");
    leader->o = *options;
    leader->ended_mono_ms = leader->heard_mono_ms = qn_mono_ms(options->clock);
    int rc = make_holder(leader, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&leader->renew, options->loop, ask, leader, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&leader->end, options->loop, on_end, leader, reterr);
    if (rc < 0) {
        beat_leader_free(leader);
        return rc;
    }
    qn_timer_set(leader->renew, 0);
    *ret = leader;
    return QN_OK;
}

void beat_leader_free(struct beat_leader *leader)
{
    if (!leader)
        return;
    qn_timer_free(leader->renew);
    qn_timer_free(leader->end);
    qn_free(leader);
}

bool beat_leader_leads(const struct beat_leader *leader)
{
    return leader->leads;
}

const char *beat_leader_holder(const struct beat_leader *leader)
{
    return leader->holder;
}

void beat_leader_told(struct beat_leader *leader, int64_t now_ms)
{
    leader->broker_ahead_ms = now_ms - qn_mono_ms(leader->o.clock);
}

void beat_leader_lost(struct beat_leader *leader)
{
    qn_timer_clear(leader->end);
    set_leading(leader, false);
}

int64_t beat_leader_now_ms(const struct beat_leader *leader)
{
    if (leader->broker_ahead_ms == 0)
        return 0;
    return qn_mono_ms(leader->o.clock) + leader->broker_ahead_ms;
}

int64_t beat_leader_heard_ms(const struct beat_leader *leader)
{
    return leader->heard_mono_ms;
}

int64_t beat_leader_asked_ms(const struct beat_leader *leader)
{
    return leader->ended_mono_ms;
}

static void on_resigned(void *arg, const struct qn_reply *reply)
{
    struct beat_leader *leader = arg;

    (void)reply;
    *leader->resigned = true;
}

void beat_leader_resign(struct beat_leader *leader, bool *done)
{
    leader->resigned = done;
    qn_timer_clear(leader->renew);
    qn_timer_clear(leader->end);
    leader->o.broker->ops->lead(leader->o.broker, "beat", leader->holder, 0, on_resigned, leader);
}
