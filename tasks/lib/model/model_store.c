/* model_store.c - what changes a datasource's models. Each is one transaction that holds the
 * datasource's row: two at once come one after the other.
 */
#include "model_store.h"

#include "model_patch.h"
#include "model_store_type.h"
#include "tasks/lib/database.h"

#define EDITS_MAX ((size_t)4 * 1024 * 1024)

struct store {
    struct qn_pg *pg;
    const char *datasource;
    struct qn_model_change change;
    struct qn_model_row newest; /* its text is who made it */
};

static const char lock_sql[] = "SELECT FROM quern.datasources WHERE name = $1 FOR NO KEY UPDATE";
static const char newest_sql[] = "SELECT version, approved_at IS NOT NULL, hash, made_by "
                                 "FROM quern.models WHERE datasource = $1 "
                                 "ORDER BY version DESC LIMIT 1";
static const char edits_sql[] =
    "SELECT 0, false, '', edits FROM quern.model_edits WHERE datasource = $1";
static const char base_sql[] =
    "SELECT 0, false, '', base FROM quern.model_edits WHERE datasource = $1";
static const char keep_base_sql[] =
    "INSERT INTO quern.model_edits (datasource, base) VALUES ($1, $2)"
    " ON CONFLICT (datasource) DO UPDATE SET base = excluded.base";
static const char keep_edits_sql[] =
    "UPDATE quern.model_edits SET edits = $2, changed_at = clock_timestamp()"
    " WHERE datasource = $1";
static const char insert_sql[] =
    "INSERT INTO quern.models (datasource, version, hash, model, tables, relations, made_by)"
    " VALUES ($1, $2::bigint, $3, $4, $5::integer, $6::integer, $7)";
static const char refresh_sql[] =
    "UPDATE quern.models SET model = $3, tables = $4::integer, relations = $5::integer"
    " WHERE datasource = $1 AND version = $2::bigint AND model <> $3 RETURNING version";
/* What this job did in a run before. */
static const char done_sql[] =
    "SELECT version, false, '', '' FROM quern.model_log"
    " WHERE datasource = $1 AND who = $2 AND ($3 = '' OR action = $3) ORDER BY id DESC LIMIT 1";
static const char log_sql[] =
    "INSERT INTO quern.model_log (datasource, who, action, version, detail)"
    " VALUES ($1, $2, $3, $4::bigint, coalesce($5, ''))";
/* The newest one is among those that are kept by their number. */
static const char prune_sql[] = "DELETE FROM quern.models WHERE datasource = $1"
                                " AND approved_at IS NULL AND version NOT IN"
                                " (SELECT version FROM quern.models WHERE datasource = $1"
                                " ORDER BY version DESC LIMIT $2::integer)";
static const char approve_sql[] =
    "UPDATE quern.models SET approved_at = clock_timestamp(), approved_by = $3"
    " WHERE datasource = $1 AND version = $2::bigint RETURNING version";

/* ---- the transaction ---- */

static int lock(const struct store *store, struct qn_err *reterr)
{
    const struct qn_span name = qn_pg_text(store->datasource);
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(store->pg, lock_sql, &name, 1, &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "no datasource %.64s; quern datasource list shows them",
                     store->datasource);
    }
    qn_pg_rows_free(rows);
    return rc;
}

