/* datasource_add.c - a datasource with a role of its own, or anew what it may do.
 *
 * The order makes it whole: the role with all its rights is one transaction, then it is tried,
 * then Quern's own row is committed. What fails behind the first step drops the role again.
 */
#include "common/json.h"
#include "common/json_member.h"
#include "common/verdict.h"
#include "datasource_run.h"
#include "role.h"
#include "role_check.h"
#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/model/model_files.h"
#include "tasks/lib/postgres_address.h"
#include <string.h>

#define VERDICTS_MAX ((size_t)1024 * 1024)

struct adding {
    struct datasource_run *run;
    struct datasource_record record;
    struct qn_pg *admin;
    enum role_state state;
    bool made; /* a role that was not there */
    struct role_count count;
    struct role_found found;
    struct qn_buf verdicts;
};

/* ---- before anything is done ---- */

static int check_name(struct adding *adding, struct qn_err *reterr)
{
    const struct datasource_words *words = adding->run->words;
    const struct datasource_record *record = &adding->record;

    if (record->was_there && !words->replace) {
        return qn_fail(reterr, QN_EEXISTS,
                       "datasource %s is there already: with --replace its rights are given anew, "
                       "to new tables too",
                       record->name);
    }
    if (record->was_there && record->role_made &&
        (words->role_of_url || (words->role != NULL && strcmp(words->role, record->role) != 0))) {
        return qn_fail(reterr, QN_EEXISTS,
                       "datasource %s has a role of its own, %s: remove the datasource first",
                       record->name, record->role);
    }
    return QN_OK;
}

static int check_role(struct adding *adding, struct qn_err *reterr)
{
    const struct datasource_record *record = &adding->record;
    int rc = role_look(adding->admin, record, &adding->state, reterr);

    if (rc != QN_OK || adding->state == ROLE_NONE) {
        return rc;
    }
    if (adding->state == ROLE_OTHERS) {
        return qn_fail(reterr, QN_EEXISTS,
                       "role %s is there, and not of datasource %s: give another --role, or "
                       "--use-role-of-url",
                       record->role, record->name);
    }
    return adding->run->words->replace
               ? QN_OK
               : qn_fail(reterr, QN_EEXISTS,
                         "role %s is there, of datasource %s that was not added to its end, or by "
                         "another Quern: --replace takes it over, quern datasource remove drops it",
                         record->role, record->name);
}

/* ---- its role ---- */

static int keep_url(struct adding *adding, const char *user, const char *password,
                    struct qn_err *reterr)
{
    struct qn_arena *arena = &adding->record.arena;
    struct qn_buf url;
    int rc;

    qn_buf_init(&url, QN_PG_ADDRESS_MAX);
    rc = qn_pg_address(adding->admin, user, password, &url, reterr);
    if (rc == QN_OK) {
        adding->record.url = qn_arena_text(arena, url.data, url.len);
        rc = qn_arena_status(arena, "a datasource", reterr);
    }
    explicit_bzero(url.data, url.len);
    qn_buf_release(&url);
    return rc;
}

/* The one it has stays, so that who asks it now goes on. */
static int choose_password(const struct adding *adding, struct qn_buf *out, struct qn_err *reterr)
{
    char fresh[ROLE_PASSWORD_SIZE];
    int rc = QN_ENOTFOUND;

    if (adding->record.was_there && adding->record.role_made) {
        rc = qn_pg_password_of(adding->record.url, out, NULL);
    }
    if (rc == QN_OK) {
        return QN_OK;
    }
    rc = role_password(fresh, reterr);
    if (rc == QN_OK) {
        rc = qn_buf_add_str(out, fresh);
    }
    explicit_bzero(fresh, sizeof(fresh));
    return rc;
}

