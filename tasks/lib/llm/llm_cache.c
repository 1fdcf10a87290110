#include "common/str.h"
#include "llm_type.h"
#include <string.h>

#define KEY_MAX (QN_LLM_PROMPT_MAX + 4096)
#define BUSY_MS 2000 /* another process asks the same and did not end in time */
#define PARTS   5

static const struct qn_kv_kind *kind_of(enum qn_llm_purpose purpose)
{
    return purpose == QN_LLM_DESCRIBE ? &qn_kv_kinds[QN_KV_LLM_DESCRIBE]
                                      : &qn_kv_kinds[QN_KV_LLM_SQL];
}

static bool is_valid(struct qn_llm_call *call)
{
    const struct qn_llm_request *request = call->request;
    const struct qn_buf *text = &call->reply->text;

    return request->valid == NULL ||
           request->valid(request->arg, (struct qn_span){text->data, text->len});
}

static int load(struct qn_kv_load *load, void *arg, struct qn_err *reterr)
{
    struct qn_llm_call *call = arg;
    const struct qn_buf *text = &call->reply->text;
    int rc;

    call->load = load;
    rc = qn_llm_call_run(call, reterr);
    call->load = NULL;
    if (rc != QN_OK) {
        return rc;
    }
    call->reply->valid = is_valid(call);
    if (!call->reply->valid) {
        load->life_ms = 0;
    }
    return qn_buf_add(load->value, text->data, text->len);
}

/* Of a call that another process made: its class did not come along. */
static enum qn_llm_class class_of(const struct qn_llm_call *call, int rc)
{
    if (qn_llm_is_stopped(call->llm)) {
        return QN_LLM_STOPPED;
    }
    for (int i = QN_LLM_FINE + 1; i < QN_LLM_CLASSES; i++) {
        if (qn_llm_classes[i].code == rc && rc != QN_EAGAIN) {
            return (enum qn_llm_class)i;
        }
    }
    return rc == QN_EAGAIN ? QN_LLM_BUSY : QN_LLM_OWN;
}

static int end_of_other(struct qn_llm_call *call, int rc)
{
    struct qn_llm_reply *reply = call->reply;

    if (rc == QN_OK) {
        reply->class = QN_LLM_FINE;
        reply->usage.from_cache = true;
        reply->valid = is_valid(call);
        return QN_OK;
    }
    reply->class = class_of(call, rc);
    reply->delay_ms = rc == QN_EAGAIN ? BUSY_MS : 0;
    return rc;
}

/* A value kept that does not pass what the caller checks today is asked for anew. */
static int get(struct qn_llm_call *call, struct qn_kv_request *request, struct qn_buf *text,
               struct qn_err *reterr)
{
    struct qn_llm_reply *reply = call->reply;
    enum qn_kv_from from = QN_KV_FROM_SOURCE;
    int rc = qn_kv_get(call->llm->kv, request, text, &from, reterr);

    if (reply->class != QN_LLM_CLASSES) { /* asked by this call: the reply is filled */
        return rc == QN_OK || reply->class == QN_LLM_FINE ? QN_OK : rc;
    }
    qn_buf_release(&reply->text);
    reply->text = *text;
    qn_buf_init(text, QN_LLM_TEXT_MAX);
    rc = end_of_other(call, rc);
    if (rc == QN_OK && !reply->valid && !request->force) {
        reply->usage.from_cache = false;
        reply->class = QN_LLM_CLASSES;
        request->force = true;
        return get(call, request, text, reterr);
    }
    return rc;
}

int qn_llm_cache_run(struct qn_llm_call *call, struct qn_err *reterr)
{
    const struct qn_llm_request *request = call->request;
    const char *version = request->prompt_version != NULL ? request->prompt_version : "";
    const struct qn_llm_form form = {
        .model = qn_llm_model_of(call), .max_tokens = request->max_tokens, .stream_usage = false};
    struct qn_buf body, text;
    int rc;

    qn_buf_init(&body, KEY_MAX);
    qn_buf_init(&text, QN_LLM_TEXT_MAX);
    rc = qn_llm_request_write(request, &form, &body);
    struct qn_span parts[PARTS] = {
        {call->llm->chat_url, strlen(call->llm->chat_url)},
        {qn_llm_purpose_names[request->purpose], strlen(qn_llm_purpose_names[request->purpose])},
        {version, strlen(version)},
        request->basis,
        {body.data, body.len},
    };
    struct qn_kv_request get_it = {.kind = kind_of(request->purpose),
                                   .parts = parts,
                                   .n_parts = PARTS,
                                   .load = load,
                                   .arg = call};
    call->reply->class = QN_LLM_CLASSES; /* until something asked */
    if (rc == QN_OK) {
        rc = get(call, &get_it, &text, reterr);
        call->llm->counters.cache_hits += call->reply->usage.from_cache;
        call->llm->counters.cache_misses += !call->reply->usage.from_cache;
    } else {
        call->reply->class = rc == QN_ELIMIT ? QN_LLM_CONTEXT : QN_LLM_OWN;
        qn_fail(reterr, rc, "%s: the prompt is over 1 MiB",
                qn_llm_classes[call->reply->class].name);
    }
    qn_buf_release(&text);
    qn_buf_release(&body);
    return rc;
}
