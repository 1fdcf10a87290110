/* thread.h - what was asked before in a thread, in Quern's own database (migration 5).
 *
 * A turn is a question that was answered, with its statement and what made it; rows are never
 * kept. A thread is a datasource's. Two asks at the same time both get a turn; a run that is
 * repeated gets the one it made before. Kept are the last THREAD_TURNS of a thread, and none for
 * longer than THREAD_KEEP_DAYS: who adds a turn takes old ones away, THREAD_CLEAN at a time.
 *
 * pg is ready (qn_pg_ready) and in no transaction. Errors are those of postgres.h.
 */
#ifndef TASKS_NL2SQL_ASK_THREAD_H
#define TASKS_NL2SQL_ASK_THREAD_H

#include "tasks/lib/arena.h"
#include "tasks/lib/postgres.h"
#include "tasks/nl2sql/prompt/prompt.h"

#define THREAD_TURNS     10
#define THREAD_NAME_MAX  64
#define THREAD_KEEP_DAYS 30
#define THREAD_CLEAN     100

struct thread {
    struct qn_arena arena;
    struct prompt_turn turns[THREAD_TURNS]; /* oldest first */
    size_t n;
};

struct thread_turn { /* none is NULL */
    const char *datasource, *thread;
    const char *job;
    const char *question, *sql;
    const char *translator, *language;
    const char *model_hash;
};

bool thread_is_name(const char *text);

/* Without the turn that this job made in a run before. To be released, also after a failure. */
QN_MUST_CHECK int thread_load(struct thread *ret, struct qn_pg *pg, const char *datasource,
                              const char *thread, const char *job, struct qn_err *reterr);
void thread_release(struct thread *thread); /* zeroed is fine */

/* *ret_turn counts from 1. QN_EAGAIN when others were quicker THREAD_TRIES times. */
#define THREAD_TRIES 50
QN_MUST_CHECK int thread_add(struct qn_pg *pg, const struct thread_turn *turn, int64_t *ret_turn,
                             struct qn_err *reterr);

#endif
