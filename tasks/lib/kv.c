#include "kv.h"

#include "common/mem.h"
#include "common/str.h"
#include "kv_type.h"
#include <stdlib.h>
#include <string.h>

#define ANSWER_ROOM 65536 /* of an answer, beside the value */

/* ---- life ---- */

static int open_redis(struct qn_kv *kv, const struct qn_kv_options *options, struct qn_err *reterr)
{
    int64_t timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : QN_KV_TIMEOUT_MS;
    struct qn_rd_options redis = {
        .url = options->url,
        .name = "quern-cache",
        .connect_ms = timeout_ms,
        .timeout_ms = timeout_ms,
        .answer_max = kv->value_max + ANSWER_ROOM,
    };
    struct qn_err err;
    int rc;

    if (options->url == NULL || options->url[0] == '\0') {
        return QN_OK;
    }
    rc = qn_rd_create(&kv->rd, &redis, &err);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "cache-url: %.200s", err.msg);
}

int qn_kv_create(struct qn_kv **ret, const struct qn_kv_options *options, struct qn_err *reterr)
{
    struct qn_kv *kv;
    int rc;

    if (options->ns == NULL || !qn_str_is_name(options->ns, sizeof(kv->ns) - 1)) {
        return qn_fail(reterr, QN_EINVAL, "cache: a namespace is 1 to %zu of [a-z0-9_-]",
                       sizeof(kv->ns) - 1);
    }
    kv = qn_zalloc(1, sizeof(*kv));
    if (kv == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a cache");
    }
    qn_str_copy(kv->ns, sizeof(kv->ns), options->ns);
    kv->clock = options->clock != NULL ? options->clock : &qn_clock_system;
    kv->value_max = options->value_max > 0 ? options->value_max : QN_KV_VALUE_MAX;
    kv->stop_fd = -1;
    kv->on_trouble = options->on_trouble;
    kv->arg = options->arg;
    qn_kv_l1_init(&kv->l1, options->l1_entries > 0 ? options->l1_entries : QN_KV_L1_ENTRIES,
                  options->l1_bytes > 0 ? options->l1_bytes : QN_KV_L1_BYTES);
    rc = open_redis(kv, options, reterr);
    if (rc != QN_OK) {
        qn_kv_free(kv);
        return rc;
    }
    *ret = kv;
    return QN_OK;
}

int qn_kv_create_from_env(struct qn_kv **ret, const struct qn_kv_options *options,
                          struct qn_err *reterr)
{
    struct qn_kv_options all = *options;

    all.url = getenv("QUERN_CACHE_URL");
    all.ns = getenv("QUERN_NAMESPACE");
    if (all.ns == NULL) {
        return qn_fail(reterr, QN_EINVAL, "QUERN_NAMESPACE is not set");
    }
    return qn_kv_create(ret, &all, reterr);
}

void qn_kv_free(struct qn_kv *kv)
{
    if (kv == NULL) {
        return;
    }
    qn_rd_free(kv->rd);
    qn_kv_l1_release(&kv->l1);
    qn_free(kv);
}

void qn_kv_heed(struct qn_kv *kv, int stop_fd)
{
    kv->stop_fd = stop_fd;
    if (kv->rd != NULL) {
        qn_rd_heed(kv->rd, stop_fd);
    }
}

bool qn_kv_has_redis(const struct qn_kv *kv)
{
    return kv->rd != NULL;
}

/* ---- reading ---- */

/* Whether its versions still hold; without an answer they do. */
static bool is_trusted(struct qn_kv_ask *ask, struct qn_kv_l1_entry *near, int64_t now)
{
    struct qn_kv *kv = ask->kv;
    bool same;

    if (now < near->trust_until || !qn_kv_l2_ready(kv) ||
        !qn_kv_l2_verify(kv, &ask->key, near->versions, &same)) {
        return true;
    }
    near->trust_until = now + QN_KV_TRUST_MS;
    if (!same) {
        qn_kv_l1_remove(&kv->l1, ask->key.id);
    }
    return same;
}

/* The entry of L1 that is the answer, or NULL. */
static struct qn_kv_l1_entry *find_near(struct qn_kv_ask *ask)
{
    struct qn_kv *kv = ask->kv;
    int64_t now = qn_mono_ms(kv->clock);
    struct qn_kv_l1_entry *near;

    if (ask->request->kind->l1_ms == 0 || ask->request->force) {
        return NULL;
    }
    near = qn_kv_l1_find(&kv->l1, ask->key.id, now);
    if (near == NULL || now >= near->fresh_until || !is_trusted(ask, near, now)) {
        kv->counters.l1_misses++;
        return NULL;
    }
    kv->counters.l1_hits++;
    near->uses++;
    return near;
}

static int answer_near(struct qn_kv_ask *ask, const struct qn_kv_l1_entry *near)
{
    return near->none ? qn_kv_answer_none(ask, QN_KV_FROM_L1)
                      : qn_kv_answer(ask, QN_KV_FROM_L1, (struct qn_span){near->bytes, near->len});
}

int qn_kv_get(struct qn_kv *kv, const struct qn_kv_request *request, struct qn_buf *out,
              enum qn_kv_from *ret_from, struct qn_err *reterr)
{
    struct qn_kv_ask ask = {
        .kv = kv, .request = request, .out = out, .reterr = reterr, .waiting_since = -1};
    struct qn_kv_l1_entry *near;
    int rc = qn_kv_key_make(&ask.key, kv->ns, request, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    near = find_near(&ask);
    if (near != NULL) {
        rc = answer_near(&ask, near);
    } else {
        qn_buf_init(&ask.old, kv->value_max);
        rc = qn_kv_ask(&ask);
        qn_buf_release(&ask.old);
    }
    if (ret_from != NULL) {
        *ret_from = ask.from;
    }
    return rc;
}

/* ---- forgetting ---- */

int qn_kv_invalidate(struct qn_kv *kv, const struct qn_kv_kind *kind, const char *group,
                     struct qn_err *reterr)
{
    char key[QN_KV_NAME_SIZE];
    int rc = qn_kv_kind_check(kind, reterr);

    if (rc == QN_OK) {
        rc = qn_kv_version_key(key, kv->ns, kind->name, group, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    qn_kv_l1_forget(&kv->l1, kind->name, group);
    return kv->rd != NULL ? qn_kv_l2_set_version(kv, key, reterr) : QN_OK;
}

int qn_kv_drop(struct qn_kv *kv, const struct qn_kv_request *request, struct qn_err *reterr)
{
    struct qn_kv_key key;
    int rc = qn_kv_key_make(&key, kv->ns, request, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    qn_kv_l1_remove(&kv->l1, key.id);
    return kv->rd != NULL ? qn_kv_l2_unlink(kv, &key, reterr) : QN_OK;
}

/* ---- counting ---- */

const struct qn_kv_counters *qn_kv_counters(const struct qn_kv *kv)
{
    return &kv->counters;
}

size_t qn_kv_l1_entries(const struct qn_kv *kv)
{
    return kv->l1.n;
}

size_t qn_kv_l1_bytes(const struct qn_kv *kv)
{
    return kv->l1.bytes;
}
