#include "models.h"
#include "common/inside.h"
#include "common/json.h"
#include "common/str.h"
#include "digest.h"
#include "request.h"
#include "routes.h"
#include "server.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_DEFAULT 50
#define LIMIT_MAX     100
#define TRIES         3 /* versions may go while one is looked for */
#define PATH_SIZE     (API_MODEL_NAME_MAX + 192)

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

struct found {
    struct api_model model;
    int fd; /* of its file */
    int64_t bytes;
    char etag[API_MODEL_ETAG_SIZE];
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

/* QN_EAGAIN: the file went after the index was read. */
static int open_file(struct api_request *req, const struct wanted *wanted, struct found *found,
                     struct api_fault *fault)
{
    const struct api_model *model = &found->model;
    char path[PATH_SIZE];
    struct qn_err err = {0};
    snprintf(path, sizeof(path), "models/%s/%lld.%s", wanted->name, (long long)model->version,
             wanted->form->suffix);
    int rc = qn_inside_open(req->server->artifact_dir, path, &found->fd, &found->bytes, &err);
    if (rc == QN_OK) {
        api_model_etag(model, wanted->form, found->fd, found->etag);
        return QN_OK;
    }
    if (rc != QN_ENOTFOUND)
        return fault_of(&err, fault);
    api_fault_set(fault, API_NO_SUCH_MODEL, NULL, "version %lld of %s is not published as %s",
                  (long long)model->version, wanted->name, wanted->form->name);
    return QN_EAGAIN;
}

static int find_model(struct api_request *req, const struct wanted *wanted, struct found *found,
                      struct api_fault *fault)
{
    struct qn_buf index;
    qn_buf_init(&index, API_MODEL_INDEX_MAX);
    int rc = read_index(req->server, wanted->name, &index, fault);
    if (rc == QN_OK)
        rc = api_model_pick((struct qn_span){index.data, index.len}, wanted->which, &found->model,
                            fault);
    qn_buf_release(&index);
    found->model.entry = (struct qn_span){NULL, 0};
    return rc == QN_OK ? open_file(req, wanted, found, fault) : rc;
}

static void add_headers(struct api_request *req, const struct wanted *wanted,
                        const struct found *found)
{
    const struct api_model_form *form = wanted->form;
    char text[2 * PATH_SIZE];
    long long version = (long long)found->model.version;
    api_response_header(req, "ETag", found->etag);
    api_response_header(req, "Vary", "Accept");
    snprintf(text, sizeof(text), "/v1/models/%s?version=%lld&format=%s", wanted->name, version,
             form->name);
    api_response_header(req, "Content-Location", text);
    snprintf(text, sizeof(text), "inline; filename=\"%s-%lld.%s\"", wanted->name, version,
             form->suffix);
    api_response_header(req, "Content-Disposition", text);
}

/* Takes the file. */
static void answer_model(struct api_request *req, const struct wanted *wanted,
                         const struct found *found)
{
    struct api_response *response = &req->response;
    response->stored = true;
    add_headers(req, wanted, found);
    if (api_etag_matches(api_request_header(req, "If-None-Match"), found->etag)) {
        close(found->fd);
        api_response_text(req, 304, NULL, "", 0);
    } else {
        response->status = 200;
        response->type = wanted->form->type;
        response->file_fd = found->fd;
        response->file_bytes = found->bytes;
    }
    api_respond(req);
}

void api_models_get(struct api_request *req)
{
    struct wanted wanted;
    struct found found = {.fd = -1};
    struct api_fault fault;
    int rc = read_wanted(req, &wanted, &fault);
    if (rc == QN_OK)
        rc = QN_EAGAIN;
    for (int i = 0; rc == QN_EAGAIN && i < TRIES; i++)
        rc = find_model(req, &wanted, &found, &fault);
    if (rc < 0)
        api_respond_fault(req, &fault);
    else
        answer_model(req, &wanted, &found);
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

struct listing {
    const char *after; /* "" from the start */
    int64_t limit;
    char names[LIMIT_MAX + 1][API_MODEL_NAME_MAX + 1]; /* the first after it, in their order */
    size_t n;                                          /* limit + 1: there are more */
};

/* Of the names no more are kept than are shown, whatever their number. */
static bool keep_name(void *arg, const char *name)
{
    struct listing *listing = arg;
    size_t room = (size_t)listing->limit + 1;
    size_t at = listing->n;
    if (!api_model_name_ok(name) || strcmp(name, listing->after) <= 0)
        return true;
    while (at > 0 && strcmp(name, listing->names[at - 1]) < 0)
        at--;
    if (at == room)
        return true;
    size_t moved = (listing->n < room ? listing->n : room - 1) - at;
    memmove(listing->names[at + 1], listing->names[at], moved * sizeof(listing->names[0]));
    qn_str_copy(listing->names[at], sizeof(listing->names[0]), name);
    listing->n += listing->n < room;
    return true;
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

static void add_rows(const struct api_server *server, const struct listing *listing,
                     struct qn_buf *out)
{
    bool more = listing->n > (size_t)listing->limit;
    size_t n = more ? (size_t)listing->limit : listing->n;
    qn_buf_add_str(out, "{\"models\":[");
    for (size_t i = 0; i < n; i++)
        add_row(server, listing->names[i], out);
    qn_buf_add_str(out, "],\"next\":");
    if (more)
        qn_json_add_str(out, listing->names[n - 1]);
    else
        qn_buf_add_str(out, "null");
    qn_buf_add_byte(out, '}');
}

static int read_listing(struct api_request *req, struct listing *listing, struct api_fault *fault)
{
    const char *after = api_request_query(req, "cursor");
    const char *limit = api_request_query(req, "limit");
    listing->after = after ? after : "";
    listing->limit = LIMIT_DEFAULT;
    if (after && !api_model_name_ok(after))
        return api_fault_set(fault, API_BAD_QUERY, "cursor", "the cursor is not one of ours");
    if (limit && (qn_str_to_i64(limit, &listing->limit) < 0 || listing->limit < 1 ||
                  listing->limit > LIMIT_MAX))
        return api_fault_set(fault, API_BAD_QUERY, "limit", "limit must be 1 to %d", LIMIT_MAX);
    return QN_OK;
}

void api_models_list(struct api_request *req)
{
    struct listing listing = {.n = 0};
    struct api_fault fault;
    struct qn_err err = {0};
    int rc = read_listing(req, &listing, &fault);
    if (rc == QN_OK) {
        rc = qn_inside_each(req->server->artifact_dir, "models", keep_name, &listing, &err);
        rc = rc < 0 && rc != QN_ENOTFOUND ? fault_of(&err, &fault) : QN_OK;
    }
    if (rc < 0) {
        api_respond_fault(req, &fault);
        return;
    }
    add_rows(req->server, &listing, api_response_json(req, 200));
    api_respond(req);
}
