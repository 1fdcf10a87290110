/* sales_worker.c - runs report.sales for job after job on one state, without a queue.
 *
 * Reads arguments from stdin, a line each; answers with "OUTCOME files error" on a
 * line, after a line "begun" at the start of each. SIGUSR1 is the soft limit of the
 * job that runs. QUERN_DATABASE_URL as for the worker. With SHOW_RESULT in the
 * environment the result follows on a line.
 */
#include "tasks/reports/sales.h"
#include "tests/support/job_double.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct qn_job job;
static volatile sig_atomic_t stop_fd = -1;

static void stop(int signo)
{
    ssize_t written = write(stop_fd, "x", 1);

    (void)signo;
    (void)written;
}

static void answer(const char *args, void *state)
{
    static const char *const outcomes[] = {
        [QN_DONE] = "DONE", [QN_RETRY] = "RETRY", [QN_FAIL] = "FAIL", [QN_SNOOZE] = "SNOOZE"};
    enum qn_outcome outcome;
    size_t committed = 0;

    job_double_init(&job, args, state);
    stop_fd = job.stop[1];
    puts("begun");
    outcome = sales_task.run(&job);
    for (size_t i = 0; i < job.n_files; i++) {
        committed += job.files[i].committed ? 1 : 0;
    }
    printf("%s %zu %s\n", outcomes[outcome], committed, job.error.data);
    if (getenv("SHOW_RESULT") != NULL) {
        puts(job.result.data);
    }
    job_double_release(&job);
}

int main(void)
{
    struct qn_err err = {.code = QN_OK};
    char args[4096];
    void *state;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (signal(SIGUSR1, stop) == SIG_ERR || sales_task.init(&state, &err) != QN_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    while (fgets(args, sizeof(args), stdin) != NULL) {
        args[strcspn(args, "\n")] = '\0';
        answer(args, state);
    }
    sales_task.done(state);
    return 0;
}
