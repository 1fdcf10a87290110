/* probe.h - quern-worker health: reads what a worker's health file says.
 *
 * For probes of containers. It asks no broker: a probe that does would end all workers of
 * an installation together with it.
 */
#ifndef WORKER_PROBE_H
#define WORKER_PROBE_H

#include "common/config.h"

/* argv[0] is "health". The exit code: 0 ready (with --live: not stuck), 1 not, 2 usage. */
int worker_probe_main(int argc, char **argv, const struct qn_config *config);

#endif
