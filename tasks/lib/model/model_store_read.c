/* model_store_read.c - versions of models, as they were stored. */
#include "common/str.h"
#include "model_store_type.h"
#include "tasks/lib/database.h"
#include <string.h>

void qn_model_row_init(struct qn_model_row *row)
{
    *row = (struct qn_model_row){.version = 0};
    qn_buf_init(&row->text, QN_MODEL_BYTES_MAX);
}

void qn_model_row_release(struct qn_model_row *row)
{
    qn_buf_release(&row->text);
}

static void copy(char *out, size_t size, struct qn_span text)
{
    size_t len = text.len < size ? text.len : size - 1;

    if (len > 0) {
        memcpy(out, text.data, len);
    }
    out[len] = '\0';
}

static int take_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_model_row *row = arg;
    int rc;

    if (n != 4 || row->found) {
        return qn_fail(reterr, QN_ECORRUPT, "more than one row of a model");
    }
    row->found = true;
    row->approved = qn_span_is(values[1], "t");
    copy(row->hash, sizeof(row->hash), values[2]);
    if (qn_strn_to_i64(values[0].data, values[0].len, &row->version) != QN_OK) {
        row->version = 0;
    }
    rc = qn_buf_add(&row->text, values[3].data, values[3].len);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "a stored model: %s", qn_err_text(rc));
}

int qn_model_row_read(struct qn_model_row *row, struct qn_pg *pg, const char *sql,
                      const struct qn_span *params, size_t n_params, struct qn_err *reterr)
{
    row->found = false;
    qn_buf_reset(&row->text);
    return qn_pg_stream(pg, sql, params, n_params, take_row, row, reterr);
}

/* ---- reading ---- */

/* The one that answers comes first. */
#define BY_APPROVAL "approved_at DESC NULLS LAST, version DESC"
#define COLUMNS     "SELECT version, approved_at IS NOT NULL, hash, model FROM quern.models "

static const char load_current[] = COLUMNS "WHERE datasource = $1 ORDER BY " BY_APPROVAL " LIMIT 1";
static const char load_newest[] = COLUMNS "WHERE datasource = $1 ORDER BY version DESC LIMIT 1";
static const char load_before[] =
    COLUMNS "WHERE datasource = $1 AND made_by <> $2 ORDER BY version DESC LIMIT 1";
static const char load_version[] = COLUMNS "WHERE datasource = $1 AND version = $2::bigint";

static int find_row(struct qn_model_row *row, struct qn_pg *pg, const char *datasource,
                    int64_t version, struct qn_err *reterr)
{
    char number[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {qn_pg_text(datasource), qn_pg_number(version, number)};
    const char *sql = version > 0 ? load_version : version < 0 ? load_newest : load_current;
    int rc = qn_model_row_read(row, pg, sql, params, version > 0 ? 2 : 1, reterr);

    if (rc != QN_OK || row->found) {
        return rc;
    }
    return version > 0
               ? qn_fail(reterr, QN_ENOTFOUND, "datasource %.64s has no model of version %lld",
                         datasource, (long long)version)
               : qn_fail(reterr, QN_ENOTFOUND,
                         "datasource %.64s has no model yet: metadata.analyze makes one",
                         datasource);
}

/* The text says what it was when it was made. */
static int parse_row(struct qn_model **ret, const struct qn_model_row *row, struct qn_err *reterr)
{
    int rc = qn_model_from_json(ret, (struct qn_span){row->text.data, row->text.len}, reterr);

    if (rc == QN_OK) {
        (*ret)->version = row->version;
        (*ret)->approved = row->approved;
    }
    return rc;
}

int qn_model_load(struct qn_model **ret, struct qn_pg *pg, const char *datasource, int64_t version,
                  struct qn_err *reterr)
{
    struct qn_model_row row;
    int rc;

    qn_model_row_init(&row);
    rc = find_row(&row, pg, datasource, version, reterr);
    if (rc == QN_OK) {
        rc = parse_row(ret, &row, reterr);
    }
    qn_model_row_release(&row);
    return rc;
}

int qn_model_load_before(struct qn_model **ret, struct qn_pg *pg, const char *datasource,
                         const char *job, struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(datasource), qn_pg_text(job)};
    struct qn_model_row row;
    int rc;

    qn_model_row_init(&row);
    rc = qn_model_row_read(&row, pg, load_before, params, 2, reterr);
    if (rc == QN_OK) {
        rc = row.found ? parse_row(ret, &row, reterr)
                       : qn_fail(reterr, QN_ENOTFOUND, "there is no other version");
    }
    qn_model_row_release(&row);
    return rc;
}

int qn_model_write(const struct qn_model *model, struct qn_buf *out, struct qn_err *reterr)
{
    int rc;

    qn_buf_init(out, QN_MODEL_BYTES_MAX);
    rc = qn_model_to_json(model, out);
    if (rc == QN_OK) {
        rc = qn_buf_status(out);
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the model as a text: %s", qn_err_text(rc));
}

/* ---- lists ---- */

#define INSTANT(column) \
    "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
#define VERSION_LIST                                                                              \
    "(SELECT coalesce(json_agg(v), '[]') FROM (SELECT version, hash,"                             \
    " CASE WHEN approved_at IS NULL THEN 'draft' ELSE 'approved' END AS state, " INSTANT(         \
        "made_at") " AS made_at, made_by, " INSTANT("approved_at") " AS approved_at,"             \
                                                                   " approved_by, tables, "       \
                                                                   "relations FROM quern.models " \
                                                                   "WHERE datasource = $1"        \
                                                                   " ORDER BY version DESC) AS v)"

static int one_text(struct qn_pg *pg, const char *sql, const char *datasource, struct qn_buf *out,
                    struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(datasource);
    struct qn_pg_rows *rows = NULL;
    struct qn_span text;
    int rc = qn_pg_query(pg, sql, &param, 1, &rows, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    text = qn_pg_value(rows, 0, 0);
    rc = qn_buf_add(out, text.data, text.len);
    qn_pg_rows_free(rows);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the list of models: %s", qn_err_text(rc));
}

int qn_model_versions(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                      struct qn_err *reterr)
{
    return one_text(pg, "SELECT " VERSION_LIST "::text", datasource, out, reterr);
}

static const char index_sql[] =
    "SELECT json_build_object('datasource', $1::text,"
    " 'revision', (SELECT coalesce(max(id), 0) FROM quern.model_log WHERE datasource = $1),"
    " 'current', (SELECT version FROM quern.models WHERE datasource = $1"
    "  ORDER BY " BY_APPROVAL " LIMIT 1),"
    " 'newest', (SELECT max(version) FROM quern.models WHERE datasource = $1),"
    " 'approved', (SELECT version FROM quern.models WHERE datasource = $1"
    "  AND approved_at IS NOT NULL ORDER BY " BY_APPROVAL " LIMIT 1),"
    " 'versions', " VERSION_LIST ")::text";

int qn_model_index(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                   struct qn_err *reterr)
{
    return one_text(pg, index_sql, datasource, out, reterr);
}
