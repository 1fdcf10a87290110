#include "llm_class.h"

#include "common/json.h"
#include "common/str.h"
#include "llm_plan.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define WAIT_MAX_S (31 * 24 * 3600)
#define SEARCHED   ((size_t)16 * 1024) /* bytes of a body */

/* name, code, retries, breaker, fallback */
const struct qn_llm_class_row qn_llm_classes[QN_LLM_CLASSES] = {
    [QN_LLM_FINE] = {"OK", QN_OK, 0, false, false},
    [QN_LLM_CONNECT] = {"LLM_CONNECT", QN_ECONN, 2, true, true},
    [QN_LLM_LATE] = {"LLM_TIMEOUT", QN_ETIMEOUT, 1, true, true},
    [QN_LLM_SERVER] = {"LLM_SERVER", QN_ECONN, 2, true, true},
    [QN_LLM_RATE] = {"LLM_RATE", QN_EAGAIN, 2, false, false},
    [QN_LLM_QUOTA] = {"LLM_QUOTA", QN_EAGAIN, 0, false, true},
    [QN_LLM_CONTEXT] = {"LLM_CONTEXT", QN_ELIMIT, 0, false, false},
    [QN_LLM_CALLER] = {"LLM_REQUEST", QN_EINVAL, 0, false, false},
    [QN_LLM_AUTH] = {"LLM_AUTH", QN_EINVAL, 0, false, true},
    [QN_LLM_BALANCE] = {"LLM_BALANCE", QN_EAGAIN, 0, false, true},
    [QN_LLM_PROTOCOL] = {"LLM_PROTOCOL", QN_EPROTO, 1, true, true},
    [QN_LLM_CUT] = {"LLM_STREAM_CUT", QN_EPROTO, 2, true, true},
    [QN_LLM_TRUNCATED] = {"LLM_TRUNCATED", QN_ELIMIT, 1, false, false},
    [QN_LLM_EMPTY] = {"LLM_EMPTY", QN_EPROTO, 1, false, true},
    [QN_LLM_REFUSED] = {"LLM_REFUSED", QN_EINVAL, 0, false, false},
    [QN_LLM_OVERLOADED] = {"LLM_OVERLOADED", QN_ECONN, 2, true, true},
    [QN_LLM_HUGE] = {"LLM_TOO_LARGE", QN_ELIMIT, 0, false, false},
    [QN_LLM_OPEN] = {"LLM_BREAKER_OPEN", QN_EAGAIN, 0, false, true},
    [QN_LLM_BUSY] = {"LLM_BUSY", QN_EAGAIN, 0, false, false},
    [QN_LLM_BUDGET] = {"BUDGET_EXCEEDED", QN_ELIMIT, 0, false, false},
    [QN_LLM_STOPPED] = {"LLM_STOPPED", QN_ETIMEOUT, 0, false, false},
    [QN_LLM_OWN] = {"LLM_OWN", QN_ENOMEM, 0, false, false},
};

/* ---- searching in texts of others ---- */

