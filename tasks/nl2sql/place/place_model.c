#include "common/clock.h"
#include "place_type.h"
#include "tasks/lib/analysis.h"
#include "tasks/lib/file.h"
#include "tasks/lib/json_tree.h"

#define HINTS_MAX   ((size_t)4 * 1024 * 1024)
#define GLOBS_BYTES ((size_t)1024 * 1024)
#define GLOBS_DEPTH 4
#define PROFILE_MS  15000 /* of all tables, while somebody waits for an answer */
#define WAIT_MS     2000

/* ---- the owner's choice of tables ---- */

static void read_globs(const struct qn_json_node *list, struct qn_arena *arena,
                       const char *const **ret, size_t *ret_n)
{
    const struct qn_json_node *glob = list != NULL ? list->first : NULL;

    for (; glob != NULL && *ret_n < QN_CATALOG_GLOBS_MAX; glob = glob->next) {
        const char **globs = qn_arena_grow(arena, *ret, *ret_n, sizeof(*globs));

        if (globs == NULL) {
            return;
        }
        globs[(*ret_n)++] = glob->text;
        *ret = globs;
    }
}

static int read_choice(const char *json, struct qn_arena *arena, struct qn_catalog_choice *ret,
                       struct qn_err *reterr)
{
    struct qn_json_node *root = NULL;
    int rc;

    if (json[0] == '\0') {
        return QN_OK;
    }
    rc = qn_json_tree(&root, qn_pg_text(json), GLOBS_DEPTH, arena, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    read_globs(qn_json_member(root, "include"), arena, &ret->include, &ret->n_include);
    read_globs(qn_json_member(root, "exclude"), arena, &ret->exclude, &ret->n_exclude);
    read_globs(qn_json_member(root, "schemas"), arena, &ret->schemas, &ret->n_schemas);
    return qn_arena_status(arena, "the choice of tables", reterr);
}

/* ---- hints ---- */

static int read_hints(const struct place *place, const struct place_entry *entry,
                      struct qn_buf *out, struct qn_err *reterr)
{
    int rc;

    if (entry->hints[0] != '\0' && !qn_job_is_local(place->job)) {
        return qn_fail(reterr, QN_EINVAL,
                       "hints: a file is for quern-worker run; a datasource has its own: quern "
                       "datasource set NAME --hints FILE");
    }
    if (entry->hints[0] != '\0' && entry->hints[0] != '{') {
        return qn_file_read(entry->hints, out, reterr);
    }
    rc = qn_buf_add_str(out, entry->hints[0] != '\0' ? entry->hints : entry->source->hints);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "hints: %s", qn_err_text(rc));
}

/* ---- looking ---- */

static int analyze(const struct place *place, const struct place_entry *entry,
                   struct qn_analysis_wish *wish, struct qn_analysis *ret, struct qn_err *reterr)
{
    const struct qn_datasource *source = entry->source;
    struct qn_slot slot = {.fd = -1};
    struct qn_pg *pg = NULL;
    int rc = place_slot(place, &slot, reterr);

    if (rc == QN_OK) {
        rc = qn_pg_create(&pg, source->url, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_pg_ready(pg, qn_job_id(place->job), qn_job_stop_fd(place->job), reterr);
    }
    if (rc == QN_OK) {
        rc = qn_analysis_run(ret, pg, wish, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_model_seal(ret->model, reterr);
    }
    qn_pg_free(pg);
    qn_slot_give(&slot);
    return rc;
}

static int with_choice(const struct place *place, const struct place_entry *entry,
                       struct qn_span hints, struct qn_analysis *ret, struct qn_err *reterr)
{
    const struct qn_datasource *source = entry->source;
    struct qn_analysis_wish wish = {
        .model = {.datasource = source->name, .time_zone = source->time_zone, .language = "en"},
        .hide = source->hide,
        .tier = entry->names_only ? QN_PROFILE_NONE : QN_PROFILE_SAMPLED,
        .declared_only = entry->names_only,
        .query_ms = source->profile_ms,
        .profile_ms = PROFILE_MS,
        .wait_ms = WAIT_MS,
        .now_ms = qn_wall_ms(&qn_clock_system),
        .hints = hints,
        .stop_fd = qn_job_stop_fd(place->job),
    };
    struct qn_arena arena;
    int rc;

    qn_arena_init(&arena, GLOBS_BYTES);
    rc = read_choice(source->globs, &arena, &wish.choice, reterr);
    if (rc == QN_OK) {
        rc = analyze(place, entry, &wish, ret, reterr);
    }
    qn_arena_release(&arena);
    return rc;
}

int place_make_model(struct place *place, const struct place_entry *entry, struct qn_model **ret,
                     bool *ret_too_strong, struct qn_err *reterr)
{
    struct qn_analysis analysis = {.catalog = NULL};
    struct qn_buf hints;
    int rc;

    qn_buf_init(&hints, HINTS_MAX);
    rc = read_hints(place, entry, &hints, reterr);
    if (rc == QN_OK) {
        rc = with_choice(place, entry, (struct qn_span){hints.data, hints.len}, &analysis, reterr);
    }
    if (rc == QN_OK) {
        *ret_too_strong = analysis.catalog->superuser || analysis.catalog->writes;
        *ret = analysis.model;
        analysis.model = NULL;
    }
    qn_analysis_free(&analysis);
    qn_buf_release(&hints);
    return rc;
}
