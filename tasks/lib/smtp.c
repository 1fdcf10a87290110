#include "smtp.h"

#include "address.h"
#include "common/clock.h"
#include "common/mem.h"
#include "common/str.h"
#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#define REPLY_SIZE 160

struct qn_smtp {
    CURL *curl; /* has all settings */
};

/* One sending. */
struct sending {
    struct qn_span rest; /* of the message */
    bool handed_over;    /* all of it */
    bool stopped;
    int stop_fd;
    int64_t deadline; /* mono ms */
    char reply[REPLY_SIZE];
};

/* ---- settings ---- */

/* The scheme, which is all that others need to know; the rest only has to be there. */
static int check_parts(CURLU *url, bool *ret_tls, struct qn_err *reterr)
{
    char *part = NULL;
    bool is_smtp;

    if (curl_url_get(url, CURLUPART_SCHEME, &part, 0) != CURLUE_OK) {
        return qn_fail(reterr, QN_EINVAL, "smtp-url: begins neither with smtp:// nor smtps://");
    }
    *ret_tls = strcmp(part, "smtps") == 0;
    is_smtp = *ret_tls || strcmp(part, "smtp") == 0;
    curl_free(part);
    if (!is_smtp) {
        return qn_fail(reterr, QN_EINVAL, "smtp-url: begins neither with smtp:// nor smtps://");
    }
    part = NULL;
    if (curl_url_get(url, CURLUPART_USER, &part, 0) == CURLUE_OK ||
        curl_url_get(url, CURLUPART_PASSWORD, &part, 0) == CURLUE_OK) {
        curl_free(part);
        return qn_fail(reterr, QN_EINVAL,
                       "smtp-url: holds a user; smtp-user and smtp-password are for that");
    }
    if (curl_url_get(url, CURLUPART_QUERY, &part, 0) == CURLUE_OK ||
        curl_url_get(url, CURLUPART_FRAGMENT, &part, 0) == CURLUE_OK) {
        curl_free(part);
        return qn_fail(reterr, QN_EINVAL, "smtp-url: has more than a host and a port");
    }
    return QN_OK;
}

static int check_settings(const struct qn_smtp_settings *settings, struct qn_err *reterr)
{
    CURLU *url = curl_url();
    bool tls = false;
    int rc;

    if (url == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for mail");
    }
    if (curl_url_set(url, CURLUPART_URL, settings->url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
        rc = qn_fail(reterr, QN_EINVAL, "smtp-url: is not a URL");
    } else {
        rc = check_parts(url, &tls, reterr);
    }
    curl_url_cleanup(url);
    if (rc == QN_OK && settings->user[0] != '\0' && settings->plain && !tls) {
        rc = qn_fail(reterr, QN_EINVAL,
                     "smtp-user: would be sent in the clear, since smtp-tls is off");
    }
    return rc;
}

/* ---- what libcurl calls ---- */

static size_t give(char *out, size_t size, size_t n, void *arg)
{
    struct sending *sending = arg;
    size_t room = size * n;
    size_t len = sending->rest.len < room ? sending->rest.len : room;

    memcpy(out, sending->rest.data, len);
    sending->rest.data += len;
    sending->rest.len -= len;
    sending->handed_over = sending->rest.len == 0;
    return len;
}

/* The last line with which the server refused something, fit to be shown. */
static size_t keep_reply(char *line, size_t size, size_t n, void *arg)
{
    struct sending *sending = arg;
    size_t len = size * n < REPLY_SIZE ? size * n : REPLY_SIZE - 1;

    if (len == 0 || (line[0] != '4' && line[0] != '5')) {
        return size * n;
    }
    for (size_t i = 0; i < len; i++) {
        sending->reply[i] = line[i] >= ' ' && line[i] <= '~' ? line[i] : ' ';
    }
    while (len > 0 && sending->reply[len - 1] == ' ') {
        len--;
    }
    sending->reply[len] = '\0';
    return size * n;
}

static size_t drop(char *bytes, size_t size, size_t n, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * n;
}

/* Called at least once a second, also while a connection is being closed. */
static int go_on(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct sending *sending = arg;
    struct pollfd stop = {.fd = sending->stop_fd, .events = POLLIN};

    (void)a, (void)b, (void)c, (void)d;
    sending->stopped = sending->stopped || poll(&stop, 1, 0) > 0;
    return sending->stopped || qn_mono_ms(&qn_clock_system) >= sending->deadline;
}

/* ---- a server ---- */

static CURLcode set_texts(CURL *curl, const struct qn_smtp_settings *settings)
{
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, settings->url);

    if (code == CURLE_OK && settings->ca_file[0] != '\0') {
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
    }
    if (code == CURLE_OK && settings->user[0] != '\0') {
        code = curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user);
    }
    if (code == CURLE_OK && settings->user[0] != '\0') {
        code = curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password);
    }
    return code;
}

