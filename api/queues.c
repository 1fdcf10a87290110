#include "queues.h"
#include "broker-client/queue_json.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "directory.h"
#include "problem.h"
#include "routes.h"
#include "server.h"
#include <string.h>

#define QUEUES_MAX 1000 /* in one answer */

/* ---- one queue as JSON ---- */

static void add_queue(struct qn_buf *out, const char *name, const struct qn_stats *stats)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "name", name);
    qn_json_member_flag(out, "paused", stats->paused_ms != QN_NO_TIME);
    qn_json_member_time(out, "paused_since", stats->paused_ms);
    qn_json_member_flag(out, "draining", stats->draining_ms != QN_NO_TIME);
    qn_json_member_time(out, "draining_since", stats->draining_ms);
    qn_queue_json_figures(out, stats);
    qn_json_member_number(out, "workers", stats->workers);
    qn_json_member_number(out, "bytes", stats->bytes);
    qn_json_member_number(out, "max_jobs", stats->max_jobs);
    qn_json_member_number(out, "max_bytes", stats->max_bytes);
    qn_json_member_time(out, "oldest_enqueued_at", stats->oldest_ms);
    qn_queue_json_totals(out, stats);
    qn_buf_add_byte(out, '}');
}

/* ---- all of them ---- */

struct all_queues {
    struct api_request *req;
    size_t open; /* replies to come, in the order of the names */
    bool failed;
    struct api_fault fault; /* the first */
    size_t n;
    char names[QUEUES_MAX][QN_QUEUE_MAX + 1];
};

static void finish_all(struct all_queues *all)
{
    qn_buf_add_str(&all->req->response.body, "]}");
    api_respond(all->req);
}

static void on_stats_of_many(void *arg, const struct qn_reply *reply)
{
    struct all_queues *all = arg;
    size_t i = all->n - all->open--;
    if (reply->rc < 0) {
        if (!all->failed)
            api_fault_of_broker(&all->fault, reply);
        all->failed = true;
    }
    if (!all->failed) {
        qn_buf_add_str(&all->req->response.body, i > 0 ? "," : "");
        add_queue(&all->req->response.body, all->names[i], reply->stats);
    }
    if (all->open > 0)
        return;
    if (all->failed)
        api_respond_fault(all->req, &all->fault);
    else
        finish_all(all);
}

static void on_all_queues(void *arg, const struct api_fault *fault)
{
    struct all_queues *all = arg;
    struct api_server *server = all->req->server;
    if (fault) {
        api_respond_fault(all->req, fault);
        return;
    }
    size_t n = api_directory_queues(server->directory);
    all->n = all->open = n < QUEUES_MAX ? n : QUEUES_MAX;
    for (size_t i = 0; i < all->n; i++)
        memcpy(all->names[i], api_directory_queue(server->directory, i),
               strlen(api_directory_queue(server->directory, i)) + 1);
    qn_buf_add_str(api_response_json(all->req, 200), "{\"queues\":[");
    for (size_t i = 0; i < all->n; i++)
        server->broker->ops->stats(server->broker, all->names[i], on_stats_of_many, all);
    if (all->n == 0)
        finish_all(all);
}

void api_queues_list(struct api_request *req)
{
    struct all_queues *all = qn_alloc(sizeof(*all));
    if (!all) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    all->req = req;
    all->failed = false;
    req->state = all;
    req->free_state = qn_free;
    api_directory_fresh(req->server->directory, API_DIRECTORY_AGE_MS, on_all_queues, all);
}

/* ---- one of them ---- */

/* Calls then for a queue that workers have published; else answers. */
struct one_queue {
    struct api_request *req;
    bool looked_again;
    void (*then)(struct api_request *req);
};

static void on_one_queue(void *arg, const struct api_fault *fault)
{
    struct one_queue *one = arg;
    struct api_directory *dir = one->req->server->directory;
    const char *name = one->req->match.params[0];
    if (fault) {
        api_respond_fault(one->req, fault);
    } else if (api_directory_has_queue(dir, name)) {
        one->then(one->req);
    } else if (!one->looked_again) {
        one->looked_again = true;
        api_directory_fresh(dir, API_DIRECTORY_UNKNOWN_MS, on_one_queue, one);
    } else {
        api_respond_problem(one->req, API_NO_SUCH_QUEUE, NULL, "no worker serves a queue \"%.40s\"",
                            name);
    }
}

void api_queue_known(struct api_request *req, void (*then)(struct api_request *req))
{
    struct one_queue *one = qn_alloc(sizeof(*one));
    if (!one) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    *one = (struct one_queue){.req = req, .then = then};
    req->state = one;
    req->free_state = qn_free;
    api_directory_fresh(req->server->directory, API_DIRECTORY_AGE_MS, on_one_queue, one);
}

static void on_stats(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    add_queue(api_response_json(req, 200), req->match.params[0], reply->stats);
    api_respond(req);
}

static void ask_stats(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    broker->ops->stats(broker, req->match.params[0], on_stats, req);
}

void api_queues_get(struct api_request *req)
{
    api_queue_known(req, ask_stats);
}

/* ---- its gate ---- */

/* Of both flags only what the change decides: opening ends both. */
static void answer_gate(struct api_request *req, const struct qn_reply *reply, enum qn_gate gate)
{
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "name", req->match.params[0]);
    if (gate != QN_GATE_DRAINING)
        qn_json_member_flag(out, "paused", gate == QN_GATE_PAUSED);
    if (gate != QN_GATE_PAUSED)
        qn_json_member_flag(out, "draining", gate == QN_GATE_DRAINING);
    qn_json_member_flag(out, "changed", reply->number != 0);
    qn_buf_add_byte(out, '}');
    api_respond(req);
}

static void on_paused(void *arg, const struct qn_reply *reply)
{
    answer_gate(arg, reply, QN_GATE_PAUSED);
}

static void on_resumed(void *arg, const struct qn_reply *reply)
{
    answer_gate(arg, reply, QN_GATE_OPEN);
}

static void on_drained(void *arg, const struct qn_reply *reply)
{
    answer_gate(arg, reply, QN_GATE_DRAINING);
}

static void ask_pause(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    broker->ops->gate(broker, req->match.params[0], QN_GATE_PAUSED, on_paused, req);
}

static void ask_resume(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    broker->ops->gate(broker, req->match.params[0], QN_GATE_OPEN, on_resumed, req);
}

static void ask_drain(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    broker->ops->gate(broker, req->match.params[0], QN_GATE_DRAINING, on_drained, req);
}

void api_queues_pause(struct api_request *req)
{
    api_queue_known(req, ask_pause);
}

void api_queues_resume(struct api_request *req)
{
    api_queue_known(req, ask_resume);
}

void api_queues_drain(struct api_request *req)
{
    api_queue_known(req, ask_drain);
}
