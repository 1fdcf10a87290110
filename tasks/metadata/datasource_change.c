/* datasource_change.c - set and remove. */
#include "common/json.h"
#include "common/json_member.h"
#include "datasource_run.h"
#include "role.h"
#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/model/model_cache.h"
#include "tasks/lib/model/model_files.h"
#include "tasks/lib/postgres_address.h"
#include <string.h>

#define VERDICTS_MAX ((size_t)1024 * 1024)
#define SQL_MAX      ((size_t)4096)

static int not_there(const struct datasource_run *run, struct qn_err *reterr)
{
    return qn_fail(reterr, QN_ENOTFOUND, "no datasource %s; quern datasource list shows them",
                   run->words->name);
}

/* Caches of running workers; without a cache there is nothing to forget. */
static void forget_models(const char *name)
{
    const struct qn_kv_options options = {.url = NULL};
    struct qn_kv *kv = NULL;

    if (qn_kv_create_from_env(&kv, &options, NULL) == QN_OK) {
        (void)!qn_model_forget(kv, name, NULL);
    }
    qn_kv_free(kv);
}

/* ---- set ---- */

/* The role's own limits stand behind those that tasks set themselves. */
static int limit_role(struct datasource_run *run, const struct datasource_record *record,
                      struct qn_buf *verdicts, struct qn_err *reterr)
{
    const struct role_wish wish = {.record = record, .verdicts = verdicts};
    enum role_state state = ROLE_NONE;
    struct qn_pg *admin = NULL;
    int rc;

    if (run->words->url == NULL || !record->role_made) {
        return QN_OK;
    }
    rc = datasource_open(run, &admin, reterr);
    if (rc == QN_OK) {
        rc = role_look(admin, record, &state, reterr);
    }
    if (rc == QN_OK && state != ROLE_OURS) {
        rc = qn_fail(reterr, QN_ESTATE, "the URL's server has no role %s of datasource %s",
                     record->role, record->name);
    }
    if (rc == QN_OK) {
        rc = role_limit(admin, &wish, reterr);
    }
    qn_pg_free(admin);
    return rc;
}

static int set_locked(struct datasource_run *run, struct datasource_record *record,
                      struct qn_buf *verdicts, struct qn_err *reterr)
{
    int rc;

    if (!record->was_there) {
        return not_there(run, reterr);
    }
    datasource_words_apply(run->words, record);
    rc = datasource_check_record(run, record, reterr);
    if (rc == QN_OK) {
        rc = datasource_record_save(record, run->home, reterr);
    }
    return rc == QN_OK ? limit_role(run, record, verdicts, reterr) : rc;
}

int datasource_set(struct datasource_run *run, struct qn_err *reterr)
{
    struct datasource_record record;
    struct qn_buf verdicts;
    int rc;

    qn_buf_init(&verdicts, VERDICTS_MAX);
    datasource_record_init(&record, run->words->name);
    rc = datasource_lock(run, &record, reterr);
    if (rc == QN_OK) {
        rc = set_locked(run, &record, &verdicts, reterr);
    }
    rc = datasource_end(run, rc, reterr);
    if (rc == QN_OK && run->words->json) {
        datasource_tell_json(&run->out, &record);
        qn_buf_add_byte(&run->out, '\n');
    } else if (rc == QN_OK) {
        datasource_tell_text(&run->out, &record);
        datasource_tell_verdicts(&run->out, &verdicts);
    }
    datasource_record_release(&record);
    qn_buf_release(&verdicts);
    return rc;
}

/* ---- remove ---- */

struct removing {
    struct datasource_run *run;
    struct datasource_record record;
    bool dropped; /* the role */
    bool left;    /* the role is there still, and is nobody's now */
};

/* What a role may do is revoked in the database that it belongs to, and only from there. */
static int check_place(const struct removing *removing, struct qn_pg *admin, struct qn_err *reterr)
{
    struct qn_pg_place place;
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_place_of(removing->record.url, &place, reterr);

    if (rc != QN_OK || !removing->record.was_there) {
        return rc;
    }
    rc = qn_pg_query(admin, "SELECT current_database()", NULL, 0, &rows, reterr);
    if (rc == QN_OK && strcmp(qn_pg_str(rows, 0, 0), place.database) != 0) {
        rc = qn_fail(reterr, QN_EINVAL, "the URL is of database %s, datasource %s of %s",
                     qn_pg_str(rows, 0, 0), removing->record.name, place.database);
    }
    qn_pg_rows_free(rows);
    return rc;
}

