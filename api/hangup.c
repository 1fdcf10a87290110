#include "hangup.h"
#include "common/mem.h"
#include <sys/epoll.h>
#include <unistd.h>

struct api_hangups {
    int epoll_fd;
    struct qn_watch *watch;
};

/* One at a time: a call may stop others, which must then not be called. */
static void on_ready(void *arg, int fd, unsigned ready)
{
    struct epoll_event event;
    (void)arg;
    (void)ready;
    if (epoll_wait(fd, &event, 1, 0) != 1)
        return;
    struct api_hangup *hangup = event.data.ptr;
    epoll_ctl(fd, EPOLL_CTL_DEL, hangup->fd, NULL);
    hangup->fd = -1;
    hangup->fn(hangup->arg);
}

int api_hangups_create(struct api_hangups **ret, struct qn_loop *loop, struct qn_err *reterr)
{
    struct api_hangups *set = qn_zalloc(1, sizeof(*set));
    if (!set)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    int rc = QN_OK;
    set->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (set->epoll_fd < 0)
        rc = qn_fail_sys(reterr, "epoll_create1");
    if (rc == QN_OK)
        rc = qn_watch_create(&set->watch, loop, set->epoll_fd, on_ready, set, reterr);
    if (rc < 0) {
        api_hangups_free(set);
        return rc;
    }
    qn_watch_want(set->watch, QN_IO_READ);
    *ret = set;
    return QN_OK;
}

void api_hangups_free(struct api_hangups *set)
{
    if (!set)
        return;
    qn_watch_free(set->watch);
    if (set->epoll_fd >= 0)
        close(set->epoll_fd);
    qn_free(set);
}

void api_hangup_watch(struct api_hangups *set, struct api_hangup *hangup, int fd, api_hangup_fn *fn,
                      void *arg)
{
    struct epoll_event event = {.events = EPOLLRDHUP, .data.ptr = hangup};
    *hangup = (struct api_hangup){.fd = fd, .fn = fn, .arg = arg};
    if (fd < 0 || epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        hangup->fd = -1; /* it waits until its time is over then */
}

void api_hangup_stop(struct api_hangups *set, struct api_hangup *hangup)
{
    if (hangup->fd >= 0)
        epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, hangup->fd, NULL);
    hangup->fd = -1;
}
