#include "post.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "file.h"
#include "tasks/lib/smtp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAIL_MAX    (512 * 1024) /* bytes; two texts, most of it coded in three bytes each */
#define SEND_MS     45000
#define ID_SIZE     512
#define SAVE_MS     2000 /* of a job's time, for what comes after the mail */
#define FROM_PRESET "quern@localhost"

struct mail_post {
    struct qn_smtp *smtp; /* NULL: into files */
    struct qn_address from;
    char dir[MAIL_PATH_SIZE];
    char namespace[64];
};

/* ---- settings ---- */

static const char *setting(const char *name, const char *preset)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : preset;
}

static int read_server(struct mail_post *post, struct qn_err *reterr)
{
    struct qn_smtp_settings settings = {
        .url = setting("QUERN_SMTP_URL", ""),
        .user = setting("QUERN_SMTP_USER", ""),
        .password = setting("QUERN_SMTP_PASSWORD", ""),
        .ca_file = setting("QUERN_SMTP_CA_FILE", ""),
    };
    bool tls = true;

    if (qn_str_to_bool(setting("QUERN_SMTP_TLS", "true"), &tls) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "smtp-tls: is neither true nor false");
    }
    settings.plain = !tls;
    return settings.url[0] != '\0' ? qn_smtp_create(&post->smtp, &settings, reterr) : QN_OK;
}

static int read_settings(struct mail_post *post, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    int rc = qn_address_parse(setting("QUERN_SMTP_FROM", FROM_PRESET), &post->from, &err);

    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "smtp-from: %s", err.msg);
    }
    if (!qn_str_copy(post->dir, sizeof(post->dir), setting("QUERN_MAIL_DIR", "")) ||
        !qn_str_copy(post->namespace, sizeof(post->namespace), setting("QUERN_NAMESPACE", ""))) {
        return qn_fail(reterr, QN_EINVAL, "mail-dir: the path is too long");
    }
    rc = read_server(post, reterr);
    if (rc == QN_OK && post->smtp == NULL && post->dir[0] == '\0') {
        rc = qn_fail(reterr, QN_EINVAL, "neither smtp-url nor mail-dir is set");
    }
    return rc;
}

int mail_post_create(struct mail_post **ret, struct qn_err *reterr)
{
    struct mail_post *post = qn_zalloc(1, sizeof(*post));
    int rc;

    if (post == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for mail");
    }
    rc = read_settings(post, reterr);
    if (rc != QN_OK) {
        mail_post_free(post);
        return rc;
    }
    *ret = post;
    return QN_OK;
}

void mail_post_free(struct mail_post *post)
{
    if (post == NULL) {
        return;
    }
    qn_smtp_free(post->smtp);
    qn_free(post);
}

/* ---- sending ---- */

static void add_member(struct qn_buf *out, const char *name, const char *value)
{
    qn_json_add_key(out, name);
    qn_json_add_str(out, value);
}

static int deliver(struct mail_post *post, const struct qn_job *job,
                   const struct mail_message *message, const struct qn_buf *bytes,
                   struct qn_buf *ret_result, struct qn_err *reterr)
{
    const struct qn_span span = {bytes->data, bytes->len};
    const struct qn_smtp_mail mail = {post->from.address, message->to->address, span};
    int64_t left = qn_job_time_left_ms(job) - SAVE_MS;
    char path[MAIL_PATH_SIZE];
    int rc;

    if (post->smtp != NULL) {
        add_member(ret_result, "delivery", "smtp");
        return qn_smtp_send(post->smtp, &mail, qn_job_stop_fd(job), left < SEND_MS ? left : SEND_MS,
                            reterr);
    }
    rc = mail_file_write(post->dir, qn_job_id(job), span, path, reterr);
    if (rc == QN_OK) {
        add_member(ret_result, "delivery", "file");
        add_member(ret_result, "file", path);
    }
    return rc;
}

int mail_post_send(struct mail_post *post, const struct qn_job *job,
                   const struct mail_letter *letter, struct qn_buf *ret_result,
                   struct qn_err *reterr)
{
    char id[ID_SIZE];
    const struct mail_message message = {
        .from = &post->from,
        .to = letter->to,
        .subject = letter->text->subject,
        .id = id,
        .language = letter->language,
        .wall_ms = qn_wall_ms(&qn_clock_system),
        .text = {letter->text->text.data, letter->text->text.len},
        .html = {letter->text->html.data, letter->text->html.len},
    };
    struct qn_buf bytes;
    int rc;

    (void)snprintf(id, sizeof(id), "%s.%s%s", post->namespace, qn_job_id(job),
                   strchr(post->from.address, '@'));
    qn_buf_init(&bytes, MAIL_MAX);
    rc = mail_message_write(&message, &bytes, reterr);
    if (rc == QN_OK) {
        add_member(ret_result, "message_id", id);
        rc = deliver(post, job, &message, &bytes, ret_result, reterr);
    }
    qn_buf_release(&bytes);
    return rc;
}
