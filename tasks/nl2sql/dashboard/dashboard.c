#include "dashboard.h"

#include "common/clock.h"
#include "common/mem.h"
#include "dashboard_args.h"
#include "dashboard_files.h"
#include "dashboard_result.h"
#include "dashboard_store.h"
#include "tasks/lib/answer.h"
#include <stdlib.h>
#include <string.h>

#define SOFT_LIMIT_MS ((int64_t)150 * 1000)
#define HARD_LIMIT_MS ((int64_t)180 * 1000)
#define RUN_MS        ((int64_t)120 * 1000) /* for all statements */
#define WARNINGS_MAX  ((size_t)16 * 1024)

struct run {
    struct qn_job *job;
    struct place *place;
    struct dashboard_args args;
    struct dashboard kept;        /* what was under the id */
    const struct dashboard *form; /* of args, or kept */
    struct dashboard_part parts[DASHBOARD_WIDGETS_MAX];
    struct dashboard_part *shown[DASHBOARD_WIDGETS_MAX];  /* as the form has them */
    struct dashboard_part *sorted[DASHBOARD_WIDGETS_MAX]; /* by database, then by id */
    size_t n;
    struct qn_buf warnings;
    struct dashboard_timings timings;
    int64_t started_ms; /* monotonic */
};

static int64_t now_ms(void)
{
    return qn_mono_ms(&qn_clock_system);
}

/* Adds the time since *since, which becomes now. */
static void count_ms(int64_t *timing, int64_t *since)
{
    const int64_t now = now_ms();

    *timing += now - *since;
    *since = now;
}

/* ---- what is to be shown ---- */

static int by_database(const void *a, const void *b)
{
    const struct dashboard_widget *one = (*(struct dashboard_part *const *)a)->widget;
    const struct dashboard_widget *other = (*(struct dashboard_part *const *)b)->widget;
    const int order = strcmp(one->database, other->database);

    return order != 0 ? order : strcmp(one->id, other->id);
}

/* All of them to save, whichever is to be shown. */
static void choose(struct run *run, bool all)
{
    run->n = 0;
    for (size_t i = 0; i < run->form->n_widgets; i++) {
        const struct dashboard_widget *widget = &run->form->widgets[i];

        if (all || run->args.widget[0] == '\0' || strcmp(run->args.widget, widget->id) == 0) {
            dashboard_part_init(&run->parts[run->n], widget);
            run->shown[run->n] = run->sorted[run->n] = &run->parts[run->n];
            run->n++;
        }
    }
    qsort(run->sorted, run->n, sizeof(run->sorted[0]), by_database);
}

static int find_form(struct run *run, struct qn_err *reterr)
{
    int rc = QN_OK;

    run->form = &run->args.form;
    if (run->form->n_widgets == 0) {
        rc = dashboard_load(&run->kept, run->place, run->args.form.id, reterr);
        run->form = &run->kept;
    }
    if (rc == QN_OK && run->args.widget[0] != '\0' &&
        dashboard_find(run->form, run->args.widget) == NULL) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "dashboard %s has no widget %s", run->args.form.id,
                     run->args.widget);
    }
    return rc;
}

/* ---- the guard ---- */

static int check_part(struct run *run, const struct place_database *database,
                      struct dashboard_part *part, struct qn_err *reterr)
{
    const struct qn_span sql = {part->widget->sql, strlen(part->widget->sql)};
    const int rc = guard_check(database->guard, sql, &part->verdict, NULL, reterr);

    if (rc == QN_OK && part->verdict.class != GUARD_ALLOWED) {
        dashboard_part_refuse(part, DASHBOARD_GUARD, part->verdict.reason);
        qn_job_log(run->job, "widget %s: refused by the guard (%s): %s", part->widget->id,
                   guard_class_names[part->verdict.class], part->verdict.reason);
    }
    return rc;
}

/* Puts those that are allowed first; how many. */
static int check_parts(struct run *run, const struct place_database *database,
                       struct dashboard_part **parts, size_t n, size_t *ret_allowed,
                       struct qn_err *reterr)
{
    int rc = QN_OK;

