/* once.h - an effect on PostgreSQL that happens exactly once, however often the job runs.
 *
 * A job runs at least once. Begin opens a transaction and writes the row (namespace,
 * job, step) of quern.once before all else; the handler writes what it is there for in
 * the same transaction; commit stores the result in the row and ends it. So row and
 * effect are there together or not at all. A run that finds the row gets its result
 * and skips the effect; one that comes while another is at it waits in begin for how
 * that ends.
 *
 *     struct qn_once once;
 *     int rc = qn_once_begin(&once, pg, job, "invoice", &err);
 *     if (rc == QN_OK && !qn_once_is_done(&once)) {
 *         rc = qn_pg_run(pg, "INSERT INTO invoice ...", params, n, &err);
 *         if (rc == QN_OK)
 *             rc = qn_once_commit(&once, result, len, &err);
 *     }
 *     qn_once_release(&once);
 *     return qn_answer(job, rc, &err);
 *
 * Only what goes through pg between begin and commit is exactly once: no mail, no file,
 * no other connection. Do those after a commit, or in a step of their own that may be
 * done twice. The handler never ends the transaction itself. It is READ COMMITTED and
 * READ WRITE, is durable where the server's default is not (synchronous_commit), and
 * the server ends it once it has been idle for what was left of the job's hard limit:
 * a host that vanished keeps no other run waiting for longer.
 *
 * The namespace is QUERN_NAMESPACE. The table is made by quern-worker migrate.
 *
 * Errors: those of postgres.h, and QN_EUNKNOWN when COMMIT was sent and its outcome was
 * not heard: answer QN_RETRY, the next run finds out. Where that was the last attempt the
 * job ends failed though its effect may be there; running it again finds out. QN_EAGAIN
 * for a database without the table. On each of them nothing is open any more.
 *
 * Not here: what to answer (answer.h).
 */
#ifndef TASKS_LIB_ONCE_H
#define TASKS_LIB_ONCE_H

#include "postgres.h"
#include <quern/job.h>

#define QN_ONCE_STEP_MAX      64                          /* bytes of a step's name */
#define QN_ONCE_KEEP_LEAST_MS ((int64_t)24 * 3600 * 1000) /* see qn_once_prune */
#define QN_ONCE_PRUNE_MAX     100000                      /* rows of one call */

struct qn_once {
    struct qn_pg *pg; /* NULL: there is no transaction */
    struct qn_span key[3];
    struct qn_pg_rows *before; /* of the run that did it; NULL: this one does */
};

/* Makes pg ready for this job first, with its stop fd. pg, job and step (1 to 64 bytes;
 * a job may have several, one after the other) are borrowed until the release, which is
 * owed after a failure too. */
QN_MUST_CHECK int qn_once_begin(struct qn_once *once, struct qn_pg *pg, const struct qn_job *job,
                                const char *step, struct qn_err *reterr);
/* The same for what another job left behind: the row has that job's id, owner, so it does not
 * matter which of the two gets it done. owner is borrowed until the release. */
QN_MUST_CHECK int qn_once_begin_for(struct qn_once *once, struct qn_pg *pg,
                                    const struct qn_job *job, const char *owner, const char *step,
                                    struct qn_err *reterr);

/* Another run did it: the effect and its result are there, nothing is open. */
bool qn_once_is_done(const struct qn_once *once);
/* What that run gave to its commit, borrowed until the release; {NULL, 0} for none. */
struct qn_span qn_once_result(const struct qn_once *once);

/* json: one value of at most QN_RESULT_MAX bytes, or NULL. */
QN_MUST_CHECK int qn_once_commit(struct qn_once *once, const char *json, size_t len,
                                 struct qn_err *reterr);

/* Takes back what was not committed. */
void qn_once_release(struct qn_once *once);

/* Forgets at most limit rows of this namespace that are older than older_ms, the most
 * that one call may cost others; *ret_n: how many. pg is ready and in no transaction.
 *
 * The rule: never younger than the longest time a job may still be run again after its
 * first step, or an effect happens twice. That is all its attempts with their limits and
 * delays, snoozes too, and then the setting failed-ttl, since a failed job can be run
 * again by hand until it is forgotten. Less than QN_ONCE_KEEP_LEAST_MS is QN_EINVAL. */
QN_MUST_CHECK int qn_once_prune(struct qn_pg *pg, int64_t older_ms, int limit, int64_t *ret_n,
                                struct qn_err *reterr);

#endif
