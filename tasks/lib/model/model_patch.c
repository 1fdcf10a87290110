#include "model_patch.h"

#include "common/json.h"

#define KEY_MAX ((size_t)64 * 1024 * 1024)

static const struct qn_json_item nothing = {.value = {"{}", 2}, .type = QN_JSON_OBJECT};

/* Keys are compared after their escapes. */
static int find(struct qn_span object, struct qn_span escaped_key, struct qn_json_item *ret,
                bool *ret_found)
{
    struct qn_buf key;
    int rc;

    qn_buf_init(&key, KEY_MAX);
    rc = qn_json_unescape(escaped_key, &key);
    if (rc == QN_OK) {
        *ret_found = qn_json_find(object.data, object.len, key.data, ret);
    }
    qn_buf_release(&key);
    return rc;
}

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
static int merge_old(struct qn_span target, struct qn_span patch, struct qn_buf *out)
{
    struct qn_json_walk walk;
    struct qn_json_item old, new;
    int rc = qn_json_walk_init(&walk, target.data, target.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &old)) {
        bool found = false;

        rc = find(patch, old.key, &new, &found);
        if (rc != QN_OK || (found && new.type == QN_JSON_NULL)) {
            continue;
        }
        add_key(out, old.key);
        rc = found ? merge(&old, &new, out) : qn_buf_add(out, old.value.data, old.value.len);
    }
    return rc;
}

/* Members that only the patch has. */
static int merge_new(struct qn_span target, struct qn_span patch, struct qn_buf *out)
{
    struct qn_json_walk walk;
    struct qn_json_item old, new;
    int rc = qn_json_walk_init(&walk, patch.data, patch.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &new)) {
        bool found = false;

        rc = find(target, new.key, &old, &found);
        if (rc != QN_OK || found || new.type == QN_JSON_NULL) {
            continue;
        }
        add_key(out, new.key);
        rc = merge(&nothing, &new, out);
    }
    return rc;
}

/* No deeper than QN_JSON_DEPTH_MAX: both passed the check. */
static int merge(const struct qn_json_item *target, const struct qn_json_item *patch,
                 struct qn_buf *out)
{
    const struct qn_json_item *base = target->type == QN_JSON_OBJECT ? target : &nothing;
    int rc;

    if (patch->type != QN_JSON_OBJECT) {
        return qn_buf_add(out, patch->value.data, patch->value.len);
    }
    qn_buf_add_byte(out, '{');
    rc = merge_old(base->value, patch->value, out);
    if (rc == QN_OK) {
        rc = merge_new(base->value, patch->value, out);
    }
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
    if (rc == QN_OK) {
        rc = qn_buf_status(out);
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the changed document: %s", qn_err_text(rc));
}
