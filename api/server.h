/* server.h - the parts of quern-api and how they are wired.
 *
 * Every handler reaches its parts through api_request.server.
 */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "broker-client/broker.h"
#include "common/config.h"
#include "common/id.h"
#include "cron/zone_cache.h"

struct api_server {
    struct qn_loop *loop;
    const struct qn_clock *clock;
    struct qn_broker *broker;
    struct api_http *http;
    struct api_directory *directory;
    struct api_gather *gather;
    struct api_waits *waits;
    struct qn_random_pool random; /* for the names of requests and jobs */
    const char *artifact_dir;
    const char *timezone; /* of schedules that name none */
    struct qn_zone_cache *zones;
    bool accept_unknown;
    int64_t final_ttl_ms;
    int64_t broker_timeout_ms;
    int64_t started_mono_ms;
    bool stopping;
    int64_t stop_mono_ms; /* when stopping began */
    struct qn_timer *stop_timer;
    bool broker_closed;  /* broker is gone: do not look into it */
    bool broker_refused; /* it must not be used, for good */
    struct qn_service *service;
    struct qn_err broker_err; /* why it is not connected; kept until it is */
};

/* Opens the broker (it need not be there) and listens. config is borrowed. */
QN_MUST_CHECK int api_server_create(struct api_server **ret, const struct qn_config *config,
                                    struct qn_loop *loop, struct qn_err *reterr);
int api_server_port(const struct api_server *server);
/* No new connections, an answer for what is under way within 10 s, then the loop
 * stops. Callable again. */
void api_server_stop(struct api_server *server);
void api_server_free(struct api_server *server); /* NULL is fine */

/* Whether asking the broker makes sense now: it is connected, or the program has
 * just started. */
bool api_server_broker_near(const struct api_server *server);
/* What to tell when it is not. */
const char *api_server_broker_why(const struct api_server *server);

#endif
