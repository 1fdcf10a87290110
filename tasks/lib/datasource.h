/* datasource.h - a database that Quern may ask, by its name: where it is and what may be done.
 *
 * Kept in Quern's own database (QUERN_DATABASE_URL, schema quern, migration 4) and made by
 * quern datasource add, which also makes the role it connects with: column grants, read-only,
 * limits. Tasks name a datasource in the argument database; over a queue nothing else is taken,
 * so that who may post a job cannot make a worker connect anywhere.
 *
 * Not here: making and checking them (tasks/metadata/datasource_command.h); their models
 * (model/model_store.h).
 */
#ifndef TASKS_LIB_DATASOURCE_H
#define TASKS_LIB_DATASOURCE_H

#include "postgres.h"

#define QN_DATASOURCE_NAME_MAX 64 /* of [a-z0-9_-], beginning with a letter */

struct qn_datasource {
    char *name;          /* "" of one by URL */
    char *url;           /* with its password: never shown, never logged */
    char *time_zone;     /* "UTC" */
    char *hints;         /* nlq-hints/1, "" none */
    char *globs;         /* JSON {"include":[...],"exclude":[...],"schemas":[...]}, "" none */
    char *hide;          /* JSON [...], patterns of hidden.h; "" none */
    int64_t query_ms;    /* statement_timeout of a query of a model's or person's making */
    int64_t profile_ms;  /* of a statement of the profile */
    int64_t connections; /* at most at the same time, of all its jobs on one host */
    int64_t max_rows;
};

/* word: a name, looked up over quern_pg (after qn_pg_ready); or, only with local, a URL
 * (postgresql://..., or key=value), which has the presets. QN_ENOTFOUND "no datasource NAME; quern
 * datasource list shows them"; QN_EINVAL for a word that is neither, or a URL without local:
 * its text does not repeat the URL. quern_pg NULL: no names. To be freed. */
QN_MUST_CHECK int qn_datasource_find(struct qn_datasource **ret, struct qn_pg *quern_pg,
                                     const char *word, bool local, struct qn_err *reterr);
void qn_datasource_free(struct qn_datasource *source); /* NULL is fine */

bool qn_datasource_is_name(const char *text);

#endif
