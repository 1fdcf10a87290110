#include "exec.h"

#include "exec_env.h"
#include "exec_output.h"
#include "exec_say.h"
#include "exec_start.h"
#include "job.h"
#include "orphans.h"
#include "rundir.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_FAIL  100
#define READ_SIZE  32768
#define READ_TURNS 4    /* of one wake-up: the other descriptors want to be served */
#define LOOK_MS    1000 /* a supervisor that is stopped does not tell of the soft limit */
#define SPARED_MAX 64

enum { DEATH, OUTPUT, SAYS, STOP, WATCHED };

struct run {
    struct qn_job *job;
    const struct worker_exec *exec;
    struct worker_rundir dir;
    struct worker_exec_process process;
    struct worker_exec_output output;
    struct worker_exec_said said;
    bool stopped; /* it was asked to */
    bool broken;  /* it was ended for what it said; then this is the answer */
    enum qn_outcome answer;
    pid_t spared[SPARED_MAX]; /* children that are not of this run */
    size_t n_spared;
};

/* ---- what it says ---- */

static void break_off(struct run *run, int rc, const char *why)
{
    bool is_ours = rc == QN_ESYS || rc == QN_ENOMEM;

    qn_job_error(run->job, is_ours ? "%s" : "the program was ended: %s", why);
    run->broken = true;
    run->answer = is_ours ? QN_RETRY : QN_FAIL;
    worker_exec_signal(&run->process, SIGKILL);
}

static void hear(struct run *run, int which, struct qn_span bytes)
{
    struct qn_err why;
    int rc = QN_OK;

    if (which == OUTPUT)
        worker_exec_output_add(&run->output, bytes);
    else
        rc = worker_exec_said_add(&run->said, bytes, &why);
    if (rc != QN_OK)
        break_off(run, rc, why.msg);
}

static int fd_of(const struct run *run, int which)
{
    return which == OUTPUT ? run->process.output_fd : run->process.says_fd;
}

/* At most so many bytes. False when the pipe has ended. */
static bool receive(struct run *run, int which, size_t most)
{
    char block[READ_SIZE];

    while (most > 0 && !run->broken) {
        ssize_t n = read(fd_of(run, which), block, most < READ_SIZE ? most : READ_SIZE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 && errno == EAGAIN;
        hear(run, which, (struct qn_span){.data = block, .len = (size_t)n});
        most -= (size_t)n;
    }
    return true;
}

/* What was in the pipe when it ended is its own; others may go on writing. */
static void receive_rest(struct run *run, int which)
{
    int n = 0;

    if (fd_of(run, which) >= 0 && ioctl(fd_of(run, which), FIONREAD, &n) == 0 && n > 0)
        receive(run, which, (size_t)n);
}

/* ---- while it runs ---- */

static void ask_to_stop(struct run *run)
{
    run->stopped = true;
    worker_exec_signal(&run->process, SIGTERM);
    worker_exec_signal(&run->process, SIGCONT);
}

static bool is_no_orphan(const struct run *run, pid_t pid)
{
    bool is = pid == run->process.pid;

    for (size_t i = 0; i < run->n_spared; i++)
        is = is || run->spared[i] == pid;
    return is;
}

/* Children of its children that ended meanwhile. */
static void reap_adopted(const struct run *run)
{
    siginfo_t info = {.si_pid = 0};

    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 &&
           !is_no_orphan(run, info.si_pid) && waitpid(info.si_pid, NULL, WNOHANG) > 0)
        info.si_pid = 0;
}

static void watch(struct run *run)
{
    struct pollfd fds[WATCHED] = {
        [DEATH] = {.fd = run->process.pid_fd, .events = POLLIN},
        [OUTPUT] = {.fd = run->process.output_fd, .events = POLLIN},
        [SAYS] = {.fd = run->process.says_fd, .events = POLLIN},
        [STOP] = {.fd = qn_job_stop_fd(run->job), .events = POLLIN},
    };

    while (!(fds[DEATH].revents & POLLIN)) {
        for (int which = OUTPUT; which <= SAYS; which++) {
            if (fds[which].revents && !receive(run, which, READ_TURNS * READ_SIZE))
                fds[which].fd = -1;
        }
        if (!run->stopped && qn_job_should_stop(run->job))
            ask_to_stop(run);
        if (run->stopped)
            fds[STOP].fd = -1;
        if (run->broken)
            fds[OUTPUT].fd = fds[SAYS].fd = -1;
        reap_adopted(run);
        if (poll(fds, WATCHED, LOOK_MS) < 0)
            fds[DEATH].revents = 0;
    }
}

