#include "broker-client/job_json.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "digest.h"
#include "longpoll.h"
#include "problem.h"
#include "routes.h"
#include "server.h"
#include <string.h>

#define POLL_AGAIN_S 1

/* ---- the job ---- */

static bool is_final(enum qn_state state)
{
    return state >= QN_SUCCEEDED;
}

static void answer_job(struct api_request *req, const struct qn_job_info *info)
{
    struct qn_buf *out = api_response_json(req, 200);
    char etag[API_ETAG_SIZE];
    qn_job_json(out, info, QN_JOB_WHOLE | QN_JOB_LINKS);
    if (api_etag((struct qn_span){out->data, out->len}, etag) == QN_OK) {
        api_response_header(req, "ETag", etag);
        if (api_etag_matches(api_request_header(req, "If-None-Match"), etag))
            api_response_text(req, 304, NULL, "", 0);
    }
    if (!is_final(info->state))
        api_response_header_int(req, "Retry-After", POLL_AGAIN_S);
    api_respond(req);
}

void api_jobs_get(struct api_request *req)
{
    api_job_read(req, answer_job);
}

/* ---- its result ---- */

static void answer_result(struct api_request *req, const struct qn_job_info *info)
{
    const char *state = qn_state_name(info->state);
    if (!is_final(info->state)) {
        api_response_header_int(req, "Retry-After", POLL_AGAIN_S);
        api_respond_problem(req, API_NOT_ENDED, NULL, "job %s is %s", info->id, state);
    } else if (info->state != QN_SUCCEEDED) {
        api_respond_problem(req, API_NOT_SUCCEEDED, NULL, "job %s is %s%s%.160s", info->id, state,
                            info->error[0] != '\0' ? ": " : "", info->error);
    } else if (info->result_len == 0) {
        qn_buf_add_str(api_response_json(req, 200), "null");
        api_respond(req);
    } else {
        qn_buf_add(api_response_json(req, 200), info->result, info->result_len);
        api_respond(req);
    }
}

void api_jobs_result(struct api_request *req)
{
    api_job_read(req, answer_result);
}

/* ---- its log ---- */

static void on_log(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    api_response_text(req, 200, "text/plain; charset=utf-8", reply->text.data, reply->text.len);
    api_respond(req);
}

static void ask_log(struct api_request *req, const struct qn_job_info *info)
{
    struct qn_broker *broker = req->server->broker;
    char queue[QN_QUEUE_MAX + 1], name[QN_NAME_MAX + 1];
    struct qn_err err;
    if (qn_id_split(info->id, queue, name, &err) < 0)
        api_respond_problem(req, API_INTERNAL, NULL, "%s", err.msg);
    else
        broker->ops->log(broker, queue, name, on_log, req);
}

void api_jobs_log(struct api_request *req)
{
    api_job_read(req, ask_log);
}

/* ---- its end before its time ---- */

static void answer_cancel(struct api_request *req, int status, const char *state, bool requested)
{
    struct qn_buf *out = api_response_json(req, status);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "id", req->match.params[0]);
    qn_json_member_text(out, "state", state);
    qn_json_member_flag(out, "cancel_requested", requested);
    qn_buf_add_byte(out, '}');
    api_respond(req);
}

static void on_cancelled(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    const char *id = req->match.params[0];
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    const struct qn_cancelled *cancelled = reply->cancelled;
    if (cancelled->code == QN_CANCEL_NONE)
        api_respond_problem(req, API_NO_SUCH_JOB, NULL, "job %s: not found", id);
    else if (cancelled->code == QN_CANCEL_MARKED)
        answer_cancel(req, 202, qn_state_name(QN_RUNNING), true);
    else if (cancelled->code == QN_CANCEL_DONE || cancelled->state == QN_CANCELLED)
        answer_cancel(req, 200, qn_state_name(QN_CANCELLED), false);
    else
        api_respond_problem(req, API_ALREADY_ENDED, NULL, "job %s is %s", id,
                            qn_state_name(cancelled->state));
}

void api_jobs_cancel(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    char queue[QN_QUEUE_MAX + 1], name[QN_NAME_MAX + 1];
    struct qn_err err;
    if (qn_id_split(req->match.params[0], queue, name, &err) < 0)
        api_respond_problem(req, API_NO_SUCH_JOB, NULL, "%s", err.msg);
    else
        broker->ops->cancel(broker, queue, name, req->server->final_ttl_ms, on_cancelled, req);
}
