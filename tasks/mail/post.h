/* post.h - where mails go, by the settings: to a server (smtp-url), else into files (mail-dir).
 *
 * Not here: what a mail says.
 */
#ifndef TASKS_MAIL_POST_H
#define TASKS_MAIL_POST_H

#include "message.h"
#include "template.h"
#include <quern/job.h>

struct mail_post;

/* Reads QUERN_SMTP_..., QUERN_MAIL_DIR and QUERN_NAMESPACE; QN_EINVAL names the setting that
 * does not hold. */
QN_MUST_CHECK int mail_post_create(struct mail_post **ret, struct qn_err *reterr);
void mail_post_free(struct mail_post *post); /* NULL is fine */

struct mail_letter {
    const struct qn_address *to;
    const struct mail_text *text;
    const char *language;
};

/* Until it is taken or written, or refused (errors of tasks/lib/smtp.h and file.h). Its
 * Message-ID, and its file's name, are those of the job: one that is sent again is seen to
 * be the same. ret_result: where it went, members of a JSON object. */
QN_MUST_CHECK int mail_post_send(struct mail_post *post, const struct qn_job *job,
                                 const struct mail_letter *letter, struct qn_buf *ret_result,
                                 struct qn_err *reterr);

#endif
