/* model_probe.c - the store of semantic models, one call a run, without a queue.
 *
 *   model_probe store HOME DATASOURCE URL WHO [HINTS]   reads URL, stores its model
 *   model_probe edit HOME DATASOURCE JSON WHO [HASH]
 *   model_probe approve HOME DATASOURCE VERSION WHO [HASH]
 *   model_probe load HOME DATASOURCE VERSION
 *   model_probe versions|index HOME DATASOURCE
 *   model_probe publish HOME DATASOURCE FOLDER          its current version and the index
 *   model_probe unpublish HOME DATASOURCE FOLDER
 *   model_probe get HOME DATASOURCE TIMES               by QUERN_CACHE_URL: seconds, loads, version
 *   model_probe forget HOME DATASOURCE
 *   model_probe keep|find HOME DATASOURCE SCHEMA TABLE HASH TIER AGE_MS [TEXT]
 *   model_probe catalog HOME DATASOURCE [TEXT]
 *   model_probe source HOME WORD                        as a task of a queue finds it
 *
 * An error goes to stderr as "NAME text", exit code 1.
 */
#include "common/clock.h"
#include "common/str.h"
#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/datasource.h"
#include "tasks/lib/model/model_cache.h"
#include "tasks/lib/model/model_files.h"
#include "tasks/lib/model/model_store.h"
#include "tasks/metadata/checkpoint.h"
#include <stdio.h>
#include <string.h>

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)
#define ARGS       10

struct probe {
    struct qn_pg *home;
    const char *datasource;
    const char *args[ARGS]; /* behind the datasource; "" where there is none */
    struct qn_buf out;
};

static int64_t number(const char *text)
{
    int64_t value = 0;

    return qn_str_to_i64(text, &value) == QN_OK ? value : 0;
}

static int build(const struct probe *probe, const char *url, struct qn_model **ret,
                 struct qn_err *reterr)
{
    const struct qn_model_options options = {probe->datasource, "UTC", "en"};
    struct qn_catalog *catalog = NULL;
    struct qn_pg *pg = NULL;
    int rc = qn_pg_create(&pg, url, reterr);

