#include "link.h"
#include "broker-client/settings.h"
#include "common/mem.h"
#include "common/str.h"
#include <stdlib.h>
#include <string.h>

#define GRACE_MS 500 /* the broker object tells of its own timeouts better than we do */

/* What a question leaves behind. */
struct answer {
    struct cli_answer base;
    struct cli_pairs pairs;
    struct qn_stats stats;
    int64_t number;
    struct qn_buf *text;
    int64_t next;
    size_t n;
    char names[QN_PEEK_BATCH_MAX][QN_NAME_MAX + 1];
    const char *queue;
    cli_job_fn *fn;
    void *fn_arg;
};

struct greeting {
    bool done;
    enum qn_link link;
    struct qn_err why;
};

static void on_link(void *arg, enum qn_link link, const struct qn_err *why)
{
    struct greeting *greeting = arg;

    greeting->done = true;
    greeting->link = link;
    if (why)
        greeting->why = *why;
}

/* A program would try again for as long as its timeout; somebody at a terminal wants
 * to know at once that there is no broker. */
static int greet(struct cli_link *link, struct qn_err *reterr)
{
    struct greeting greeting = {.done = link->broker->link == QN_LINK_UP, .link = QN_LINK_UP};

    link->broker->on_link = on_link;
    link->broker->on_link_arg = &greeting;
    int rc = qn_broker_pump(link->loop, &greeting.done, link->timeout_ms + GRACE_MS, reterr);
    link->broker->on_link = NULL;
    if (rc != QN_OK || greeting.link == QN_LINK_UP)
        return rc;
    /* what Redis itself answered says whose word it is already */
    const char *whose = qn_str_starts(greeting.why.msg, "broker: ") ? "" : "broker: ";
    return qn_fail(reterr, greeting.link == QN_LINK_DOWN ? QN_ECONN : QN_EUNSUPPORTED, "%s%s",
                   whose, greeting.why.msg);
}

static int open_broker(struct cli_link *link, const struct cli *cli, const char *namespace_,
                       bool inspects, struct qn_err *reterr)
{
    int rc = qn_loop_create(&link->loop, reterr);
    const struct qn_broker_options options = {
        .loop = link->loop,
        .clock = &qn_clock_system,
        .url = qn_config_text(&cli->config, "broker-url"),
        .namespace_ = namespace_,
        .program = "quern",
        .timeout_ms = link->timeout_ms,
        .inspects = inspects,
    };

    return rc == QN_OK ? qn_broker_open(&link->broker, &options, reterr) : rc;
}

int cli_link_open_in(struct cli_link *ret, const struct cli *cli, const char *namespace_,
                     bool inspects, struct qn_err *reterr)
{
    *ret = (struct cli_link){.timeout_ms = qn_config_number(&cli->config, "broker-timeout")};
    int rc = open_broker(ret, cli, namespace_, inspects, reterr);

    if (rc == QN_OK)
        rc = greet(ret, reterr);
    if (rc != QN_OK)
        cli_link_close(ret);
    return rc;
}

int cli_link_open(struct cli_link *ret, const struct cli *cli, struct qn_err *reterr)
{
    return cli_link_open_in(ret, cli, qn_config_text(&cli->config, "namespace"), false, reterr);
}

int cli_link_open_to_inspect(struct cli_link *ret, const struct cli *cli, struct qn_err *reterr)
{
    return cli_link_open_in(ret, cli, qn_config_text(&cli->config, "namespace"), true, reterr);
}

void cli_link_close(struct cli_link *link)
{
    qn_broker_close(link->broker);
    qn_loop_free(link->loop);
    *link = (struct cli_link){0};
}

int cli_client_open(struct qn_client **ret, const struct cli *cli, struct qn_err *reterr)
{
    const struct qn_client_options options = {
        .url = qn_config_text(&cli->config, "broker-url"),
        .namespace_ = qn_config_text(&cli->config, "namespace"),
        .timeout_ms = qn_config_number(&cli->config, "broker-timeout"),
    };

    struct cli_link link;
    int rc = cli_link_open(&link, cli, reterr);

    if (rc != QN_OK)
        return rc;
    cli_link_close(&link);
    return qn_client_open(ret, &options, reterr);
}

bool cli_answer_take(struct cli_answer *answer, const struct qn_reply *reply)
{
    answer->done = true;
    answer->rc = reply->rc;
    if (reply->rc != QN_OK)
        answer->err = *reply->err;
    return reply->rc == QN_OK;
}

int cli_link_finish(struct cli_link *link, struct cli_answer *answer, struct qn_err *reterr)
{
    int rc = qn_broker_pump(link->loop, &answer->done, link->timeout_ms + GRACE_MS, reterr);

    if (rc != QN_OK)
        return rc;
    if (answer->rc != QN_OK && reterr)
        *reterr = answer->err;
    return answer->rc;
}

static bool take(struct answer *answer, const struct qn_reply *reply)
{
    return cli_answer_take(&answer->base, reply);
}

static int finish(struct cli_link *link, struct answer *answer, struct qn_err *reterr)
{
    return cli_link_finish(link, &answer->base, reterr);
}

/* ---- directories ---- */

void cli_pairs_release(struct cli_pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++)
        qn_free(pairs->all[i].name);
    qn_free(pairs->all);
    *pairs = (struct cli_pairs){0};
}

