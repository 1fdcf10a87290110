#include "run.h"

#include "common/clock.h"

enum qn_run_end qn_run_statement(struct qn_run *run, const struct qn_run_ask *ask,
                                 struct qn_err *err)
{
    int64_t left = run->deadline_ms - run->spare_ms - qn_mono_ms(&qn_clock_system);
    int64_t limit = run->wish->query_ms > run->least_ms ? run->wish->query_ms : run->least_ms;
    struct qn_buf begin;
    int rc;

    left = left > run->least_ms ? left : run->least_ms;
    if (left <= 0) {
        qn_fail(err, QN_ETIMEOUT, "no time is left for the table");
        return QN_RUN_OUT;
    }
    qn_buf_init(&begin, 4096);
    rc = qn_select_begin(&begin, left < limit ? left : limit);
    rc = rc == QN_OK ? qn_pg_script(run->pg, begin.data, err) : qn_fail(err, rc, "no memory");
    qn_buf_release(&begin);
    if (rc == QN_OK) {
        rc = qn_pg_stream(run->pg, ask->sql, ask->params, ask->n_params, ask->fn, ask->arg, err);
    }
    qn_pg_rollback(run->pg);
    qn_pg_hide_values(err);
    switch (rc) {
    case QN_OK:
        return QN_RUN_DONE;
    case QN_ECONN:
    case QN_ENOMEM:
        return QN_RUN_FAILED;
    case QN_ETIMEOUT:
        return qn_pg_is_stopped(run->pg) ? QN_RUN_FAILED : QN_RUN_OUT;
    case QN_EAGAIN:
        return QN_RUN_OUT;
    default:
        return QN_RUN_REFUSED;
    }
}

void qn_run_trouble(struct qn_run *run, const char *what, const struct qn_err *err)
{
    if (run->ret->trouble[0] == '\0') {
        run->ret->trouble =
            qn_arena_printf(run->arena, "%s%s%s", what, what[0] != '\0' ? ": " : "", err->msg);
    }
}

struct batch {
    struct qn_gather *gathers;
    size_t n;
};

static int gather_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    const struct batch *batch = arg;

    for (size_t i = 0; i < batch->n && 2 * i + 1 < n; i++) {
        int rc = qn_gather_add(&batch->gathers[i], values[2 * i], values[2 * i + 1], reterr);

        if (rc != QN_OK) {
            return rc;
        }
    }
    return QN_OK;
}

enum qn_run_end qn_run_gather(struct qn_run *run, const size_t *columns, size_t n,
                              struct qn_gather *gathers, struct qn_err *err)
{
    struct batch batch = {gathers, n};
    enum qn_run_end end = QN_RUN_FAILED;
    struct qn_buf sql;

    qn_buf_init(&sql, QN_RUN_SQL_MAX);
    if (qn_select_values(&sql, run->table, columns, n, &run->sample) != QN_OK) {
        qn_fail(err, QN_ENOMEM, "no memory for a statement");
    } else {
        const struct qn_run_ask ask = {.sql = sql.data, .fn = gather_row, .arg = &batch};

        end = qn_run_statement(run, &ask, err);
    }
    qn_buf_release(&sql);
    return end;
}
