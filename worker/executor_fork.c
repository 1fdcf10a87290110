#include "executor_fork.h"

#include "fork.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGE_BYTES 4096

static int be_executor(void *arg)
{
    const struct worker_birth *birth = arg;

    qn_loop_forget(birth->loop);
    fcntl(birth->fd, F_SETFL, fcntl(birth->fd, F_GETFL) & ~O_NONBLOCK);
    mprotect(birth->page, PAGE_BYTES, PROT_READ);
    return worker_child_main(birth->fd, birth->stop_fd, birth->page, birth->registry);
}

int worker_executor_fork(const struct worker_birth *birth, pid_t *ret, struct qn_err *reterr)
{
    struct worker_birth copy = *birth;
    const struct worker_fork how = {
        .name = "quern-executor",
        .keep = {birth->fd, birth->stop_fd},
        .arg = &copy,
        .run = be_executor,
    };

    return worker_fork(&how, ret, reterr);
}