/* No proxy of the environment, no connection that waits for the next message. */
static CURLcode set_all(CURL *curl, const struct qn_smtp_settings *settings)
{
    CURLcode code = set_texts(curl, settings);

    if (code != CURLE_OK) {
        return code;
    }
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, settings->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)QN_SMTP_CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)QN_SMTP_ANSWER_SECONDS);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_reply);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, go_on);
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
}

int qn_smtp_create(struct qn_smtp **ret, const struct qn_smtp_settings *settings,
                   struct qn_err *reterr)
{
    struct qn_smtp *smtp;
    int rc;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return qn_fail(reterr, QN_ENOMEM, "libcurl does not start");
    }
    rc = check_settings(settings, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    smtp = qn_zalloc(1, sizeof(*smtp));
    if (smtp == NULL || (smtp->curl = curl_easy_init()) == NULL ||
        set_all(smtp->curl, settings) != CURLE_OK) {
        qn_smtp_free(smtp);
        return qn_fail(reterr, QN_ENOMEM, "no memory for mail");
    }
    *ret = smtp;
    return QN_OK;
}

void qn_smtp_free(struct qn_smtp *smtp)
{
    if (smtp == NULL) {
        return;
    }
    curl_easy_cleanup(smtp->curl);
    qn_free(smtp);
}

/* ---- sending ---- */

static int check_mail(const struct qn_smtp_mail *mail, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};

    if (qn_address_check(mail->from, strlen(mail->from), &err) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "the sender's address %s", err.msg);
    }
    if (qn_address_check(mail->to, strlen(mail->to), &err) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "the recipient's address %s", err.msg);
    }
    return QN_OK;
}

/* What ended it, when it was not the server's word. */
static int broke(const struct sending *sending, CURLcode code, const char *why,
                 struct qn_err *reterr)
{
    bool late = code == CURLE_OPERATION_TIMEDOUT || code == CURLE_ABORTED_BY_CALLBACK;
    const char *text = sending->stopped                    ? "stopped by the soft limit"
                       : code == CURLE_ABORTED_BY_CALLBACK ? "the time for it was over"
                                                           : why;

    if (sending->handed_over) {
        return qn_fail(reterr, QN_EUNKNOWN, "whether the server took the message is not known: %s",
                       text);
    }
    return qn_fail(reterr, late ? QN_ETIMEOUT : QN_ECONN, "SMTP: %s", text);
}

/* Where libcurl ends because of what the server said; elsewhere its last word is an old one. */
static bool is_refusal(CURLcode code, long status)
{
    bool may = code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_REMOTE_ACCESS_DENIED ||
               code == CURLE_LOGIN_DENIED || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;

    return may && status >= 400 && status < 600;
}

static int judge(CURL *curl, const struct sending *sending, CURLcode code, const char *why,
                 struct qn_err *reterr)
{
    long status = 0;

    if (code == CURLE_OK) {
        return QN_OK;
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for mail");
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (is_refusal(code, status)) {
        return qn_fail(reterr, status < 500 ? QN_EAGAIN : QN_EINVAL, "the SMTP server refused: %s",
                       sending->reply);
    }
    return broke(sending, code, why[0] != '\0' ? why : curl_easy_strerror(code), reterr);
}

/* Where OpenSSL writes to a server that is gone, SIGPIPE would end the process: libcurl leaves
 * it alone with CURLOPT_NOSIGNAL. One that came meanwhile is taken away. */
static CURLcode perform_quietly(CURL *curl)
{
    const struct timespec none = {0};
    sigset_t broken, before;
    CURLcode code;

    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, &before);
    code = curl_easy_perform(curl);
    (void)sigtimedwait(&broken, NULL, &none);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static int perform(CURL *curl, const struct qn_smtp_mail *mail, struct sending *sending,
                   struct curl_slist *to, struct qn_err *reterr)
{
    char why[CURL_ERROR_SIZE] = "";
    CURLcode code;
    int rc;

    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->message.len);
    curl_easy_setopt(curl, CURLOPT_READDATA, sending);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, sending);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, sending);
    code = curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
    if (code == CURLE_OK) {
        code = perform_quietly(curl);
    }
    rc = judge(curl, sending, code, why, reterr);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    return rc;
}

int qn_smtp_send(struct qn_smtp *smtp, const struct qn_smtp_mail *mail, int stop_fd,
                 int64_t time_ms, struct qn_err *reterr)
{
    struct sending sending = {.rest = mail->message,
                              .stop_fd = stop_fd,
                              .deadline = qn_mono_ms(&qn_clock_system) + time_ms};
    struct curl_slist *to;
    int rc = check_mail(mail, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    to = curl_slist_append(NULL, mail->to);
    if (to == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for mail");
    }
    rc = perform(smtp->curl, mail, &sending, to, reterr);
    curl_slist_free_all(to);
    return rc;
}
