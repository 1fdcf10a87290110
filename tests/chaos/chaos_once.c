#include "chaos_once.h"

#include "chaos_ledger.h"
#include "tasks/lib/once.h"
#include <poll.h>
#include <quern/job.h>
#include <stdlib.h>

struct hands {
    void *ledger;
    struct qn_pg *pg;
};

static int init(void **ret_state, struct qn_err *reterr)
{
    static struct hands hands;
    const char *url = getenv("QUERN_DATABASE_URL");

    if (!url)
        return qn_fail(reterr, QN_EINVAL, "QUERN_DATABASE_URL is not set");
    int rc = chaos_ledger_init(&hands.ledger, reterr);
    if (rc == QN_OK)
        rc = qn_pg_create(&hands.pg, url, reterr);
    *ret_state = &hands;
    return rc;
}

static void done(void *state)
{
    struct hands *hands = state;

    qn_pg_free(hands->pg);
    chaos_ledger_done(hands->ledger);
}

static int leave_row(struct hands *hands, const struct qn_job *job, struct qn_err *reterr)
{
    struct qn_span id = qn_pg_text(qn_job_id(job));
    struct qn_once once;
    int rc = qn_once_begin(&once, hands->pg, job, "row", reterr);

    if (rc == QN_OK && !qn_once_is_done(&once)) {
        rc = qn_pg_run(hands->pg, "INSERT INTO chaos_effect (job) VALUES ($1)", &id, 1, reterr);
        if (rc == QN_OK)
            rc = qn_once_commit(&once, "{}", 2, reterr);
    }
    qn_once_release(&once);
    return rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    struct hands *hands = qn_job_state(job);
    struct qn_err err = {0};

    chaos_ledger_start(hands->ledger, qn_job_id(job));
    poll(NULL, 0, (int)qn_job_arg_integer(job, "ms", 0));
    int rc = leave_row(hands, job, &err);
    if (rc == QN_OK)
        chaos_ledger_write(hands->ledger, "effect", qn_job_id(job), "-");
    else
        qn_job_error(job, "%s", err.msg);
    chaos_ledger_write(hands->ledger, "end", qn_job_id(job), "");
    if (rc == QN_OK)
        return QN_DONE;
    return qn_err_is_transient(rc) ? QN_RETRY : QN_FAIL;
}

static const struct qn_param params[] = {
    {.name = "ms", .type = QN_INTEGER, .doc = "how long to work"},
    {.name = "how", .type = QN_STRING, .choices = "plain", .doc = "its way"},
    {.name = NULL},
};

const struct qn_task chaos_once_task = {
    .name = "chaos.once",
    .summary = "Leaves a row in a table, once",
    .params = params,
    .init = init,
    .run = run,
    .done = done,
};
