#include "routes.h"
#include "route.h"

/* clang-format off */
const struct api_route api_routes[] = {
    {API_POST,   "/v1/jobs",                   "/v1/jobs",                       api_jobs_enqueue,   API_JSON_BODY, API_CLASS_WRITE, ""},
    {API_GET,    "/v1/jobs/{}",                "/v1/jobs/{id}",                  api_jobs_get,       API_NO_BODY,   API_CLASS_READ,  "wait"},
    {API_POST,   "/v1/reports/sales",          "/v1/reports/sales",              api_reports_sales,  API_JSON_BODY, API_CLASS_WRITE, ""},
    {API_POST,   "/v1/orders/flash",           "/v1/orders/flash",               api_flash_buy,      API_JSON_BODY, API_CLASS_WRITE, ""},
    {API_GET,    "/v1/orders/flash/{}",        "/v1/orders/flash/{product_id}",  api_flash_get,      API_NO_BODY,   API_CLASS_READ,  ""},
    {API_PUT,    "/v1/orders/flash/{}",        "/v1/orders/flash/{product_id}",  api_flash_open,     API_JSON_BODY, API_CLASS_WRITE, ""},
    {API_DELETE, "/v1/orders/flash/{}",        "/v1/orders/flash/{product_id}",  api_flash_close,    API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_GET,    "/v1/jobs",                   "/v1/jobs",                       api_jobs_list,      API_NO_BODY,   API_CLASS_READ,  "state task queue cursor limit"},
    {API_DELETE, "/v1/jobs/{}",                "/v1/jobs/{id}",                  api_jobs_cancel,    API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_POST,   "/v1/jobs/{}/retry",          "/v1/jobs/{id}/retry",            api_jobs_retry,     API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_GET,    "/v1/jobs/{}/result",         "/v1/jobs/{id}/result",           api_jobs_result,    API_NO_BODY,   API_CLASS_READ,  "wait"},
    {API_GET,    "/v1/jobs/{}/log",            "/v1/jobs/{id}/log",              api_jobs_log,       API_NO_BODY,   API_CLASS_READ,  ""},
    {API_GET,    "/v1/jobs/{}/artifacts/{}",   "/v1/jobs/{id}/artifacts/{name}", api_jobs_artifact,  API_NO_BODY,   API_CLASS_READ,  ""},
    {API_GET,    "/v1/jobs/{}/explain",        "/v1/jobs/{id}/explain",          api_jobs_explain,   API_NO_BODY,   API_CLASS_READ,  ""},
    {API_GET,    "/v1/queues",                 "/v1/queues",                     api_queues_list,    API_NO_BODY,   API_CLASS_READ,  ""},
    {API_GET,    "/v1/queues/{}",              "/v1/queues/{queue}",             api_queues_get,     API_NO_BODY,   API_CLASS_READ,  ""},
    {API_POST,   "/v1/queues/{}/pause",        "/v1/queues/{queue}/pause",       api_queues_pause,   API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_POST,   "/v1/queues/{}/resume",       "/v1/queues/{queue}/resume",      api_queues_resume,  API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_POST,   "/v1/queues/{}/drain",        "/v1/queues/{queue}/drain",       api_queues_drain,   API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_PUT,    "/v1/queues/{}/budget",       "/v1/queues/{queue}/budget",      api_queues_budget,  API_JSON_BODY, API_CLASS_WRITE, ""},
    {API_GET,    "/v1/queues/{}/limits",       "/v1/queues/{queue}/limits",      api_limits_list,    API_NO_BODY,   API_CLASS_READ,  ""},
    {API_PUT,    "/v1/queues/{}/limits/{}",    "/v1/queues/{queue}/limits/{scope}", api_limits_put,  API_JSON_BODY, API_CLASS_WRITE, ""},
    {API_DELETE, "/v1/queues/{}/limits/{}",    "/v1/queues/{queue}/limits/{scope}", api_limits_delete, API_NO_BODY, API_CLASS_WRITE, ""},
    {API_GET,    "/v1/workers",                "/v1/workers",                    api_workers_list,   API_NO_BODY,   API_CLASS_READ,  ""},
    {API_GET,    "/v1/tasks",                  "/v1/tasks",                      api_tasks_list,     API_NO_BODY,   API_CLASS_READ,  ""},
    {API_GET,    "/v1/tasks/{}",               "/v1/tasks/{task}",               api_tasks_get,      API_NO_BODY,   API_CLASS_READ,  ""},
    {API_GET,    "/v1/schedules",             "/v1/schedules",                 api_schedules_list, API_NO_BODY,   API_CLASS_READ,  "name cursor limit"},
    {API_POST,   "/v1/schedules/preview",     "/v1/schedules/preview",         api_schedules_preview, API_JSON_BODY, API_CLASS_READ,  "count"},
    {API_GET,    "/v1/schedules/{}",          "/v1/schedules/{name}",          api_schedules_get,  API_NO_BODY,   API_CLASS_READ,  ""},
    {API_PUT,    "/v1/schedules/{}",          "/v1/schedules/{name}",          api_schedules_put,  API_JSON_BODY, API_CLASS_WRITE, ""},
    {API_DELETE, "/v1/schedules/{}",          "/v1/schedules/{name}",          api_schedules_delete, API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_POST,   "/v1/schedules/{}/pause",    "/v1/schedules/{name}/pause",    api_schedules_pause, API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_POST,   "/v1/schedules/{}/resume",   "/v1/schedules/{name}/resume",   api_schedules_resume, API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_POST,   "/v1/schedules/{}/run",      "/v1/schedules/{name}/run",      api_schedules_run,  API_NO_BODY,   API_CLASS_WRITE, ""},
    {API_GET,    "/v1/schedules/{}/next",     "/v1/schedules/{name}/next",     api_schedules_next, API_NO_BODY,   API_CLASS_READ,  "count"},
    {API_GET,    "/v1/schedules/{}/fires",    "/v1/schedules/{name}/fires",    api_schedules_fires, API_NO_BODY,   API_CLASS_READ,  ""},
    {API_GET,    "/livez",                     "/livez",                         api_livez,          API_NO_BODY,   API_CLASS_PROBE, ""},
    {API_GET,    "/readyz",                    "/readyz",                        api_readyz,         API_NO_BODY,   API_CLASS_PROBE, ""},
    {API_GET,    "/health",                    "/health",                        api_health,         API_NO_BODY,   API_CLASS_PROBE, ""},
    {API_GET,    "/",                          "/",                              api_root,           API_NO_BODY,   API_CLASS_PROBE, ""},
};
/* clang-format on */

const size_t api_routes_n = sizeof(api_routes) / sizeof(api_routes[0]);
