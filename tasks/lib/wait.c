#include "wait.h"

#include "common/clock.h"
#include <errno.h>
#include <poll.h>

int qn_wait_fd(int fd, short events, int stop_fd, int64_t deadline)
{
    struct pollfd fds[2] = {{.fd = fd, .events = events}, {.fd = stop_fd, .events = POLLIN}};

    for (;;) {
        int64_t left = deadline < 0 ? -1 : deadline - qn_mono_ms(&qn_clock_system);
        int n;

        if (deadline >= 0 && left <= 0) {
            return QN_ETIMEOUT;
        }
        n = poll(fds, 2, left > 60000 ? 60000 : (int)left); /* poll skips an fd of -1 */
        if (n < 0 && errno != EINTR) {
            return QN_ESYS;
        }
        if (n > 0 && fds[1].revents != 0) {
            return QN_ELOST;
        }
        if (n > 0) {
            return QN_OK;
        }
    }
}
