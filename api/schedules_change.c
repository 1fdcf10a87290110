#include "broker-client/fire_note.h"
#include "common/json.h"
#include "common/json_member.h"
#include "enqueue.h"
#include "routes.h"
#include "schedules.h"
#include <stdio.h>
#include <string.h>

/* ---- one that belongs to a file ---- */

static void respond_of_file(struct api_request *req, const struct qn_schedule_view *view)
{
    const char *source = view->schedule.source;
    api_respond_problem(req, API_SCHEDULE_OF_FILE, NULL,
                        "schedule \"%s\" is of %.200s: it is changed there", view->name,
                        source[0] != '\0' ? source : "a file");
}

void api_schedule_respond_of_file(struct api_request *req)
{
    api_schedule_read(req, respond_of_file);
}

/* ---- DELETE, pause, resume ---- */

/* True: it was done, or so before, and is to be answered. */
static bool is_done(struct api_request *req, const struct qn_reply *reply)
{
    if (reply->rc < 0)
        api_respond_broker(req, reply);
    else if (reply->number == QN_CHANGE_NONE)
        api_schedule_none(req);
    else if (reply->number == QN_CHANGE_FILE)
        api_schedule_respond_of_file(req);
    else
        return true;
    return false;
}

static void on_dropped(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (!is_done(req, reply))
        return;
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "name", req->match.params[0]);
    qn_json_member_flag(out, "deleted", true);
    qn_buf_add_byte(out, '}');
    api_respond(req);
}

static void answer_pause(struct api_request *req, const struct qn_reply *reply, bool paused)
{
    if (!is_done(req, reply))
        return;
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "name", req->match.params[0]);
    qn_json_member_flag(out, "paused", paused);
    qn_json_member_flag(out, "changed", reply->number == QN_CHANGE_DONE);
    qn_buf_add_byte(out, '}');
    api_respond(req);
}

static void on_paused(void *arg, const struct qn_reply *reply)
{
    answer_pause(arg, reply, true);
}

static void on_resumed(void *arg, const struct qn_reply *reply)
{
    answer_pause(arg, reply, false);
}

void api_schedules_delete(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    if (api_schedule_name(req))
        broker->ops->drop(broker, req->match.params[0], on_dropped, req);
}

void api_schedules_pause(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    if (api_schedule_name(req))
        broker->ops->pause(broker, req->match.params[0], true, on_paused, req);
}

void api_schedules_resume(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    if (api_schedule_name(req))
        broker->ops->pause(broker, req->match.params[0], false, on_resumed, req);
}

/* ---- run ---- */

/* The job is there, whether or not the history could be told. */
static void on_noted(void *arg, const struct qn_reply *reply)
{
    (void)reply;
    api_enqueue_respond(arg);
}

static void note_run(struct api_enqueue *enqueue)
{
    struct qn_broker *broker = enqueue->req->server->broker;
    const struct api_item *item = &enqueue->items[0];
    struct qn_fire fire = {.at_ms = enqueue->now_ms, .what = QN_FIRE_RUN};
    struct qn_buf json;
    if (item->refused || item->existed) {
        api_enqueue_respond(enqueue);
        return;
    }
    snprintf(fire.job, sizeof(fire.job), "%s.%s", item->queue, item->name);
    snprintf(fire.last_job, sizeof(fire.last_job), "%s", fire.job);
    qn_buf_init(&json, QN_FIRE_JSON_MAX);
    if (qn_fire_encode(&fire, &json) == QN_OK) {
        const struct qn_fire_note note = {.name = enqueue->req->match.params[0],
                                          .json = {json.data, json.len}};
        broker->ops->note_fires(broker, &note, 1, on_noted, enqueue);
    } else {
        api_enqueue_respond(enqueue);
    }
    qn_buf_release(&json);
}

/* The job's own words become the request's body: they live as long as it. */
static void run(struct api_request *req, const struct qn_schedule_view *view)
{
    if (view->state == QN_SCHEDULE_DAMAGED) {
        api_respond_problem(req, API_INTERNAL, NULL, "%s", view->why.msg);
        return;
    }
    qn_buf_release(&req->body);
    qn_buf_init(&req->body, QN_SCHEDULE_JSON_MAX);
    if (qn_buf_add(&req->body, view->schedule.job.data, view->schedule.job.len) < 0)
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
    else
        api_enqueue_one(req, (struct qn_span){req->body.data, req->body.len}, note_run);
}

void api_schedules_run(struct api_request *req)
{
    api_schedule_read(req, run);
}
