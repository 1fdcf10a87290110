#include "profile.h"

#include "common/clock.h"
#include "judge.h"
#include "run.h"
#include <math.h>

#define STATISTICS_MS 1000 /* a look into the catalogue is always in */

static bool is_open(const struct qn_run *run, size_t column)
{
    return run->table->columns[column].readable && !run->given_up[column] &&
           run->ret->columns[column].tier == QN_PROFILE_NONE;
}

/* By the values that were seen, as many as are looked at. */
static int judge_values(struct qn_run *run, size_t column, const struct qn_gather *gather)
{
    const struct qn_values *values = &gather->values;
    struct qn_judge judge;
    int rc = QN_OK;

    qn_judge_init(&judge, gather->column->family);
    for (size_t i = 0; i < values->cap && rc == QN_OK; i++) {
        const struct qn_values_entry *entry = &values->entries[i];

        if (entry->hash != 0 && entry->text != 0) {
            rc = qn_judge_add(&judge, qn_values_text(values, entry), entry->count);
        }
    }
    qn_judge_finish(&judge, run->table, column, &run->ret->columns[column]);
    qn_judge_release(&judge);
    return rc;
}

static int keep_batch(struct qn_run *run, const size_t *columns, size_t n,
                      struct qn_gather *gathers, struct qn_err *reterr)
{
    bool all = qn_run_has_all(run, (double)gathers[0].rows);

    for (size_t i = 0; i < n; i++) {
        struct qn_profile_column *column = &run->ret->columns[columns[i]];
        int rc = qn_gather_finish(&gathers[i], run->arena, column, reterr);

        if (rc != QN_OK) {
            return rc;
        }
        run->doubt[columns[i]] = gathers[i].doubt;
        run->twice[columns[i]] = qn_values_seen(&gathers[i].values, 2);
        rc = judge_values(run, columns[i], &gathers[i]);
        if (rc != QN_OK) {
            return qn_fail(reterr, rc, "no memory for the profile");
        }
        column->tier = all ? QN_PROFILE_EXACT : QN_PROFILE_SAMPLED;
    }
    run->ret->seen = (double)gathers[0].rows;
    run->ret->complete = all;
    if (all) {
        run->ret->rows = run->ret->seen;
        run->counted = true;
    }
    return QN_OK;
}

static enum qn_run_end read_batch(struct qn_run *run, const size_t *columns, size_t n,
                                  struct qn_err *err)
{
    struct qn_gather gathers[QN_PROFILE_BATCH];
    enum qn_run_end end;
    bool again;

    do {
        again = false;
        for (size_t i = 0; i < n; i++) {
            qn_gather_init(&gathers[i], &run->table->columns[columns[i]], run->wish->now_ms);
        }
        end = qn_run_gather(run, columns, n, gathers, err);
        if (end == QN_RUN_DONE) {
            end = qn_run_replan(run, (double)gathers[0].rows, &again, err);
        }
        if (end == QN_RUN_DONE && !again && keep_batch(run, columns, n, gathers, err) != QN_OK) {
            end = QN_RUN_FAILED;
        }
        for (size_t i = 0; i < n; i++) {
            qn_gather_release(&gathers[i]);
        }
    } while (again && end == QN_RUN_DONE);
    return end;
}

/* A batch that was refused, column by column: the one at fault must not cost the others. */
static enum qn_run_end read_singly(struct qn_run *run, const size_t *columns, size_t n,
                                   struct qn_err *err)
{
    for (size_t i = 0; i < n; i++) {
        enum qn_run_end end = read_batch(run, &columns[i], 1, err);

        if (end == QN_RUN_REFUSED) {
            qn_run_trouble(run, run->table->columns[columns[i]].name, err);
            run->given_up[columns[i]] = true;
        } else if (end != QN_RUN_DONE) {
            return end;
        }
    }
    return QN_RUN_DONE;
}

static enum qn_run_end read_tier(struct qn_run *run, enum qn_profile_tier tier, struct qn_err *err)
{
    size_t columns[QN_PROFILE_BATCH];
    enum qn_run_end end = QN_RUN_DONE;
    size_t n = 0;

    qn_run_plan(run, tier);
    for (size_t i = 0; i < run->table->n_columns && end == QN_RUN_DONE; i++) {
        if (is_open(run, i)) {
            columns[n++] = i;
        }
        if (n == QN_PROFILE_BATCH || (n > 0 && i + 1 == run->table->n_columns)) {
            end = read_batch(run, columns, n, err);
            if (end == QN_RUN_REFUSED) {
                end = read_singly(run, columns, n, err);
            }
            n = 0;
        }
    }
    return end == QN_RUN_DONE ? qn_run_whole(run, err) : end;
}

