/* llm.h - asking a language model, of any server that speaks as OpenAI's does.
 *
 *     struct qn_llm_message said[] = {{"system", qn_rd_text(rules)}, {"user", qn_rd_text(text)}};
 *     struct qn_llm_request request = {.purpose = QN_LLM_SQL, .messages = said, .n_messages = 2,
 *                                      .job = qn_job_id(job), .key = who, .cached = true,
 *                                      .valid = passes_the_guard, .arg = guard};
 *     qn_llm_heed(llm, qn_job_stop_fd(job));
 *     rc = qn_llm_ask(llm, &request, &reply, &err);
 *     if (rc == QN_EAGAIN) {                       // not now: nothing is lost by waiting
 *         qn_job_delay(job, reply.delay_ms);
 *         return QN_SNOOZE;
 *     }
 *
 * One owner of retries. A call sends at most QN_LLM_ATTEMPTS requests, and none later than
 * QN_LLM_RETRY_MS after its begin; which failures are worth another one says the table of
 * llm_class.h. Beyond that the queue tries again (QN_RETRY), or waits (QN_SNOOZE: no attempt, no
 * executor): a Retry-After that is long, a quota, a breaker that is open, an endpoint that is
 * busy come back as QN_EAGAIN with delay_ms.
 *
 * An answer is given only when it is whole: a stream that broke off, a text that was cut, an
 * empty one and a shape that is none are errors, never answers. What a reasoning model thinks
 * is kept apart from what it says.
 *
 * Before each request the shared state is asked, in one script on Redis (QUERN_CACHE_URL): the
 * breaker of (address, model), the budgets, the requests per minute, the places. What the call
 * may cost at most is reserved there, and settled after it: calls side by side never pass a
 * budget by more than the estimate of the prompt is wrong. Without Redis, or while it does not
 * answer, each process keeps this state alone.
 *
 * Money is integers: millionths of the currency's unit ("micro"). Tokens are those that the
 * provider tells; else they are estimated, and marked so.
 *
 * Errors: the text begins with the class's name, "LLM_TIMEOUT: ...", and holds neither the key
 * nor the prompt. QN_EAGAIN see above. QN_ECONN, QN_ETIMEOUT, QN_EPROTO: the server failed, the
 * queue may try again. QN_EINVAL: the request, the key or the settings are wrong. QN_ELIMIT: too
 * long for the model, cut at the maximum, or BUDGET_EXCEEDED, where delay_ms says when the
 * budget begins anew (0: never for this job). "stopped by the soft limit" is QN_ETIMEOUT with
 * the class QN_LLM_STOPPED.
 *
 * Not here: prompts, what an answer means, tools and images; sharing among threads (a struct
 * qn_llm is of one). Settings and privacy: docs/llm.md.
 */
#ifndef TASKS_LIB_LLM_LLM_H
#define TASKS_LIB_LLM_LLM_H

#include "common/clock.h"
#include "llm_class.h"
#include "llm_profile.h"
#include "llm_request.h"
#include "tasks/lib/kv.h"

#define QN_LLM_ATTEMPTS      3
#define QN_LLM_RETRY_MS      30000 /* after which no further request begins */
#define QN_LLM_CONNECT_MS    5000
#define QN_LLM_FIRST_BYTE_MS 30000
#define QN_LLM_IDLE_MS       20000
#define QN_LLM_TOTAL_MS      90000
#define QN_LLM_PATIENCE_MS   2000 /* waited in place for a turn; a longer wait is QN_EAGAIN */
#define QN_LLM_ANSWER_MAX    ((size_t)2 * 1024 * 1024)
#define QN_LLM_TEXT_MAX      ((size_t)1024 * 1024) /* of an answer, and of its reasoning */
#define QN_LLM_NAME_MAX      96                    /* bytes of a model's name */

struct qn_llm;

/* ---- what happened, for the audit and for people ---- */

/* One row for each qn_llm_ask that sent something or was answered by the cache. Borrowed. */
struct qn_llm_usage {
    const char *job, *key;
    enum qn_llm_purpose purpose;
    const char *model;
    int64_t prompt, cached, completion, reasoning; /* tokens of all attempts */
    bool estimated;                                /* at least one attempt told no tokens */
    int64_t cost_micro;
    const char *currency;
    int64_t took_ms, first_byte_ms; /* first_byte_ms: of the last attempt, -1 none */
    int attempts;                   /* requests that were sent */
    char finish[40];                /* finish_reason of the last one; "" none */
    bool from_cache;
    enum qn_llm_class class; /* QN_LLM_FINE, or what ended it */
};

