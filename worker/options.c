#include "options.h"

#include <string.h>

static int read_order(const struct qn_config *config, bool *ret, struct qn_err *reterr)
{
    const char *order = qn_config_text(config, "queue-order");

    *ret = strcmp(order, "strict") == 0;
    if (*ret || strcmp(order, "weighted") == 0)
        return QN_OK;
    return qn_fail(reterr, QN_EINVAL, "queue-order: \"%.60s\" is neither weighted nor strict",
                   order);
}

int worker_options_read(struct worker_options *ret, const struct qn_config *config,
                        struct qn_err *reterr)
{
    struct worker_options made = {
        .broker_url = qn_config_text(config, "broker-url"),
        .namespace_ = qn_config_text(config, "namespace"),
        .queues = qn_config_text(config, "queues"),
        .concurrency = (int)qn_config_number(config, "concurrency"),
        .soft_limit_ms = qn_config_number(config, "soft-limit"),
        .hard_limit_ms = qn_config_number(config, "hard-limit"),
        .cancel_grace_ms = qn_config_number(config, "cancel-grace"),
        .stop_grace_ms = qn_config_number(config, "stop-grace"),
        .max_attempts = (int)qn_config_number(config, "max-attempts"),
        .max_deaths = (int)qn_config_number(config, "max-deaths"),
        .max_jobs = qn_config_number(config, "max-jobs-per-child"),
        .max_memory_bytes = qn_config_number(config, "max-memory-per-child"),
        .memory_limit_bytes = qn_config_number(config, "memory-limit"),
        .cpu_limit_ms = qn_config_number(config, "cpu-limit"),
        .open_files = qn_config_number(config, "open-files"),
        .cores = qn_config_number(config, "core-files") != 0,
        .lease_ms = qn_config_number(config, "lease"),
        .result_ttl_ms = qn_config_number(config, "result-ttl"),
        .failed_ttl_ms = qn_config_number(config, "failed-ttl"),
        .failed_max = qn_config_number(config, "failed-max"),
        .failed_bytes = qn_config_number(config, "failed-bytes"),
        .give_up_ms = qn_config_number(config, "give-up"),
        .broker_timeout_ms = qn_config_number(config, "broker-timeout"),
        .health_file = qn_config_text(config, "health-file"),
    };
    int rc = read_order(config, &made.strict_order, reterr);

    if (rc != QN_OK)
        return rc;
    if (made.soft_limit_ms > made.hard_limit_ms)
        return qn_fail(reterr, QN_EINVAL, "soft-limit: %lld ms is above the hard limit of %lld ms",
                       (long long)made.soft_limit_ms, (long long)made.hard_limit_ms);
    *ret = made;
    return QN_OK;
}
