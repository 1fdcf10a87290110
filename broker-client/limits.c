#include "limits.h"

#include "bounds.h"
#include "taskdef.h"
#include "unique.h"
#include <stdio.h>
#include <string.h>

bool qn_limit_key_ok(struct qn_span key)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_.:@-";

    for (size_t i = 0; i < key.len; i++) {
        if (key.data[i] == '\0' || !strchr(allowed, key.data[i]))
            return false;
    }
    return key.len >= 1 && key.len <= QN_LIMIT_KEY_MAX;
}

bool qn_limit_scope_ok(const char *scope)
{
    if (strncmp(scope, "task:", 5) == 0)
        return qn_task_name_ok(scope + 5);
    return strncmp(scope, "key:", 4) == 0 &&
           (strcmp(scope + 4, "*") == 0 ||
            qn_limit_key_ok((struct qn_span){scope + 4, strlen(scope + 4)}));
}

static bool figure_ok(int64_t figure)
{
    return figure >= 0 && figure <= QN_LIMIT_FIGURE_MAX;
}

const char *qn_limits_fault(const struct qn_limit *limits, size_t n)
{
    if (n < 1 || n > QN_LIMIT_BATCH_MAX)
        return "1-100 limits are set at once";
    for (size_t i = 0; i < n; i++) {
        const struct qn_limit *limit = &limits[i];
        if (!limit->scope || !qn_limit_scope_ok(limit->scope))
            return "a limit's scope is not task:<task>, key:<key> or key:*";
        if (!figure_ok(limit->concurrency) || !figure_ok(limit->rate) || !figure_ok(limit->burst) ||
            limit->per_ms < 0 || limit->per_ms > QN_LIMIT_PER_MAX)
            return "a figure of a limit is negative, above 1,000,000, or a time above 31 days";
        if (limit->rate > 0 && limit->per_ms == 0)
            return "a rate needs the time that it is counted in";
    }
    return NULL;
}

bool qn_rate_read(struct qn_span text, int64_t *ret_rate, int64_t *ret_per_ms)
{
    const char *slash = text.len > 0 ? memchr(text.data, '/', text.len) : NULL;
    size_t before = slash ? (size_t)(slash - text.data) : 0;
    int64_t rate, per_ms;
    char per[QN_MS_TEXT_SIZE];

    if (!slash || text.len - before - 1 < 1 || text.len - before >= sizeof(per) - 1)
        return false;
    bool counted = slash[1] >= '0' && slash[1] <= '9';
    snprintf(per, sizeof(per), "%s%.*s", counted ? "" : "1", (int)(text.len - before - 1),
             slash + 1);
    if (qn_strn_to_i64(text.data, before, &rate) != QN_OK || qn_str_to_ms(per, &per_ms) != QN_OK ||
        rate <= 0 || per_ms <= 0)
        return false;
    *ret_rate = rate;
    *ret_per_ms = per_ms;
    return true;
}

void qn_rate_print(int64_t rate, int64_t per_ms, char out[QN_RATE_TEXT_SIZE])
{
    char per[QN_MS_TEXT_SIZE];

    qn_ms_to_str(per_ms, per);
    snprintf(out, QN_RATE_TEXT_SIZE, "%lld/%s", (long long)rate, per);
}

bool qn_new_job_unique_ok(const struct qn_new_job *job)
{
    if (job->unique.until == QN_UNIQUE_NO)
        return true;
    return qn_unique_check(&job->unique, NULL) == QN_OK && job->unique_key &&
           strspn(job->unique_key, "0123456789abcdef") == QN_UNIQUE_KEY_SIZE - 1 &&
           job->unique_key[QN_UNIQUE_KEY_SIZE - 1] == '\0';
}
