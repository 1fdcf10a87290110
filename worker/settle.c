#include "settle.h"

#include "broker-client/retry.h"
#include "common/backoff.h"
#include "common/json.h"
#include "common/str.h"
#include <string.h>

struct row {
    const char *name;
    enum qn_finish_kind kind; /* when nothing stands against it */
    enum qn_cause cause;
    bool attempt, death, snooze; /* what it counts as */
};

static const struct row rows[] = {
    [WORKER_FATE_DONE] = {"done", QN_FIN_SUCCEEDED, QN_CAUSE_NONE, .attempt = true},
    [WORKER_FATE_RETRY] = {"retry", QN_FIN_RETRY, QN_CAUSE_ERROR, .attempt = true},
    [WORKER_FATE_FAIL] = {"fail", QN_FIN_FAILED, QN_CAUSE_ERROR, .attempt = true},
    [WORKER_FATE_SNOOZE] = {"snooze", QN_FIN_SNOOZE, QN_CAUSE_NONE, .snooze = true},
    [WORKER_FATE_REJECTED] = {"rejected", QN_FIN_FAILED, QN_CAUSE_REJECTED},
    [WORKER_FATE_TIMED_OUT] = {"timed_out", QN_FIN_RETRY, QN_CAUSE_TIMEOUT, .attempt = true},
    [WORKER_FATE_CRASHED] = {"crashed", QN_FIN_RETRY, QN_CAUSE_CRASHED, .attempt = true,
                             .death = true},
    [WORKER_FATE_OUT_OF_MEMORY] = {"out_of_memory", QN_FIN_RETRY, QN_CAUSE_OUT_OF_MEMORY,
                                   .attempt = true, .death = true},
    [WORKER_FATE_CANCELLED] = {"cancelled", QN_FIN_CANCELLED, QN_CAUSE_NONE},
    [WORKER_FATE_RELEASED] = {"released", QN_FIN_RELEASE, QN_CAUSE_NONE},
};

/* ---- the decision ---- */

/* What the task says of failures of this cause, NULL when nothing. */
static const struct qn_retry_cause *special(const struct qn_task *task, enum qn_cause cause)
{
    if (task && cause == QN_CAUSE_TIMEOUT)
        return &task->on_timeout;
    if (task && (cause == QN_CAUSE_CRASHED || cause == QN_CAUSE_OUT_OF_MEMORY))
        return &task->on_crash;
    return NULL;
}

static const char *word_of(enum qn_cause cause)
{
    return cause == QN_CAUSE_TIMEOUT ? "on_timeout" : "on_crash";
}

static const struct qn_retry *choose(const struct worker_policy *policy, enum qn_cause cause,
                                     const char **ret_by)
{
    const struct qn_retry_cause *own = special(policy->task, cause);
    const struct {
        const struct qn_retry *retry;
        const char *by;
    } order[] = {
        {&policy->retry, "job"},
        {own ? &own->retry : NULL, word_of(cause)},
        {policy->task ? &policy->task->retry : NULL, "task"},
    };

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (order[i].retry && qn_retry_is_set(order[i].retry)) {
            *ret_by = order[i].by;
            return order[i].retry;
        }
    }
    *ret_by = "default";
    return &policy->retry;
}

static int64_t listed(const struct qn_retry *retry, int attempt)
{
    int64_t ms = retry->delays_ms[0];

    for (int i = 1; i < attempt && i < QN_DELAYS_MAX && retry->delays_ms[i] > 0; i++)
        ms = retry->delays_ms[i];
    return ms;
}

static int64_t retry_delay(const struct qn_retry *retry, int attempt, uint64_t random)
{
    static const enum qn_backoff_shape shapes[] = {
        [QN_BACKOFF_DEFAULT] = QN_SHAPE_EXPONENTIAL,
        [QN_BACKOFF_FIXED] = QN_SHAPE_FIXED,
        [QN_BACKOFF_LINEAR] = QN_SHAPE_LINEAR,
        [QN_BACKOFF_EXPONENTIAL] = QN_SHAPE_EXPONENTIAL,
    };

    if (retry->kind == QN_BACKOFF_LIST)
        return listed(retry, attempt);
    struct qn_backoff_policy policy = {
        .shape = shapes[retry->kind],
        .base_ms = retry->base_ms > 0 ? retry->base_ms : QN_RETRY_BASE_MS,
        .cap_ms = retry->cap_ms,
    };
    if (policy.cap_ms <= 0 && policy.shape == QN_SHAPE_EXPONENTIAL)
        policy.cap_ms = QN_RETRY_CAP_MS;
    return qn_backoff_ms(&policy, attempt, random);
}