    *ret_allowed = 0;
    for (size_t i = 0; i < n && rc == QN_OK; i++) {
        struct dashboard_part *part = parts[i];

        rc = check_part(run, database, part, reterr);
        if (rc == QN_OK && part->code == DASHBOARD_ANSWERED) {
            parts[i] = parts[*ret_allowed];
            parts[(*ret_allowed)++] = part;
        }
    }
    return rc;
}

/* ---- widgets of one database ---- */

typedef int group_fn(struct run *run, struct dashboard_part **parts, size_t n,
                     struct qn_err *reterr);

static int each_group(struct run *run, group_fn *fn, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (size_t from = 0, to; from < run->n && rc == QN_OK; from = to) {
        const char *database = run->sorted[from]->widget->database;

        for (to = from; to < run->n && strcmp(run->sorted[to]->widget->database, database) == 0;) {
            to++;
        }
        rc = fn(run, run->sorted + from, to - from, reterr);
    }
    return rc;
}

/* That one database is away concerns its widgets; that the job is to stop concerns all. */
static int refuse_group(struct run *run, struct dashboard_part **parts, size_t n,
                        const struct qn_err *err, struct qn_err *reterr)
{
    if (err->code == QN_ENOMEM || qn_job_should_stop(run->job)) {
        return qn_fail(reterr, err->code, "%s", err->msg);
    }
    for (size_t i = 0; i < n; i++) {
        dashboard_part_refuse(parts[i], DASHBOARD_UNREACHABLE, err->msg);
    }
    return QN_OK;
}

static int fetch_group(struct run *run, struct dashboard_part **parts, size_t n,
                       struct qn_err *reterr)
{
    struct dashboard_fetch fetch = {
        .place = run->place,
        .job = run->job,
        .id = run->form->id,
        .refresh = run->args.refresh,
        .deadline_ms = run->started_ms + RUN_MS,
        .warnings = &run->warnings,
    };
    struct qn_err err = {.code = QN_OK};
    int64_t since = now_ms();
    size_t allowed = 0;
    int rc = place_database(run->place, parts[0]->widget->database, "", &fetch.database, &err);

    count_ms(&run->timings.database, &since);
    if (rc != QN_OK) {
        return refuse_group(run, parts, n, &err, reterr);
    }
    rc = check_parts(run, fetch.database, parts, n, &allowed, reterr);
    count_ms(&run->timings.guard, &since);
    if (rc == QN_OK && allowed > 0) {
        rc = dashboard_fetch(&fetch, parts, allowed, reterr);
    }
    count_ms(&run->timings.fetch, &since);
    return rc;
}

/* ---- saving ---- */

static int check_group(struct run *run, struct dashboard_part **parts, size_t n,
                       struct qn_err *reterr)
{
    const struct place_database *database;
    size_t allowed = 0;
    int rc = place_database(run->place, parts[0]->widget->database, "", &database, reterr);

    if (rc == QN_OK) {
        rc = check_parts(run, database, parts, n, &allowed, reterr);
    }
    if (rc == QN_OK && allowed < n) {
        const struct dashboard_part *part = parts[allowed];

        rc = qn_fail(reterr, QN_EINVAL, "not saved: %zu of the statements may not be run; %s: %s",
                     n - allowed, part->widget->id, part->reason);
    }
    return rc;
}

static int save(struct run *run, struct qn_err *reterr)
{
    int rc;

    choose(run, true);
    rc = each_group(run, check_group, reterr);
    return rc == QN_OK
               ? dashboard_save(run->form, run->place, qn_job_id(run->job), &run->warnings, reterr)
               : rc;
}

/* ---- pictures ---- */

static bool is_chinese(const char *text)
{
    for (; *text != '\0'; text++) { /* U+4E00 to U+9FFF begin so */
        if ((unsigned char)*text >= 0xe4 && (unsigned char)*text <= 0xe9) {
            return true;
        }
    }
    return false;
}

static const char *language_of(const char *title)
{
    return is_chinese(title) ? "zh" : "en";
}

