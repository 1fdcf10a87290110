/* notify.h - tells the service manager (systemd's protocol) how this program is.
 *
 * One datagram per message to the unix socket that NOTIFY_SOCKET names: a path, or @name
 * for an abstract one. Nobody there, or no variable: nothing is sent. A message that the
 * socket does not take at once is lost, which the protocol stands: STATUS is for people,
 * and a watchdog that is due is said again.
 *
 * Not here: when to say what (broker-client/service.h).
 */
#ifndef COMMON_NOTIFY_H
#define COMMON_NOTIFY_H

#include <quern/err.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#define QN_NOTIFY_MAX 512 /* bytes of a message */

struct qn_notify {
    struct sockaddr_un address;
    socklen_t len;       /* of address; 0: nobody wants to know */
    int64_t watchdog_ms; /* the program is killed when it says nothing for so long; 0: never */
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the
 * environment: a child must not speak for this program. What does not parse counts as not
 * there. */
void qn_notify_init(struct qn_notify *ret);
/* "READY=1", "STATUS=...", "STOPPING=1", "WATCHDOG=1"; several with newlines between.
 * QN_ECONN when it was not taken; QN_OK when nobody wants to know. */
int qn_notify_say(const struct qn_notify *notify, const char *message);

#endif
