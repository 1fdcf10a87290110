/* supervisor.h - the worker's heart: wires the parts, goes through the states.
 *
 * Single-threaded, never blocks, never runs a task's code. All that changes something
 * ends in one look at the end of the turn: ends of runs and the next take travel in
 * one write.
 */
#ifndef WORKER_SUPERVISOR_H
#define WORKER_SUPERVISOR_H

#include "broker-client/loop.h"
#include "common/clock.h"
#include "exits.h"
#include "options.h"
#include "registry.h"
#include "states.h"

struct worker_supervisor;

/* Borrows all; forks executors at once, so that they inherit a small process. QN_EINVAL
 * for queues that do not parse, a broker address that is none. */
QN_MUST_CHECK int worker_supervisor_create(struct worker_supervisor **ret,
                                           const struct worker_options *options,
                                           const struct worker_registry *registry,
                                           struct qn_loop *loop, const struct qn_clock *clock,
                                           struct qn_err *reterr);
/* Kills what still runs. */
void worker_supervisor_free(struct worker_supervisor *supervisor);

/* WORKER_TERM and WORKER_HUSH come from here. When it has stopped, the loop is
 * stopped. */
void worker_supervisor_tell(struct worker_supervisor *supervisor, enum worker_event event);
/* A child of this process has ended. */
void worker_supervisor_sweep(struct worker_supervisor *supervisor);

enum worker_exit worker_supervisor_exit(const struct worker_supervisor *supervisor);

#endif
