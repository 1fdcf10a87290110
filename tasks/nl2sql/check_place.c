#include "check_place.h"

#include "common/clock.h"
#include "common/mem.h"
#include "tasks/lib/database.h"
#include "tasks/lib/file.h"
#include <stdlib.h>
#include <string.h>

#define HINTS_MAX ((size_t)4 * 1024 * 1024)

int check_place_init(void **ret_place, struct qn_err *reterr)
{
    struct check_place *place = qn_zalloc(1, sizeof(*place));
    const char *url = getenv("QUERN_DATABASE_URL");
    void *quern = NULL;
    int rc = QN_OK;

    if (place == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a task");
    }
    if (url != NULL && url[0] != '\0') {
        rc = qn_database_init(&quern, reterr);
    }
    if (rc != QN_OK) {
        qn_free(place);
        return rc;
    }
    place->quern = quern;
    qn_buf_init(&place->hints, HINTS_MAX);
    *ret_place = place;
    return QN_OK;
}

static void forget(struct check_place *place)
{
    guard_free(place->guard);
    qn_analysis_free(&place->analysis);
    qn_pg_free(place->pg);
    qn_datasource_free(place->source);
    qn_free(place->database);
    qn_free(place->hints_path);
    qn_buf_release(&place->hints);
    *place = (struct check_place){.quern = place->quern};
    qn_buf_init(&place->hints, HINTS_MAX);
}

void check_place_done(void *state)
{
    struct check_place *place = state;

    if (place != NULL) {
        forget(place);
        qn_database_done(place->quern);
        qn_free(place);
    }
}

static int read_hints(struct check_place *place, struct qn_job *job, const char *path,
                      struct qn_err *reterr)
{
    if (path[0] == '\0') {
        return qn_buf_add_str(&place->hints, place->source->hints);
    }
    if (!qn_job_is_local(job)) {
        return qn_fail(reterr, QN_EINVAL,
                       "hints: a file is for quern-worker run; a datasource has its own: quern "
                       "datasource set NAME --hints FILE");
    }
    return qn_file_read(path, &place->hints, reterr);
}

static int connect(struct check_place *place, struct qn_job *job, const char *database,
                   struct qn_err *reterr)
{
    int rc = QN_OK;

    if (place->quern != NULL) {
        rc = qn_pg_ready(place->quern, qn_job_id(job), qn_job_stop_fd(job), reterr);
    }
    if (rc == QN_OK) {
        rc = qn_datasource_find(&place->source, place->quern, database, qn_job_is_local(job),
                                reterr);
    }
    if (rc == QN_OK) {
        rc = qn_pg_create(&place->pg, place->source->url, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_pg_ready(place->pg, qn_job_id(job), qn_job_stop_fd(job), reterr);
    }
    return rc;
}

static int read_model(struct check_place *place, struct qn_job *job, struct qn_err *reterr)
{
    const struct qn_analysis_wish wish = {
        .model = {.datasource = place->source->name,
                  .time_zone = place->source->time_zone,
                  .language = "en"},
        .tier = QN_PROFILE_NONE,
        .declared_only = true,
        .now_ms = qn_wall_ms(&qn_clock_system),
        .hints = {place->hints.data, place->hints.len},
        .stop_fd = qn_job_stop_fd(job),
    };
    int rc = qn_analysis_run(&place->analysis, place->pg, &wish, reterr);

    return rc == QN_OK ? guard_create(&place->guard, place->analysis.model, reterr) : rc;
}

static int keep(struct check_place *place, const char *database, const char *hints_path,
                struct qn_err *reterr)
{
    place->database = qn_strdup(database);
    place->hints_path = qn_strdup(hints_path);
    place->read_ms = qn_mono_ms(&qn_clock_system);
    return place->database != NULL && place->hints_path != NULL
               ? QN_OK
               : qn_fail(reterr, QN_ENOMEM, "no memory for the name of a database");
}

static void look_at_role(const struct check_place *place, struct qn_job *job)
{
    const struct qn_catalog *catalog = place->analysis.catalog;

    if (catalog->superuser) {
        qn_job_log(job, "warning: the role is a superuser; nothing is run here, but such a role "
                        "is refused where statements are");
    } else if (catalog->writes) {
        qn_job_log(job, "warning: the role may write; nothing is run here, but such a role is "
                        "refused where statements are");
    }
}

static bool is_kept(const struct check_place *place, const char *database, const char *hints_path)
{
    return place->guard != NULL && strcmp(place->database, database) == 0 &&
           strcmp(place->hints_path, hints_path) == 0 &&
           qn_mono_ms(&qn_clock_system) - place->read_ms < CHECK_PLACE_KEEP_MS;
}

int check_place_ready(struct check_place *place, struct qn_job *job, const char *database,
                      const char *hints_path, struct qn_err *reterr)
{
    int rc;

    if (is_kept(place, database, hints_path)) {
        rc = qn_pg_ready(place->pg, qn_job_id(job), qn_job_stop_fd(job), reterr);
    } else {
        forget(place);
        rc = connect(place, job, database, reterr);
        rc = rc == QN_OK ? read_hints(place, job, hints_path, reterr) : rc;
        rc = rc == QN_OK ? read_model(place, job, reterr) : rc;
        rc = rc == QN_OK ? keep(place, database, hints_path, reterr) : rc;
    }
    if (rc == QN_OK) {
        look_at_role(place, job);
    } else {
        forget(place);
    }
    return rc;
}
