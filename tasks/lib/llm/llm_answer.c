#include "llm_answer.h"

#include "common/json.h"
#include "common/str.h"
#include <string.h>

#define THINK      "<think>"
#define THINK_END  "</think>"
#define TOKENS_MAX INT64_C(1000000000)

void qn_llm_answer_init(struct qn_llm_answer *answer, size_t text_max)
{
    *answer = (struct qn_llm_answer){.problem = QN_LLM_FINE};
    qn_buf_init(&answer->text, text_max);
    qn_buf_init(&answer->reasoning, text_max);
}

void qn_llm_answer_release(struct qn_llm_answer *answer)
{
    qn_buf_release(&answer->text);
    qn_buf_release(&answer->reasoning);
}

/* ---- members ---- */

static void fail(struct qn_llm_answer *answer, enum qn_llm_class class)
{
    if (answer->problem == QN_LLM_FINE) {
        answer->problem = class;
    }
}

static bool find(struct qn_span object, const char *name, enum qn_json_type type,
                 struct qn_span *ret)
{
    struct qn_json_item item;

    if (!qn_json_find(object.data, object.len, name, &item) || item.type != type) {
        return false;
    }
    *ret = item.value;
    return true;
}

static bool find_tokens(struct qn_span object, const char *name, int64_t *ret)
{
    struct qn_span number;
    int64_t value;

    if (!find(object, name, QN_JSON_NUMBER, &number) || !qn_json_is_integer(number, &value) ||
        value < 0 || value > TOKENS_MAX) {
        return false;
    }
    *ret = value;
    return true;
}

/* The same place has many names. A later one counts more: a stream may tell again. */
static void read_usage(struct qn_llm_answer *answer, struct qn_span usage)
{
    struct qn_llm_tokens tokens = {.told = true};
    struct qn_span details;

    if (!find_tokens(usage, "prompt_tokens", &tokens.prompt) ||
        !find_tokens(usage, "completion_tokens", &tokens.completion)) {
        return;
    }
    (void)find_tokens(usage, "prompt_cache_hit_tokens", &tokens.cached);
    if (find(usage, "prompt_tokens_details", QN_JSON_OBJECT, &details)) {
        (void)find_tokens(details, "cached_tokens", &tokens.cached);
    }
    if (find(usage, "completion_tokens_details", QN_JSON_OBJECT, &details)) {
        (void)find_tokens(details, "reasoning_tokens", &tokens.reasoning);
    }
    tokens.cached = tokens.cached < tokens.prompt ? tokens.cached : tokens.prompt;
    answer->tokens = tokens;
}

static void add_text(struct qn_llm_answer *answer, struct qn_span object, const char *name,
                     struct qn_buf *out)
{
    struct qn_span text;

    if (find(object, name, QN_JSON_STRING, &text)) {
        int rc = qn_json_unescape(text, out);

        if (rc != QN_OK) {
            fail(answer, rc == QN_ENOMEM ? QN_LLM_OWN : QN_LLM_HUGE);
        }
    }
}

/* A message, or a piece of one. */
static void read_message(struct qn_llm_answer *answer, struct qn_span message)
{
    struct qn_span refusal;
    size_t before = answer->reasoning.len;

    add_text(answer, message, "content", &answer->text);
    add_text(answer, message, "reasoning_content", &answer->reasoning);
    if (answer->reasoning.len == before) {
        add_text(answer, message, "reasoning", &answer->reasoning);
    }
    if (find(message, "refusal", QN_JSON_STRING, &refusal) && refusal.len > 2) {
        answer->refusal = true;
    }
}

static void read_choice(struct qn_llm_answer *answer, struct qn_span choice, const char *name)
{
    struct qn_span message, finish;
    int64_t index = 0;

    if (find_tokens(choice, "index", &index) && index != 0) {
        return;
    }
    if (find(choice, name, QN_JSON_OBJECT, &message)) {
        read_message(answer, message);
    }
    if (find(choice, "finish_reason", QN_JSON_STRING, &finish) && finish.len > 2) {
        size_t len = finish.len - 2 < sizeof(answer->finish) - 1 ? finish.len - 2
                                                                 : sizeof(answer->finish) - 1;

        memcpy(answer->finish, finish.data + 1, len);
        answer->finish[len] = '\0';
    }
}

/* ---- whole texts ---- */

static bool is_object(struct qn_llm_answer *answer, struct qn_span body)
{
    enum qn_json_type type = QN_JSON_NULL;
    int rc = qn_json_check(body.data, body.len, &type, NULL);

    if (rc == QN_ENOMEM) {
        fail(answer, QN_LLM_OWN);
    }
    return rc == QN_OK && type == QN_JSON_OBJECT;
}

