/* stack.h - child processes that live and die with this one.
 *
 * Each child has a process group of its own (a Ctrl-C at the terminal is ours to
 * handle), a log file that takes its output, and a parent-death signal: when this
 * process is killed, the kernel ends the children. They are stopped in the reverse
 * order of their start, by pid, each with a deadline.
 *
 * The waits below also end when a signal asked this process to stop (QN_ESTATE),
 * or when a child that has to run has ended (QN_ELOST).
 *
 * Not here: what is started, and how one knows that it is ready.
 */
#ifndef CLI_STACK_H
#define CLI_STACK_H

#include "broker-client/loop.h"
#include <sys/types.h>

#define CLI_PATH_SIZE    1024
#define CLI_CHILDREN_MAX 16
#define CLI_ARGS_MAX     48

struct cli_stack;

/* Everything is borrowed until the child has ended for good. */
struct cli_child_spec {
    const char *name; /* of its log file too */
    const char *const *argv;
    const char *folder; /* it runs there; NULL: where we are */
    uid_t uid;          /* as this user, when uid is not 0 */
    gid_t gid;
    int stop_signal;
    int death_signal; /* when we are gone */
    int64_t stop_ms;  /* asked again after half of it, killed after it; 0: a minute, then a kill */
    bool again;       /* started again when it ends by itself, but not at once or too often */
};

struct cli_child; /* owned by the stack */

/* Takes the signals INT, TERM, HUP and CHLD. log_folder is borrowed. */
QN_MUST_CHECK int cli_stack_create(struct cli_stack **ret, const char *log_folder,
                                   struct qn_err *reterr);
/* From now on the logs of all children are shown in one stream. */
struct cli_follow_options;
QN_MUST_CHECK int cli_stack_follow(struct cli_stack *stack,
                                   const struct cli_follow_options *options, struct qn_err *reterr);
/* Stops what runs, also what children left behind. NULL is fine. */
void cli_stack_free(struct cli_stack *stack);

/* A child that has to go on running. */
QN_MUST_CHECK int cli_stack_start(struct cli_stack *stack, const struct cli_child_spec *spec,
                                  struct cli_child **ret, struct qn_err *reterr);
/* A child that has to end with 0 in time. */
QN_MUST_CHECK int cli_stack_run(struct cli_stack *stack, const struct cli_child_spec *spec,
                                int64_t timeout_ms, struct qn_err *reterr);

/* Stops the child that was started last, before the others. */
void cli_stack_stop_last(struct cli_stack *stack);

/* Asks ready again and again until it is true: the child counts as one that works from
 * then on. QN_ETIMEOUT says that child was too
 * slow, QN_ELOST that it ended. */
typedef bool cli_ready_fn(void *arg);
QN_MUST_CHECK int cli_stack_await(struct cli_stack *stack, struct cli_child *child,
                                  int64_t timeout_ms, cli_ready_fn *ready, void *arg,
                                  struct qn_err *reterr);
/* Lets time pass: QN_OK after ms (-1: never; 0: only looks). */
QN_MUST_CHECK int cli_stack_rest(struct cli_stack *stack, int64_t ms, struct qn_err *reterr);

pid_t cli_child_pid(const struct cli_child *child);
const char *cli_child_log(const struct cli_child *child); /* path */
/* The log of the child that failed last, or NULL. */
const char *cli_stack_failed_log(const struct cli_stack *stack);
int cli_stack_signal(const struct cli_stack *stack); /* that asked us to stop, or 0 */

#endif
