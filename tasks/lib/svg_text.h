/* svg_text.h - how wide a label is, and one that is cut. Pure. */
#ifndef TASKS_LIB_SVG_TEXT_H
#define TASKS_LIB_SVG_TEXT_H

#include "common/buf.h"

/* Columns of the text; East Asian characters and signs take two. Good enough to cut a label. */
size_t qn_svg_columns(const char *text, size_t len);

/* Appends the text, escaped; what is wider than columns is cut between characters and ends in an
 * ellipsis. */
void qn_svg_label(struct qn_buf *out, const char *text, size_t columns);

#endif
