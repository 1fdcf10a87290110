/* directory.h - what workers have published: tasks and queues.
 *
 * A copy of the broker's directory, read when somebody needs it and it is older
 * than they accept. Readers that come while it is being read wait for the same
 * answer.
 */
#ifndef API_DIRECTORY_H
#define API_DIRECTORY_H

#include "api/problem.h"
#include "broker-client/broker.h"
#include "broker-client/taskdef.h"

#define API_DIRECTORY_AGE_MS     5000 /* accepted by everybody */
#define API_DIRECTORY_UNKNOWN_MS 1000 /* before something is called unknown */

struct api_directory;

QN_MUST_CHECK int api_directory_create(struct api_directory **ret, struct qn_broker *broker,
                                       const struct qn_clock *clock, struct qn_err *reterr);
void api_directory_free(struct api_directory *dir); /* NULL is fine; nobody may be waiting */

/* Calls fn once the copy is at most max_age_ms old: at once when it is. fault is
 * NULL, or why it could not be read. */
typedef void api_directory_fn(void *arg, const struct api_fault *fault);
void api_directory_fresh(struct api_directory *dir, int64_t max_age_ms, api_directory_fn *fn,
                         void *arg);

/* Borrowed until the next fresh. */
const struct qn_taskdef *api_directory_task(const struct api_directory *dir, const char *name);
bool api_directory_has_queue(const struct api_directory *dir, const char *name);
size_t api_directory_queues(const struct api_directory *dir);
const char *api_directory_queue(const struct api_directory *dir, size_t i); /* sorted */
size_t api_directory_tasks(const struct api_directory *dir);
struct qn_span api_directory_task_json(const struct api_directory *dir, size_t i); /* sorted */
/* The definition's text, data NULL when there is none. */
struct qn_span api_directory_find_json(const struct api_directory *dir, const char *name);

#endif
