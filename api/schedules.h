/* schedules.h - what routes of schedules share. */
#ifndef API_SCHEDULES_H
#define API_SCHEDULES_H

#include "api/problem.h"
#include "broker-client/schedule_json.h"

struct api_request;

/* Reads the schedule of the path and goes on with then, which gets a view that it borrows; answers
 * 404 when there is none. */
typedef void api_schedule_fn(struct api_request *req, const struct qn_schedule_view *view);
void api_schedule_read(struct api_request *req, api_schedule_fn *then);

/* Whether the path has a name that a schedule may have; else answers 404. */
bool api_schedule_name(struct api_request *req);
void api_schedule_none(struct api_request *req);            /* answers 404 */
void api_schedule_respond_of_file(struct api_request *req); /* answers 409, with the file */

/* A query parameter's number, 1 to max. */
QN_MUST_CHECK int api_schedule_number(const struct api_request *req, const char *name,
                                      int64_t preset, int64_t max, int64_t *ret,
                                      struct api_fault *fault);

#endif
