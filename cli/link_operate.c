#include "link_operate.h"

#include <string.h>

struct answer {
    struct cli_answer base;
    enum qn_ended_code *codes;
    size_t n;
    struct qn_purged purged;
    int64_t number, now_ms;
};

static bool take(struct answer *answer, const struct qn_reply *reply)
{
    answer->now_ms = reply->now_ms;
    return cli_answer_take(&answer->base, reply);
}

int cli_link_find_queue(struct cli_link *link, const char *name, struct qn_err *reterr)
{
    struct cli_pairs queues = {0};
    int rc = cli_link_queues(link, &queues, reterr);
    bool known = false;

    for (size_t i = 0; i < queues.n; i++)
        known = known || strcmp(queues.all[i].name, name) == 0;
    cli_pairs_release(&queues);
    if (rc == QN_OK && !known)
        return qn_fail(reterr, QN_ENOTFOUND, "queue \"%.40s\": no worker has served it", name);
    return rc;
}

/* ---- replay, forget ---- */

static void on_codes(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (!take(answer, reply))
        return;
    for (size_t i = 0; i < answer->n && i < reply->codes->n; i++)
        answer->codes[i] = (enum qn_ended_code)reply->codes->code[i];
}

static int end_once(struct cli_link *link, const char *queue, enum cli_ending what,
                    const struct qn_ended_job *jobs, struct answer *answer, struct qn_err *reterr)
{
    struct qn_broker *broker = link->broker;

    answer->base.done = false;
    if (what == CLI_REPLAY)
        broker->ops->replay(broker, queue, jobs, answer->n, on_codes, answer);
    else
        broker->ops->forget(broker, queue, jobs, answer->n, on_codes, answer);
    return cli_link_finish(link, &answer->base, reterr);
}

int cli_link_end(struct cli_link *link, const char *queue, enum cli_ending what,
                 const struct qn_ended_job *jobs, size_t n, enum qn_ended_code *ret_codes,
                 struct qn_err *reterr)
{
    struct answer answer = {.codes = ret_codes, .n = n};
    int rc = end_once(link, queue, what, jobs, &answer, reterr);

    return rc == QN_EUNKNOWN ? end_once(link, queue, what, jobs, &answer, reterr) : rc;
}

/* ---- purge ---- */

static void on_purged(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (take(answer, reply))
        answer->purged = *reply->purged;
}

int cli_link_purge(struct cli_link *link, const char *queue, enum qn_state state, int64_t before_ms,
                   struct qn_purged *ret, struct qn_err *reterr)
{
    struct answer answer = {0};

    link->broker->ops->purge(link->broker, queue, state, before_ms, on_purged, &answer);
    int rc = cli_link_finish(link, &answer.base, reterr);
    *ret = answer.purged;
    return rc;
}

/* ---- messages, the clock ---- */

static void on_number(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (take(answer, reply))
        answer->number = reply->number;
}

int cli_link_message(struct cli_link *link, const char *queue, const char *incarnation,
                     const char *text, bool *ret_told, struct qn_err *reterr)
{
    struct answer answer = {0};

    link->broker->ops->message(link->broker, queue, incarnation, text, on_number, &answer);
    int rc = cli_link_finish(link, &answer.base, reterr);
    *ret_told = answer.number != 0;
    return rc;
}

static void on_stats(void *arg, const struct qn_reply *reply)
{
    (void)take(arg, reply);
}

int cli_link_now(struct cli_link *link, const char *queue, int64_t *ret_ms, struct qn_err *reterr)
{
    struct answer answer = {0};

    link->broker->ops->stats(link->broker, queue, on_stats, &answer);
    int rc = cli_link_finish(link, &answer.base, reterr);
    *ret_ms = answer.now_ms;
    return rc;
}
