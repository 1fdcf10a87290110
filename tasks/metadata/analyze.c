#include "analysis_files.h"
#include "analysis_result.h"
#include "analyze_args.h"
#include "checkpoint.h"
#include "common/clock.h"
#include "describe_run.h"
#include "hidden_by_people.h"
#include "home.h"
#include "keeper.h"
#include "metadata.h"
#include "report.h"
#include "tasks/lib/answer.h"
#include "tasks/lib/file.h"
#include "tasks/lib/model/model_diff.h"
#include "tasks/lib/model/model_store.h"

#define SOFT_LIMIT_MS ((int64_t)1500 * 1000)
#define HARD_LIMIT_MS ((int64_t)1800 * 1000)
#define SPARE_MS      ((int64_t)240 * 1000) /* for relations, the model and files */
#define WAIT_MS       10000                 /* until another analysis is looked for again */
#define HINTS_MAX     ((size_t)4 * 1024 * 1024)
#define DIFF_MAX      ((size_t)4 * 1024 * 1024)
#define HIDDEN_MAX    ((size_t)64 * 1024 * 1024)
#define WARNINGS_MAX  8
#define DESCRIBED_MAX 1024

struct run {
    struct qn_job *job;
    struct metadata_home *home;
    struct analyze_args args;
    struct qn_datasource *source;
    struct qn_pg *pg; /* to the database that is looked at */
    struct qn_buf hints;
    bool narrowed;        /* the job's own globs leave out tables: no model of the datasource */
    bool locked;          /* no other run of the datasource is let in */
    struct keeper keeper; /* of a datasource */
    struct qn_arena arena;
    struct qn_hidden hidden; /* what people hid in the newest model */
    struct qn_analysis analysis;
    struct describe_run describe;
    struct qn_buf changes; /* of the catalogue, JSON; empty: no run before */
    struct qn_buf diff;    /* of the model, likewise */
    struct qn_buf report;
    bool fresh; /* the version is new */
    const char *warnings[WARNINGS_MAX];
    size_t n_warnings;
};

static void warn(struct run *run, const char *text)
{
    qn_job_log(run->job, "%s", text);
    if (run->n_warnings < WARNINGS_MAX) {
        run->warnings[run->n_warnings++] = text;
    }
}

static void tell(void *arg, int64_t done, int64_t total, const char *text)
{
    const struct run *run = arg;

    qn_job_progress(run->job, done, total, text);
}

/* ---- where ---- */

static int read_hints(struct run *run, struct qn_err *reterr)
{
    const char *path = run->args.hints;

    if (path[0] == '\0') {
        return qn_buf_add_str(&run->hints, run->source->hints);
    }
    if (!qn_job_is_local(run->job)) {
        return qn_fail(reterr, QN_EINVAL,
                       "hints: a file is for quern-worker run; a datasource has "
                       "its own: quern "
                       "datasource set NAME --hints FILE");
    }
    return qn_file_read(path, &run->hints, reterr);
}

