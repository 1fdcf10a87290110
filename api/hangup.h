/* hangup.h - see a client leave while its request waits.
 *
 * A suspended connection is not read, so its end would go unseen. This is an
 * epoll set of its own that asks for nothing but the peer's end (EPOLLRDHUP):
 * bytes of a next request do not wake it.
 */
#ifndef API_HANGUP_H
#define API_HANGUP_H

#include "broker-client/loop.h"

struct api_hangups;
typedef void api_hangup_fn(void *arg);

struct api_hangup {
    int fd; /* -1: not watched */
    api_hangup_fn *fn;
    void *arg;
};

QN_MUST_CHECK int api_hangups_create(struct api_hangups **ret, struct qn_loop *loop,
                                     struct qn_err *reterr);
void api_hangups_free(struct api_hangups *set); /* NULL is fine */

/* The memory of hangup is the caller's and stays where it is until stopped. fn is
 * called at most once and may stop it. */
void api_hangup_watch(struct api_hangups *set, struct api_hangup *hangup, int fd, api_hangup_fn *fn,
                      void *arg);
void api_hangup_stop(struct api_hangups *set, struct api_hangup *hangup);

#endif
