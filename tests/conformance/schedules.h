/* schedules.h - what beats and people do to schedules, as functions that wait for their answer
 * (see world.h).
 */
#ifndef TESTS_CONFORMANCE_SCHEDULES_H
#define TESTS_CONFORMANCE_SCHEDULES_H

#include "world.h"

/* The answer; codes are those of got. */
struct got *op_define(struct world *w, const char *holder, const struct qn_definition *all,
                      size_t n);
/* One live one: its code. */
int define_one(struct world *w, const char *name, const char *json);
struct got *op_drop(struct world *w, const char *name);                    /* number: the code */
struct got *op_pause_schedule(struct world *w, const char *name, bool on); /* the same */
/* Of one schedule, by its newest version. */
struct got *op_claim(struct world *w, const char *holder, const char *name, int64_t at_ms,
                     const char *queue);
struct got *op_claims(struct world *w, const char *holder, const struct qn_claim *claims, size_t n);
struct got *op_note_fire(struct world *w, const char *name, int64_t at_ms, const char *json);
struct got *op_fires(struct world *w, const char *name); /* text: with newlines behind */
struct got *op_schedule_names(struct world *w);
struct got *op_timetable(struct world *w, const char *const *names, size_t n);
/* What the timetable says of one, as a line; "" there is none. Good until the next call. */
const char *row_of(struct world *w, const char *name);

#endif
