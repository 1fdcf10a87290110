#include "kv_key.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define GROUP_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-"

int qn_kv_kind_check(const struct qn_kv_kind *kind, struct qn_err *reterr)
{
    const int64_t times[] = {kind->l1_ms,    kind->l2_ms,    kind->hot_ms, kind->none_ms,
                             kind->grace_ms, kind->lease_ms, kind->wait_ms};

    if (kind->name == NULL || !qn_str_is_name(kind->name, QN_KV_KIND_SIZE - 1)) {
        return qn_fail(reterr, QN_EINVAL, "cache: the name of a kind is 1 to %d of [a-z0-9_-]",
                       QN_KV_KIND_SIZE - 1);
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (times[i] < 0 || times[i] > QN_KV_LIFE_MAX_MS) {
            return qn_fail(reterr, QN_EINVAL, "cache: %s: a time is below 0 or over %lld ms",
                           kind->name, (long long)QN_KV_LIFE_MAX_MS);
        }
    }
    if (kind->l1_ms > kind->l2_ms) {
        return qn_fail(reterr, QN_EINVAL, "cache: %s: l1_ms is over l2_ms", kind->name);
    }
    if (kind->l2_ms > 0 && kind->lease_ms == 0) {
        return qn_fail(reterr, QN_EINVAL, "cache: %s: lease_ms is missing", kind->name);
    }
    return QN_OK;
}

int qn_kv_version_key(char out[QN_KV_NAME_SIZE], const char *ns, const char *kind,
                      const char *group, struct qn_err *reterr)
{
    size_t len = group != NULL ? strspn(group, GROUP_BYTES) : 1;

    if (len == 0 || len > QN_KV_GROUP_MAX || (group != NULL && group[len] != '\0')) {
        return qn_fail(reterr, QN_EINVAL, "cache: a group is 1 to %d of [A-Za-z0-9._:-]",
                       QN_KV_GROUP_MAX);
    }
    snprintf(out, QN_KV_NAME_SIZE, "%s:kv-version:%s%s%s", ns, kind, group != NULL ? ":" : "",
             group != NULL ? group : "");
    return QN_OK;
}

/* Each part with its length before it: no two lists give the same bytes. */
static void add_part(struct qn_buf *bytes, struct qn_span part)
{
    qn_buf_add_varint(bytes, part.len);
    qn_buf_add(bytes, part.data, part.len);
}

static int make_id(struct qn_kv_key *key, const struct qn_kv_request *request,
                   struct qn_err *reterr)
{
    struct qn_buf bytes;
    int rc;

    if (request->n_parts > QN_KV_PARTS_MAX) {
        return qn_fail(reterr, QN_EINVAL, "cache: %s: more than %d parts", key->kind,
                       QN_KV_PARTS_MAX);
    }
    qn_buf_init(&bytes, QN_KV_PARTS_BYTES);
    add_part(&bytes, (struct qn_span){key->kind, strlen(key->kind)});
    add_part(&bytes, (struct qn_span){key->group, strlen(key->group)});
    for (size_t i = 0; i < request->n_parts; i++) {
        add_part(&bytes, request->parts[i]);
    }
    rc = qn_buf_status(&bytes);
    if (rc == QN_ELIMIT) {
        rc = qn_fail(reterr, QN_EINVAL, "cache: %s: the parts have more than %zu bytes", key->kind,
                     QN_KV_PARTS_BYTES);
    } else if (rc != QN_OK) {
        rc = qn_fail(reterr, rc, "cache: no memory for a key");
    } else {
        rc = qn_digest_text((struct qn_span){bytes.data, bytes.len}, key->id, reterr);
    }
    qn_buf_release(&bytes);
    return rc;
}

int qn_kv_key_make(struct qn_kv_key *ret, const char *ns, const struct qn_kv_request *request,
                   struct qn_err *reterr)
{
    int rc = qn_kv_kind_check(request->kind, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    qn_str_copy(ret->kind, sizeof(ret->kind), request->kind->name);
    rc = qn_kv_version_key(ret->kind_version, ns, ret->kind, NULL, reterr);
    if (rc == QN_OK) {
        rc = qn_kv_version_key(ret->group_version, ns, ret->kind, request->group, reterr);
    }
    if (rc == QN_OK) {
        qn_str_copy(ret->group, sizeof(ret->group), request->group != NULL ? request->group : "");
        rc = make_id(ret, request, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    snprintf(ret->entry, sizeof(ret->entry), "%s:kv:%s:%s", ns, ret->kind, ret->id);
    snprintf(ret->lock, sizeof(ret->lock), "%s:lock", ret->entry);
    snprintf(ret->wake, sizeof(ret->wake), "%s:wake", ret->entry);
    return QN_OK;
}
