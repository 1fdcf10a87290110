/* hidden_by_people.h - what people's edits hide in the newest model of a datasource, so that the
 * next analysis does not read it either.
 *
 * Not here: what the datasource and its hints hide (tasks/lib/hidden.h, analysis.h).
 */
#ifndef TASKS_METADATA_HIDDEN_BY_PEOPLE_H
#define TASKS_METADATA_HIDDEN_BY_PEOPLE_H

#include "tasks/lib/hidden.h"
#include "tasks/lib/postgres.h"

/* Adds to hidden; nothing where there is no model yet. */
QN_MUST_CHECK int metadata_hidden_by_people(struct qn_hidden *hidden, struct qn_pg *pg,
                                            const char *datasource, struct qn_err *reterr);

#endif
