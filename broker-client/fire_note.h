/* fire_note.h - what became of a planned time: a line of a schedule's history as JSON. Pure.
 *
 *   {"planned_at": "2026-01-31T00:00:00Z", left out when it was made by hand
 *    "at": "2026-01-31T00:00:00.123Z",     when that was so, by the broker's clock
 *    "what": "made",                       made, skipped (overlap), refused, run (by hand)
 *    "job": "reports.cleanup-1769817600",  when there is one
 *    "error": "...",                       why there is none
 *    "missed": 3,                          planned times before it that were passed over (1000:
 *                                          or more)
 *    "last_job": "..."}                    the newest job that the schedule made, also before
 */
#ifndef BROKER_CLIENT_FIRE_NOTE_H
#define BROKER_CLIENT_FIRE_NOTE_H

#include "common/buf.h"
#include <quern/client.h>

enum qn_fire_what { QN_FIRE_MADE, QN_FIRE_SKIPPED, QN_FIRE_REFUSED, QN_FIRE_RUN };
extern const char *const qn_fire_whats[]; /* NULL ends */

struct qn_fire {
    int64_t planned_ms; /* 0: by hand */
    int64_t at_ms;
    enum qn_fire_what what;
    char job[QN_ID_SIZE];
    char last_job[QN_ID_SIZE];
    char error[QN_ERR_TEXT_MAX];
    int64_t missed;
};

/* Appends the object. */
int qn_fire_encode(const struct qn_fire *fire, struct qn_buf *out);
/* QN_ECORRUPT for what is none; unknown members are passed over. */
QN_MUST_CHECK int qn_fire_decode(struct qn_fire *ret, struct qn_span json);

#endif
