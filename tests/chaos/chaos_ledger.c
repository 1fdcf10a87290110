#include "chaos_ledger.h"

#include "common/clock.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512

int chaos_ledger_init(void **ret_state, struct qn_err *reterr)
{
    static int fd = -1; /* one per executor, whatever it runs */
    const char *path = getenv("CHAOS_RUNS");

    if (!path)
        return qn_fail(reterr, QN_EINVAL, "CHAOS_RUNS is not set");
    if (fd < 0)
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return qn_fail_sys(reterr, "%s", path);
    *ret_state = &fd;
    return QN_OK;
}

void chaos_ledger_done(void *ledger)
{
    (void)ledger; /* the process ends, and another task may still write */
}

void chaos_ledger_write(void *ledger, const char *verb, const char *id, const char *more)
{
    char line[LINE_MAX_BYTES];
    int len = snprintf(line, sizeof(line), "%s %" PRId64 " %s %d %s\n", verb,
                       qn_wall_ms(&qn_clock_system), id, (int)getpid(), more);

    if (len >= (int)sizeof(line) || write(*(int *)ledger, line, (size_t)len) != len)
        abort();
}

void chaos_ledger_start(void *ledger, const char *id)
{
    char worker[16];

    snprintf(worker, sizeof(worker), "%d", (int)getppid());
    chaos_ledger_write(ledger, "start", id, worker);
}
