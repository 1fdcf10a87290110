/* http.h - the one way out for HTTP: a client through libcurl that can always be stopped.
 *
 * A struct qn_http keeps its connections open between requests; one per process is enough. It
 * does one request at a time and waits with poll, on the connection and on the job's stop fd:
 * when that becomes readable the request ends at once.
 *
 * All of it is bounded: time to connect, to the first byte, between bytes and in all; bytes of
 * the answer, counted after they were unpacked. No redirect is followed, no proxy of the
 * environment used, certificates are verified.
 *
 * Errors: QN_OK for any status; QN_EINVAL for an URL that is none; QN_ECONN when nobody could be
 * reached, TLS failed or the connection broke before an answer; QN_EPROTO for an answer that
 * broke off or is no HTTP; QN_ETIMEOUT for one of the times; QN_ELOST for the stop; QN_ELIMIT
 * for too many bytes, also when on_bytes refused some. No text ever holds a header of the request
 * or the password of a proxy.
 *
 * Not here: whether to try again; what the bytes mean (llm/).
 */
#ifndef TASKS_LIB_HTTP_H
#define TASKS_LIB_HTTP_H

#include "common/buf.h"

#define QN_HTTP_HEADERS_MAX 16
#define QN_HTTP_WORD_SIZE   64

struct qn_http;

struct qn_http_options {
    const char *ca_file; /* PEM; NULL or "": the system's authorities; copied */
    const char *proxy;   /* http://..., NULL or "": none; copied */
};
/* Connects to nobody. Uses curl_global_init, once in a process. */
QN_MUST_CHECK int qn_http_create(struct qn_http **ret, const struct qn_http_options *options,
                                 struct qn_err *reterr);
void qn_http_free(struct qn_http *http); /* NULL is fine */

/* http:// or https://, with a host, without user, query and fragment. */
QN_MUST_CHECK int qn_http_url_check(const char *url, struct qn_err *reterr);

/* Returns QN_OK, or anything else to end the request. */
typedef int qn_http_bytes_fn(void *arg, struct qn_span bytes);

/* All times in ms from the start, but idle_ms, which is from the last byte. */
struct qn_http_request {
    const char *url;
    const char *const *headers; /* "Name: value" */
    size_t n_headers;           /* at most QN_HTTP_HEADERS_MAX */
    const struct qn_span *body; /* of a POST; NULL: GET */
    int stop_fd;                /* -1: none */
    int64_t connect_ms, first_byte_ms, idle_ms, total_ms;
    size_t answer_max;
    /* Not NULL: bytes of an answer with status 200 go there instead of into the body. */
    qn_http_bytes_fn *on_bytes;
    void *arg;
};

struct qn_http_answer {
    int status;                           /* 0: none came */
    char content_type[QN_HTTP_WORD_SIZE]; /* lower case; "" none */
    char retry_after[QN_HTTP_WORD_SIZE];  /* as it came; "" none */
    int64_t first_byte_ms, took_ms;
    struct qn_buf body; /* also of an answer that broke off */
};
/* Fills *ret in any case; release it in any case. */
QN_MUST_CHECK int qn_http_do(struct qn_http *http, const struct qn_http_request *request,
                             struct qn_http_answer *ret, struct qn_err *reterr);
void qn_http_answer_release(struct qn_http_answer *answer); /* zeroed is fine */

#endif
