/* logline.h - a line of a log as people read it in a stream of several. Pure.
 *
 * The programs of Quern write JSON: {"time","level","program","msg",...} becomes
 * "07:45:12 worker    message key=value". Others (Redis, PostgreSQL) are shown as they are;
 * only their warnings and errors count, unless all are wanted.
 */
#ifndef CLI_LOGLINE_H
#define CLI_LOGLINE_H

#include "term.h"

#define CLI_LOGLINE_MAX 2000 /* columns; what is longer is cut */

/* Appends the line, in colours when wanted, with its end. False: there is nothing to show.
 * name: of the child, "quern-worker". */
bool cli_logline_add(struct qn_buf *out, const char *name, const char *line, size_t len,
                     bool colour, bool all);

#endif
