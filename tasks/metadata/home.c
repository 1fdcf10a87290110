#include "home.h"

#include "analysis_files.h"
#include "common/json.h"
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

/* *ret_any false: the datasource has no version, or is gone. */
static int read_index(const struct metadata_home *home, const char *datasource, struct qn_buf *out,
                      bool *ret_any, struct qn_err *reterr)
{
    struct qn_json_item newest;
    int rc;

    qn_buf_reset(out);
    rc = qn_model_index(home->pg, datasource, out, reterr);
    *ret_any = rc == QN_OK && qn_json_find(out->data, out->len, "newest", &newest) &&
               newest.type == QN_JSON_NUMBER;
    return rc;
}

/* Who removes a datasource takes its files away after its rows: when there are still rows once
 * the files are there, that comes later. */
static int publish_files(const struct metadata_home *home, const struct qn_model *model,
                         const struct qn_model_file *files, size_t n_files, struct qn_err *reterr)
{
    const char *name = model->datasource;
    struct qn_buf index;
    bool any = false;
    int rc;

    qn_buf_init(&index, INDEX_MAX);
    rc = read_index(home, name, &index, &any, reterr);
    if (rc == QN_OK && any) {
        rc = qn_model_publish(home->artifact_dir, name, model->version, files, n_files,
                              (struct qn_span){index.data, index.len}, reterr);
        if (rc == QN_OK) {
            rc = read_index(home, name, &index, &any, reterr);
        }
    }
    qn_buf_release(&index);
    return rc == QN_OK && !any ? qn_model_unpublish(home->artifact_dir, name, reterr) : rc;
}

static int publish(struct metadata_home *home, const struct qn_model *model,
                   const struct qn_model_file *files, size_t n_files, struct qn_err *reterr)
{
    struct qn_err why;

    if (qn_model_forget(home->kv, model->datasource, &why) != QN_OK) {
        qn_job_log(home->job, "others may use the model before for a while: %s", why.msg);
    }
    if (home->artifact_dir == NULL) {
        qn_job_log(home->job, "not published: QUERN_ARTIFACT_DIR is not set");
        return QN_OK;
    }
    return publish_files(home, model, files, n_files, reterr);
}

int metadata_home_publish(struct metadata_home *home, const struct qn_model *model,
                          struct qn_span report, struct qn_err *reterr)
{
    struct qn_buf texts[ANALYSIS_FORMS];
    struct qn_model_file files[ANALYSIS_FORMS + 1];
    size_t n_files = 0;
    int rc = analysis_forms_make(model, texts, files, &n_files, reterr);

    if (rc == QN_OK && n_files < ANALYSIS_FORMS) {
        qn_job_log(home->job, "published without some of its forms: they are larger than %zu MiB",
                   ANALYSIS_FILE_MAX >> 20);
    }
    if (report.len > 0) {
        files[n_files++] = (struct qn_model_file){.suffix = "html", .bytes = report};
    }
    if (rc == QN_OK) {
        rc = publish(home, model, files, n_files, reterr);
    }
    for (size_t i = 0; i < ANALYSIS_FORMS; i++) {
        qn_buf_release(&texts[i]);
    }
    return rc;
}
