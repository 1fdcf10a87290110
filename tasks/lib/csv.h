/* csv.h - writes CSV as RFC 4180 has it: CRLF, quotes only where needed.
 *
 * Spreadsheets take a cell that begins with = + - @ TAB or CR for a formula. safe
 * puts an apostrophe before such a cell of text. Typed cells (numbers, dates that
 * we made) are never touched, so negative numbers stay numbers.
 *
 * Not here: reading.
 */
#ifndef TASKS_LIB_CSV_H
#define TASKS_LIB_CSV_H

#include "common/buf.h"

struct qn_csv {
    struct qn_buf *out; /* borrowed; remembers failure */
    char delimiter;
    bool safe;
    bool begun; /* the record has a cell */
};

/* bom: begin with U+FEFF, by which spreadsheets know UTF-8. */
void qn_csv_init(struct qn_csv *csv, struct qn_buf *out, char delimiter, bool safe, bool bom);

/* The next cell. {NULL, 0} is an empty one. */
void qn_csv_text(struct qn_csv *csv, struct qn_span text);
void qn_csv_typed(struct qn_csv *csv, struct qn_span text);
void qn_csv_end(struct qn_csv *csv); /* of the record */

#endif
