#include "body.h"

int api_body_unknown(const struct qn_json_item *item, struct api_fault *fault)
{
    return api_fault_set(fault, API_BAD_ARGUMENTS, NULL, "there is no member \"%.*s\"",
                         item->key.len < 40 ? (int)item->key.len : 40, item->key.data);
}

int api_body_members(const struct api_request *req, api_member_fn *fn, void *arg,
                     struct api_fault *fault)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    enum qn_json_type type;
    struct qn_err err;
    int rc = QN_OK;
    if (qn_json_check(req->body.data, req->body.len, &type, &err) != QN_OK)
        return api_fault_set(fault, API_BAD_JSON, NULL, "%s", err.msg);
    if (type != QN_JSON_OBJECT || qn_json_walk_init(&walk, req->body.data, req->body.len) != QN_OK)
        return api_fault_set(fault, API_BAD_ARGUMENTS, NULL, "the body must be an object");
    while (rc == QN_OK && qn_json_walk_next(&walk, &item))
        rc = fn(arg, &item, fault);
    return rc;
}
