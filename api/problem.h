/* problem.h - errors as a client sees them: RFC 9457 problem details.
 *
 *   {"type":"urn:quern:problem:bad_json","title":"The body is not valid JSON",
 *    "status":400,"code":"bad_json","detail":"byte 17: ...","instance":"<request id>",
 *    "errors":[{"field":"args.from","reason":"..."}]}
 *
 * The codes are one table, which docs/http-api.md lists. Encoding is pure.
 */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "common/buf.h"

/* clang-format off */
#define API_PROBLEM_MAP(X)                                                                    \
    X(BAD_REQUEST,        400, "bad_request",        "The request is not valid HTTP")         \
    X(BAD_JSON,           400, "bad_json",           "The body is not valid JSON")            \
    X(BAD_QUERY,          400, "bad_query",          "A query parameter is wrong")            \
    X(BAD_HEADER,         400, "bad_header",         "A header is wrong")                     \
    X(UNEXPECTED_BODY,    400, "unexpected_body",    "This route takes no body")              \
    X(NOT_FOUND,          404, "not_found",          "There is nothing at this address")      \
    X(NO_SUCH_JOB,        404, "no_such_job",        "There is no such job")                  \
    X(NO_SUCH_QUEUE,      404, "no_such_queue",      "There is no such queue")                \
    X(NO_SUCH_TASK,       404, "no_such_task",       "There is no such task")                 \
    X(NO_SUCH_SCHEDULE,   404, "no_such_schedule",   "There is no such schedule")             \
    X(NO_SUCH_ARTIFACT,   404, "no_such_artifact",   "The job has no such artifact")          \
    X(NO_SUCH_SALE,       404, "no_such_sale",       "The product is in no flash sale")       \
    X(NO_SUCH_MODEL,      404, "no_such_model",      "There is no such model")                \
    X(WRONG_METHOD,       405, "wrong_method",       "The method is not allowed here")        \
    X(NOT_ENDED,          409, "not_ended",          "The job has not ended")                 \
    X(NOT_SUCCEEDED,      409, "not_succeeded",      "The job did not succeed")               \
    X(ALREADY_ENDED,      409, "already_ended",      "The job ended before")                  \
    X(NOT_RETRYABLE,      409, "not_retryable",      "The job cannot start anew")             \
    X(QUEUE_DRAINING,     409, "queue_draining",     "The queue takes no new jobs")           \
    X(UNIQUE_TAKEN,       409, "unique_taken",       "Another job has this unique key")       \
    X(SCHEDULE_OF_FILE,   409, "schedule_of_file",   "The schedule belongs to a file")        \
    X(SCHEDULES_FULL,     409, "schedules_full",     "There is no room for more schedules")   \
    X(SOLD_OUT,           409, "sold_out",           "The product is sold out")               \
    X(SALE_OVER,          409, "sale_over",          "The flash sale is over")                \
    X(SALES_FULL,         409, "sales_full",         "There is no room for more sales")       \
    X(TOO_LARGE,          413, "too_large",          "The body is too large")                 \
    X(WRONG_TYPE,         415, "wrong_type",         "The body must be application/json")     \
    X(BAD_JOB,            422, "bad_job",            "The job is not acceptable")             \
    X(BAD_SCHEDULE,       422, "bad_schedule",       "The schedule is not acceptable")        \
    X(BAD_ARGUMENTS,      422, "bad_arguments",      "The arguments do not fit the task")     \
    X(UNKNOWN_TASK,       422, "unknown_task",       "No worker has published this task")     \
    X(UNKNOWN_QUEUE,      422, "unknown_queue",      "No worker serves this queue")           \
    X(KEY_REUSED,         422, "key_reused",         "The key was used with another body")    \
    X(TOO_MANY_TRIES,     429, "too_many_tries",     "The user has no try left now")          \
    X(INTERNAL,           500, "internal",           "The server failed")                     \
    X(QUEUE_FULL,         503, "queue_full",         "The queue has no room for more jobs")   \
    X(BROKER_FULL,        503, "broker_full",        "The broker has no room")                \
    X(BROKER_AWAY,        503, "broker_away",        "The broker does not answer")            \
    X(UNKNOWN_OUTCOME,    503, "unknown_outcome",    "The broker's answer was lost")          \
    X(STOPPING,           503, "stopping",           "The server is stopping")                \
    X(NOT_READY,          503, "not_ready",          "The server is not ready")               \
    X(ARTIFACTS_AWAY,     503, "artifacts_away",     "The artifact directory is unreachable") \
    X(WRONG_VERSION,      505, "wrong_version",      "Only HTTP/1.1 and HTTP/1.0")
/* clang-format on */

enum api_problem {
#define API_PROBLEM_ENUM(name, status, code, title) API_##name,
    API_PROBLEM_MAP(API_PROBLEM_ENUM)
#undef API_PROBLEM_ENUM
};

#define API_FIELD_SIZE 96

/* What is wrong with a job, or with a request. */
struct api_fault {
    enum api_problem problem;
    char field[API_FIELD_SIZE]; /* "" when it is the whole */
    char detail[QN_ERR_TEXT_MAX];
    int64_t retry_s; /* for Retry-After of 503 and 429; 0: as usual */
};

int api_problem_status(enum api_problem problem);
const char *api_problem_code(enum api_problem problem);

/* Fills *fault and returns QN_EINVAL. field NULL: the whole. */
int api_fault_set(struct api_fault *fault, enum api_problem problem, const char *field,
                  const char *fmt, ...) QN_PRINTF(4, 5);

/* Appends the problem object. instance NULL leaves it out, as within a list. */
int api_problem_encode(const struct api_fault *fault, const char *instance, struct qn_buf *out);

/* Answers the request with a problem; 503 and 429 get a Retry-After. */
struct api_request;
void api_respond_fault(struct api_request *req, const struct api_fault *fault);
void api_respond_problem(struct api_request *req, enum api_problem problem, const char *field,
                         const char *fmt, ...) QN_PRINTF(4, 5);

/* A reply of the broker whose rc is not QN_OK. */
struct qn_reply;
void api_fault_of_broker(struct api_fault *fault, const struct qn_reply *reply);
void api_respond_broker(struct api_request *req, const struct qn_reply *reply);

#endif
