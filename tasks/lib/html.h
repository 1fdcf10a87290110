/* html.h - text into HTML and SVG, escaped.
 *
 * What a program writes is markup, what it was given is text: markup goes out with
 * qn_buf_add_str() or as the format here, text only through these functions. They
 * are safe in content and in double-quoted attributes, not in URLs, scripts or
 * styles. Bytes that are no UTF-8, and control characters, become U+FFFD.
 */
#ifndef TASKS_LIB_HTML_H
#define TASKS_LIB_HTML_H

#include "common/buf.h"

int qn_html_text(struct qn_buf *out, const char *text, size_t len);
int qn_html_str(struct qn_buf *out, const char *text);

/* The format is markup. Of printf it knows %s (escaped), %d, %zu, %.1f and %%; the
 * first other % fails the buffer with QN_EINVAL. */
int qn_html_printf(struct qn_buf *out, const char *fmt, ...) QN_PRINTF(2, 3);

#endif