static int drop_role(struct removing *removing, struct qn_err *reterr)
{
    const struct datasource_record *record = &removing->record;
    enum role_state state = ROLE_NONE;
    struct qn_pg *admin = NULL;
    int rc = datasource_open(removing->run, &admin, reterr);

    if (rc == QN_OK) {
        rc = check_place(removing, admin, reterr);
    }
    if (rc == QN_OK) {
        rc = role_look(admin, record, &state, reterr);
    }
    if (rc == QN_OK && state == ROLE_OTHERS) {
        rc = qn_fail(reterr, QN_ESTATE, "role %s is not of datasource %s: --keep-role leaves it",
                     record->role, record->name);
    }
    if (rc == QN_OK && state == ROLE_OURS) {
        rc = role_drop(admin, record->role, reterr);
        removing->dropped = rc == QN_OK;
    }
    qn_pg_free(admin);
    return rc;
}

/* A role that an add left behind that was killed. */
static int remove_left(struct removing *removing, struct qn_err *reterr)
{
    int rc = datasource_name_role(removing->run, &removing->record, reterr);

    if (rc == QN_OK) {
        rc = drop_role(removing, reterr);
    }
    return rc == QN_OK && !removing->dropped ? not_there(removing->run, reterr) : rc;
}

static int remove_locked(struct removing *removing, struct qn_err *reterr)
{
    const struct datasource_words *words = removing->run->words;
    bool drops = words->url != NULL && !words->keep_role;
    int rc;

    if (!removing->record.was_there) {
        return drops ? remove_left(removing, reterr) : not_there(removing->run, reterr);
    }
    rc = datasource_record_delete(removing->run->home, words->name, reterr);
    if (rc != QN_OK || !removing->record.role_made || words->keep_role) {
        return rc;
    }
    removing->left = !drops;
    return drops ? drop_role(removing, reterr) : QN_OK;
}

static void tell_removed(const struct removing *removing)
{
    const struct datasource_record *record = &removing->record;
    struct qn_buf *out = &removing->run->out;
    struct qn_pg_place place = {.host = ""};
    struct qn_buf sql;

    qn_buf_init(&sql, SQL_MAX);
    if (removing->left && qn_pg_place_of(record->url, &place, NULL) == QN_OK) {
        role_drop_sql(record->role, place.database, &sql);
    }
    if (removing->run->words->json) {
        qn_buf_add_byte(out, '{');
        qn_json_add_key(out, "name");
        qn_json_add_str(out, record->name);
        qn_json_add_key(out, "role");
        qn_json_add_str(out, record->role);
        qn_json_member_flag(out, "role_dropped", removing->dropped);
        qn_json_add_key(out, "sql");
        qn_json_add_str(out, sql.data);
        qn_buf_add_str(out, "}\n");
    } else {
        qn_buf_printf(out, "datasource %s is removed%s\n", record->name,
                      removing->dropped ? ", and its role" : "");
    }
    if (!removing->run->words->json && sql.len > 0) {
        qn_buf_printf(out, "its role is there still; whoever may drop roles does it with\n\n%s",
                      sql.data);
    }
    qn_buf_release(&sql);
}

int datasource_remove(struct datasource_run *run, struct qn_err *reterr)
{
    struct removing removing = {.run = run};
    int rc;

    datasource_record_init(&removing.record, run->words->name);
    rc = datasource_lock(run, &removing.record, reterr);
    if (rc == QN_OK) {
        rc = remove_locked(&removing, reterr);
    }
    rc = datasource_end(run, rc, reterr);
    if (rc == QN_OK) {
        tell_removed(&removing);
        forget_models(run->words->name);
    }
    if (rc == QN_OK && run->artifact_dir[0] != '\0') {
        rc = qn_model_unpublish(run->artifact_dir, run->words->name, reterr);
    }
    datasource_record_release(&removing.record);
    return rc;
}