/* Since create, of this process. */
struct qn_llm_counters {
    int64_t requests; /* sent, over HTTP */
    int64_t calls[QN_LLM_CLASSES];
    int64_t retries[QN_LLM_CLASSES]; /* by what made them necessary */
    int64_t fallbacks;
    int64_t tokens[QN_LLM_PURPOSES];
    int64_t cost_micro;
    int64_t cache_hits, cache_misses;
    int64_t took_ms; /* of all calls */
    int64_t shared_errors;
    int64_t budget_percent; /* the fullest budget seen last; -1: none is set */
};

/* ---- a client ---- */

enum qn_llm_budget { QN_LLM_PER_CALL, QN_LLM_PER_JOB, QN_LLM_PER_KEY_DAY, QN_LLM_PER_MONTH };
#define QN_LLM_BUDGETS 4
extern const char *const qn_llm_budget_names[QN_LLM_BUDGETS]; /* "call", "job", "key", "month" */

/* Texts are copied; NULL is "". 0 is the value above or "none". */
struct qn_llm_options {
    const char *url; /* of the server, with or without /v1 */
    const char *key; /* "": none is sent */
    const char *model;
    const char *model_of[QN_LLM_PURPOSES]; /* "": model */
    const char *fallback;                  /* model of the same server; "": none */
    const char *profile;                   /* "": by the address */
    const char *prices;                    /* llm_profile.h; "": the profile's */
    const char *ca_file;
    const char *proxy;
    int64_t context;                      /* tokens; 0: the profile's */
    int64_t budget_micro[QN_LLM_BUDGETS]; /* 0: none */
    int64_t concurrency;                  /* requests at a time per endpoint, of all processes */
    int64_t rpm;                          /* requests per minute per endpoint, likewise */
    const char *redis;                    /* URL; "": this process alone */
    const char *ns;                       /* before each key */
    struct qn_kv *kv;                     /* for answers; borrowed; NULL: none are kept */
    int64_t connect_ms, first_byte_ms, idle_ms, total_ms, backoff_ms;
    const struct qn_clock *clock; /* of the local state; NULL: the system's */
    /* One row per call. May be NULL. */
    void (*on_usage)(void *arg, const struct qn_llm_usage *usage);
    /* What an operator should see: a budget at 80 %, a key that is refused, Redis that does not
     * answer. Each at most once a minute. May be NULL. */
    void (*on_note)(void *arg, const char *text);
    void *arg;
};

/* Connects to nobody. QN_EINVAL names the setting. */
QN_MUST_CHECK int qn_llm_create(struct qn_llm **ret, const struct qn_llm_options *options,
                                struct qn_err *reterr);
/* The same with the settings QUERN_LLM_..., QUERN_CACHE_URL and QUERN_NAMESPACE of the
 * environment: of options only kv, clock and the callbacks are read. QN_ENOTFOUND when
 * QUERN_LLM_URL is not set. */
QN_MUST_CHECK int qn_llm_create_from_env(struct qn_llm **ret, const struct qn_llm_options *options,
                                         struct qn_err *reterr);
void qn_llm_free(struct qn_llm *llm); /* NULL is fine */

/* For each job; -1: none. */
void qn_llm_heed(struct qn_llm *llm, int stop_fd);
const struct qn_llm_counters *qn_llm_counters(const struct qn_llm *llm);
const char *qn_llm_model(const struct qn_llm *llm, enum qn_llm_purpose purpose);
const struct qn_llm_profile *qn_llm_profile(const struct qn_llm *llm);

/* What a call would cost, in micro-units; -1: the price is not known. */
int64_t qn_llm_cost_of(const struct qn_llm *llm, enum qn_llm_purpose purpose, int64_t prompt,
                       int64_t completion);

/* ---- asking ---- */

struct qn_llm_reply {
    struct qn_buf text;
    struct qn_buf reasoning; /* "" when there is none, and for one from the cache */
    enum qn_llm_class class;
    int64_t delay_ms; /* with QN_EAGAIN, and with a budget */
    bool valid;       /* what request.valid said; true without one */
    struct qn_llm_usage usage;
};
/* Fills *ret in any case; release it in any case. */
QN_MUST_CHECK int qn_llm_ask(struct qn_llm *llm, const struct qn_llm_request *request,
                             struct qn_llm_reply *ret, struct qn_err *reterr);
void qn_llm_reply_release(struct qn_llm_reply *reply); /* zeroed is fine */

/* GET /models: whether the server is there and takes the key. One request, no retry. */
QN_MUST_CHECK int qn_llm_probe(struct qn_llm *llm, struct qn_err *reterr);

#endif
