/* look.h - one look at everything: the queues, the workers, the broker itself.
 *
 * All questions travel together and nothing blocks, so a live screen stays alive while
 * the broker is not. What the broker may not tell (INFO is forbidden) is left out.
 *
 * Not here: how it is shown (statsview.h), when to look again (watch.h).
 */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "broker-client/broker.h"

#define CLI_LOOK_QUEUES_MAX 1000

struct cli_look_queue {
    char name[QN_QUEUE_MAX + 1];
    struct qn_stats stats;
};

struct cli_look_crew {
    int64_t running, quiet, stopping, other; /* workers by what they say of themselves */
    int64_t executors, busy;
};

struct cli_look_server {
    bool known;
    char version[32], eviction[32], role[16];
    int64_t used_bytes, max_bytes; /* max 0: no limit */
    int64_t clients, uptime_s;
};

struct cli_look {
    int64_t now_ms; /* the broker's clock */
    size_t n;       /* queues, by name */
    size_t left_out;
    struct cli_look_queue *queues;
    struct cli_look_crew crew; /* of the one queue, when only that is looked at */
    struct cli_look_server server;
};

void cli_look_release(struct cli_look *look); /* zeroed is fine */

/* The sums of all its queues; times are those of the oldest, or QN_NO_TIME. */
void cli_look_sum(const struct cli_look *look, struct qn_stats *ret);

/* A look under way. It belongs to the caller, and must live until fn was called. */
typedef void cli_looked_fn(void *arg, int rc, const struct qn_err *err);
struct cli_looking {
    struct qn_broker *broker;
    const char *queue; /* borrowed; NULL: all. QN_ENOTFOUND when no worker has served it */
    cli_looked_fn *fn;
    void *arg;
    struct cli_look *look; /* being filled */
    size_t pending, answered;
    int rc;
    struct qn_err err; /* the first failure */
};
/* With broker, queue, fn and arg set. What look held before is released; after a failure
 * it holds nothing. */
void cli_look_begin(struct cli_looking *looking, struct cli_look *look);

/* Appends the look as JSON, a line without its end. before: an earlier one, for rates;
 * NULL: none. */
int cli_look_json(struct qn_buf *out, const struct cli_look *look, const struct cli_look *before);

/* Per second, between two looks. */
struct cli_look_rates {
    bool known; /* not when time stood still, or the totals began anew */
    double enqueued, succeeded, failed;
};
/* Of one queue, or of all (NULL). */
struct cli_look_rates cli_look_rates(const struct cli_look *before, const struct cli_look *look,
                                     const char *queue);

#endif
