/* demo.h - the main job as an HTTP client runs it: a sales report; then a schedule of it, what an
 * analysis finds of the shop's database, and questions to that.
 */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "stack.h"
#include "term.h"
#include <quern/client.h>

struct cli_demo {
    struct cli_stack *stack;
    const char *api_url;
    const char *folder; /* for the files */
    const char *shown;  /* the same as people see it */
    const struct cli_term *term;
    char job_id[QN_ID_SIZE];
};

/* One answer of the API, checked: a status from 400 on is an error. json NULL: GET, else POST. */
QN_MUST_CHECK int cli_demo_call(const struct cli_demo *demo, const char *path, const char *json,
                                struct qn_buf *body, struct qn_err *reterr);

/* A job as a typed door takes it. */
struct cli_demo_job {
    const char *path, *json;
    char id[QN_ID_SIZE]; /* set, as what follows is */
    bool succeeded;
};

/* Posts it, waits for its end with progress shown and tells how it ended. body: the job then, as
 * GET shows it. */
QN_MUST_CHECK int cli_demo_job(const struct cli_demo *demo, struct cli_demo_job *job,
                               struct qn_buf *body, struct qn_err *reterr);

/* What the API refuses, or answers in no known way, is shown and ends the demo, not quern dev:
 * QN_OK. Any other failure is reterr's. */
QN_MUST_CHECK int cli_demo_refused(const struct cli_demo *demo, int rc, const struct qn_err *why,
                                   struct qn_err *reterr);

/* Asks for the report, waits with progress shown, prints totals and top products and
 * fetches the files; then shows a schedule at work, an analysis and questions. *ret_code: 0 when
 * all succeeded, 1 when not, which is shown too. An error means that the queue could not be asked.
 */
QN_MUST_CHECK int cli_demo_run(struct cli_demo *demo, int *ret_code, struct qn_err *reterr);

#endif