static bool has(struct qn_span text, const char *word)
{
    size_t len = strlen(word), n = text.len < SEARCHED ? text.len : SEARCHED;

    for (size_t i = 0; i + len <= n; i++) {
        if (strncasecmp(text.data + i, word, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_one(struct qn_span text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (has(text, *words)) {
            return true;
        }
    }
    return false;
}

static const char *const context_words[] = {"context_length_exceeded",
                                            "exceed_context_size",
                                            "maximum context length",
                                            "context length",
                                            "exceeds the available context",
                                            "context window",
                                            "prompt is too long",
                                            "too many tokens",
                                            "input length",
                                            NULL};
static const char *const quota_words[] = {"insufficient_quota", "exceeded your current quota",
                                          "billing_hard_limit", NULL};

unsigned qn_llm_field_named(struct qn_span body)
{
    static const struct {
        const char *name;
        unsigned field;
    } fields[] = {
        {"response_format", QN_LLM_FIELD_JSON},
        {"json_object", QN_LLM_FIELD_JSON},
        {"stream_options", QN_LLM_FIELD_STREAM_USAGE},
        {"max_completion_tokens", QN_LLM_FIELD_MAX_TOKENS},
        {"'seed'", QN_LLM_FIELD_SEED},
        {"\\\"seed\\\"", QN_LLM_FIELD_SEED},
        {"'temperature'", QN_LLM_FIELD_TEMPERATURE},
    };
    unsigned found = 0;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        found |= has(body, fields[i].name) ? fields[i].field : 0;
    }
    return found;
}

/* ---- Retry-After ---- */

static int64_t date_ms(const char *text, int64_t wall_ms)
{
    struct tm when = {.tm_isdst = 0};
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &when);
    int64_t left;

    if (end == NULL || *end != '\0') {
        return -1;
    }
    left = (int64_t)timegm(&when) * 1000 - wall_ms;
    return left < 0 ? 0 : left > WAIT_MAX_S * INT64_C(1000) ? WAIT_MAX_S * INT64_C(1000) : left;
}

int64_t qn_llm_retry_after_ms(const char *text, int64_t wall_ms)
{
    size_t n = strspn(text, "0123456789");
    int64_t seconds = WAIT_MAX_S;

    if (n == 0) {
        return date_ms(text, wall_ms);
    }
    if (text[n] != '\0' &&
        (text[n] != '.' || strspn(text + n + 1, "0123456789") != strlen(text + n + 1))) {
        return -1;
    }
    if (qn_strn_to_i64(text, n, &seconds) != QN_OK || seconds > WAIT_MAX_S) {
        seconds = WAIT_MAX_S;
    }
    seconds += text[n] == '.';
    return (seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S) * 1000;
}

/* ---- classes ---- */

static enum qn_llm_class of_transport(int rc)
{
    switch (rc) {
    case QN_ECONN:
        return QN_LLM_CONNECT;
    case QN_ETIMEOUT:
        return QN_LLM_LATE;
    case QN_ELOST:
        return QN_LLM_STOPPED;
    case QN_ELIMIT:
        return QN_LLM_HUGE;
    case QN_EPROTO:
        return QN_LLM_CUT;
    default:
        return QN_LLM_OWN;
    }
}

static enum qn_llm_class of_429(struct qn_span body, int64_t wait_ms)
{
    return has_one(body, quota_words) || wait_ms > QN_LLM_SHORT_WAIT_MS ? QN_LLM_QUOTA
                                                                        : QN_LLM_RATE;
}

static bool is_transient(int status)
{
    static const int statuses[] = {408, 409, 425, 500, 502, 503, 504, 529};

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (statuses[i] == status) {
            return true;
        }
    }
    return false;
}

/* Some say that a prompt is too long with 500. */
static enum qn_llm_class of_status(const struct qn_llm_ending *ending, int64_t wait_ms)
{
    switch (ending->status) {
    case 200:
        return QN_LLM_FINE;
    case 401:
    case 403:
        return QN_LLM_AUTH;
    case 402:
        return QN_LLM_BALANCE;
    case 429:
        return of_429(ending->body, wait_ms);
    default:
        break;
    }
    if ((ending->status == 400 || ending->status == 413 || ending->status == 500) &&
        has_one(ending->body, context_words)) {
        return QN_LLM_CONTEXT;
    }
    if (is_transient(ending->status)) {
        return QN_LLM_SERVER;
    }
    return ending->status >= 300 && ending->status < 500 ? QN_LLM_CALLER : QN_LLM_PROTOCOL;
}

enum qn_llm_class qn_llm_classify(const struct qn_llm_ending *ending, int64_t *ret_wait_ms)
{
    *ret_wait_ms = qn_llm_retry_after_ms(ending->retry_after, ending->wall_ms);
    if (ending->rc == QN_EPROTO && ending->status != 200 && ending->status != 0) {
        return of_status(ending, *ret_wait_ms);
    }
    return ending->rc == QN_OK ? of_status(ending, *ret_wait_ms) : of_transport(ending->rc);
}

