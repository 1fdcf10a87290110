#include "datasource_command.h"

#include "common/json.h"
#include "datasource_run.h"
#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/database.h"
#include "tasks/lib/model/model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_DONE     0
#define EXIT_FAILED   1
#define EXIT_USAGE    2
#define EXIT_NOTFOUND 3
#define EXIT_CONFLICT 4
#define LINE_MAX      ((size_t)4096)
#define LOCK_KEY      "1903518322" /* with the hash of a name */
#define ROLE_PREFIX   "quern_"

const char qn_datasource_words[] = "add|list|show|check|set|remove [NAME] [OPTION...]";

/* ---- one at a time ---- */

int datasource_lock(struct datasource_run *run, struct datasource_record *record,
                    struct qn_err *reterr)
{
    const struct qn_span name = qn_pg_text(run->words->name);
    int rc =
        qn_pg_run(run->home, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", NULL, 0, reterr);

    if (rc == QN_OK) {
        rc = qn_pg_run(run->home, "SELECT pg_advisory_xact_lock(" LOCK_KEY ", hashtext($1))", &name,
                       1, reterr);
    }
    return rc == QN_OK ? datasource_record_load(record, run->home, run->words->name, reterr) : rc;
}

int datasource_end(struct datasource_run *run, int rc, struct qn_err *reterr)
{
    if (rc == QN_OK) {
        rc = qn_pg_run(run->home, "COMMIT", NULL, 0, reterr);
    }
    qn_pg_rollback(run->home);
    return rc;
}

int datasource_open(struct datasource_run *run, struct qn_pg **ret, struct qn_err *reterr)
{
    struct qn_pg *pg = NULL;
    int rc = qn_pg_create(&pg, run->words->url, reterr);

    if (rc == QN_OK) {
        rc = qn_pg_ready(pg, "quern datasource", -1, reterr);
    }
    if (rc == QN_OK) {
        *ret = pg;
    } else {
        qn_pg_free(pg);
    }
    return rc;
}

int datasource_name_role(struct datasource_run *run, struct datasource_record *record,
                         struct qn_err *reterr)
{
    const char *said = run->words->role;
    const char *role = said != NULL ? said
                       : record->role[0] != '\0'
                           ? record->role
                           : qn_arena_printf(&record->arena, ROLE_PREFIX "%s", record->name);

    if (strlen(role) > DATASOURCE_ROLE_MAX) {
        return qn_fail(reterr, QN_EINVAL, "%s is too long for a role: give --role", role);
    }
    record->role = role;
    return qn_arena_status(&record->arena, "a datasource", reterr);
}

static int check_zone(struct datasource_run *run, const char *zone, struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(zone);
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(run->home, "SELECT FROM pg_timezone_names WHERE name = $1", &param, 1,
                         &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_EINVAL, "--zone: there is no time zone \"%.60s\"", zone);
    }
    qn_pg_rows_free(rows);
    return rc;
}

int datasource_check_record(struct datasource_run *run, const struct datasource_record *record,
                            struct qn_err *reterr)
{
    struct qn_err why = {0};
    int rc = check_zone(run, record->time_zone, reterr);

    if (rc != QN_OK || record->hints[0] == '\0') {
        return rc;
    }
    rc = qn_model_check_layer(qn_pg_text(record->hints), &why);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "--hints: %s", why.msg);
}

/* ---- the whole ---- */

static const char missing[] =
    "database-url has no table quern.datasources: quern-worker migrate makes it";

static int open_home(struct datasource_run *run, const struct qn_config *config,
                     struct qn_err *reterr)
{
    const char *url = qn_config_text(config, "database-url");
    struct qn_pg_rows *rows = NULL;
    int rc;

    if (url[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL,
                       "database-url is not set: datasources are kept in Quern's own database");
    }
    rc = qn_pg_create(&run->home, url, reterr);
    if (rc == QN_OK) {
        rc = qn_pg_ready(run->home, "quern datasource", -1, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_pg_query(run->home, "SELECT to_regclass('quern.datasources') IS NOT NULL", NULL, 0,
                         &rows, reterr);
    }
    if (rc == QN_OK && strcmp(qn_pg_str(rows, 0, 0), "t") != 0) {
        rc = qn_fail(reterr, QN_ESTATE, "%s", missing);
    }
    qn_pg_rows_free(rows);
    return rc;
}

static int run_verb(struct datasource_run *run, struct qn_err *reterr)
{
    static datasource_verb_fn *const verbs[DATASOURCE_VERBS] = {
        [DATASOURCE_ADD] = datasource_add,   [DATASOURCE_LIST] = datasource_list_all,
        [DATASOURCE_SHOW] = datasource_show, [DATASOURCE_CHECK] = datasource_check,
        [DATASOURCE_SET] = datasource_set,   [DATASOURCE_REMOVE] = datasource_remove,
    };

    return verbs[run->words->verb](run, reterr);
}

static int run_words(const struct datasource_words *words, const struct qn_config *config,
                     bool *ret_bad, struct qn_err *reterr)
{
    struct datasource_run run = {
        .words = words,
        .artifact_dir = qn_config_text(config, "artifact-dir"),
    };
    bool told;
    int rc;

    qn_buf_init(&run.out, DATASOURCE_OUT_MAX);
    rc = open_home(&run, config, reterr);
    if (rc == QN_OK) {
        rc = run_verb(&run, reterr);
    }
    told = rc != QN_OK ||
           (qn_buf_status(&run.out) == QN_OK &&
            fwrite(run.out.data, 1, run.out.len, stdout) == run.out.len && fflush(stdout) == 0);
    qn_buf_release(&run.out);
    qn_pg_free(run.home);
    if (!told) {
        return qn_fail(reterr, QN_ESYS, "the answer could not be written");
    }
    *ret_bad = run.bad;
    return rc;
}

static int exit_of(int rc)
{
    return rc == QN_ENOTFOUND                    ? EXIT_NOTFOUND
           : rc == QN_EEXISTS || rc == QN_ESTATE ? EXIT_CONFLICT
                                                 : EXIT_FAILED;
}

/* As quern tells its errors. */
static int tell(const struct datasource_words *words, int code, const struct qn_err *why)
{
    static const char *const names[] = {"", "failed", "invalid", "not_found", "conflict"};
    struct qn_buf line;

    if (!words->json) {
        fprintf(stderr, "quern datasource: %s\n", why->msg);
        return code;
    }
    qn_buf_init(&line, LINE_MAX);
    qn_buf_add_str(&line, "{\"error\":");
    qn_json_add_str(&line, why->msg);
    qn_buf_printf(&line, ",\"code\":\"%s\",\"exit\":%d}\n", names[code], code);
    fputs(line.data, stderr);
    qn_buf_release(&line);
    return code;
}

int qn_datasource_main(int argc, char **argv, const struct qn_config *config)
{
    struct datasource_words words;
    struct qn_err why = {.code = QN_OK};
    bool bad = false;
    int code = EXIT_DONE;
    int rc = datasource_words_read(&words, argc, argv, &why);

    if (rc != QN_OK) {
        code = tell(&words, EXIT_USAGE, &why);
    } else {
        rc = run_words(&words, config, &bad, &why);
        code = rc != QN_OK ? tell(&words, exit_of(rc), &why) : bad ? EXIT_FAILED : EXIT_DONE;
    }
    datasource_words_release(&words);
    return code;
}
