#include "stack.h"
#include "common/clock.h"
#include "common/mem.h"
#include "logfile.h"
#include "process.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURN_MS        20    /* between two looks at a condition */
#define OFTEN_MS       10000 /* who ends OFTEN times in it is not started again */
#define OFTEN          3
#define AGAIN_MS       300   /* until the first start after an end; longer for the next */
#define STOP_MS        60000 /* where a spec says nothing */
#define LEFT_BEHIND_MS 2000  /* until adopted processes are given up */

struct cli_child {
    struct cli_stack *stack;
    struct cli_child_spec spec;
    char log[CLI_PATH_SIZE];
    pid_t pid; /* 0: does not run */
    int status;
    int64_t ends_ms[OFTEN]; /* when it ended by itself, mono; the last one first */
    int64_t again_ms;       /* when it is to be started again, 0 it is not */
    bool has_to_run;
    bool works; /* it was ready once */
};

struct cli_stack {
    struct qn_loop *loop;
    const char *log_folder;
    struct cli_follow *follow; /* NULL: logs are not shown */
    struct qn_signal *signals[4];
    int signo; /* that asked us to stop */
    int asked; /* how often */
    bool stopping;
    const char *failed_log;
    int n;
    struct cli_child children[CLI_CHILDREN_MAX];
};

static int64_t now_ms(void)
{
    return qn_mono_ms(&qn_clock_system);
}

/* ---- signals ---- */

static void on_ended(struct cli_child *child, int status)
{
    child->pid = 0;
    child->status = status;
}

/* Adopted orphans of our children are reaped here as well. */
static void on_child_signal(void *arg, int signo)
{
    struct cli_stack *stack = arg;
    int status;
    pid_t pid;

    (void)signo;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 0; i < stack->n; i++)
            if (stack->children[i].pid == pid)
                on_ended(&stack->children[i], status);
    }
}

static void on_stop_signal(void *arg, int signo)
{
    struct cli_stack *stack = arg;

    stack->signo = signo;
    stack->asked++;
}

static int watch_signals(struct cli_stack *stack, struct qn_err *reterr)
{
    static const int signos[] = {SIGINT, SIGTERM, SIGHUP};
    int rc =
        qn_signal_create(&stack->signals[3], stack->loop, SIGCHLD, on_child_signal, stack, reterr);

    for (int i = 0; i < 3 && rc == QN_OK; i++)
        rc = qn_signal_create(&stack->signals[i], stack->loop, signos[i], on_stop_signal, stack,
                              reterr);
    return rc;
}

