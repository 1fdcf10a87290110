#include "record.h"

#include "record_fields.h"
#include <limits.h>
#include <string.h>

/* Where a field goes: exactly one of the pointers is set. */
struct target {
    int kind;
    struct qn_span *bytes;
    int *number;
    int64_t *number64;
    int64_t max;
};

#define UNIQUE_MAX (QN_UNIQUE_WINDOW + QN_UNIQUE_CONFLICT_UNIT * QN_UNIQUE_REPLACE)

struct field {
    uint8_t kind;
    struct qn_span bytes;
};

static bool next_field(struct qn_span *rest, struct field *ret)
{
    uint64_t len;

    return qn_span_u8(rest, &ret->kind) && qn_span_varint(rest, &len) && len <= rest->len &&
           qn_span_bytes(rest, (size_t)len, &ret->bytes);
}

static bool fill(const struct target *target, struct qn_span bytes)
{
    uint64_t value;

    if (target->bytes) {
        *target->bytes = bytes;
        return true;
    }
    if (!qn_span_varint(&bytes, &value) || bytes.len != 0 || value > (uint64_t)target->max)
        return false;
    if (target->number)
        *target->number = (int)value;
    else
        *target->number64 = (int64_t)value;
    return true;
}

static int decode_fields(struct qn_span rest, const struct target *targets, size_t n,
                         const char *what, struct qn_err *reterr)
{
    struct field field;

    while (rest.len > 0) {
        if (!next_field(&rest, &field))
            return qn_fail(reterr, QN_ECORRUPT, "record: a field of the %s is cut off", what);
        for (size_t i = 0; i < n; i++) {
            if (targets[i].kind == field.kind && !fill(&targets[i], field.bytes))
                return qn_fail(reterr, QN_ECORRUPT, "record: field %d of the %s is not a number",
                               field.kind, what);
        }
    }
    return QN_OK;
}

/* What does not read ends the list. */
static void take_delays(struct qn_span delays, struct qn_retry *retry)
{
    uint64_t value;

    for (int i = 0; i < QN_DELAYS_MAX && qn_span_varint(&delays, &value); i++)
        retry->delays_ms[i] = value <= INT64_MAX ? (int64_t)value : 0;
}

/* What does not read is none. */
static void take_on_failed(struct qn_span bytes, struct qn_on_failed *ret)
{
    struct qn_on_failed job = {0};
    const struct target targets[] = {
        {.kind = QN_BODY_TASK, .bytes = &job.task},
        {.kind = QN_BODY_ARGS, .bytes = &job.args},
    };

    if (decode_fields(bytes, targets, sizeof(targets) / sizeof(targets[0]), "", NULL) == QN_OK)
        *ret = job;
}

static int decode_body(struct qn_span bytes, struct qn_body *body, struct qn_err *reterr)
{
    int retry_kind = 0, unique = 0;
    struct qn_span delays = {.data = NULL, .len = 0}, on_failed = delays;
    const struct target targets[] = {
        {.kind = QN_BODY_TASK, .bytes = &body->task},
        {.kind = QN_BODY_LIMIT_KEY, .bytes = &body->limit_key},
        {.kind = QN_BODY_UNIQUE_KEY, .bytes = &body->unique_key},
        {.kind = QN_BODY_UNIQUE, .number = &unique, .max = UNIQUE_MAX},
        {.kind = QN_BODY_UNIQUE_FOR, .number64 = &body->unique.for_ms, .max = INT64_MAX},
        {.kind = QN_BODY_ARGS, .bytes = &body->args},
        {.kind = QN_BODY_MAX_ATTEMPTS, .number = &body->max_attempts, .max = INT_MAX},
        {.kind = QN_BODY_RETRY_KIND, .number = &retry_kind, .max = QN_BACKOFF_LIST},
        {.kind = QN_BODY_RETRY_BASE, .number64 = &body->retry.base_ms, .max = INT64_MAX},
        {.kind = QN_BODY_RETRY_CAP, .number64 = &body->retry.cap_ms, .max = INT64_MAX},
        {.kind = QN_BODY_SOFT_LIMIT, .number64 = &body->soft_limit_ms, .max = INT64_MAX},
        {.kind = QN_BODY_HARD_LIMIT, .number64 = &body->hard_limit_ms, .max = INT64_MAX},
        {.kind = QN_BODY_RESULT_TTL, .number64 = &body->result_ttl_ms, .max = INT64_MAX},
        {.kind = QN_BODY_TAGS, .bytes = &body->tags},
        {.kind = QN_BODY_REQUEST_ID, .bytes = &body->request_id},
        {.kind = QN_BODY_PARENT, .bytes = &body->parent},
        {.kind = QN_BODY_IDEMPOTENCY, .bytes = &body->idempotency},
        {.kind = QN_BODY_RETRY_DELAYS, .bytes = &delays},
        {.kind = QN_BODY_ON_FAILED, .bytes = &on_failed},
        {.kind = QN_BODY_HOLDS, .bytes = &body->holds},
        {.kind = QN_BODY_RETURNS, .bytes = &body->returns},
    };
    int rc = decode_fields(bytes, targets, sizeof(targets) / sizeof(targets[0]), "body", reterr);

    body->retry.kind = (enum qn_backoff)retry_kind;
    take_delays(delays, &body->retry);
    take_on_failed(on_failed, &body->on_failed);
    body->unique.until = (enum qn_unique_until)(unique % QN_UNIQUE_CONFLICT_UNIT);
    body->unique.conflict = (enum qn_unique_conflict)(unique / QN_UNIQUE_CONFLICT_UNIT);
    return rc;
}

