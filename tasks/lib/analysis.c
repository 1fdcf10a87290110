#include "analysis.h"

#include "common/clock.h"
#include "tasks/lib/profile/gather.h"
#include "tasks/lib/profile/load.h"
#include "tasks/lib/wait.h"

#define PROFILES_BYTES_MAX ((size_t)512 * 1024 * 1024)
#define LOOK_AGAIN_MS      1000
#define SAMPLE_SEED        20240601
#define OTHER_STEPS        2 /* of progress, behind the tables */

const char *const qn_analysis_step_names[QN_ANALYSIS_STEPS] = {
    [QN_ANALYSIS_CATALOG] = "catalogue",
    [QN_ANALYSIS_PROFILE] = "profile",
    [QN_ANALYSIS_RELATIONS] = "relations",
    [QN_ANALYSIS_MODEL] = "model",
};

struct running {
    struct qn_analysis *result;
    struct qn_pg *pg;
    const struct qn_analysis_wish *wish;
    int64_t profiles_until; /* mono ms */
    int64_t views_ms;       /* that views used so far */
    bool waited;            /* in vain */
};

static int64_t now(void)
{
    return qn_mono_ms(&qn_clock_system);
}

static void tell(const struct running *run, size_t done, const char *text)
{
    if (run->wish->progress != NULL) {
        run->wish->progress(run->wish->arg, (int64_t)done,
                            (int64_t)run->result->catalog->n_tables + OTHER_STEPS, text);
    }
}

/* ---- profiles ---- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* QN_EAGAIN: the server stayed busy. Waits in vain once in a run. */
static int wait_for_room(struct running *run, struct qn_err *reterr)
{
    int64_t wait_ms = run->wish->wait_ms > 0 ? run->wish->wait_ms : QN_ANALYSIS_WAIT_MS;
    int64_t until = run->waited ? 0 : least(now() + wait_ms, run->profiles_until);
    double share = 0;
    int rc = qn_profile_load(run->pg, &share, reterr);

    while (rc == QN_OK && share > QN_PROFILE_LOAD_MAX) {
        if (now() >= until) {
            run->waited = true;
            return QN_EAGAIN;
        }
        if (qn_wait_fd(-1, 0, run->wish->stop_fd, now() + LOOK_AGAIN_MS) == QN_ELOST) {
            return qn_fail(reterr, QN_ETIMEOUT, "stopped by the soft limit");
        }
        rc = qn_profile_load(run->pg, &share, reterr);
    }
    return rc;
}

/* The tier that there is time and room for. trouble: why it is less than asked,
 * or "". */
static int choose_tier(struct running *run, const struct qn_catalog_table *table,
                       enum qn_profile_tier *ret, const char **trouble, struct qn_err *reterr)
{
    int rc;

    *ret = run->wish->tier;
    *trouble = "";
    if (*ret <= QN_PROFILE_STATISTICS) {
        return QN_OK;
    }
    if (now() >= run->profiles_until) {
        *ret = QN_PROFILE_STATISTICS;
        *trouble = "the time for profiles was used up";
        return QN_OK;
    }
    if (table->kind == QN_CATALOG_VIEW && run->views_ms >= QN_ANALYSIS_VIEWS_MS) {
        *ret = QN_PROFILE_STATISTICS;
        *trouble = "the time for views was used up";
        return QN_OK;
    }
    rc = wait_for_room(run, reterr);
    if (rc == QN_EAGAIN) {
        *ret = QN_PROFILE_STATISTICS;
        *trouble = "the server was busy";
        rc = QN_OK;
    }
    return rc;
}

/* Of one table, within what all of them have. */
static int64_t time_for(const struct running *run, const struct qn_catalog_table *table)
{
    int64_t left = least(QN_ANALYSIS_TABLE_MS, run->profiles_until - now());

    if (table->kind == QN_CATALOG_VIEW) {
        left = least(left, QN_ANALYSIS_VIEWS_MS - run->views_ms);
    }
    return left > 0 ? left : 0;
}

