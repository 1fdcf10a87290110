#include "home.h"

#include "analysis_files.h"
#include "common/mem.h"
#include "tasks/lib/database.h"
#include "tasks/lib/model/model_cache.h"
#include "tasks/lib/model/model_store.h"
#include <stdlib.h>

#define INDEX_MAX ((size_t)1024 * 1024)

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void tell_trouble(void *arg, const struct qn_err *why)
{
    const struct metadata_home *home = arg;

    qn_job_log(home->job, "the cache cannot be used: %s", why->msg);
}

int metadata_home_init(void **ret_home, struct qn_err *reterr)
{
    struct metadata_home *home = qn_zalloc(1, sizeof(*home));
    const struct qn_kv_options options = {.on_trouble = tell_trouble, .arg = home};
    void *pg = NULL;
    int rc = QN_OK;

    if (home == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a task");
    }
    if (setting("QUERN_DATABASE_URL") != NULL) {
        rc = qn_database_init(&pg, reterr);
    }
    if (rc != QN_OK) {
        qn_free(home);
        return rc;
    }
    home->pg = pg;
    home->artifact_dir = setting("QUERN_ARTIFACT_DIR");
    if (setting("QUERN_CACHE_URL") != NULL &&
        qn_kv_create_from_env(&home->kv, &options, &home->no_cache) != QN_OK) {
        home->kv = NULL;
    }
    *ret_home = home;
    return QN_OK;
}

void metadata_home_done(void *arg)
{
    struct metadata_home *home = arg;

    if (home != NULL) {
        qn_kv_free(home->kv);
        qn_database_done(home->pg);
        qn_free(home);
    }
}

int metadata_home_ready(struct metadata_home *home, struct qn_job *job, struct qn_err *reterr)
{
    home->job = job;
    if (home->no_cache.code != QN_OK) {
        qn_job_log(job, "without a cache: %s", home->no_cache.msg);
    }
    if (home->kv != NULL) {
        qn_kv_heed(home->kv, qn_job_stop_fd(job));
    }
    return home->pg != NULL ? qn_pg_ready(home->pg, qn_job_id(job), qn_job_stop_fd(job), reterr)
                            : QN_OK;
}

static int publish(struct metadata_home *home, const char *datasource, int64_t version,
                   const struct qn_model_file *files, size_t n_files, struct qn_err *reterr)
{
    struct qn_err why;
    struct qn_buf index;
    int rc;

    if (qn_model_forget(home->kv, datasource, &why) != QN_OK) {
        qn_job_log(home->job, "others may use the model before for a while: %s", why.msg);
    }
    if (home->artifact_dir == NULL) {
        qn_job_log(home->job, "not published: QUERN_ARTIFACT_DIR is not set");
        return QN_OK;
    }
    qn_buf_init(&index, INDEX_MAX);
    rc = qn_model_index(home->pg, datasource, &index, reterr);
    if (rc == QN_OK) {
        rc = qn_model_publish(home->artifact_dir, datasource, version, files, n_files,
                              (struct qn_span){index.data, index.len}, reterr);
    }
    qn_buf_release(&index);
    return rc;
}

int metadata_home_publish(struct metadata_home *home, const struct qn_model *model,
                          struct qn_span report, struct qn_err *reterr)
{
    struct qn_buf texts[ANALYSIS_FORMS];
    struct qn_model_file files[ANALYSIS_FORMS + 1];
    int rc = analysis_forms_make(model, texts, files, reterr);

    files[ANALYSIS_FORMS] = (struct qn_model_file){.suffix = "html", .bytes = report};
    if (rc == QN_OK) {
        rc = publish(home, model->datasource, model->version, files,
                     ANALYSIS_FORMS + (report.len > 0), reterr);
    }
    for (size_t i = 0; i < ANALYSIS_FORMS; i++) {
        qn_buf_release(&texts[i]);
    }
    return rc;
}
