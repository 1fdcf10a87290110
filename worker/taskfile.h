/* taskfile.h - *.task: tasks that are programs.
 *
 *   [task image.thumbnail]
 *   command      = python3 thumbnail.py --fast
 *   summary      = Makes a small picture of a large one
 *   queue        = images
 *   soft-limit   = 25s
 *   hard-limit   = 30s
 *   max-attempts = 5
 *   env          = QUERN_DATABASE_URL AWS_REGION
 *
 *   [param url]
 *   type     = string            string|integer|number|boolean|date|array|object
 *   required = yes
 *   doc      = Where the picture is
 *   choices  = small|large
 *   preset   = small
 *
 * A [param] belongs to the [task] above it. # and ; begin a comment line. The words of a command
 * are split at blanks, "..." keeps blanks; no shell sees it. Its first word is looked for
 * in the file's folder when it has a slash, else in PATH, and must be there and
 * executable. A mistake is an error with file, line and key.
 */
#ifndef WORKER_TASKFILE_H
#define WORKER_TASKFILE_H

#include "registry.h"

#define WORKER_TASKFILE_MAX (256 * 1024) /* bytes */

QN_MUST_CHECK int worker_taskfile_add(struct worker_registry *registry, const char *file,
                                      struct qn_err *reterr);

#endif
