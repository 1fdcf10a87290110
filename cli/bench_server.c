#include "bench_server.h"

#include "bench_info.h"
#include "broker-client/redis/bare.h"
#include "jsontext.h"
#include <stdio.h>

#define INFO_MAX (256 * 1024)

struct answer {
    struct cli_answer base;
    struct qn_broker *broker;
    struct qn_buf *text;
    int64_t next;
};

static void on_answer(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    (void)cli_answer_take(&answer->base, reply);
}

int cli_server_ping(struct cli_link *link, struct qn_err *reterr)
{
    struct answer answer = {.next = 0};

    qn_bare_ping(link->broker, on_answer, &answer);
    return cli_link_finish(link, &answer.base, reterr);
}

/* ---- what it tells ---- */

static void on_text(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (cli_answer_take(&answer->base, reply))
        answer->base.rc = qn_buf_add(answer->text, reply->text.data, reply->text.len);
}

static int ask_info(struct cli_link *link, const char *section, struct qn_buf *text,
                    struct qn_err *reterr)
{
    struct answer answer = {.text = text};

    qn_bare_info(link->broker, section, on_text, &answer);
    int rc = cli_link_finish(link, &answer.base, reterr);
    if (rc == QN_OK || qn_err_is_transient(rc))
        return rc;
    return qn_fail(reterr, QN_EUNSUPPORTED, "%s", answer.base.err.msg);
}

int cli_server_work(struct cli_link *link, struct cli_server_work *ret, struct qn_err *reterr)
{
    struct qn_buf text;

    qn_buf_init(&text, INFO_MAX);
    int rc = ask_info(link, "cpu", &text, reterr);
    if (rc == QN_OK && !cli_info_cpu_us((struct qn_span){text.data, text.len}, &ret->cpu_us))
        rc = qn_fail(reterr, QN_EUNSUPPORTED, "INFO does not tell the main thread's time");
    qn_buf_reset(&text);
    if (rc == QN_OK)
        rc = ask_info(link, "commandstats", &text, reterr);
    if (rc == QN_OK)
        ret->scripts = cli_info_calls((struct qn_span){text.data, text.len}, "evalsha");
    qn_buf_release(&text);
    return rc;
}

static void describe(struct qn_span json, char *out, size_t size)
{
    char version[32], aof[32], sync[32], save[256];

    cli_json_text(json, "redis_version", version, sizeof(version));
    cli_json_text(json, "aof_enabled", aof, sizeof(aof));
    cli_json_text(json, "appendfsync", sync, sizeof(sync));
    cli_json_text(json, "save", save, sizeof(save));
    if (version[0] == '\0')
        return;
    if (aof[0] == '1')
        snprintf(out, size, "Redis %s, AOF %s", version, sync);
    else
        snprintf(out, size, "Redis %s, %s", version, save[0] ? "snapshots only" : "no persistence");
}

void cli_server_about(struct cli_link *link, char *out, size_t size)
{
    struct qn_buf text;
    struct answer answer = {.text = &text};

    out[0] = '\0';
    qn_buf_init(&text, INFO_MAX);
    link->broker->ops->server(link->broker, on_text, &answer);
    if (cli_link_finish(link, &answer.base, NULL) == QN_OK &&
        qn_json_check(text.data, text.len, NULL, NULL) == QN_OK)
        describe((struct qn_span){text.data, text.len}, out, size);
    qn_buf_release(&text);
}

/* ---- removing ---- */

static void on_keys(void *arg, const struct qn_reply *reply)
{
    struct answer *answer = arg;

    if (reply->rc != QN_OK || reply->listed->n == 0) {
        if (cli_answer_take(&answer->base, reply))
            answer->next = reply->listed->next;
        return;
    }
    answer->next = reply->listed->next;
    qn_bare_drop(answer->broker, reply->listed->names, reply->listed->n, on_answer, answer);
}

int cli_server_sweep(struct cli_link *link, const char *queue, struct qn_err *reterr)
{
    struct answer answer = {.broker = link->broker};
    int rc = QN_OK;

    do {
        answer.base = (struct cli_answer){.rc = QN_OK};
        qn_bare_keys(link->broker, queue, answer.next, on_keys, &answer);
        rc = cli_link_finish(link, &answer.base, reterr);
    } while (rc == QN_OK && answer.next != QN_NO_TIME);
    return rc;
}

int cli_server_may_sweep(struct cli_link *link, const char *namespace_, struct qn_err *reterr)
{
    struct answer answer = {.broker = link->broker};
    char key[64];
    const char *const keys[] = {key};
    int rc = cli_server_sweep(link, NULL, reterr);

    if (rc != QN_OK)
        return rc;
    snprintf(key, sizeof(key), "{%s}:none", namespace_);
    qn_bare_drop(link->broker, keys, 1, on_answer, &answer);
    return cli_link_finish(link, &answer.base, reterr);
}
