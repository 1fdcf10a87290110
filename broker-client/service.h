/* service.h - a program as its surroundings see it: service manager, probes of a container.
 *
 * Once a second, and at least three times per watchdog, the program is asked how it is:
 *   ready   it did what it is for lately, or could have. The first time READY=1 is said.
 *   turns   nothing is stuck; only then WATCHDOG=1 is said. That the broker is away is no
 *           reason to be stuck: whoever kills a worker then kills its running jobs.
 *   why     one line for people: STATUS.
 * A file, when one is wanted, holds the same as one line that is as fresh as the loop:
 *   ready|waiting|stuck <CLOCK_BOOTTIME ms> <why>
 *
 * Not here: the protocol (common/notify.h), what is ready (each program knows).
 */
#ifndef BROKER_CLIENT_SERVICE_H
#define BROKER_CLIENT_SERVICE_H

#include "broker-client/loop.h"
#include "common/clock.h"

#define QN_SERVICE_WHY_MAX 200

struct qn_service_state {
    bool ready;
    bool turns;
    char why[QN_SERVICE_WHY_MAX];
};
/* Fills all of it. */
typedef void qn_service_fn(void *arg, struct qn_service_state *ret);

struct qn_service_options {
    struct qn_loop *loop;         /* borrowed */
    const struct qn_clock *clock; /* borrowed */
    const char *file;             /* borrowed; "" none */
    qn_service_fn *ask;
    void *arg;
};

struct qn_service;

/* Takes the service manager's variables out of the environment. */
QN_MUST_CHECK int qn_service_create(struct qn_service **ret,
                                    const struct qn_service_options *options,
                                    struct qn_err *reterr);
/* It was told to end, which may take a while. Callable again. */
void qn_service_stopping(struct qn_service *service);
/* Removes the file. NULL is fine. */
void qn_service_free(struct qn_service *service);

/* A line of the file, as another process reads it. QN_EINVAL for one that is none;
 * a line older than QN_SERVICE_FRESH_MS does not turn. */
#define QN_SERVICE_FRESH_MS 5000
QN_MUST_CHECK int qn_service_parse(const char *line, int64_t now_mono_ms,
                                   struct qn_service_state *ret, struct qn_err *reterr);

#endif
