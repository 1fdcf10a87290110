#include "bell.h"

#include "common/mem.h"
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096

struct worker_bell_page {
    _Atomic int sleeping;
};

struct worker_bell {
    int fd;
    struct worker_bell_page *page;
    struct qn_watch *watch;
    qn_timer_fn *rung;
    void *arg;
};

static void heard(void *arg, int fd, unsigned ready)
{
    struct worker_bell *bell = arg;
    uint64_t count;

    (void)ready;
    if (read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
        bell->rung(bell->arg);
}

static int open_page(struct worker_bell *bell, struct qn_err *reterr)
{
    void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        return qn_fail_sys(reterr, "bell: no shared page");
    bell->page = page;
    bell->page->sleeping = 1;
    bell->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell->fd < 0 ? qn_fail_sys(reterr, "bell: no eventfd") : QN_OK;
}

int worker_bell_create(struct worker_bell **ret, struct qn_loop *loop, qn_timer_fn *rung, void *arg,
                       struct qn_err *reterr)
{
    struct worker_bell *bell = qn_zalloc(1, sizeof(*bell));

    if (!bell)
        return qn_fail(reterr, QN_ENOMEM, "bell: out of memory");
    bell->fd = -1;
    bell->rung = rung;
    bell->arg = arg;
    int rc = open_page(bell, reterr);
    if (rc == QN_OK)
        rc = qn_watch_create(&bell->watch, loop, bell->fd, heard, bell, reterr);
    if (rc != QN_OK) {
        worker_bell_free(bell);
        return rc;
    }
    qn_watch_want(bell->watch, QN_IO_READ);
    *ret = bell;
    return QN_OK;
}

void worker_bell_free(struct worker_bell *bell)
{
    if (!bell)
        return;
    qn_watch_free(bell->watch);
    if (bell->fd >= 0)
        close(bell->fd);
    if (bell->page)
        munmap(bell->page, PAGE_BYTES);
    qn_free(bell);
}

void worker_bell_sleep(struct worker_bell *bell, bool sleeping)
{
    atomic_store(&bell->page->sleeping, sleeping);
}

struct worker_bell_rope worker_bell_rope(const struct worker_bell *bell)
{
    return (struct worker_bell_rope){.fd = bell->fd, .page = bell->page};
}

void worker_bell_guard(const struct worker_bell_rope *rope)
{
    mprotect((void *)(uintptr_t)rope->page, PAGE_BYTES, PROT_READ);
}

void worker_bell_ring(const struct worker_bell_rope *rope)
{
    const uint64_t one = 1;

    /* It cannot be full: the supervisor would have to leave 2^64 - 2 unread. */
    if (atomic_load(&rope->page->sleeping) && write(rope->fd, &one, sizeof(one)) < 0)
        return;
}
