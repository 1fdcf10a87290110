#include "problem.h"
#include "broker-client/broker.h"
#include "common/json.h"
#include "request.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RETRY_AFTER_S 1

struct problem_row {
    int status;
    const char *code;
    const char *title;
};

static const struct problem_row problems[] = {
#define API_PROBLEM_ROW(name, status, code, title) [API_##name] = {status, code, title},
    API_PROBLEM_MAP(API_PROBLEM_ROW)
#undef API_PROBLEM_ROW
};

int api_problem_status(enum api_problem problem)
{
    return problems[problem].status;
}

const char *api_problem_code(enum api_problem problem)
{
    return problems[problem].code;
}

static void set_fault(struct api_fault *fault, enum api_problem problem, const char *field)
{
    fault->problem = problem;
    fault->retry_s = 0;
    snprintf(fault->field, sizeof(fault->field), "%s", field ? field : "");
}

int api_fault_set(struct api_fault *fault, enum api_problem problem, const char *field,
                  const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    set_fault(fault, problem, field);
    vsnprintf(fault->detail, sizeof(fault->detail), fmt, args);
    va_end(args);
    return QN_EINVAL;
}

static void add_errors(const struct api_fault *fault, struct qn_buf *out)
{
    qn_json_add_key(out, "errors");
    qn_buf_add_str(out, "[{");
    qn_json_add_key(out, "field");
    qn_json_add_str(out, fault->field);
    qn_json_add_key(out, "reason");
    qn_json_add_str(out, fault->detail);
    qn_buf_add_str(out, "}]");
}

int api_problem_encode(const struct api_fault *fault, const char *instance, struct qn_buf *out)
{
    const struct problem_row *row = &problems[fault->problem];
    qn_buf_printf(out, "{\"type\":\"urn:quern:problem:%s\"", row->code);
    qn_json_add_key(out, "title");
    qn_json_add_str(out, row->title);
    qn_json_add_key(out, "status");
    qn_json_add_i64(out, row->status);
    qn_json_add_key(out, "code");
    qn_json_add_str(out, row->code);
    qn_json_add_key(out, "detail");
    qn_json_add_str(out, fault->detail);
    if (instance) {
        qn_json_add_key(out, "instance");
        qn_json_add_str(out, instance);
    }
    if (fault->field[0] != '\0')
        add_errors(fault, out);
    qn_buf_add_byte(out, '}');
    return qn_buf_status(out);
}

void api_respond_fault(struct api_request *req, const struct api_fault *fault)
{
    int status = api_problem_status(fault->problem);
    struct qn_buf *out = api_response_json(req, status);
    req->response.type = "application/problem+json";
    if (api_problem_encode(fault, req->id, out) < 0)
        qn_buf_reset(out); /* the status still tells */
    if (status == 503 || status == 429)
        api_response_header_int(req, "Retry-After",
                                fault->retry_s > 0 ? fault->retry_s : RETRY_AFTER_S);
    api_respond(req);
}

void api_respond_problem(struct api_request *req, enum api_problem problem, const char *field,
                         const char *fmt, ...)
{
    struct api_fault fault;
    va_list args;
    va_start(args, fmt);
    set_fault(&fault, problem, field);
    vsnprintf(fault.detail, sizeof(fault.detail), fmt, args);
    va_end(args);
    api_respond_fault(req, &fault);
}

void api_fault_of_broker(struct api_fault *fault, const struct qn_reply *reply)
{
    enum api_problem problem = API_BROKER_AWAY;
    if (reply->rc == QN_EFULL)
        problem = API_BROKER_FULL;
    else if (reply->rc == QN_EUNKNOWN || reply->rc == QN_ETIMEOUT)
        problem = API_UNKNOWN_OUTCOME;
    else if (!qn_err_is_transient(reply->rc) || reply->rc == QN_ENOMEM)
        problem = API_INTERNAL;
    api_fault_set(fault, problem, NULL, "%s",
                  reply->err ? reply->err->msg : qn_err_text(reply->rc));
}

void api_respond_broker(struct api_request *req, const struct qn_reply *reply)
{
    struct api_fault fault;
    api_fault_of_broker(&fault, reply);
    api_respond_fault(req, &fault);
}
