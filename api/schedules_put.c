#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "common/str.h"
#include "directory.h"
#include "enqueue.h"
#include "routes.h"
#include "schedules.h"
#include <stdio.h>
#include <string.h>

/* A definition on its way to the broker. */
struct putting {
    struct api_request *req;
    struct qn_schedule schedule;
    bool looked_again;
    int code; /* enum qn_define_code */
};

static void free_putting(void *state)
{
    struct putting *putting = state;
    qn_schedule_release(&putting->schedule);
    qn_free(putting);
}

/* ---- reading ---- */

/* name: of the schedule. QN_EINVAL: fault says what. */
static int parse(const struct api_request *req, const char *name, struct qn_schedule *ret,
                 struct api_fault *fault)
{
    const struct qn_schedule_rules rules = {.zone = req->server->timezone,
                                            .zones = req->server->zones};
    struct qn_span json = {req->body.data, req->body.len};
    char field[QN_DRAFT_FIELD_SIZE];
    struct qn_err err = {0};
    if (qn_json_check(json.data, json.len, NULL, &err) != QN_OK)
        return api_fault_set(fault, API_BAD_JSON, NULL, "%s", err.msg);
    int rc = qn_schedule_parse(ret, name, json, &rules, field, &err);
    if (rc == QN_OK)
        return rc;
    return api_fault_set(fault, rc == QN_EINVAL ? API_BAD_SCHEDULE : API_INTERNAL, field, "%s",
                         err.msg);
}

/* ---- PUT ---- */

static void on_shown(struct api_request *req, const struct qn_schedule_view *view)
{
    const struct putting *putting = req->state;
    char location[sizeof("/v1/schedules/") + QN_QUEUE_MAX];
    struct qn_buf *out = api_response_json(req, putting->code == QN_DEFINE_CREATED ? 201 : 200);
    qn_buf_add_byte(out, '{');
    qn_json_member_flag(out, "changed", putting->code != QN_DEFINE_SAME);
    qn_schedule_view_json(out, view, QN_SCHEDULE_TIMES_USUAL);
    qn_buf_add_byte(out, '}');
    snprintf(location, sizeof(location), "/v1/schedules/%s", view->name);
    if (putting->code == QN_DEFINE_CREATED)
        api_response_header(req, "Location", location);
    api_respond(req);
}

static void on_defined(void *arg, const struct qn_reply *reply)
{
    struct putting *putting = arg;
    struct api_request *req = putting->req;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    putting->code = reply->defined->code[0];
    if (putting->code == QN_DEFINE_FILE)
        api_schedule_respond_of_file(req);
    else if (putting->code == QN_DEFINE_FULL)
        api_respond_problem(req, API_SCHEDULES_FULL, NULL,
                            "there are %d schedules, or their definitions have %d MiB",
                            QN_SCHEDULES_MAX, QN_SCHEDULES_BYTES_MAX / 1024 / 1024);
    else
        api_schedule_read(req, on_shown);
}

static void define(struct putting *putting)
{
    struct qn_broker *broker = putting->req->server->broker;
    struct qn_buf json;
    qn_buf_init(&json, QN_SCHEDULE_JSON_MAX);
    int rc = qn_schedule_encode(&putting->schedule, &json);
    const struct qn_definition definition = {
        .name = putting->schedule.name, .source = "api", .json = {json.data, json.len}};
    if (rc == QN_ELIMIT)
        api_respond_problem(putting->req, API_BAD_SCHEDULE, NULL, "a definition has at most %d KiB",
                            QN_SCHEDULE_JSON_MAX / 1024);
    else if (rc < 0)
        api_respond_problem(putting->req, API_INTERNAL, NULL, "out of memory");
    else
        broker->ops->define(broker, NULL, &definition, 1, on_defined, putting);
    qn_buf_release(&json);
}

/* What a job may not say, of the job in a definition. */
static void respond_of_job(struct api_request *req, const struct api_fault *fault)
{
    struct api_fault of_job = *fault;
    snprintf(of_job.field, sizeof(of_job.field), "job.%.*s", (int)sizeof(of_job.field) - 5,
             fault->field);
    api_respond_fault(req, &of_job);
}

static void on_directory(void *arg, const struct api_fault *fault)
{
    struct putting *putting = arg;
    struct api_server *server = putting->req->server;
    char queue[QN_QUEUE_MAX + 1];
    struct api_fault wrong;
    if (fault) {
        api_respond_fault(putting->req, fault);
    } else if (api_draft_check(server, &putting->schedule.draft, "args.", queue, &wrong) == QN_OK) {
        define(putting);
    } else if (api_fault_is_unknown(&wrong) && !putting->looked_again) {
        putting->looked_again = true;
        api_directory_fresh(server->directory, API_DIRECTORY_UNKNOWN_MS, on_directory, putting);
    } else {
        respond_of_job(putting->req, &wrong);
    }
}

void api_schedules_put(struct api_request *req)
{
    const char *name = req->match.params[0];
    struct putting *putting = qn_zalloc(1, sizeof(*putting));
    struct api_fault fault;
    if (!putting) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    putting->req = req;
    req->state = putting;
    req->free_state = free_putting;
    if (!qn_str_is_name(name, QN_QUEUE_MAX))
        api_respond_problem(req, API_BAD_SCHEDULE, "name",
                            "a schedule's name is 1-32 of [a-z0-9_-]");
    else if (parse(req, name, &putting->schedule, &fault) < 0)
        api_respond_fault(req, &fault);
    else
        api_directory_fresh(req->server->directory, API_DIRECTORY_AGE_MS, on_directory, putting);
}

/* ---- preview ---- */

void api_schedules_preview(struct api_request *req)
{
    struct qn_schedule schedule = {.zone = NULL};
    struct api_fault fault;
    int64_t count;
    int rc = api_schedule_number(req, "count", QN_SCHEDULE_TIMES_USUAL, QN_SCHEDULE_TIMES_MAX,
                                 &count, &fault);
    if (rc == QN_OK)
        rc = parse(req, "preview", &schedule, &fault);
    if (rc < 0) {
        api_respond_fault(req, &fault);
        return;
    }
    qn_schedule_json_preview(api_response_json(req, 200), &schedule,
                             qn_wall_ms(req->server->clock) / 1000, (int)count);
    qn_schedule_release(&schedule);
    api_respond(req);
}
