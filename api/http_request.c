#include "common/id.h"
#include "common/mem.h"
#include "common/str.h"
#include "http_private.h"
#include "problem.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY_AT_ONCE (16 * 1024) /* what is announced gets room at once up to so much */

/* A stored file may be a page with its own styles and pictures; it runs nothing. */
#define STORED_POLICY "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

/* ---- what handlers ask ---- */

const char *api_request_header(const struct api_request *req, const char *name)
{
    return MHD_lookup_connection_value(req->exchange.connection, MHD_HEADER_KIND, name);
}

const char *api_request_query(const struct api_request *req, const char *name)
{
    const char *value = NULL;
    size_t len = 0;
    if (MHD_lookup_connection_value_n(req->exchange.connection, MHD_GET_ARGUMENT_KIND, name,
                                      strlen(name), &value, &len) != MHD_YES)
        return NULL;
    return value ? value : "";
}

struct query_walk {
    api_query_fn *fn;
    void *arg;
};

static enum MHD_Result each_query(void *arg, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    const struct query_walk *walk = arg;
    (void)kind;
    (void)value;
    return walk->fn(walk->arg, key) ? MHD_YES : MHD_NO;
}

void api_request_each_query(const struct api_request *req, api_query_fn *fn, void *arg)
{
    struct query_walk walk = {fn, arg};
    MHD_get_connection_values(req->exchange.connection, MHD_GET_ARGUMENT_KIND, each_query, &walk);
}

