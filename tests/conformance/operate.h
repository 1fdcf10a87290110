/* operate.h - what people do to jobs, queues and workers, as functions that wait for
 * their answer (see world.h). */
#ifndef TESTS_CONFORMANCE_OPERATE_H
#define TESTS_CONFORMANCE_OPERATE_H

#include "world.h"

/* One job: code[0] is the answer. */
struct got *op_replay(struct world *w, const char *name, int64_t ended_ms);
struct got *op_forget(struct world *w, const char *name, int64_t ended_ms);
struct got *op_trim(struct world *w, int64_t max_age, int64_t max_count);
struct got *op_purge(struct world *w, enum qn_state state, int64_t before_ms);
struct got *op_message(struct world *w, const char *incarnation, const char *text);
struct got *op_place(struct world *w, const char *name);
struct got *op_gate(struct world *w, enum qn_gate gate);
struct got *op_follow_up(struct world *w, const char *name, int priority);
struct got *op_tell_schedules(struct world *w, const struct qn_entry *schedules, size_t n);
struct got *op_schedules(struct world *w);

/* Runs a new job and ends its run. */
struct got *end_one(struct world *w, const char *name, enum qn_finish_kind kind);
/* Jobs of all priorities, named prefix and a number from 0 on. */
void enqueue_many(struct world *w, const char *prefix, int n);

#endif
