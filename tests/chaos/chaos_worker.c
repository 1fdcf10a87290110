/* chaos_worker.c - a worker whose one task leaves a line in a ledger.
 *
 * The ledger (CHAOS_EFFECTS) is a file outside Redis: one O_APPEND write per
 * effect, so a line is whole or absent even when its writer is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <quern/client.h>
#include <quern/job.h>
#include <quern/worker.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int open_ledger(void **ret_state, struct qn_err *reterr)
{
    static int fd;
    const char *path = getenv("CHAOS_EFFECTS");
    if (!path)
        return qn_fail(reterr, QN_EINVAL, "CHAOS_EFFECTS is not set");
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return qn_fail_sys(reterr, "%s", path);
    *ret_state = &fd;
    return QN_OK;
}

static void close_ledger(void *state)
{
    close(*(int *)state);
}

static void work_for(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

static enum qn_outcome effect(struct qn_job *job)
{
    work_for(qn_job_arg_integer(job, "ms", 0));
    char line[QN_ID_SIZE + 1];
    int len = snprintf(line, sizeof(line), "%s\n", qn_job_id(job));
    if (write(*(int *)qn_job_state(job), line, (size_t)len) != len) {
        qn_job_error(job, "the ledger cannot be written");
        return QN_FAIL;
    }
    return QN_DONE;
}

static const struct qn_param effect_params[] = {
    {.name = "ms", .type = QN_INTEGER, .doc = "how long to work"},
    {.name = NULL},
};

static const struct qn_task effect_task = {
    .name = "chaos.effect",
    .summary = "Leaves a line in a ledger",
    .params = effect_params,
    .init = open_ledger,
    .run = effect,
    .done = close_ledger,
};

static const struct qn_task *const tasks[] = {&effect_task, NULL};

int main(int argc, char **argv)
{
    return qn_worker_main(argc, argv, tasks);
}
