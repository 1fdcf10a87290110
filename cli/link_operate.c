#include "link_operate.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/str.h"
#include <string.h>

#define TRIES   4
#define TURN_MS 50

/* A question, and what came of it. */
struct question {
    struct cli_answer base;
    const char *queue;
    enum cli_ending what;
    const struct qn_ended_job *jobs;
    enum qn_ended_code *codes;
    size_t n;
    enum qn_state state;
    int64_t before_ms;
    const char *incarnation, *text;
    struct qn_purged purged;
    struct qn_stats stats;
    const struct qn_limit *limit;
    struct cli_limits *limits;
    int64_t max_jobs, max_bytes;
    int64_t number, now_ms;
    bool lost; /* an answer was lost: it may have happened before */
};

static bool take(struct question *question, const struct qn_reply *reply)
{
    question->now_ms = reply->now_ms;
    return cli_answer_take(&question->base, reply);
}

/* False: it is not back in the time of an answer. */
static bool wait_for_link(struct cli_link *link)
{
    int64_t end = qn_mono_ms(&qn_clock_system) + link->timeout_ms;
    bool never = false;

    while (link->broker->link == QN_LINK_DOWN && qn_mono_ms(&qn_clock_system) < end)
        (void)!qn_broker_pump(link->loop, &never, TURN_MS, NULL);
    return link->broker->link == QN_LINK_UP;
}

static bool is_lost(int rc)
{
    return rc == QN_ECONN || rc == QN_EUNKNOWN || rc == QN_ETIMEOUT;
}

int cli_link_ask(struct cli_link *link, struct cli_answer *question, cli_send_fn *send,
                 bool *ret_lost, struct qn_err *reterr)
{
    int rc = QN_ECONN;

    *ret_lost = false;
    for (int i = 0; i < TRIES && is_lost(rc); i++) {
        if (i > 0 && !wait_for_link(link))
            break;
        *question = (struct cli_answer){0};
        send(link->broker, question);
        rc = cli_link_finish(link, question, reterr);
        *ret_lost = *ret_lost || (is_lost(rc) && rc != QN_ECONN);
    }
    if (rc == QN_ECONN && *ret_lost && reterr)
        reterr->code = rc = QN_EUNKNOWN;
    return rc;
}

static int ask(struct cli_link *link, struct question *question, cli_send_fn *send,
               struct qn_err *reterr)
{
    return cli_link_ask(link, &question->base, send, &question->lost, reterr);
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
    struct question *question = arg;

    if (!take(question, reply))
        return;
    for (size_t i = 0; i < question->n && i < reply->codes->n; i++)
        question->codes[i] = (enum qn_ended_code)reply->codes->code[i];
}

static void send_end(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    if (question->what == CLI_REPLAY)
        broker->ops->replay(broker, question->queue, question->jobs, question->n, on_codes,
                            question);
    else
        broker->ops->forget(broker, question->queue, question->jobs, question->n, on_codes,
                            question);
}

int cli_link_end(struct cli_link *link, const char *queue, enum cli_ending what,
                 const struct qn_ended_job *jobs, size_t n, enum qn_ended_code *ret_codes,
                 struct qn_err *reterr)
{
    struct question question = {
        .queue = queue, .what = what, .jobs = jobs, .codes = ret_codes, .n = n};
    enum qn_ended_code done_before = what == CLI_REPLAY ? QN_ENDED_LIVE : QN_ENDED_NONE;
    int rc = ask(link, &question, send_end, reterr);

    for (size_t i = 0; i < n && rc == QN_OK && question.lost; i++)
        if (ret_codes[i] == done_before)
            ret_codes[i] = QN_ENDED_DONE;
    return rc;
}

/* ---- purge ---- */

static void on_purged(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    if (take(question, reply))
        question->purged = *reply->purged;
}

static void send_purge(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->purge(broker, question->queue, question->state, question->before_ms, on_purged,
                       question);
}

int cli_link_purge(struct cli_link *link, const char *queue, enum qn_state state, int64_t before_ms,
                   struct cli_purged *ret, struct qn_err *reterr)
{
    struct question question = {.queue = queue, .state = state, .before_ms = before_ms};
    int rc = ask(link, &question, send_purge, reterr);

    *ret = (struct cli_purged){
        .n = question.purged.n, .more = question.purged.more, .lost = question.lost};
    return rc;
}

/* ---- messages, figures ---- */

static void on_number(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    if (take(question, reply))
        question->number = reply->number;
}

static void send_message(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->message(broker, question->queue, question->incarnation, question->text, on_number,
                         question);
}

int cli_link_message(struct cli_link *link, const char *queue, const char *incarnation,
                     const char *text, bool *ret_told, struct qn_err *reterr)
{
    struct question question = {.queue = queue, .incarnation = incarnation, .text = text};
    int rc = ask(link, &question, send_message, reterr);

    *ret_told = question.number != 0;
    return rc;
}

static void on_stats(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    if (take(question, reply))
        question->stats = *reply->stats;
}

static void send_stats(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->stats(broker, question->queue, on_stats, question);
}

int cli_link_figures(struct cli_link *link, const char *queue, struct qn_stats *ret,
                     int64_t *ret_now_ms, struct qn_err *reterr)
{
    struct question question = {.queue = queue};
    int rc = ask(link, &question, send_stats, reterr);

    *ret = question.stats;
    *ret_now_ms = question.now_ms;
    return rc;
}

/* ---- limits, budgets ---- */

static void send_limit(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->limit(broker, question->queue, question->limit, 1, on_number, question);
}

int cli_link_limit(struct cli_link *link, const char *queue, const struct qn_limit *limit,
                   bool *ret_changed, struct qn_err *reterr)
{
    struct question question = {.queue = queue, .limit = limit};
    int rc = ask(link, &question, send_limit, reterr);

    *ret_changed = question.number != 0 || question.lost;
    return rc;
}

static void on_limits(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;
    struct cli_limits *to = question->limits;

    if (!take(question, reply))
        return;
    cli_limits_release(to);
    size_t n = reply->limits->n;
    to->all = qn_zalloc(n + 1, sizeof(*to->all));
    to->scopes = qn_zalloc(n + 1, sizeof(*to->scopes));
    to->now_ms = reply->now_ms;
    for (size_t i = 0; to->all && to->scopes && i < n; i++) {
        to->all[i] = reply->limits->limits[i];
        qn_str_copy(to->scopes[i], sizeof(to->scopes[i]), reply->limits->limits[i].scope);
        to->all[i].scope = to->scopes[i];
        to->n = i + 1;
    }
}

static void send_limits(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->limits(broker, question->queue, on_limits, question);
}

int cli_link_limits(struct cli_link *link, const char *queue, struct cli_limits *ret,
                    struct qn_err *reterr)
{
    struct question question = {.queue = queue, .limits = ret};
    int rc = ask(link, &question, send_limits, reterr);

    if (rc == QN_OK && (!ret->all || !ret->scopes))
        return qn_fail(reterr, QN_ENOMEM, "limits: out of memory");
    return rc;
}

void cli_limits_release(struct cli_limits *limits)
{
    qn_free(limits->all);
    qn_free(limits->scopes);
    *limits = (struct cli_limits){.n = 0};
}

static void send_budget(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->budget(broker, question->queue, question->max_jobs, question->max_bytes, on_number,
                        question);
}

int cli_link_budget(struct cli_link *link, const char *queue, int64_t max_jobs, int64_t max_bytes,
                    struct qn_err *reterr)
{
    struct question question = {.queue = queue, .max_jobs = max_jobs, .max_bytes = max_bytes};

    return ask(link, &question, send_budget, reterr);
}