/* A handler that gives up because its soft limit passed has timed out. */
static enum qn_cause cause_of(const struct worker_end *end, const struct row *row)
{
    return end->soft_over && row->cause == QN_CAUSE_ERROR ? QN_CAUSE_TIMEOUT : row->cause;
}

/* What forbids a further attempt, NULL nothing. */
static const char *spent(const struct row *row, const struct worker_verdict *verdict,
                         const struct worker_policy *policy)
{
    const struct qn_retry_cause *own = special(policy->task, verdict->cause);

    if (verdict->attempts >= policy->max_attempts)
        return "max_attempts";
    if (own && own->max_attempts > 0 && verdict->attempts >= own->max_attempts)
        return word_of(verdict->cause);
    return row->death && verdict->deaths >= policy->max_deaths ? "max_deaths" : NULL;
}

static void decide(const struct worker_end *end, const struct row *row,
                   const struct worker_policy *policy, struct worker_verdict *verdict)
{
    verdict->kind = row->kind;
    verdict->cause = cause_of(end, row);
    if (end->cancel_asked && row->kind != QN_FIN_SUCCEEDED) {
        verdict->kind = QN_FIN_CANCELLED;
        verdict->cause = QN_CAUSE_NONE;
    } else if (row->kind == QN_FIN_RETRY && (verdict->by = spent(row, verdict, policy)) != NULL) {
        verdict->kind = QN_FIN_FAILED;
    }
}

static int64_t delay_of(const struct worker_end *end, const struct worker_policy *policy,
                        struct worker_verdict *verdict, uint64_t random)
{
    const struct qn_retry *retry = choose(policy, verdict->cause, &verdict->by);

    if (end->delay_ms < 0)
        return retry_delay(retry, verdict->attempts, random);
    verdict->by = "run";
    return end->delay_ms;
}

static int64_t ms_of(const struct worker_end *end, const struct worker_policy *policy,
                     struct worker_verdict *verdict, uint64_t random)
{
    switch (verdict->kind) {
    case QN_FIN_RETRY:
        return delay_of(end, policy, verdict, random);
    case QN_FIN_SNOOZE:
        return end->delay_ms >= 0 ? end->delay_ms : WORKER_SNOOZE_MS;
    case QN_FIN_RELEASE:
        return 0;
    case QN_FIN_FAILED:
        return policy->failed_ttl_ms;
    case QN_FIN_SUCCEEDED:
    case QN_FIN_CANCELLED:
    case QN_FIN_EXPIRED:
    default:
        return policy->result_ttl_ms;
    }
}

void worker_settle(const struct worker_end *end, const struct qn_try *before,
                   const struct worker_policy *policy, uint64_t random, struct worker_verdict *ret)
{
    const struct row *row = &rows[end->fate];
    struct worker_verdict made = {
        .attempts = before->attempts + row->attempt,
        .deaths = before->deaths + row->death,
        .snoozes = before->snoozes + row->snooze,
    };

    decide(end, row, policy, &made);
    made.ms = ms_of(end, policy, &made, random);
    *ret = made;
}

/* ---- the bytes ---- */

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_number(struct qn_buf *out, const char *key, int64_t number)
{
    if (number == 0)
        return;
    qn_json_add_key(out, key);
    qn_json_add_i64(out, number);
}

