#include "retry.h"

#include "bounds.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [QN_BACKOFF_DEFAULT] = "",      [QN_BACKOFF_FIXED] = "fixed",
    [QN_BACKOFF_LINEAR] = "linear", [QN_BACKOFF_EXPONENTIAL] = "exponential",
    [QN_BACKOFF_LIST] = "list",
};
#define KINDS (sizeof(names) / sizeof(names[0]))

const char *qn_backoff_name(enum qn_backoff kind)
{
    return (size_t)kind < KINDS ? names[kind] : "?";
}

static enum qn_backoff kind_of(const char *name)
{
    for (size_t i = QN_BACKOFF_FIXED; i < KINDS; i++) {
        if (strcmp(names[i], name) == 0)
            return (enum qn_backoff)i;
    }
    return QN_BACKOFF_DEFAULT;
}

/* Where the ith time of the text goes, NULL when there are too many. */
static int64_t *place_of(struct qn_retry *retry, int i)
{
    if (retry->kind == QN_BACKOFF_LIST)
        return i < QN_DELAYS_MAX ? &retry->delays_ms[i] : NULL;
    return i == 0 ? &retry->base_ms : i == 1 ? &retry->cap_ms : NULL;
}

int qn_retry_parse(const char *text, struct qn_retry *ret, struct qn_err *reterr)
{
    struct qn_retry made = {.kind = QN_BACKOFF_DEFAULT};
    char copy[QN_RETRY_TEXT_SIZE], *rest = copy;
    bool ok = qn_str_copy(copy, sizeof(copy), text);

    made.kind = kind_of(strsep(&rest, ":"));
    for (int i = 0; ok && rest; i++) {
        int64_t *to = place_of(&made, i);
        ok = to && qn_str_to_ms(strsep(&rest, ":"), to) == QN_OK && *to > 0;
    }
    if (!ok || made.kind == QN_BACKOFF_DEFAULT)
        return qn_fail(reterr, QN_EINVAL,
                       "\"%.60s\" is not fixed, linear or exponential with :BASE and :CAP, or "
                       "list with 1-%d delays, such as list:1s:10s:1m",
                       text, QN_DELAYS_MAX);
    int rc = qn_retry_check(&made, reterr);
    if (rc == QN_OK)
        *ret = made;
    return rc;
}

bool qn_retry_is_set(const struct qn_retry *retry)
{
    return retry->kind != QN_BACKOFF_DEFAULT || retry->base_ms > 0 || retry->cap_ms > 0;
}

/* The same policy with all that the words cannot leave out: a kind, and a base before a cap. */
static struct qn_retry spelled(const struct qn_retry *retry)
{
    struct qn_retry copy = *retry;

    if (copy.kind == QN_BACKOFF_DEFAULT && qn_retry_is_set(retry))
        copy.kind = QN_BACKOFF_EXPONENTIAL;
    if (copy.cap_ms > 0 && copy.base_ms == 0)
        copy.base_ms = copy.cap_ms < QN_RETRY_BASE_MS ? copy.cap_ms : QN_RETRY_BASE_MS;
    return copy;
}

void qn_retry_print(const struct qn_retry *retry, char out[QN_RETRY_TEXT_SIZE])
{
    struct qn_retry copy = spelled(retry);
    char time[QN_MS_TEXT_SIZE];
    size_t len = (size_t)snprintf(out, QN_RETRY_TEXT_SIZE, "%s", qn_backoff_name(copy.kind));
    const int64_t *at;

    for (int i = 0; qn_retry_is_set(&copy) && (at = place_of(&copy, i)) && *at > 0; i++) {
        qn_ms_to_str(*at, time);
        len += (size_t)snprintf(out + len, QN_RETRY_TEXT_SIZE - len, ":%s", time);
    }
}

static int check_time(const char *name, int64_t value, int64_t most, struct qn_err *reterr)
{
    char given[QN_MS_TEXT_SIZE], limit[QN_MS_TEXT_SIZE];

    if (value >= 0 && value <= most)
        return QN_OK;
    qn_ms_to_str(value, given);
    qn_ms_to_str(most, limit);
    return qn_fail(reterr, QN_EINVAL, "%s: %s is not from 0 to %s", name, given, limit);
}

int qn_retry_check(const struct qn_retry *retry, struct qn_err *reterr)
{
    if ((int)retry->kind < 0 || (size_t)retry->kind >= KINDS)
        return qn_fail(reterr, QN_EINVAL, "retry.kind: %d is none", (int)retry->kind);
    if (retry->kind == QN_BACKOFF_LIST && retry->delays_ms[0] == 0)
        return qn_fail(reterr, QN_EINVAL, "retry.delays: a list has at least one delay");
    int rc = check_time("retry.base", retry->base_ms, QN_RETRY_BASE_MAX, reterr);
    if (rc == QN_OK)
        rc = check_time("retry.cap", retry->cap_ms, QN_RETRY_CAP_MAX, reterr);
    for (int i = 0; rc == QN_OK && i < QN_DELAYS_MAX; i++)
        rc = check_time("retry.delays", retry->delays_ms[i], QN_RETRY_CAP_MAX, reterr);
    if (rc == QN_OK && retry->cap_ms > 0 && retry->cap_ms < retry->base_ms)
        return qn_fail(reterr, QN_EINVAL, "retry.cap: it is below retry.base");
    return rc;
}
