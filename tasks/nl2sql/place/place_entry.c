#include "common/clock.h"
#include "common/mem.h"
#include "place_type.h"
#include <malloc.h>
#include <string.h>

#define KEEP_FACTOR 10     /* what took long to make is kept longer */
#define MORE_MAX    240000 /* but not for ever: it may be hidden by now */

void place_entry_forget(struct place_entry *entry)
{
    if (entry->database != NULL) {
        qn_model_cache_release(&entry->cache);
    }
    rules_free(entry->rules);
    guard_free(entry->guard);
    qn_model_free(entry->made);
    qn_datasource_free(entry->source);
    qn_free(entry->database);
    qn_free(entry->hints);
    *entry = (struct place_entry){.database = NULL};
}

static int find_source(struct place *place, struct place_entry *entry, struct qn_err *reterr)
{
    struct qn_datasource *source = NULL;
    struct qn_pg *quern = NULL;
    int rc = QN_OK;

    if (qn_datasource_is_name(entry->database)) {
        rc = place_quern(place, &quern, reterr);
    }
    if (rc == QN_OK || rc == QN_ENOTFOUND) {
        rc = qn_datasource_find(&source, quern, entry->database, qn_job_is_local(place->job),
                                reterr);
    }
    if (rc == QN_OK) {
        qn_datasource_free(entry->source);
        entry->source = source;
    }
    return rc;
}

/* QN_ENOTFOUND: none is stored, or the caller has hints of their own. */
static int load(struct place *place, struct place_entry *entry, const struct qn_model **ret,
                struct qn_err *reterr)
{
    struct qn_pg *quern;
    int rc;

    if (entry->source->name[0] == '\0' || entry->hints[0] != '\0') {
        return QN_ENOTFOUND;
    }
    rc = place_quern(place, &quern, reterr);
    return rc == QN_OK ? qn_model_get(&entry->cache, quern, entry->source->name, ret, NULL, reterr)
                       : rc;
}

/* One that is the same as the one before is not taken: that one's guard and rules hold. */
static int make(struct place *place, struct place_entry *entry, struct qn_err *reterr)
{
    struct qn_model *made = NULL;
    int rc = place_make_model(place, entry, &made, &entry->view.too_strong, reterr);

    if (rc == QN_OK && entry->made != NULL && entry->made_of_names == entry->names_only &&
        strcmp(entry->made->hash, made->hash) == 0) {
        qn_model_free(made);
    } else if (rc == QN_OK) {
        rules_free(entry->rules);
        guard_free(entry->guard);
        qn_model_free(entry->made);
        entry->made = made;
        entry->made_of_names = entry->names_only;
        entry->rules = NULL;
        entry->guard = NULL;
    }
    return rc;
}

static int find_model(struct place *place, struct place_entry *entry, const struct qn_model **ret,
                      struct qn_err *reterr)
{
    int rc = load(place, entry, ret, reterr);

    entry->view.stored = rc == QN_OK;
    if (rc == QN_ENOTFOUND) {
        place_quern_end(place); /* one connection at a time */
        rc = make(place, entry, reterr);
        *ret = entry->made;
    }
    return rc;
}

/* What a guard and rules were made of is gone, or means something else. */
static void drop_old(struct place_entry *entry, const struct qn_model *model)
{
    if (model == entry->view.model) {
        return;
    }
    rules_free(entry->rules);
    guard_free(entry->guard);
    entry->rules = NULL;
    entry->guard = NULL;
    if (model != entry->made) {
        qn_model_free(entry->made);
        entry->made = NULL;
    }
}

int place_entry_read(struct place *place, struct place_entry *entry, struct qn_err *reterr)
{
    int64_t began = qn_mono_ms(&qn_clock_system), more;
    const struct qn_model *model = NULL;
    int rc = find_source(place, entry, reterr);

    if (rc == QN_OK) {
        rc = find_model(place, entry, &model, reterr);
    }
    if (rc == QN_OK) {
        drop_old(entry, model);
        entry->view.model = model;
    }
    if (rc == QN_OK && entry->guard == NULL) {
        rc = guard_create(&entry->guard, model, reterr);
    }
    entry->view.source = entry->source;
    entry->view.guard = entry->guard;
    entry->view.rules = entry->rules;
    entry->read_ms = qn_mono_ms(&qn_clock_system);
    more = (entry->read_ms - began) * KEEP_FACTOR;
    entry->keep_ms = PLACE_KEEP_MS + (more < MORE_MAX ? more : MORE_MAX);
    malloc_trim(0);
    return rc;
}
