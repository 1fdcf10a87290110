/* chaos_worker.c - a worker whose tasks tell a ledger what they do.
 *
 * The ledger (CHAOS_RUNS) is a file outside Redis. Each line is one O_APPEND write, so it
 * is whole or absent even when its writer is killed:
 *
 *   start MS ID PID WORKER     a run began, in executor PID of supervisor WORKER
 *   effect MS ID PID OF        it did what it is for; OF: the job that made this one, or -
 *   end MS ID PID              its handler answers now
 *   spawn MS ID PID WORKER     a toxic job left process PID behind
 *
 * MS is the wall clock.
 */
#include "chaos_ledger.h"
#include "chaos_once.h"
#include "toxic.h"
#include <errno.h>
#include <quern/client.h>
#include <quern/job.h>
#include <quern/worker.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAP_MS 50

static void work_for(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

static enum qn_outcome answer(struct qn_job *job, enum qn_outcome outcome)
{
    chaos_ledger_write(qn_job_state(job), "end", qn_job_id(job), "");
    return outcome;
}

static bool is_how(struct qn_job *job, const char *how)
{
    const char *told = qn_job_arg_string(job, "how");
    return told && strcmp(told, how) == 0;
}

static int follow(struct qn_job *job, struct qn_err *reterr)
{
    char args[QN_ID_SIZE + 16];
    int len = snprintf(args, sizeof(args), "{\"of\":\"%s\"}", qn_job_id(job));
    return qn_job_follow_up(job, "chaos.effect", NULL, args, (size_t)len, reterr);
}

static bool is_even_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_nsec / 1000000 % 2 == 0;
}

static enum qn_outcome effect(struct qn_job *job)
{
    const char *of = qn_job_arg_string(job, "of");
    struct qn_err err = {0};

    chaos_ledger_start(qn_job_state(job), qn_job_id(job));
    work_for(qn_job_arg_integer(job, "ms", 0));
    if (is_how(job, "retry") && qn_job_attempt(job) == 1) {
        qn_job_error(job, "as told");
        return answer(job, QN_RETRY);
    }
    if (is_how(job, "snooze") && is_even_ms()) {
        qn_job_delay(job, NAP_MS);
        return answer(job, QN_SNOOZE);
    }
    chaos_ledger_write(qn_job_state(job), "effect", qn_job_id(job), of ? of : "-");
    if (is_how(job, "follow") && follow(job, &err) < 0) {
        qn_job_error(job, "%s", err.msg);
        return answer(job, QN_FAIL);
    }
    return answer(job, QN_DONE);
}

static enum qn_outcome poison(struct qn_job *job)
{
    chaos_ledger_start(qn_job_state(job), qn_job_id(job));
    bool is_known = toxic_run(qn_job_arg_string(job, "how"), qn_job_state(job), qn_job_id(job));
    return answer(job, is_known ? QN_DONE : QN_FAIL);
}

static const struct qn_param effect_params[] = {
    {.name = "ms", .type = QN_INTEGER, .doc = "how long to work"},
    {.name = "how", .type = QN_STRING, .choices = "plain|retry|snooze|follow", .doc = "its way"},
    {.name = "of", .type = QN_STRING, .doc = "the job that made this one"},
    {.name = NULL},
};

static const struct qn_task effect_task = {
    .name = "chaos.effect",
    .summary = "Leaves a line in a ledger",
    .params = effect_params,
    .init = chaos_ledger_init,
    .run = effect,
    .done = chaos_ledger_done,
};

static const struct qn_param toxic_params[] = {
    {.name = "how", .type = QN_STRING, .required = true, .doc = "what it does to its executor"},
    {.name = NULL},
};

static const struct qn_task toxic_task = {
    .name = "chaos.toxic",
    .summary = "Harms the process that runs it",
    .params = toxic_params,
    .soft_limit_ms = 200,
    .hard_limit_ms = 400,
    .init = chaos_ledger_init,
    .run = poison,
    .done = chaos_ledger_done,
};

static const struct qn_task *const tasks[] = {&effect_task, &chaos_once_task, &toxic_task, NULL};

int main(int argc, char **argv)
{
    return qn_worker_main(argc, argv, tasks);
}
