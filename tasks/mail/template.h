/* template.h - the texts of mails: templates/NAME_LANGUAGE.txt and .html.
 *
 * A text begins with its subject on a line of its own, and an empty line. {{name}} and
 * {{address}} stand for who gets it; in HTML they are escaped. All are UTF-8 whose lines end
 * with LF.
 *
 * Not here: how they become a mail (message.h).
 */
#ifndef TASKS_MAIL_TEMPLATE_H
#define TASKS_MAIL_TEMPLATE_H

#include "common/buf.h"
#include "tasks/lib/address.h"

#define MAIL_TEXT_MAX (64 * 1024) /* bytes of one filled */

/* What the texts are, by language; the first one is the preset. */
#define MAIL_LANGUAGES "en|zh|de"

struct mail_text {
    char subject[512];
    struct qn_buf text;
    struct qn_buf html;
};

/* NULL is the preset; QN_ENOTFOUND for a language that is not there. The caller releases
 * *ret, after a failure too. */
QN_MUST_CHECK int mail_text_welcome(struct mail_text *ret, const char *language,
                                    const struct qn_address *to, struct qn_err *reterr);
void mail_text_release(struct mail_text *text);

/* The language that is used for it: the preset for NULL. */
const char *mail_text_language(const char *language);

#endif