static int make_role(struct adding *adding, struct qn_err *reterr)
{
    struct qn_buf password;
    struct role_wish wish = {.record = &adding->record, .verdicts = &adding->verdicts};
    int rc = check_role(adding, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    qn_buf_init(&password, QN_PG_ADDRESS_MAX);
    rc = choose_password(adding, &password, reterr);
    if (rc == QN_OK) {
        wish.password = password.data;
        rc = role_make(adding->admin, &wish, adding->state, &adding->count, reterr);
    }
    adding->made = rc == QN_OK && adding->state == ROLE_NONE;
    adding->record.role_made = true;
    if (rc == QN_OK) {
        rc = keep_url(adding, adding->record.role, password.data, reterr);
    }
    explicit_bzero(password.data, password.len);
    qn_buf_release(&password);
    return rc;
}

static int take_role(struct adding *adding, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(adding->admin, "SELECT current_user", NULL, 0, &rows, reterr);

    if (rc == QN_OK) {
        adding->record.role = qn_arena_str(&adding->record.arena, qn_pg_str(rows, 0, 0));
        adding->record.role_made = false;
        rc = keep_url(adding, NULL, NULL, reterr);
    }
    qn_pg_rows_free(rows);
    return rc;
}

/* ---- the whole ---- */

static int try_it(struct adding *adding, struct qn_err *reterr)
{
    role_check(&adding->record, &adding->verdicts, &adding->found);
    return adding->found.reached
               ? QN_OK
               : qn_fail(reterr, adding->found.why.code, "as role %s, nothing was kept: %s",
                         adding->record.role, adding->found.why.msg);
}

static int add_locked(struct adding *adding, struct qn_err *reterr)
{
    struct datasource_run *run = adding->run;
    int rc = check_name(adding, reterr);

    if (rc == QN_OK) {
        datasource_words_apply(run->words, &adding->record);
        rc = datasource_check_record(run, &adding->record, reterr);
    }
    if (rc == QN_OK) {
        rc = datasource_name_role(run, &adding->record, reterr);
    }
    if (rc == QN_OK) {
        rc = datasource_open(run, &adding->admin, reterr);
    }
    if (rc == QN_OK) {
        rc = run->words->role_of_url ? take_role(adding, reterr) : make_role(adding, reterr);
    }
    if (rc == QN_OK) {
        rc = try_it(adding, reterr);
    }
    if (rc == QN_OK) {
        adding->record.granted = true;
        rc = datasource_record_save(&adding->record, run->home, reterr);
    }
    return rc;
}

static void undo(const struct adding *adding, struct qn_err *reterr)
{
    struct qn_err why = {.code = QN_OK};
    char text[QN_ERR_TEXT_MAX];

    if (!adding->made || role_drop(adding->admin, adding->record.role, &why) == QN_OK) {
        return;
    }
    memcpy(text, reterr->msg, sizeof(text));
    qn_fail(reterr, reterr->code, "%.120s; and role %s could not be dropped: %s", text,
            adding->record.role, why.msg);
}

static void tell(struct adding *adding)
{
    const struct datasource_record *record = &adding->record;
    struct qn_buf *out = &adding->run->out;

    if (adding->run->words->json) {
        qn_buf_add_str(out, "{");
        qn_json_add_key(out, "name");
        qn_json_add_str(out, record->name);
        qn_json_add_key(out, "role");
        qn_json_add_str(out, record->role);
        qn_json_member_flag(out, "role_made", record->role_made);
        qn_json_member_number(out, "tables", adding->found.tables);
        qn_json_member_number(out, "columns", adding->found.columns);
        qn_json_member_number(out, "hidden", adding->count.hidden);
        qn_json_add_key(out, "verdicts");
        qn_buf_printf(out, "[%s]}\n", adding->verdicts.data);
        return;
    }
    qn_buf_printf(out, "datasource %s: role %s may read %lld tables, %lld columns; %lld hidden\n\n",
                  record->name, record->role, (long long)adding->found.tables,
                  (long long)adding->found.columns, (long long)adding->count.hidden);
    datasource_tell_verdicts(out, &adding->verdicts);
}

int datasource_add(struct datasource_run *run, struct qn_err *reterr)
{
    struct adding adding = {.run = run, .state = ROLE_NONE};
    int rc;

    qn_buf_init(&adding.verdicts, VERDICTS_MAX);
    datasource_record_init(&adding.record, run->words->name);
    rc = datasource_lock(run, &adding.record, reterr);
    if (rc == QN_OK) {
        rc = add_locked(&adding, reterr);
    }
    rc = datasource_end(run, rc, reterr);
    if (rc != QN_OK) {
        undo(&adding, reterr);
    } else {
        tell(&adding);
    }
    if (rc == QN_OK && !adding.record.was_there && run->artifact_dir[0] != '\0') {
        /* what another one of that name left there is not this one's */
        (void)!qn_model_unpublish(run->artifact_dir, adding.record.name, NULL);
    }
    qn_pg_free(adding.admin);
    datasource_record_release(&adding.record);
    qn_buf_release(&adding.verdicts);
    return rc;
}
