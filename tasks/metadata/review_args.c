#include "review_args.h"

#include "common/json.h"
#include <string.h>

const struct qn_param review_params[] = {
    {.name = "database", .type = QN_STRING, .required = true, .doc = "a datasource's name"},
    {.name = "edits",
     .type = QN_OBJECT,
     .doc = "what people decided, merged into earlier edits; null takes one back"},
    {.name = "approve",
     .type = QN_INTEGER,
     .doc = "the version that answers questions from now on, 0: the newest"},
    {.name = "if_hash",
     .type = QN_STRING,
     .doc = "refuse when the newest version has another hash"},
    {.name = NULL},
};

static int read_text(const char *json, size_t len, const char *name, char *out, size_t size,
                     struct qn_err *reterr)
{
    struct qn_json_item item;
    struct qn_buf text;
    int rc;

    out[0] = '\0';
    if (!qn_json_find(json, len, name, &item) || item.type == QN_JSON_NULL) {
        return QN_OK;
    }
    qn_buf_init(&text, size - 1);
    rc = item.type == QN_JSON_STRING ? qn_json_unescape(item.value, &text) : QN_EINVAL;
    if (rc == QN_OK) {
        memcpy(out, text.data, text.len + 1);
    } else {
        rc =
            qn_fail(reterr, QN_EINVAL, "%s: must be a string of at most %zu bytes", name, size - 1);
    }
    qn_buf_release(&text);
    return rc;
}

static int read_approve(struct review_args *args, const char *json, size_t len,
                        struct qn_err *reterr)
{
    struct qn_json_item item;

    if (!qn_json_find(json, len, "approve", &item) || item.type == QN_JSON_NULL) {
        return QN_OK;
    }
    args->approve = true;
    if (item.type != QN_JSON_NUMBER || !qn_json_is_integer(item.value, &args->version) ||
        args->version < 0) {
        return qn_fail(reterr, QN_EINVAL, "approve: must be a version, or 0 for the newest");
    }
    return QN_OK;
}

static int read_edits(struct review_args *args, const char *json, size_t len, struct qn_err *reterr)
{
    struct qn_json_item item;

    if (!qn_json_find(json, len, "edits", &item) || item.type == QN_JSON_NULL) {
        return QN_OK;
    }
    args->edits = item.value;
    return item.type == QN_JSON_OBJECT ? QN_OK
                                       : qn_fail(reterr, QN_EINVAL, "edits: must be an object");
}

int review_args_parse(struct review_args *ret, const char *json, size_t len, struct qn_err *reterr)
{
    int rc;

    *ret = (struct review_args){.approve = false};
    rc = read_text(json, len, "database", ret->database, sizeof(ret->database), reterr);
    if (rc == QN_OK && !qn_datasource_is_name(ret->database)) {
        rc = qn_fail(reterr, QN_EINVAL, "database: must be a datasource's name");
    }
    if (rc == QN_OK) {
        rc = read_text(json, len, "if_hash", ret->if_hash, sizeof(ret->if_hash), reterr);
    }
    if (rc == QN_OK) {
        rc = read_approve(ret, json, len, reterr);
    }
    if (rc == QN_OK) {
        rc = read_edits(ret, json, len, reterr);
    }
    if (rc == QN_OK && !ret->approve && ret->edits.len == 0) {
        rc = qn_fail(reterr, QN_EINVAL, "edits or approve: one of them is required");
    }
    return rc;
}
