#include "keeper.h"

#include "checkpoint.h"
#include "common/json_member.h"
#include "tasks/lib/catalog/catalog_diff.h"
#include "tasks/lib/catalog/catalog_json.h"

#define PROFILE_MAX ((size_t)64 * 1024 * 1024)

static struct checkpoint_table place_of(const struct keeper *keeper,
                                        const struct qn_catalog_table *table,
                                        enum qn_profile_tier tier)
{
    return (struct checkpoint_table){.datasource = keeper->datasource,
                                     .schema = table->schema,
                                     .name = table->name,
                                     .hash = table->hash,
                                     .tier = (int)tier};
}

static int load(void *arg, const struct qn_catalog_table *table, struct qn_profile_table *ret,
                struct qn_arena *arena, bool *ret_there, struct qn_err *reterr)
{
    const struct keeper *keeper = arg;
    const struct checkpoint_table place = place_of(keeper, table, keeper->tier);
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, PROFILE_MAX);
    rc = checkpoint_load_profile(keeper->pg, &place, KEEPER_AGE_MS, &json, reterr);
    if (rc == QN_OK) {
        *ret_there = qn_profile_from_json(ret, arena, table, (struct qn_span){json.data, json.len},
                                          reterr) == QN_OK;
        rc = qn_arena_status(arena, "the profiles", reterr);
    }
    qn_buf_release(&json);
    return rc == QN_ENOTFOUND ? QN_OK : rc;
}

static int save(void *arg, const struct qn_catalog_table *table,
                const struct qn_profile_table *profile, struct qn_err *reterr)
{
    const struct keeper *keeper = arg;
    const struct checkpoint_table place = place_of(keeper, table, profile->tier);
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, PROFILE_MAX);
    rc = qn_profile_to_json(profile, table, &json);
    if (rc == QN_OK) {
        rc = checkpoint_save_profile(keeper->pg, &place, (struct qn_span){json.data, json.len},
                                     reterr);
    } else {
        rc = qn_fail(reterr, rc, "a profile as a text: %s", qn_err_text(rc));
    }
    qn_buf_release(&json);
    return rc;
}

void keeper_init(struct keeper *keeper, struct qn_pg *pg, const char *datasource,
                 enum qn_profile_tier tier)
{
    *keeper = (struct keeper){
        .pg = pg,
        .datasource = datasource,
        .tier = tier,
        .calls = {.arg = keeper, .load = load, .save = save},
    };
}

int keeper_forget(const struct keeper *keeper, struct qn_err *reterr)
{
    return checkpoint_forget(keeper->pg, keeper->datasource, reterr);
}

static int diff(struct qn_span before, const struct qn_catalog *catalog, struct qn_buf *out,
                struct qn_err *reterr)
{
    struct qn_catalog_snapshot *snapshot = NULL;
    int rc = qn_catalog_snapshot_read(&snapshot, before, reterr);

    if (rc == QN_OK) {
        rc = qn_catalog_diff(snapshot, catalog, out, reterr);
    }
    qn_catalog_snapshot_free(snapshot);
    return rc;
}

int keeper_changes(const struct keeper *keeper, const struct qn_catalog *catalog,
                   struct qn_buf *out, struct qn_err *reterr)
{
    struct qn_buf before;
    int rc;

    qn_buf_init(&before, QN_CATALOG_BYTES_MAX);
    rc = checkpoint_load_catalog(keeper->pg, keeper->datasource, &before, reterr);
    if (rc == QN_OK) {
        rc = diff((struct qn_span){before.data, before.len}, catalog, out, reterr);
    }
    qn_buf_release(&before);
    return rc == QN_ENOTFOUND ? QN_OK : rc;
}

/* What was hidden since is in profiles of the definition before. */
static int forget_others(const struct keeper *keeper, const struct qn_catalog *catalog,
                         struct qn_err *reterr)
{
    struct qn_buf tables;
    int rc;

    qn_buf_init(&tables, QN_CATALOG_BYTES_MAX);
    qn_buf_add_byte(&tables, '[');
    for (size_t i = 0; i < catalog->n_tables; i++) {
        qn_buf_add_str(&tables, i > 0 ? ",{" : "{");
        qn_json_member_text(&tables, "s", catalog->tables[i].schema);
        qn_json_member_text(&tables, "n", catalog->tables[i].name);
        qn_json_member_text(&tables, "h", catalog->tables[i].hash);
        qn_buf_add_byte(&tables, '}');
    }
    rc = qn_buf_add_byte(&tables, ']');
    rc = rc == QN_OK ? checkpoint_forget_others(keeper->pg, keeper->datasource,
                                                (struct qn_span){tables.data, tables.len}, reterr)
                     : qn_fail(reterr, rc, "names of tables: %s", qn_err_text(rc));
    qn_buf_release(&tables);
    return rc;
}

int keeper_replace(const struct keeper *keeper, const struct qn_catalog *catalog,
                   struct qn_err *reterr)
{
    struct qn_buf now;
    int rc;

    qn_buf_init(&now, QN_CATALOG_BYTES_MAX);
    rc = qn_catalog_to_json(catalog, &now);
    rc = rc == QN_OK ? checkpoint_save_catalog(keeper->pg, keeper->datasource, catalog->hash,
                                               (struct qn_span){now.data, now.len}, reterr)
                     : qn_fail(reterr, rc, "the catalogue as a text: %s", qn_err_text(rc));
    qn_buf_release(&now);
    return rc == QN_OK ? forget_others(keeper, catalog, reterr) : rc;
}