/* Name and value in one block. */
static bool copy_pair(struct cli_pair *to, const struct qn_entry *from)
{
    char *block = qn_zalloc(1, from->name.len + from->value.len + 2);

    if (!block)
        return false;
    memcpy(block, from->name.data, from->name.len);
    if (from->value.len > 0)
        memcpy(block + from->name.len + 1, from->value.data, from->value.len);
    to->name = block;
    to->value = (struct qn_span){block + from->name.len + 1, from->value.len};
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct cli_pair *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static void on_entries(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;
    struct cli_pairs *pairs = &answer->pairs;

    if (!take(answer, reply))
        return;
    pairs->all = qn_zalloc(reply->entries->n + 1, sizeof(*pairs->all));
    for (size_t i = 0; pairs->all && i < reply->entries->n; i++) {
        if (!copy_pair(&pairs->all[pairs->n], &reply->entries->entries[i]))
            break;
        pairs->n++;
    }
    if (!pairs->all || pairs->n < reply->entries->n)
        answer->base.rc = qn_fail(&answer->base.err, QN_ENOMEM, "out of memory");
    else
        qsort(pairs->all, pairs->n, sizeof(*pairs->all), by_name);
}

static int ask_entries(struct cli_link *link, void (*op)(struct qn_broker *, qn_reply_fn *, void *),
                       struct cli_pairs *ret, struct qn_err *reterr)
{
    struct answer answer = {0};

    op(link->broker, on_entries, &answer);
    int rc = finish(link, &answer, reterr);
    if (rc == QN_OK)
        *ret = answer.pairs;
    else
        cli_pairs_release(&answer.pairs);
    return rc;
}

int cli_link_queues(struct cli_link *link, struct cli_pairs *ret, struct qn_err *reterr)
{
    return ask_entries(link, link->broker->ops->queues, ret, reterr);
}

int cli_link_tasks(struct cli_link *link, struct cli_pairs *ret, struct qn_err *reterr)
{
    return ask_entries(link, link->broker->ops->tasks, ret, reterr);
}

int cli_link_workers(struct cli_link *link, struct cli_pairs *ret, struct qn_err *reterr)
{
    return ask_entries(link, link->broker->ops->workers, ret, reterr);
}

/* ---- queues ---- */

static void on_stats(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (take(answer, reply))
        answer->stats = *reply->stats;
}

int cli_link_stats(struct cli_link *link, const char *queue, struct qn_stats *ret,
                   struct qn_err *reterr)
{
    struct answer answer = {0};

    link->broker->ops->stats(link->broker, queue, on_stats, &answer);
    int rc = finish(link, &answer, reterr);
    *ret = answer.stats;
    return rc;
}

static void on_number(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (take(answer, reply))
        answer->number = reply->number;
}

int cli_link_gate(struct cli_link *link, const char *queue, enum qn_gate gate, bool *ret_changed,
                  struct qn_err *reterr)
{
    struct answer answer = {0};

    link->broker->ops->gate(link->broker, queue, gate, on_number, &answer);
    int rc = finish(link, &answer, reterr);
    *ret_changed = answer.number != 0;
    return rc;
}

/* ---- jobs ---- */

static void on_text(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (take(answer, reply))
        answer->base.rc = qn_buf_add(answer->text, reply->text.data, reply->text.len);
}

int cli_link_log(struct cli_link *link, const char *queue, const char *name, struct qn_buf *out,
                 struct qn_err *reterr)
{
    struct answer answer = {.text = out};

    link->broker->ops->log(link->broker, queue, name, on_text, &answer);
    return finish(link, &answer, reterr);
}

static void on_listed(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (!take(answer, reply))
        return;
    answer->next = reply->listed->next;
    for (size_t i = 0; i < reply->listed->n && i < QN_PEEK_BATCH_MAX; i++)
        qn_str_copy(answer->names[answer->n++], QN_NAME_MAX + 1, reply->listed->names[i]);
}

static void on_peeked(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (!take(answer, reply))
        return;
    for (size_t i = 0; i < answer->n && i < reply->peeked->n; i++) {
        struct qn_job_info *info = NULL;
        if (qn_job_info_make(&info, answer->queue, answer->names[i], &reply->peeked->entries[i],
                             reply->now_ms, NULL) == QN_OK)
            answer->fn(answer->fn_arg, info);
        qn_job_info_free(info);
    }
}

int cli_link_jobs(struct cli_link *link, const struct cli_page *page, cli_job_fn *fn, void *arg,
                  int64_t *ret_next, struct qn_err *reterr)
{
    struct answer answer = {.queue = page->queue, .fn = fn, .fn_arg = arg};
    struct qn_broker *broker = link->broker;
    const char *names[QN_PEEK_BATCH_MAX];
    int limit = page->limit < QN_PEEK_BATCH_MAX ? page->limit : QN_PEEK_BATCH_MAX;

    broker->ops->list(broker, page->queue, page->state, page->offset, limit, on_listed, &answer);
    int rc = finish(link, &answer, reterr);
    *ret_next = answer.next;
    if (rc != QN_OK || answer.n == 0)
        return rc;
    for (size_t i = 0; i < answer.n; i++)
        names[i] = answer.names[i];
    answer.base.done = false;
    broker->ops->peek(broker, page->queue, names, answer.n, on_peeked, &answer);
    return finish(link, &answer, reterr);
}
