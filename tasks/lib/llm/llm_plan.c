#include "llm_plan.h"

#define BUCKET_MS (QN_LLM_WINDOW_MS / QN_LLM_BUCKETS)
#define ATTEMPTS  3
#define RETRY_MS  30000

int64_t qn_llm_backoff_ms(int64_t base_ms, int retry, uint64_t random)
{
    int64_t top = base_ms;

    for (int i = 1; i < retry && top < QN_LLM_BACKOFF_CAP_MS; i++) {
        top *= 2;
    }
    top = top < 0 ? 0 : top > QN_LLM_BACKOFF_CAP_MS ? QN_LLM_BACKOFF_CAP_MS : top;
    return (int64_t)(random % ((uint64_t)top + 1));
}

/* ---- a window ---- */

void qn_llm_window_add(struct qn_llm_window *window, int64_t now_ms, int64_t all, int64_t marked)
{
    int64_t bucket = now_ms / BUCKET_MS;
    size_t i = (size_t)(bucket % QN_LLM_BUCKETS);

    if (window->bucket[i] != bucket) {
        window->bucket[i] = bucket;
        window->all[i] = window->marked[i] = 0;
    }
    window->all[i] += all;
    window->marked[i] += marked;
}

void qn_llm_window_sum(const struct qn_llm_window *window, int64_t now_ms, int64_t *ret_all,
                       int64_t *ret_marked)
{
    int64_t bucket = now_ms / BUCKET_MS;

    *ret_all = *ret_marked = 0;
    for (size_t i = 0; i < QN_LLM_BUCKETS; i++) {
        if (window->bucket[i] > bucket - QN_LLM_BUCKETS && window->bucket[i] <= bucket) {
            *ret_all += window->all[i];
            *ret_marked += window->marked[i];
        }
    }
}

bool qn_llm_may_retry(const struct qn_llm_window *window, int64_t now_ms)
{
    int64_t all, retries;

    qn_llm_window_sum(window, now_ms, &all, &retries);
    return retries < QN_LLM_RETRIES_FREE || retries * 100 < all * QN_LLM_RETRY_PERCENT;
}

/* ---- attempts ---- */

/* Until when a task that cannot go on now should be put off. */
static int64_t put_off_ms(const struct qn_llm_state_of_call *call)
{
    if (qn_llm_classes[call->class].code != QN_EAGAIN) {
        return 0;
    }
    if (call->wait_ms >= 0) {
        return call->wait_ms + (int64_t)(call->random % 1000);
    }
    return call->class == QN_LLM_RATE ? QN_LLM_SHORT_WAIT_MS : QN_LLM_LONG_WAIT_MS;
}

bool qn_llm_try_again(const struct qn_llm_state_of_call *call, int64_t *ret_wait_ms)
{
    int64_t wait = qn_llm_backoff_ms(call->backoff_ms, call->same, call->random);

    if (call->wait_ms >= 0) { /* what the server asks for, and never all at once */
        wait += call->wait_ms;
    }
    if (call->attempts >= ATTEMPTS || call->same > qn_llm_classes[call->class].retries ||
        call->elapsed_ms + wait > RETRY_MS) {
        *ret_wait_ms = put_off_ms(call);
        return false;
    }
    *ret_wait_ms = wait;
    return true;
}

/* ---- the breaker ---- */

bool qn_llm_breaker_ask(struct qn_llm_breaker *breaker, int64_t now_ms, int64_t *ret_wait_ms)
{
    *ret_wait_ms = 0;
    if (breaker->open_until == 0) {
        return true;
    }
    if (now_ms < breaker->open_until) {
        *ret_wait_ms = breaker->open_until - now_ms;
        return false;
    }
    if (now_ms < breaker->probe_until) {
        *ret_wait_ms = breaker->probe_until - now_ms;
        return false;
    }
    breaker->probe_until = now_ms + QN_LLM_BREAKER_PROBE_MS;
    return true;
}

static void open(struct qn_llm_breaker *breaker, int64_t now_ms)
{
    int64_t longer = breaker->open_ms * 2;

    breaker->open_ms = breaker->open_ms == 0             ? QN_LLM_BREAKER_OPEN_MS
                       : longer > QN_LLM_BREAKER_MOST_MS ? QN_LLM_BREAKER_MOST_MS
                                                         : longer;
    breaker->open_until = now_ms + breaker->open_ms;
    breaker->probe_until = 0;
    breaker->good = 0;
    breaker->window = (struct qn_llm_window){.bucket = {0}};
}

static void tell_closed(struct qn_llm_breaker *breaker, int64_t now_ms, bool bad)
{
    int64_t all, failed;

    qn_llm_window_add(&breaker->window, now_ms, 1, bad);
    qn_llm_window_sum(&breaker->window, now_ms, &all, &failed);
    if (bad && all >= QN_LLM_BREAKER_CALLS && failed * 100 >= all * QN_LLM_BREAKER_PERCENT) {
        open(breaker, now_ms);
    }
}

void qn_llm_breaker_tell(struct qn_llm_breaker *breaker, int64_t now_ms,
                         enum qn_llm_verdict verdict)
{
    bool open_now = breaker->open_until > 0;

    if (open_now && now_ms < breaker->open_until) {
        return; /* of a request that was sent before it opened */
    }
    breaker->probe_until = 0;
    if (verdict == QN_LLM_NEITHER) {
        return;
    }
    if (!open_now) {
        tell_closed(breaker, now_ms, verdict == QN_LLM_BAD);
    } else if (verdict == QN_LLM_BAD) {
        open(breaker, now_ms);
    } else if (++breaker->good >= QN_LLM_BREAKER_GOOD) {
        *breaker = (struct qn_llm_breaker){.good = 0};
    }
}

enum qn_llm_breaker_state qn_llm_breaker_state(const struct qn_llm_breaker *breaker, int64_t now_ms)
{
    return breaker->open_until == 0       ? QN_LLM_CLOSED
           : now_ms < breaker->open_until ? QN_LLM_OPENED
                                          : QN_LLM_HALF;
}
