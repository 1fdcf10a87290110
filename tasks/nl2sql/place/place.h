/* place.h - what an executor keeps for the nl2sql tasks: databases with their models, guards and
 * rules, the cache, the language model, and the way to Quern's own database.
 *
 * One per process, shared by all tasks of the family: place_init of the second task gives the same.
 * What is read of a database is kept for PLACE_KEEP_MS (longer when it took long to make), and as
 * long as its model is the same its guard and rules are too. No connection is open between calls:
 * those to Quern's own database are taken for the moment (a slot of the host, tasks/lib/slot.h) and
 * closed.
 *
 * The model of a datasource is the stored one (approved, with people's edits); of one without, and
 * of a URL in quern-worker run, it is made by tasks/lib/analysis.h, with the datasource's own
 * choice, hides and hints.
 */
#ifndef TASKS_NL2SQL_PLACE_PLACE_H
#define TASKS_NL2SQL_PLACE_PLACE_H

#include "tasks/lib/datasource.h"
#include "tasks/lib/kv.h"
#include "tasks/lib/llm/llm.h"
#include "tasks/nl2sql/guard/guard.h"
#include "tasks/nl2sql/rules/rules.h"
#include <quern/job.h>

#define PLACE_KEEP_MS       60000
#define PLACE_USAGE_ROWS    32
#define PLACE_USAGE_MS      60000
#define PLACE_DATABASES_MAX 4 /* kept at a time; the one used longest ago goes */

struct place;

QN_MUST_CHECK int place_init(void **ret_place, struct qn_err *reterr);
void place_done(void *arg); /* what place_init gave */

/* Before anything else in a run. */
void place_begin(struct place *place, struct qn_job *job);

struct place_database {
    const struct qn_datasource *source;
    const struct qn_model *model;
    const struct guard *guard;
    const struct rules *rules; /* NULL until place_rules */
    bool stored;               /* the model is of the store */
    bool too_strong;           /* the role, as the catalogue told; false when not asked */
};

/* database: a datasource's name; with quern-worker run also a URL. hints: "", or with quern-worker
 * run a file of nlq-hints/1 or its text (begins with "{"). *ret is the place's, good until the next
 * call. QN_EINVAL and QN_ENOTFOUND are the caller's mistakes. */
QN_MUST_CHECK int place_database(struct place *place, const char *database, const char *hints,
                                 const struct place_database **ret, struct qn_err *reterr);
/* The same for who needs no more than names (nl2sql.check): a model that is not stored is made of
 * the catalogue alone. */
QN_MUST_CHECK int place_names(struct place *place, const char *database, const char *hints,
                              const struct place_database **ret, struct qn_err *reterr);
/* Makes database->rules, once for a model. */
QN_MUST_CHECK int place_rules(struct place *place, const struct place_database *database,
                              struct qn_err *reterr);

/* QN_ENOTFOUND: QUERN_LLM_URL is not set. */
QN_MUST_CHECK int place_llm(struct place *place, struct qn_llm **ret, struct qn_err *reterr);
struct qn_kv *place_kv(struct place *place); /* NULL: no cache */

/* Quern's own database, for the moment; QN_ENOTFOUND when there is none (QUERN_DATABASE_URL).
 * place_quern_end closes it, and is fine without one. */
QN_MUST_CHECK int place_quern(struct place *place, struct qn_pg **ret, struct qn_err *reterr);
void place_quern_end(struct place *place);

/* What a question cost: a row of quern.llm_usage. Rows are collected and written together when
 * Quern's database is open for another reason, when there are PLACE_USAGE_ROWS of them, with the
 * first one after PLACE_USAGE_MS, and in place_done. A failure is only logged. */
void place_note_usage(struct place *place, const struct qn_llm_usage *usage);

#endif
