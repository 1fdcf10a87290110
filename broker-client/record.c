#include "record.h"

#include "common/str.h"
#include "record_fields.h"
#include "sha256.h"
#include <stdio.h>
#include <string.h>

#define VARINT_MAX 10

static size_t put_varint(char out[VARINT_MAX], uint64_t value)
{
    size_t n = 0;

    for (; value >= 128; value >>= 7)
        out[n++] = (char)(value | 128);
    out[n++] = (char)value;
    return n;
}

static void add_number(struct qn_buf *out, int kind, int64_t value)
{
    char bytes[VARINT_MAX];

    if (value <= 0)
        return;
    size_t n = put_varint(bytes, (uint64_t)value);
    qn_buf_add_byte(out, kind);
    qn_buf_add_varint(out, n);
    qn_buf_add(out, bytes, n);
}

static void add_bytes(struct qn_buf *out, int kind, struct qn_span bytes)
{
    if (bytes.len == 0)
        return;
    qn_buf_add_byte(out, kind);
    qn_buf_add_varint(out, bytes.len);
    qn_buf_add(out, bytes.data, bytes.len);
}

static void add_delays(struct qn_buf *out, const struct qn_retry *retry)
{
    char bytes[QN_DELAYS_MAX * VARINT_MAX];
    struct qn_span delays = {.data = bytes, .len = 0};

    if (retry->kind != QN_BACKOFF_LIST)
        return;
    for (int i = 0; i < QN_DELAYS_MAX && retry->delays_ms[i] > 0; i++)
        delays.len += put_varint(bytes + delays.len, (uint64_t)retry->delays_ms[i]);
    add_bytes(out, QN_BODY_RETRY_DELAYS, delays);
}

static void add_unique(struct qn_buf *out, const struct qn_body *body)
{
    if (body->unique.until == QN_UNIQUE_NO)
        return;
    add_bytes(out, QN_BODY_UNIQUE_KEY, body->unique_key);
    add_number(out, QN_BODY_UNIQUE,
               (int64_t)body->unique.until +
                   QN_UNIQUE_CONFLICT_UNIT * (int64_t)body->unique.conflict);
    add_number(out, QN_BODY_UNIQUE_FOR, body->unique.for_ms);
}

static size_t size_of(struct qn_span bytes)
{
    char length[VARINT_MAX];

    return bytes.len > 0 ? 1 + put_varint(length, bytes.len) + bytes.len : 0;
}

/* A body within the body, so that scripts need only put a head in front. */
static void add_on_failed(struct qn_buf *out, const struct qn_body *body)
{
    const struct qn_on_failed *job = &body->on_failed;

    if (job->task.len == 0)
        return;
    qn_buf_add_byte(out, QN_BODY_ON_FAILED);
    qn_buf_add_varint(out, size_of(job->task) + size_of(job->args) + size_of(body->request_id));
    add_bytes(out, QN_BODY_TASK, job->task);
    add_bytes(out, QN_BODY_ARGS, job->args);
    add_bytes(out, QN_BODY_REQUEST_ID, body->request_id);
}

int qn_body_encode(const struct qn_body *body, struct qn_buf *out)
{
    add_bytes(out, QN_BODY_TASK, body->task);
    add_bytes(out, QN_BODY_LIMIT_KEY, body->limit_key);
    add_unique(out, body);
    add_bytes(out, QN_BODY_ARGS, body->args);
    add_number(out, QN_BODY_MAX_ATTEMPTS, body->max_attempts);
    add_number(out, QN_BODY_RETRY_KIND, (int64_t)body->retry.kind);
    add_number(out, QN_BODY_RETRY_BASE, body->retry.base_ms);
    add_number(out, QN_BODY_RETRY_CAP, body->retry.cap_ms);
    add_delays(out, &body->retry);
    add_number(out, QN_BODY_SOFT_LIMIT, body->soft_limit_ms);
    add_number(out, QN_BODY_HARD_LIMIT, body->hard_limit_ms);
    add_number(out, QN_BODY_RESULT_TTL, body->result_ttl_ms);
    add_bytes(out, QN_BODY_TAGS, body->tags);
    add_bytes(out, QN_BODY_REQUEST_ID, body->request_id);
    add_bytes(out, QN_BODY_PARENT, body->parent);
    add_bytes(out, QN_BODY_IDEMPOTENCY, body->idempotency);
    add_on_failed(out, body);
    add_bytes(out, QN_BODY_HOLDS, body->holds);
    add_bytes(out, QN_BODY_RETURNS, body->returns);
    return qn_buf_status(out);
}

static void add_outcome(struct qn_buf *out, const struct qn_ending *ending)
{
    struct qn_span error = ending->error;

    error.len = qn_utf8_cut(error.data, error.len, QN_ERROR_TEXT_MAX);
    add_number(out, QN_OUT_CAUSE, (int64_t)ending->cause);
    add_bytes(out, QN_OUT_ERROR, error);
    add_number(out, QN_OUT_ATTEMPTS, ending->attempts);
    add_number(out, QN_OUT_DEATHS, ending->deaths);
    add_number(out, QN_OUT_STARTED, ending->started_ms);
    add_bytes(out, QN_OUT_RESULT, ending->result);
    add_bytes(out, QN_OUT_ARTIFACTS, ending->artifacts);
    add_number(out, QN_OUT_SIGNAL, ending->signal);
    add_number(out, QN_OUT_MAX_RSS, ending->max_rss_bytes);
    add_bytes(out, QN_OUT_HISTORY, ending->history);
    add_bytes(out, QN_OUT_WORKER, ending->worker);
}

