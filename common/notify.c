#include "notify.h"

#include "str.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define US_PER_MS 1000

/* The length of the address, 0 when the text names none. */
static socklen_t read_address(const char *text, struct sockaddr_un *ret)
{
    size_t len = text ? strlen(text) : 0;

    if (len < 2 || len >= sizeof(ret->sun_path) || (text[0] != '/' && text[0] != '@'))
        return 0;
    ret->sun_family = AF_UNIX;
    memcpy(ret->sun_path, text, len + 1);
    bool abstract = text[0] == '@';
    if (abstract)
        ret->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + !abstract);
}

/* WATCHDOG_PID: whom it is meant for; a program that was started by that one inherits it. */
static int64_t read_watchdog(const char *us_text, const char *pid_text)
{
    int64_t us, pid;

    if (!us_text || qn_str_to_i64(us_text, &us) != QN_OK || us <= 0)
        return 0;
    if (pid_text && (qn_str_to_i64(pid_text, &pid) != QN_OK || pid != getpid()))
        return 0;
    return us > US_PER_MS ? us / US_PER_MS : 1;
}

void qn_notify_init(struct qn_notify *ret)
{
    *ret = (struct qn_notify){.len = 0};
    ret->len = read_address(getenv("NOTIFY_SOCKET"), &ret->address);
    if (ret->len > 0)
        ret->watchdog_ms = read_watchdog(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

int qn_notify_say(const struct qn_notify *notify, const char *message)
{
    if (notify->len == 0)
        return QN_OK;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return QN_ECONN;
    size_t len = strlen(message);
    ssize_t sent = sendto(fd, message, len, MSG_NOSIGNAL, (const struct sockaddr *)&notify->address,
                          notify->len);
    close(fd);
    return sent == (ssize_t)len ? QN_OK : QN_ECONN;
}