static int prepare(struct qn_run *run, struct qn_err *reterr)
{
    size_t n = run->table->n_columns;

    *run->ret = (struct qn_profile_table){
        .asked = run->wish->tier,
        .trouble = "",
        .rows = run->table->rows,
        .columns = qn_arena_alloc(run->arena, n > 0 ? n : 1, sizeof(*run->ret->columns)),
        .n_columns = n,
    };
    run->given_up = qn_arena_alloc(run->arena, n > 0 ? n : 1, sizeof(*run->given_up));
    run->twice = qn_arena_alloc(run->arena, n > 0 ? n : 1, sizeof(*run->twice));
    run->doubt = qn_arena_alloc(run->arena, n > 0 ? n : 1, sizeof(*run->doubt));
    if (run->ret->columns == NULL || run->given_up == NULL || run->twice == NULL ||
        run->doubt == NULL) {
        return qn_arena_status(run->arena, "the profile", reterr);
    }
    for (size_t i = 0; i < n; i++) {
        qn_profile_column_init(&run->ret->columns[i]);
    }
    return QN_OK;
}

static void sum_up(struct qn_run *run)
{
    enum qn_profile_tier lowest = QN_PROFILE_TIERS;

    for (size_t i = 0; i < run->table->n_columns; i++) {
        struct qn_profile_column *column = &run->ret->columns[i];

        if (column->tier != QN_PROFILE_NONE) {
            qn_judge_alerts(run->table->columns[i].family, run->ret->rows, column);
        }
        if (!run->wish->show_personal) {
            bool statistics = column->tier == QN_PROFILE_STATISTICS;

            qn_judge_withhold(run->table, i, statistics ? run->ret->rows : run->ret->seen, column);
            qn_judge_mask(column, run->arena);
        }
        if (run->table->columns[i].readable && !run->given_up[i] &&
            run->ret->columns[i].tier < lowest) {
            lowest = run->ret->columns[i].tier;
        }
    }
    run->ret->tier = lowest == QN_PROFILE_TIERS ? QN_PROFILE_NONE : lowest;
    if (run->ret->tier < run->ret->asked && run->ret->trouble[0] == '\0') {
        run->ret->trouble = run->table->n_columns == 0   ? "it has no columns"
                            : lowest == QN_PROFILE_TIERS ? "this role may not read it"
                                                         : "never analysed";
    }
}

/* Time that is kept for the tiers below. */
static int64_t spare_for(const struct qn_run *run, enum qn_profile_tier tier)
{
    switch (tier) {
    case QN_PROFILE_EXACT:
        return run->wish->table_ms * 2 / 5;
    case QN_PROFILE_SAMPLED:
        return run->wish->table_ms / 10;
    default:
        return 0;
    }
}

static enum qn_run_end run_tier(struct qn_run *run, enum qn_profile_tier tier, struct qn_err *err)
{
    run->spare_ms = spare_for(run, tier);
    run->least_ms = tier == QN_PROFILE_STATISTICS ? STATISTICS_MS : 0;
    return tier == QN_PROFILE_STATISTICS ? qn_run_statistics(run, err) : read_tier(run, tier, err);
}

static int read_table(struct qn_run *run, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};

    for (int tier = (int)run->wish->tier; tier > QN_PROFILE_NONE; tier--) {
        enum qn_run_end end = run_tier(run, (enum qn_profile_tier)tier, &err);

        if (end == QN_RUN_FAILED) {
            return qn_fail(reterr, err.code, "%s", err.msg);
        }
        if (end == QN_RUN_DONE) {
            break;
        }
        qn_run_trouble(run, "", &err);
    }
    return QN_OK;
}

int qn_profile_table(struct qn_profile_table *ret, struct qn_arena *arena, struct qn_pg *pg,
                     const struct qn_catalog_table *table, const struct qn_profile_wish *wish,
                     struct qn_err *reterr)
{
    int64_t begun = qn_mono_ms(&qn_clock_system);
    struct qn_run run = {.ret = ret,
                         .arena = arena,
                         .pg = pg,
                         .table = table,
                         .wish = wish,
                         .deadline_ms = begun + wish->table_ms};
    int rc = prepare(&run, reterr);

    if (rc == QN_OK && table->readable) {
        rc = read_table(&run, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    sum_up(&run);
    ret->ms = (double)(qn_mono_ms(&qn_clock_system) - begun);
    return qn_arena_status(arena, "the profile", reterr);
}
