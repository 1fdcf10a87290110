/* misbehaving_worker.c - a worker whose tasks do what handlers do wrong, and some that
 * do what they should. */

#include <poll.h>
#include <quern/job.h>
#include <quern/worker.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- well-behaved ---- */

static enum qn_outcome echo(struct qn_job *job)
{
    size_t len;
    const char *args = qn_job_args(job, &len);

    qn_job_log(job, "echo of %zu bytes", len);
    qn_job_progress(job, 1, 1, "echoed");
    return qn_job_result(job, args, len, NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

static enum qn_outcome pid(struct qn_job *job)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%d", (int)getpid());

    return qn_job_result(job, text, (size_t)len, NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

static enum qn_outcome patient(struct qn_job *job)
{
    struct pollfd stop = {.fd = qn_job_stop_fd(job), .events = POLLIN};

    poll(&stop, 1, 60000);
    qn_job_error(job, "stopped in time, %s", qn_job_should_stop(job) ? "as told" : "untold");
    return QN_RETRY;
}

static enum qn_outcome wait_for_stop(struct qn_job *job)
{
    qn_job_log(job, "waits");
    return patient(job);
}

static enum qn_outcome answer(struct qn_job *job)
{
    const char *word = qn_job_arg_string(job, "text");

    qn_job_error(job, "it answers %s", word);
    qn_job_delay(job, qn_job_arg_integer(job, "n", 0));
    return strcmp(word, "retry") == 0    ? QN_RETRY
           : strcmp(word, "fail") == 0   ? QN_FAIL
           : strcmp(word, "snooze") == 0 ? QN_SNOOZE
                                         : QN_DONE;
}

static enum qn_outcome spread(struct qn_job *job)
{
    static const char text[] = "{\n  \"a b\" : [ 1 , 2 ],\r\n\t\"c\":\"d \\\" e\"\n}\n";

    return qn_job_result(job, text, sizeof(text) - 1, NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

/* ---- not so ---- */

static enum qn_outcome segfault(struct qn_job *job)
{
    if (qn_job_arg_integer(job, "n", 1) == 1)
        raise(SIGSEGV);
    return echo(job);
}

static enum qn_outcome leave(struct qn_job *job)
{
    exit((int)qn_job_arg_integer(job, "n", 0));
}

static enum qn_outcome loop(struct qn_job *job)
{
    sigset_t all;

    qn_job_log(job, "loops");
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    while (true)
        pause();
    return QN_DONE;
}

static enum qn_outcome chatter(struct qn_job *job)
{
    printf("this is not a result\n");
    fflush(stdout);
    return echo(job);
}

static enum qn_outcome garbage(struct qn_job *job)
{
    static const char bytes[] = "\xff\xff\xff\xff\xff not a frame";

    (void)job;
    for (int fd = 3; fd < 64; fd++) {
        if (write(fd, bytes, sizeof(bytes)) < 0)
            continue;
    }
    pause();
    return QN_DONE;
}

static enum qn_outcome fork_and_die(struct qn_job *job)
{
    (void)job;
    if (fork() == 0) {
        pause();
        _exit(0);
    }
    raise(SIGABRT);
    return QN_DONE;
}

static const struct qn_param params[] = {
    {.name = "text", .type = QN_STRING, .doc = "A text"},
    {.name = "n", .type = QN_INTEGER, .doc = "A number"},
    {.name = "x", .type = QN_NUMBER, .doc = "A number with a fraction", .preset = "0.5"},
    {.name = "flag", .type = QN_BOOLEAN, .doc = "Yes or no"},
    {.name = "day", .type = QN_DATE, .doc = "A day"},
    {.name = "list", .type = QN_ARRAY, .doc = "Some"},
    {.name = "map", .type = QN_OBJECT, .doc = "An object"},
    {.name = "step", .type = QN_STRING, .doc = "One of three", .choices = "day|week|month"},
    {.name = NULL},
};
static const struct qn_param required[] = {
    {.name = "text", .type = QN_STRING, .doc = "A text", .required = true},
    {.name = NULL},
};

#define TASK(id, fn, ...)                     \
    static const struct qn_task id##_task = { \
        .name = "test." #id, .summary = "For tests: " #id, .run = fn, __VA_ARGS__}

TASK(echo, echo, .params = params);
TASK(pid, pid);
TASK(patient, patient, .soft_limit_ms = 100, .hard_limit_ms = 60000);
TASK(wait, wait_for_stop);
TASK(stubborn, loop);
TASK(answer, answer, .params = params);
TASK(spread, spread);
TASK(segfault, segfault, .params = params);
TASK(exit, leave, .params = params);
TASK(loop, loop, .soft_limit_ms = 50, .hard_limit_ms = 200, .max_attempts = 2);
TASK(chatter, chatter);
TASK(garbage, garbage);
TASK(fork_and_die, fork_and_die);
TASK(needy, echo, .params = required, .queue = "small");

static const struct qn_task *const tasks[] = {
    &echo_task,         &pid_task,   &patient_task, &answer_task,   &spread_task,
    &segfault_task,     &exit_task,  &loop_task,    &chatter_task,  &garbage_task,
    &fork_and_die_task, &needy_task, &wait_task,    &stubborn_task, NULL,
};

int main(int argc, char **argv)
{
    return qn_worker_main(argc, argv, tasks);
}
