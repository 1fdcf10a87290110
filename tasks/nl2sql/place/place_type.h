/* place_type.h - what a place is made of, for the files of this folder. */
#ifndef TASKS_NL2SQL_PLACE_PLACE_TYPE_H
#define TASKS_NL2SQL_PLACE_PLACE_TYPE_H

#include "place.h"
#include "tasks/lib/model/model_cache.h"
#include "tasks/lib/slot.h"

struct place_entry {
    char *database; /* as the caller said it; NULL: the entry is free */
    char *hints;
    bool names_only; /* nobody wanted more yet */
    int64_t read_ms; /* monotonic */
    int64_t keep_ms;
    uint64_t used;
    struct qn_datasource *source;
    struct qn_model_cache cache; /* of a stored model, which is its first */
    struct qn_model *made;       /* of one that was made here */
    bool made_of_names;          /* of the catalogue alone */
    struct guard *guard;
    struct rules *rules;
    struct place_database view;
};

struct place_usage {
    struct qn_buf rows; /* JSON, without its end */
    size_t n;
    int64_t since_ms; /* monotonic: of the first one, or of the last failure */
};

struct place {
    size_t users;           /* tasks of this process */
    struct qn_job *job;     /* NULL when no more will come */
    struct qn_kv *kv;       /* NULL: no cache is configured, or it cannot be used */
    struct qn_err no_cache; /* why, code QN_OK: no reason */
    struct qn_llm *llm;     /* NULL until it is asked for */
    struct qn_pg *quern;    /* NULL but for the moment */
    bool open;              /* quern is connected */
    struct qn_slot slot;    /* of quern */
    struct place_usage usage;
    struct place_entry entries[PLACE_DATABASES_MAX];
    uint64_t clock;
};

/* A slot of the host for one connection; to be given back. */
QN_MUST_CHECK int place_slot(const struct place *place, struct qn_slot *ret, struct qn_err *reterr);

void place_usage_write(struct place *place); /* over quern, which is open */
void place_usage_end(struct place *place);

/* Reads the entry anew: its source, its model, its guard. After a failure it is to be forgotten. */
QN_MUST_CHECK int place_entry_read(struct place *place, struct place_entry *entry,
                                   struct qn_err *reterr);
void place_entry_forget(struct place_entry *entry);

/* A model of entry->source, by looking at the database. To be freed. */
QN_MUST_CHECK int place_make_model(struct place *place, const struct place_entry *entry,
                                   struct qn_model **ret, bool *ret_too_strong,
                                   struct qn_err *reterr);

#endif
