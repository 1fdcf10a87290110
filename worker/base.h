/* base.h - what the parts of a supervisor share: who they work for and with what.
 *
 * All of it is borrowed by the parts and outlives them.
 */
#ifndef WORKER_BASE_H
#define WORKER_BASE_H

#include "broker-client/broker.h"
#include "common/id.h"
#include "options.h"
#include "queues.h"
#include "registry.h"
#include "run.h"

/* Calls of a kind that are not answered: one is worked on while the next one waits. */
#define WORKER_IN_FLIGHT 2

struct worker_base {
    struct qn_loop *loop;
    const struct qn_clock *clock;
    struct qn_broker *broker;
    const struct worker_options *options;
    const struct worker_registry *registry;
    struct worker_queues queues;
    struct worker_runs runs;
    char incarnation[QN_TOKEN_TEXT_SIZE];
    int64_t broker_ahead_ms; /* the broker's clock minus mono */
    bool closing;            /* nothing is asked any more */
};

/* For what a part cannot go on without. Stops the program when memory has ended: its
 * lease makes that safe. */
void *worker_must_alloc(size_t size);

static inline int64_t worker_mono_ms(const struct worker_base *base)
{
    return qn_mono_ms(base->clock);
}

/* The broker's clock, as far as one knows it here: for people to read. */
static inline int64_t worker_broker_ms(const struct worker_base *base)
{
    return worker_mono_ms(base) + base->broker_ahead_ms;
}

static inline const char *worker_queue_name(const struct worker_base *base, size_t queue)
{
    return base->queues.list[queue].name;
}

static inline bool worker_is_connected(const struct worker_base *base)
{
    return !base->closing && base->broker->link == QN_LINK_UP;
}

#endif
