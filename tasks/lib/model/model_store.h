/* model_store.h - semantic models of datasources: versions, drafts, approval, edits.
 *
 * In Quern's own database: quern.models holds a row for each version that differs from the one
 * before (by hash), quern.model_edits what people decided, one document a datasource, with who
 * and when in quern.model_log. A version is a draft until somebody approves it; what answers
 * questions uses the newest approved version, or the newest draft where none was ever approved,
 * and says so.
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
 * the next version, unless its hash is that of the newest one: then *ret_new is false and version
 * and approved are those of it. Sets model->version, hash and approved. who: for the log. */
QN_MUST_CHECK int qn_model_store(struct qn_pg *pg, struct qn_model *model, const char *who,
                                 bool *ret_new, struct qn_err *reterr);

/* version 0: the one that answers questions (above); -1: the newest. QN_ENOTFOUND. */
QN_MUST_CHECK int qn_model_load(struct qn_model **ret, struct qn_pg *pg, const char *datasource,
                                int64_t version, struct qn_err *reterr);

/* People's edits: one document, merged into what was there, member by member (RFC 7396: null
 * takes an edit back). Makes the next version, a draft, from the newest one; ret: that, to be
 * freed, or the newest one again when nothing is different. */
QN_MUST_CHECK int qn_model_edit(struct qn_model **ret, struct qn_pg *pg, const char *datasource,
                                struct qn_span edits, const char *who, struct qn_err *reterr);

/* Once more for one that is approved changes nothing. QN_ENOTFOUND. */
QN_MUST_CHECK int qn_model_approve(struct qn_pg *pg, const char *datasource, int64_t version,
                                   const char *who, struct qn_err *reterr);

/* [{"version","hash","state","made_at","made_by","approved_at","approved_by","tables",
 * "relations"}], newest first. */
QN_MUST_CHECK int qn_model_versions(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                                    struct qn_err *reterr);

/* What model_files.h publishes as index.json: {"datasource","revision","current","newest",
 * "approved","versions":[...]}, with null for what there is none of. revision grows with each
 * change of the datasource's models. */
QN_MUST_CHECK int qn_model_index(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                                 struct qn_err *reterr);

#endif
