#include "clean.h"

#include "common/str.h"
#include "tasks/lib/database.h"
#include "tasks/lib/once.h"
#include "upkeep_sql.h"
#include <stdlib.h>
#include <string.h>

/* One batch of a table; *ret_n: how many rows went. */
typedef int clean_batch_fn(const struct clean *clean, int64_t *ret_n, struct qn_err *reterr);

static struct qn_pg *database(const struct clean *clean)
{
    return ((const struct upkeep *)qn_job_state(clean->job))->pg;
}

static int find_tables(struct clean *clean, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(database(clean), upkeep_sql_rows_there, NULL, 0, &rows, reterr);

    if (rc == QN_OK) {
        clean->has_once = strcmp(qn_pg_str(rows, 0, 0), "t") == 0;
        clean->has_usage = strcmp(qn_pg_str(rows, 0, 1), "t") == 0;
        qn_pg_rows_free(rows);
    }
    return rc;
}

/* A statement that gives one number. $1 namespace, $2 age in ms, $3 the batch where it has one. */
static int ask(const struct clean *clean, const char *sql, int64_t age_ms, size_t n_params,
               int64_t *ret_n, struct qn_err *reterr)
{
    char age[QN_PG_NUMBER_SIZE], batch[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {qn_pg_text(getenv("QUERN_NAMESPACE")),
                                     qn_pg_number(age_ms, age), qn_pg_number(clean->batch, batch)};
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(database(clean), sql, params, n_params, &rows, reterr);

    if (rc == QN_OK) {
        rc = qn_str_to_i64(qn_pg_str(rows, 0, 0), ret_n);
        qn_pg_rows_free(rows);
    }
    return rc;
}

static int once_batch(const struct clean *clean, int64_t *ret_n, struct qn_err *reterr)
{
    return qn_once_prune(database(clean), clean->once_days * CLEAN_DAY_MS, (int)clean->batch, ret_n,
                         reterr);
}

static int usage_batch(const struct clean *clean, int64_t *ret_n, struct qn_err *reterr)
{
    return ask(clean, upkeep_sql_usage_clean, clean->usage_days * CLEAN_DAY_MS, 3, ret_n, reterr);
}

static int clean_table(struct clean *clean, clean_batch_fn *step, struct clean_count *count,
                       struct qn_err *reterr)
{
    int64_t n;

    do {
        int rc = step(clean, &n, reterr);

        if (rc != QN_OK) {
            return rc;
        }
        count->n += n;
        qn_job_progress(clean->job, count->n, 0, "old rows");
        clean->complete = clean->complete && !qn_job_should_stop(clean->job);
    } while (n == clean->batch && clean->complete);
    return QN_OK;
}

static int count_rows(struct clean *clean, struct qn_err *reterr)
{
    int rc = QN_OK;

    if (clean->has_once) {
        rc = ask(clean, upkeep_sql_once_old, clean->once_days * CLEAN_DAY_MS, 2, &clean->once.n,
                 reterr);
    }
    if (rc == QN_OK && clean->has_usage) {
        rc = ask(clean, upkeep_sql_usage_old, clean->usage_days * CLEAN_DAY_MS, 2, &clean->usage.n,
                 reterr);
    }
    return rc;
}

int clean_rows(struct clean *clean, struct qn_err *reterr)
{
    int rc = find_tables(clean, reterr);

    clean->once.bytes = clean->usage.bytes = -1; /* PostgreSQL uses their room again */
    if (rc != QN_OK || clean->dry_run) {
        return rc == QN_OK ? count_rows(clean, reterr) : rc;
    }
    if (clean->has_once) {
        rc = clean_table(clean, once_batch, &clean->once, reterr);
    }
    if (rc == QN_OK && clean->has_usage && clean->complete) {
        rc = clean_table(clean, usage_batch, &clean->usage, reterr);
    }
    return rc;
}
