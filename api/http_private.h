/* http_private.h - what http.c (the daemon, connections and their times),
 * http_request.c (one request) and http_head.c (its framing) share.
 */
#ifndef API_HTTP_PRIVATE_H
#define API_HTTP_PRIVATE_H

#include "common/id.h"
#include "http.h"
#include <microhttpd.h>

/* Absolute times; a byte now and then does not extend them. */
#define HEAD_MS     (10 * INT64_C(1000))
#define BODY_MS     (30 * INT64_C(1000))
#define IDLE_MS     (75 * INT64_C(1000))  /* from an answer to the whole next head */
#define SEND_MS     (600 * INT64_C(1000)) /* one answer, a large file to a slow reader */
#define NO_DEADLINE INT64_MAX

struct conn {
    struct conn *next, *prev;
    int fd;
    int64_t deadline_ms;  /* mono */
    bool refused;         /* answered already, before the library made a request of it */
    uintptr_t target_end; /* address behind the target of the request under way */
    char remote[64];      /* the client's address as text, "" not known */
};

struct api_http {
    struct api_http_options options;
    struct MHD_Daemon *daemon;
    struct qn_watch *watch;
    struct qn_timer *run_timer;   /* the library's timeout */
    struct qn_later *run_later;   /* when something was answered */
    struct qn_timer *sweep_timer; /* of the deadlines */
    int64_t sweep_ms;             /* when it will fire */
    struct conn conns;            /* head of the ring */
    size_t n_conns;
    size_t under_way;
    struct qn_random_pool random; /* for the ids of requests */
    bool quiesced;
    int listen_fd;
    int port;
};

/* Runs the library once at the end of this turn. */
void http_run_soon(struct api_http *http);
/* after_ms from now, or NO_DEADLINE. */
void http_deadline(struct api_http *http, struct MHD_Connection *connection, int64_t after_ms);

const char *http_remote(struct MHD_Connection *connection);
uintptr_t http_target_end(struct MHD_Connection *connection);
bool http_is_refused(struct MHD_Connection *connection);
/* Whether the library has room for the parameters of a target. */
bool http_target_fits(const char *target);

/* http_head.c: reads the framing into the request. The fault, or NULL. */
const char *http_judge_head(struct api_request *req, const char *version);

enum MHD_Result http_on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *data_size, void **state);
void http_on_completed(void *arg, struct MHD_Connection *connection, void **state,
                       enum MHD_RequestTerminationCode why);

#endif
