#include "run.h"

#include <math.h>
#include <stdlib.h>

#define PAGE           8192
#define SYSTEM_PAGES   12000.0 /* of larger tables: few rows of many pages are like rows drawn */
#define ROWS_OF_PAGE   50.0    /* of a table that was never analysed */
#define TOO_MANY       3
#define TOO_FEW        3
#define STANDARD_ERROR 3

static bool has_pages(const struct qn_run *run)
{
    return run->table->kind == QN_CATALOG_TABLE || run->table->kind == QN_CATALOG_MATVIEW;
}

static void plan_for(struct qn_run *run, double rows)
{
    double bytes = (double)run->table->bytes;
    double pages = fmax(bytes / PAGE, 1);
    double part = QN_PROFILE_SAMPLE / fmax(rows, 1);

    run->sample = (struct qn_sample){
        .how = QN_READ_ALL,
        .percent = 100,
        .keep = 1,
        .limit = (int64_t)TOO_MANY * QN_PROFILE_SAMPLE,
        .seed = run->wish->seed,
    };
    if (part >= 1) {
        return;
    }
    run->sample.how = has_pages(run) ? QN_READ_BERNOULLI : QN_READ_RANDOM;
    run->sample.percent = 100 * part;
    if (has_pages(run) && run->table->bytes > QN_RUN_SCAN_BYTES && pages > SYSTEM_PAGES) {
        double pages_part = fmin(fmax(SYSTEM_PAGES / pages, part), 1);

        run->sample.how = QN_READ_SYSTEM;
        run->sample.percent = 100 * pages_part;
        run->sample.keep = part / pages_part;
    }
}

void qn_run_plan(struct qn_run *run, enum qn_profile_tier tier)
{
    double rows = run->table->rows;

    if (run->settled && tier != QN_PROFILE_EXACT) {
        return;
    }
    if (!has_pages(run)) {
        rows = 0;
    } else if (rows < 0) {
        rows = (double)run->table->bytes / PAGE * ROWS_OF_PAGE;
    }
    plan_for(run, rows);
    if (tier == QN_PROFILE_EXACT) {
        run->sample.how = QN_READ_ALL;
        run->sample.limit = 0;
    } else if (!has_pages(run)) {
        run->sample.limit = QN_PROFILE_SAMPLE;
    }
}

bool qn_run_has_all(const struct qn_run *run, double seen)
{
    return run->sample.how == QN_READ_ALL &&
           (run->sample.limit == 0 || seen < (double)run->sample.limit);
}

static int take_count(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    (void)reterr;
    if (n == 1 && values[0].data != NULL) {
        *(double *)arg = strtod(values[0].data, NULL);
    }
    return QN_OK;
}

static enum qn_run_end count_rows(struct qn_run *run, double *ret, struct qn_err *err)
{
    struct qn_run_ask ask = {.fn = take_count, .arg = ret};
    enum qn_run_end end = QN_RUN_FAILED;
    struct qn_buf sql;

    qn_buf_init(&sql, QN_RUN_SQL_MAX);
    qn_buf_add_str(&sql, "SELECT pg_catalog.count(*) FROM ");
    qn_catalog_add_table(&sql, run->table);
    ask.sql = sql.data;
    if (qn_buf_status(&sql) != QN_OK) {
        qn_fail(err, QN_ENOMEM, "no memory for a statement");
    } else {
        end = qn_run_statement(run, &ask, err);
    }
    qn_buf_release(&sql);
    return end;
}

/* The planner's number where the sample does not speak against it, which is of fewer rows. */
static void settle(struct qn_run *run, double seen)
{
    double part = run->sample.percent / 100 * run->sample.keep;
    double drawn = seen / part;
    double error = STANDARD_ERROR * sqrt(seen) / part;

    run->settled = true;
    if (run->counted) {
        return;
    }
    run->ret->rows = run->table->rows;
    if (run->table->rows < 0 || fabs(drawn - run->table->rows) > error) {
        run->ret->rows = drawn;
    }
    run->ret->rows = fmax(run->ret->rows, seen);
}

enum qn_run_end qn_run_replan(struct qn_run *run, double seen, bool *ret_again, struct qn_err *err)
{
    enum qn_run_end end = QN_RUN_DONE;
    double rows = seen / (run->sample.percent / 100 * run->sample.keep);

    *ret_again = false;
    if (run->settled || qn_run_has_all(run, seen)) {
        return QN_RUN_DONE;
    }
    if (run->counted || (seen < (double)run->sample.limit && seen * TOO_FEW >= QN_PROFILE_SAMPLE)) {
        settle(run, seen);
        return QN_RUN_DONE;
    }
    if (seen >= (double)run->sample.limit) {
        end = count_rows(run, &rows, err);
        if (end == QN_RUN_FAILED) {
            return end;
        }
        run->counted = end == QN_RUN_DONE;
    }
    if (end != QN_RUN_DONE) { /* the first rows have to do */
        run->settled = true;
        run->ret->rows = fmax(run->table->rows, seen);
        return QN_RUN_DONE;
    }
    run->ret->rows = rows;
    run->replanned = true;
    plan_for(run, rows);
    *ret_again = true;
    return QN_RUN_DONE;
}
