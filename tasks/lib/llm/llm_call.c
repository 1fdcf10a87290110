#include "common/id.h"
#include "common/str.h"
#include "llm_type.h"
#include "tasks/lib/wait.h"
#include <poll.h>
#include <string.h>

#define TOKENS_PRESET 1024
#define QUIRKS_MOST   3 /* fields dropped in one call */

/* All attempts at one model. */
struct trying {
    struct qn_llm_call *call;
    struct qn_llm_attempt attempt;
    int attempts; /* of it that count */
    int failures[QN_LLM_CLASSES];
    int quirks;
    int64_t patience_until;
};

static int64_t now_ms(void)
{
    return qn_mono_ms(&qn_clock_system);
}

static uint64_t chance(void)
{
    uint64_t random = 0;
    struct qn_err ignored;

    return qn_random(&random, sizeof(random), &ignored) == QN_OK ? random : (uint64_t)now_ms();
}

/* False: stopped meanwhile. */
static bool wait_ms(const struct qn_llm *llm, int64_t ms)
{
    return ms <= 0 ? !qn_llm_is_stopped(llm)
                   : qn_wait_fd(-1, 0, llm->stop_fd, now_ms() + ms) == QN_ETIMEOUT;
}

static void begin_attempt(struct trying *trying)
{
    qn_llm_answer_release(&trying->attempt.answer);
    qn_llm_answer_init(&trying->attempt.answer, QN_LLM_TEXT_MAX);
    trying->attempt.class = QN_LLM_FINE;
    trying->attempt.sent = false;
    trying->attempt.wait_ms = -1;
    trying->attempt.field = 0;
    trying->attempt.detail[0] = '\0';
}

static void count_attempt(struct trying *trying)
{
    struct qn_llm *llm = trying->call->llm;
    bool again = trying->attempts > 0;

    if (trying->attempt.sent) {
        trying->attempts++;
        qn_llm_window_add(&llm->retries, now_ms(), 1, again);
    }
}

/* A field that the server does not know is left out from now on. */
static bool learns(struct trying *trying)
{
    struct qn_llm *llm = trying->call->llm;
    unsigned fresh = trying->attempt.field & ~qn_llm_without(llm, trying->attempt.model);

    if (trying->attempt.class != QN_LLM_CALLER || fresh == 0 || trying->quirks >= QUIRKS_MOST) {
        return false;
    }
    qn_llm_learn(llm, trying->attempt.model, fresh);
    trying->quirks++;
    trying->attempts--;
    return true;
}

/* Room for a longer answer, if there is any. */
static bool lengthens(struct trying *trying)
{
    int64_t most = trying->call->llm->profile->max_output;
    int64_t twice = trying->attempt.max_tokens * 2;

    twice = twice < most ? twice : most;
    if (twice <= trying->attempt.max_tokens) {
        return false;
    }
    trying->attempt.max_tokens = twice;
    return true;
}

/* No turn was free: waited for, for a while. */
static bool is_patient(const struct trying *trying)
{
    return trying->attempt.class == QN_LLM_BUSY &&
           now_ms() + trying->attempt.wait_ms <= trying->patience_until;
}

static bool plans_again(struct trying *trying, int64_t *ret_wait)
{
    struct qn_llm *llm = trying->call->llm;
    enum qn_llm_class class = trying->attempt.class;
    const struct qn_llm_state_of_call state = {.class = class,
                                               .attempts = trying->attempts,
                                               .same = ++trying->failures[class],
                                               .elapsed_ms = now_ms() - trying->call->begin,
                                               .wait_ms = trying->attempt.wait_ms,
                                               .backoff_ms = llm->backoff_ms,
                                               .random = chance()};

    if (!qn_llm_try_again(&state, ret_wait)) {
        return false;
    }
    if (!qn_llm_may_retry(&llm->retries, now_ms())) {
        *ret_wait = 0;
        return false;
    }
    if (class == QN_LLM_TRUNCATED) {
        *ret_wait = 0;
        return lengthens(trying);
    }
    return true;
}

/* Whether there is another attempt; waits for its time. */
static bool goes_on(struct trying *trying)
{
    struct qn_llm *llm = trying->call->llm;
    enum qn_llm_class class = trying->attempt.class;
    int64_t wait = trying->attempt.wait_ms;

    if (class == QN_LLM_FINE || class == QN_LLM_STOPPED) {
        return false;
    }
    if (learns(trying)) {
        wait = 0;
    } else if (!is_patient(trying)) {
        if (!plans_again(trying, &wait)) {
            trying->call->reply->delay_ms = wait;
            return false;
        }
        llm->counters.retries[class]++;
    }
    if (trying->call->load != NULL) {
        (void)qn_kv_load_keep(trying->call->load);
    }
    if (!wait_ms(llm, wait)) {
        trying->attempt.class = QN_LLM_STOPPED;
        return false;
    }
    return true;
}