/* Without a picture the rows are still there. */
static void draw(struct run *run)
{
    for (size_t i = 0; i < run->n; i++) {
        struct dashboard_part *part = run->shown[i];
        const char *type = part->widget->chart;
        const struct chart_wish wish = {.title = part->widget->title,
                                        .language = language_of(part->widget->title),
                                        .type = type};
        struct qn_err err = {.code = QN_OK};

        if (part->code != DASHBOARD_ANSWERED || strcmp(type, DASHBOARD_CHART_NONE) == 0) {
            continue;
        }
        part->has_chart = chart_choose(&part->chart, &part->rows, &wish, &err) == QN_OK;
        if (!part->has_chart) {
            qn_job_log(run->job, "widget %s: no chart: %s", part->widget->id, err.msg);
        }
    }
}

/* ---- the task ---- */

static int give(struct run *run, struct qn_err *reterr)
{
    const struct dashboard_part *const *parts = (const struct dashboard_part *const *)run->shown;
    const struct dashboard_files files = {.form = run->form,
                                          .parts = parts,
                                          .n = run->n,
                                          .exports = run->args.exports,
                                          .language = language_of(run->form->title),
                                          .made_ms = qn_wall_ms(&qn_clock_system)};
    struct dashboard_result result = {.form = run->form,
                                      .parts = parts,
                                      .n = run->n,
                                      .warnings = {run->warnings.data, run->warnings.len},
                                      .saved = run->args.save};
    struct qn_buf json;
    int rc = dashboard_files_store(&files, run->job, reterr);

    run->timings.total = now_ms() - run->started_ms;
    result.timings = run->timings;
    qn_buf_init(&json, QN_RESULT_MAX);
    if (rc == QN_OK) {
        rc = dashboard_result_write(&result, QN_RESULT_MAX, &json, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_job_result(run->job, json.data, json.len, reterr);
    }
    qn_buf_release(&json);
    return rc;
}

static int show(struct run *run, struct qn_err *reterr)
{
    int64_t since = now_ms();
    int rc = find_form(run, reterr);

    if (rc == QN_OK && run->args.save) {
        rc = save(run, reterr);
    }
    count_ms(&run->timings.store, &since);
    if (rc == QN_OK) {
        choose(run, false);
        rc = each_group(run, fetch_group, reterr);
    }
    since = now_ms();
    if (rc == QN_OK) {
        draw(run);
        count_ms(&run->timings.chart, &since);
        rc = give(run, reterr);
    }
    for (size_t i = 0; i < run->n; i++) {
        dashboard_part_release(&run->parts[i]);
    }
    return rc;
}

static int run_dashboard(struct run *run, struct qn_err *reterr)
{
    struct qn_span json;
    int rc;

    json.data = qn_job_args(run->job, &json.len);
    rc = dashboard_args_parse(&run->args, json, reterr);
    if (rc == QN_OK) {
        rc = show(run, reterr);
    }
    dashboard_release(&run->kept);
    dashboard_args_release(&run->args);
    return rc;
}

static enum qn_outcome run_task(struct qn_job *job)
{
    struct run *run = qn_zalloc(1, sizeof(*run));
    struct qn_err err = {.code = QN_OK};
    int rc;

    if (run == NULL) {
        return qn_answer(job, qn_fail(&err, QN_ENOMEM, "no memory for a dashboard"), &err);
    }
    run->job = job;
    run->place = qn_job_state(job);
    run->started_ms = now_ms();
    qn_buf_init(&run->warnings, WARNINGS_MAX);
    place_begin(run->place, job);
    rc = run_dashboard(run, &err);
    qn_buf_release(&run->warnings);
    qn_free(run);
    return rc == QN_EINVAL || rc == QN_ENOTFOUND || rc == QN_ELIMIT
               ? qn_job_reject(job, "%s", err.msg)
               : qn_answer(job, rc, &err);
}

const struct qn_task nl2sql_dashboard_task = {
    .name = "nl2sql.dashboard",
    .summary = "Many saved SELECTs at once: rows and charts, each for itself",
    .params = dashboard_params,
    .soft_limit_ms = SOFT_LIMIT_MS,
    .hard_limit_ms = HARD_LIMIT_MS,
    .init = place_init,
    .run = run_task,
    .done = place_done,
};
