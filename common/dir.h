/* dir.h - a directory that a setting names, opened, and made where it is missing.
 *
 * Not here: directories that must be nobody else's (worker/rundir.h, cli/folder.h); what is
 * made in them.
 */
#ifndef COMMON_DIR_H
#define COMMON_DIR_H

#include <quern/err.h>
#include <sys/types.h>

#define QN_DIR_PATH_SIZE 4096 /* of a path that is made, its NUL counted */

/* Opens path for reading; *ret_fd is closed on exec, and the caller closes it. Of a path that
 * does not exist every missing part is made, as by mkdir -p: the last one with mode, those
 * above it with 0755, both less the umask; what is there stays as it is. Links are followed.
 * Two who make the same at the same time both succeed. After a failure some parts may be there.
 *
 * QN_ESYS, with errno in reterr->sys: "WHAT PATH: why". ENOENT for "", ENOTDIR for a file in
 * the way, ENAMETOOLONG from QN_DIR_PATH_SIZE on. */
QN_MUST_CHECK int qn_dir_open(const char *what, const char *path, mode_t mode, int *ret_fd,
                              struct qn_err *reterr);

#endif
