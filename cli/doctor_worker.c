/* doctor_worker.c - what quern-worker says of its database and its tasks: it has the
 * libraries for that, and loads plugins where they cannot hurt.
 */
#include "common/clock.h"
#include "common/json.h"
#include "common/str.h"
#include "doctor.h"
#include "folder.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX  (1024 * 1024)
#define PATIENCE_MS 60000

struct run {
    char path[CLI_PATH_SIZE];
    pid_t pid;
    int pipes[2][2]; /* its output, its errors */
    struct qn_buf said[2];
};

static int find(char path[CLI_PATH_SIZE], struct qn_err *reterr)
{
    char self[CLI_PATH_SIZE];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (len <= 0)
        return qn_fail_sys(reterr, "/proc/self/exe");
    self[len] = '\0';
    *strrchr(self, '/') = '\0';
    int rc = cli_path_join(path, self, "quern-worker", reterr);
    if (rc == QN_OK && access(path, X_OK) < 0)
        return qn_fail_sys(reterr, "%s", path);
    return rc;
}

_Noreturn static void child(const struct run *run)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && null >= 0 && dup2(null, 0) >= 0 &&
        dup2(run->pipes[0][1], 1) >= 0 && dup2(run->pipes[1][1], 2) >= 0)
        execl(run->path, run->path, "check", (char *)NULL);
    dprintf(2, "%s: %s\n", run->path, strerror(errno));
    _exit(127);
}

static int start(struct run *run, struct qn_err *reterr)
{
    for (int i = 0; i < 2; i++)
        if (pipe2(run->pipes[i], O_CLOEXEC) < 0)
            return qn_fail_sys(reterr, "pipe");
    fflush(NULL);
    run->pid = fork();
    if (run->pid < 0)
        return qn_fail_sys(reterr, "fork");
    if (run->pid == 0)
        child(run);
    for (int i = 0; i < 2; i++) {
        close(run->pipes[i][1]);
        run->pipes[i][1] = -1;
    }
    return QN_OK;
}

/* Until it has closed both; false when that takes too long. */
static bool listen_to(struct run *run)
{
    int64_t end_ms = qn_mono_ms(&qn_clock_system) + PATIENCE_MS, left;
    int open_ends = 2;

    while (open_ends > 0 && (left = end_ms - qn_mono_ms(&qn_clock_system)) > 0) {
        struct pollfd ready[2];
        for (int i = 0; i < 2; i++)
            ready[i] = (struct pollfd){.fd = run->pipes[i][0], .events = POLLIN};
        if (poll(ready, 2, (int)left) < 0 && errno != EINTR)
            return false;
        for (int i = 0; i < 2; i++) {
            char chunk[4096];
            if (!ready[i].revents)
                continue;
            ssize_t n = read(run->pipes[i][0], chunk, sizeof(chunk));
            if (n > 0) {
                qn_buf_add(&run->said[i], chunk, (size_t)n);
                continue;
            }
            close(run->pipes[i][0]);
            run->pipes[i][0] = -1;
            open_ends--;
        }
    }
    return open_ends == 0;
}

static int run_check(struct run *run, struct qn_err *reterr)
{
    int rc = start(run, reterr), status = 0;

    if (rc != QN_OK)
        return rc;
    if (!listen_to(run)) {
        kill(run->pid, SIGKILL);
        rc = qn_fail(reterr, QN_ETIMEOUT, "quern-worker check: no answer within %d s",
                     PATIENCE_MS / 1000);
    }
    while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
        ;
    const struct qn_buf *said = &run->said[1];
    if (rc == QN_OK && status != 0)
        rc = qn_fail(reterr, QN_EINVAL, "%.*s", (int)strcspn(said->data, "\n"),
                     said->len > 0 ? said->data : "quern-worker check died");
    return rc;
}

static void close_pipes(struct run *run)
{
    for (int i = 0; i < 4; i++)
        if (run->pipes[i / 2][i % 2] >= 0)
            close(run->pipes[i / 2][i % 2]);
}

/* The array without its brackets. */
static int take_verdicts(struct cli_doctor *doctor, const struct qn_buf *said,
                         struct qn_err *reterr)
{
    enum qn_json_type type;
    struct qn_span list = {said->data, said->len};

    if (qn_json_check(list.data, list.len, &type, NULL) != QN_OK || type != QN_JSON_ARRAY)
        return qn_fail(reterr, QN_EPROTO, "quern-worker check did not answer in JSON");
    while (list.len > 0 && list.data[list.len - 1] != ']')
        list.len--;
    size_t begin = strspn(list.data, " \n") + 1;
    if (list.len <= begin + 1)
        return QN_OK;
    if (doctor->verdicts.len > 0)
        qn_buf_add_str(&doctor->verdicts, ",\n ");
    qn_buf_add(&doctor->verdicts, list.data + begin, list.len - 1 - begin);
    return QN_OK;
}

static void check_worker(struct cli_doctor *doctor, const char *name)
{
    struct run run = {.pipes = {{-1, -1}, {-1, -1}}};
    struct qn_verdict wrong = {name, QN_VERDICT_WRONG, "no worker starts with these settings",
                               "quern-worker check tells the same"};
    struct qn_err err = {0};

    if (find(run.path, &err) != QN_OK) {
        wrong = (struct qn_verdict){name, QN_VERDICT_WARNING,
                                    "PostgreSQL and the tasks were not looked at",
                                    "run quern doctor where a worker is installed"};
        qn_verdict_add(&doctor->verdicts, &wrong, "%s", err.msg);
        return;
    }
    for (int i = 0; i < 2; i++)
        qn_buf_init(&run.said[i], OUTPUT_MAX);
    int rc = qn_config_export(&doctor->cli->config, &err);
    if (rc == QN_OK)
        rc = run_check(&run, &err);
    if (rc == QN_OK)
        rc = take_verdicts(doctor, &run.said[0], &err);
    if (rc != QN_OK)
        qn_verdict_add(&doctor->verdicts, &wrong, "%s", err.msg);
    close_pipes(&run);
    for (int i = 0; i < 2; i++)
        qn_buf_release(&run.said[i]);
}

const struct cli_doctor_check cli_doctor_worker[] = {
    {"quern-worker", check_worker},
    {NULL, NULL},
};
