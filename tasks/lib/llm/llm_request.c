#include "llm_request.h"

#include "common/json.h"
#include "common/str.h"
#include "llm_class.h"
#include "llm_profile.h"
#include <string.h>

#define MILLI               1000
#define TEMPERATURE_MAX     2000
#define TOKENS_MAX          1000000
#define TOKENS_OF_A_MESSAGE 8

const char *const qn_llm_purpose_names[QN_LLM_PURPOSES] = {"describe", "sql", "repair", "chat"};

static bool is_role(const char *role)
{
    return strcmp(role, "system") == 0 || strcmp(role, "user") == 0 ||
           strcmp(role, "assistant") == 0;
}

static int check_messages(const struct qn_llm_request *request, struct qn_err *reterr)
{
    if (request->n_messages == 0 || request->n_messages > QN_LLM_MESSAGES_MAX) {
        return qn_fail(reterr, QN_EINVAL, "1 to %d messages", QN_LLM_MESSAGES_MAX);
    }
    for (size_t i = 0; i < request->n_messages; i++) {
        if (!is_role(request->messages[i].role)) {
            return qn_fail(reterr, QN_EINVAL, "message %zu: the role is none", i);
        }
    }
    return QN_OK;
}

static int check_word(const char *name, const char *word, struct qn_err *reterr)
{
    if (word != NULL && strlen(word) > QN_LLM_WORD_MAX) {
        return qn_fail(reterr, QN_EINVAL, "%s: over %d bytes", name, QN_LLM_WORD_MAX);
    }
    return QN_OK;
}

static int check_words(const struct qn_llm_request *request, struct qn_err *reterr)
{
    int rc = check_word("job", request->job, reterr);

    if (rc == QN_OK) {
        rc = check_word("key", request->key, reterr);
    }
    return rc == QN_OK ? check_word("prompt_version", request->prompt_version, reterr) : rc;
}

int qn_llm_request_check(const struct qn_llm_request *request, struct qn_err *reterr)
{
    if ((unsigned)request->purpose >= QN_LLM_PURPOSES) {
        return qn_fail(reterr, QN_EINVAL, "the purpose is none");
    }
    if (request->temperature_milli < 0 || request->temperature_milli > TEMPERATURE_MAX) {
        return qn_fail(reterr, QN_EINVAL, "the temperature is not within 0 and 2");
    }
    if (request->max_tokens < 0 || request->max_tokens > TOKENS_MAX) {
        return qn_fail(reterr, QN_EINVAL, "max_tokens is not within 0 and %d", TOKENS_MAX);
    }
    if (request->n_stops > QN_LLM_STOPS_MAX) {
        return qn_fail(reterr, QN_EINVAL, "more than %d stop texts", QN_LLM_STOPS_MAX);
    }
    if (request->cached && request->temperature_milli != 0) {
        return qn_fail(reterr, QN_EINVAL, "only answers of temperature 0 are kept");
    }
    if (check_words(request, reterr) != QN_OK) {
        return QN_EINVAL;
    }
    return check_messages(request, reterr);
}

static void add_messages(const struct qn_llm_request *request, struct qn_buf *out)
{
    qn_json_add_key(out, "messages");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < request->n_messages; i++) {
        const struct qn_llm_message *message = &request->messages[i];

        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        qn_json_add_key(out, "role");
        qn_json_add_str(out, message->role);
        qn_json_add_key(out, "content");
        qn_json_add_string(out, message->text.data, message->text.len);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

static void add_stops(const struct qn_llm_request *request, struct qn_buf *out)
{
    qn_json_add_key(out, "stop");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < request->n_stops; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_json_add_str(out, request->stops[i]);
    }
    qn_buf_add_byte(out, ']');
}

static void add_sampling(const struct qn_llm_request *request, const struct qn_llm_form *form,
                         struct qn_buf *out)
{
    if ((form->without & QN_LLM_FIELD_TEMPERATURE) == 0) {
        qn_json_add_key(out, "temperature");
        qn_buf_printf(out, "%d.%03d", (int)(request->temperature_milli / MILLI),
                      (int)(request->temperature_milli % MILLI));
    }
    qn_json_add_key(out, (form->without & QN_LLM_FIELD_MAX_TOKENS) == 0 ? "max_tokens"
                                                                        : "max_completion_tokens");
    qn_json_add_i64(out, form->max_tokens);
    if (request->seed != 0 && (form->without & QN_LLM_FIELD_SEED) == 0) {
        qn_json_add_key(out, "seed");
        qn_json_add_i64(out, request->seed);
    }
}

int qn_llm_request_write(const struct qn_llm_request *request, const struct qn_llm_form *form,
                         struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "model");
    qn_json_add_str(out, form->model);
    add_messages(request, out);
    add_sampling(request, form, out);
    if (request->n_stops > 0) {
        add_stops(request, out);
    }
    if (request->json && (form->without & QN_LLM_FIELD_JSON) == 0) {
        qn_json_add_key(out, "response_format");
        qn_buf_add_str(out, "{\"type\":\"json_object\"}");
    }
    qn_json_add_key(out, "stream");
    qn_buf_add_str(out, request->stream ? "true" : "false");
    if (request->stream && form->stream_usage && (form->without & QN_LLM_FIELD_STREAM_USAGE) == 0) {
        qn_json_add_key(out, "stream_options");
        qn_buf_add_str(out, "{\"include_usage\":true}");
    }
    qn_buf_add_byte(out, '}');
    return qn_buf_status(out);
}

int64_t qn_llm_request_estimate(const struct qn_llm_request *request, int64_t *ret_bytes)
{
    int64_t tokens = 0, bytes = 0;

    for (size_t i = 0; i < request->n_messages; i++) {
        tokens += TOKENS_OF_A_MESSAGE + qn_llm_estimate(request->messages[i].text);
        bytes += (int64_t)request->messages[i].text.len;
    }
    if (ret_bytes != NULL) {
        *ret_bytes = bytes;
    }
    return tokens;
}