/* ---- its end ---- */

/* Half a message of one that was killed is no fault of its own. */
static void hear_the_last(struct run *run, bool exited)
{
    struct qn_err why;
    int rc;

    receive_rest(run, OUTPUT);
    receive_rest(run, SAYS);
    worker_exec_output_end(&run->output);
    rc = exited && !run->broken ? worker_exec_said_end(&run->said, &why) : QN_OK;
    if (rc != QN_OK)
        break_off(run, rc, why.msg);
}

static bool has_exited(const struct run *run)
{
    siginfo_t info = {.si_code = 0};

    return waitid(P_PID, (id_t)run->process.pid, &info, WEXITED | WNOWAIT) == 0 &&
           info.si_code == CLD_EXITED;
}

static void explain(struct run *run, int code)
{
    const struct worker_exec_output *output = &run->output;

    if (run->said.error)
        return;
    if (output->last_len > 0)
        qn_job_error(run->job, "the program ended with exit code %d: %.*s", code,
                     (int)output->last_len, output->last);
    else
        qn_job_error(run->job, "the program ended with exit code %d", code);
}

static enum qn_outcome judge_exit(struct run *run, int code)
{
    if (run->said.rejected)
        return QN_FAIL;
    if (code == 0 && run->said.snooze_ms < 0)
        return QN_DONE;
    if (code == 0) {
        qn_job_delay(run->job, run->said.snooze_ms);
        return QN_SNOOZE;
    }
    explain(run, code);
    if (code == EXIT_FAIL)
        return QN_FAIL;
    if (run->said.retry_ms >= 0)
        qn_job_delay(run->job, run->said.retry_ms);
    return QN_RETRY;
}

/* Who judges deaths is the supervisor: it knows of the hard limit, of the kernel's want of
 * memory and of the deaths before. So this process dies as the program did; what the
 * program said and printed has been sent. */
static _Noreturn void die_of(int signo)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t one;

    prctl(PR_SET_DUMPABLE, 0); /* the core would be the wrong one */
    sigaction(signo, &plain, NULL);
    sigemptyset(&one);
    sigaddset(&one, signo);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    raise(signo);
    _exit(128 + signo);
}

static enum qn_outcome judge(struct run *run, int status)
{
    if (run->broken)
        return run->answer;
    if (!WIFSIGNALED(status))
        return judge_exit(run, WEXITSTATUS(status));
    if (run->stopped && WTERMSIG(status) == SIGTERM)
        return worker_job_stopped(run->job, "the program was asked to stop, and TERM ended it");
    worker_job_send_progress(run->job);
    die_of(WTERMSIG(status));
}

static enum qn_outcome end(struct run *run)
{
    hear_the_last(run, has_exited(run));
    int status = worker_exec_reap(&run->process);
    worker_orphans_end(run->spared, run->n_spared);
    worker_orphans_disown();
    worker_exec_said_release(&run->said);
    if (!worker_rundir_remove(&run->dir))
        qn_job_log(run->job, "%s could not be removed", run->dir.path);
    return judge(run, status);
}

/* ---- its start ---- */

static int start(struct run *run, struct qn_err *reterr)
{
    struct worker_exec_env env;
    struct worker_exec_gift gift = {.fence = worker_job_fence(run->job)};
    int rc = worker_exec_env_init(&env, run->job, run->exec, run->dir.path, reterr);

    if (rc != QN_OK)
        return rc;
    gift.args.data = qn_job_args(run->job, &gift.args.len);
    run->n_spared = worker_orphans_list(run->spared, SPARED_MAX);
    worker_orphans_adopt();
    gift.env = env.list;
    rc = worker_exec_start(&run->process, run->exec, &gift, reterr);
    if (rc != QN_OK)
        worker_orphans_disown();
    worker_exec_env_release(&env);
    return rc;
}

enum qn_outcome worker_exec_run(struct qn_job *job, const struct worker_exec *exec)
{
    struct run run = {.job = job, .exec = exec};
    struct qn_err why;
    int rc = worker_rundir_create(&run.dir, &why);

    if (rc == QN_OK) {
        rc = start(&run, &why);
        if (rc != QN_OK)
            worker_rundir_remove(&run.dir);
    }
    if (rc != QN_OK) {
        qn_job_error(job, "%s", why.msg);
        return QN_RETRY;
    }
    worker_exec_output_init(&run.output, job);
    worker_exec_said_init(&run.said, job, run.dir.fd);
    watch(&run);
    return end(&run);
}
