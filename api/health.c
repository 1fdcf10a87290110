#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "problem.h"
#include "routes.h"
#include "server.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- alive, ready ---- */

void api_livez(struct api_request *req)
{
    qn_buf_add_str(api_response_json(req, 200), "{\"status\":\"alive\"}");
    api_respond(req);
}

static void be_ready(struct api_request *req)
{
    qn_buf_add_str(api_response_json(req, 200), "{\"status\":\"ready\"}");
    api_respond(req);
}

static void on_ready(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_problem(req, API_NOT_READY, NULL, "broker: %s",
                            reply->err ? reply->err->msg : qn_err_text(reply->rc));
        return;
    }
    be_ready(req);
}

/* Ready: the broker answered lately, which a link that is up says (within twice its timeout):
 * a probe is answered at once, also when the broker has stopped answering a moment ago. Workers
 * may come later; jobs wait for them. */
void api_readyz(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    if (req->server->stopping)
        api_respond_problem(req, API_NOT_READY, NULL, "the server is stopping");
    else if (!api_server_broker_near(req->server))
        api_respond_problem(req, API_NOT_READY, NULL, "the broker is not connected: %s",
                            api_server_broker_why(req->server));
    else if (broker->link == QN_LINK_UP)
        be_ready(req);
    else
        broker->ops->queues(broker, on_ready, req); /* just started: wait for it */
}

/* ---- the parts ---- */

struct health {
    struct api_request *req;
    bool broker_up;
    char why[QN_ERR_TEXT_MAX];
    size_t workers;
    bool artifacts_up;
    struct qn_buf server; /* what the broker says of itself */
};

static void free_health(void *state)
{
    struct health *health = state;
    qn_buf_release(&health->server);
    qn_free(health);
}

static void begin_part(struct qn_buf *out, const char *name, const char *status)
{
    qn_json_add_key(out, name);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "status", status);
}

static void answer_health(struct health *health)
{
    bool whole = health->workers > 0 && health->artifacts_up;
    struct qn_buf *out = api_response_json(health->req, health->broker_up ? 200 : 503);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "status", !health->broker_up ? "down" : whole ? "ok" : "degraded");
    qn_json_member_text(out, "version", QUERN_VERSION);
    qn_json_add_key(out, "parts");
    qn_buf_add_byte(out, '{');
    begin_part(out, "broker", health->broker_up ? "up" : "down");
    qn_json_member_text(out, "detail", health->why);
    qn_json_member_raw(out, "server", health->server.data, health->server.len);
    qn_buf_add_byte(out, '}');
    begin_part(out, "workers",
               !health->broker_up    ? "unknown"
               : health->workers > 0 ? "up"
                                     : "none");
    qn_json_member_number(out, "count", (int64_t)health->workers);
    qn_buf_add_byte(out, '}');
    begin_part(out, "artifacts", health->artifacts_up ? "up" : "down");
    qn_buf_add_str(out, "}}}");
    if (!health->broker_up)
        api_response_header_int(health->req, "Retry-After", 1);
    api_respond(health->req);
}

static void on_server(void *arg, const struct qn_reply *reply)
{
    struct health *health = arg;
    if (reply->rc == QN_OK)
        qn_buf_add(&health->server, reply->text.data, reply->text.len);
}

/* The second of the two replies. */
static void on_workers(void *arg, const struct qn_reply *reply)
{
    struct health *health = arg;
    health->broker_up = reply->rc == QN_OK;
    if (health->broker_up)
        health->workers = reply->entries->n;
    else
        snprintf(health->why, sizeof(health->why), "%s",
                 reply->err ? reply->err->msg : qn_err_text(reply->rc));
    answer_health(health);
}

void api_health(struct api_request *req)
{
    struct api_server *server = req->server;
    struct health *health = qn_zalloc(1, sizeof(*health));
    if (!health) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    health->req = req;
    health->artifacts_up = access(server->artifact_dir, R_OK | X_OK) == 0;
    qn_buf_init(&health->server, 64 * 1024);
    req->state = health;
    req->free_state = free_health;
    if (!api_server_broker_near(server)) {
        snprintf(health->why, sizeof(health->why), "not connected: %.200s",
                 api_server_broker_why(server));
        answer_health(health);
        return;
    }
    server->broker->ops->server(server->broker, on_server, health);
    server->broker->ops->workers(server->broker, on_workers, health);
}

/* ---- the front door ---- */

void api_root(struct api_request *req)
{
    static const char page[] =
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Quern</title>\n"
        "<h1>Quern " QUERN_VERSION "</h1>\n"
        "<p>This build has no dashboard. The API answers at:</p>\n<ul>\n"
        "<li><a href=\"/v1/jobs\">/v1/jobs</a></li>\n"
        "<li><a href=\"/v1/queues\">/v1/queues</a></li>\n"
        "<li><a href=\"/v1/workers\">/v1/workers</a></li>\n"
        "<li><a href=\"/v1/tasks\">/v1/tasks</a></li>\n"
        "<li><a href=\"/health\">/health</a></li>\n</ul>\n";
    api_response_text(req, 200, "text/html; charset=utf-8", page, sizeof(page) - 1);
    api_respond(req);
}
