/* artifacts.h - result files, found by the hash of their bytes.
 *
 * A client names a file of a job by its name; what is opened is the sha256 that
 * the job's record holds for it, so no byte of a path comes from outside.
 * Layout of the directory: <first two hex digits>/<sha256>, regular files.
 */
#ifndef API_ARTIFACTS_H
#define API_ARTIFACTS_H

#include "api/problem.h"

struct api_artifact {
    char name[128];
    char type[100];
    char sha256[65];
    int64_t bytes;
};

/* Finds the file called name in the JSON array of a record. Pure. QN_ENOTFOUND;
 * QN_ECORRUPT when its entry makes no sense. A type that no header may carry
 * becomes application/octet-stream. */
QN_MUST_CHECK int api_artifact_find(struct qn_span json, const char *name,
                                    struct api_artifact *ret);

/* The file for reading, or a fault: the directory away, the file gone, or not of
 * the recorded length. */
QN_MUST_CHECK int api_artifact_open(const char *dir, const struct api_artifact *artifact,
                                    int *ret_fd, struct api_fault *fault);

#endif
