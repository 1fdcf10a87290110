/* routes.h - the handlers of all routes, one file per subject. The table is
 * routes.c; what each answers is in docs/http-api.md.
 */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "api/request.h"

/* jobs_enqueue.c */
void api_jobs_enqueue(struct api_request *req);
void api_reports_sales(struct api_request *req);

/* jobs_read.c */
void api_jobs_get(struct api_request *req);
void api_jobs_result(struct api_request *req);
void api_jobs_log(struct api_request *req);
void api_jobs_cancel(struct api_request *req);

/* jobs_retry.c */
void api_jobs_retry(struct api_request *req);

/* jobs_list.c */
void api_jobs_list(struct api_request *req);

/* jobs_explain.c */
void api_jobs_explain(struct api_request *req);

/* artifacts.c */
void api_jobs_artifact(struct api_request *req);

/* queues.c */
void api_queues_list(struct api_request *req);
void api_queues_get(struct api_request *req);
void api_queues_pause(struct api_request *req);
void api_queues_resume(struct api_request *req);
void api_queues_drain(struct api_request *req);

/* limits.c */
void api_limits_list(struct api_request *req);
void api_limits_put(struct api_request *req);
void api_limits_delete(struct api_request *req);
void api_queues_budget(struct api_request *req);

/* schedules.c */
void api_schedules_list(struct api_request *req);
void api_schedules_get(struct api_request *req);
void api_schedules_next(struct api_request *req);
void api_schedules_fires(struct api_request *req);

/* schedules_put.c */
void api_schedules_put(struct api_request *req);
void api_schedules_preview(struct api_request *req);

/* schedules_change.c */
void api_schedules_delete(struct api_request *req);
void api_schedules_pause(struct api_request *req);
void api_schedules_resume(struct api_request *req);
void api_schedules_run(struct api_request *req);

/* flash.c: a flash sale */
void api_flash_buy(struct api_request *req);
void api_flash_get(struct api_request *req);
void api_flash_open(struct api_request *req);
void api_flash_close(struct api_request *req);

/* models.c: semantic models that workers have published */
void api_models_list(struct api_request *req);
void api_models_get(struct api_request *req);
void api_models_versions(struct api_request *req);

/* models_change.c: jobs that make and change them */
void api_metadata_analyses(struct api_request *req);
void api_models_edits(struct api_request *req);
void api_models_approvals(struct api_request *req);

/* nl2sql.c: jobs that answer questions */
void api_nl2sql_ask(struct api_request *req);
void api_nl2sql_translate(struct api_request *req);
void api_nl2sql_check(struct api_request *req);
void api_nl2sql_dashboard(struct api_request *req);
void api_nl2sql_feedback(struct api_request *req);

/* published.c: what workers have published */
void api_workers_list(struct api_request *req);
void api_tasks_list(struct api_request *req);
void api_tasks_get(struct api_request *req);

/* health.c */
void api_livez(struct api_request *req);
void api_readyz(struct api_request *req);
void api_health(struct api_request *req);
void api_root(struct api_request *req);

#endif
