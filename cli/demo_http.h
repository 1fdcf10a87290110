/* demo_http.h - the few requests that quern dev makes to its own quern-api: the one
 * wrapper of libcurl in this folder.
 */
#ifndef CLI_DEMO_HTTP_H
#define CLI_DEMO_HTTP_H

#include "common/buf.h"

#define CLI_ANSWER_MAX (4 * 1024 * 1024)

/* The status of a GET, 0 when there is no answer. */
long cli_http_status(const char *base, const char *path);
/* json NULL: GET, else POST. The body goes to ret_body, which the caller holds. */
QN_MUST_CHECK int cli_http_call(const char *base, const char *path, const char *json,
                                struct qn_buf *ret_body, long *ret_status, struct qn_err *reterr);
/* PUT, DELETE, ...; json NULL: no body. What it answers is not kept. */
QN_MUST_CHECK int cli_http_change(const char *base, const char *method, const char *path,
                                  const char *json, long *ret_status, struct qn_err *reterr);
/* A GET into a file that appears when it is whole. */
QN_MUST_CHECK int cli_http_download(const char *base, const char *path, const char *file,
                                    struct qn_err *reterr);

#endif
