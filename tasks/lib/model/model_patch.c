#include "model_patch.h"

#include "common/json.h"
#include "common/mem.h"
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX ((size_t)64 * 1024 * 1024)

static const struct qn_json_item nothing = {.value = {"{}", 2}, .type = QN_JSON_OBJECT};

/* ---- the members of an object ---- */

struct member {
    struct qn_json_item item;
    struct qn_span key; /* after its escapes: by that they are compared */
    size_t end;         /* of the key, in keys */
};

struct members {
    struct member *all; /* in their order */
    const struct member **sorted;
    size_t n;
    struct qn_buf keys;
};

static void release(struct members *members)
{
    qn_buf_release(&members->keys);
    qn_free(members->all);
    qn_free(members->sorted);
}

static int compare(struct qn_span a, struct qn_span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.data, b.data, len) : 0;

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_key(const void *a, const void *b)
{
    return compare((*(const struct member *const *)a)->key,
                   (*(const struct member *const *)b)->key);
}

static int count(struct qn_span object, size_t *ret_n)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = qn_json_walk_init(&walk, object.data, object.len);

    *ret_n = 0;
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        rc = ++*ret_n > QN_MODEL_PATCH_MEMBERS_MAX ? QN_ELIMIT : QN_OK;
    }
    return rc;
}

static int fill(struct members *members, struct qn_span object)
{
    struct qn_json_walk walk;
    struct member *member = members->all;
    int rc = qn_json_walk_init(&walk, object.data, object.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &member->item)) {
        rc = qn_json_unescape(member->item.key, &members->keys);
        member->end = members->keys.len;
        member++;
    }
    return rc;
}

/* Of the keys, which stay where they are now. */
static void sort(struct members *members)
{
    size_t begin = 0;

    for (size_t i = 0; i < members->n; i++) {
        struct member *member = &members->all[i];

        member->key = (struct qn_span){members->keys.data + begin, member->end - begin};
        begin = member->end;
        members->sorted[i] = member;
    }
    qsort(members->sorted, members->n, sizeof(*members->sorted), by_key);
}

/* To be released, whatever comes. */
static int read_members(struct members *members, struct qn_span object)
{
    int rc = count(object, &members->n);

    members->all = NULL;
    members->sorted = NULL;
    qn_buf_init(&members->keys, KEYS_MAX);
    if (rc == QN_OK) {
        members->all = qn_zalloc(members->n + 1, sizeof(*members->all));
        members->sorted = qn_zalloc(members->n + 1, sizeof(*members->sorted));
        rc = members->all != NULL && members->sorted != NULL ? fill(members, object) : QN_ENOMEM;
    }
    if (rc == QN_OK) {
        sort(members);
    }
    return rc;
}

static const struct qn_json_item *find(const struct members *members, const struct member *like)
{
    const struct member *const *found =
        bsearch(&like, members->sorted, members->n, sizeof(*members->sorted), by_key);

    return found != NULL ? &(*found)->item : NULL;
}

/* ---- merging ---- */

static void add_key(struct qn_buf *out, struct qn_span escaped_key)
{
    if (out->data[out->len - 1] != '{') {
        qn_buf_add_byte(out, ',');
    }
    qn_buf_add_byte(out, '"');
    qn_buf_add(out, escaped_key.data, escaped_key.len);
    qn_buf_add_str(out, "\":");
}

static int merge(const struct qn_json_item *target, const struct qn_json_item *patch,
                 struct qn_buf *out);

/* Members of the target, as the patch leaves them. */
static int merge_old(const struct members *target, const struct members *patch, struct qn_buf *out)
{
    int rc = QN_OK;

    for (size_t i = 0; rc == QN_OK && i < target->n; i++) {
        const struct qn_json_item *old = &target->all[i].item;
        const struct qn_json_item *new = find(patch, &target->all[i]);

        if (new != NULL &&new->type == QN_JSON_NULL) {
            continue;
        }
        add_key(out, old->key);
        rc = new != NULL ? merge(old, new, out) : qn_buf_add(out, old->value.data, old->value.len);
    }
    return rc;
}

/* Members that only the patch has. */
static int merge_new(const struct members *target, const struct members *patch, struct qn_buf *out)
{
    int rc = QN_OK;

    for (size_t i = 0; rc == QN_OK && i < patch->n; i++) {
        const struct qn_json_item *new = &patch->all[i].item;

        if (new->type != QN_JSON_NULL && find(target, &patch->all[i]) == NULL) {
            add_key(out, new->key);
            rc = merge(&nothing, new, out);
        }
    }
    return rc;
}

/* No deeper than QN_JSON_DEPTH_MAX: both passed the check. */
static int merge(const struct qn_json_item *target, const struct qn_json_item *patch,
                 struct qn_buf *out)
{
    const struct qn_json_item *base = target->type == QN_JSON_OBJECT ? target : &nothing;
    struct members old, new;
    int rc;

    if (patch->type != QN_JSON_OBJECT) {
        return qn_buf_add(out, patch->value.data, patch->value.len);
    }
    qn_buf_add_byte(out, '{');
    rc = read_members(&old, base->value);
    if (rc == QN_OK) {
        rc = read_members(&new, patch->value);
        if (rc == QN_OK) {
            rc = merge_old(&old, &new, out);
        }
        if (rc == QN_OK) {
            rc = merge_new(&old, &new, out);
        }
        release(&new);
    }
    release(&old);
    qn_buf_add_byte(out, '}');
    return rc;
}

static int check(const char *what, struct qn_span text, struct qn_json_item *ret,
                 struct qn_err *reterr)
{
    struct qn_err why = {0};
    int rc = qn_json_check(text.data, text.len, &ret->type, &why);

    ret->value = text;
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "%s: %s", what, why.msg);
}

int qn_model_patch(struct qn_span target, struct qn_span patch, struct qn_buf *out,
                   struct qn_err *reterr)
{
    struct qn_json_item old, new;
    int rc = check("what is to be changed", target, &old, reterr);

    if (rc == QN_OK) {
        rc = check("the change", patch, &new, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    rc = merge(&old, &new, out);
    if (rc == QN_ELIMIT && qn_buf_status(out) == QN_OK) {
        return qn_fail(reterr, rc,
                       "an object of the change, or of what it changes, has more than "
                       "%d members",
                       QN_MODEL_PATCH_MEMBERS_MAX);
    }
    if (rc == QN_OK) {
        rc = qn_buf_status(out);
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the changed document: %s", qn_err_text(rc));
}