int cli_stack_create(struct cli_stack **ret, const char *log_folder, struct qn_err *reterr)
{
    struct cli_stack *stack = qn_zalloc(1, sizeof(*stack));

    if (!stack)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    stack->log_folder = log_folder;
    int rc = qn_loop_create(&stack->loop, reterr);
    if (rc == QN_OK)
        rc = watch_signals(stack, reterr);
    if (rc == QN_OK && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        rc = qn_fail_sys(reterr, "subreaper");
    if (rc != QN_OK) {
        cli_stack_free(stack);
        return rc;
    }
    *ret = stack;
    return QN_OK;
}

/* ---- starting ---- */

static int spawn(struct cli_child *child, struct qn_err *reterr)
{
    child->again_ms = 0;
    return cli_process_start(&child->spec, child->log, &child->pid, reterr);
}

/* The last run's log stays beside it until the next one. */
static int open_log(struct cli_child *child, struct qn_err *reterr)
{
    char old[CLI_PATH_SIZE + 4];
    int len = snprintf(child->log, sizeof(child->log), "%s/%s.log", child->stack->log_folder,
                       child->spec.name);

    if (len < 0 || (size_t)len >= sizeof(child->log))
        return qn_fail(reterr, QN_ELIMIT, "the data folder's path is too long");
    snprintf(old, sizeof(old), "%s.1", child->log);
    (void)rename(child->log, old);
    return child->stack->follow
               ? cli_follow_add(child->stack->follow, child->spec.name, child->log, true, reterr)
               : QN_OK;
}

int cli_stack_follow(struct cli_stack *stack, const struct cli_follow_options *options,
                     struct qn_err *reterr)
{
    int rc = cli_follow_create(&stack->follow, stack->loop, options, reterr);

    for (int i = 0; i < stack->n && rc == QN_OK; i++)
        rc = cli_follow_add(stack->follow, stack->children[i].spec.name, stack->children[i].log,
                            false, reterr);
    return rc;
}

static int add_child(struct cli_stack *stack, const struct cli_child_spec *spec, bool has_to_run,
                     struct cli_child **ret, struct qn_err *reterr)
{
    if (stack->n == CLI_CHILDREN_MAX)
        return qn_fail(reterr, QN_ELIMIT, "%s: more than %d children", spec->name,
                       CLI_CHILDREN_MAX);
    struct cli_child *child = &stack->children[stack->n];
    *child = (struct cli_child){.stack = stack, .spec = *spec, .has_to_run = has_to_run};
    int rc = open_log(child, reterr);
    if (rc == QN_OK)
        rc = spawn(child, reterr);
    if (rc != QN_OK)
        return rc;
    stack->n++;
    *ret = child;
    return QN_OK;
}

int cli_stack_start(struct cli_stack *stack, const struct cli_child_spec *spec,
                    struct cli_child **ret, struct qn_err *reterr)
{
    return add_child(stack, spec, true, ret, reterr);
}

/* ---- waiting ---- */

static int ended(struct cli_stack *stack, const struct cli_child *child, struct qn_err *reterr)
{
    char how[64];

    stack->failed_log = child->log;
    cli_process_how_ended(child->status, how, sizeof(how));
    return qn_fail(reterr, QN_ELOST, "%s %s", child->spec.name, how);
}

/* True when it ended too often of late. */
static bool note_end(struct cli_child *child)
{
    int64_t now = now_ms(), often = child->ends_ms[OFTEN - 2];
    int lately = 0;

    for (int i = OFTEN - 1; i > 0; i--)
        child->ends_ms[i] = child->ends_ms[i - 1];
    child->ends_ms[0] = now;
    for (int i = 0; i < OFTEN; i++)
        lately += child->ends_ms[i] > 0 && now - child->ends_ms[i] < OFTEN_MS;
    child->again_ms = now + AGAIN_MS * lately;
    return often > 0 && now - often < OFTEN_MS;
}

static int revive(struct cli_stack *stack, struct cli_child *child, struct qn_err *reterr)
{
    char how[64];

    if (child->again_ms == 0) {
        if (!child->spec.again || !child->works || note_end(child))
            return ended(stack, child, reterr);
        cli_process_how_ended(child->status, how, sizeof(how));
        fprintf(stderr, "%s %s; it is started again\n", child->spec.name, how);
    }
    return now_ms() >= child->again_ms ? spawn(child, reterr) : QN_OK;
}

/* Children that ended are started again, or that is the end. *ret_wait_ms: how long
 * nothing has to be done, -1 no limit. */
static int look_after(struct cli_stack *stack, int64_t *ret_wait_ms, struct qn_err *reterr)
{
    *ret_wait_ms = -1;
    for (int i = 0; i < stack->n; i++) {
        struct cli_child *child = &stack->children[i];
        if (child->pid > 0 || !child->has_to_run)
            continue;
        int rc = revive(stack, child, reterr);
        if (rc != QN_OK)
            return rc;
        if (child->again_ms > 0)
            *ret_wait_ms = TURN_MS;
    }
    return QN_OK;
}

static int turn(struct cli_stack *stack, int64_t wait_ms, struct qn_err *reterr)
{
    int64_t soon_ms;
    int rc = look_after(stack, &soon_ms, reterr);

    if (rc == QN_OK && soon_ms >= 0 && (wait_ms < 0 || soon_ms < wait_ms))
        wait_ms = soon_ms;
    if (rc == QN_OK)
        rc = qn_loop_once(stack->loop, wait_ms, reterr);
    if (rc == QN_OK && stack->signo != 0)
        return qn_fail(reterr, QN_ESTATE, "stopped by signal %d", stack->signo);
    return rc;
}

int cli_stack_await(struct cli_stack *stack, struct cli_child *child, int64_t timeout_ms,
                    cli_ready_fn *ready, void *arg, struct qn_err *reterr)
{
    int64_t deadline = now_ms() + timeout_ms;

    while (!ready(arg)) {
        int rc = turn(stack, TURN_MS, reterr);
        if (rc != QN_OK)
            return rc;
        if (now_ms() >= deadline) {
            stack->failed_log = child->log;
            return qn_fail(reterr, QN_ETIMEOUT, "%s was not ready after %lld s", child->spec.name,
                           (long long)(timeout_ms / 1000));
        }
    }
    child->works = true;
    return QN_OK;
}

int cli_stack_rest(struct cli_stack *stack, int64_t ms, struct qn_err *reterr)
{
    int64_t now = now_ms(), deadline = ms < 0 ? INT64_MAX : now + ms;

    do {
        int rc = turn(stack, ms < 0 ? -1 : deadline - now, reterr);
        if (rc != QN_OK)
            return rc;
        now = now_ms();
    } while (now < deadline);
    return QN_OK;
}

static bool has_ended(void *arg)
{
    const struct cli_child *child = arg;

    return child->pid == 0;
}

int cli_stack_run(struct cli_stack *stack, const struct cli_child_spec *spec, int64_t timeout_ms,
                  struct qn_err *reterr)
{
    struct cli_child *child = NULL;
    int rc = add_child(stack, spec, false, &child, reterr);

    if (rc == QN_OK)
        rc = cli_stack_await(stack, child, timeout_ms, has_ended, child, reterr);
    if (rc == QN_OK && child->status != 0)
        rc = ended(stack, child, reterr);
    if (rc == QN_OK)
        stack->n--; /* it is gone; its place and its name are free again */
    return rc;
}

/* ---- stopping ---- */

static void ask(const struct cli_child *child, int signo)
{
    if (child->pid > 0)
        (void)kill(child->pid, signo);
}

/* A second Ctrl-C is somebody who does not want to wait. */
static void stop_child(struct cli_stack *stack, struct cli_child *child)
{
    int64_t patience = child->spec.stop_ms > 0 ? child->spec.stop_ms : STOP_MS;
    int64_t start = now_ms(), deadline = start + patience;
    bool asked_again = false;
    int asked = stack->asked;

    child->has_to_run = false;
    ask(child, child->spec.stop_signal);
    while (child->pid > 0 && now_ms() < deadline && stack->asked == asked) {
        if (!asked_again && now_ms() > start + patience / 2) {
            asked_again = true;
            ask(child, child->spec.stop_signal);
        }
        if (qn_loop_once(stack->loop, TURN_MS, NULL) != QN_OK)
            break;
    }
    if (child->pid > 0)
        (void)kill(-child->pid, SIGKILL);
    while (child->pid > 0) {
        int status;
        if (waitpid(child->pid, &status, 0) == child->pid || errno == ECHILD)
            on_ended(child, SIGKILL);
    }
}

void cli_stack_stop_last(struct cli_stack *stack)
{
    if (stack->n == 0)
        return;
    stop_child(stack, &stack->children[stack->n - 1]);
    stack->n--; /* only now: a child is known by its place */
}

/* What our children left behind is ours now. */
static void end_orphans(void)
{
    int64_t deadline = now_ms() + LEFT_BEHIND_MS;

    while (cli_process_kill_children() > 0 && now_ms() < deadline)
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
}

void cli_stack_free(struct cli_stack *stack)
{
    if (!stack)
        return;
    for (int i = stack->n - 1; i >= 0; i--)
        stop_child(stack, &stack->children[i]);
    end_orphans();
    cli_follow_free(stack->follow);
    for (int i = 0; i < 4; i++)
        qn_signal_free(stack->signals[i]);
    qn_loop_free(stack->loop);
    qn_free(stack);
}

pid_t cli_child_pid(const struct cli_child *child)
{
    return child->pid;
}

const char *cli_child_log(const struct cli_child *child)
{
    return child->log;
}

const char *cli_stack_failed_log(const struct cli_stack *stack)
{
    return stack->failed_log;
}

int cli_stack_signal(const struct cli_stack *stack)
{
    return stack->signo;
}
