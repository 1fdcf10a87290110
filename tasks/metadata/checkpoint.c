#include "checkpoint.h"

#include "tasks/lib/database.h"

static const char load_profile[] =
    "SELECT profile FROM quern.analysis_profiles WHERE datasource = $1 AND table_schema = $2"
    " AND table_name = $3 AND table_hash = $4 AND tier >= $5::smallint"
    " AND made_at >= clock_timestamp() - $6::bigint * interval '1 millisecond'";
/* Of no datasource nothing is kept, and that is told. */
static const char save_profile[] =
    "INSERT INTO quern.analysis_profiles"
    " (datasource, table_schema, table_name, table_hash, tier, profile)"
    " SELECT name, $2, $3, $4, $5::smallint, $6 FROM quern.datasources WHERE name = $1"
    " FOR KEY SHARE"
    " ON CONFLICT (datasource, table_schema, table_name) DO UPDATE SET"
    " table_hash = excluded.table_hash, tier = excluded.tier, profile = excluded.profile,"
    " made_at = excluded.made_at RETURNING true";
static const char load_catalog[] = "SELECT catalog FROM quern.analyses WHERE datasource = $1";
static const char save_catalog[] =
    "INSERT INTO quern.analyses (datasource, catalog, catalog_hash)"
    " SELECT name, $2, $3 FROM quern.datasources WHERE name = $1 FOR KEY SHARE"
    " ON CONFLICT (datasource) DO UPDATE SET catalog = excluded.catalog,"
    " catalog_hash = excluded.catalog_hash, made_at = excluded.made_at RETURNING true";
static const char forget[] = "DELETE FROM quern.analysis_profiles WHERE datasource = $1";
static const char forget_others[] =
    "DELETE FROM quern.analysis_profiles p WHERE p.datasource = $1 AND NOT EXISTS ("
    "SELECT FROM json_to_recordset($2::json) AS now(s text, n text, h text)"
    " WHERE now.s = p.table_schema AND now.n = p.table_name AND now.h = p.table_hash)";

/* The words keep apart from other locks of the database. */
#define LOCK_KEY "(hashtextextended('quern.analysis ' || $1::text, 0))"
static const char lock[] = "SELECT pg_try_advisory_lock" LOCK_KEY;
static const char unlock[] = "SELECT pg_advisory_unlock" LOCK_KEY;

struct found {
    struct qn_buf *out;
    bool any;
};

/* A catalogue may be larger than what qn_pg_query keeps. */
static int take(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct found *found = arg;
    int rc = n == 1 ? qn_buf_add(found->out, values[0].data, values[0].len) : QN_ECORRUPT;

    found->any = true;
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "a checkpoint: %s", qn_err_text(rc));
}

static int load(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n_params,
                struct qn_buf *out, struct qn_err *reterr)
{
    struct found found = {.out = out};
    int rc = qn_pg_stream(pg, sql, params, n_params, take, &found, reterr);

    return rc != QN_OK || found.any ? rc : qn_fail(reterr, QN_ENOTFOUND, "there is no checkpoint");
}

static int save(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n_params,
                struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, sql, params, n_params, &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "the datasource was removed meanwhile");
    }
    qn_pg_rows_free(rows);
    return rc;
}

int checkpoint_load_profile(struct qn_pg *pg, const struct checkpoint_table *table, int64_t age_ms,
                            struct qn_buf *out, struct qn_err *reterr)
{
    char tier[QN_PG_NUMBER_SIZE], age[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {
        qn_pg_text(table->datasource), qn_pg_text(table->schema),       qn_pg_text(table->name),
        qn_pg_text(table->hash),       qn_pg_number(table->tier, tier), qn_pg_number(age_ms, age),
    };

    return load(pg, load_profile, params, 6, out, reterr);
}

int checkpoint_save_profile(struct qn_pg *pg, const struct checkpoint_table *table,
                            struct qn_span profile, struct qn_err *reterr)
{
    char tier[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {
        qn_pg_text(table->datasource), qn_pg_text(table->schema),       qn_pg_text(table->name),
        qn_pg_text(table->hash),       qn_pg_number(table->tier, tier), profile,
    };

    return save(pg, save_profile, params, 6, reterr);
}

int checkpoint_load_catalog(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                            struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(datasource);

    return load(pg, load_catalog, &param, 1, out, reterr);
}

int checkpoint_save_catalog(struct qn_pg *pg, const char *datasource, const char *hash,
                            struct qn_span catalog, struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(datasource), catalog, qn_pg_text(hash)};

    return save(pg, save_catalog, params, 3, reterr);
}

int checkpoint_forget(struct qn_pg *pg, const char *datasource, struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(datasource);

    return qn_pg_run(pg, forget, &param, 1, reterr);
}

int checkpoint_forget_others(struct qn_pg *pg, const char *datasource, struct qn_span tables,
                             struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(datasource), tables};

    return qn_pg_run(pg, forget_others, params, 2, reterr);
}

int checkpoint_lock(struct qn_pg *pg, const char *datasource, bool *ret_taken,
                    struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(datasource);
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, lock, &param, 1, &rows, reterr);

    *ret_taken = rc == QN_OK && qn_span_is(qn_pg_value(rows, 0, 0), "t");
    qn_pg_rows_free(rows);
    return rc;
}

/* Of a session that is lost the lock is too. A job that was stopped lets go all the same. */
void checkpoint_unlock(struct qn_pg *pg, const char *datasource)
{
    const struct qn_span param = qn_pg_text(datasource);
    struct qn_pg_rows *rows = NULL;
    struct qn_err why;

    if (qn_pg_ready(pg, "quern", -1, &why) == QN_OK) {
        (void)!qn_pg_query(pg, unlock, &param, 1, &rows, &why);
        qn_pg_rows_free(rows);
    }
}
