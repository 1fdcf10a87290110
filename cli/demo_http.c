#include "demo_http.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TIMEOUT_MS  30000L
#define STATUS_MS   1000L
#define URL_SIZE    1024
#define FILE_MAX_MB 64L

static size_t keep(char *bytes, size_t size, size_t n, void *arg)
{
    return qn_buf_add(arg, bytes, size * n) == QN_OK ? size * n : 0;
}

static size_t drop(char *bytes, size_t size, size_t n, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * n;
}

/* No proxy, no redirects: it is our own server on loopback. */
static CURL *prepare(const char *base, const char *path, long timeout_ms)
{
    char url[URL_SIZE];
    CURL *curl = curl_easy_init();
    int len = snprintf(url, sizeof(url), "%s%s", base, path);

    if (!curl || len < 0 || (size_t)len >= sizeof(url) ||
        curl_easy_setopt(curl, CURLOPT_URL, url) != CURLE_OK) {
        curl_easy_cleanup(curl);
        return NULL;
    }
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    return curl;
}

static int perform(CURL *curl, const char *path, long *ret_status, struct qn_err *reterr)
{
    CURLcode code = curl_easy_perform(curl);

    if (code != CURLE_OK)
        return qn_fail(reterr, QN_ECONN, "quern-api, %s: %s", path, curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    return QN_OK;
}

long cli_http_status(const char *base, const char *path)
{
    CURL *curl = prepare(base, path, STATUS_MS);
    long status = 0;

    if (curl && perform(curl, path, &status, NULL) != QN_OK)
        status = 0;
    curl_easy_cleanup(curl);
    return status;
}

/* curl may be NULL: out of memory. It is given back here. */
static int send_json(CURL *curl, const char *path, const char *json, long *ret_status,
                     struct qn_err *reterr)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    int rc = QN_ENOMEM;

    if (curl && headers) {
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, json ? headers : NULL);
        if (json)
            curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json);
        rc = perform(curl, path, ret_status, reterr);
    } else {
        qn_fail(reterr, rc, "out of memory");
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return rc;
}

int cli_http_call(const char *base, const char *path, const char *json, struct qn_buf *ret_body,
                  long *ret_status, struct qn_err *reterr)
{
    CURL *curl = prepare(base, path, TIMEOUT_MS);

    qn_buf_reset(ret_body);
    if (curl) {
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, ret_body);
    }
    return send_json(curl, path, json, ret_status, reterr);
}

int cli_http_change(const char *base, const char *method, const char *path, const char *json,
                    long *ret_status, struct qn_err *reterr)
{
    CURL *curl = prepare(base, path, TIMEOUT_MS);

    if (curl)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    return send_json(curl, path, json, ret_status, reterr);
}

static int download_to(CURL *curl, const char *path, FILE *out, struct qn_err *reterr)
{
    long status = 0;

    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, NULL); /* fwrite */
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, FILE_MAX_MB * 1024 * 1024);
    int rc = perform(curl, path, &status, reterr);
    if (rc == QN_OK && status != 200)
        rc = qn_fail(reterr, QN_EPROTO, "quern-api, %s: status %ld", path, status);
    return rc;
}

int cli_http_download(const char *base, const char *path, const char *file, struct qn_err *reterr)
{
    char part[URL_SIZE];
    CURL *curl = prepare(base, path, TIMEOUT_MS);
    FILE *out = NULL;
    int rc = QN_OK;

    if (snprintf(part, sizeof(part), "%s.part", file) >= (int)sizeof(part) || !curl)
        rc = qn_fail(reterr, QN_ELIMIT, "%s: the path is too long", file);
    if (rc == QN_OK && !(out = fopen(part, "we")))
        rc = qn_fail_sys(reterr, "%s", part);
    if (rc == QN_OK)
        rc = download_to(curl, path, out, reterr);
    if (out && fclose(out) != 0 && rc == QN_OK)
        rc = qn_fail_sys(reterr, "%s", part);
    if (rc == QN_OK && rename(part, file) < 0)
        rc = qn_fail_sys(reterr, "%s", file);
    if (rc != QN_OK && out)
        (void)unlink(part);
    curl_easy_cleanup(curl);
    return rc;
}
