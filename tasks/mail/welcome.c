#include "welcome.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "post.h"
#include "tasks/lib/answer.h"
#include "tasks/lib/database.h"
#include "user.h"
#include <stdlib.h>
#include <string.h>

#define RESULT_MAX 8192
#define SNOOZE_MS  2000 /* another run has the user; it is bounded itself */

static const struct qn_param params[] = {
    {.name = "user_id", .type = QN_INTEGER, .doc = "row of users; instead of email and name"},
    {.name = "email", .type = QN_STRING, .doc = "address, for somebody who is in no database"},
    {.name = "name", .type = QN_STRING, .doc = "name beside it, at most 200 bytes"},
    {.name = "language",
     .type = QN_STRING,
     .choices = MAIL_LANGUAGES,
     .preset = "en",
     .doc = "of the mail"},
    {.name = NULL},
};

/* What an executor keeps. */
struct office {
    struct mail_post *post;
    struct qn_pg *pg; /* NULL: no job asked for it yet */
};

/* ---- one mail ---- */

static int send_to(struct qn_job *job, const struct qn_address *to, struct qn_buf *ret_result,
                   struct qn_err *reterr)
{
    struct office *office = qn_job_state(job);
    const char *language = mail_text_language(qn_job_arg_string(job, "language"));
    struct mail_text text;
    const struct mail_letter letter = {to, &text, language};
    int rc = mail_text_welcome(&text, language, to, reterr);

    if (rc == QN_OK && qn_job_should_stop(job)) {
        rc = qn_fail(reterr, QN_ETIMEOUT, "stopped by the soft limit");
    }
    if (rc == QN_OK) {
        qn_buf_add_str(ret_result, "{\"sent\":true");
        rc = mail_post_send(office->post, job, &letter, ret_result, reterr);
    }
    mail_text_release(&text);
    return rc;
}

static void add_time(struct qn_buf *out, const struct mail_user *user)
{
    qn_json_add_key(out, "welcome_sent_at");
    qn_json_add_str(out, user->sent_at);
}

/* To a user who was found: sent, and then marked, which no earlier run did. */
static int greet(struct qn_job *job, struct mail_user *user, struct qn_buf *ret_result,
                 struct qn_err *reterr)
{
    int rc;

    if (user->sent_at[0] != '\0') {
        qn_job_log(job, "a welcome was sent before: none is sent now");
        qn_buf_add_str(ret_result, "{\"sent\":false");
        add_time(ret_result, user);
        return QN_OK;
    }
    rc = send_to(job, &user->to, ret_result, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    rc = mail_user_mark(user, reterr);
    if (rc != QN_OK) {
        qn_job_log(job, "the mail was sent, but not marked as sent: it may be sent again");
        return rc;
    }
    add_time(ret_result, user);
    return QN_OK;
}

static int open_database(struct office *office, struct qn_err *reterr)
{
    void *pg = NULL;
    struct qn_err err = {.code = QN_OK};

    if (office->pg != NULL) {
        return QN_OK;
    }
    if (qn_database_init(&pg, &err) != QN_OK) { /* as any other setting that does not hold */
        return qn_fail(reterr, QN_EAGAIN, "%s", err.msg);
    }
    office->pg = pg;
    return QN_OK;
}

static enum qn_outcome answer(struct qn_job *job, int rc, struct qn_buf *result, struct qn_err *err)
{
    qn_buf_add_byte(result, '}');
    if (rc == QN_OK && qn_buf_status(result) != QN_OK) {
        rc = qn_fail(err, qn_buf_status(result), "the result: %s",
                     qn_err_text(qn_buf_status(result)));
    }
    if (rc == QN_OK) {
        rc = qn_job_result(job, result->data, result->len, err);
    }
    return qn_answer(job, rc, err);
}

static enum qn_outcome greet_user(struct qn_job *job, int64_t id)
{
    struct office *office = qn_job_state(job);
    struct mail_user user = {.id = id};
    struct qn_err err = {.code = QN_OK};
    struct qn_buf result;
    enum qn_outcome outcome;
    int rc = open_database(office, &err);

    qn_buf_init(&result, RESULT_MAX);
    if (rc == QN_OK) {
        rc = mail_user_enter(&user, office->pg, job, id, &err);
    }
    if (rc == QN_OK) {
        rc = greet(job, &user, &result, &err);
    }
    if (!mail_user_leave(&user)) {
        qn_pg_free(office->pg);
        office->pg = NULL;
    }
    outcome = user.busy ? QN_SNOOZE : answer(job, rc, &result, &err);
    if (user.busy) {
        qn_job_delay(job, SNOOZE_MS);
    }
    qn_buf_release(&result);
    return outcome;
}

/* ---- somebody who is in no database ---- */

static int read_person(struct qn_job *job, const char *address, struct qn_address *ret,
                       struct qn_err *reterr)
{
    const char *name = qn_job_arg_string(job, "name");
    struct qn_err err = {.code = QN_OK};
    int rc = qn_address_check(address, strlen(address), &err);

    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "email: %s", err.msg);
    }
    if (name == NULL || name[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "name: is required beside email");
    }
    rc = qn_address_check_name(name, strlen(name), &err);
    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "name: %s", err.msg);
    }
    (void)qn_str_copy(ret->address, sizeof(ret->address), address);
    (void)qn_str_copy(ret->name, sizeof(ret->name), name);
    return QN_OK;
}

static enum qn_outcome greet_person(struct qn_job *job, const char *address)
{
    struct qn_address to;
    struct qn_err err = {.code = QN_OK};
    struct qn_buf result;
    enum qn_outcome outcome;

    if (read_person(job, address, &to, &err) != QN_OK) {
        return qn_job_reject(job, "%s", err.msg);
    }
    qn_buf_init(&result, RESULT_MAX);
    outcome = answer(job, send_to(job, &to, &result, &err), &result, &err);
    qn_buf_release(&result);
    return outcome;
}

static enum qn_outcome run(struct qn_job *job)
{
    const char *address = qn_job_arg_string(job, "email");
    int64_t id = qn_job_arg_integer(job, "user_id", INT64_MIN);

    if ((address != NULL) == (id != INT64_MIN)) {
        return qn_job_reject(job, "either user_id or email is required");
    }
    if (address == NULL && qn_job_arg_string(job, "name") != NULL) {
        return qn_job_reject(job, "name: belongs to email, not to user_id");
    }
    return address != NULL ? greet_person(job, address) : greet_user(job, id);
}

/* ---- of an executor ---- */

static void done(void *state)
{
    struct office *office = state;

    mail_post_free(office->post);
    qn_pg_free(office->pg);
    qn_free(office);
}

static int init(void **ret_state, struct qn_err *reterr)
{
    struct office *office = qn_zalloc(1, sizeof(*office));
    int rc = office != NULL ? mail_post_create(&office->post, reterr)
                            : qn_fail(reterr, QN_ENOMEM, "no memory for mail");

    if (rc != QN_OK) {
        qn_free(office);
        return rc;
    }
    *ret_state = office;
    return QN_OK;
}

/* A server that asks to come later (greylisting) means minutes. */
const struct qn_task mail_welcome_task = {
    .name = "mail.welcome",
    .summary = "Sends the greeting to a new user, by SMTP or into a file",
    .params = params,
    .queue = "mail",
    .soft_limit_ms = 60000,
    .hard_limit_ms = 90000,
    .max_attempts = 8,
    .retry = {.kind = QN_BACKOFF_EXPONENTIAL, .base_ms = 30000, .cap_ms = 3600000},
    .init = init,
    .run = run,
    .done = done,
};