/* READ COMMITTED: what is read after the lock is what its last holder left. */
static int begin(struct store *store, struct qn_err *reterr)
{
    const struct qn_span name = qn_pg_text(store->datasource);
    int rc =
        qn_pg_run(store->pg, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", NULL, 0, reterr);

    if (rc == QN_OK) {
        rc = lock(store, reterr);
    }
    return rc == QN_OK ? qn_model_row_read(&store->newest, store->pg, newest_sql, &name, 1, reterr)
                       : rc;
}

static int end(struct store *store, int rc, struct qn_err *reterr)
{
    if (rc == QN_OK) {
        rc = qn_pg_run(store->pg, "COMMIT", NULL, 0, reterr);
    }
    qn_pg_rollback(store->pg); /* where it failed */
    qn_model_row_release(&store->newest);
    return rc;
}

static struct store open_store(struct qn_pg *pg, const char *datasource,
                               const struct qn_model_change *change)
{
    struct store store = {.pg = pg, .datasource = datasource, .change = *change};

    qn_model_row_init(&store.newest);
    return store;
}

static int write_log(const struct store *store, const char *action, int64_t version,
                     struct qn_span detail, struct qn_err *reterr)
{
    char number[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {qn_pg_text(store->datasource), qn_pg_text(store->change.job),
                                     qn_pg_text(action), qn_pg_number(version, number), detail};

    return qn_pg_run(store->pg, log_sql, params, 5, reterr);
}

/* Of a job that was cut off after its commit. action "": anything. */
static int find_done(const struct store *store, const char *action, int64_t *ret_version,
                     struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(store->datasource), qn_pg_text(store->change.job),
                                     qn_pg_text(action)};
    struct qn_model_row row;
    int rc;

    qn_model_row_init(&row);
    rc = qn_model_row_read(&row, store->pg, done_sql, params, 3, reterr);
    *ret_version = rc == QN_OK && row.found ? row.version : 0;
    qn_model_row_release(&row);
    return rc;
}

/* After the lock: nobody makes a version meanwhile. */
static int check_hash(const struct store *store, struct qn_err *reterr)
{
    const char *hash = store->change.if_hash;
    int64_t done = 0;
    int rc;

    if (hash == NULL || hash[0] == '\0' ||
        (store->newest.found && qn_span_is(qn_pg_text(hash), store->newest.hash))) {
        return QN_OK;
    }
    rc = find_done(store, "", &done, reterr);
    return rc != QN_OK || done > 0
               ? rc
               : qn_fail(reterr, QN_EINVAL,
                         "if_hash: the newest version is %lld with hash %.12s: somebody was faster",
                         (long long)store->newest.version, store->newest.hash);
}

/* ---- a version ---- */

/* The hash leaves out what changes with every run: numbers of rows, shares, examples. */
static int refresh(const struct store *store, const struct qn_model *model, struct qn_err *reterr)
{
    char version[QN_PG_NUMBER_SIZE], tables[QN_PG_NUMBER_SIZE], relations[QN_PG_NUMBER_SIZE];
    const struct qn_span nothing = {NULL, 0};
    struct qn_pg_rows *rows = NULL;
    struct qn_buf text;
    int rc = qn_model_write(model, &text, reterr);
    bool differs = false;

    if (rc == QN_OK) {
        const struct qn_span params[] = {
            qn_pg_text(store->datasource),
            qn_pg_number(model->version, version),
            qn_pg_bytes(text.data, text.len),
            qn_pg_number((int64_t)model->n_tables, tables),
            qn_pg_number((int64_t)model->n_relations, relations),
        };
        rc = qn_pg_query(store->pg, refresh_sql, params, 5, &rows, reterr);
        differs = rc == QN_OK && qn_pg_rows_count(rows) > 0;
        qn_pg_rows_free(rows);
    }
    qn_buf_release(&text);
    return differs ? write_log(store, "made", model->version, nothing, reterr) : rc;
}

static int insert(const struct store *store, const struct qn_model *model, struct qn_err *reterr)
{
    char version[QN_PG_NUMBER_SIZE], tables[QN_PG_NUMBER_SIZE], relations[QN_PG_NUMBER_SIZE];
    struct qn_buf text;
    int rc = qn_model_write(model, &text, reterr);

    if (rc == QN_OK) {
        const struct qn_span params[] = {
            qn_pg_text(store->datasource),
            qn_pg_number(model->version, version),
            qn_pg_text(model->hash),
            qn_pg_bytes(text.data, text.len),
            qn_pg_number((int64_t)model->n_tables, tables),
            qn_pg_number((int64_t)model->n_relations, relations),
            qn_pg_text(store->change.job),
        };
        rc = qn_pg_run(store->pg, insert_sql, params, 7, reterr);
    }
    qn_buf_release(&text);
    return rc;
}

static int prune(const struct store *store, struct qn_err *reterr)
{
    char kept[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {qn_pg_text(store->datasource),
                                     qn_pg_number(QN_MODEL_VERSIONS_KEPT, kept)};

    return qn_pg_run(store->pg, prune_sql, params, 2, reterr);
}

/* Merges, seals, and inserts it, or brings the newest one up to date that it is again. */
static int add_version(struct store *store, struct qn_model *model, struct qn_span edits,
                       struct qn_err *reterr)
{
    int rc = qn_span_is(edits, "{}") ? QN_OK : qn_model_merge(model, edits, QN_MODEL_HUMAN, reterr);

    if (rc == QN_OK) {
        rc = qn_model_seal(model, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    if (store->newest.found && qn_span_is(qn_pg_text(model->hash), store->newest.hash)) {
        model->version = store->newest.version;
        model->approved = store->newest.approved;
        return refresh(store, model, reterr);
    }
    model->version = store->newest.version + 1;
    model->approved = false;
    rc = insert(store, model, reterr);
    return rc == QN_OK ? prune(store, reterr) : rc;
}

static bool is_new(const struct store *store, const struct qn_model *model)
{
    return model->version != store->newest.version;
}

/* ---- an analysis ---- */

/* What the analysis says, without the edits: the next edit begins from it. */
static int keep_base(const struct store *store, const struct qn_model *model, struct qn_err *reterr)
{
    struct qn_buf text;
    int rc = qn_model_write(model, &text, reterr);

    if (rc == QN_OK) {
        const struct qn_span params[] = {qn_pg_text(store->datasource),
                                         qn_pg_bytes(text.data, text.len)};
        rc = qn_pg_run(store->pg, keep_base_sql, params, 2, reterr);
    }
    qn_buf_release(&text);
    return rc;
}

static int store_locked(struct store *store, struct qn_model *model, struct qn_model_row *edits,
                        struct qn_err *reterr)
{
    const struct qn_span name = qn_pg_text(store->datasource);
    const struct qn_span nothing = {NULL, 0};
    int rc = keep_base(store, model, reterr);

    if (rc == QN_OK) {
        rc = qn_model_row_read(edits, store->pg, edits_sql, &name, 1, reterr);
    }
    if (rc == QN_OK) {
        rc = add_version(store, model, qn_pg_bytes(edits->text.data, edits->text.len), reterr);
    }
    return rc == QN_OK && is_new(store, model)
               ? write_log(store, "made", model->version, nothing, reterr)
               : rc;
}

int qn_model_store(struct qn_pg *pg, struct qn_model *model, const char *job, bool *ret_new,
                   struct qn_err *reterr)
{
    const struct qn_model_change change = {.job = job};
    struct store store = open_store(pg, model->datasource, &change);
    struct qn_model_row edits;
    int rc;

    qn_model_row_init(&edits);
    rc = begin(&store, reterr);
    if (rc == QN_OK) {
        rc = store_locked(&store, model, &edits, reterr);
    }
    if (rc == QN_OK) {
        const struct qn_buf *maker = &store.newest.text;

        *ret_new = is_new(&store, model) || qn_span_is(qn_pg_bytes(maker->data, maker->len), job);
    }
    qn_model_row_release(&edits);
    return end(&store, rc, reterr);
}

/* ---- an edit ---- */

static int check_edits(struct qn_span edits, struct qn_err *reterr)
{
    struct qn_err why = {0};
    int rc = qn_span_is(edits, "{}") ? QN_OK : qn_model_check_layer(edits, &why);

    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the edits with this change: %s", why.msg);
}

static int keep_edits(const struct store *store, struct qn_span edits, struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(store->datasource), edits};

    return qn_pg_run(store->pg, keep_edits_sql, params, 2, reterr);
}

/* From what the last analysis said, so that what is taken back is as it was before. */
static int rebuild(struct qn_model **ret, struct store *store, struct qn_span edits,
                   struct qn_err *reterr)
{
    const struct qn_span name = qn_pg_text(store->datasource);
    struct qn_model_row base;
    int rc;

    qn_model_row_init(&base);
    rc = qn_model_row_read(&base, store->pg, base_sql, &name, 1, reterr);
    if (rc == QN_OK) {
        rc = qn_model_from_json(ret, qn_pg_bytes(base.text.data, base.text.len), reterr);
    }
    qn_model_row_release(&base);
    return rc == QN_OK ? add_version(store, *ret, edits, reterr) : rc;
}

static int edit_locked(struct qn_model **ret, struct store *store, struct qn_span change,
                       struct qn_buf *merged, struct qn_err *reterr)
{
    const struct qn_span name = qn_pg_text(store->datasource);
    struct qn_model_row old;
    struct qn_span edits;
    int rc;

    qn_model_row_init(&old);
    rc = qn_model_row_read(&old, store->pg, edits_sql, &name, 1, reterr);
    if (rc == QN_OK && !old.found) {
        rc = qn_fail(reterr, QN_ENOTFOUND,
                     "datasource %.64s has no model yet: metadata.analyze makes one",
                     store->datasource);
    }
    if (rc == QN_OK) {
        rc = qn_model_patch(qn_pg_bytes(old.text.data, old.text.len), change, merged, reterr);
    }
    qn_model_row_release(&old);
    edits = qn_pg_bytes(merged->data, merged->len);
    if (rc == QN_OK) {
        rc = check_edits(edits, reterr);
    }
    if (rc == QN_OK) {
        rc = keep_edits(store, edits, reterr);
    }
    if (rc == QN_OK) {
        rc = rebuild(ret, store, edits, reterr);
    }
    return rc == QN_OK ? write_log(store, "edited", (*ret)->version, change, reterr) : rc;
}

/* The version that an edit made may have gone since. */
static int load_done(struct qn_model **ret, const struct store *store, int64_t version,
                     struct qn_err *reterr)
{
    struct qn_err why = {0};
    int rc = qn_model_load(ret, store->pg, store->datasource, version, &why);

    if (rc == QN_ENOTFOUND) {
        return qn_model_load(ret, store->pg, store->datasource, -1, reterr);
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "%s", why.msg);
}

static int edit_once(struct qn_model **ret, struct store *store, struct qn_span edits,
                     struct qn_err *reterr)
{
    struct qn_buf merged;
    int64_t done = 0;
    int rc = find_done(store, "edited", &done, reterr);

    if (rc == QN_OK && done > 0) {
        return load_done(ret, store, done, reterr);
    }
    if (rc == QN_OK) {
        rc = check_hash(store, reterr);
    }
    qn_buf_init(&merged, EDITS_MAX);
    if (rc == QN_OK) {
        rc = edit_locked(ret, store, edits, &merged, reterr);
    }
    qn_buf_release(&merged);
    return rc;
}

int qn_model_edit(struct qn_model **ret, struct qn_pg *pg, const char *datasource,
                  struct qn_span edits, const struct qn_model_change *change, struct qn_err *reterr)
{
    struct store store = open_store(pg, datasource, change);
    struct qn_model *model = NULL;
    int rc = begin(&store, reterr);

    if (rc == QN_OK) {
        rc = edit_once(&model, &store, edits, reterr);
    }
    rc = end(&store, rc, reterr);
    if (rc == QN_OK) {
        *ret = model;
    } else {
        qn_model_free(model);
    }
    return rc;
}

/* ---- approval ---- */

static int approve_locked(const struct store *store, int64_t version, struct qn_err *reterr)
{
    char number[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {qn_pg_text(store->datasource), qn_pg_number(version, number),
                                     qn_pg_text(store->change.job)};
    const struct qn_span nothing = {NULL, 0};
    struct qn_pg_rows *rows = NULL;
    bool found;
    int rc = qn_pg_query(store->pg, approve_sql, params, 3, &rows, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    found = qn_pg_rows_count(rows) > 0;
    qn_pg_rows_free(rows);
    return found ? write_log(store, "approved", version, nothing, reterr)
                 : qn_fail(reterr, QN_ENOTFOUND, "datasource %.64s has no model of version %lld",
                           store->datasource, (long long)version);
}

static int approve_once(const struct store *store, int64_t *version, struct qn_err *reterr)
{
    int64_t done = 0;
    int rc = find_done(store, "approved", &done, reterr);

    if (rc == QN_OK && done > 0) {
        *version = done;
        return QN_OK;
    }
    if (rc == QN_OK) {
        rc = check_hash(store, reterr);
    }
    if (rc == QN_OK && *version == 0 && !store->newest.found) {
        rc = qn_fail(reterr, QN_ENOTFOUND,
                     "datasource %.64s has no model yet: metadata.analyze makes one",
                     store->datasource);
    }
    if (rc == QN_OK && *version == 0) {
        *version = store->newest.version;
    }
    return rc == QN_OK ? approve_locked(store, *version, reterr) : rc;
}

int qn_model_approve(struct qn_pg *pg, const char *datasource, int64_t *version,
                     const struct qn_model_change *change, struct qn_err *reterr)
{
    struct store store = open_store(pg, datasource, change);
    int rc = begin(&store, reterr);

    if (rc == QN_OK) {
        rc = approve_once(&store, version, reterr);
    }
    return end(&store, rc, reterr);
}
