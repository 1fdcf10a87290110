#include "dashboard_store.h"

#include "common/json_member.h"

#define TREE_MAX (16 * DASHBOARD_BYTES_MAX)
#define ROW_MAX  (2 * DASHBOARD_BYTES_MAX) /* escaped anew it may be longer than it came */

static const char select_sql[] = "SELECT title, database, widgets FROM quern.dashboards "
                                 "WHERE id = $1";

static const char upsert_sql[] =
    "INSERT INTO quern.dashboards (id, title, database, widgets, changed_by) "
    "VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (id) DO UPDATE SET title = excluded.title, database = excluded.database, "
    "widgets = excluded.widgets, changed_by = excluded.changed_by, changed_at = clock_timestamp()";

/* ---- loading ---- */

struct wanted {
    struct place *place;
    const char *id;
};

/* The form as JSON, as arguments have it. */
static void write_row(const struct wanted *wanted, const struct qn_pg_rows *rows,
                      struct qn_buf *out)
{
    struct qn_span widgets = qn_pg_value(rows, 0, 2);

    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "id", wanted->id);
    qn_json_member_text(out, "title", qn_pg_str(rows, 0, 0));
    qn_json_member_text(out, "database", qn_pg_str(rows, 0, 1));
    qn_json_member_raw(out, "widgets", widgets.data, widgets.len);
    qn_buf_add_byte(out, '}');
}

static int read_row(const struct wanted *wanted, struct qn_pg *pg, struct qn_buf *out,
                    struct qn_err *reterr)
{
    const struct qn_span id = qn_pg_text(wanted->id);
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, select_sql, &id, 1, &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = QN_ENOTFOUND;
    } else if (rc == QN_OK) {
        write_row(wanted, rows, out);
        rc = qn_buf_status(out);
    }
    qn_pg_rows_free(rows);
    return rc;
}

/* A qn_kv_load_fn. */
static int load_row(struct qn_kv_load *load, void *arg, struct qn_err *reterr)
{
    const struct wanted *wanted = arg;
    struct qn_pg *pg;
    int rc = place_quern(wanted->place, &pg, reterr);

    if (rc == QN_OK) {
        rc = read_row(wanted, pg, load->value, reterr);
        place_quern_end(wanted->place);
    } else if (rc == QN_ENOTFOUND) {
        rc = qn_fail(reterr, QN_EINVAL,
                     "QUERN_DATABASE_URL is not set: no dashboards are kept, send its widgets");
    }
    return rc;
}

static int get(struct wanted *wanted, struct qn_buf *out, struct qn_err *reterr)
{
    struct qn_kv_kind kind = qn_kv_kinds[QN_KV_DASHBOARD];
    const struct qn_span part = qn_pg_text(wanted->id);
    const struct qn_kv_request request = {
        .kind = &kind,
        .parts = &part,
        .n_parts = 1,
        .group = wanted->id,
        .load = load_row,
        .arg = wanted,
    };
    struct qn_kv *kv = place_kv(wanted->place);
    struct qn_kv_load alone = {.value = out};

    kind.l1_ms = 0;
    return kv != NULL ? qn_kv_get(kv, &request, out, NULL, reterr)
                      : load_row(&alone, wanted, reterr);
}

/* Whatever is in the row is checked as arguments are. */
static int read_form(struct dashboard *ret, struct qn_span json, const char *id,
                     struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_json_node *root;
    struct qn_arena arena;
    int rc;

    qn_arena_init(&arena, TREE_MAX);
    rc = qn_json_tree(&root, json, QN_JSON_DEPTH_MAX, &arena, &err);
    rc = rc == QN_OK ? dashboard_read(ret, root, &err) : rc;
    qn_arena_release(&arena);
    if (rc == QN_OK && ret->n_widgets == 0) {
        rc = qn_fail(&err, QN_EINVAL, "it has no widgets");
    }
    return rc == QN_OK ? rc
                       : qn_fail(reterr, rc == QN_EINVAL ? QN_ECORRUPT : rc,
                                 "what is kept as dashboard %s does not read: %.150s", id, err.msg);
}

int dashboard_load(struct dashboard *ret, struct place *place, const char *id,
                   struct qn_err *reterr)
{
    struct wanted wanted = {place, id};
    struct qn_buf json;
    int rc;

    *ret = (struct dashboard){.id = ""};
    qn_buf_init(&json, ROW_MAX);
    rc = get(&wanted, &json, reterr);
    if (rc == QN_OK) {
        rc = read_form(ret, (struct qn_span){json.data, json.len}, id, reterr);
    } else if (rc == QN_ENOTFOUND) {
        rc = qn_fail(reterr, rc,
                     "no dashboard %s is kept: send database, title and widgets, with save", id);
    }
    qn_buf_release(&json);
    return rc;
}

/* ---- saving ---- */

static int forget(const struct dashboard *dashboard, struct place *place, struct qn_err *reterr)
{
    struct qn_kv *kv = place_kv(place);
    int rc = QN_OK;

    if (kv != NULL) {
        rc = qn_kv_invalidate(kv, &qn_kv_kinds[QN_KV_DASHBOARD], dashboard->id, reterr);
    }
    if (kv != NULL && rc == QN_OK) {
        rc = qn_kv_invalidate(kv, &qn_kv_kinds[QN_KV_WIDGET], dashboard->id, reterr);
    }
    return rc;
}

static int write_row_of(const struct dashboard *dashboard, struct qn_pg *pg, const char *by,
                        struct qn_err *reterr)
{
    struct qn_buf widgets;
    int rc;

    qn_buf_init(&widgets, DASHBOARD_BYTES_MAX);
    dashboard_write_widgets(dashboard, &widgets);
    rc = qn_buf_status(&widgets);
    if (rc == QN_OK) {
        const struct qn_span values[] = {qn_pg_text(dashboard->id),
                                         qn_pg_text(dashboard->title),
                                         qn_pg_text(dashboard->database),
                                         {widgets.data, widgets.len},
                                         qn_pg_text(by)};

        rc = qn_pg_run(pg, upsert_sql, values, sizeof(values) / sizeof(values[0]), reterr);
    } else {
        rc = qn_fail(reterr, rc == QN_ELIMIT ? QN_EINVAL : rc, "save: the widgets are over %zu KiB",
                     DASHBOARD_BYTES_MAX / 1024);
    }
    qn_buf_release(&widgets);
    return rc;
}

int dashboard_save(const struct dashboard *dashboard, struct place *place, const char *by,
                   struct qn_buf *warning, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_pg *pg;
    int rc = place_quern(place, &pg, reterr);

    if (rc == QN_ENOTFOUND) {
        return qn_fail(reterr, QN_EINVAL, "save: QUERN_DATABASE_URL is not set");
    }
    if (rc == QN_OK) {
        rc = write_row_of(dashboard, pg, by, reterr);
        place_quern_end(place);
    }
    if (rc == QN_OK && forget(dashboard, place, &err) != QN_OK) {
        qn_buf_printf(warning,
                      "the cache could not be told: the dashboard of before may be shown "
                      "for up to %lld s (%s)",
                      (long long)(qn_kv_kinds[QN_KV_DASHBOARD].l2_ms / 1000), err.msg);
    }
    return rc;
}
