/* longpoll.h - read a job, waiting for its end if the client wants that.
 *
 * Every route about one job begins here. Waiting: register the name with the
 * broker, read, sleep until told (or the time is over, the connection to the
 * broker was new, the client left, the server stops), read again.
 */
#ifndef API_LONGPOLL_H
#define API_LONGPOLL_H

#include "api/request.h"
#include "broker-client/broker.h"

#define API_WAIT_MAX_MS 60000

struct api_waits;

QN_MUST_CHECK int api_waits_create(struct api_waits **ret, struct api_server *server,
                                   struct qn_err *reterr);
void api_waits_free(struct api_waits *waits); /* NULL is fine; nobody may be waiting */
/* A qn_ended_fn, with the api_waits as its argument. */
void api_waits_on_ended(void *arg, const char *queue, const char *name);
/* All that wait are answered with what is known now. */
void api_waits_stop(struct api_waits *waits);

/* Reads the job whose id is the route's first parameter and calls fn, which
 * answers; info is borrowed for the call. When there is no such job, or no
 * broker, the request is answered here. ?wait=SECONDS is honoured when the route
 * takes it. */
typedef void api_job_fn(struct api_request *req, const struct qn_job_info *info);
void api_job_read(struct api_request *req, api_job_fn *fn);

#endif
