/* doc.h - the texts of command_docs.h, taken apart for help, man pages and Markdown. */
#ifndef CLI_DOC_H
#define CLI_DOC_H

#include "common/buf.h"

enum cli_doc_part { CLI_DOC_END, CLI_DOC_PARAGRAPH, CLI_DOC_EXAMPLE };

/* The part at *at, without blanks around it, and behind it the next one. */
enum cli_doc_part cli_doc_next(const char **at, struct qn_span *ret);

/* Appends words with lines of at most width columns, each indented. 7 bits only. */
void cli_doc_fill(struct qn_buf *out, struct qn_span text, int indent, int width);

#endif
