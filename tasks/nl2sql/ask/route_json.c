#include "route_json.h"

#include "common/json.h"

void route_json_texts(const char *const *texts, size_t n, struct qn_buf *out)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_json_add_str(out, texts[i]);
    }
    qn_buf_add_byte(out, ']');
}

/* The message is there when it was not taken. */
static void add_attempt(const struct route_attempt *attempt, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "translator");
    qn_json_add_str(out, route_translator_names[attempt->translator]);
    qn_json_add_key(out, "sql");
    qn_json_add_str(out, attempt->sql);
    if (attempt->message[0] != '\0') {
        qn_json_add_key(out, "fault");
        qn_buf_add_byte(out, '{');
        qn_json_add_key(out, "sqlstate");
        qn_json_add_str(out, attempt->sqlstate);
        qn_json_add_key(out, "message");
        qn_json_add_str(out, attempt->message);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, '}');
}

void route_json_attempts(const struct route *route, struct qn_buf *out)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < route->n_attempts; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_attempt(&route->attempts[i], out);
    }
    qn_buf_add_byte(out, ']');
}

void route_json_usage(const struct qn_llm_usage *usage, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "model");
    qn_json_add_str(out, usage->model);
    qn_json_add_key(out, "requests");
    qn_json_add_i64(out, usage->attempts);
    qn_json_add_key(out, "prompt");
    qn_json_add_i64(out, usage->prompt);
    qn_json_add_key(out, "cached");
    qn_json_add_i64(out, usage->cached);
    qn_json_add_key(out, "completion");
    qn_json_add_i64(out, usage->completion);
    qn_json_add_key(out, "cost_micro");
    qn_json_add_i64(out, usage->cost_micro);
    qn_json_add_key(out, "currency");
    qn_json_add_str(out, usage->currency);
    qn_json_add_key(out, "estimated");
    qn_buf_add_str(out, usage->estimated ? "true" : "false");
    qn_buf_add_byte(out, '}');
}

void route_json_details(const struct route *route, struct qn_buf *out)
{
    qn_json_add_key(out, "understood");
    qn_buf_add_str(out, route->understood);
    qn_json_add_key(out, "suggestions");
    route_json_texts(route->suggestions, route->n_suggestions, out);
    qn_json_add_key(out, "warnings");
    route_json_texts(route->warnings, route->n_warnings, out);
    if (route->n_attempts > 0) {
        qn_json_add_key(out, "attempts");
        route_json_attempts(route, out);
    }
    if (route->usage.model[0] != '\0') {
        qn_json_add_key(out, "usage");
        route_json_usage(&route->usage, out);
    }
}
