/* page.h - how HTML files for people begin and look.
 *
 * A page runs and loads nothing. Light, dark and paper differ in the style's properties only:
 * --page, --paper, --ink, --faint, --line, --good, --bad and the colours of charts, --c0 to --c5.
 * It is a <main> with <header>, .tiles of .tile, and <section>s; a table that may be wide stands
 * in .scroll.
 *
 * Not here: charts (svg.h), text (html.h).
 */
#ifndef TASKS_LIB_PAGE_H
#define TASKS_LIB_PAGE_H

#include "common/buf.h"

/* From the doctype to <main>. title is text; styles are style sheets behind the shared one, the
 * last is NULL. Failure is in out's status. */
void qn_page_begin(struct qn_buf *out, const char *title, const char *const *styles);
void qn_page_end(struct qn_buf *out); /* from </main> on */

#endif
