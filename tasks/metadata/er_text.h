/* er_text.h - how wide a text is, about, before any font is known. Pure.
 *
 * Widths are those of common sans serif fonts and rather too large; East Asian characters are
 * square, marks that combine take no room.
 */
#ifndef TASKS_METADATA_ER_TEXT_H
#define TASKS_METADATA_ER_TEXT_H

#include "common/buf.h"

double er_text_width(const char *text, double font_size);

/* Appends the text, escaped, cut with an ellipsis where it is wider than room. */
void er_text_add(struct qn_buf *out, const char *text, double font_size, double room);

/* A type as people write it: "varchar(20)", "timestamptz". */
void er_text_type(const char *type, char *out, size_t size);

#endif
