#include "redis.h"

#include "common/mem.h"
#include "common/str.h"
#include "digest.h"
#include "redis_type.h"
#include <string.h>

#define EVAL_HEAD 3 /* EVALSHA, the hash, the number of keys */

/* ---- life ---- */

int qn_rd_create(struct qn_rd **ret, const struct qn_rd_options *options, struct qn_err *reterr)
{
    struct qn_rd *rd = qn_zalloc(1, sizeof(*rd));
    int rc;

    if (rd == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a connection to Redis");
    }
    rc = qn_url_parse(options->url, &rd->url, reterr);
    if (rc == QN_OK && rd->url.scheme == QN_URL_MEM) {
        rc = qn_fail(reterr, QN_EINVAL, "must begin with redis:// or unix://");
    }
    if (rc == QN_OK && !qn_str_copy(rd->name, sizeof(rd->name),
                                    options->name != NULL ? options->name : "quern-task")) {
        rc = qn_fail(reterr, QN_EINVAL, "a client's name has at most %zu bytes",
                     sizeof(rd->name) - 1);
    }
    if (rc != QN_OK) {
        qn_free(rd);
        return rc;
    }
    rd->connect_ms = options->connect_ms > 0 ? options->connect_ms : QN_RD_CONNECT_MS;
    rd->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : QN_RD_TIMEOUT_MS;
    rd->answer_max = options->answer_max > 0 ? options->answer_max : QN_RD_ANSWER_MAX;
    rd->stop_fd = -1;
    *ret = rd;
    return QN_OK;
}

void qn_rd_free(struct qn_rd *rd)
{
    if (rd == NULL) {
        return;
    }
    qn_rd_close(rd);
    qn_free(rd);
}

void qn_rd_heed(struct qn_rd *rd, int stop_fd)
{
    rd->stop_fd = stop_fd;
}

int64_t qn_rd_sent(const struct qn_rd *rd)
{
    return rd->sent;
}

/* ---- answers ---- */

struct qn_span qn_rd_text(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static struct qn_rd_value value_of(const redisReply *reply)
{
    struct qn_rd_value value = {.type = QN_RD_NIL, .bytes = {"", 0}};

    switch (reply->type) {
    case REDIS_REPLY_INTEGER:
        value.type = QN_RD_INTEGER;
        value.integer = reply->integer;
        break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        value.type = reply->type == REDIS_REPLY_ERROR ? QN_RD_ERROR : QN_RD_BYTES;
        value.bytes = (struct qn_span){reply->str, reply->len};
        break;
    case REDIS_REPLY_ARRAY:
        value.type = QN_RD_LIST;
        value.n = reply->elements;
        value.inside = reply;
        break;
    default:
        break;
    }
    return value;
}

struct qn_rd_value qn_rd_item(const struct qn_rd_value *list, size_t i)
{
    const redisReply *reply = list->inside;

    if (list->type != QN_RD_LIST || i >= list->n) {
        return (struct qn_rd_value){.type = QN_RD_NIL, .bytes = {"", 0}};
    }
    return value_of(reply->element[i]);
}

/* What an error that begins so means to the caller. */
static const struct {
    const char *word;
    int code;
} meanings[] = {
    {"OOM ", QN_EFULL},          {"LOADING ", QN_EAGAIN},    {"BUSY ", QN_EAGAIN},
    {"READONLY ", QN_EAGAIN},    {"MASTERDOWN ", QN_EAGAIN}, {"TRYAGAIN ", QN_EAGAIN},
    {"CLUSTERDOWN ", QN_EAGAIN}, {"MISCONF ", QN_EAGAIN},    {"UNBLOCKED ", QN_EAGAIN},
};

static int refused(const redisReply *error, struct qn_err *reterr)
{
    int code = QN_EINVAL;

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (qn_str_starts(error->str, meanings[i].word)) {
            code = meanings[i].code;
        }
    }
    return qn_fail(reterr, code, "Redis: %.200s", error->str);
}

/* ---- commands ---- */

/* The answer is in rd->answer, an error too. */
static int ask(struct qn_rd *rd, const struct qn_span *args, size_t n_args, int64_t timeout_ms,
               struct qn_err *reterr)
{
    int rc = qn_rd_open(rd, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    rd->sent++;
    return qn_rd_exchange(rd, args, n_args, timeout_ms, reterr);
}

static int give(const struct qn_rd *rd, struct qn_rd_value *ret, struct qn_err *reterr)
{
    if (rd->answer->type == REDIS_REPLY_ERROR) {
        return refused(rd->answer, reterr);
    }
    if (ret != NULL) {
        *ret = value_of(rd->answer);
    }
    return QN_OK;
}

int qn_rd_call(struct qn_rd *rd, const struct qn_span *args, size_t n_args, struct qn_rd_value *ret,
               struct qn_err *reterr)
{
    return qn_rd_wait(rd, args, n_args, 0, ret, reterr);
}

int qn_rd_wait(struct qn_rd *rd, const struct qn_span *args, size_t n_args, int64_t timeout_ms,
               struct qn_rd_value *ret, struct qn_err *reterr)
{
    int rc = ask(rd, args, n_args, rd->timeout_ms + timeout_ms, reterr);

    return rc == QN_OK ? give(rd, ret, reterr) : rc;
}

int qn_rd_eval(struct qn_rd *rd, const struct qn_rd_script *script, struct qn_rd_value *ret,
               struct qn_err *reterr)
{
    struct qn_span args[64];
    char sha[QN_SHA1_SIZE], count[QN_I64_TEXT_SIZE];
    size_t n = EVAL_HEAD + script->n_keys + script->n_args;
    int rc;

    if (n > sizeof(args) / sizeof(args[0])) {
        return qn_fail(reterr, QN_EINVAL, "Redis: a script has at most %zu keys and arguments",
                       sizeof(args) / sizeof(args[0]) - EVAL_HEAD);
    }
    rc = qn_sha1_text(qn_rd_text(script->text), sha, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    qn_i64_to_str((int64_t)script->n_keys, count);
    args[0] = qn_rd_text("EVALSHA");
    args[1] = qn_rd_text(sha);
    args[2] = qn_rd_text(count);
    for (size_t i = 0; i < script->n_keys; i++) {
        args[EVAL_HEAD + i] = script->keys[i];
    }
    for (size_t i = 0; i < script->n_args; i++) {
        args[EVAL_HEAD + script->n_keys + i] = script->args[i];
    }
    rc = ask(rd, args, n, rd->timeout_ms, reterr);
    if (rc == QN_OK && rd->answer->type == REDIS_REPLY_ERROR &&
        qn_str_starts(rd->answer->str, "NOSCRIPT ")) {
        args[0] = qn_rd_text("EVAL");
        args[1] = qn_rd_text(script->text);
        rc = ask(rd, args, n, rd->timeout_ms, reterr);
    }
    return rc == QN_OK ? give(rd, ret, reterr) : rc;
}
