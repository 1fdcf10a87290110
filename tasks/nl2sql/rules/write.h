/* write.h - a frame becomes a statement: join path, tree, text. Pure.
 *
 * The path is the smallest tree over accepted relations that has all tables of the frame, at most
 * WRITE_TABLES_MAX; where two are equally small the question is ambiguous (QN_ESTATE names both).
 * Joins never multiply a measure: of a relation that fans out, the measure is taken before the
 * join. Texts become literals by one quoting function, names by another; nothing is concatenated.
 * Trends have a row for each bucket, zero-filled, none after today.
 */
#ifndef TASKS_NL2SQL_RULES_WRITE_H
#define TASKS_NL2SQL_RULES_WRITE_H

#include "common/buf.h"
#include "frame.h"

#define WRITE_TABLES_MAX 6  /* of one FROM */
#define WRITE_FROMS_MAX  20 /* in all: what the guard takes */
#define WRITE_SQL_MAX    ((size_t)16 * 1024)
#define WRITE_LIST_LIMIT 100 /* of lists that name none */

/* Appends the statement. QN_ESTATE: no path, an ambiguous one, or a frame that cannot be said in
 * SQL: the text says why, for people. QN_ELIMIT, QN_ENOMEM. */
QN_MUST_CHECK int write_frame(const struct qn_model *model, const struct frame *frame,
                              const char *today, struct qn_buf *out, struct qn_err *reterr);

#endif
