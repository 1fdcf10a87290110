/* models_change.c - models are changed by jobs: these doors make them. */
#include "body.h"
#include "common/json_member.h"
#include "enqueue.h"
#include "models.h"
#include "routes.h"
#include <string.h>

#define ROOM_MAX ((size_t)QN_ARGS_MAX + 1) /* one byte over what a job takes is told by it */

void api_metadata_analyses(struct api_request *req)
{
    api_enqueue_task(req, "metadata.analyze");
}

/* ---- metadata.review ---- */

/* Begins its arguments; the route's name and If-Match are checked. */
static int begin(struct api_request *req, struct qn_buf *out, struct api_fault *fault)
{
    const char *name = req->match.params[0];
    const char *if_match = api_request_header(req, "If-Match");
    char hash[API_MODEL_HASH_MAX + 1] = "";
    if (!api_model_name_ok(name))
        return api_fault_set(fault, API_NO_SUCH_MODEL, NULL,
                             "a datasource's name is 1-64 of [a-z0-9_-], a letter first");
    if (if_match && !api_model_if_match(if_match, hash))
        return api_fault_set(fault, API_BAD_HEADER, "If-Match",
                             "If-Match must be one ETag of the model, its hash in quotes, or *");
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "database", name);
    qn_json_member_text(out, "if_hash", hash);
    return QN_OK;
}

/* The arguments become the request's body: they live as long as it. */
static void send(struct api_request *req, struct qn_buf *args, const struct api_fault *fault)
{
    int rc = qn_buf_status(args);
    if (fault) {
        api_respond_fault(req, fault);
    } else if (rc == QN_ELIMIT || args->len > QN_ARGS_MAX) {
        api_respond_problem(req, API_TOO_LARGE, NULL, "a job takes arguments of %d bytes",
                            QN_ARGS_MAX);
    } else if (rc < 0) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
    } else {
        qn_buf_release(&req->body);
        req->body = *args;
        qn_buf_init(args, 0);
        api_enqueue_task(req, "metadata.review");
    }
    qn_buf_release(args);
}

static int count_member(void *arg, const struct qn_json_item *item, struct api_fault *fault)
{
    (void)item;
    (void)fault;
    ++*(size_t *)arg;
    return QN_OK;
}

void api_models_edits(struct api_request *req)
{
    struct qn_buf args;
    struct api_fault fault;
    size_t members = 0;
    qn_buf_init(&args, ROOM_MAX);
    int rc = begin(req, &args, &fault);
    if (rc == QN_OK)
        rc = api_body_members(req, count_member, &members, &fault);
    if (rc == QN_OK && members == 0)
        rc = api_fault_set(&fault, API_BAD_ARGUMENTS, NULL, "the edits say nothing");
    if (rc == QN_OK) {
        qn_json_add_key(&args, "edits");
        qn_buf_add(&args, req->body.data, req->body.len);
        qn_buf_add_byte(&args, '}');
    }
    send(req, &args, rc < 0 ? &fault : NULL);
}

static int take_version(void *arg, const struct qn_json_item *item, struct api_fault *fault)
{
    int64_t *version = arg;
    if (!qn_span_is(item->key, "version"))
        return api_body_unknown(item, fault);
    if (item->type != QN_JSON_NUMBER || !qn_json_is_integer(item->value, version) || *version < 1)
        return api_fault_set(fault, API_BAD_ARGUMENTS, "version",
                             "version must be a whole number from 1");
    return QN_OK;
}

void api_models_approvals(struct api_request *req)
{
    struct qn_buf args;
    struct api_fault fault;
    int64_t version = 0; /* the newest */
    qn_buf_init(&args, ROOM_MAX);
    int rc = begin(req, &args, &fault);
    if (rc == QN_OK && req->body.len > 0)
        rc = api_body_members(req, take_version, &version, &fault);
    if (rc == QN_OK) {
        qn_json_member_number(&args, "approve", version);
        qn_buf_add_byte(&args, '}');
    }
    send(req, &args, rc < 0 ? &fault : NULL);
}
