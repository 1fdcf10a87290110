#include "broker.h"

#include "common/url.h"
#include "mem/mem.h"
#include "redis/redis.h"

int qn_broker_open(struct qn_broker **ret, const struct qn_broker_options *options,
                   struct qn_err *reterr)
{
    struct qn_err err;
    struct qn_url url;
    int rc = qn_url_parse(options->url, &url, &err);

    if (rc != QN_OK)
        return qn_fail(reterr, rc, "broker URL: %.200s", err.msg);
    if (url.scheme == QN_URL_MEM)
        return qn_mem_open(ret, options, url.host, reterr);
    return qn_redis_open(ret, options, &url, NULL, reterr);
}

int64_t qn_stats_queued(const struct qn_stats *stats)
{
    return stats->queued[0] + stats->queued[1] + stats->queued[2] + stats->queued[3] +
           stats->parked;
}

void qn_broker_close(struct qn_broker *broker)
{
    if (broker)
        broker->ops->free(broker);
}

int qn_broker_pump(struct qn_loop *loop, const bool *done, int64_t timeout_ms,
                   struct qn_err *reterr)
{
    int64_t end = qn_mono_ms(&qn_clock_system) + timeout_ms;

    while (!*done) {
        int64_t left = end - qn_mono_ms(&qn_clock_system);
        /* A turn also when it is late: this process may have been stopped, and what is asked
         * may be there. */
        int rc = qn_loop_once(loop, left > 0 ? left : 0, reterr);
        if (rc != QN_OK)
            return rc;
        if (!*done && left <= 0)
            return qn_fail(reterr, QN_ETIMEOUT, "no answer within %lld ms", (long long)timeout_ms);
    }
    return QN_OK;
}
