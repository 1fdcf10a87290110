/* http.h - HTTP/1.1 on the program's loop: the one wrapper of libmicrohttpd.
 *
 * The library has no thread here: its epoll descriptor is a watch of the loop,
 * its timeout a timer. A request whose answer must wait is suspended and
 * resumed by api_respond(). What the library leaves open is closed here: the
 * framing of a request is judged before any byte of its body is read (one
 * Content-Length or chunked, never both, nothing else), the times for head, body
 * and answer are absolute, and a request that is answered before its body is in
 * ends its connection. So no byte of one request is ever answered as another.
 *
 * Not here: routes, JSON, what an answer says.
 */
#ifndef API_HTTP_H
#define API_HTTP_H

#include "api/request.h"
#include "broker-client/loop.h"
#include "common/clock.h"

struct api_http_options {
    struct qn_loop *loop;         /* borrowed */
    const struct qn_clock *clock; /* borrowed */
    const char *host;
    int port; /* 0: a free one */
    int max_connections;
    int64_t max_body;
    struct api_server *server; /* for the requests */

    /* The head is in. Answers what needs no body (an unknown route, a wrong
     * type), or leaves the request unanswered. */
    void (*admit)(struct api_request *req);
    /* The body is in. Answers, now or later. */
    void (*dispatch)(struct api_request *req);
    /* The answer is sent, or cannot be. */
    void (*done)(struct api_request *req, bool complete);
};

QN_MUST_CHECK int api_http_create(struct api_http **ret, const struct api_http_options *options,
                                  struct qn_err *reterr);
int api_http_port(const struct api_http *http);
/* No new connections; answers from here on end theirs. */
void api_http_quiesce(struct api_http *http);
size_t api_http_connections(const struct api_http *http);
size_t api_http_under_way(const struct api_http *http); /* requests not yet answered in full */
/* Every request must be answered before. */
void api_http_free(struct api_http *http); /* NULL is fine */

/* Whether host is a loopback address or name. */
bool api_http_is_loopback(const char *host);

#endif
