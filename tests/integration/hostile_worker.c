/* hostile_worker.c - a worker whose tasks do to their executor what they can. */

#include <errno.h>
#include <fcntl.h>
#include <quern/client.h>
#include <quern/job.h>
#include <quern/worker.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FD_MAX 256

static void sleep_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

/* One line for each time that a job began: what was run how often. */
static void leave_trace(struct qn_job *job)
{
    const char *path = getenv("HOSTILE_TRACE");
    char line[QN_ID_SIZE + 32];
    int len = snprintf(line, sizeof(line), "%s %d\n", qn_job_id(job), (int)getpid());
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) : -1;

    if (fd < 0 || write(fd, line, (size_t)len) != len)
        perror("trace");
    if (fd >= 0)
        close(fd);
}

/* The socket to the supervisor: a handler can find it, if it wants to. */
static int link_fd(void)
{
    int type;
    socklen_t len = sizeof(type);

    for (int fd = 3; fd < FD_MAX; fd++) {
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0)
            return fd;
    }
    return -1;
}

static enum qn_outcome ok(struct qn_job *job)
{
    static const char result[] = "{\"fine\":true}";

    leave_trace(job);
    return qn_job_result(job, result, sizeof(result) - 1, NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

static enum qn_outcome fails(struct qn_job *job)
{
    qn_job_error(job, "it cannot be done");
    return QN_FAIL;
}

static enum qn_outcome retry_twice(struct qn_job *job)
{
    leave_trace(job);
    if (qn_job_attempt(job) > 2)
        return QN_DONE;
    qn_job_error(job, "not yet, attempt %d", qn_job_attempt(job));
    qn_job_delay(job, 20);
    return QN_RETRY;
}

static enum qn_outcome always_retry(struct qn_job *job)
{
    leave_trace(job);
    qn_job_error(job, "never");
    qn_job_delay(job, 0);
    return QN_RETRY;
}

/* Snoozes until the file is there. */
static enum qn_outcome snooze(struct qn_job *job)
{
    leave_trace(job);
    if (access(qn_job_arg_string(job, "path"), F_OK) == 0)
        return QN_DONE;
    qn_job_delay(job, 50);
    return QN_SNOOZE;
}

static enum qn_outcome sleeper(struct qn_job *job)
{
    leave_trace(job);
    sleep_ms(qn_job_arg_integer(job, "ms", 60000));
    return QN_DONE;
}

static enum qn_outcome cooperative(struct qn_job *job)
{
    leave_trace(job);
    while (!qn_job_should_stop(job))
        sleep_ms(5);
    qn_job_error(job, "stopped as asked");
    return QN_RETRY;
}

static void block_all(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
}

static enum qn_outcome deaf(struct qn_job *job)
{
    leave_trace(job);
    block_all();
    for (int i = 0; i < 1000; i++)
        sleep_ms(1000);
    return QN_DONE;
}

static enum qn_outcome segfault(struct qn_job *job)
{
    leave_trace(job);
    qn_job_log(job, "about to crash");
    raise(SIGSEGV);
    return QN_DONE;
}

/* True the first time: leaves a file behind. */
static bool is_first(struct qn_job *job)
{
    int fd = open(qn_job_arg_string(job, "path"), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static enum qn_outcome crash_once(struct qn_job *job)
{
    leave_trace(job);
    if (is_first(job))
        abort();
    return QN_DONE;
}

/* Fails when another one with the same path runs. */
static enum qn_outcome alone(struct qn_job *job)
{
    if (!is_first(job))
        return qn_job_reject(job, "not alone");
    leave_trace(job);
    sleep_ms(qn_job_arg_integer(job, "ms", 0));
    return unlink(qn_job_arg_string(job, "path")) == 0 ? QN_DONE : QN_FAIL;
}

static enum qn_outcome hang_once(struct qn_job *job)
{
    bool first = is_first(job);

    leave_trace(job);
    if (first)
        sleep_ms(60000);
    return QN_DONE;
}

static enum qn_outcome aborts(struct qn_job *job)
{
    leave_trace(job);
    abort();
}

static volatile int depth;

static int recurse(int n)
{
    volatile char frame[4096];

    frame[0] = (char)n;
    depth = n;
    return n < INT32_MAX ? recurse(n + 1) + frame[0] : 0;
}

static enum qn_outcome overflow(struct qn_job *job)
{
    leave_trace(job);
    return recurse(0) ? QN_DONE : QN_FAIL;
}

static enum qn_outcome exits(struct qn_job *job)
{
    leave_trace(job);
    exit(0);
}

/* Memory that is used and never given back. */
static enum qn_outcome leak(struct qn_job *job)
{
    static char *volatile kept;
    size_t bytes = (size_t)qn_job_arg_integer(job, "bytes", 0);

    leave_trace(job);
    kept = malloc(bytes);
    if (!kept)
        return QN_FAIL;
    memset(kept, 1, bytes);
    return QN_DONE;
}

/* Grandchildren: one in the group, one in a session of its own. */
static enum qn_outcome litter(struct qn_job *job)
{
    leave_trace(job);
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            if (i == 1)
                setsid();
            leave_trace(job);
            for (;;)
                pause();
        }
    }
    if (qn_job_arg_boolean(job, "crash", false))
        abort();
    if (qn_job_arg_boolean(job, "deaf", false)) {
        block_all();
        sleep_ms(60000);
    }
    return QN_DONE;
}

/* The supervisor is the parent of its executors. */
static enum qn_outcome kill_worker(struct qn_job *job)
{
    leave_trace(job);
    kill(getppid(), SIGKILL);
    sleep_ms(60000);
    return QN_DONE;
}

static enum qn_outcome garbage(struct qn_job *job)
{
    char bytes[64];

    leave_trace(job);
    memset(bytes, 0xee, sizeof(bytes));
    if (write(link_fd(), bytes, sizeof(bytes)) < 0)
        return QN_FAIL;
    sleep_ms(60000);
    return QN_DONE;
}

static enum qn_outcome hang_up(struct qn_job *job)
{
    leave_trace(job);
    close(link_fd());
    sleep_ms(60000);
    return QN_DONE;
}

/* Another run's result, well formed. */
static enum qn_outcome forge(struct qn_job *job)
{
    static const unsigned char frame[] = {8, 0, 0, 0, 20, 0xff, 0x7f, 0, 0, 0, 0, 0, 0};

    leave_trace(job);
    if (write(link_fd(), frame, sizeof(frame)) < 0)
        return QN_FAIL;
    sleep_ms(60000);
    return QN_DONE;
}

/* Log lines without end, past what the library would send. */
static enum qn_outcome flood(struct qn_job *job)
{
    static const unsigned char frame[] = {3, 0, 0, 0, 18, 'x', '\n'};

    leave_trace(job);
    while (write(link_fd(), frame, sizeof(frame)) == (ssize_t)sizeof(frame))
        ;
    return QN_DONE;
}

static enum qn_outcome huge(struct qn_job *job)
{
    size_t len = (size_t)qn_job_arg_integer(job, "bytes", 0);
    char *text = malloc(len + 1);
    struct qn_err err = {0};
    int rc = QN_ENOMEM;

    leave_trace(job);
    if (text && len >= 2) {
        memset(text, 'x', len);
        text[0] = text[len - 1] = '"';
        rc = qn_job_result(job, text, len, &err);
    }
    free(text);
    if (rc != QN_OK)
        qn_job_error(job, "%s", err.msg);
    return rc == QN_OK ? QN_DONE : QN_FAIL;
}

static enum qn_outcome chatty(struct qn_job *job)
{
    leave_trace(job);
    for (int64_t i = 0; i < qn_job_arg_integer(job, "lines", 10); i++)
        qn_job_log(job, "line %d", (int)i);
    return QN_DONE;
}

static enum qn_outcome progress(struct qn_job *job)
{
    leave_trace(job);
    for (int i = 0; i <= 1000 && !qn_job_should_stop(job); i++) {
        qn_job_progress(job, i, 1000, "counting");
        sleep_ms(2);
    }
    return QN_DONE;
}

/* Once the file is there, if one is named. */
static enum qn_outcome follow_up(struct qn_job *job)
{
    struct qn_err err = {0};

    const char *path = qn_job_arg_string(job, "path");

    leave_trace(job);
    while (path && access(path, F_OK) != 0)
        sleep_ms(5);
    for (int64_t i = 0; i < qn_job_arg_integer(job, "n", 1); i++) {
        if (qn_job_follow_up(job, "h.ok", NULL, "{}", 2, &err) != QN_OK) {
            qn_job_error(job, "%s", err.msg);
            return QN_FAIL;
        }
    }
    if (qn_job_arg_boolean(job, "crash", false))
        abort();
    return QN_DONE;
}

static enum qn_outcome still_mine(struct qn_job *job)
{
    leave_trace(job);
    while (qn_job_still_mine(job))
        sleep_ms(5);
    leave_trace(job);
    sleep_ms(60000);
    return QN_DONE;
}

/* When, others decide. */
static enum qn_outcome again(struct qn_job *job)
{
    leave_trace(job);
    return QN_RETRY;
}

/* Burns CPU time until it is stopped. */
static enum qn_outcome spin(struct qn_job *job)
{
    volatile uint64_t n = 0;

    leave_trace(job);
    while (!qn_job_should_stop(job))
        n++;
    return QN_FAIL;
}

/* Asks for memory until there is none, and says how much it got; or insists. */
static enum qn_outcome eat(struct qn_job *job)
{
    const size_t piece = 1 << 20;
    int64_t got = 0;
    char *at, text[64];
    struct qn_err err;

    leave_trace(job);
    void *last = NULL;
    while (got < 1024 && (at = malloc(piece)) != NULL) {
        memset(at, 1, piece);
        memcpy(at, &last, sizeof(last));
        last = at;
        got++;
    }
    if (got < 1024 && qn_job_arg_boolean(job, "crash", false))
        abort();
    while (last) {
        void *next;
        memcpy(&next, last, sizeof(next));
        free(last);
        last = next;
    }
    int len = snprintf(text, sizeof(text), "{\"mib\":%lld}", (long long)got);
    return qn_job_result(job, text, (size_t)len, &err) == QN_OK ? QN_DONE : QN_FAIL;
}

/* What the kernel lets it do. */
static enum qn_outcome rights(struct qn_job *job)
{
    struct rlimit core, files, cpu, data;
    char text[256];
    struct qn_err err;

    leave_trace(job);
    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_CPU, &cpu);
    getrlimit(RLIMIT_DATA, &data);
    int len = snprintf(text, sizeof(text),
                       "{\"new_privileges\":%s,\"core\":%lld,\"files\":%lld,\"cpu\":%lld,"
                       "\"data\":%lld}",
                       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "false" : "true",
                       (long long)core.rlim_cur, (long long)files.rlim_cur, (long long)cpu.rlim_cur,
                       (long long)data.rlim_cur);
    return qn_job_result(job, text, (size_t)len, &err) == QN_OK ? QN_DONE : QN_FAIL;
}

static const struct qn_param any[] = {
    {.name = "ms", .type = QN_INTEGER, .doc = "how long"},
    {.name = "n", .type = QN_INTEGER, .doc = "how many"},
    {.name = "lines", .type = QN_INTEGER, .doc = "how many"},
    {.name = "bytes", .type = QN_INTEGER, .doc = "how much"},
    {.name = "path", .type = QN_STRING, .doc = "of a file"},
    {.name = "crash", .type = QN_BOOLEAN, .doc = "at the end"},
    {.name = "deaf", .type = QN_BOOLEAN, .doc = "at the end"},
    {.name = NULL},
};

#define TASK(NAME, RUN)                                                  \
    &(const struct qn_task)                                              \
    {                                                                    \
        .name = (NAME), .summary = "A test", .params = any, .run = (RUN) \
    }

static const struct qn_task *const tasks[] = {
    TASK("h.ok", ok),
    TASK("h.fail", fails),
    TASK("h.retry_twice", retry_twice),
    TASK("h.always_retry", always_retry),
    TASK("h.snooze", snooze),
    TASK("h.sleep", sleeper),
    TASK("h.cooperative", cooperative),
    TASK("h.deaf", deaf),
    TASK("h.segfault", segfault),
    TASK("h.abort", aborts),
    TASK("h.crash_once", crash_once),
    TASK("h.hang_once", hang_once),
    TASK("h.alone", alone),
    TASK("h.overflow", overflow),
    TASK("h.exit", exits),
    TASK("h.leak", leak),
    TASK("h.litter", litter),
    TASK("h.kill_worker", kill_worker),
    TASK("h.garbage", garbage),
    TASK("h.hang_up", hang_up),
    TASK("h.forge", forge),
    TASK("h.flood", flood),
    TASK("h.huge", huge),
    TASK("h.chatty", chatty),
    TASK("h.progress", progress),
    TASK("h.follow_up", follow_up),
    TASK("h.still_mine", still_mine),
    TASK("h.again", again),
    TASK("h.spin", spin),
    TASK("h.eat", eat),
    TASK("h.rights", rights),
    &(const struct qn_task){.name = "h.crash_policy",
                            .summary = "A test",
                            .params = any,
                            .run = segfault,
                            .max_attempts = 5,
                            .on_crash = {{QN_BACKOFF_FIXED, 10, 0, {0}}, 2}},
    &(const struct qn_task){.name = "h.timeout_policy",
                            .summary = "A test",
                            .params = any,
                            .run = deaf,
                            .hard_limit_ms = 200,
                            .max_attempts = 5,
                            .on_timeout = {{QN_BACKOFF_DEFAULT, 0, 0, {0}}, 1}},
    &(const struct qn_task){.name = "h.task_policy",
                            .summary = "A test",
                            .params = any,
                            .run = again,
                            .retry = {QN_BACKOFF_LIST, 0, 0, {3600000, 7200000}}},
    &(const struct qn_task){.name = "h.small",
                            .summary = "A test",
                            .params = any,
                            .run = eat,
                            .memory_limit_bytes = 16 << 20},
    NULL,
};

int main(int argc, char **argv)
{
    return qn_worker_main(argc, argv, tasks);
}
