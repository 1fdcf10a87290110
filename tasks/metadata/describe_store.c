#include "describe_store.h"

static const char load[] =
    "SELECT layer, language = $5 AND prompt = $6 FROM quern.model_proposals"
    " WHERE datasource = $1 AND table_schema = $2 AND table_name = $3 AND table_hash = $4";
static const char save[] =
    "INSERT INTO quern.model_proposals"
    " (datasource, table_schema, table_name, table_hash, language, prompt, made_by, layer)"
    " SELECT name, $2, $3, $4, $5, $6, $7, $8 FROM quern.datasources WHERE name = $1"
    " FOR KEY SHARE"
    " ON CONFLICT (datasource, table_schema, table_name) DO UPDATE SET"
    " table_hash = excluded.table_hash, language = excluded.language, prompt = excluded.prompt,"
    " made_by = excluded.made_by, layer = excluded.layer, made_at = clock_timestamp()"
    " RETURNING true";

int describe_load(struct qn_pg *pg, const struct describe_row *row, struct qn_buf *out,
                  bool *ret_same, struct qn_err *reterr)
{
    const struct qn_span params[] = {
        qn_pg_text(row->datasource), qn_pg_text(row->schema),   qn_pg_text(row->name),
        qn_pg_text(row->hash),       qn_pg_text(row->language), qn_pg_text(row->version),
    };
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, load, params, sizeof(params) / sizeof(params[0]), &rows, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "the table was not described");
    } else if (qn_buf_add_str(out, qn_pg_str(rows, 0, 0)) != QN_OK) {
        rc = qn_fail(reterr, out->status, "descriptions: %s", qn_err_text(out->status));
    } else {
        *ret_same = qn_span_is(qn_pg_value(rows, 0, 1), "t");
    }
    qn_pg_rows_free(rows);
    return rc;
}

int describe_save(struct qn_pg *pg, const struct describe_row *row, struct qn_span layer,
                  struct qn_err *reterr)
{
    const struct qn_span params[] = {
        qn_pg_text(row->datasource), qn_pg_text(row->schema),
        qn_pg_text(row->name),       qn_pg_text(row->hash),
        qn_pg_text(row->language),   qn_pg_text(row->version),
        qn_pg_text(row->model),      layer,
    };
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, save, params, sizeof(params) / sizeof(params[0]), &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "there is no datasource %s any more", row->datasource);
    }
    qn_pg_rows_free(rows);
    return rc;
}
