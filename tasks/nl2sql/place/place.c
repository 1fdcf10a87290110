#include "place.h"

#include "common/clock.h"
#include "common/mem.h"
#include "place_type.h"
#include "tasks/lib/database.h"
#include <stdlib.h>
#include <string.h>

#define SLOT_WAIT_MS 10000
#define END_WAIT_MS  5000 /* of a process that ends */

static struct place *shared; /* of all tasks of this process */

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0';
}

/* ---- the cache and the language model ---- */

static void tell_trouble(void *arg, const struct qn_err *why)
{
    const struct place *place = arg;

    if (place->job != NULL) {
        qn_job_log(place->job, "the cache cannot be used: %s", why->msg);
    }
}

static void tell_note(void *arg, const char *text)
{
    const struct place *place = arg;

    if (place->job != NULL) {
        qn_job_log(place->job, "%s", text);
    }
}

struct qn_kv *place_kv(struct place *place)
{
    return place->kv;
}

int place_llm(struct place *place, struct qn_llm **ret, struct qn_err *reterr)
{
    const struct qn_llm_options options = {.kv = place->kv, .on_note = tell_note, .arg = place};
    int rc = QN_OK;

    if (place->llm == NULL) {
        rc = qn_llm_create_from_env(&place->llm, &options, reterr);
    }
    if (rc == QN_OK) {
        qn_llm_heed(place->llm, qn_job_stop_fd(place->job));
        *ret = place->llm;
    } else {
        place->llm = NULL;
    }
    return rc;
}

/* ---- its life ---- */

static struct place *create(void)
{
    struct place *place = qn_zalloc(1, sizeof(*place));
    const struct qn_kv_options options = {.on_trouble = tell_trouble, .arg = place};

    if (place == NULL) {
        return NULL;
    }
    place->slot.fd = -1;
    if (is_set("QUERN_CACHE_URL") &&
        qn_kv_create_from_env(&place->kv, &options, &place->no_cache) != QN_OK) {
        place->kv = NULL;
    }
    return place;
}

int place_init(void **ret_place, struct qn_err *reterr)
{
    if (shared == NULL) {
        shared = create();
    }
    if (shared == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a task");
    }
    shared->users++;
    *ret_place = shared;
    return QN_OK;
}

void place_done(void *arg)
{
    struct place *place = arg;

    if (place == NULL || --place->users > 0) {
        return;
    }
    place->job = NULL;
    place_usage_end(place);
    place_quern_end(place);
    for (size_t i = 0; i < PLACE_DATABASES_MAX; i++) {
        place_entry_forget(&place->entries[i]);
    }
    qn_llm_free(place->llm);
    qn_kv_free(place->kv);
    qn_free(place);
    shared = NULL;
}

void place_begin(struct place *place, struct qn_job *job)
{
    place->job = job;
    if (place->no_cache.code != QN_OK) {
        qn_job_log(job, "without a cache: %s", place->no_cache.msg);
    }
    if (place->kv != NULL) {
        qn_kv_heed(place->kv, qn_job_stop_fd(job));
    }
}

/* ---- Quern's own database ---- */

static int stop_fd_of(const struct place *place)
{
    return place->job != NULL ? qn_job_stop_fd(place->job) : -1;
}

int place_slot(const struct place *place, struct qn_slot *ret, struct qn_err *reterr)
{
    return qn_slot_take(ret, QN_SLOT_DATABASE, qn_slot_connections(),
                        place->job != NULL ? SLOT_WAIT_MS : END_WAIT_MS, stop_fd_of(place), reterr);
}

static int open_quern(struct place *place, struct qn_err *reterr)
{
    void *state = NULL;
    int rc = place_slot(place, &place->slot, reterr);

    if (rc == QN_OK) {
        rc = qn_database_init(&state, reterr);
    }
    if (rc == QN_OK) {
        place->quern = state;
    } else {
        qn_slot_give(&place->slot);
    }
    return rc;
}

int place_quern(struct place *place, struct qn_pg **ret, struct qn_err *reterr)
{
    int rc = QN_OK;

    if (!is_set("QUERN_DATABASE_URL")) {
        return qn_fail(reterr, QN_ENOTFOUND, "QUERN_DATABASE_URL is not set");
    }
    if (place->quern == NULL) {
        rc = open_quern(place, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    rc = qn_pg_ready(place->quern, place->job != NULL ? qn_job_id(place->job) : "quern",
                     stop_fd_of(place), reterr);
    place->open = rc == QN_OK;
    if (rc == QN_OK) {
        *ret = place->quern;
    } else {
        place_quern_end(place);
    }
    return rc;
}

void place_quern_end(struct place *place)
{
    if (place->open) {
        place_usage_write(place);
    }
    qn_database_done(place->quern);
    place->quern = NULL;
    place->open = false;
    qn_slot_give(&place->slot);
}

/* ---- databases ---- */

static bool is_of(const struct place_entry *entry, const char *database, const char *hints)
{
    return entry->database != NULL && strcmp(entry->database, database) == 0 &&
           strcmp(entry->hints, hints) == 0;
}

/* Its entry, or a free one, which may be that of the database used longest ago. */
static struct place_entry *entry_of(struct place *place, const char *database, const char *hints)
{
    struct place_entry *oldest = &place->entries[0];

    for (size_t i = 0; i < PLACE_DATABASES_MAX; i++) {
        struct place_entry *entry = &place->entries[i];

        if (is_of(entry, database, hints)) {
            return entry;
        }
        oldest = entry->used < oldest->used ? entry : oldest;
    }
    place_entry_forget(oldest);
    return oldest;
}

static int begin_entry(struct place *place, struct place_entry *entry, const char *database,
                       const char *hints, struct qn_err *reterr)
{
    if (entry->database != NULL) {
        return QN_OK;
    }
    qn_model_cache_init(&entry->cache, place->kv);
    entry->database = qn_strdup(database);
    entry->hints = qn_strdup(hints);
    entry->names_only = true;
    return entry->database != NULL && entry->hints != NULL
               ? QN_OK
               : qn_fail(reterr, QN_ENOMEM, "no memory for the name of a database");
}

static bool is_fresh(const struct place_entry *entry)
{
    return entry->guard != NULL && qn_mono_ms(&qn_clock_system) - entry->read_ms < entry->keep_ms;
}

/* A model that was made of names alone is not enough for who wants more. */
static bool is_enough(const struct place_entry *entry, bool names_only)
{
    return entry->view.stored || !entry->names_only || names_only;
}

static int get(struct place *place, const char *database, const char *hints, bool names_only,
               const struct place_database **ret, struct qn_err *reterr)
{
    struct place_entry *entry = entry_of(place, database, hints);
    int rc = begin_entry(place, entry, database, hints, reterr);

    if (rc == QN_OK && (!is_fresh(entry) || !is_enough(entry, names_only))) {
        entry->names_only = entry->names_only && names_only;
        rc = place_entry_read(place, entry, reterr);
        place_quern_end(place);
    }
    if (rc != QN_OK) {
        place_entry_forget(entry);
        return rc;
    }
    entry->used = ++place->clock;
    *ret = &entry->view;
    return QN_OK;
}

int place_database(struct place *place, const char *database, const char *hints,
                   const struct place_database **ret, struct qn_err *reterr)
{
    return get(place, database, hints, false, ret, reterr);
}

int place_names(struct place *place, const char *database, const char *hints,
                const struct place_database **ret, struct qn_err *reterr)
{
    return get(place, database, hints, true, ret, reterr);
}