static void add_line(struct qn_buf *out, const struct worker_verdict *verdict,
                     const struct worker_end *end, const char *token)
{
    size_t head = qn_utf8_cut(end->error.data, end->error.len, WORKER_ERROR_HEAD_MAX);

    qn_buf_add_byte(out, '{');
    add_text(out, "run", token);
    add_text(out, "end", worker_finish_name(verdict->kind));
    if (verdict->cause != QN_CAUSE_NONE)
        add_text(out, "cause", qn_cause_name(verdict->cause));
    if (verdict->by)
        add_text(out, "by", verdict->by);
    add_number(out, "signal", end->signal);
    add_number(out, "max_rss", end->max_rss_bytes);
    add_number(out, "started_ms", end->started_ms);
    add_number(out, "ended_ms", end->ended_ms);
    if (head > 0) {
        qn_json_add_key(out, "error");
        qn_json_add_string(out, end->error.data, head);
    }
    qn_buf_add_byte(out, '}');
}

static int encode_try(const struct worker_verdict *verdict, const struct worker_subject *subject,
                      const char *line, struct qn_buf *out)
{
    struct qn_try after = {
        .attempts = verdict->attempts,
        .deaths = verdict->deaths,
        .snoozes = verdict->snoozes,
        .token = {.data = subject->token, .len = strlen(subject->token)},
        .history = subject->before->history,
    };

    return qn_try_encode(&after, line, out);
}

static int encode_ending(const struct worker_verdict *verdict, const struct worker_end *end,
                         const struct worker_subject *subject, struct qn_span history,
                         struct qn_buf *out)
{
    struct qn_ending ending = {
        .cause = verdict->cause,
        .error = end->error,
        .attempts = verdict->attempts,
        .deaths = verdict->deaths,
        .started_ms = end->started_ms,
        .history = history,
        .worker = {.data = subject->incarnation, .len = strlen(subject->incarnation)},
        .signal = end->signal,
        .max_rss_bytes = end->max_rss_bytes,
    };

    if (verdict->kind == QN_FIN_SUCCEEDED) {
        ending.result = end->result;
        ending.artifacts = end->artifacts;
    }
    return qn_ending_encode(&ending, subject->live, out);
}

/* The history of an ended job is that of its try, trimmed in the same way. */
static int encode_final(const struct worker_verdict *verdict, const struct worker_end *end,
                        const struct worker_subject *subject, const char *line, struct qn_buf *out)
{
    struct qn_buf text;
    struct qn_try after;

    qn_buf_init(&text, QN_HISTORY_MAX + 256);
    int rc = encode_try(verdict, subject, line, &text);
    if (rc == QN_OK)
        rc = qn_try_decode((struct qn_span){.data = text.data, .len = text.len}, &after);
    if (rc == QN_OK)
        rc = encode_ending(verdict, end, subject, after.history, out);
    qn_buf_release(&text);
    return rc;
}

static bool comes_again(enum qn_finish_kind kind)
{
    return kind == QN_FIN_RETRY || kind == QN_FIN_SNOOZE || kind == QN_FIN_RELEASE;
}

int worker_settle_encode(const struct worker_verdict *verdict, const struct worker_end *end,
                         const struct worker_subject *subject, struct qn_buf *out)
{
    struct qn_span none = {.data = "", .len = 0};
    struct qn_buf line;

    /* The record of a job whose only run succeeded says all that a line would. */
    if (verdict->kind == QN_FIN_SUCCEEDED && subject->before->history.len == 0)
        return encode_ending(verdict, end, subject, none, out);
    qn_buf_init(&line, WORKER_HISTORY_LINE_MAX);
    add_line(&line, verdict, end, subject->token);
    int rc = qn_buf_status(&line);
    if (rc == QN_OK && comes_again(verdict->kind))
        rc = encode_try(verdict, subject, line.data, out);
    else if (rc == QN_OK)
        rc = encode_final(verdict, end, subject, line.data, out);
    qn_buf_release(&line);
    return rc;
}

const char *worker_fate_name(enum worker_fate fate)
{
    return rows[fate].name;
}

const char *worker_finish_name(enum qn_finish_kind kind)
{
    switch (kind) {
    case QN_FIN_SUCCEEDED:
        return "succeeded";
    case QN_FIN_FAILED:
        return "failed";
    case QN_FIN_CANCELLED:
        return "cancelled";
    case QN_FIN_EXPIRED:
        return "expired";
    case QN_FIN_RETRY:
        return "retrying";
    case QN_FIN_SNOOZE:
        return "snoozed";
    case QN_FIN_RELEASE:
        return "released";
    default:
        return "?";
    }
}
