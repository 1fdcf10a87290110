#include "model_cache.h"

#include "model_store_type.h"
#include "tasks/lib/datasource.h"
#include <string.h>

/* A text that kv.h would not keep: in its place stands which version it is. */
#define TEXT_MAX ((size_t)3 * 1024 * 1024)

struct load {
    struct qn_pg *pg;
    const char *datasource;
};

void qn_model_cache_init(struct qn_model_cache *cache, struct qn_kv *kv)
{
    *cache = (struct qn_model_cache){.kv = kv};
}

void qn_model_cache_release(struct qn_model_cache *cache)
{
    for (size_t i = 0; i < QN_MODEL_CACHE_KEPT; i++) {
        qn_model_free(cache->kept[i].model);
        cache->kept[i].model = NULL;
    }
}

/* ---- its text ---- */

/* Written anew: the stored text says version and state as they were when it was made. */
static int load_text(struct qn_kv_load *load, void *arg, struct qn_err *reterr)
{
    const struct load *what = arg;
    struct qn_model *model = NULL;
    struct qn_buf text;
    int rc = qn_model_load(&model, what->pg, what->datasource, 0, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    rc = qn_model_write(model, &text, reterr);
    if (rc == QN_OK) {
        rc = text.len <= TEXT_MAX
                 ? qn_buf_add(load->value, text.data, text.len)
                 : qn_buf_printf(load->value, "%lld %d %s", (long long)model->version,
                                 model->approved, model->hash);
        rc = rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the model: %s", qn_err_text(rc));
    }
    qn_model_free(model);
    qn_buf_release(&text);
    return rc;
}

static int get_text(const struct qn_model_cache *cache, struct load *load, struct qn_buf *out,
                    enum qn_kv_from *ret_from, struct qn_err *reterr)
{
    const struct qn_span parts[] = {qn_pg_text(load->datasource), qn_pg_text(QN_MODEL_FORMAT)};
    const struct qn_kv_request request = {
        .kind = &qn_kv_kinds[QN_KV_MODEL],
        .parts = parts,
        .n_parts = 2,
        .group = load->datasource,
        .load = load_text,
        .arg = load,
    };
    struct qn_kv_load direct = {.value = out};

    if (cache->kv != NULL) {
        return qn_kv_get(cache->kv, &request, out, ret_from, reterr);
    }
    *ret_from = QN_KV_FROM_SOURCE;
    return load_text(&direct, load, reterr);
}

/* ---- what was read from it ---- */

static size_t oldest(const struct qn_model_cache *cache)
{
    size_t found = 0;

    for (size_t i = 1; i < QN_MODEL_CACHE_KEPT; i++) {
        if (cache->kept[i].used < cache->kept[found].used) {
            found = i;
        }
    }
    return found;
}

static size_t place_of(const struct qn_model_cache *cache, const char *datasource)
{
    for (size_t i = 0; i < QN_MODEL_CACHE_KEPT; i++) {
        if (cache->kept[i].model != NULL &&
            strcmp(cache->kept[i].model->datasource, datasource) == 0) {
            return i;
        }
    }
    return oldest(cache);
}

static int read_text(struct qn_model_cache *cache, size_t place, struct qn_span text,
                     const struct load *load, struct qn_err *reterr)
{
    struct qn_model *model = NULL;
    int rc = text.len > 0 && text.data[0] == '{'
                 ? qn_model_from_json(&model, text, reterr)
                 : qn_model_load(&model, load->pg, load->datasource, 0, reterr);

    if (rc == QN_OK) {
        qn_model_free(cache->kept[place].model);
        cache->kept[place].model = model;
    }
    return rc;
}

/* Unless it was read from the same text. */
static int keep_text(struct qn_model_cache *cache, size_t place, struct qn_span text,
                     const struct load *load, struct qn_err *reterr)
{
    char digest[QN_DIGEST_SIZE];
    int rc = qn_digest_text(text, digest, reterr);

    if (rc != QN_OK ||
        (cache->kept[place].model != NULL && strcmp(cache->kept[place].digest, digest) == 0)) {
        return rc;
    }
    rc = read_text(cache, place, text, load, reterr);
    if (rc == QN_OK) {
        memcpy(cache->kept[place].digest, digest, sizeof(digest));
    }
    return rc;
}

int qn_model_get(struct qn_model_cache *cache, struct qn_pg *pg, const char *datasource,
                 const struct qn_model **ret, enum qn_kv_from *ret_from, struct qn_err *reterr)
{
    struct load load = {.pg = pg, .datasource = datasource};
    enum qn_kv_from from = QN_KV_FROM_SOURCE;
    size_t place;
    struct qn_buf text;
    int rc;

    if (!qn_datasource_is_name(datasource)) {
        return qn_fail(reterr, QN_EINVAL, "not a datasource's name");
    }
    place = place_of(cache, datasource);
    qn_buf_init(&text, QN_MODEL_BYTES_MAX);
    rc = get_text(cache, &load, &text, &from, reterr);
    rc = rc == QN_OK ? keep_text(cache, place, (struct qn_span){text.data, text.len}, &load, reterr)
                     : rc;
    qn_buf_release(&text);
    if (rc != QN_OK) {
        return rc;
    }
    cache->kept[place].used = ++cache->clock;
    *ret = cache->kept[place].model;
    if (ret_from != NULL) {
        *ret_from = from;
    }
    return QN_OK;
}

int qn_model_forget(struct qn_kv *kv, const char *datasource, struct qn_err *reterr)
{
    return kv == NULL ? QN_OK : qn_kv_invalidate(kv, &qn_kv_kinds[QN_KV_MODEL], datasource, reterr);
}
