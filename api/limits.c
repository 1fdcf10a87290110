#include "broker-client/limits.h"
#include "body.h"
#include "broker-client/queue_json.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include "problem.h"
#include "queues.h"
#include "request.h"
#include "routes.h"
#include "server.h"
#include <string.h>

#define BYTES_MAX (INT64_C(1) << 50)

/* ---- what there is ---- */

static void on_limits(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_str(out, "{\"limits\":[");
    for (size_t i = 0; i < reply->limits->n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_queue_json_limit(out, &reply->limits->limits[i]);
    }
    qn_buf_add_str(out, "]}");
    api_respond(req);
}

static void ask_limits(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    broker->ops->limits(broker, req->match.params[0], on_limits, req);
}

void api_limits_list(struct api_request *req)
{
    api_queue_known(req, ask_limits);
}

/* ---- a body of few numbers ---- */

struct figure {
    const char *name;
    int64_t max;
    bool is_time;
    int64_t *to;
};

static bool read_time(struct qn_span text, int64_t *ret)
{
    char copy[QN_MS_TEXT_SIZE];
    if (text.len < 3 || text.len - 2 >= sizeof(copy) || text.data[0] != '"')
        return false;
    memcpy(copy, text.data + 1, text.len - 2);
    copy[text.len - 2] = '\0';
    return qn_str_to_ms(copy, ret) == QN_OK;
}

static int read_figure(const struct figure *figure, const struct qn_json_item *item,
                       struct api_fault *fault)
{
    bool ok = figure->is_time && item->type == QN_JSON_STRING
                  ? read_time(item->value, figure->to)
                  : item->type == QN_JSON_NUMBER && qn_json_is_integer(item->value, figure->to);
    if (figure->is_time && item->type == QN_JSON_NUMBER)
        *figure->to = *figure->to <= figure->max / 1000 ? *figure->to * 1000 : figure->max + 1;
    if (ok && *figure->to >= 0 && *figure->to <= figure->max)
        return QN_OK;
    return api_fault_set(fault, API_BAD_ARGUMENTS, figure->name, "%s must be %s", figure->name,
                         figure->is_time ? "whole seconds or a duration such as \"1m\""
                                         : "a whole number from 0 within its bounds");
}

static const struct figure *figure_named(const struct figure *figures, struct qn_span name)
{
    for (; figures->name; figures++)
        if (qn_span_is(name, figures->name))
            return figures;
    return NULL;
}

static int read_one(void *arg, const struct qn_json_item *item, struct api_fault *fault)
{
    const struct figure *figure = figure_named(arg, item->key);
    return figure ? read_figure(figure, item, fault) : api_body_unknown(item, fault);
}

/* ---- a limit ---- */

static void on_limit(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "queue", req->match.params[0]);
    qn_json_member_text(out, "scope", req->match.params[1]);
    qn_json_member_flag(out, "changed", reply->number != 0);
    qn_buf_add_byte(out, '}');
    api_respond(req);
}

static void send_limit(struct api_request *req, struct qn_limit *limit)
{
    struct qn_broker *broker = req->server->broker;
    limit->scope = req->match.params[1];
    if (!qn_limit_scope_ok(limit->scope))
        api_respond_problem(req, API_BAD_ARGUMENTS, "scope",
                            "a scope is task:TASK, key:KEY or key:*");
    else
        broker->ops->limit(broker, req->match.params[0], limit, 1, on_limit, req);
}

static void put_limit(struct api_request *req)
{
    struct qn_limit limit = {.rate = 0};
    struct api_fault fault;
    struct figure figures[] = {
        {"concurrency", QN_LIMIT_FIGURE_MAX, false, &limit.concurrency},
        {"rate", QN_LIMIT_FIGURE_MAX, false, &limit.rate},
        {"per", QN_LIMIT_PER_MAX, true, &limit.per_ms},
        {"burst", QN_LIMIT_FIGURE_MAX, false, &limit.burst},
        {.name = NULL},
    };
    if (api_body_members(req, read_one, figures, &fault) < 0)
        api_respond_fault(req, &fault);
    else if (limit.concurrency == 0 && limit.rate == 0)
        api_respond_problem(req, API_BAD_ARGUMENTS, NULL,
                            "concurrency, rate or both are needed; DELETE removes a limit");
    else if ((limit.rate > 0) != (limit.per_ms > 0))
        api_respond_problem(req, API_BAD_ARGUMENTS, "per", "rate and per go together");
    else if (limit.burst > 0 && limit.rate == 0)
        api_respond_problem(req, API_BAD_ARGUMENTS, "burst", "burst goes with rate");
    else
        send_limit(req, &limit);
}

static void delete_limit(struct api_request *req)
{
    struct qn_limit none = {.rate = 0};
    send_limit(req, &none);
}

void api_limits_put(struct api_request *req)
{
    api_queue_known(req, put_limit);
}

void api_limits_delete(struct api_request *req)
{
    api_queue_known(req, delete_limit);
}

/* ---- the budget ---- */

static void on_budget(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add(out, req->body.data, req->body.len);
    api_respond(req);
}

static void put_budget(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    int64_t jobs = 0, bytes = 0;
    struct api_fault fault;
    struct figure figures[] = {
        {"max_jobs", BYTES_MAX, false, &jobs},
        {"max_bytes", BYTES_MAX, false, &bytes},
        {.name = NULL},
    };
    if (api_body_members(req, read_one, figures, &fault) < 0)
        api_respond_fault(req, &fault);
    else
        broker->ops->budget(broker, req->match.params[0], jobs, bytes, on_budget, req);
}

void api_queues_budget(struct api_request *req)
{
    api_queue_known(req, put_budget);
}
