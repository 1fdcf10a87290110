/* serve.h - quern-worker serve: the program around the supervisor: signals, the loop.
 *
 *   TERM, INT  drain: running jobs end, nothing is taken, then exit; a second one
 *              kills them and gives them back at once
 *   USR1       take nothing any more
 */
#ifndef WORKER_SERVE_H
#define WORKER_SERVE_H

#include "common/config.h"
#include "exits.h"
#include "registry.h"

enum worker_exit worker_serve(const struct qn_config *config,
                              const struct worker_registry *registry);

#endif
