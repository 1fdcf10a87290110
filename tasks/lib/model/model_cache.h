/* model_cache.h - the semantic model that answers questions, without asking PostgreSQL each time.
 *
 * The text is kept by kv.h (kind QN_KV_MODEL, the datasource as its group: 30 minutes on Redis),
 * and here the models that were read from it last: a model whose text did not change is not read
 * again. Of one that is too large for the cache only its version is kept
 * there, and each process reads it from PostgreSQL when that changes. Who stores, edits or approves
 * calls qn_model_forget.
 *
 * Of an executor; not for threads.
 */
#ifndef TASKS_LIB_MODEL_MODEL_CACHE_H
#define TASKS_LIB_MODEL_MODEL_CACHE_H

#include "model_store.h"
#include "tasks/lib/digest.h"
#include "tasks/lib/kv.h"

#define QN_MODEL_CACHE_KEPT 4 /* models in memory */

struct qn_model_cache {
    struct qn_kv *kv; /* borrowed; NULL: none, each call asks PostgreSQL */
    struct {
        struct qn_model *model;      /* NULL: free */
        char digest[QN_DIGEST_SIZE]; /* of its text */
        uint64_t used;
    } kept[QN_MODEL_CACHE_KEPT];
    uint64_t clock;
};

void qn_model_cache_init(struct qn_model_cache *cache, struct qn_kv *kv);
void qn_model_cache_release(struct qn_model_cache *cache);

/* The datasource's model of version 0 (model_store.h). *ret is the cache's: good until the next
 * call. ret_from may be NULL. The errors of kv.h and model_store.h. */
QN_MUST_CHECK int qn_model_get(struct qn_model_cache *cache, struct qn_pg *pg,
                               const char *datasource, const struct qn_model **ret,
                               enum qn_kv_from *ret_from, struct qn_err *reterr);

/* For all processes. kv NULL is fine. Unless QN_OK, others may get the one before for as long as
 * it lives. */
QN_MUST_CHECK int qn_model_forget(struct qn_kv *kv, const char *datasource, struct qn_err *reterr);

#endif
