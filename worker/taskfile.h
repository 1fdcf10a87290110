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
 * A [param] belongs to the [task] above it; its type is string unless told. # and ; begin
 * a comment line. The text is UTF-8 without a byte order mark; lines may end as Windows
 * ends them. The words of a command are split at blanks, "..." keeps blanks (\" and \\ are
 * " and \ there); no shell sees it. Its first word is looked for in the file's folder when
 * it has a slash, else in PATH, and must be there and executable. The folder is that of
 * the file itself when its name is a link. A mistake is an error with file, line and key.
 */
#ifndef WORKER_TASKFILE_H
#define WORKER_TASKFILE_H

#include "registry.h"

#define WORKER_TASKFILE_MAX (256 * 1024) /* bytes */

/* Where the tasks of a file go. Owns both from then on, also when it fails. line: of the
 * command. */
struct worker_taskfile_sink {
    void *arg;
    int (*task)(void *arg, int line, struct worker_definition *definition_take,
                struct worker_exec *exec_take, struct qn_err *reterr);
};

/* The text of a file; opens nothing. folder: where its programs are. Errors begin with
 * the line, "12: soft-limit: ...", but for the sink's. Tasks before a mistake are handed on.
 */
QN_MUST_CHECK int worker_taskfile_parse(struct qn_span text, const char *folder,
                                        const struct worker_taskfile_sink *sink,
                                        struct qn_err *reterr);

QN_MUST_CHECK int worker_taskfile_add(struct worker_registry *registry, const char *file,
                                      struct qn_err *reterr);

#endif
