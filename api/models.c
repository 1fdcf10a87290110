#include "models.h"
#include "common/inside.h"
#include "common/json.h"
#include "common/str.h"
#include "digest.h"
#include "request.h"
#include "routes.h"
#include "server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LISTED_MAX 1000
#define TRIES      3 /* versions may go while one is looked for */
#define PATH_SIZE  (API_MODEL_NAME_MAX + 192)

/* ---- the index ---- */

static int not_published(const char *name, struct api_fault *fault)
{
    return api_fault_set(fault, API_NO_SUCH_MODEL, NULL,
                         "no model of a datasource \"%.64s\" is published: quern datasource list "
                         "shows datasources, POST /v1/metadata/analyses analyses one",
                         name);
}

static int fault_of(const struct qn_err *err, struct api_fault *fault)
{
    return api_fault_set(fault, err->code == QN_ENOMEM ? API_INTERNAL : API_ARTIFACTS_AWAY, NULL,
                         "%s", err->msg);
}

/* Into an empty buffer of API_MODEL_INDEX_MAX; QN_ENOTFOUND with a fault too. */
static int read_index(const struct api_server *server, const char *name, struct qn_buf *out,
                      struct api_fault *fault)
{
    char path[PATH_SIZE];
    struct qn_err err = {0};
    enum qn_json_type type;
    if (!api_model_name_ok(name))
        return not_published(name, fault);
    snprintf(path, sizeof(path), "models/%s/index.json", name);
    int rc = qn_inside_read(server->artifact_dir, path, out, &err);
    if (rc == QN_ENOTFOUND)
        return not_published(name, fault);
    if (rc < 0 && rc != QN_ELIMIT)
        return fault_of(&err, fault);
    if (rc == QN_ELIMIT || qn_json_check(out->data, out->len, &type, NULL) != QN_OK ||
        type != QN_JSON_OBJECT)
        return api_fault_set(fault, API_INTERNAL, NULL, "the index of the model is damaged");
    return QN_OK;
}

/* ---- one version ---- */

struct wanted {
    const char *name;
    const char *which;
    const struct api_model_form *form;
};

static int read_wanted(struct api_request *req, struct wanted *wanted, struct api_fault *fault)
{
    const char *format = api_request_query(req, "format");
    const char *which = api_request_query(req, "version");
    wanted->name = req->match.params[0];
    wanted->which = which ? which : "current";
    wanted->form =
        format ? api_model_form(format) : api_model_accepted(api_request_header(req, "Accept"));
    if (!wanted->form)
        return api_fault_set(fault, API_BAD_QUERY, "format",
                             "format must be json, yaml, markdown, mermaid or html");
    return QN_OK;
}

/* *ret_fd -1: the client has it already. QN_EAGAIN: the file went after the index was read. */
static int find_model(struct api_request *req, const struct wanted *wanted, struct api_model *model,
                      int *ret_fd, struct api_fault *fault)
{
    char path[PATH_SIZE], etag[API_MODEL_ETAG_SIZE];
    struct qn_err err = {0};
    struct qn_buf index;
    qn_buf_init(&index, API_MODEL_INDEX_MAX);
    int rc = read_index(req->server, wanted->name, &index, fault);
    if (rc == QN_OK)
        rc = api_model_pick((struct qn_span){index.data, index.len}, wanted->which, model, fault);
    qn_buf_release(&index);
    model->entry = (struct qn_span){NULL, 0};
    *ret_fd = -1;
    if (rc < 0)
        return rc;
    api_model_etag(model, wanted->form, etag);
    if (api_etag_matches(api_request_header(req, "If-None-Match"), etag))
        return QN_OK;
    snprintf(path, sizeof(path), "models/%s/%lld.%s", wanted->name, (long long)model->version,
             wanted->form->suffix);
    rc = qn_inside_open(req->server->artifact_dir, path, ret_fd, &req->response.file_bytes, &err);
    if (rc == QN_OK)
        return QN_OK;
    if (rc != QN_ENOTFOUND)
        return fault_of(&err, fault);
    api_fault_set(fault, API_NO_SUCH_MODEL, NULL, "version %lld of %s is not published as %s",
                  (long long)model->version, wanted->name, wanted->form->name);
    return QN_EAGAIN;
}

