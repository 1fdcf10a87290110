#include "executor_fork.h"

#include "fork.h"
#include <fcntl.h>
#include <sys/mman.h>

static int be_executor(void *arg)
{
    const struct worker_birth *birth = arg;

    const struct worker_ends *ends = &birth->ends;

    qn_loop_forget(birth->loop);
    fcntl(ends->fd, F_SETFL, fcntl(ends->fd, F_GETFL) & ~O_NONBLOCK);
    mprotect((void *)(uintptr_t)ends->down, sizeof(*ends->down), PROT_READ);
    worker_bell_guard(&ends->rope);
    return worker_child_main(ends, birth->registry);
}

int worker_executor_fork(const struct worker_birth *birth, pid_t *ret, struct qn_err *reterr)
{
    struct worker_birth copy = *birth;
    const struct worker_fork how = {
        .name = "quern-executor",
        .keep = {birth->ends.fd, birth->ends.stop_fd, birth->ends.rope.fd},
        .arg = &copy,
        .run = be_executor,
    };

    return worker_fork(&how, ret, reterr);
}
