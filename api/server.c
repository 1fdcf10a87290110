#include "server.h"
#include "broker-client/service.h"
#include "common/log.h"
#include "common/mem.h"
#include "directory.h"
#include "gather.h"
#include "http.h"
#include "longpoll.h"
#include "problem.h"
#include "request.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define STOP_MS       10000 /* for the answers that are under way */
#define LAST_MS       500   /* for those that even then have none */
#define QUIET_MS      500   /* idle connections may still send within this */
#define STOP_CHECK_MS 20
#define NEAR_MS       1000  /* the first connection may take this long */
#define ZONES_MS      60000 /* new zone data is seen after so long */

/* ---- a request's way ---- */

struct query_check {
    const struct api_route *route;
    char seen[8][32];
    size_t n;
    struct api_fault *fault;
    bool ok;
};

static bool check_parameter(void *arg, const char *name)
{
    struct query_check *check = arg;
    check->ok = false;
    if (!api_route_takes_query(check->route, name)) {
        api_fault_set(check->fault, API_BAD_QUERY, name, "there is no parameter \"%.64s\" here",
                      name);
        return false;
    }
    for (size_t i = 0; i < check->n; i++)
        if (strcmp(check->seen[i], name) == 0) {
            api_fault_set(check->fault, API_BAD_QUERY, name, "\"%s\" is given twice", name);
            return false;
        }
    snprintf(check->seen[check->n++], sizeof(check->seen[0]), "%s", name);
    check->ok = true;
    return true;
}

static void answer_no_route(struct api_request *req)
{
    char allow[API_ALLOW_SIZE];
    if (req->match.allowed == 0) {
        api_respond_problem(req, API_NOT_FOUND, NULL, "no route has this path");
        return;
    }
    api_route_allow(req->match.allowed, allow);
    api_response_header(req, "Allow", allow);
    api_respond_problem(req, API_WRONG_METHOD, NULL, "allowed here: %s", allow);
}

