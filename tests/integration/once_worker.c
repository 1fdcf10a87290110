/* once_worker.c - a worker whose task leaves a row in the table effect, exactly once.
 *
 * It tells each step in HOSTILE_TRACE, "JOB/STEP PID" on a line, and waits there while
 * the file STEP is in the folder ONCE_HOLD: before, inserted, effect, committed, known
 * (another run did it).
 */
#include "tasks/lib/once.h"
#include <fcntl.h>
#include <poll.h>
#include <quern/worker.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TURN_MS   5
#define PATH_SIZE 256

static void trace(const char *job, const char *step)
{
    char line[PATH_SIZE];
    int len = snprintf(line, sizeof(line), "%s/%s %d\n", job, step, (int)getpid());
    const char *path = getenv("HOSTILE_TRACE");
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;

    if (fd < 0 || write(fd, line, (size_t)len) != len)
        perror("trace");
    if (fd >= 0)
        close(fd);
}

static void reach(const struct qn_job *job, const char *step)
{
    char path[PATH_SIZE];

    trace(qn_job_id(job), step);
    snprintf(path, sizeof(path), "%s/%s", getenv("ONCE_HOLD"), step);
    while (access(path, F_OK) == 0)
        poll(NULL, 0, TURN_MS);
}

static int give(struct qn_job *job, const struct qn_once *once, struct qn_err *reterr)
{
    struct qn_span result = qn_once_result(once);

    reach(job, "known");
    return qn_job_result(job, result.data, result.len, reterr);
}

static int leave_row(struct qn_job *job, struct qn_once *once, struct qn_err *reterr)
{
    struct qn_span id = qn_pg_text(qn_job_id(job));
    char result[64];
    int len = snprintf(result, sizeof(result), "{\"by\":  %d}", (int)getpid());

    reach(job, "inserted");
    int rc = qn_pg_run(once->pg, "INSERT INTO effect (job) VALUES ($1)", &id, 1, reterr);
    if (rc != QN_OK)
        return rc;
    reach(job, "effect");
    if (qn_job_arg_boolean(job, "fail_first", false) && qn_job_attempt(job) == 1)
        return qn_fail(reterr, QN_EAGAIN, "not this time");
    rc = qn_once_commit(once, result, (size_t)len, reterr);
    if (rc != QN_OK)
        return rc;
    reach(job, "committed");
    return qn_job_result(job, result, (size_t)len, reterr);
}

static enum qn_outcome answer(struct qn_job *job, int rc, const struct qn_err *err)
{
    if (rc == QN_OK)
        return QN_DONE;
    qn_job_error(job, "%s: %s", qn_err_name(rc), err->msg);
    return qn_err_is_transient(rc) ? QN_RETRY : QN_FAIL;
}

static enum qn_outcome run(struct qn_job *job)
{
    struct qn_once once;
    struct qn_err err = {0};

    reach(job, "before");
    int rc = qn_once_begin(&once, qn_job_state(job), job, "row", &err);
    if (rc == QN_OK)
        rc = qn_once_is_done(&once) ? give(job, &once, &err) : leave_row(job, &once, &err);
    qn_once_release(&once);
    return answer(job, rc, &err);
}

/* What must not be committed. */
static enum qn_outcome run_bad(struct qn_job *job)
{
    struct qn_span id = qn_pg_text(qn_job_id(job));
    const char *result = qn_job_arg_string(job, "result");
    struct qn_once once;
    struct qn_err err = {0};

    int rc = qn_once_begin(&once, qn_job_state(job), job, "bad", &err);
    if (rc == QN_OK)
        rc = qn_pg_run(once.pg, "INSERT INTO effect (job) VALUES ($1)", &id, 1, &err);
    if (rc == QN_OK && !result)
        rc = qn_pg_run(once.pg, "ROLLBACK", NULL, 0, &err);
    if (rc == QN_OK)
        rc = qn_once_commit(&once, result ? result : "1", result ? strlen(result) : 1, &err);
    qn_once_release(&once);
    return answer(job, rc, &err);
}

static enum qn_outcome run_prune(struct qn_job *job)
{
    struct qn_pg *pg = qn_job_state(job);
    struct qn_err err = {0};
    char result[32];
    int64_t n = 0;

    int rc = qn_pg_ready(pg, qn_job_id(job), qn_job_stop_fd(job), &err);
    if (rc == QN_OK)
        rc = qn_once_prune(pg, qn_job_arg_integer(job, "older_ms", 0),
                           (int)qn_job_arg_integer(job, "limit", 0), &n, &err);
    if (rc == QN_OK)
        rc = qn_job_result(job, result,
                           (size_t)snprintf(result, sizeof(result), "%lld", (long long)n), &err);
    return answer(job, rc, &err);
}

static int init(void **ret_state, struct qn_err *reterr)
{
    struct qn_pg *pg;
    const char *url = getenv("QUERN_DATABASE_URL");
    int rc = url ? qn_pg_create(&pg, url, reterr) : qn_fail(reterr, QN_EINVAL, "no database");

    if (rc == QN_OK)
        *ret_state = pg;
    return rc;
}

static void done(void *state)
{
    qn_pg_free(state);
}

static const struct qn_param row_params[] = {
    {.name = "fail_first", .type = QN_BOOLEAN, .doc = "take the effect back, then retry"},
    {.name = NULL},
};
static const struct qn_param bad_params[] = {
    {.name = "result", .type = QN_STRING, .doc = "to commit; without it the handler rolls back"},
    {.name = NULL},
};
static const struct qn_param prune_params[] = {
    {.name = "older_ms", .type = QN_INTEGER, .doc = "what is older goes"},
    {.name = "limit", .type = QN_INTEGER, .doc = "rows at most"},
    {.name = NULL},
};

static const struct qn_task row_task = {
    .name = "once.row",
    .summary = "A row in a table, once",
    .params = row_params,
    .init = init,
    .run = run,
    .done = done,
};
static const struct qn_task bad_task = {
    .name = "once.bad",
    .summary = "Commits what it must not",
    .params = bad_params,
    .init = init,
    .run = run_bad,
    .done = done,
};
static const struct qn_task prune_task = {
    .name = "once.prune",
    .summary = "Forgets old rows",
    .params = prune_params,
    .init = init,
    .run = run_prune,
    .done = done,
};

static const struct qn_task *const tasks[] = {&row_task, &bad_task, &prune_task, NULL};

int main(int argc, char **argv)
{
    return qn_worker_main(argc, argv, tasks);
}