static int open_source(struct run *run, struct qn_err *reterr)
{
    int rc = qn_datasource_find(&run->source, run->home->pg, run->args.database,
                                qn_job_is_local(run->job), reterr);

    if (rc == QN_OK) {
        rc = read_hints(run, reterr);
    }
    run->narrowed = run->args.choice.n_include > 0 || run->args.choice.n_exclude > 0;
    if (rc == QN_OK) {
        rc = analyze_args_keep_within(&run->args, run->source->globs, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_pg_create(&run->pg, run->source->url, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_pg_ready(run->pg, qn_job_id(run->job), qn_job_stop_fd(run->job), reterr);
    }
    return rc;
}

/* A datasource has models; a URL, by hand, has none. */
static bool has_models(const struct run *run)
{
    return run->source->name[0] != '\0';
}

static bool is_stored(const struct run *run)
{
    return has_models(run) && !run->narrowed;
}

static int lock(struct run *run, struct qn_err *reterr)
{
    return has_models(run) ? checkpoint_lock(run->home->pg, run->source->name, &run->locked, reterr)
                           : QN_OK;
}

/* No attempt is used: there is nothing wrong with the job. */
static enum qn_outcome wait_for_other(struct run *run)
{
    qn_job_log(run->job, "another analysis of %s is running: again in %d s", run->source->name,
               WAIT_MS / 1000);
    qn_job_delay(run->job, WAIT_MS);
    return QN_SNOOZE;
}

/* ---- what ---- */

static int analyze(struct run *run, struct qn_err *reterr)
{
    int64_t left_ms = qn_job_time_left_ms(run->job);
    struct qn_analysis_wish wish = {
        .model = {.datasource = run->source->name,
                  .time_zone = run->source->time_zone,
                  .language = run->args.language},
        .choice = run->args.choice,
        .hide = run->source->hide,
        .hidden = &run->hidden,
        .tier = run->args.tier,
        .declared_only = run->args.declared_only,
        .query_ms = run->source->profile_ms,
        .profile_ms = left_ms > SPARE_MS * 2 ? left_ms - SPARE_MS : left_ms / 2,
        .now_ms = qn_wall_ms(&qn_clock_system),
        .hints = {run->hints.data, run->hints.len},
        .stop_fd = qn_job_stop_fd(run->job),
        .arg = run,
        .progress = tell,
    };
    int rc = QN_OK;

    if (has_models(run)) {
        keeper_init(&run->keeper, run->home->pg, run->source->name, run->args.tier);
        wish.keeper = &run->keeper.calls;
        rc = metadata_hidden_by_people(&run->hidden, run->home->pg, run->source->name, reterr);
    }
    if (rc == QN_OK && has_models(run) && run->args.full && qn_job_attempt(run->job) == 1) {
        rc = keeper_forget(&run->keeper, reterr);
    }
    return rc == QN_OK ? qn_analysis_run(&run->analysis, run->pg, &wish, reterr) : rc;
}

/* The database is left alone meanwhile. */
static int describe(struct run *run, struct qn_err *reterr)
{
    qn_pg_free(run->pg);
    run->pg = NULL;
    return describe_run(&run->describe, &run->args, run->home, run->source->name, &run->analysis,
                        reterr);
}

static void look_at_role(struct run *run)
{
    const struct qn_catalog *catalog = run->analysis.catalog;

    if (catalog->superuser) {
        warn(run, "the role is a superuser: a datasource should have one that may only read");
    } else if (catalog->writes) {
        warn(run, "the role may write: a datasource should have one that may only read");
    }
    if (catalog->unreadable > 0) {
        warn(run, "the role may not read some of the tables: counts.unreadable says how many");
    }
    if (has_models(run) && run->narrowed) {
        warn(run, "not stored: a model of the datasource needs all of its tables; include and "
                  "exclude of the datasource itself choose them");
    }
    if (catalog->n_tables == 0) {
        warn(run, "no table is to be seen: the role has no rights, or globs leave all out");
    }
}

/* What is different from the version before this job, if there is one. */
static int compare(struct run *run, const struct qn_model *before, struct qn_err *reterr)
{
    int rc = keeper_changes(&run->keeper, run->analysis.catalog, &run->changes, reterr);

    if (rc == QN_OK && before != NULL) {
        rc = qn_model_diff(before, run->analysis.model, &run->diff);
    }
    if (rc == QN_ELIMIT) {
        qn_job_log(run->job, "too much is different to list it");
        qn_buf_reset(&run->changes);
        qn_buf_reset(&run->diff);
        rc = QN_OK;
    }
    return rc;
}

static int store(struct run *run, struct qn_err *reterr)
{
    struct qn_model *before = NULL;
    int rc;

    if (!is_stored(run)) {
        return qn_model_seal(run->analysis.model, reterr);
    }
    rc = qn_model_load_before(&before, run->home->pg, run->source->name, qn_job_id(run->job),
                              reterr);
    if (rc == QN_OK || rc == QN_ENOTFOUND) {
        rc = qn_model_store(run->home->pg, run->analysis.model, qn_job_id(run->job), &run->fresh,
                            reterr);
    }
    if (rc == QN_OK) {
        rc = compare(run, before, reterr);
    }
    qn_model_free(before);
    return rc;
}

/* ---- what is given ---- */

static int make_report(struct run *run, struct qn_err *reterr)
{
    const struct metadata_report_source source = {
        .model = run->analysis.model,
        .catalog = run->analysis.catalog,
        .profiles = run->analysis.profiles,
        .relations = run->analysis.relations,
        .made_ms = qn_wall_ms(&qn_clock_system),
        .diff_json = run->diff.data,
    };
    int rc = metadata_report(&run->report, &source);

    return rc == QN_OK ? rc : qn_fail(reterr, rc, "the report: %s", qn_err_text(rc));
}

static int give_result(struct run *run, struct qn_err *reterr)
{
    struct analysis_result result = {
        .analysis = &run->analysis,
        .datasource = run->source->name,
        .stored = is_stored(run),
        .fresh = run->fresh,
        .changes = {run->changes.data, run->changes.len},
        .warnings = run->warnings,
        .n_warnings = run->n_warnings,
    };
    struct qn_buf described;
    struct qn_buf json;
    int rc;

    qn_buf_init(&described, DESCRIBED_MAX);
    qn_buf_init(&json, QN_RESULT_MAX);
    describe_run_json(&run->describe, &described);
    result.described = (struct qn_span){described.data, described.len};
    rc = analysis_result_to_json(&result, QN_RESULT_MAX, &json);
    rc = rc == QN_OK ? qn_job_result(run->job, json.data, json.len, reterr)
                     : qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
    qn_buf_release(&described);
    qn_buf_release(&json);
    return rc;
}

static int write_down(struct run *run, struct qn_err *reterr)
{
    struct qn_span html;
    int rc;

    look_at_role(run);
    rc = store(run, reterr);
    if (rc == QN_OK) {
        qn_analysis_forget_hidden(&run->analysis);
        rc = make_report(run, reterr);
    }
    html = (struct qn_span){run->report.data, run->report.len};
    if (rc == QN_OK && is_stored(run)) {
        rc = metadata_home_publish(run->home, run->analysis.model, html, reterr);
    }
    if (rc == QN_OK) {
        rc = analysis_files_write(run->job, &run->analysis, html, reterr);
    }
    if (rc == QN_OK && is_stored(run)) {
        rc = keeper_replace(&run->keeper, run->analysis.catalog, reterr);
    }
    return rc == QN_OK ? give_result(run, reterr) : rc;
}

/* ---- the task ---- */

static void init(struct run *run, struct qn_job *job)
{
    *run = (struct run){.job = job, .home = qn_job_state(job)};
    qn_buf_init(&run->hints, HINTS_MAX);
    qn_arena_init(&run->arena, HIDDEN_MAX);
    run->hidden.arena = &run->arena;
    qn_buf_init(&run->changes, DIFF_MAX);
    qn_buf_init(&run->diff, DIFF_MAX);
    qn_buf_init(&run->report, METADATA_REPORT_MAX);
}

static void release(struct run *run)
{
    if (run->locked) {
        checkpoint_unlock(run->home->pg, run->source->name);
    }
    describe_run_close(&run->describe);
    qn_buf_release(&run->report);
    qn_buf_release(&run->diff);
    qn_buf_release(&run->changes);
    qn_analysis_free(&run->analysis);
    qn_pg_free(run->pg);
    qn_arena_release(&run->arena);
    qn_buf_release(&run->hints);
    qn_datasource_free(run->source);
    analyze_args_release(&run->args);
}

/* What the caller got wrong ends the job; what the database says may be another
 * time better. */
static enum qn_outcome work(struct run *run, struct qn_err *err)
{
    size_t len;
    const char *json = qn_job_args(run->job, &len);
    int rc = analyze_args_parse(&run->args, json, len, err);

    if (rc == QN_OK) {
        rc = metadata_home_ready(run->home, run->job, err);
    }
    if (rc == QN_OK) {
        rc = describe_run_open(&run->describe, &run->args, run->home, err);
    }
    if (rc == QN_OK) {
        rc = open_source(run, err);
    }
    if (rc == QN_EINVAL || rc == QN_ENOTFOUND) {
        return qn_job_reject(run->job, "%s", err->msg);
    }
    if (rc == QN_OK) {
        rc = lock(run, err);
    }
    if (rc == QN_OK && has_models(run) && !run->locked) {
        return wait_for_other(run);
    }
    if (rc == QN_OK) {
        rc = analyze(run, err);
    }
    if (rc == QN_OK) {
        rc = describe(run, err);
    }
    if (rc == QN_EAGAIN && run->describe.told.delay_ms > 0) {
        qn_job_log(run->job, "%s", err->msg);
        qn_job_delay(run->job, run->describe.told.delay_ms);
        return QN_SNOOZE;
    }
    if (rc == QN_OK) {
        rc = write_down(run, err);
    }
    return qn_answer(run->job, rc, err);
}

static enum qn_outcome run_analyze(struct qn_job *job)
{
    struct qn_err err = {.code = QN_OK};
    enum qn_outcome outcome;
    struct run run;

    init(&run, job);
    outcome = work(&run, &err);
    release(&run);
    return outcome;
}

const struct qn_task metadata_analyze_task = {
    .name = "metadata.analyze",
    .summary = "What a database holds: profiles, relations, and a semantic "
               "model of it",
    .params = analyze_params,
    .soft_limit_ms = SOFT_LIMIT_MS,
    .hard_limit_ms = HARD_LIMIT_MS,
    .init = metadata_home_init,
    .run = run_analyze,
    .done = metadata_home_done,
};
