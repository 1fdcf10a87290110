#include "roff.h"
#include "doc.h"
#include <ctype.h>
#include <string.h>

/* What a formatter would show as another character, or take as a command. */
static const char *const escapes[128] = {
    ['\\'] = "\\e",  ['-'] = "\\-",   ['"'] = "\\(dq", ['\''] = "\\(aq",
    ['`'] = "\\(ga", ['^'] = "\\(ha", ['~'] = "\\(ti",
};

static bool at_line_start(const struct qn_buf *out)
{
    return out->len == 0 || out->data[out->len - 1] == '\n';
}

void cli_roff_text(struct qn_buf *out, const char *text, size_t len)
{
    if (len > 0 && text[0] == '.' && at_line_start(out))
        qn_buf_add_str(out, "\\&");
    for (size_t i = 0; i < len; i++) {
        const char *escape = text[i] > 0 ? escapes[(unsigned char)text[i]] : NULL;
        if (escape)
            qn_buf_add_str(out, escape);
        else
            qn_buf_add_byte(out, text[i] == '\n' ? ' ' : text[i]);
    }
}

void cli_roff_str(struct qn_buf *out, const char *text)
{
    cli_roff_text(out, text, strlen(text));
}

static void add_line(struct qn_buf *out, const char *text)
{
    cli_roff_str(out, text);
    qn_buf_add_byte(out, '\n');
}

void cli_roff_page(struct qn_buf *out, const char *name, int section, const char *summary)
{
    qn_buf_add_str(out, ".TH ");
    for (const char *at = name; *at != '\0'; at++)
        qn_buf_add_byte(out, toupper((unsigned char)*at));
    qn_buf_printf(out, " %d \"\" \"Quern %s\" \"Quern\"\n", section, QUERN_VERSION);
    qn_buf_add_str(out, ".nh\n.ad l\n"); /* no word is broken, no gaps */
    cli_roff_section(out, "NAME");
    cli_roff_str(out, name);
    qn_buf_add_str(out, " \\- ");
    add_line(out, summary);
}

void cli_roff_section(struct qn_buf *out, const char *title)
{
    qn_buf_printf(out, ".SH %s\n", title);
}

void cli_roff_synopsis(struct qn_buf *out, const char *typed, const char *words)
{
    qn_buf_add_str(out, "\\fB");
    cli_roff_str(out, typed);
    qn_buf_add_str(out, "\\fR");
    if (words[0] != '\0') {
        qn_buf_add_str(out, " \\fI");
        cli_roff_str(out, words);
        qn_buf_add_str(out, "\\fR");
    }
    qn_buf_add_str(out, "\n.br\n");
}

void cli_roff_option(struct qn_buf *out, const char *name, const char *value, const char *doc)
{
    qn_buf_add_str(out, ".TP\n\\fB\\-\\-");
    cli_roff_str(out, name);
    qn_buf_add_str(out, "\\fR");
    if (value) {
        qn_buf_add_str(out, " \\fI");
        cli_roff_str(out, value);
        qn_buf_add_str(out, "\\fR");
    }
    qn_buf_add_byte(out, '\n');
    add_line(out, doc);
}

void cli_roff_term(struct qn_buf *out, const char *term, const char *doc)
{
    qn_buf_add_str(out, ".TP\n\\fB");
    cli_roff_str(out, term);
    qn_buf_add_str(out, "\\fR\n");
    add_line(out, doc);
}

void cli_roff_paragraph(struct qn_buf *out, const char *text)
{
    qn_buf_add_str(out, ".PP\n");
    add_line(out, text);
}

void cli_roff_paragraphs(struct qn_buf *out, const char *doc)
{
    struct qn_span text;
    enum cli_doc_part part;

    while ((part = cli_doc_next(&doc, &text)) != CLI_DOC_END) {
        if (part != CLI_DOC_PARAGRAPH)
            continue;
        qn_buf_add_str(out, ".PP\n");
        cli_roff_text(out, text.data, text.len);
        qn_buf_add_byte(out, '\n');
    }
}

void cli_roff_examples(struct qn_buf *out, const char *doc)
{
    struct qn_span text;
    enum cli_doc_part part;

    cli_roff_section(out, "EXAMPLES");
    qn_buf_add_str(out, ".nf\n");
    while ((part = cli_doc_next(&doc, &text)) != CLI_DOC_END) {
        if (part != CLI_DOC_EXAMPLE)
            continue;
        cli_roff_text(out, text.data, text.len);
        qn_buf_add_byte(out, '\n');
    }
    qn_buf_add_str(out, ".fi\n");
}

void cli_roff_see_also(struct qn_buf *out, const char *pages)
{
    cli_roff_section(out, "SEE ALSO");
    while (*pages != '\0') {
        size_t name = strcspn(pages, "("), all = strcspn(pages, " ");
        qn_buf_add_str(out, "\\fB");
        cli_roff_text(out, pages, name);
        qn_buf_add_str(out, "\\fR");
        cli_roff_text(out, pages + name, all - name);
        qn_buf_add_byte(out, '\n');
        pages += all + strspn(pages + all, " ");
    }
}