static bool is_json(const char *type)
{
    static const char json[] = "application/json";
    size_t len = sizeof(json) - 1;
    return type && strncasecmp(type, json, len) == 0 &&
           (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

static void admit(struct api_request *req)
{
    struct api_fault fault;
    req->route = api_route_find(api_routes, api_routes_n, api_method_parse(req->method), req->path,
                                &req->match);
    if (!req->route) {
        answer_no_route(req);
        return;
    }
    struct query_check check = {.route = req->route, .fault = &fault, .ok = true};
    api_request_each_query(req, check_parameter, &check);
    if (!check.ok)
        api_respond_fault(req, &fault);
    else if (req->exchange.has_body && req->route->body == API_NO_BODY)
        api_respond_problem(req, API_UNEXPECTED_BODY, NULL, "send it without a body");
    else if (req->exchange.has_body && !is_json(api_request_header(req, "Content-Type")))
        api_respond_problem(req, API_WRONG_TYPE, "Content-Type",
                            "Content-Type must be application/json");
}

static void dispatch(struct api_request *req)
{
    const struct api_server *server = req->server;
    enum api_class class_ = req->route->class_;
    bool needs_broker = class_ == API_CLASS_READ || class_ == API_CLASS_WRITE;
    if (server->broker_closed)
        api_respond_problem(req, API_STOPPING, NULL, "send it again to another server");
    else if (needs_broker && !api_server_broker_near(server))
        api_respond_problem(req, API_BROKER_AWAY, NULL, "the broker is not connected: %s",
                            api_server_broker_why(server));
    else
        req->route->handler(req);
}

static void log_request(struct api_request *req, bool complete)
{
    int64_t took_ms = qn_mono_ms(req->server->clock) - req->started_mono_ms;
    qn_log(QN_LOG_INFO, "request", QN_STR("method", req->method),
           QN_STR("route", req->route ? req->route->shown : ""),
           QN_NUM("status", req->gone ? 499 : req->response.status), QN_NUM("ms", took_ms),
           QN_NUM("bytes", req->response.file_bytes), QN_STR("request_id", req->id),
           QN_STR("remote", req->remote), QN_STR("end", complete ? "sent" : "cut"));
}

/* ---- the broker ---- */

bool api_server_broker_near(const struct api_server *server)
{
    return server->broker->link == QN_LINK_UP ||
           qn_mono_ms(server->clock) - server->started_mono_ms < NEAR_MS;
}

const char *api_server_broker_why(const struct api_server *server)
{
    return server->broker_err.msg[0] ? server->broker_err.msg : "no attempt has ended yet";
}

/* The connection has been given up for good. */
static void refuse(struct api_server *server)
{
    server->broker_refused = true;
    api_server_stop(server);
}

static void on_link(void *arg, enum qn_link link, const struct qn_err *why)
{
    static const char *const names[] = {
        [QN_LINK_DOWN] = "down", [QN_LINK_UP] = "up", [QN_LINK_REFUSED] = "refused"};
    struct api_server *server = arg;
    qn_log(link == QN_LINK_UP ? QN_LOG_INFO : QN_LOG_WARN, "broker", QN_STR("link", names[link]),
           QN_STR("why", why ? why->msg : ""));
    server->broker_err = why ? *why : (struct qn_err){0};
    if (link == QN_LINK_UP)
        api_waits_on_ended(server->waits, NULL, NULL); /* registrations may be gone with it */
    else if (link == QN_LINK_REFUSED)
        refuse(server);
}

static int open_broker(struct api_server *server, const struct qn_config *config,
                       struct qn_err *reterr)
{
    const struct qn_broker_options options = {
        .loop = server->loop,
        .clock = server->clock,
        .url = qn_config_text(config, "broker-url"),
        .namespace_ = qn_config_text(config, "namespace"),
        .program = "quern-api",
        .timeout_ms = server->broker_timeout_ms,
        .watches = true,
    };
    int rc = qn_broker_open(&server->broker, &options, reterr);
    if (rc < 0)
        return rc;
    server->broker->on_link = on_link;
    server->broker->on_link_arg = server;
    server->broker->on_ended = api_waits_on_ended;
    server->broker->on_ended_arg = server->waits;
    return QN_OK;
}

/* ---- what the service manager is told ---- */

/* It serves from the start, if only 503: the broker is told in words. That this is asked at
 * all says that the loop turns. */
static void ask_service(void *arg, struct qn_service_state *ret)
{
    const struct api_server *server = arg;
    ret->ready = !server->stopping;
    ret->turns = true;
    if (server->stopping)
        snprintf(ret->why, sizeof(ret->why), "stopping");
    else if (server->broker->link == QN_LINK_UP)
        snprintf(ret->why, sizeof(ret->why), "ready");
    else
        snprintf(ret->why, sizeof(ret->why), "the broker is not connected: %.150s",
                 api_server_broker_why(server));
}

static int open_service(struct api_server *server, struct qn_err *reterr)
{
    const struct qn_service_options options = {
        .loop = server->loop,
        .clock = server->clock,
        .file = "",
        .ask = ask_service,
        .arg = server,
    };
    return qn_service_create(&server->service, &options, reterr);
}

/* ---- start ---- */

static int check_host(const struct qn_config *config, struct qn_err *reterr)
{
    const char *host = qn_config_text(config, "host");
    if (api_http_is_loopback(host) || qn_config_flag(config, "insecure"))
        return QN_OK;
    return qn_fail(reterr, QN_EINVAL,
                   "host %s is not a loopback address; there are no keys yet, so anybody could "
                   "make jobs: --insecure allows it",
                   host);
}

static int open_http(struct api_server *server, const struct qn_config *config,
                     struct qn_err *reterr)
{
    const struct api_http_options options = {
        .loop = server->loop,
        .clock = server->clock,
        .host = qn_config_text(config, "host"),
        .port = (int)qn_config_number(config, "port"),
        .max_connections = (int)qn_config_number(config, "max-connections"),
        .max_body = qn_config_number(config, "max-body"),
        .server = server,
        .admit = admit,
        .dispatch = dispatch,
        .done = log_request,
    };
    return api_http_create(&server->http, &options, reterr);
}

static int open_zones(struct api_server *server, struct qn_err *reterr)
{
    server->zones = qn_zone_cache_create(NULL, server->clock, ZONES_MS);
    return server->zones ? QN_OK : qn_fail(reterr, QN_ENOMEM, "out of memory");
}

static int open_parts(struct api_server *server, const struct qn_config *config,
                      struct qn_err *reterr)
{
    int rc = check_host(config, reterr);
    if (rc == QN_OK)
        rc = open_zones(server, reterr);
    if (rc == QN_OK)
        rc = api_waits_create(&server->waits, server, reterr);
    if (rc == QN_OK)
        rc = open_broker(server, config, reterr);
    if (rc == QN_OK)
        rc = api_directory_create(&server->directory, server->broker, server->clock, reterr);
    if (rc == QN_OK)
        rc = api_gather_create(&server->gather, server->broker, server->loop, reterr);
    if (rc == QN_OK)
        rc = open_http(server, config, reterr);
    if (rc == QN_OK)
        rc = open_service(server, reterr);
    return rc;
}

int api_server_create(struct api_server **ret, const struct qn_config *config, struct qn_loop *loop,
                      struct qn_err *reterr)
{
    struct api_server *server = qn_zalloc(1, sizeof(*server));
    if (!server)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    server->loop = loop;
    server->clock = &qn_clock_system;
    server->artifact_dir = qn_config_text(config, "artifact-dir");
    server->timezone = qn_config_text(config, "timezone");
    server->accept_unknown = qn_config_flag(config, "accept-unknown");
    server->final_ttl_ms = qn_config_number(config, "result-ttl");
    server->broker_timeout_ms = qn_config_number(config, "broker-timeout");
    server->started_mono_ms = qn_mono_ms(server->clock);
    int rc = open_parts(server, config, reterr);
    if (rc < 0)
        api_server_free(server);
    else
        *ret = server;
    return rc;
}

int api_server_port(const struct api_server *server)
{
    return api_http_port(server->http);
}

/* ---- stop ---- */

static void close_broker(struct api_server *server)
{
    if (server->broker_closed || !server->broker)
        return;
    if (server->gather)
        api_gather_flush(server->gather);
    server->broker_closed = true; /* first: the replies it gives now must ask nothing */
    qn_broker_close(server->broker);
}

/* A connection may carry a request that was sent before its client could know;
 * so the end is when all are closed, or quiet for a moment. */
static bool is_quiet(const struct api_server *server, int64_t since_ms)
{
    return api_http_connections(server->http) == 0 ||
           (api_http_under_way(server->http) == 0 && since_ms >= QUIET_MS);
}

static void on_stop_timer(void *arg)
{
    struct api_server *server = arg;
    int64_t since_ms = qn_mono_ms(server->clock) - server->stop_mono_ms;
    if (is_quiet(server, since_ms) || since_ms >= STOP_MS + LAST_MS) {
        qn_loop_stop(server->loop);
        return;
    }
    if (since_ms >= STOP_MS)
        close_broker(server); /* answers whatever still waits for it */
    qn_timer_set(server->stop_timer, STOP_CHECK_MS);
}

void api_server_stop(struct api_server *server)
{
    if (server->stopping)
        return;
    server->stopping = true;
    qn_service_stopping(server->service);
    server->stop_mono_ms = qn_mono_ms(server->clock);
    api_http_quiesce(server->http);
    api_waits_stop(server->waits);
    if (qn_timer_create(&server->stop_timer, server->loop, on_stop_timer, server, NULL) < 0)
        qn_loop_stop(server->loop);
    else
        qn_timer_set(server->stop_timer, 0);
}

void api_server_free(struct api_server *server)
{
    if (!server)
        return;
    qn_service_free(server->service);
    close_broker(server);
    api_http_free(server->http);
    api_directory_free(server->directory);
    api_gather_free(server->gather);
    api_waits_free(server->waits);
    qn_zone_cache_free(server->zones);
    qn_timer_free(server->stop_timer);
    qn_free(server);
}
