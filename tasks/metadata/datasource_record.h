/* datasource_record.h - a row of quern.datasources, whole: for the command that makes and changes
 * them. Tasks read theirs by tasks/lib/datasource.h.
 */
#ifndef TASKS_METADATA_DATASOURCE_RECORD_H
#define TASKS_METADATA_DATASOURCE_RECORD_H

#include "tasks/lib/arena.h"
#include "tasks/lib/postgres.h"

#define DATASOURCE_ROLE_MAX  63
#define DATASOURCE_LIST_MAX  256
#define DATASOURCE_HINTS_MAX ((size_t)4 * 1024 * 1024)

struct datasource_list {
    const char *items[DATASOURCE_LIST_MAX];
    size_t n;
};

/* Texts are never NULL once it was set up. */
struct datasource_record {
    struct qn_arena arena; /* of all texts that a row gave */
    const char *name;
    const char *url; /* with its password */
    const char *role;
    bool role_made;
    struct datasource_list schemas, include, exclude, hide, show;
    const char *time_zone;
    const char *hints;
    int64_t query_ms, profile_ms, connections, max_rows;
    const char *made_at, *granted_at; /* RFC 3339 */
    int64_t newest, approved;         /* versions of its model, 0: none */
    bool was_there;
    bool granted; /* to be saved with the time of its grants */
};

/* With the presets. */
void datasource_record_init(struct datasource_record *record, const char *name);
void datasource_record_release(struct datasource_record *record);

/* was_there tells whether there is one; the rest is as it was when there is none. */
QN_MUST_CHECK int datasource_record_load(struct datasource_record *record, struct qn_pg *pg,
                                         const char *name, struct qn_err *reterr);
/* In place of the one before. */
QN_MUST_CHECK int datasource_record_save(const struct datasource_record *record, struct qn_pg *pg,
                                         struct qn_err *reterr);
QN_MUST_CHECK int datasource_record_delete(struct qn_pg *pg, const char *name,
                                           struct qn_err *reterr);

/* fn gets each, by name; what it returns other than QN_OK ends it. */
typedef int datasource_record_fn(void *arg, struct datasource_record *record,
                                 struct qn_err *reterr);
QN_MUST_CHECK int datasource_record_each(struct qn_pg *pg, datasource_record_fn *fn, void *arg,
                                         struct qn_err *reterr);

/* QN_ELIMIT over DATASOURCE_LIST_MAX. item is borrowed. */
QN_MUST_CHECK int datasource_list_add(struct datasource_list *list, const char *item,
                                      struct qn_err *reterr);
void datasource_list_to_json(const struct datasource_list *list, struct qn_buf *out);

#endif
