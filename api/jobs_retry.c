/* jobs_retry.c - POST /v1/jobs/{id}/retry: look, then replay what was seen. */
#include "common/json_member.h"
#include "longpoll.h"
#include "problem.h"
#include "routes.h"
#include "server.h"

static void answer_queued(struct api_request *req, bool changed)
{
    struct qn_buf *out = api_response_json(req, 200);

    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "id", req->match.params[0]);
    qn_json_member_text(out, "state", qn_state_name(QN_QUEUED));
    qn_json_member_flag(out, "changed", changed);
    qn_buf_add_byte(out, '}');
    api_respond(req);
}

static void on_replayed(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    const char *id = req->match.params[0];

    if (reply->rc < 0)
        api_respond_broker(req, reply);
    else if (reply->codes->code[0] == QN_ENDED_DONE)
        answer_queued(req, true);
    else if (reply->codes->code[0] == QN_ENDED_NONE)
        api_respond_problem(req, API_NO_SUCH_JOB, NULL, "job %s: not found", id);
    else if (reply->codes->code[0] == QN_ENDED_DAMAGED)
        api_respond_problem(req, API_INTERNAL, NULL, "job %s: its record does not decode", id);
    else
        api_respond_problem(req, API_NOT_RETRYABLE, NULL,
                            "job %s was changed by somebody else in between: look again", id);
}

static void replay(struct api_request *req, const struct qn_job_info *info)
{
    struct qn_broker *broker = req->server->broker;
    char queue[QN_QUEUE_MAX + 1], name[QN_NAME_MAX + 1];
    const struct qn_ended_job job = {.name = name, .ended_ms = info->ended_ms};
    struct qn_err err;

    if (info->state == QN_QUEUED)
        answer_queued(req, false);
    else if (info->state == QN_RUNNING || info->state == QN_SCHEDULED ||
             info->state == QN_SUCCEEDED)
        api_respond_problem(req, API_NOT_RETRYABLE, NULL, "job %s is %s", info->id,
                            qn_state_name(info->state));
    else if (qn_id_split(info->id, queue, name, &err) < 0)
        api_respond_problem(req, API_INTERNAL, NULL, "%s", err.msg);
    else
        broker->ops->replay(broker, queue, &job, 1, on_replayed, req);
}

void api_jobs_retry(struct api_request *req)
{
    api_job_read(req, replay);
}