int api_request_fd(const struct api_request *req)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(req->exchange.connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* ---- from the head to the handler ---- */

static bool request_id_ok(const char *id)
{
    size_t len =
        id ? strspn(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-") : 0;
    return len > 0 && len <= QN_REQUEST_ID_MAX && id[len] == '\0';
}

static void name_request(struct api_request *req)
{
    const char *given = api_request_header(req, "X-Request-ID");
    if (request_id_ok(given)) {
        qn_str_copy(req->id, sizeof(req->id), given);
        return;
    }
    char made[QN_TOKEN_TEXT_SIZE];
    if (qn_token_make_from(&req->exchange.http->random, made, NULL) < 0)
        made[0] = '\0';
    qn_str_copy(req->id, sizeof(req->id), made);
}

/* "http://host/path", as a client of a proxy sends it. */
static const char *skip_authority(const char *url)
{
    if (!qn_str_starts(url, "http://"))
        return url;
    const char *path = strchr(url + sizeof("http://") - 1, '/');
    return path ? path : "/";
}

static struct api_request *open_request(struct api_http *http, struct MHD_Connection *connection,
                                        const char *method, const char *url)
{
    struct api_request *req = qn_alloc(sizeof(*req));
    if (!req)
        return NULL;
    api_request_init(req, http->options.server);
    req->exchange.http = http;
    req->exchange.connection = connection;
    req->method = method;
    req->path = skip_authority(url);
    req->started_mono_ms = qn_mono_ms(http->options.clock);
    qn_buf_init(&req->body, (size_t)http->options.max_body);
    name_request(req);
    req->remote = http_remote(connection);
    http->under_way++;
    return req;
}

static void judge_head(struct api_request *req, const char *version)
{
    struct api_http *http = req->exchange.http;
    const char *fault = http_judge_head(req, version);
    if (fault) {
        req->exchange.discard = true;
        api_respond_problem(req, API_BAD_REQUEST, NULL, "%s", fault);
    } else if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0) {
        req->exchange.discard = true;
        api_respond_problem(req, API_WRONG_VERSION, NULL, "this is %.16s", version);
    } else if (req->length > http->options.max_body) {
        api_respond_problem(req, API_TOO_LARGE, NULL, "%lld bytes; at most %lld are taken",
                            (long long)req->length, (long long)http->options.max_body);
    } else {
        http->options.admit(req);
    }
    if (req->answered && req->exchange.has_body)
        req->exchange.discard = true;
}

/* ---- the answer ---- */

static void free_body(void *block)
{
    qn_free(block);
}

static struct MHD_Response *make_response(struct api_response *response)
{
    if (response->file_fd >= 0) {
        int fd = response->file_fd;
        response->file_fd = -1;
        struct MHD_Response *made =
            MHD_create_response_from_fd64((uint64_t)response->file_bytes, fd);
        if (!made)
            close(fd);
        return made;
    }
    static char nothing[1];
    if (response->body.len == 0)
        return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    size_t len = 0;
    char *block = qn_buf_steal(&response->body, &len);
    if (!block)
        return NULL;
    response->file_bytes = (int64_t)len; /* for the log */
    struct MHD_Response *made =
        MHD_create_response_from_buffer_with_free_callback(len, block, free_body);
    if (!made)
        qn_free(block);
    return made;
}

static void add_headers(struct api_request *req, struct MHD_Response *made)
{
    const struct api_response *response = &req->response;
    if (response->type)
        MHD_add_response_header(made, "Content-Type", response->type);
    MHD_add_response_header(made, "Cache-Control",
                            response->stored ? "private, no-cache" : "no-store");
    MHD_add_response_header(made, "Content-Security-Policy",
                            response->stored ? STORED_POLICY : "default-src 'none'");
    MHD_add_response_header(made, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(made, "X-Request-ID", req->id);
    for (size_t i = 0; i < response->n_headers; i++)
        MHD_add_response_header(made, response->headers[i].name, response->headers[i].value);
    /* After chunks too: the library lets a bare LF end their lines, so where the
     * body ended may be seen another way in front of us. */
    if (req->exchange.discard || req->no_length || req->exchange.http->quiesced)
        MHD_add_response_header(made, "Connection", "close");
}

static enum MHD_Result send_answer(struct api_request *req)
{
    struct api_http *http = req->exchange.http;
    struct MHD_Connection *connection = req->exchange.connection;
    if (req->gone)
        return MHD_NO;
    struct MHD_Response *made = make_response(&req->response);
    if (!made)
        return MHD_NO;
    add_headers(req, made);
    http_deadline(http, connection, SEND_MS);
    req->exchange.sent = true;
    enum MHD_Result rc = MHD_queue_response(connection, (unsigned)req->response.status, made);
    MHD_destroy_response(made);
    return rc;
}

void api_respond(struct api_request *req)
{
    struct api_exchange *exchange = &req->exchange;
    if (req->answered)
        return;
    req->answered = true;
    if (qn_buf_status(&req->response.body) < 0) {
        qn_buf_reset(&req->response.body);
        req->response.status = 500;
    }
    if (!exchange->suspended)
        return;
    exchange->suspended = false;
    MHD_resume_connection(exchange->connection);
    http_run_soon(exchange->http);
}

/* The library takes no answer while a body comes in, so the head of this one is
 * written by hand; the connection ends with it. */
static enum MHD_Result refuse_chunks(struct api_request *req)
{
    struct api_http *http = req->exchange.http;
    char head[512];
    api_respond_problem(req, API_TOO_LARGE, NULL, "at most %lld bytes are taken",
                        (long long)http->options.max_body);
    struct qn_buf *body = &req->response.body;
    int len = snprintf(head, sizeof(head),
                       "HTTP/1.1 413 Content Too Large\r\nContent-Type: %s\r\n"
                       "Content-Length: %zu\r\nX-Request-ID: %s\r\nConnection: close\r\n\r\n",
                       req->response.type, body->len, req->id);
    int fd = api_request_fd(req);
    /* A socket that takes no few hundred bytes now has a client that reads nothing. */
    if (send(fd, head, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE) == len)
        (void)!send(fd, body->data, body->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    return MHD_NO;
}

/* ---- the library's calls ---- */

static enum MHD_Result on_head(struct api_http *http, struct MHD_Connection *connection,
                               struct api_request *req, const char *version)
{
    http_deadline(http, connection, BODY_MS);
    judge_head(req, version);
    /* An early answer ends the connection, which only a body makes necessary. */
    return req->exchange.discard ? send_answer(req) : MHD_YES;
}

static enum MHD_Result on_data(struct api_request *req, const char *data, size_t *data_size)
{
    size_t len = *data_size;
    *data_size = 0;
    if (req->answered)
        return MHD_YES;
    if (req->body.cap == 0 && req->length <= BODY_AT_ONCE)
        (void)qn_buf_reserve(&req->body, (size_t)req->length);
    int rc = qn_buf_add(&req->body, data, len);
    if (rc == QN_ELIMIT)
        return refuse_chunks(req);
    return rc == QN_OK ? MHD_YES : MHD_NO;
}

static void dispatch(struct api_request *req)
{
    if (!req->no_length && (int64_t)req->body.len != req->length) {
        req->exchange.discard = true; /* the library took the framing another way */
        api_respond_problem(req, API_BAD_REQUEST, NULL, "the body is not as long as announced");
        return;
    }
    req->exchange.http->options.dispatch(req);
}

static enum MHD_Result on_whole(struct api_http *http, struct MHD_Connection *connection,
                                struct api_request *req)
{
    if (req->exchange.sent)
        return MHD_YES;
    if (!req->answered && !req->dispatched) {
        req->dispatched = true;
        http_deadline(http, connection, NO_DEADLINE);
        dispatch(req);
    }
    if (req->answered)
        return send_answer(req);
    req->exchange.suspended = true;
    MHD_suspend_connection(connection);
    return MHD_YES;
}

enum MHD_Result http_on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *data_size, void **state)
{
    struct api_http *http = arg;
    struct api_request *req = *state;
    if (http_is_refused(connection))
        return MHD_NO;
    if (!req) {
        req = *state = open_request(http, connection, method, url);
        return req ? on_head(http, connection, req, version) : MHD_NO;
    }
    if (*data_size > 0)
        return on_data(req, data, data_size);
    return on_whole(http, connection, req);
}

void http_on_completed(void *arg, struct MHD_Connection *connection, void **state,
                       enum MHD_RequestTerminationCode why)
{
    struct api_http *http = arg;
    struct api_request *req = *state;
    if (!req)
        return;
    *state = NULL;
    http->under_way--;
    http_deadline(http, connection, IDLE_MS);
    http->options.done(req, why == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    api_request_release(req);
    qn_free(req);
}
