#include "http.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/str.h"
#include <ctype.h>
#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

#define POLL_MOST_MS 1000

struct qn_http {
    CURLM *multi; /* keeps the connections */
    CURL *easy;
};

/* One request. */
struct asking {
    const struct qn_http_request *request;
    struct qn_http_answer *answer;
    int64_t begin, last_byte; /* mono ms */
    size_t n_bytes;
    int refused; /* why bytes were not taken */
};

static int no_memory(struct qn_err *reterr)
{
    return qn_fail(reterr, QN_ENOMEM, "no memory for HTTP");
}

/* ---- URLs ---- */

static bool has_part(CURLU *url, CURLUPart what)
{
    char *part = NULL;
    bool has = curl_url_get(url, what, &part, 0) == CURLUE_OK;

    curl_free(part);
    return has;
}

static bool is_http(CURLU *url)
{
    char *scheme = NULL;
    bool is = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);

    curl_free(scheme);
    return is;
}

int qn_http_url_check(const char *text, struct qn_err *reterr)
{
    CURLU *url = curl_url();
    int rc = QN_OK;

    if (url == NULL) {
        return no_memory(reterr);
    }
    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK || !is_http(url)) {
        rc = qn_fail(reterr, QN_EINVAL, "must be http://host... or https://host...");
    } else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD)) {
        rc = qn_fail(reterr, QN_EINVAL, "holds a user or password, which has no place there");
    } else if (has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT)) {
        rc = qn_fail(reterr, QN_EINVAL, "has a ? or #, which has no place there");
    }
    curl_url_cleanup(url);
    return rc;
}

/* ---- what libcurl calls ---- */

static void touch(struct asking *asking)
{
    asking->last_byte = qn_mono_ms(&qn_clock_system);
    if (asking->answer->first_byte_ms < 0) {
        asking->answer->first_byte_ms = asking->last_byte - asking->begin;
    }
}

static size_t take_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct asking *asking = arg;
    const struct qn_http_request *request = asking->request;
    struct qn_span span = {bytes, size * n};
    long status = asking->answer->status;

    touch(asking);
    if (span.len > request->answer_max - asking->n_bytes) {
        asking->refused = QN_ELIMIT;
        return CURL_WRITEFUNC_ERROR;
    }
    asking->n_bytes += span.len;
    asking->refused = request->on_bytes != NULL && status == 200
                          ? request->on_bytes(request->arg, span)
                          : qn_buf_add(&asking->answer->body, span.data, span.len);
    return asking->refused == QN_OK ? span.len : CURL_WRITEFUNC_ERROR;
}

/* The value of a header with that name, or nothing. */
static bool is_header(struct qn_span line, const char *name, struct qn_span *ret)
{
    size_t len = strlen(name);

    if (line.len <= len || strncasecmp(line.data, name, len) != 0 || line.data[len] != ':') {
        return false;
    }
    *ret = (struct qn_span){line.data + len + 1, line.len - len - 1};
    while (ret->len > 0 && isspace((unsigned char)ret->data[0])) {
        ret->data++;
        ret->len--;
    }
    while (ret->len > 0 && isspace((unsigned char)ret->data[ret->len - 1])) {
        ret->len--;
    }
    return true;
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void keep_word(char *out, struct qn_span value, bool lower)
{
    size_t len = value.len < QN_HTTP_WORD_SIZE ? value.len : QN_HTTP_WORD_SIZE - 1;

    for (size_t i = 0; i < len; i++) {
        out[i] = lower ? small(value.data[i]) : value.data[i];
    }
    out[len] = '\0';
}

/* "HTTP/1.1 200 OK" begins a new answer: of a proxy, a 100, the real one. */
static void take_status(struct asking *asking, struct qn_span line)
{
    const char *blank = memchr(line.data, ' ', line.len);
    int64_t status = 0;

    if (blank != NULL && line.data + line.len - blank >= 4 &&
        qn_strn_to_i64(blank + 1, 3, &status) == QN_OK) {
        asking->answer->status = (int)status;
        asking->answer->content_type[0] = asking->answer->retry_after[0] = '\0';
    }
}

static size_t take_header(char *bytes, size_t size, size_t n, void *arg)
{
    struct asking *asking = arg;
    struct qn_span line = {bytes, size * n}, value;

    touch(asking);
    if (line.len > 5 && memcmp(line.data, "HTTP/", 5) == 0) {
        take_status(asking, line);
    } else if (is_header(line, "content-type", &value)) {
        keep_word(asking->answer->content_type, value, true);
    } else if (is_header(line, "retry-after", &value)) {
        keep_word(asking->answer->retry_after, value, false);
    }
    return line.len;
}

/* ---- a client ---- */

static CURLcode set_all(CURL *easy, const struct qn_http_options *options)
{
    CURLcode code =
        curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy != NULL ? options->proxy : "");

    if (code == CURLE_OK && options->ca_file != NULL && options->ca_file[0] != '\0') {
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
    }
    if (code != CURLE_OK) {
        return code;
    }
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
}

