#include "request.h"
#include "common/mem.h"
#include "common/str.h"
#include <string.h>
#include <unistd.h>

void api_request_init(struct api_request *req, struct api_server *server)
{
    memset(req, 0, sizeof(*req));
    req->server = server;
    req->response.file_fd = -1;
    req->remote = "";
    qn_buf_init(&req->body, 0);
    qn_buf_init(&req->response.body, API_RESPONSE_MAX);
}

void api_request_release(struct api_request *req)
{
    if (req->free_state)
        req->free_state(req->state);
    for (size_t i = 0; i < req->response.n_headers; i++)
        qn_free(req->response.headers[i].value);
    if (req->response.file_fd >= 0)
        close(req->response.file_fd);
    qn_buf_release(&req->response.body);
    qn_buf_release(&req->body);
}

void api_response_header(struct api_request *req, const char *name, const char *value)
{
    struct api_response *response = &req->response;
    if (response->n_headers == API_HEADERS_MAX)
        return;
    char *copy = qn_strdup(value);
    if (copy)
        response->headers[response->n_headers++] = (struct api_header){name, copy};
}

void api_response_header_int(struct api_request *req, const char *name, int64_t value)
{
    char text[QN_I64_TEXT_SIZE];
    qn_i64_to_str(value, text);
    api_response_header(req, name, text);
}

struct qn_buf *api_response_json(struct api_request *req, int status)
{
    req->response.status = status;
    req->response.type = "application/json";
    qn_buf_reset(&req->response.body);
    return &req->response.body;
}

void api_response_text(struct api_request *req, int status, const char *type, const char *text,
                       size_t len)
{
    req->response.status = status;
    req->response.type = type;
    qn_buf_reset(&req->response.body);
    qn_buf_add(&req->response.body, text, len);
}
