/* home.h - what an executor keeps for the metadata tasks: the way to Quern's own database, where
 * datasources and models are, the cache, and the folder of published models.
 *
 * Without QUERN_DATABASE_URL there are no datasources; quern-worker run needs none.
 */
#ifndef TASKS_METADATA_HOME_H
#define TASKS_METADATA_HOME_H

#include "tasks/lib/datasource.h"
#include "tasks/lib/kv.h"
#include "tasks/lib/model/model.h"
#include <quern/job.h>

struct metadata_home {
    struct qn_pg *pg;         /* NULL: no database is configured */
    struct qn_kv *kv;         /* NULL: no cache is configured, or it cannot be used */
    struct qn_err no_cache;   /* why, code QN_OK: no reason */
    const char *artifact_dir; /* NULL: none; of the environment */
    struct qn_job *job;       /* the one that runs */
};

/* For the rows of the tasks. */
QN_MUST_CHECK int metadata_home_init(void **ret_home, struct qn_err *reterr);
void metadata_home_done(void *arg); /* what metadata_home_init gave */

/* Before anything else in a run: connects. */
QN_MUST_CHECK int metadata_home_ready(struct metadata_home *home, struct qn_job *job,
                                      struct qn_err *reterr);

/* After a change of the datasource's models: caches forget the one before, and the files of the
 * version are published with the index; all are taken away when the datasource has gone
 * meanwhile. report: HTML, empty for none. */
QN_MUST_CHECK int metadata_home_publish(struct metadata_home *home, const struct qn_model *model,
                                        struct qn_span report, struct qn_err *reterr);
#endif