static int64_t max_tokens_of(const struct qn_llm_call *call)
{
    int64_t wanted = call->request->max_tokens;

    wanted = wanted > 0 ? wanted : TOKENS_PRESET;
    return wanted < call->llm->profile->max_output ? wanted : call->llm->profile->max_output;
}

/* What can be known before anything is sent. */
static void check_before(struct trying *trying)
{
    struct qn_llm_call *call = trying->call;
    struct qn_llm_attempt *attempt = &trying->attempt;
    int64_t needs = qn_llm_request_estimate(call->request, NULL) + attempt->max_tokens;
    bool bounded = false;

    for (size_t i = 0; i < QN_LLM_BUDGETS; i++) {
        bounded = bounded || call->llm->budget_micro[i] > 0;
    }
    if (!qn_llm_price_find(call->llm->prices, call->llm->profile, attempt->model,
                           &attempt->price) &&
        bounded) {
        attempt->class = QN_LLM_CALLER;
        qn_str_copy(attempt->detail, sizeof(attempt->detail),
                    "llm-prices: a budget is set, and the model's price is not known");
    } else if (call->llm->profile->cuts_silently && needs > call->llm->context) {
        attempt->class = QN_LLM_CONTEXT;
        qn_str_copy(attempt->detail, sizeof(attempt->detail),
                    "the server would drop the front of the prompt");
    }
}

static void keep_answer(struct qn_llm_call *call, struct qn_llm_answer *answer)
{
    struct qn_llm_reply *reply = call->reply;

    qn_buf_release(&reply->text);
    qn_buf_release(&reply->reasoning);
    reply->text = answer->text;
    reply->reasoning = answer->reasoning;
    qn_buf_init(&answer->text, 0);
    qn_buf_init(&answer->reasoning, 0);
}

static enum qn_llm_class try_model(struct qn_llm_call *call, const char *model,
                                   struct qn_err *reterr)
{
    struct trying trying = {.call = call,
                            .attempt = {.model = model, .max_tokens = max_tokens_of(call)},
                            .patience_until = now_ms() + QN_LLM_PATIENCE_MS};
    struct qn_llm_attempt *attempt = &trying.attempt;

    call->reply->delay_ms = 0;
    call->reply->usage.model = model;
    begin_attempt(&trying);
    check_before(&trying);
    if (attempt->class == QN_LLM_FINE) {
        do {
            begin_attempt(&trying);
            qn_llm_attempt_run(call, attempt);
            count_attempt(&trying);
        } while (goes_on(&trying));
    }
    if (attempt->class == QN_LLM_FINE) {
        keep_answer(call, &attempt->answer);
    } else if (attempt->class == QN_LLM_STOPPED) {
        qn_fail(reterr, QN_ETIMEOUT, "LLM_STOPPED: stopped by the soft limit");
    } else {
        qn_fail(reterr, qn_llm_classes[attempt->class].code, "%s: %s",
                qn_llm_classes[attempt->class].name, attempt->detail);
    }
    if (attempt->class == QN_LLM_BUDGET || attempt->class == QN_LLM_BUSY ||
        attempt->class == QN_LLM_OPEN) {
        call->reply->delay_ms = attempt->wait_ms > 0 ? attempt->wait_ms : 0;
    }
    qn_llm_answer_release(&attempt->answer);
    return attempt->class;
}

static void alert(struct qn_llm *llm, enum qn_llm_class class, const struct qn_err *why)
{
    if (class == QN_LLM_AUTH || class == QN_LLM_BALANCE) {
        qn_llm_tell(llm, QN_LLM_NOTE_AUTH, why->msg);
    }
}

int qn_llm_call_run(struct qn_llm_call *call, struct qn_err *reterr)
{
    struct qn_llm *llm = call->llm;
    const char *model = qn_llm_model_of(call);
    struct qn_err first = {.code = QN_OK}, second = {.code = QN_OK};
    enum qn_llm_class class = try_model(call, model, &first);
    int64_t delay = call->reply->delay_ms;

    alert(llm, class, &first);
    if (qn_llm_classes[class].fallback && llm->fallback[0] != '\0' &&
        strcmp(llm->fallback, model) != 0 && now_ms() - call->begin < QN_LLM_RETRY_MS) {
        llm->counters.fallbacks++;
        enum qn_llm_class other = try_model(call, llm->fallback, &second);

        if (other == QN_LLM_FINE || other == QN_LLM_STOPPED) {
            class = other;
            first = second;
        }
        call->reply->delay_ms = class == QN_LLM_FINE ? 0 : delay;
    }
    call->reply->class = class;
    return class == QN_LLM_FINE ? QN_OK
                                : qn_fail(reterr, qn_llm_classes[class].code, "%s", first.msg);
}
