/* route.h - which handler for which path. Pure.
 *
 * The table (routes.c) is sorted by nothing and searched from the start: a dozen
 * and a half of rows. A pattern's `{}` takes one segment. Segments are compared
 * after percent-decoding; one that decodes to a slash, a control character or
 * not at all matches nothing.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <quern/err.h>
#include <stddef.h>

struct api_request;
typedef void api_handler_fn(struct api_request *req);

enum api_method {
    API_GET = 1, /* HEAD too */
    API_POST = 2,
    API_DELETE = 4,
    API_PUT = 8,
};

/* What a later rate limit counts together. A probe and a file are answered without the broker. */
enum api_class { API_CLASS_PROBE, API_CLASS_FILE, API_CLASS_READ, API_CLASS_WRITE };

enum api_body { API_NO_BODY, API_JSON_BODY };

struct api_route {
    enum api_method method;
    const char *pattern; /* "/v1/jobs/{}/result" */
    const char *shown;   /* "/v1/jobs/{id}/result": for logs */
    api_handler_fn *handler;
    enum api_body body;
    enum api_class class_;
    const char *query; /* names of its query parameters, between blanks; "" none */
};

#define API_PARAMS_MAX 2
#define API_PARAM_SIZE 128

struct api_match {
    char params[API_PARAMS_MAX][API_PARAM_SIZE]; /* decoded */
    unsigned allowed;                            /* methods of the rows with this path */
};

extern const struct api_route api_routes[];
extern const size_t api_routes_n;

/* 0 for a method that no route has. */
enum api_method api_method_parse(const char *method);

/* The row, or NULL: then ret->allowed tells whether the path exists (405) or not
 * (404). */
const struct api_route *api_route_find(const struct api_route *table, size_t n,
                                       enum api_method method, const char *path,
                                       struct api_match *ret);

/* "GET, HEAD, POST" for an Allow header. */
#define API_ALLOW_SIZE 48
void api_route_allow(unsigned allowed, char out[API_ALLOW_SIZE]);

/* Whether name is one of the words of list. */
bool api_route_takes_query(const struct api_route *route, const char *name);

#endif
