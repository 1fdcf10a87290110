#include "message.h"

#include "common/str.h"
#include "encode.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Neither quoted-printable nor a header of ours ever holds these bytes. */
#define BOUNDARY "=_quern_alternative"

static void add_address(struct qn_buf *out, const char *header, const struct qn_address *address)
{
    qn_buf_printf(out, "%s: ", header);
    if (address->name[0] != '\0') {
        mail_encode_words(out, address->name);
        qn_buf_add_str(out, "\r\n ");
    }
    qn_buf_printf(out, "<%s>\r\n", address->address);
}

/* RFC 5322, whatever the locale is. */
static void add_date(struct qn_buf *out, int64_t wall_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;

    if (gmtime_r(&seconds, &tm) == NULL) {
        return;
    }
    qn_buf_printf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
                  days + (size_t)tm.tm_wday * 3, tm.tm_mday, months + (size_t)tm.tm_mon * 3,
                  tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_headers(struct qn_buf *out, const struct mail_message *message)
{
    add_date(out, message->wall_ms);
    add_address(out, "From", message->from);
    add_address(out, "To", message->to);
    qn_buf_add_str(out, "Subject: ");
    mail_encode_words(out, message->subject);
    qn_buf_printf(out, "\r\nMessage-ID: <%s>\r\n", message->id);
    qn_buf_printf(out, "Content-Language: %s\r\n", message->language);
    qn_buf_add_str(out, "Auto-Submitted: auto-generated\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: multipart/alternative;\r\n"
                        " boundary=\"" BOUNDARY "\"\r\n\r\n");
}

static void add_part(struct qn_buf *out, const char *type, struct qn_span text)
{
    qn_buf_printf(out,
                  "--" BOUNDARY "\r\n"
                  "Content-Type: text/%s; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                  type);
    mail_encode_body(out, text.data, text.len);
    qn_buf_add_str(out, "\r\n"); /* the last line end is the boundary's */
}

/* The last word before the headers: nothing in them begins another line. */
static int check_header(const char *what, const char *text, size_t max, struct qn_err *reterr)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f) {
            return qn_fail(reterr, QN_EINVAL, "%s: has a control character", what);
        }
    }
    if (len > max) {
        return qn_fail(reterr, QN_EINVAL, "%s: is longer than %zu bytes", what, max);
    }
    return QN_OK;
}

static int check_person(const char *what, const struct qn_address *person, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    int rc = qn_address_check(person->address, strlen(person->address), &err);

    if (rc == QN_OK) {
        rc = qn_address_check_name(person->name, strlen(person->name), &err);
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "%s: %s", what, err.msg);
}

static int check(const struct mail_message *message, struct qn_err *reterr)
{
    int rc = check_person("From", message->from, reterr);

    if (rc == QN_OK) {
        rc = check_person("To", message->to, reterr);
    }
    if (rc == QN_OK) {
        rc = check_header("Subject", message->subject, MAIL_SUBJECT_MAX, reterr);
    }
    if (rc == QN_OK) {
        rc = check_header("Message-ID", message->id, QN_ADDRESS_MAX + 100, reterr);
    }
    return rc;
}

int mail_message_write(const struct mail_message *message, struct qn_buf *out,
                       struct qn_err *reterr)
{
    int rc = check(message, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    add_headers(out, message);
    add_part(out, "plain", message->text);
    add_part(out, "html", message->html);
    qn_buf_add_str(out, "--" BOUNDARY "--\r\n");
    rc = qn_buf_status(out);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the mail: %s", qn_err_text(rc));
}
