/* beat.h - the scheduler: while it leads, each planned time of each schedule becomes a job.
 *
 * When it begins to lead it tells the broker what is in its file, reads all schedules, and
 * makes up for planned times that were missed (docs/schedules.md). While it leads it reads them
 * again when their revision changes: told with each renewal of the lease and each claim.
 */
#ifndef BEAT_BEAT_H
#define BEAT_BEAT_H

#include "broker-client/broker.h"
#include "file.h"

struct beat;

struct beat_options {
    struct qn_broker *broker;     /* borrowed */
    struct qn_loop *loop;         /* borrowed */
    const struct qn_clock *clock; /* borrowed */
    const struct beat_file
        *file; /* NULL: there is none, and nothing of a file is touched; borrowed */
    struct qn_zone_cache *zones; /* borrowed */
    int64_t lease_ms;
    bool accept_unknown;
};

QN_MUST_CHECK int beat_create(struct beat **ret, const struct beat_options *options,
                              struct qn_err *reterr);
void beat_free(struct beat *beat);

/* For how long the broker has answered nothing, and no question has ended. */
int64_t beat_unheard_ms(const struct beat *beat);
int64_t beat_silent_ms(const struct beat *beat);
bool beat_leads(const struct beat *beat);

/* Stops firing and gives the lead back; done is set when that is over. */
void beat_stop(struct beat *beat, bool *done);

#endif
