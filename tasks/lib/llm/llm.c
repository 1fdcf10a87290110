#include "llm.h"

#include "common/mem.h"
#include "common/str.h"
#include "llm_type.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define PLACE_GRACE_MS 10000
#define PROBE_MAX      ((size_t)1024 * 1024)

static const char *text_of(const char *text)
{
    return text != NULL ? text : "";
}

/* ---- settings ---- */

static int copy(char *out, size_t size, const char *name, const char *text, struct qn_err *reterr)
{
    text = text_of(text);
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            return qn_fail(reterr, QN_EINVAL, "%s: holds a control character", name);
        }
    }
    return qn_str_copy(out, size, text)
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "%s: over %zu bytes", name, size - 1);
}

/* With /v1 unless the address has a path of its own. */
static int set_url(struct qn_llm *llm, const char *text, struct qn_err *reterr)
{
    char url[QN_LLM_URL_MAX];
    struct qn_err why;
    const char *path;
    size_t len;
    int rc = copy(url, sizeof(url), "llm-url", text, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (qn_http_url_check(url, &why) != QN_OK) {
        return qn_fail(reterr, why.code, "llm-url: %s", why.msg);
    }
    for (len = strlen(url); len > 0 && url[len - 1] == '/'; len--) {
        url[len - 1] = '\0';
    }
    path = strchr(strstr(url, "://") + 3, '/');
    snprintf(llm->chat_url, sizeof(llm->chat_url), "%s%s/chat/completions", url,
             path == NULL ? "/v1" : "");
    snprintf(llm->models_url, sizeof(llm->models_url), "%s%s/models", url,
             path == NULL ? "/v1" : "");
    return QN_OK;
}

static int set_models(struct qn_llm *llm, const struct qn_llm_options *options,
                      struct qn_err *reterr)
{
    int rc =
        copy(llm->fallback, sizeof(llm->fallback), "llm-model-fallback", options->fallback, reterr);

    for (size_t i = 0; i < QN_LLM_PURPOSES && rc == QN_OK; i++) {
        const char *own = text_of(options->model_of[i]);

        rc = copy(llm->models[i], sizeof(llm->models[i]), "llm-model",
                  own[0] != '\0' ? own : options->model, reterr);
        if (rc == QN_OK && llm->models[i][0] == '\0') {
            rc = qn_fail(reterr, QN_EINVAL, "llm-model: none is set");
        }
    }
    return rc;
}

static int set_texts(struct qn_llm *llm, const struct qn_llm_options *options,
                     struct qn_err *reterr)
{
    int rc = set_url(llm, text_of(options->url), reterr);

    if (rc == QN_OK) {
        rc = copy(llm->key, sizeof(llm->key), "llm-key", options->key, reterr);
    }
    if (rc == QN_OK) {
        rc = set_models(llm, options, reterr);
    }
    if (rc == QN_OK) {
        rc = copy(llm->prices, sizeof(llm->prices), "llm-prices", options->prices, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_llm_prices_check(llm->prices, reterr);
    }
    snprintf(llm->authorization, sizeof(llm->authorization), "Authorization: Bearer %s", llm->key);
    return rc;
}

static int64_t or_preset(int64_t value, int64_t preset)
{
    return value > 0 ? value : preset;
}

static int set_numbers(struct qn_llm *llm, const struct qn_llm_options *options,
                       struct qn_err *reterr)
{
    llm->profile = qn_llm_profile_find(text_of(options->profile), llm->chat_url);
    if (llm->profile == NULL) {
        return qn_fail(
            reterr, QN_EINVAL,
            "llm-profile: none of deepseek, openai, vllm, ollama, llama-server, generic");
    }
    llm->context = or_preset(options->context, llm->profile->context);
    memcpy(llm->budget_micro, options->budget_micro, sizeof(llm->budget_micro));
    llm->connect_ms = or_preset(options->connect_ms, QN_LLM_CONNECT_MS);
    llm->first_byte_ms = or_preset(options->first_byte_ms, QN_LLM_FIRST_BYTE_MS);
    llm->idle_ms = or_preset(options->idle_ms, QN_LLM_IDLE_MS);
    llm->total_ms = or_preset(options->total_ms, QN_LLM_TOTAL_MS);
    llm->backoff_ms = or_preset(options->backoff_ms, QN_LLM_BACKOFF_MS);
    llm->clock = options->clock != NULL ? options->clock : &qn_clock_system;
    llm->kv = options->kv;
    llm->on_usage = options->on_usage;
    llm->on_note = options->on_note;
    llm->arg = options->arg;
    llm->stop_fd = -1;
    llm->counters.budget_percent = -1;
    return QN_OK;
}

/* ---- notes ---- */

void qn_llm_tell(struct qn_llm *llm, enum qn_llm_note note, const char *text)
{
    int64_t now = qn_mono_ms(llm->clock);

    if (llm->on_note != NULL &&
        (llm->noted[note] == 0 || now - llm->noted[note] >= QN_LLM_NOTE_MS)) {
        llm->noted[note] = now;
        llm->on_note(llm->arg, text);
    }
}

static void tell_trouble(void *arg, const char *text)
{
    qn_llm_tell(arg, QN_LLM_NOTE_SHARED, text);
}

/* ---- life ---- */

static int connect_parts(struct qn_llm *llm, const struct qn_llm_options *options,
                         struct qn_err *reterr)
{
    const struct qn_http_options http = {.ca_file = options->ca_file, .proxy = options->proxy};
    const struct qn_llm_gate_options gate = {.redis = text_of(options->redis),
                                             .ns = text_of(options->ns),
                                             .clock = llm->clock,
                                             .places = options->concurrency,
                                             .per_minute = options->rpm,
                                             .place_ms = llm->total_ms + PLACE_GRACE_MS,
                                             .on_trouble = tell_trouble,
                                             .arg = llm};
    int rc = qn_http_create(&llm->http, &http, reterr);

    return rc == QN_OK ? qn_llm_gate_create(&llm->gate, &gate, reterr) : rc;
}

int qn_llm_create(struct qn_llm **ret, const struct qn_llm_options *options, struct qn_err *reterr)
{
    struct qn_llm *llm = qn_zalloc(1, sizeof(*llm));
    int rc;

    if (llm == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a language model");
    }
    rc = set_texts(llm, options, reterr);
    if (rc == QN_OK) {
        rc = set_numbers(llm, options, reterr);
    }
    if (rc == QN_OK) {
        rc = connect_parts(llm, options, reterr);
    }
    if (rc != QN_OK) {
        qn_llm_free(llm);
        return rc;
    }
    *ret = llm;
    return QN_OK;
}

void qn_llm_free(struct qn_llm *llm)
{
    if (llm != NULL) {
        qn_http_free(llm->http);
        qn_llm_gate_free(llm->gate);
        qn_free(llm);
    }
}

void qn_llm_heed(struct qn_llm *llm, int stop_fd)
{
    llm->stop_fd = stop_fd;
    qn_llm_gate_heed(llm->gate, stop_fd);
    if (llm->kv != NULL) {
        qn_kv_heed(llm->kv, stop_fd);
    }
}

bool qn_llm_is_stopped(const struct qn_llm *llm)
{
    struct pollfd one = {.fd = llm->stop_fd, .events = POLLIN};

    return poll(&one, 1, 0) > 0; /* poll skips an fd of -1 */
}

const struct qn_llm_counters *qn_llm_counters(const struct qn_llm *llm)
{
    return &llm->counters;
}

const char *qn_llm_model(const struct qn_llm *llm, enum qn_llm_purpose purpose)
{
    return llm->models[purpose];
}

const struct qn_llm_profile *qn_llm_profile(const struct qn_llm *llm)
{
    return llm->profile;
}

int64_t qn_llm_cost_of(const struct qn_llm *llm, enum qn_llm_purpose purpose, int64_t prompt,
                       int64_t completion)
{
    const struct qn_llm_tokens tokens = {.prompt = prompt, .completion = completion};
    struct qn_llm_price price;

    if (!qn_llm_price_find(llm->prices, llm->profile, llm->models[purpose], &price)) {
        return llm->profile->paid ? -1 : 0;
    }
    return qn_llm_cost(&price, &tokens);
}

const char *qn_llm_model_of(const struct qn_llm_call *call)
{
    return call->request->model != NULL ? call->request->model
                                        : call->llm->models[call->request->purpose];
}

/* ---- what a server does not take ---- */

unsigned qn_llm_without(const struct qn_llm *llm, const char *model)
{
    unsigned without = llm->profile->json ? 0 : QN_LLM_FIELD_JSON;

    for (size_t i = 0; i < QN_LLM_QUIRKS; i++) {
        if (strcmp(llm->quirks[i].model, model) == 0) {
            without |= llm->quirks[i].without;
        }
    }
    return without;
}

void qn_llm_learn(struct qn_llm *llm, const char *model, unsigned fields)
{
    size_t i;

    for (i = 0; i < QN_LLM_QUIRKS; i++) {
        if (strcmp(llm->quirks[i].model, model) == 0) {
            llm->quirks[i].without |= fields;
            return;
        }
    }
    i = llm->n_quirks++ % QN_LLM_QUIRKS;
    qn_str_copy(llm->quirks[i].model, sizeof(llm->quirks[i].model), model);
    llm->quirks[i].without = fields;
}

/* ---- asking ---- */

static void finish(struct qn_llm_call *call)
{
    struct qn_llm *llm = call->llm;
    struct qn_llm_reply *reply = call->reply;
    struct qn_llm_usage *usage = &reply->usage;

    usage->took_ms = qn_mono_ms(&qn_clock_system) - call->begin;
    usage->class = reply->class;
    llm->counters.calls[reply->class]++;
    llm->counters.tokens[usage->purpose] += usage->prompt + usage->completion;
    llm->counters.cost_micro += usage->cost_micro;
    llm->counters.took_ms += usage->took_ms;
    llm->counters.shared_errors = qn_llm_gate_errors(llm->gate);
    if (llm->on_usage != NULL && (usage->attempts > 0 || usage->from_cache)) {
        llm->on_usage(llm->arg, usage);
    }
}

static int ask(struct qn_llm_call *call, struct qn_err *reterr)
{
    const struct qn_llm_request *request = call->request;
    struct qn_buf *text = &call->reply->text;
    int rc;

    if (request->cached && call->llm->kv != NULL && request->purpose != QN_LLM_CHAT) {
        return qn_llm_cache_run(call, reterr);
    }
    rc = qn_llm_call_run(call, reterr);
    if (rc == QN_OK && request->valid != NULL) {
        call->reply->valid = request->valid(request->arg, (struct qn_span){text->data, text->len});
    }
    return rc;
}

int qn_llm_ask(struct qn_llm *llm, const struct qn_llm_request *request, struct qn_llm_reply *ret,
               struct qn_err *reterr)
{
    struct qn_llm_call call = {
        .llm = llm, .request = request, .reply = ret, .begin = qn_mono_ms(&qn_clock_system)};
    struct qn_err why = {.code = QN_OK};
    int rc;

    *ret = (struct qn_llm_reply){.class = QN_LLM_CALLER, .valid = true};
    qn_buf_init(&ret->text, QN_LLM_TEXT_MAX);
    qn_buf_init(&ret->reasoning, QN_LLM_TEXT_MAX);
    if (qn_llm_request_check(request, &why) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "LLM_REQUEST: %s", why.msg);
    }
    ret->usage = (struct qn_llm_usage){.job = text_of(request->job),
                                       .key = text_of(request->key),
                                       .purpose = request->purpose,
                                       .model = qn_llm_model_of(&call),
                                       .currency = llm->profile->currency,
                                       .first_byte_ms = -1};
    rc = ask(&call, reterr);
    finish(&call);
    return rc;
}

void qn_llm_reply_release(struct qn_llm_reply *reply)
{
    qn_buf_release(&reply->text);
    qn_buf_release(&reply->reasoning);
}

int qn_llm_probe(struct qn_llm *llm, struct qn_err *reterr)
{
    const char *headers[] = {"Accept: application/json", llm->authorization};
    const struct qn_http_request request = {.url = llm->models_url,
                                            .headers = headers,
                                            .n_headers = llm->key[0] != '\0' ? 2 : 1,
                                            .stop_fd = llm->stop_fd,
                                            .connect_ms = llm->connect_ms,
                                            .first_byte_ms = llm->connect_ms,
                                            .idle_ms = llm->connect_ms,
                                            .total_ms = 2 * llm->connect_ms,
                                            .answer_max = PROBE_MAX};
    struct qn_err why = {.code = QN_OK};
    struct qn_http_answer http;
    int64_t wait;
    int rc = qn_http_do(llm->http, &request, &http, &why);
    const struct qn_llm_ending ending = {
        rc, http.status, http.retry_after, {http.body.data, http.body.len}, 0};
    enum qn_llm_class class = qn_llm_classify(&ending, &wait);
    struct qn_buf text;

    if (class == QN_LLM_FINE) {
        qn_http_answer_release(&http);
        return QN_OK;
    }
    qn_buf_init(&text, 1024);
    if (rc == QN_OK) {
        qn_llm_excerpt(ending.body, llm->key, 120, &text);
    }
    rc = qn_fail(reterr, qn_llm_classes[class].code, "%s: status %d %s", qn_llm_classes[class].name,
                 http.status, rc == QN_OK ? text.data : why.msg);
    qn_buf_release(&text);
    qn_http_answer_release(&http);
    return rc;
}
