/* nl2sql.c - questions, dashboards and what belongs to them are jobs: one door for each task. */
#include "enqueue.h"
#include "routes.h"

void api_nl2sql_ask(struct api_request *req)
{
    api_enqueue_task(req, "nl2sql.ask");
}

void api_nl2sql_translate(struct api_request *req)
{
    api_enqueue_task(req, "nl2sql.translate");
}

void api_nl2sql_check(struct api_request *req)
{
    api_enqueue_task(req, "nl2sql.check");
}

void api_nl2sql_dashboard(struct api_request *req)
{
    api_enqueue_task(req, "nl2sql.dashboard");
}

void api_nl2sql_feedback(struct api_request *req)
{
    api_enqueue_task(req, "nl2sql.feedback");
}
