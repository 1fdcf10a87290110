#include "broker-client/explain_ask.h"
#include "problem.h"
#include "routes.h"
#include "server.h"

static void on_explained(void *arg, int rc, const struct qn_err *err, const struct qn_job_info *job,
                         const struct qn_explanation *explanation)
{
    struct api_request *req = arg;
    const struct qn_reply failure = {.rc = rc, .err = err};

    if (rc == QN_OK) {
        qn_explain_json(api_response_json(req, 200), job, explanation);
        api_respond(req);
    } else if (rc == QN_ENOTFOUND) {
        api_respond_problem(req, API_NO_SUCH_JOB, NULL, "%s", err->msg);
    } else {
        api_respond_broker(req, &failure);
    }
}

void api_jobs_explain(struct api_request *req)
{
    char queue[QN_QUEUE_MAX + 1], name[QN_NAME_MAX + 1];
    struct qn_err err;

    if (qn_id_split(req->match.params[0], queue, name, &err) < 0)
        api_respond_problem(req, API_NO_SUCH_JOB, NULL, "%s", err.msg);
    else
        qn_explain_ask(req->server->broker, queue, name, NULL, on_explained, req);
}
