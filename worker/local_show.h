/* local_show.h - what quern-worker run prints: one line of JSON per input on stdout,
 * and for people, on stderr, what a run tells on its way.
 */
#ifndef WORKER_LOCAL_SHOW_H
#define WORKER_LOCAL_SHOW_H

#include "local_run.h"
#include <stdio.h>

struct worker_show {
    FILE *out;
    FILE *people;
    bool notes;               /* progress and log lines are shown */
    bool files;               /* where artifacts are */
    bool terminal;            /* progress stays on one line */
    bool bar;                 /* there is such a line now */
    const char *artifact_dir; /* of those files */
};

/* The notes of a run are shown with this as their arg. */
struct worker_local_notes worker_show_notes(struct worker_show *show);

/* A line on out; false when it cannot be written. */
bool worker_show_end(struct worker_show *show, const struct worker_local_end *end);
/* {"error":{"cause":"rejected",...}}; field "" none. */
bool worker_show_rejected(struct worker_show *show, const char *field, const char *message);

/* Appends a JSON text that passed the check, without blanks between its parts. */
int worker_json_compact(struct qn_buf *out, struct qn_span json);

#endif