    if (rc == QN_OK) {
        rc = qn_pg_ready(pg, "model_probe", -1, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_catalog_read(&catalog, pg, NULL, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_model_build(ret, catalog, NULL, NULL, &options, reterr);
    }
    qn_catalog_free(catalog);
    qn_pg_free(pg);
    return rc;
}

static int store(struct probe *probe, struct qn_err *reterr)
{
    struct qn_model *model = NULL;
    bool fresh = false;
    int rc = build(probe, probe->args[0], &model, reterr);

    if (rc == QN_OK && probe->args[2][0] != '\0') {
        rc = qn_model_merge(model, qn_pg_text(probe->args[2]), QN_MODEL_HINTS, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_model_store(probe->home, model, probe->args[1], &fresh, reterr);
    }
    if (rc == QN_OK) {
        qn_buf_printf(&probe->out, "%s %lld %s", fresh ? "new" : "same", (long long)model->version,
                      model->approved ? "approved" : "draft");
    }
    qn_model_free(model);
    return rc;
}

static int edit(struct probe *probe, struct qn_err *reterr)
{
    const struct qn_model_change change = {.job = probe->args[1], .if_hash = probe->args[2]};
    struct qn_model *model = NULL;
    int rc = qn_model_edit(&model, probe->home, probe->datasource, qn_pg_text(probe->args[0]),
                           &change, reterr);

    if (rc == QN_OK) {
        qn_buf_printf(&probe->out, "%lld", (long long)model->version);
    }
    qn_model_free(model);
    return rc;
}

static int approve(struct probe *probe, struct qn_err *reterr)
{
    const struct qn_model_change change = {.job = probe->args[1], .if_hash = probe->args[2]};
    int64_t version = number(probe->args[0]);

    return qn_model_approve(probe->home, probe->datasource, &version, &change, reterr);
}

static int load(struct probe *probe, struct qn_err *reterr)
{
    struct qn_model *model = NULL;
    int rc = qn_model_load(&model, probe->home, probe->datasource, number(probe->args[0]), reterr);

    if (rc == QN_OK) {
        rc = qn_model_to_json(model, &probe->out);
    }
    qn_model_free(model);
    return rc;
}

static int versions(struct probe *probe, struct qn_err *reterr)
{
    return qn_model_versions(probe->home, probe->datasource, &probe->out, reterr);
}

static int index_of(struct probe *probe, struct qn_err *reterr)
{
    return qn_model_index(probe->home, probe->datasource, &probe->out, reterr);
}

static int publish_loaded(struct probe *probe, struct qn_model *model, struct qn_err *reterr)
{
    struct qn_buf json, index;
    struct qn_model_file file = {.suffix = "json"};
    int rc;

    qn_buf_init(&json, OUTPUT_MAX);
    qn_buf_init(&index, OUTPUT_MAX);
    rc = qn_model_to_json(model, &json);
    if (rc == QN_OK) {
        rc = qn_model_index(probe->home, probe->datasource, &index, reterr);
    }
    if (rc == QN_OK) {
        file.bytes = (struct qn_span){json.data, json.len};
        rc = qn_model_publish(probe->args[0], probe->datasource, model->version, &file, 1,
                              (struct qn_span){index.data, index.len}, reterr);
    }
    qn_buf_release(&json);
    qn_buf_release(&index);
    return rc;
}

static int publish(struct probe *probe, struct qn_err *reterr)
{
    struct qn_model *model = NULL;
    int rc = qn_model_load(&model, probe->home, probe->datasource, 0, reterr);

    if (rc == QN_OK) {
        rc = publish_loaded(probe, model, reterr);
    }
    qn_model_free(model);
    return rc;
}

static int unpublish(struct probe *probe, struct qn_err *reterr)
{
    return qn_model_unpublish(probe->args[0], probe->datasource, reterr);
}

static int get_times(struct probe *probe, struct qn_kv *kv, struct qn_err *reterr)
{
    const struct qn_model *model = NULL;
    struct qn_model_cache cache;
    int64_t begin = qn_mono_ms(&qn_clock_system);
    int rc = QN_OK;

    qn_model_cache_init(&cache, kv);
    for (int64_t i = 0; i < number(probe->args[0]) && rc == QN_OK; i++) {
        rc = qn_model_get(&cache, probe->home, probe->datasource, &model, NULL, reterr);
    }
    if (rc == QN_OK && model != NULL) {
        qn_buf_printf(&probe->out, "%.3f %lld %lld",
                      (double)(qn_mono_ms(&qn_clock_system) - begin) / 1000,
                      (long long)qn_kv_counters(kv)->loads, (long long)model->version);
    }
    qn_model_cache_release(&cache);
    return rc;
}

static int with_kv(struct probe *probe, int (*fn)(struct probe *, struct qn_kv *, struct qn_err *),
                   struct qn_err *reterr)
{
    const struct qn_kv_options options = {.url = NULL};
    struct qn_kv *kv = NULL;
    int rc = qn_kv_create_from_env(&kv, &options, reterr);

    if (rc == QN_OK) {
        rc = fn(probe, kv, reterr);
    }
    qn_kv_free(kv);
    return rc;
}

static int get(struct probe *probe, struct qn_err *reterr)
{
    return with_kv(probe, get_times, reterr);
}

static int forget_it(struct probe *probe, struct qn_kv *kv, struct qn_err *reterr)
{
    return qn_model_forget(kv, probe->datasource, reterr);
}

static int forget(struct probe *probe, struct qn_err *reterr)
{
    return with_kv(probe, forget_it, reterr);
}

static struct checkpoint_table table_of(const struct probe *probe)
{
    return (struct checkpoint_table){probe->datasource, probe->args[0], probe->args[1],
                                     probe->args[2], (int)number(probe->args[3])};
}

static int keep(struct probe *probe, struct qn_err *reterr)
{
    struct checkpoint_table table = table_of(probe);

    return checkpoint_save_profile(probe->home, &table, qn_pg_text(probe->args[5]), reterr);
}

static int find(struct probe *probe, struct qn_err *reterr)
{
    struct checkpoint_table table = table_of(probe);

    return checkpoint_load_profile(probe->home, &table, number(probe->args[4]), &probe->out,
                                   reterr);
}

static int catalog(struct probe *probe, struct qn_err *reterr)
{
    return probe->args[0][0] != '\0'
               ? checkpoint_save_catalog(probe->home, probe->datasource, "hash",
                                         qn_pg_text(probe->args[0]), reterr)
               : checkpoint_load_catalog(probe->home, probe->datasource, &probe->out, reterr);
}

static int source(struct probe *probe, struct qn_err *reterr)
{
    struct qn_datasource *found = NULL;
    int rc = qn_datasource_find(&found, probe->home, probe->datasource, false, reterr);

    if (rc == QN_OK) {
        qn_buf_printf(&probe->out, "%s|%s|%lld|%lld|%lld|%lld", found->time_zone, found->globs,
                      (long long)found->query_ms, (long long)found->profile_ms,
                      (long long)found->connections, (long long)found->max_rows);
    }
    qn_datasource_free(found);
    return rc;
}

static const struct {
    const char *name;
    int (*run)(struct probe *probe, struct qn_err *reterr);
} verbs[] = {
    {"store", store},       {"edit", edit},      {"approve", approve}, {"load", load},
    {"versions", versions}, {"index", index_of}, {"publish", publish}, {"unpublish", unpublish},
    {"get", get},           {"forget", forget},  {"keep", keep},       {"find", find},
    {"catalog", catalog},   {"source", source},
};

static int run(struct probe *probe, const char *verb, struct qn_err *reterr)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, verb) == 0) {
            return verbs[i].run(probe, reterr);
        }
    }
    return qn_fail(reterr, QN_EINVAL, "no such verb");
}

int main(int argc, char **argv)
{
    struct probe probe = {.datasource = argc > 3 ? argv[3] : ""};
    struct qn_err err = {.code = QN_OK};
    int rc;

    for (int i = 0; i < ARGS; i++) {
        probe.args[i] = i + 4 < argc ? argv[i + 4] : "";
    }
    qn_buf_init(&probe.out, OUTPUT_MAX);
    rc = argc > 3 ? qn_pg_create(&probe.home, argv[2], &err) : QN_EINVAL;
    if (rc == QN_OK) {
        rc = qn_pg_ready(probe.home, "model_probe", -1, &err);
    }
    if (rc == QN_OK) {
        rc = run(&probe, argv[1], &err);
    }
    qn_pg_free(probe.home);
    if (rc == QN_OK) {
        printf("%s\n", probe.out.data);
    } else {
        fprintf(stderr, "%s %s\n", qn_err_name(rc), err.msg);
    }
    qn_buf_release(&probe.out);
    return rc == QN_OK ? 0 : 1;
}
