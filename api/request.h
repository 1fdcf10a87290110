/* request.h - one HTTP request and its answer, as handlers see them.
 *
 * http.c makes a request when its head is in, hands it to a handler when its
 * body is in, and keeps it until the answer is sent. A handler leads to exactly
 * one api_respond(), at once or later from a reply of the broker; the request
 * stays alive until then, also when the client has left.
 *
 * Not here: sockets and framing (http.h), which handler (route.h), the text of
 * errors (problem.h).
 */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include "api/route.h"
#include "common/buf.h"
#include <quern/client.h>

#define API_HEADERS_MAX  8
#define API_RESPONSE_MAX (8 * 1024 * 1024) /* bytes of a body made in memory */

struct api_server;
struct api_http;

struct api_header {
    const char *name; /* static text */
    char *value;      /* owned */
};

struct api_response {
    int status;
    const char *type;   /* owned by type_text, or static */
    struct qn_buf body; /* unless a file */
    int file_fd;        /* -1: none; closed when sent */
    int64_t file_bytes; /* of the body, once it is on its way */
    bool stored;        /* a file: may be kept, and asked for again by its tag */
    struct api_header headers[API_HEADERS_MAX];
    size_t n_headers;
    char type_text[128];
};

/* The http side's part of a request. */
struct api_exchange {
    struct api_http *http;
    void *connection;
    bool suspended;
    bool has_body;
    bool discard; /* answered before its body was in: the connection ends */
    bool sent;    /* the answer is handed over */
};

struct api_request {
    struct api_server *server; /* borrowed */
    const struct api_route *route;
    const char *method; /* as it came */
    const char *path;   /* still percent-encoded */
    struct api_match match;
    struct qn_buf body;
    char id[QN_REQUEST_ID_MAX + 1];
    const char *remote; /* the client's address, the connection's */
    int64_t started_mono_ms;
    bool answered;
    bool dispatched;
    bool gone;      /* the client left while it waited: nobody reads the answer */
    bool no_length; /* its body comes without a length */
    int64_t length; /* of its body as announced, 0 none */
    struct api_response response;
    void *state; /* the handler's, freed with the request by free_state */
    void (*free_state)(void *state);
    struct api_exchange exchange;
};

/* A header's value as it came, or NULL. Borrowed for the life of the request. */
const char *api_request_header(const struct api_request *req, const char *name);
/* A query parameter's value, still percent-encoded (none of ours needs it), "" for
 * one without, or NULL. */
const char *api_request_query(const struct api_request *req, const char *name);
/* Calls fn for each query parameter until it returns false. */
typedef bool api_query_fn(void *arg, const char *name);
void api_request_each_query(const struct api_request *req, api_query_fn *fn, void *arg);
/* The socket, to see the client leave. */
int api_request_fd(const struct api_request *req);

void api_request_init(struct api_request *req, struct api_server *server);
void api_request_release(struct api_request *req);

/* Building the answer. A header over API_HEADERS_MAX, or without memory, is left
 * out. */
void api_response_header(struct api_request *req, const char *name, const char *value);
void api_response_header_int(struct api_request *req, const char *name, int64_t value);
/* Begins a JSON answer: write into the buffer, then api_respond(). */
struct qn_buf *api_response_json(struct api_request *req, int status);
/* A whole answer from static or copied text. */
void api_response_text(struct api_request *req, int status, const char *type, const char *text,
                       size_t len);

/* The answer is complete. Once per request; the request may be gone afterwards. */
void api_respond(struct api_request *req);

#endif
