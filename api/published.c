#include "common/json.h"
#include "common/mem.h"
#include "directory.h"
#include "problem.h"
#include "routes.h"
#include "server.h"
#include <string.h>

/* ---- workers ---- */

static void add_worker(struct qn_buf *out, const struct qn_entry *entry)
{
    enum qn_json_type type;
    struct qn_span about = entry->value;
    struct qn_json_walk walk;
    struct qn_json_item item;
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "incarnation");
    qn_json_add_string(out, entry->name.data, entry->name.len);
    if (about.len > 0 && qn_json_check(about.data, about.len, &type, NULL) == QN_OK &&
        type == QN_JSON_OBJECT && qn_json_walk_init(&walk, about.data, about.len) == QN_OK)
        while (qn_json_walk_next(&walk, &item)) {
            if (qn_span_is(item.key, "incarnation"))
                continue;
            qn_buf_add_str(out, ",\"");
            qn_buf_add(out, item.key.data, item.key.len);
            qn_buf_add_str(out, "\":");
            qn_buf_add(out, item.value.data, item.value.len);
        }
    qn_buf_add_byte(out, '}');
}

static void on_workers(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_str(out, "{\"workers\":[");
    for (size_t i = 0; i < reply->entries->n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_worker(out, &reply->entries->entries[i]);
    }
    qn_buf_add_str(out, "]}");
    api_respond(req);
}

void api_workers_list(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    broker->ops->workers(broker, on_workers, req);
}

/* ---- tasks ---- */

static void on_task_list(void *arg, const struct api_fault *fault)
{
    struct api_request *req = arg;
    const struct api_directory *dir = req->server->directory;
    if (fault) {
        api_respond_fault(req, fault);
        return;
    }
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_str(out, "{\"tasks\":[");
    for (size_t i = 0; i < api_directory_tasks(dir); i++) {
        struct qn_span json = api_directory_task_json(dir, i);
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_buf_add(out, json.data, json.len);
    }
    qn_buf_add_str(out, "]}");
    api_respond(req);
}

void api_tasks_list(struct api_request *req)
{
    api_directory_fresh(req->server->directory, API_DIRECTORY_UNKNOWN_MS, on_task_list, req);
}

static void on_task(void *arg, const struct api_fault *fault)
{
    struct api_request *req = arg;
    const char *name = req->match.params[0];
    if (fault) {
        api_respond_fault(req, fault);
        return;
    }
    struct qn_span json = api_directory_find_json(req->server->directory, name);
    if (!json.data) {
        api_respond_problem(req, API_NO_SUCH_TASK, NULL, "no worker has published a task \"%.64s\"",
                            name);
        return;
    }
    qn_buf_add(api_response_json(req, 200), json.data, json.len);
    api_respond(req);
}

void api_tasks_get(struct api_request *req)
{
    api_directory_fresh(req->server->directory, API_DIRECTORY_UNKNOWN_MS, on_task, req);
}
