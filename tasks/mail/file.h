/* file.h - a mail into a file: what is done with mails until there is a server for them.
 *
 * The file appears when it is whole, and is on disk then. One of that name is replaced: the
 * name says which mail it is.
 */
#ifndef TASKS_MAIL_FILE_H
#define TASKS_MAIL_FILE_H

#include "common/buf.h"

#define MAIL_PATH_SIZE 4096

/* DIR/NAME.eml, of 0600; the directory is made if it is missing. ret_path: MAIL_PATH_SIZE.
 * name is one that a file may have. QN_ESYS, QN_EINVAL for a path that is too long. */
QN_MUST_CHECK int mail_file_write(const char *dir, const char *name, struct qn_span message,
                                  char *ret_path, struct qn_err *reterr);

#endif
