/* roff.h - text of man pages: the man macros that every formatter knows.
 *
 * Words come out as they are typed, so that they can be pasted into a shell: dashes and
 * quotes are escaped, and no text becomes a request. 7 bits only.
 */
#ifndef CLI_ROFF_H
#define CLI_ROFF_H

#include "common/buf.h"

void cli_roff_text(struct qn_buf *out, const char *text, size_t len);
void cli_roff_str(struct qn_buf *out, const char *text);

/* name - summary, as the first line and NAME say it. */
void cli_roff_page(struct qn_buf *out, const char *name, int section, const char *summary);
void cli_roff_section(struct qn_buf *out, const char *title);
/* A line of the synopsis: what is typed, and what stands for something. */
void cli_roff_synopsis(struct qn_buf *out, const char *typed, const char *words);
/* --name VALUE, what it is; value NULL: none. More text may follow. */
void cli_roff_option(struct qn_buf *out, const char *name, const char *value, const char *doc);
void cli_roff_term(struct qn_buf *out, const char *term, const char *doc);
void cli_roff_paragraph(struct qn_buf *out, const char *text);
/* A text of command_docs.h: its paragraphs, or its examples. */
void cli_roff_paragraphs(struct qn_buf *out, const char *doc);
void cli_roff_examples(struct qn_buf *out, const char *doc);
/* "quern-beat(1), quern(1)": each a page. */
void cli_roff_see_also(struct qn_buf *out, const char *pages);

#endif