int qn_ending_encode(const struct qn_ending *ending, struct qn_span live, struct qn_buf *out)
{
    size_t mark = out->len;

    qn_buf_add_u32(out, 0);
    add_outcome(out, ending);
    if (qn_buf_status(out) != QN_OK)
        return qn_buf_status(out);
    uint32_t len = (uint32_t)(out->len - mark - 4);
    for (int i = 0; i < 4; i++)
        out->data[mark + (size_t)i] = (char)(len >> (8 * i));
    return qn_buf_add(out, live.data, live.len);
}

/* "attempts deaths snoozes token\n" and the history. */
int qn_try_decode(struct qn_span text, struct qn_try *ret)
{
    struct qn_try made = {.token = {.data = "-", .len = 1}};
    int *const counts[] = {&made.attempts, &made.deaths, &made.snoozes};

    for (int i = 0; text.len > 0 && i < 3; i++) {
        const char *blank = memchr(text.data, ' ', text.len);
        int64_t number;
        if (!blank || qn_strn_to_i64(text.data, (size_t)(blank - text.data), &number) != QN_OK ||
            number < 0 || number > INT32_MAX)
            return QN_ECORRUPT;
        *counts[i] = (int)number;
        text.len -= (size_t)(blank + 1 - text.data);
        text.data = blank + 1;
        if (text.len == 0)
            return QN_ECORRUPT;
    }
    if (text.len > 0) {
        const char *end = memchr(text.data, '\n', text.len);
        if (!end || end == text.data || end - text.data >= QN_TOKEN_SIZE)
            return QN_ECORRUPT;
        made.token.data = text.data;
        made.token.len = (size_t)(end - text.data);
        made.history.data = end + 1;
        made.history.len = text.len - made.token.len - 1;
    }
    *ret = made;
    return QN_OK;
}

int qn_try_encode(const struct qn_try *attempt, const char *line, struct qn_buf *out)
{
    struct qn_span history = attempt->history;
    struct qn_span token = attempt->token;
    size_t line_len = line ? strlen(line) + 1 : 0;

    if (token.len == 0)
        token = (struct qn_span){.data = "-", .len = 1};
    if (token.len >= QN_TOKEN_SIZE || line_len > QN_HISTORY_MAX)
        return QN_ELIMIT;
    while (history.len > 0 && history.len + line_len > QN_HISTORY_MAX) {
        const char *end = memchr(history.data, '\n', history.len);
        size_t drop = end ? (size_t)(end + 1 - history.data) : history.len;
        history.data += drop;
        history.len -= drop;
    }
    qn_buf_printf(out, "%d %d %d ", attempt->attempts, attempt->deaths, attempt->snoozes);
    qn_buf_add(out, token.data, token.len);
    qn_buf_add_byte(out, '\n');
    qn_buf_add(out, history.data, history.len);
    if (line) {
        qn_buf_add_str(out, line);
        qn_buf_add_byte(out, '\n');
    }
    return qn_buf_status(out);
}

int qn_on_failed_name(const char *name, struct qn_span token, int64_t ended_ms,
                      char out[QN_ON_FAILED_NAME_SIZE])
{
    char text[QN_NAME_MAX + QN_TOKEN_SIZE + 2];
    bool no_run = token.len == 0 || qn_span_is(token, "-");
    int len = no_run ? snprintf(text, sizeof(text), "%s\n%lld", name, (long long)ended_ms)
                     : snprintf(text, sizeof(text), "%s\n%.*s", name, (int)token.len, token.data);

    if (len < 0 || (size_t)len >= sizeof(text))
        return QN_EINVAL;
    return qn_sha1_hex((struct qn_span){text, (size_t)len}, out);
}

bool qn_queue_ok(const char *queue)
{
    return queue && qn_str_is_name(queue, QN_QUEUE_MAX);
}

/* strspn() would make a table of them first, for each job anew. */
static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool qn_name_ok(const char *name)
{
    size_t len = 0;

    while (name && len < QN_NAME_MAX && is_name_char(name[len]))
        len++;
    return len >= 1 && name[len] == '\0';
}

int qn_id_split(const char *id, char queue[QN_QUEUE_MAX + 1], char name[QN_NAME_MAX + 1],
                struct qn_err *reterr)
{
    const char *dot = strchr(id, '.');
    size_t len = dot ? (size_t)(dot - id) : 0;

    if (!dot || len > QN_QUEUE_MAX || !qn_name_ok(dot + 1))
        return qn_fail(reterr, QN_EINVAL, "job id \"%.100s\": not of the form queue.name", id);
    memcpy(queue, id, len);
    queue[len] = '\0';
    if (!qn_queue_ok(queue))
        return qn_fail(reterr, QN_EINVAL, "job id \"%.100s\": the queue is 1-32 of [a-z0-9_-]", id);
    qn_str_copy(name, QN_NAME_MAX + 1, dot + 1);
    return QN_OK;
}
