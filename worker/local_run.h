/* local_run.h - one input after the other through an executor, as a supervisor would
 * have it done: same process, same frames, same limits.
 *
 * The executor is forked for the first input and after each death. INT or TERM asks
 * a run to stop, as a cancel does; the second one kills it. Between runs they end the
 * program as ever.
 *
 * Not here: words, files and printing (local.h, local_show.h).
 */
#ifndef WORKER_LOCAL_RUN_H
#define WORKER_LOCAL_RUN_H

#include "link.h"
#include "options.h"
#include "registry.h"

/* How a run ended. Spans are borrowed until the next run. */
struct worker_local_end {
    enum qn_outcome outcome; /* QN_DONE, or how it failed */
    bool answered;           /* the outcome is the handler's own */
    enum qn_cause cause;
    int signal; /* that ended the executor, 0 none */
    int64_t delay_ms;
    struct qn_span error;
    struct qn_span result;
    struct qn_span artifacts;
};

/* What a run tells on its way. */
struct worker_local_notes {
    void *arg;
    void (*progress)(void *arg, struct qn_span json);
    void (*log)(void *arg, struct qn_span lines);
    void (*follow)(void *arg, const struct worker_follow_frame *follow);
};

struct worker_local;

/* Borrows what it is given. */
QN_MUST_CHECK int worker_local_create(struct worker_local **ret,
                                      const struct worker_registry *registry,
                                      const struct worker_options *options,
                                      const struct worker_local_notes *notes,
                                      struct qn_err *reterr);
/* Lets the executor end in order, for a few seconds. */
void worker_local_free(struct worker_local *local);

/* args passed the check. QN_OK also when the task failed: ret says how. */
QN_MUST_CHECK int worker_local_run(struct worker_local *local, const struct qn_task *task,
                                   struct qn_span args, struct worker_local_end *ret,
                                   struct qn_err *reterr);
int worker_local_interrupted(const struct worker_local *local); /* the signal, 0 none */

#endif
