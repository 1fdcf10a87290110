#include "artifacts.h"
#include "common/json.h"
#include "common/str.h"
#include "digest.h"
#include "longpoll.h"
#include "request.h"
#include "routes.h"
#include "server.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the record's entry ---- */

static bool text_member(struct qn_span object, const char *name, char *out, size_t size)
{
    struct qn_json_item item;
    struct qn_buf buf;
    if (!qn_json_find(object.data, object.len, name, &item) || item.type != QN_JSON_STRING)
        return false;
    qn_buf_init(&buf, size - 1);
    bool fits = qn_json_unescape(item.value, &buf) == QN_OK;
    if (fits)
        memcpy(out, buf.data, buf.len + 1);
    qn_buf_release(&buf);
    return fits;
}

static bool sha256_ok(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* "type/subtype" with parameters, nothing that could end a header. */
static bool media_type_ok(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789!#$&^_.+-/;= ";
    return text[strspn(text, allowed)] == '\0' && strchr(text, '/') && text[0] != '/';
}

static int read_entry(struct qn_span object, struct api_artifact *ret)
{
    struct qn_json_item size;
    if (!text_member(object, "sha256", ret->sha256, sizeof(ret->sha256)) ||
        !sha256_ok(ret->sha256) || !qn_json_find(object.data, object.len, "size", &size) ||
        size.type != QN_JSON_NUMBER || !qn_json_is_integer(size.value, &ret->bytes) ||
        ret->bytes < 0)
        return QN_ECORRUPT;
    if (!text_member(object, "type", ret->type, sizeof(ret->type)) || !media_type_ok(ret->type))
        qn_str_copy(ret->type, sizeof(ret->type), "application/octet-stream");
    return QN_OK;
}

int api_artifact_find(struct qn_span json, const char *name, struct api_artifact *ret)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    enum qn_json_type type;
    memset(ret, 0, sizeof(*ret));
    if (json.len == 0)
        return QN_ENOTFOUND;
    if (qn_json_check(json.data, json.len, &type, NULL) < 0 || type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, json.data, json.len) < 0)
        return QN_ECORRUPT;
    while (qn_json_walk_next(&walk, &item))
        if (item.type == QN_JSON_OBJECT &&
            text_member(item.value, "name", ret->name, sizeof(ret->name)) &&
            strcmp(ret->name, name) == 0)
            return read_entry(item.value, ret);
    return QN_ENOTFOUND;
}

/* ---- the file ---- */

static int check_file(int fd, const struct api_artifact *artifact, struct api_fault *fault)
{
    struct stat about;
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size == artifact->bytes)
        return QN_OK;
    return api_fault_set(fault, API_INTERNAL, NULL, "the stored file is not what was stored");
}

int api_artifact_open(const char *dir, const struct api_artifact *artifact, int *ret_fd,
                      struct api_fault *fault)
{
    int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return api_fault_set(fault, API_ARTIFACTS_AWAY, NULL, "%s", strerror(errno));
    char path[sizeof(artifact->sha256) + 3];
    snprintf(path, sizeof(path), "%.2s/%s", artifact->sha256, artifact->sha256);
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int why = errno;
    close(folder);
    if (fd < 0 && why == ENOENT)
        return api_fault_set(fault, API_NO_SUCH_ARTIFACT, NULL, "the file was removed");
    if (fd < 0)
        return api_fault_set(fault, API_ARTIFACTS_AWAY, NULL, "%s", strerror(why));
    int rc = check_file(fd, artifact, fault);
    if (rc < 0)
        close(fd);
    else
        *ret_fd = fd;
    return rc;
}

/* ---- the route ---- */

/* What a browser may show in place; all of it runs no script (the policy below). */
static bool shown_inline(const char *type)
{
    return qn_str_starts(type, "text/") || qn_str_starts(type, "image/") ||
           qn_str_starts(type, "application/json");
}

static void add_file_headers(struct api_request *req, const struct api_artifact *artifact,
                             const char *etag)
{
    char disposition[sizeof(artifact->name) + 40];
    snprintf(disposition, sizeof(disposition), "%s; filename=\"%s\"",
             shown_inline(artifact->type) ? "inline" : "attachment", artifact->name);
    api_response_header(req, "ETag", etag);
    api_response_header(req, "Content-Disposition", disposition);
}

static void send_file(struct api_request *req, const struct api_artifact *artifact)
{
    struct api_response *response = &req->response;
    struct api_fault fault;
    char etag[sizeof(artifact->sha256) + 2];
    int fd;
    if (api_artifact_open(req->server->artifact_dir, artifact, &fd, &fault) < 0) {
        api_respond_fault(req, &fault);
        return;
    }
    snprintf(etag, sizeof(etag), "\"%s\"", artifact->sha256);
    response->stored = true;
    add_file_headers(req, artifact, etag);
    if (api_etag_matches(api_request_header(req, "If-None-Match"), etag)) {
        close(fd);
        api_response_text(req, 304, NULL, "", 0);
    } else {
        response->status = 200;
        response->file_fd = fd;
        response->file_bytes = artifact->bytes;
        qn_str_copy(response->type_text, sizeof(response->type_text), artifact->type);
        response->type = response->type_text;
    }
    api_respond(req);
}

static void answer_artifact(struct api_request *req, const struct qn_job_info *info)
{
    struct api_artifact artifact;
    const char *name = req->match.params[1];
    struct qn_span json = {info->artifacts, strlen(info->artifacts)};
    int rc = api_artifact_find(json, name, &artifact);
    if (rc == QN_OK)
        send_file(req, &artifact);
    else if (rc == QN_ENOTFOUND)
        api_respond_problem(req, API_NO_SUCH_ARTIFACT, NULL, "job %s has no artifact \"%.100s\"",
                            info->id, name);
    else
        api_respond_problem(req, API_INTERNAL, NULL, "the record of the artifact is damaged");
}

void api_jobs_artifact(struct api_request *req)
{
    const char *name = req->match.params[1];
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";
    if (name[0] == '.' || strspn(name, allowed) != strlen(name) || strlen(name) > 100)
        api_respond_problem(req, API_NO_SUCH_ARTIFACT, NULL,
                            "a name is 1-100 of [A-Za-z0-9._-] and begins with no dot");
    else
        api_job_read(req, answer_artifact);
}