int qn_http_create(struct qn_http **ret, const struct qn_http_options *options,
                   struct qn_err *reterr)
{
    struct qn_http *http = qn_zalloc(1, sizeof(*http));

    if (http == NULL) {
        return no_memory(reterr);
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        (http->multi = curl_multi_init()) == NULL || (http->easy = curl_easy_init()) == NULL ||
        set_all(http->easy, options) != CURLE_OK) {
        qn_http_free(http);
        return no_memory(reterr);
    }
    *ret = http;
    return QN_OK;
}

void qn_http_free(struct qn_http *http)
{
    if (http == NULL) {
        return;
    }
    curl_easy_cleanup(http->easy);
    curl_multi_cleanup(http->multi);
    qn_free(http);
}

/* ---- a request ---- */

static int set_headers(CURL *easy, const struct qn_http_request *request, struct curl_slist **ret)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (size_t i = 0; list != NULL && i < request->n_headers; i++) {
        struct curl_slist *longer = curl_slist_append(list, request->headers[i]);

        if (longer == NULL) {
            curl_slist_free_all(list);
        }
        list = longer;
    }
    *ret = list;
    return list != NULL && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list) == CURLE_OK ? QN_OK
                                                                                        : QN_ENOMEM;
}

static int set_request(CURL *easy, struct asking *asking)
{
    const struct qn_http_request *request = asking->request;

    if (curl_easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK) {
        return QN_ENOMEM;
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_ms);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, asking);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, asking);
    if (request->body == NULL) {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        return QN_OK;
    }
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body->len);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body->data);
    return QN_OK;
}

/* Until when the next byte has to be there. */
static int64_t deadline_of(const struct asking *asking)
{
    const struct qn_http_request *request = asking->request;
    int64_t whole = asking->begin + request->total_ms;
    int64_t next = asking->answer->first_byte_ms < 0 ? asking->begin + request->first_byte_ms
                                                     : asking->last_byte + request->idle_ms;

    return next < whole ? next : whole;
}

static int time_over(const struct asking *asking, struct qn_err *reterr)
{
    int64_t now = qn_mono_ms(&qn_clock_system);
    const char *what = now >= asking->begin + asking->request->total_ms ? "the answer took too long"
                       : asking->answer->first_byte_ms < 0              ? "no answer began in time"
                                                                        : "the answer stood still";

    return qn_fail(reterr, QN_ETIMEOUT, "%s", what);
}

static bool is_over(CURLM *multi, CURLcode *ret)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *ret = message->data.result;
            return true;
        }
    }
    return false;
}