/* An object of an answer; false: it has no choices. */
static bool read_object(struct qn_llm_answer *answer, struct qn_span body, const char *name)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_span part;

    if (find(body, "error", QN_JSON_OBJECT, &part) || find(body, "error", QN_JSON_STRING, &part)) {
        fail(answer, qn_llm_classify_object(part));
        return true;
    }
    if (find(body, "usage", QN_JSON_OBJECT, &part)) {
        read_usage(answer, part);
    }
    if (!find(body, "choices", QN_JSON_ARRAY, &part) ||
        qn_json_walk_init(&walk, part.data, part.len) != QN_OK) {
        return false;
    }
    while (qn_json_walk_next(&walk, &item)) {
        if (item.type == QN_JSON_OBJECT) {
            read_choice(answer, item.value, name);
        }
    }
    return true;
}

/* The text of the first choice has to be there, though it may be null. */
static bool has_message(struct qn_span body)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_span choices, message;

    return find(body, "choices", QN_JSON_ARRAY, &choices) &&
           qn_json_walk_init(&walk, choices.data, choices.len) == QN_OK &&
           qn_json_walk_next(&walk, &item) && item.type == QN_JSON_OBJECT &&
           find(item.value, "message", QN_JSON_OBJECT, &message);
}

void qn_llm_answer_read(struct qn_llm_answer *answer, struct qn_span body)
{
    if (!is_object(answer, body) || !read_object(answer, body, "message")) {
        fail(answer, QN_LLM_PROTOCOL);
        return;
    }
    if (answer->problem == QN_LLM_FINE && !has_message(body)) {
        fail(answer, QN_LLM_PROTOCOL);
    }
}

void qn_llm_answer_add(struct qn_llm_answer *answer, struct qn_span data)
{
    if (qn_span_is(data, "[DONE]")) {
        answer->done = true;
    } else if (!answer->done && !is_object(answer, data)) {
        fail(answer, QN_LLM_PROTOCOL);
    } else if (!answer->done) {
        (void)read_object(answer, data, "delta"); /* some pieces have neither: of the server */
    }
}

/* ---- what was thought ---- */

static size_t n_blanks(const struct qn_buf *text, size_t from)
{
    size_t n = 0;

    while (from + n < text->len && strchr(" \t\r\n", text->data[from + n]) != NULL) {
        n++;
    }
    return n;
}

void qn_llm_answer_part(struct qn_llm_answer *answer)
{
    struct qn_buf *text = &answer->text;
    size_t begin = n_blanks(text, 0), end = text->len, behind = text->len;
    bool thinks =
        text->len - begin >= strlen(THINK) && memcmp(text->data + begin, THINK, strlen(THINK)) == 0;
    const char *close = memmem(text->data, text->len, THINK_END, strlen(THINK_END));

    if (!thinks && close == NULL) {
        return;
    }
    begin += thinks ? strlen(THINK) : 0;
    if (close != NULL) {
        end = (size_t)(close - text->data);
        behind = end + strlen(THINK_END);
    }
    if (end > begin && qn_buf_add(&answer->reasoning, text->data + begin, end - begin) != QN_OK) {
        fail(answer, answer->reasoning.status == QN_ENOMEM ? QN_LLM_OWN : QN_LLM_HUGE);
    }
    behind += n_blanks(text, behind);
    qn_buf_drop(text, behind);
}

/* ---- judging ---- */

static bool is_json(const struct qn_buf *text)
{
    return qn_json_check(text->data, text->len, NULL, NULL) == QN_OK;
}

static enum qn_llm_class of_finish(const struct qn_llm_answer *answer,
                                   const struct qn_llm_profile *profile, bool streamed)
{
    static const struct {
        const char *finish;
        enum qn_llm_class class;
    } rows[] = {
        {"stop", QN_LLM_FINE},
        {"tool_calls", QN_LLM_FINE},
        {"length", QN_LLM_TRUNCATED},
        {"content_filter", QN_LLM_REFUSED},
        {"insufficient_system_resource", QN_LLM_OVERLOADED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].finish, answer->finish) == 0) {
            return rows[i].class;
        }
    }
    if (answer->finish[0] == '\0' && profile->no_finish && (!streamed || answer->done) &&
        is_json(&answer->text)) {
        return QN_LLM_FINE;
    }
    return answer->finish[0] == '\0' ? QN_LLM_CUT : QN_LLM_PROTOCOL;
}

enum qn_llm_class qn_llm_answer_judge(const struct qn_llm_answer *answer,
                                      const struct qn_llm_profile *profile, bool streamed,
                                      bool broken)
{
    enum qn_llm_class class;

    if (answer->problem != QN_LLM_FINE) {
        return answer->problem;
    }
    if (broken && (!streamed || answer->finish[0] == '\0')) {
        return QN_LLM_CUT;
    }
    class = of_finish(answer, profile, streamed);
    if (class == QN_LLM_FINE && answer->refusal) {
        return QN_LLM_REFUSED;
    }
    return class == QN_LLM_FINE && n_blanks(&answer->text, 0) == answer->text.len ? QN_LLM_EMPTY
                                                                                  : class;
}
