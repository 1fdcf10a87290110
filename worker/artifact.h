/* artifact.h - files of a result, in a directory that workers and API share.
 *
 * A file is written as <dir>/tmp/<random>, and at commit hashed, made durable and
 * renamed to <dir>/<first two hex digits>/<sha256>: what is there under a hash is
 * whole, whatever was killed when. Directories are made when they are missing.
 *
 * A writer holds a lock on its temporary file. What has none and is older than an
 * hour belongs to a job that was killed: the first artifact of an executor removes
 * these.
 *
 * Not here: deleting files that no record names any more.
 */
#ifndef WORKER_ARTIFACT_H
#define WORKER_ARTIFACT_H

#include "broker-client/sha256.h"
#include <stdio.h>

#define WORKER_ARTIFACT_NAME_MAX 100
#define WORKER_ARTIFACT_TYPE_MAX 100
#define WORKER_SHA256_SIZE       QN_SHA256_HEX_SIZE
#define WORKER_LEFTOVER_AGE_S    3600

bool worker_artifact_name_ok(const char *name);       /* 1-100 of [A-Za-z0-9._-], no dot first */
bool worker_artifact_type_ok(const char *media_type); /* "text/csv; charset=utf-8" */

struct worker_artifact_file {
    int dir_fd; /* of dir, -1 when ended */
    FILE *stream;
    char dir[256]; /* for error texts, cut */
    char tmp[32];  /* "tmp/<random>" */
};

/* QN_ESYS names the directory when it cannot be reached, made or written. */
QN_MUST_CHECK int worker_artifact_create(struct worker_artifact_file *ret, const char *dir,
                                         struct qn_err *reterr);
/* Either ends the file; commit also when it fails. */
QN_MUST_CHECK int worker_artifact_commit(struct worker_artifact_file *file, int64_t *ret_size,
                                         char ret_sha256[WORKER_SHA256_SIZE],
                                         struct qn_err *reterr);
void worker_artifact_abandon(struct worker_artifact_file *file);

/* Removes leftovers; returns how many. A directory that is not there has none. */
int worker_artifact_sweep(const char *dir, int64_t wall_ms);

#endif
