/* lanes.h - jobs behind limits, and those that take turns, in memory.
 *
 * docs/decisions/0007 has the rules. A lane is an object only while its turn comes or a
 * scope holds it; its jobs are those that are parked under its name, and the runs of a scope
 * are the running jobs that count against it.
 *
 * Not here: which jobs a take wants (ops_work.c), setting limits (ops_limit.c).
 */
#ifndef BROKER_CLIENT_MEM_LANES_H
#define BROKER_CLIENT_MEM_LANES_H

#include "mem_type.h"

#define QN_MEM_HELD_SIZE 256

/* A scope of a lane, or of a limit. */
struct qn_mem_scope {
    char name[QN_MEM_SCOPE_SIZE];
    const struct qn_limit *limit; /* NULL: none */
};

/* Does this ready job belong into a lane? Then it is parked there. */
bool qn_mem_lanes_park(struct qn_mem_queue *queue, struct qn_mem_job *job);
/* The lane whose turn it is, if its first has this priority at least; NULL. */
struct qn_mem_lane *qn_mem_lanes_next(struct qn_mem_queue *queue, int priority);
/* One turn of a lane, which may free it: the job that is to be taken, or NULL. Jobs whose time
 * to start is over end here. */
struct qn_mem_job *qn_mem_lanes_turn(struct qn_mem_queue *queue, struct qn_mem_lane *lane,
                                     int64_t final_ttl_ms);
bool qn_mem_lanes_any(const struct qn_mem_queue *queue);

/* A run is over: a slot of each of its scopes is free. */
void qn_mem_lanes_release(struct qn_mem_queue *queue, struct qn_mem_job *job);
/* Scopes whose next token is there. */
void qn_mem_lanes_refill(struct qn_mem_queue *queue);
int64_t qn_mem_lanes_next_refill(const struct qn_mem_queue *queue);
/* A limit has changed: all whom it held look again. "key:*" is for all keys. */
void qn_mem_lanes_call_all(struct qn_mem_queue *queue, const char *scope);

/* How a scope stands. False: no room; ret_at is the time of its next token, or QN_NO_TIME. */
bool qn_mem_lanes_has_room(struct qn_mem_queue *queue, const struct qn_mem_scope *scope,
                           int64_t *ret_at);
int64_t qn_mem_lanes_running(struct qn_mem_queue *queue, const char *scope);
int64_t qn_mem_lanes_held(const struct qn_mem_queue *queue, const char *scope);
/* What holds back a parked job, as peek tells it; "" nothing. */
void qn_mem_lanes_held_by(struct qn_mem_queue *queue, const struct qn_mem_job *job,
                          char out[QN_MEM_HELD_SIZE]);
/* Parked jobs: by lane, in a lane as they are taken. */
int qn_mem_lanes_compare(const struct qn_mem_job *a, const struct qn_mem_job *b);
void qn_mem_lanes_free(struct qn_mem_queue *queue);

#endif
