#include "job_type.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include <string.h>

static void forget(struct qn_artifact *artifact)
{
    struct qn_artifact **at = &artifact->job->open;

    while (*at != artifact)
        at = &(*at)->next;
    *at = artifact->next;
    qn_free(artifact);
}

void qn_job_artifact_abandon(struct qn_artifact *artifact)
{
    worker_artifact_abandon(&artifact->file);
    forget(artifact);
}

void worker_job_abandon_all(struct qn_job *job)
{
    while (job->open)
        qn_job_artifact_abandon(job->open);
}

static bool is_committed(const struct qn_job *job, const char *name)
{
    struct qn_json_walk walk;
    struct qn_json_item item, member;
    char quoted[WORKER_ARTIFACT_NAME_MAX + 3];

    snprintf(quoted, sizeof(quoted), "\"%s\"", name);
    if (job->n_artifacts == 0 ||
        qn_json_walk_init(&walk, job->artifacts.data, job->artifacts.len) != QN_OK)
        return false;
    while (qn_json_walk_next(&walk, &item)) {
        if (qn_json_find(item.value.data, item.value.len, "name", &member) &&
            qn_span_is(member.value, quoted))
            return true;
    }
    return false;
}

static int check_new(const struct qn_job *job, const char *name, const char *media_type,
                     struct qn_err *reterr)
{
    int n = job->n_artifacts;
    bool there = is_committed(job, name);

    if (!worker_artifact_name_ok(name))
        return qn_fail(reterr, QN_EINVAL,
                       "artifact \"%.100s\": the name is not 1-%d of [A-Za-z0-9._-], no dot first",
                       name, WORKER_ARTIFACT_NAME_MAX);
    if (!worker_artifact_type_ok(media_type))
        return qn_fail(reterr, QN_EINVAL, "artifact %s: \"%.100s\" is no media type", name,
                       media_type);
    for (const struct qn_artifact *open = job->open; open; open = open->next) {
        there = there || strcmp(open->name, name) == 0;
        n++;
    }
    if (there)
        return qn_fail(reterr, QN_EEXISTS, "artifact %s: this job has one of that name", name);
    if (n >= WORKER_ARTIFACTS_OF_JOB)
        return qn_fail(reterr, QN_ELIMIT, "artifact %s: a job has at most %d", name,
                       WORKER_ARTIFACTS_OF_JOB);
    return QN_OK;
}

static void sweep_once(struct qn_job *job)
{
    if (!job->swept && job->setup.artifact_dir)
        worker_artifact_sweep(job->setup.artifact_dir, qn_wall_ms(job->setup.clock));
    job->swept = true;
}

int qn_job_artifact_open(struct qn_job *job, const char *name, const char *media_type,
                         struct qn_artifact **ret, FILE **ret_stream, struct qn_err *reterr)
{
    int rc = check_new(job, name, media_type, reterr);

    if (rc != QN_OK)
        return rc;
    struct qn_artifact *artifact = qn_zalloc(1, sizeof(*artifact));
    if (!artifact)
        return qn_fail(reterr, QN_ENOMEM, "artifact %s: out of memory", name);
    sweep_once(job);
    rc = worker_artifact_create(&artifact->file, job->setup.artifact_dir, reterr);
    if (rc != QN_OK) {
        qn_free(artifact);
        return rc;
    }
    artifact->job = job;
    qn_str_copy(artifact->name, sizeof(artifact->name), name);
    qn_str_copy(artifact->type, sizeof(artifact->type), media_type);
    artifact->next = job->open;
    job->open = artifact;
    *ret = artifact;
    *ret_stream = artifact->file.stream;
    return QN_OK;
}

static void add_item(struct qn_buf *out, const struct qn_artifact *artifact, int64_t size,
                     const char *sha256)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "name");
    qn_json_add_str(out, artifact->name);
    qn_json_add_key(out, "type");
    qn_json_add_str(out, artifact->type);
    qn_json_add_key(out, "size");
    qn_json_add_i64(out, size);
    qn_json_add_key(out, "sha256");
    qn_json_add_str(out, sha256);
    qn_buf_add_byte(out, '}');
}

/* The list is a whole array at any time; when one more fails, it stays as it was. */
static int list(struct qn_job *job, const struct qn_artifact *artifact, int64_t size,
                const char *sha256)
{
    struct qn_buf *out = &job->artifacts;
    size_t whole = out->len;

    if (whole > 0)
        out->data[whole - 1] = ',';
    else
        qn_buf_add_byte(out, '[');
    add_item(out, artifact, size, sha256);
    qn_buf_add_byte(out, ']');
    int rc = qn_buf_status(out);
    if (rc == QN_OK) {
        job->n_artifacts++;
        return QN_OK;
    }
    qn_buf_cut(out, whole);
    if (whole > 0)
        out->data[whole - 1] = ']';
    out->status = QN_OK;
    return rc;
}

int qn_job_artifact_commit(struct qn_artifact *artifact, struct qn_err *reterr)
{
    char sha256[WORKER_SHA256_SIZE] = "";
    int64_t size = 0;
    int rc = worker_artifact_commit(&artifact->file, &size, sha256, reterr);

    if (rc == QN_OK) {
        rc = list(artifact->job, artifact, size, sha256);
        if (rc != QN_OK)
            qn_fail(reterr, rc, "artifact %s: %s", artifact->name, qn_err_text(rc));
    }
    forget(artifact);
    return rc;
}
