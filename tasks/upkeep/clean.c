#include "clean.h"

#include "clean_files.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/str.h"
#include "upkeep_tasks.h"
#include <stdlib.h>

#define BATCH_MOST   10000
#define DAYS_MOST    36500
#define FILE_DAYS    31
#define ONCE_DAYS    60
#define USAGE_DAYS   400
#define USAGE_LEAST  62 /* what a month's budget is counted from, whole months */
#define FOLDER_SPELL ((int64_t)15 * 60 * 1000)

static const struct qn_param params[] = {
    {.name = "dry_run",
     .type = QN_BOOLEAN,
     .preset = "false",
     .doc = "remove nothing, say what would be"},
    {.name = "file_days",
     .type = QN_INTEGER,
     .preset = "31, or a day longer than records are kept",
     .doc = "result files that were written so many days ago go"},
    {.name = "temporary_hours",
     .type = QN_INTEGER,
     .preset = "24",
     .doc = "unfinished files that nobody wrote to for so many hours go"},
    {.name = "once_days",
     .type = QN_INTEGER,
     .preset = "60, or 30 longer than failed jobs are kept",
     .doc = "rows of quern.once that are so many days old go"},
    {.name = "usage_days",
     .type = QN_INTEGER,
     .preset = "400",
     .doc = "rows of quern.llm_usage that are so many days old go, 62 or more"},
    {.name = "batch",
     .type = QN_INTEGER,
     .preset = "1000",
     .doc = "rows of one step, 1 to 10000; of the cache at most 100 keys"},
    {.name = NULL},
};

/* What became of a part. */
enum part_state { PART_DONE, PART_NONE, PART_FAILED };

struct parts {
    struct clean clean;
    struct clean_files files;
    enum part_state cache, artifacts, rows;
    struct qn_err err; /* of the first part that failed */
};

/* ---- arguments ---- */

/* Days, up, that a setting keeps something. */
static int64_t kept_days(const char *name, int64_t preset)
{
    const char *text = getenv(name);
    int64_t ms;

    if (text == NULL || qn_str_to_ms(text, &ms) != QN_OK || ms < 0) {
        return preset;
    }
    return (ms + CLEAN_DAY_MS - 1) / CLEAN_DAY_MS;
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* No file goes before the record that may name it, no row of quern.once as long as its job
 * may run again. */
static bool read_args(struct clean *clean, struct qn_job *job)
{
    int64_t failed = kept_days("QUERN_FAILED_TTL", 30);
    int64_t kept = longer(failed, kept_days("QUERN_RESULT_TTL", 1));
    const struct upkeep_bound file = {"file_days", kept + 1, DAYS_MOST,
                                      longer(FILE_DAYS, kept + 1)};
    const struct upkeep_bound temporary = {"temporary_hours", 1, DAYS_MOST * 24, 24};
    const struct upkeep_bound once = {"once_days", failed + 2, DAYS_MOST,
                                      longer(ONCE_DAYS, failed + 30)};
    const struct upkeep_bound usage = {"usage_days", USAGE_LEAST, DAYS_MOST, USAGE_DAYS};
    const struct upkeep_bound batch = {"batch", 1, BATCH_MOST, 1000};

    *clean = (struct clean){.job = job, .complete = true};
    clean->dry_run = qn_job_arg_boolean(job, "dry_run", false);
    return upkeep_bounded(job, &file, &clean->file_days) &&
           upkeep_bounded(job, &temporary, &clean->temporary_hours) &&
           upkeep_bounded(job, &once, &clean->once_days) &&
           upkeep_bounded(job, &usage, &clean->usage_days) &&
           upkeep_bounded(job, &batch, &clean->batch);
}

/* ---- the parts ---- */

/* A part that was stopped has done what it could; one that failed does not keep the others. */
static enum part_state judge(struct parts *parts, int rc, const struct qn_err *err)
{
    if (rc == QN_OK) {
        return PART_DONE;
    }
    if (qn_job_should_stop(parts->clean.job)) {
        parts->clean.complete = false;
        return PART_DONE;
    }
    if (parts->err.code == QN_OK) {
        parts->err = *err;
        parts->err.code = rc;
    }
    return PART_FAILED;
}

static int do_cache(struct parts *parts, struct qn_err *reterr)
{
    const struct upkeep *upkeep = qn_job_state(parts->clean.job);
    struct qn_err err = {.code = QN_OK};
    int rc;

    if (upkeep->cache == NULL) {
        parts->cache = PART_NONE;
        return QN_OK;
    }
    rc = upkeep_need_cache(parts->clean.job, &err);
    if (rc == QN_EINVAL) { /* it holds the queues */
        return qn_fail(reterr, rc, "%s", err.msg);
    }
    if (rc == QN_OK) {
        rc = clean_cache(&parts->clean, &err);
    }
    parts->cache = judge(parts, rc, &err);
    return QN_OK;
}

static bool stop(void *arg, int folders_done)
{
    struct qn_job *job = arg;

    qn_job_progress(job, folders_done, CLEAN_FILES_FOLDERS, "result files");
    return qn_job_should_stop(job);
}

static void do_files(struct parts *parts)
{
    const struct clean *clean = &parts->clean;
    const char *dir = getenv("QUERN_ARTIFACT_DIR");
    int64_t wall_ms = qn_wall_ms(&qn_clock_system);
    struct qn_err err = {.code = QN_OK};
    int rc;

    parts->files = (struct clean_files){
        .wall_s = wall_ms / 1000,
        .result_age_s = clean->file_days * (CLEAN_DAY_MS / 1000),
        .temporary_age_s = clean->temporary_hours * 3600,
        .dry_run = clean->dry_run,
        .first = (int)(wall_ms / FOLDER_SPELL % CLEAN_FILES_FOLDERS),
        .stop = stop,
        .arg = clean->job,
    };
    if (dir == NULL || dir[0] == '\0') {
        parts->artifacts = PART_NONE;
        return;
    }
    rc = clean_files_run(&parts->files, dir, &err);
    parts->artifacts = rc == QN_ENOTFOUND ? PART_NONE : judge(parts, rc, &err);
    parts->clean.complete =
        parts->clean.complete && (parts->artifacts != PART_DONE || parts->files.complete);
}

static void do_rows(struct parts *parts)
{
    struct clean *clean = &parts->clean;
    struct qn_err err = {.code = QN_OK};
    int rc;

    if (((const struct upkeep *)qn_job_state(clean->job))->pg == NULL) {
        parts->rows = PART_NONE;
        return;
    }
    rc = upkeep_need_database(clean->job, &err);
    if (rc == QN_OK) {
        rc = clean_rows(clean, &err);
    }
    parts->rows = judge(parts, rc, &err);
}

/* ---- the result ---- */

static void add_count(struct qn_buf *out, const char *name, int64_t n, int64_t bytes)
{
    qn_json_add_key(out, name);
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "count");
    qn_json_add_i64(out, n);
    if (bytes >= 0) {
        qn_json_add_key(out, "bytes");
        qn_json_add_i64(out, bytes);
    }
    qn_buf_add_byte(out, '}');
}

