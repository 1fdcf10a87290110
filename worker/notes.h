/* notes.h - progress and log lines of running jobs, on their way to the broker.
 *
 * Of progress the last one counts, log lines are kept together; all runs' notes travel
 * at most four times a second, and those of a run before its end. A note whose outcome
 * is unknown is not sent again: log lines would stand there twice.
 */
#ifndef WORKER_NOTES_H
#define WORKER_NOTES_H

#include "base.h"

#define WORKER_NOTES_MS 250

struct worker_notes;

QN_MUST_CHECK int worker_notes_create(struct worker_notes **ret, struct worker_base *base,
                                      struct qn_err *reterr);
void worker_notes_free(struct worker_notes *notes);

/* False when it is out of bounds. */
bool worker_notes_progress(struct worker_notes *notes, struct worker_run *run, struct qn_span json);
bool worker_notes_log(struct worker_notes *notes, struct worker_run *run, struct qn_span lines);
/* The run ends: what it has is sent now, and it is forgotten here. */
void worker_notes_finish(struct worker_notes *notes, struct worker_run *run);

#endif
