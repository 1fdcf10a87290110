#include "attach.h"

int qn_attach(struct qn_job *job, const struct qn_attachment *what, struct qn_span bytes,
              struct qn_err *reterr)
{
    struct qn_artifact *artifact;
    FILE *stream;
    int rc = qn_job_artifact_open(job, what->name, what->media_type, &artifact, &stream, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (fwrite(bytes.data, 1, bytes.len, stream) != bytes.len) {
        rc = qn_fail_sys(reterr, "%s: cannot be written", what->name);
        qn_job_artifact_abandon(artifact);
        return rc;
    }
    return qn_job_artifact_commit(artifact, reterr);
}