static void add_headers(struct api_request *req, const struct wanted *wanted,
                        const struct api_model *model)
{
    const struct api_model_form *form = wanted->form;
    char etag[API_MODEL_ETAG_SIZE], text[2 * PATH_SIZE];
    long long version = (long long)model->version;
    api_model_etag(model, form, etag);
    api_response_header(req, "ETag", etag);
    api_response_header(req, "Vary", "Accept");
    snprintf(text, sizeof(text), "/v1/models/%s?version=%lld&format=%s", wanted->name, version,
             form->name);
    api_response_header(req, "Content-Location", text);
    snprintf(text, sizeof(text), "inline; filename=\"%s-%lld.%s\"", wanted->name, version,
             form->suffix);
    api_response_header(req, "Content-Disposition", text);
}

static void answer_model(struct api_request *req, const struct wanted *wanted,
                         const struct api_model *model, int fd)
{
    struct api_response *response = &req->response;
    response->stored = true;
    add_headers(req, wanted, model);
    if (fd < 0) {
        api_response_text(req, 304, NULL, "", 0);
    } else {
        response->status = 200;
        response->type = wanted->form->type;
        response->file_fd = fd;
    }
    api_respond(req);
}

void api_models_get(struct api_request *req)
{
    struct wanted wanted;
    struct api_model model = {0};
    struct api_fault fault;
    int fd = -1;
    int rc = read_wanted(req, &wanted, &fault);
    if (rc == QN_OK)
        rc = QN_EAGAIN;
    for (int i = 0; rc == QN_EAGAIN && i < TRIES; i++)
        rc = find_model(req, &wanted, &model, &fd, &fault);
    if (rc < 0)
        api_respond_fault(req, &fault);
    else
        answer_model(req, &wanted, &model, fd);
}

/* ---- its versions ---- */

void api_models_versions(struct api_request *req)
{
    struct qn_buf index;
    struct api_fault fault;
    char etag[API_ETAG_SIZE];
    qn_buf_init(&index, API_MODEL_INDEX_MAX);
    int rc = read_index(req->server, req->match.params[0], &index, &fault);
    if (rc == QN_OK && api_etag((struct qn_span){index.data, index.len}, etag) < 0)
        rc = api_fault_set(&fault, API_INTERNAL, NULL, "out of memory");
    if (rc < 0) {
        api_respond_fault(req, &fault);
    } else {
        bool known = api_etag_matches(api_request_header(req, "If-None-Match"), etag);
        req->response.stored = true;
        api_response_header(req, "ETag", etag);
        api_response_text(req, known ? 304 : 200, known ? NULL : "application/json", index.data,
                          known ? 0 : index.len);
        api_respond(req);
    }
    qn_buf_release(&index);
}

/* ---- all of them ---- */

struct names {
    char all[LISTED_MAX][API_MODEL_NAME_MAX + 1];
    size_t n;
};

static bool keep_name(void *arg, const char *name)
{
    struct names *names = arg;
    if (api_model_name_ok(name))
        qn_str_copy(names->all[names->n++], sizeof(names->all[0]), name);
    return names->n < LISTED_MAX;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* One that is being taken away is passed over, one that makes no sense told by its name. */
static void add_row(const struct api_server *server, const char *name, struct qn_buf *out)
{
    struct qn_buf index;
    struct api_fault fault;
    size_t before = out->len;
    const char *comma = out->data[out->len - 1] == '[' ? "" : ",";
    qn_buf_init(&index, API_MODEL_INDEX_MAX);
    qn_buf_add_str(out, comma);
    int rc = read_index(server, name, &index, &fault);
    if (rc < 0 && fault.problem == API_NO_SUCH_MODEL) {
        qn_buf_cut(out, before);
    } else if (rc < 0 || !api_model_row((struct qn_span){index.data, index.len}, name, out)) {
        qn_buf_add_str(out, "{\"datasource\":");
        qn_json_add_str(out, name);
        qn_buf_add_str(out, ",\"error\":");
        qn_json_add_str(out, rc < 0 ? fault.detail : "the index of the model is damaged");
        qn_buf_add_byte(out, '}');
    }
    qn_buf_release(&index);
}

static void add_rows(const struct api_server *server, struct names *names, struct qn_buf *out)
{
    qsort(names->all, names->n, sizeof(names->all[0]), by_name);
    qn_buf_add_str(out, "{\"models\":[");
    for (size_t i = 0; i < names->n; i++)
        add_row(server, names->all[i], out);
    qn_buf_add_str(out, "]}");
}

void api_models_list(struct api_request *req)
{
    struct names names = {.n = 0};
    struct api_fault fault;
    struct qn_err err = {0};
    int rc = qn_inside_each(req->server->artifact_dir, "models", keep_name, &names, &err);
    if (rc < 0 && rc != QN_ENOTFOUND) {
        fault_of(&err, &fault);
        api_respond_fault(req, &fault);
        return;
    }
    add_rows(req->server, &names, api_response_json(req, 200));
    api_respond(req);
}