static int make_profile(struct running *run, const struct qn_catalog_table *table,
                        struct qn_profile_table *ret, struct qn_err *reterr)
{
    const struct qn_analysis_wish *wish = run->wish;
    struct qn_profile_wish asked = {
        .query_ms = wish->query_ms > 0 ? wish->query_ms : QN_ANALYSIS_QUERY_MS,
        .now_ms = wish->now_ms,
        .seed = SAMPLE_SEED,
    };
    const char *trouble;
    int rc = choose_tier(run, table, &asked.tier, &trouble, reterr);

    asked.table_ms = time_for(run, table);
    if (rc == QN_OK) {
        rc = qn_profile_table(ret, &run->result->arena, run->pg, table, &asked, reterr);
    }
    if (rc == QN_OK && trouble[0] != '\0') {
        ret->asked = wish->tier;
        ret->trouble = trouble;
    }
    if (rc == QN_OK && ret->tier >= wish->tier && wish->keeper != NULL) {
        rc = wish->keeper->save(wish->keeper->arg, table, ret, reterr);
    }
    return rc;
}

static int profile_one(struct running *run, size_t place, struct qn_err *reterr)
{
    const struct qn_analysis_wish *wish = run->wish;
    const struct qn_catalog_table *table = &run->result->catalog->tables[place];
    struct qn_profile_table *profile = &run->result->profiles[place];
    int64_t began = now();
    bool there = false;
    int rc = QN_OK;

    tell(run, place, table->name);
    if (wish->keeper != NULL && wish->tier > QN_PROFILE_NONE && table->readable) {
        rc = wish->keeper->load(wish->keeper->arg, table, profile, &run->result->arena, &there,
                                reterr);
    }
    if (rc == QN_OK && !there) {
        rc = make_profile(run, table, profile, reterr);
    }
    run->result->kept += there;
    run->views_ms += table->kind == QN_CATALOG_VIEW ? now() - began : 0;
    return rc;
}

static int profile_all(struct running *run, struct qn_err *reterr)
{
    struct qn_analysis *result = run->result;
    const struct qn_analysis_wish *wish = run->wish;
    size_t n = result->catalog->n_tables;
    int rc = QN_OK;

    result->profiles = qn_arena_alloc(&result->arena, n + 1, sizeof(*result->profiles));
    if (result->profiles == NULL) {
        return qn_arena_status(&result->arena, "the profiles", reterr);
    }
    run->profiles_until =
        now() + (wish->profile_ms > 0 ? wish->profile_ms : QN_ANALYSIS_PROFILE_MS);
    for (size_t i = 0; i < n && rc == QN_OK; i++) {
        rc = profile_one(run, i, reterr);
    }
    return rc;
}

/* ---- the steps ---- */

/* The owner's first. */
static int find_hidden(const struct qn_analysis_wish *wish, struct qn_hidden *hidden,
                       size_t *ret_owner, struct qn_err *reterr)
{
    int rc = qn_hidden_add_list(hidden, wish->hide != NULL ? wish->hide : "", reterr);

    *ret_owner = hidden->n;
    for (size_t i = 0; rc == QN_OK && wish->hidden != NULL && i < wish->hidden->n; i++) {
        rc = qn_hidden_add(hidden, wish->hidden->patterns[i], reterr);
    }
    return rc == QN_OK
               ? qn_hidden_of_hints(wish->hints, hidden->arena, qn_hidden_add, hidden, reterr)
               : rc;
}

