/* operate.h - what people do to jobs, queues and workers, as functions that wait for
 * their answer (see world.h). */
#ifndef TESTS_CONFORMANCE_OPERATE_H
#define TESTS_CONFORMANCE_OPERATE_H

#include "world.h"

/* One job: code[0] is the answer. */
struct got *op_replay(struct world *w, const char *name, int64_t ended_ms);
struct got *op_forget(struct world *w, const char *name, int64_t ended_ms);
struct got *op_trim(struct world *w, int64_t max_age, int64_t max_count);
/* By bytes: the whole walk; number: purged by all its calls. */
struct got *op_trim_bytes(struct world *w, int64_t max_bytes);
struct got *op_purge(struct world *w, enum qn_state state, int64_t before_ms);
struct got *op_message(struct world *w, const char *incarnation, const char *text);
struct got *op_place(struct world *w, const char *name);
struct got *op_gate(struct world *w, enum qn_gate gate);
struct got *op_follow_up(struct world *w, const char *name, int priority);

/* A limit of one scope; number: what changed. */
struct got *op_limit(struct world *w, const char *scope, int64_t concurrency);
struct got *op_rate(struct world *w, const char *scope, int64_t rate, int64_t per_ms,
                    int64_t burst);
struct got *op_set_limits(struct world *w, const struct qn_limit *limits, size_t n);
struct got *op_limits(struct world *w);
struct got *op_sale(struct world *w, const char *item, enum qn_sale_how how, int64_t stock,
                    int64_t ends_ms);
struct got *op_budget(struct world *w, int64_t max_jobs, int64_t max_bytes);
/* The names of an answer, with blanks between; good until the next call. */
const char *names_of(const struct got *got);
/* Those that a take of so many by INC gives. */
const char *take_names(struct world *w, int want);

/* Runs a new job and ends its run. */
struct got *end_one(struct world *w, const char *name, enum qn_finish_kind kind);
/* Jobs of all priorities, named prefix and a number from 0 on. */
void enqueue_many(struct world *w, const char *prefix, int n);

#endif
