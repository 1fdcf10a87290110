/* dashboard_record.h - rows of a widget as bytes, for the cache. Pure.
 *
 * What is shown is read from these bytes also when they were made a moment ago, so rows from the
 * cache and rows from the database cannot look different.
 *
 * Reading takes any bytes: numbers are within the limits of query_rows.h, and no byte is read
 * twice or left over.
 */
#ifndef TASKS_NL2SQL_DASHBOARD_DASHBOARD_RECORD_H
#define TASKS_NL2SQL_DASHBOARD_DASHBOARD_RECORD_H

#include "tasks/nl2sql/query/query_rows.h"

#define DASHBOARD_RECORD_MAX ((size_t)1024 * 1024)

/* Appends as many of the rows as fit into max bytes; those left out make it truncated. QN_ELIMIT
 * when not even the columns fit. */
QN_MUST_CHECK int dashboard_record_write(const struct query_rows *rows, int64_t made_ms, size_t max,
                                         struct qn_buf *out, struct qn_err *reterr);

/* rows: initialised, empty, and to be released also after a failure: QN_ECORRUPT for bytes that
 * are no record, QN_ENOMEM. */
QN_MUST_CHECK int dashboard_record_read(struct query_rows *rows, int64_t *ret_made_ms,
                                        struct qn_span bytes, struct qn_err *reterr);

#endif
