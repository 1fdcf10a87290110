/* options.h - what the settings say to a worker, read once and checked. */
#ifndef WORKER_OPTIONS_H
#define WORKER_OPTIONS_H

#include "common/config.h"

struct worker_options {
    const char *broker_url; /* texts are borrowed from the config */
    const char *namespace_;
    const char *queues;
    bool strict_order;
    int concurrency;
    int64_t soft_limit_ms;
    int64_t hard_limit_ms;
    int64_t cancel_grace_ms;
    int64_t stop_grace_ms; /* 0: none */
    int max_attempts;
    int max_deaths;
    int64_t max_jobs;
    int64_t max_memory_bytes;
    int64_t memory_limit_bytes; /* of a run; 0: none, as for the two below */
    int64_t cpu_limit_ms;
    int64_t open_files;
    bool cores;
    int64_t lease_ms;
    int64_t result_ttl_ms;
    int64_t failed_ttl_ms;
    int64_t failed_max;
    int64_t failed_bytes;
    int64_t give_up_ms; /* 0: never */
    int64_t broker_timeout_ms;
    const char *health_file; /* "" none */
};

/* QN_EINVAL names the setting and what is wrong with it. */
QN_MUST_CHECK int worker_options_read(struct worker_options *ret, const struct qn_config *config,
                                      struct qn_err *reterr);

#endif
