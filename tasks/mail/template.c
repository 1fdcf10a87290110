#include "template.h"

#include "common/str.h"
#include "tasks/lib/html.h"
#include "texts.h"
#include <string.h>

static const struct welcome {
    const char *language;
    const char *text;
    const char *html;
} welcomes[] = {
    {"en", mail_text_welcome_en, mail_html_welcome_en},
    {"zh", mail_text_welcome_zh, mail_html_welcome_zh},
    {"de", mail_text_welcome_de, mail_html_welcome_de},
};

const char *mail_text_language(const char *language)
{
    return language != NULL ? language : welcomes[0].language;
}

static void add_value(struct qn_buf *out, const char *value, bool html)
{
    if (html) {
        qn_html_str(out, value);
    } else {
        qn_buf_add_str(out, value);
    }
}

/* template: up to end. A mark that nobody knows fails the buffer. */
static int fill(struct qn_buf *out, const char *template, size_t len, const struct qn_address *to,
                bool html)
{
    const char *end = template + len;

    for (const char *at = template; at < end;) {
        const char *mark = memmem(at, (size_t)(end - at), "{{", 2);

        if (mark == NULL) {
            return qn_buf_add(out, at, (size_t)(end - at));
        }
        qn_buf_add(out, at, (size_t)(mark - at));
        if (qn_str_starts(mark, "{{name}}")) {
            add_value(out, to->name, html);
            at = mark + strlen("{{name}}");
        } else if (qn_str_starts(mark, "{{address}}")) {
            add_value(out, to->address, html);
            at = mark + strlen("{{address}}");
        } else {
            return QN_EINVAL;
        }
    }
    return qn_buf_status(out);
}

/* Its first line. */
static int fill_subject(struct mail_text *ret, const char *template, const struct qn_address *to)
{
    struct qn_buf subject;
    int rc;

    qn_buf_init(&subject, sizeof(ret->subject) - 1);
    rc = fill(&subject, template, strcspn(template, "\n"), to, false);
    if (rc == QN_OK) {
        memcpy(ret->subject, subject.data, subject.len + 1);
    }
    qn_buf_release(&subject);
    return rc;
}

static int fill_all(struct mail_text *ret, const struct welcome *welcome,
                    const struct qn_address *to)
{
    const char *body = strstr(welcome->text, "\n\n");
    int rc = body != NULL ? fill_subject(ret, welcome->text, to) : QN_EINVAL;

    if (rc == QN_OK) {
        rc = fill(&ret->text, body + 2, strlen(body + 2), to, false);
    }
    if (rc == QN_OK) {
        rc = fill(&ret->html, welcome->html, strlen(welcome->html), to, true);
    }
    return rc;
}

int mail_text_welcome(struct mail_text *ret, const char *language, const struct qn_address *to,
                      struct qn_err *reterr)
{
    const char *wanted = mail_text_language(language);

    ret->subject[0] = '\0';
    qn_buf_init(&ret->text, MAIL_TEXT_MAX);
    qn_buf_init(&ret->html, MAIL_TEXT_MAX);
    for (size_t i = 0; i < sizeof(welcomes) / sizeof(welcomes[0]); i++) {
        if (strcmp(welcomes[i].language, wanted) == 0) {
            int rc = fill_all(ret, &welcomes[i], to);

            return rc == QN_OK
                       ? QN_OK
                       : qn_fail(reterr, rc, "the text in \"%s\": %s", wanted, qn_err_text(rc));
        }
    }
    return qn_fail(reterr, QN_ENOTFOUND, "there is no text in \"%s\"", wanted);
}

void mail_text_release(struct mail_text *text)
{
    qn_buf_release(&text->text);
    qn_buf_release(&text->html);
}
