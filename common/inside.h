/* inside.h - files below a folder, by names that come from somebody else.
 *
 * A path is names with slashes between: "models/shop/index.json". A name is 1 to QN_INSIDE_NAME_MAX
 * bytes, printable ASCII, and begins with no dot. Below the root no symbolic link is followed,
 * so nothing outside of it is ever opened; the root itself is the caller's and may be one.
 *
 * QN_ENOTFOUND: there is no such thing below the root, it is of another kind, or the path is not
 * of this form. QN_ESYS: the root cannot be opened, or the system failed, errno in reterr->sys.
 *
 * Not here: writing; folders that are made (dir.h).
 */
#ifndef COMMON_INSIDE_H
#define COMMON_INSIDE_H

#include "buf.h"

#define QN_INSIDE_NAME_MAX 100

/* A regular file for reading; its length at this moment. The caller closes *ret_fd. */
QN_MUST_CHECK int qn_inside_open(const char *root, const char *path, int *ret_fd,
                                 int64_t *ret_bytes, struct qn_err *reterr);
/* Appends all of a file to out; QN_ELIMIT over its maximum. */
QN_MUST_CHECK int qn_inside_read(const char *root, const char *path, struct qn_buf *out,
                                 struct qn_err *reterr);

/* Calls fn for each name in a folder that is of the form above, in no order, until it returns
 * false. */
typedef bool qn_inside_fn(void *arg, const char *name);
QN_MUST_CHECK int qn_inside_each(const char *root, const char *path, qn_inside_fn *fn, void *arg,
                                 struct qn_err *reterr);

#endif
