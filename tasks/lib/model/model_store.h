/* model_store.h - semantic models of datasources: versions, drafts, approval, edits.
 *
 * In Quern's own database: quern.models holds a row for each version that differs from the one
 * before (by hash), quern.model_edits what people decided, one document a datasource, with which
 * job and when in quern.model_log. A version is a draft until somebody approves it; what answers
 * questions uses the version that was approved last, which may be an older one, or the newest
 * draft where none was ever approved, and says so.
 *
 * What is stored is also published for readers without PostgreSQL (quern-api, quern model): files
 * in QUERN_ARTIFACT_DIR/models/NAME/, see model_files.h.
 *
 * Not here: caching (model_cache.h).
 */
#ifndef TASKS_LIB_MODEL_MODEL_STORE_H
#define TASKS_LIB_MODEL_MODEL_STORE_H

#include "model.h"
#include "tasks/lib/postgres.h"

#define QN_MODEL_VERSIONS_KEPT 50 /* approved ones and the newest are always kept */

/* One transaction under the datasource's lock: merges the people's edits, seals, and stores it as
 * the next version. When its hash is that of the newest one it takes the place of that text, with
 * its version and approved. *ret_new: the version is this job's, of this run or one before. Sets
 * model->version, hash and approved. job: its id, for the log and "made_by". */
QN_MUST_CHECK int qn_model_store(struct qn_pg *pg, struct qn_model *model, const char *job,
                                 bool *ret_new, struct qn_err *reterr);

/* version 0: the one that answers questions (above); -1: the newest. QN_ENOTFOUND. */
QN_MUST_CHECK int qn_model_load(struct qn_model **ret, struct qn_pg *pg, const char *datasource,
                                int64_t version, struct qn_err *reterr);

/* The newest one that is not this job's: what it was before a run of the job. QN_ENOTFOUND. */
QN_MUST_CHECK int qn_model_load_before(struct qn_model **ret, struct qn_pg *pg,
                                       const char *datasource, const char *job,
                                       struct qn_err *reterr);

/* Who changes a model, and what it looked at. */
struct qn_model_change {
    const char *job;     /* its id: for the log and "made_by", and so that a run of it after one
                            that was cut off does not do again what is done */
    const char *if_hash; /* the newest version must have it, which is looked at under the lock:
                            QN_EINVAL; "" or NULL: any. Not of a job that did something already */
};

/* People's edits: one document, merged into what was there, member by member (RFC 7396: null
 * takes an edit back). Makes the next version, a draft, from the newest one; ret: that, to be
 * freed, or the newest one again when nothing is different. */
QN_MUST_CHECK int qn_model_edit(struct qn_model **ret, struct qn_pg *pg, const char *datasource,
                                struct qn_span edits, const struct qn_model_change *change,
                                struct qn_err *reterr);

/* From now on this version answers, also when it was approved before. *version 0: the newest, and
 * it is set to that. QN_ENOTFOUND. */
QN_MUST_CHECK int qn_model_approve(struct qn_pg *pg, const char *datasource, int64_t *version,
                                   const struct qn_model_change *change, struct qn_err *reterr);

/* [{"version","hash","state","made_at","made_by","approved_at","approved_by","tables",
 * "relations"}], newest first. */
QN_MUST_CHECK int qn_model_versions(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                                    struct qn_err *reterr);

/* What model_files.h publishes as index.json: {"datasource","revision","current","newest",
 * "approved","versions":[...]}, with null for what there is none of. approved: the
 * one that was approved last. revision grows with each
 * change of the datasource's models. */
QN_MUST_CHECK int qn_model_index(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                                 struct qn_err *reterr);

#endif