static void add_number(struct qn_buf *out, const char *name, int64_t n)
{
    qn_json_add_key(out, name);
    qn_json_add_i64(out, n);
}

static void add_flag(struct qn_buf *out, const char *name, bool value)
{
    qn_json_add_key(out, name);
    qn_buf_add_str(out, value ? "true" : "false");
}

static void open_part(struct qn_buf *out, const char *name, bool configured)
{
    qn_json_add_key(out, name);
    qn_buf_add_byte(out, '{');
    add_flag(out, "configured", configured);
}

static void add_cache(struct qn_buf *out, const struct parts *parts)
{
    const struct clean *clean = &parts->clean;

    open_part(out, "cache", parts->cache != PART_NONE);
    if (parts->cache != PART_NONE) {
        add_number(out, "seen", clean->cache_seen);
        add_count(out, "without_life", clean->cache[CLEAN_WITHOUT_LIFE].n,
                  clean->cache[CLEAN_WITHOUT_LIFE].bytes);
        add_count(out, "old_versions", clean->cache[CLEAN_OLD_VERSION].n,
                  clean->cache[CLEAN_OLD_VERSION].bytes);
    }
    qn_buf_add_byte(out, '}');
}

static void add_files(struct qn_buf *out, const struct parts *parts)
{
    const struct clean_files *files = &parts->files;

    open_part(out, "files", parts->artifacts != PART_NONE);
    if (parts->artifacts != PART_NONE) {
        add_number(out, "seen", files->seen);
        add_count(out, "results", files->results.files, files->results.bytes);
        add_count(out, "temporary", files->temporary.files, files->temporary.bytes);
        add_number(out, "failed", files->failed);
    }
    qn_buf_add_byte(out, '}');
}

static void add_rows(struct qn_buf *out, const struct parts *parts)
{
    const struct clean *clean = &parts->clean;

    open_part(out, "rows", clean->has_once || clean->has_usage);
    if (clean->has_once) {
        add_count(out, "once", clean->once.n, clean->once.bytes);
    }
    if (clean->has_usage) {
        add_count(out, "llm_usage", clean->usage.n, clean->usage.bytes);
    }
    qn_buf_add_byte(out, '}');
}

static int give_result(const struct parts *parts, struct qn_err *reterr)
{
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, UPKEEP_RESULT_MAX);
    qn_buf_add_byte(&out, '{');
    add_flag(&out, "dry_run", parts->clean.dry_run);
    add_flag(&out, "complete", parts->clean.complete);
    add_cache(&out, parts);
    add_files(&out, parts);
    add_rows(&out, parts);
    rc = qn_buf_add_byte(&out, '}');
    rc = rc == QN_OK ? qn_job_result(parts->clean.job, out.data, out.len, reterr)
                     : qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
    qn_buf_release(&out);
    return rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    struct parts parts = {.err = {.code = QN_OK}};
    struct qn_err err = {.code = QN_OK};
    int rc;

    if (!read_args(&parts.clean, job)) {
        return QN_FAIL;
    }
    rc = do_cache(&parts, &err);
    if (rc != QN_OK) {
        return qn_answer(job, rc, &err);
    }
    do_files(&parts);
    do_rows(&parts);
    if (parts.err.code != QN_OK) {
        return qn_answer(job, parts.err.code, &parts.err);
    }
    rc = give_result(&parts, &err);
    return qn_answer(job, rc, &err);
}

const struct qn_task clean_task = {
    .name = "cache.clean_expired",
    .summary = "Removes what nobody can ask for any more: cache entries, result files, old rows",
    .params = params,
    .queue = UPKEEP_QUEUE,
    .init = upkeep_init,
    .run = run,
    .done = upkeep_done,
};
