/* fsck.h - a walk through a queue that finds what does not fit together.
 *
 * It reads the lines, then everything else, and lets the broker judge what looks suspicious
 * (broker.h: survey, audit). The lists move while it reads, so only the audit, which
 * sees one moment, decides: a busy queue that is well has no findings. Programs may go
 * on working meanwhile, also while it mends.
 *
 * Memory: 8 bytes per job in line (at most QN_FSCK_LINES_MAX), and 16 per finding.
 *
 * Not here: what a fault means to people (fault.h).
 */
#ifndef BROKER_CLIENT_FSCK_H
#define BROKER_CLIENT_FSCK_H

#include "broker-client/broker.h"

#define QN_FSCK_LINES_MAX ((size_t)64 * 1024 * 1024)

struct qn_fsck_totals {
    int64_t looked;  /* entries and keys that were looked at */
    int64_t in_line; /* elements of the lines */
    int64_t audited; /* names that were looked at closely */
    int64_t found, repaired;
};

struct qn_fsck_options {
    struct qn_loop *loop;
    struct qn_broker *broker;
    const char *queue; /* NULL: the keys of the namespace */
    bool repair;
    int64_t timeout_ms;                                                  /* of each question */
    void (*on_finding)(void *arg, const struct qn_finding *finding);     /* borrowed for the call */
    void (*on_progress)(void *arg, const struct qn_fsck_totals *so_far); /* NULL: none */
    void *arg;
};

/* Returns when the walk is over. A failure may leave some findings told, and mended; asking
 * again is safe. QN_ELIMIT: more stand in line than fit. */
QN_MUST_CHECK int qn_fsck(const struct qn_fsck_options *options, struct qn_fsck_totals *ret,
                          struct qn_err *reterr);

#endif