static int decode_outcome(struct qn_span bytes, struct qn_ending *ending, struct qn_err *reterr)
{
    int cause = 0;
    const struct target targets[] = {
        {.kind = QN_OUT_CAUSE, .number = &cause, .max = QN_CAUSE_REJECTED},
        {.kind = QN_OUT_ERROR, .bytes = &ending->error},
        {.kind = QN_OUT_ATTEMPTS, .number = &ending->attempts, .max = INT_MAX},
        {.kind = QN_OUT_DEATHS, .number = &ending->deaths, .max = INT_MAX},
        {.kind = QN_OUT_STARTED, .number64 = &ending->started_ms, .max = INT64_MAX},
        {.kind = QN_OUT_RESULT, .bytes = &ending->result},
        {.kind = QN_OUT_ARTIFACTS, .bytes = &ending->artifacts},
        {.kind = QN_OUT_SIGNAL, .number = &ending->signal, .max = INT_MAX},
        {.kind = QN_OUT_MAX_RSS, .number64 = &ending->max_rss_bytes, .max = INT64_MAX},
        {.kind = QN_OUT_HISTORY, .bytes = &ending->history},
        {.kind = QN_OUT_WORKER, .bytes = &ending->worker},
    };
    int rc = decode_fields(bytes, targets, sizeof(targets) / sizeof(targets[0]), "outcome", reterr);

    ending->cause = (enum qn_cause)cause;
    return rc;
}

static bool get_time(struct qn_span *rest, int64_t *ret)
{
    uint64_t value;

    if (!qn_span_u64(rest, &value) || value > INT64_MAX)
        return false;
    *ret = (int64_t)value;
    return true;
}

struct head {
    uint8_t version, letter, flags;
    int64_t at_ms;
};

static int decode_head(struct qn_span *rest, struct head *head, struct qn_err *reterr)
{
    if (!qn_span_u8(rest, &head->version))
        return qn_fail(reterr, QN_ECORRUPT, "record: empty");
    if (head->version > QN_RECORD_VERSION)
        return qn_fail(reterr, QN_EUNSUPPORTED, "record: version %d is newer than %d",
                       head->version, QN_RECORD_VERSION);
    if (head->version != QN_RECORD_VERSION)
        return qn_fail(reterr, QN_ECORRUPT, "record: there is no version %d", head->version);
    if (!qn_span_u8(rest, &head->letter) || !qn_span_u8(rest, &head->flags) ||
        !get_time(rest, &head->at_ms))
        return qn_fail(reterr, QN_ECORRUPT, "record: the head is cut off");
    return QN_OK;
}

/* rest is behind the head; whole is the record from its first byte. */
static int decode_live(struct qn_span whole, struct qn_span rest, const struct head *head,
                       struct qn_record *ret, struct qn_err *reterr)
{
    ret->live = whole;
    ret->priority = head->flags & QN_FLAG_PRIORITY;
    ret->enqueued_ms = head->at_ms;
    if ((head->flags & QN_FLAG_DUE) && !get_time(&rest, &ret->due_ms))
        return qn_fail(reterr, QN_ECORRUPT, "record: the due time is cut off");
    if ((head->flags & QN_FLAG_EXPIRES) && !get_time(&rest, &ret->expires_ms))
        return qn_fail(reterr, QN_ECORRUPT, "record: the start deadline is cut off");
    return decode_body(rest, &ret->body, reterr);
}

static int decode_final(struct qn_span rest, const struct head *head, struct qn_record *ret,
                        struct qn_err *reterr)
{
    uint8_t token_len;
    uint32_t outcome_len;
    struct qn_span outcome;
    struct head live_head;

    ret->ended_ms = head->at_ms;
    if (!qn_span_u8(&rest, &token_len) || !qn_span_bytes(&rest, token_len, &ret->token) ||
        !qn_span_u32(&rest, &outcome_len) || !qn_span_bytes(&rest, outcome_len, &outcome))
        return qn_fail(reterr, QN_ECORRUPT, "record: the outcome is cut off");
    int rc = decode_outcome(outcome, &ret->ending, reterr);
    if (rc != QN_OK)
        return rc;
    struct qn_span live = rest;
    rc = decode_head(&rest, &live_head, reterr);
    if (rc != QN_OK)
        return rc;
    if (live_head.letter != 'L')
        return qn_fail(reterr, QN_ECORRUPT, "record: no live record inside the final one");
    return decode_live(live, rest, &live_head, ret, reterr);
}

int qn_record_decode(struct qn_span bytes, struct qn_record *ret, struct qn_err *reterr)
{
    struct qn_span rest = bytes;
    struct head head;
    struct qn_record made = {0};

    if (bytes.len > QN_RECORD_MAX)
        return qn_fail(reterr, QN_ECORRUPT, "record: %zu bytes are too many", bytes.len);
    int rc = decode_head(&rest, &head, reterr);
    if (rc != QN_OK)
        return rc;
    made.letter = (char)head.letter;
    if (head.letter == 'L')
        rc = decode_live(bytes, rest, &head, &made, reterr);
    else if (head.letter != 0 && strchr("SFCE", head.letter))
        rc = decode_final(rest, &head, &made, reterr);
    else
        rc = qn_fail(reterr, QN_ECORRUPT, "record: no such kind: 0x%02x", head.letter);
    if (rc == QN_OK)
        *ret = made;
    return rc;
}