static int read_catalog(struct running *run, struct qn_err *reterr)
{
    struct qn_hidden hidden = {.arena = &run->result->arena};
    struct qn_catalog_hide hide = {.n = 0};
    int rc = find_hidden(run->wish, &hidden, &hide.n_owner, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    hide.patterns = hidden.patterns;
    hide.n = hidden.n;
    return qn_catalog_read_hiding(&run->result->catalog, run->pg, &run->wish->choice, &hide,
                                  reterr);
}

static int find_relations(struct running *run, struct qn_err *reterr)
{
    struct qn_analysis *result = run->result;
    const struct qn_relations_wish asked = {
        .declared_only = run->wish->declared_only,
        .query_ms = run->wish->query_ms > 0 ? run->wish->query_ms : QN_ANALYSIS_QUERY_MS,
        .total_ms = QN_ANALYSIS_RELATION_MS +
                    (int64_t)result->catalog->n_tables * QN_ANALYSIS_TABLE_RELATION_MS,
    };
    struct qn_pg *pg = run->wish->tier == QN_PROFILE_NONE ? NULL : run->pg;

    tell(run, result->catalog->n_tables, "relations");
    return qn_relations_find(&result->relations, pg, result->catalog, result->profiles, &asked,
                             reterr);
}

static int make_model(struct running *run, struct qn_err *reterr)
{
    struct qn_analysis *result = run->result;
    const struct qn_analysis_wish *wish = run->wish;
    int rc;

    tell(run, result->catalog->n_tables + 1, "model");
    rc = qn_model_build(&result->model, result->catalog, result->profiles, result->relations,
                        &wish->model, reterr);
    if (rc == QN_OK && wish->hints.len > 0) {
        rc = qn_model_merge(result->model, wish->hints, QN_MODEL_HINTS, reterr);
    }
    return rc;
}

int qn_analysis_run(struct qn_analysis *ret, struct qn_pg *pg, const struct qn_analysis_wish *wish,
                    struct qn_err *reterr)
{
    static int (*const steps[QN_ANALYSIS_STEPS])(struct running *, struct qn_err *) = {
        [QN_ANALYSIS_CATALOG] = read_catalog,
        [QN_ANALYSIS_PROFILE] = profile_all,
        [QN_ANALYSIS_RELATIONS] = find_relations,
        [QN_ANALYSIS_MODEL] = make_model,
    };
    struct running run = {.result = ret, .pg = pg, .wish = wish};
    int rc = QN_OK;

    *ret = (struct qn_analysis){.catalog = NULL};
    qn_arena_init(&ret->arena, PROFILES_BYTES_MAX);
    for (size_t i = 0; i < QN_ANALYSIS_STEPS && rc == QN_OK; i++) {
        int64_t began = now();

        rc = steps[i](&run, reterr);
        ret->ms[i] = now() - began;
    }
    return rc;
}

/* Secrets, which rules hide, are masked. */
static bool is_hidden(const struct qn_model_table *table, const char *name)
{
    size_t column = qn_model_column(table, name);

    return column != QN_MODEL_NONE && ((table->hidden && table->hidden_source != QN_MODEL_RULE) ||
                                       (table->columns[column].hidden &&
                                        table->columns[column].hidden_source != QN_MODEL_RULE));
}

void qn_analysis_forget_hidden(struct qn_analysis *analysis)
{
    for (size_t i = 0; i < analysis->catalog->n_tables; i++) {
        const struct qn_catalog_table *table = &analysis->catalog->tables[i];
        struct qn_profile_table *profile = &analysis->profiles[i];
        size_t place = qn_model_table(analysis->model, table->schema, table->name);

        for (size_t k = 0; place != QN_MODEL_NONE && k < profile->n_columns; k++) {
            if (is_hidden(&analysis->model->tables[place], table->columns[k].name)) {
                qn_profile_column_init(&profile->columns[k]);
            }
        }
    }
}

void qn_analysis_free(struct qn_analysis *analysis)
{
    qn_model_free(analysis->model);
    qn_relations_free(analysis->relations);
    qn_arena_release(&analysis->arena);
    qn_catalog_free(analysis->catalog);
    *analysis = (struct qn_analysis){.catalog = NULL};
}