/* Until libcurl has an end to tell: QN_OK. */
static int drive(struct qn_http *http, struct asking *asking, CURLcode *ret, struct qn_err *reterr)
{
    struct curl_waitfd stop = {.fd = asking->request->stop_fd, .events = CURL_WAIT_POLLIN};
    struct pollfd is_stopped = {.fd = asking->request->stop_fd, .events = POLLIN};
    unsigned n_stop = asking->request->stop_fd >= 0;
    int running = 0;

    for (;;) {
        int64_t left;

        if (n_stop > 0 && poll(&is_stopped, 1, 0) > 0) {
            return qn_fail(reterr, QN_ELOST, "stopped");
        }
        if (curl_multi_perform(http->multi, &running) != CURLM_OK) {
            return no_memory(reterr);
        }
        if (is_over(http->multi, ret)) {
            return QN_OK;
        }
        left = deadline_of(asking) - qn_mono_ms(&qn_clock_system);
        if (left <= 0) {
            return time_over(asking, reterr);
        }
        if (curl_multi_poll(http->multi, &stop, n_stop,
                            left > POLL_MOST_MS ? POLL_MOST_MS : (int)left, NULL) != CURLM_OK) {
            return no_memory(reterr);
        }
    }
}

static bool broke_off(CURLcode code)
{
    return code == CURLE_PARTIAL_FILE || code == CURLE_WEIRD_SERVER_REPLY ||
           code == CURLE_BAD_CONTENT_ENCODING || code == CURLE_UNSUPPORTED_PROTOCOL;
}

static int judge(const struct asking *asking, CURLcode code, const char *why, struct qn_err *reterr)
{
    const char *text = why[0] != '\0' ? why : curl_easy_strerror(code);

    if (code == CURLE_OK) {
        return QN_OK;
    }
    if (code == CURLE_OUT_OF_MEMORY || asking->refused == QN_ENOMEM) {
        return no_memory(reterr);
    }
    if (code == CURLE_WRITE_ERROR && asking->refused != QN_OK) {
        return qn_fail(reterr, asking->refused, "the answer is over its maximum");
    }
    if (code == CURLE_URL_MALFORMAT) {
        return qn_fail(reterr, QN_EINVAL, "the address is no URL");
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return qn_fail(reterr, QN_ETIMEOUT, "no connection in time");
    }
    return qn_fail(reterr, broke_off(code) || asking->answer->status != 0 ? QN_EPROTO : QN_ECONN,
                   "%s", text);
}

/* Where OpenSSL writes to a server that is gone, SIGPIPE would end the process: libcurl leaves
 * it alone with CURLOPT_NOSIGNAL. One that came meanwhile is taken away. */
static int drive_quietly(struct qn_http *http, struct asking *asking, CURLcode *ret,
                         struct qn_err *reterr)
{
    const struct timespec none = {0};
    sigset_t broken, before;
    int rc;

    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, &before);
    rc = drive(http, asking, ret, reterr);
    curl_multi_remove_handle(http->multi, http->easy);
    (void)sigtimedwait(&broken, NULL, &none);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static int perform(struct qn_http *http, struct asking *asking, struct qn_err *reterr)
{
    char why[CURL_ERROR_SIZE] = "";
    CURLcode code = CURLE_OK;
    int rc;

    curl_easy_setopt(http->easy, CURLOPT_ERRORBUFFER, why);
    if (curl_multi_add_handle(http->multi, http->easy) != CURLM_OK) {
        return no_memory(reterr);
    }
    rc = drive_quietly(http, asking, &code, reterr);
    if (rc == QN_OK) {
        rc = judge(asking, code, why, reterr);
    }
    curl_easy_setopt(http->easy, CURLOPT_ERRORBUFFER, NULL);
    return rc;
}

int qn_http_do(struct qn_http *http, const struct qn_http_request *request,
               struct qn_http_answer *ret, struct qn_err *reterr)
{
    struct asking asking = {
        .request = request, .answer = ret, .begin = qn_mono_ms(&qn_clock_system)};
    struct curl_slist *headers = NULL;
    int rc;

    *ret = (struct qn_http_answer){.first_byte_ms = -1};
    qn_buf_init(&ret->body, request->answer_max);
    asking.last_byte = asking.begin;
    rc = set_headers(http->easy, request, &headers);
    if (rc == QN_OK) {
        rc = set_request(http->easy, &asking);
    }
    rc = rc == QN_OK ? perform(http, &asking, reterr) : no_memory(reterr);
    ret->took_ms = qn_mono_ms(&qn_clock_system) - asking.begin;
    curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return rc;
}

void qn_http_answer_release(struct qn_http_answer *answer)
{
    qn_buf_release(&answer->body);
}