enum qn_llm_class qn_llm_classify_object(struct qn_span body)
{
    if (has_one(body, context_words)) {
        return QN_LLM_CONTEXT;
    }
    if (has_one(body, quota_words)) {
        return QN_LLM_QUOTA;
    }
    return has(body, "rate_limit") || has(body, "rate limit") ? QN_LLM_RATE : QN_LLM_SERVER;
}

/* ---- what may be shown ---- */

static bool is_of_a_key(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

/* Bytes of what looks like a key at the front, or of the secret; 0: none. */
static size_t secret_at(struct qn_span text, const char *secret)
{
    static const char *const begins[] = {"sk-", "Bearer ", "bearer ", "gsk_", "key-", NULL};
    size_t len = strlen(secret);

    if (len > 0 && text.len >= len && memcmp(text.data, secret, len) == 0) {
        return len;
    }
    for (const char *const *begin = begins; *begin != NULL; begin++) {
        len = strlen(*begin);
        if (text.len > len && memcmp(text.data, *begin, len) == 0) {
            for (; len < text.len && (is_of_a_key(text.data[len]) || text.data[len] == '*');
                 len++) {
            }
            return len > strlen(*begin) + 3 ? len : 0;
        }
    }
    return 0;
}

void qn_llm_redact(struct qn_span text, const char *secret, struct qn_buf *out)
{
    bool within = false; /* a word: keys do not begin in the middle of one */

    for (size_t i = 0; i < text.len;) {
        struct qn_span rest = {text.data + i, text.len - i};
        size_t len = within && strncmp(rest.data, secret, secret[0] != '\0') != 0
                         ? 0
                         : secret_at(rest, secret);

        if (len > 0) {
            qn_buf_add_str(out, "***");
        } else {
            qn_buf_add_byte(out, text.data[i]);
        }
        within = len == 0 && isalnum((unsigned char)text.data[i]);
        i += len > 0 ? len : 1;
    }
}

/* error.message, error as a text, message or detail. */
static bool find_message(struct qn_span body, struct qn_span *ret)
{
    static const char *const names[] = {"message", "error", "detail", NULL};
    struct qn_json_item item = {.type = QN_JSON_NULL};
    enum qn_json_type type;

    if (qn_json_check(body.data, body.len, &type, NULL) != QN_OK || type != QN_JSON_OBJECT) {
        return false;
    }
    if (qn_json_find(body.data, body.len, "error", &item) && item.type == QN_JSON_OBJECT) {
        body = item.value;
    }
    for (const char *const *name = names; *name != NULL; name++) {
        if (qn_json_find(body.data, body.len, *name, &item) && item.type == QN_JSON_STRING) {
            *ret = item.value;
            return true;
        }
    }
    return false;
}

/* One line that a terminal takes. */
static void make_line(struct qn_buf *text)
{
    bool utf8 = qn_utf8_valid(text->data, text->len);

    for (size_t i = 0; i < text->len; i++) {
        unsigned char c = (unsigned char)text->data[i];

        if (c < ' ' || c == 0x7f || (c > 0x7f && !utf8)) {
            text->data[i] = ' ';
        }
    }
}

/* Redacted before it is cut, so that no half of a key is left. */
void qn_llm_excerpt(struct qn_span body, const char *secret, size_t max, struct qn_buf *out)
{
    struct qn_span message;
    struct qn_buf text, shown;

    qn_buf_init(&text, SEARCHED);
    qn_buf_init(&shown, 4 * SEARCHED);
    if (!find_message(body, &message) || qn_json_unescape(message, &text) != QN_OK) {
        qn_buf_reset(&text);
        qn_buf_add(&text, body.data, body.len < SEARCHED ? body.len : SEARCHED);
    }
    qn_llm_redact((struct qn_span){text.data, text.len}, secret, &shown);
    qn_buf_cut(&shown, qn_utf8_cut(shown.data, shown.len, max));
    make_line(&shown);
    qn_buf_add(out, shown.data, shown.len);
    qn_buf_release(&text);
    qn_buf_release(&shown);
}
